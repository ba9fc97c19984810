"""Another model than the bundled one over HTTP: one that draws, trained here; its clips go on."""

import base64
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Server, serving
from openai import OpenAI
from PIL import Image
from tiny_hub import Folder, cached

from mutoscope import api
from mutoscope.media.video import Video

PROMPT = "a red circle bounces"
SMALL: dict[str, Any] = {"size": "64x64", "seconds": "0.5", "fps": "8", "steps": "2"}


@pytest.fixture(scope="module")
def server(tiny_story: Path, tiny: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where a storybook was trained, a large model was fetched, and a LoRA lies in a folder."""
    home = tmp_path_factory.mktemp("home")
    trained = home / "runs" / "diffusion_storybook" / "checkpoint"
    trained.parent.mkdir(parents=True)
    trained.symlink_to(tiny_story)
    shutil.copytree(tiny("wan22-ti2v"), cached(home / "hub", "tiny/wan"), dirs_exist_ok=True)
    (home / "loras" / "ones").mkdir(parents=True)
    with serving(tmp_path_factory.mktemp("data"), "--loras", str(home / "loras"), home=home) as started:
        yield started


def asked(server: Server, **wishes: Any) -> dict[str, Any]:
    """A job, when it has ended."""
    answer = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, **wishes})
    assert answer.status_code == 200, answer.text
    job = server.ended(answer.json()["id"])
    assert job["status"] == "completed", job
    return job


def frames(server: Server, job: dict[str, Any], tmp_path: Path) -> Any:
    """The frames of a job's clip."""
    clip = tmp_path / f"{job['id']}.mp4"
    clip.write_bytes(server.http.get(f"/v1/videos/{job['id']}/content").content)
    return Video.open(clip).frames


def test_what_is_on_this_disk_is_listed_and_nothing_else(server: Server) -> None:
    told = {model["id"]: model for model in server.http.get("/v1/models").json()["data"]}
    assert list(told) == ["motion", "autoregressive", "diffusion", "gan", "hub:tiny/wan"]
    assert "words alone" in told["diffusion"]["can"]
    assert told["motion"]["licence"] == "Apache-2.0"


def test_words_alone_are_drawn_and_what_shall_not_be_seen_and_a_last_photo_change_the_clip(
    server: Server, tmp_path: Path
) -> None:
    photo = "data:image/jpeg;base64," + base64.b64encode(api.SAMPLE.read_bytes()).decode()
    plain, avoiding, ending = (asked(server, **wishes) for wishes in ({}, {"negative": "a blue star"}, {"last": photo}))
    assert plain["model"] == "diffusion"
    assert asked(server, model="storybook")["model"] == "diffusion"  # as earlier versions called it
    assert (plain["size"], plain["clips"][0]["rendering"]) == ("64x64", "drawn")
    seen = [frames(server, job, tmp_path) for job in (plain, avoiding, ending)]
    assert seen[0].shape == (4, 64, 64, 3)
    assert not np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    assert ending["request"]["last"] is True
    kept = server.http.get(f"/v1/videos/{ending['id']}/content", params={"variant": "last"}).content
    assert kept == api.SAMPLE.read_bytes()


def test_a_large_model_draws_shows_itself_and_is_stopped(server: Server, tmp_path: Path) -> None:
    large = {"model": "hub:tiny/wan", "fps": "24"}
    drawn, again, other, begun = (
        asked(server, **large, **more) for more in ({}, {}, {"seed": 5}, {"photo": data_url((64, 64), (9, 99, 200))})
    )
    assert (drawn["model"], drawn["size"], drawn["clips"][0]["rendering"]) == ("hub:tiny/wan", "64x64", "drawn")
    seen = [frames(server, job, tmp_path) for job in (drawn, again, other, begun)]
    assert seen[0].shape == (12, 64, 64, 3)
    assert np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    assert not np.array_equal(seen[0], seen[3])
    refused = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, **large, "motion": 1.5})
    assert refused.status_code == 400
    assert "cannot be told how strongly" in refused.text
    endless = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, **large, "steps": "100"}).json()["id"]
    server.until(endless, lambda job: job["progress"] > 0)
    look = server.http.get(f"/v1/videos/{endless}/content", params={"variant": "preview"})
    assert Image.open(io.BytesIO(look.content)).size[0] > 0
    assert server.http.delete(f"/v1/videos/{endless}").status_code == 200
    assert asked(server)["status"] == "completed", "the next one is not kept waiting"


def test_a_drawn_clip_shows_itself_while_it_is_drawn(server: Server) -> None:
    video_id = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, "steps": "64"}).json()["id"]
    with server.http.stream("GET", f"/v1/videos/{video_id}/events") as lines:
        for line in lines.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["preview"]:
                break
    look = server.http.get(f"/v1/videos/{video_id}/content", params={"variant": "preview"}).content
    assert Image.open(io.BytesIO(look)).size == (128, 128), "as large as the model draws"
    server.ended(video_id)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_clip_goes_on_by_its_id_and_as_a_file(server: Server, tmp_path: Path) -> None:
    first = asked(server, variants=2)
    client = OpenAI(base_url=f"{server.address}/v1", api_key="none")
    asking = {"prompt": "a red circle rolls left", "seconds": "0.5", "video": {"id": first["id"]}}
    with pytest.raises(RuntimeError, match="to be bytes"):  # as the README says, this client can send no id
        client.videos.extend(prompt=PROMPT, seconds="4", video={"id": first["id"]})
    longer = server.http.post("/v1/videos/extensions", json=asking).json()
    assert longer["remixed_from_video_id"] == first["id"]
    assert client.videos.poll(longer["id"]).status == "completed"
    earlier = frames(server, first, tmp_path)
    grown = frames(server, server.get(longer["id"]), tmp_path)
    assert grown.shape == (8, 64, 64, 3)
    assert np.abs(grown[:4].astype(int) - earlier).mean() < 3  # the same, but for a second encoding
    second = server.http.get(f"/v1/videos/{first['id']}/content", params={"number": 1}).content
    sent = client.videos.extend(
        prompt=PROMPT,
        seconds="0.5",  # type: ignore[arg-type]
        video=("c.mp4", second),
        extra_body={"steps": "2"},
    )
    named = server.http.post(
        "/v1/videos", json={"prompt": PROMPT, "seconds": 0.5, "steps": 2, "extends": f"{first['id']}:1"}
    ).json()
    clips = [frames(server, server.ended(job["id"]), tmp_path) for job in ({"id": sent.id}, named)]
    assert np.array_equal(clips[0], clips[1])
    assert not np.array_equal(clips[0][:4], grown[:4])
    server.http.delete(f"/v1/videos/{first['id']}")
    again = server.http.post(f"/v1/videos/{named['id']}/remix").json()  # the clip that went on was kept beside it
    assert np.array_equal(frames(server, server.ended(again["id"]), tmp_path), clips[1])


def test_a_remix_keeps_the_photo_brings_another_or_leaves_it_out(server: Server, tmp_path: Path) -> None:
    red, blue = (data_url((64, 64), colour) for colour in ((200, 60, 60), (60, 60, 200)))
    first = asked(server, photo=red, model="diffusion")
    ways: list[dict[str, Any]] = [{}, {"photo": red}, {"photo": blue}, {"photo": None}, {"input_reference": None}]
    made = [server.http.post(f"/v1/videos/{first['id']}/remix", json=way).json() for way in ways]
    assert [job["request"]["photo"] for job in made] == [True, True, True, False, False]
    same, brought, other, none, nothing = (frames(server, server.ended(job["id"]), tmp_path) for job in made)
    assert np.array_equal(same, frames(server, first, tmp_path))
    assert np.array_equal(same, brought)
    assert not np.array_equal(same, other)
    assert np.array_equal(none, frames(server, asked(server), tmp_path))
    assert np.array_equal(none, nothing)
    assert not np.array_equal(none, same)


def data_url(size: tuple[int, int], colour: tuple[int, int, int]) -> str:
    """A photo of one colour."""
    kept = io.BytesIO()
    Image.new("RGB", size, colour).save(kept, "PNG")
    return "data:image/png;base64," + base64.b64encode(kept.getvalue()).decode()


def test_what_cannot_go_on_is_refused_with_the_cure(server: Server) -> None:
    waiting = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, "variants": 16}).json()["id"]
    broken = "data:video/mp4;base64," + base64.b64encode(b"\0\0\0\x18ftypisom").decode()
    bad: list[tuple[dict[str, Any], int, str]] = [
        ({}, 400, "No video was given"),
        ({"video": {"id": waiting}}, 404, "Wait until"),
        ({"video": broken}, 400, "cannot be read"),
        ({"video": broken, "seconds": 9}, 400, "Extend the longer clip"),
    ]
    for wishes, status, told in bad:
        answer = server.http.post("/v1/videos/extensions", json={"prompt": PROMPT, "seconds": 0.5, **wishes})
        assert (answer.status_code, told in answer.text) == (status, True), answer.text
    server.http.post(f"/v1/videos/{waiting}/cancel")
    refused = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, "keep": 1})
    assert (refused.status_code, "2.4 to 4 s" in refused.text) == (400, True), "what ranks them has seen none so short"


def test_a_lora_is_named_and_never_a_path(server: Server) -> None:
    for lora in ("twos", "../loras/ones", "ones:x", "ones,../ones", str(server.data)):
        answer = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, "lora": lora})
        assert (answer.status_code, "There are ones." in answer.text) == (400, True), answer.text
    answer = server.http.post("/v1/videos", json={"prompt": PROMPT, **SMALL, "lora": "ones:0.5"})
    assert (answer.status_code, "takes no --lora" in answer.text) == (400, True), answer.text
