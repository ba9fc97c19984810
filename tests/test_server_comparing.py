"""Comparisons and pictures of attention over HTTP: jobs like all others, each seen by its owner alone."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from conftest import WAIT, Server, serving
from PIL import Image

from mutoscope import api
from mutoscope.api.loading import FAMILIES
from mutoscope.errors import MutoscopeError
from mutoscope.media.video import Video, read_manifest
from mutoscope.request import GenerateRequest
from mutoscope.server.keys import add_key
from mutoscope.server.store import Job, Store
from mutoscope.server.worker import look

PROMPT = "a red circle bounces"
SMALL: dict[str, Any] = {"size": "64x64", "seconds": "0.5", "fps": "8"}


class Client:
    """Someone with a key."""

    def __init__(self, server: Server, key: str) -> None:
        self.http = httpx2.Client(
            base_url=f"{server.address}/v1", timeout=WAIT, headers={"Authorization": f"Bearer {key}"}
        )

    def asked(self, path: str, **body: Any) -> dict[str, Any]:
        """A job, when it has ended well."""
        answer = self.http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return self.ended(answer.json()["id"])

    def ended(self, video_id: str) -> dict[str, Any]:
        """A job when it has ended well; its progress never fell."""
        told = list(self.followed(video_id))
        progress = [one["progress"] for one in told]
        assert progress == sorted(progress)
        assert told[-1]["status"] == "completed", told[-1]
        return told[-1]

    def followed(self, video_id: str) -> Iterator[dict[str, Any]]:
        """A job each time that something about it changes."""
        with self.http.stream("GET", f"/videos/{video_id}/events") as lines:
            yield from (json.loads(line[6:]) for line in lines.iter_lines() if line.startswith("data: "))


@pytest.fixture(scope="module")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where three families were trained, and two people have keys."""
    keys = tmp_path_factory.mktemp("keys") / "keys.txt"
    named = {name: add_key(keys, name) for name in ("alice", "bob")}
    with serving(tmp_path_factory.mktemp("data"), "--keys", str(keys), home=home) as started:
        started.keys = named
        yield started


@pytest.fixture(scope="module")
def alice(server: Server) -> Client:
    """The one who asks."""
    return Client(server, server.keys["alice"])


@pytest.fixture(scope="module")
def compared(alice: Client) -> dict[str, Any]:
    """All families, compared from a photo."""
    photo = io.BytesIO()
    Image.new("RGB", (80, 64), (200, 60, 60)).save(photo, "PNG")
    form = {"prompt": PROMPT, "seed": "3", **SMALL}
    answer = alice.http.post("/videos/comparisons", data=form, files={"photo": ("p.png", photo.getvalue())})
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["model"], made["comparison"]) == ("all", {"models": [], "contenders": [], "absent": []})
    return alice.ended(made["id"])


def test_all_families_are_compared_with_a_clip_and_a_score_of_each(
    alice: Client, compared: dict[str, Any], home: Path, tmp_path: Path
) -> None:
    found = compared["comparison"]
    assert [one["name"] for one in found["contenders"]] == list(FAMILIES)
    assert found["absent"] == []
    assert [one["steps"] for one in found["contenders"]][:2] == [12, 1]
    for number, one in enumerate(found["contenders"]):
        things = len(one["followed"]) + len(one["not_followed"])
        assert one["score"].startswith(f"{len(one['followed'])} of {things} followed")
        clip = tmp_path / f"{number}.mp4"
        clip.write_bytes(alice.http.get(f"/videos/{compared['id']}/content", params={"number": number}).content)
        request = read_manifest(clip).request
        assert (request["model"], request["seed"], request["photo"]) == (one["name"], 3, "photo")
        assert Video.open(clip).frames.shape == (4, 64, 64, 3)
        thumbnail = alice.http.get(
            f"/videos/{compared['id']}/content", params={"number": number, "variant": "thumbnail"}
        )
        assert thumbnail.headers["content-type"] == "image/webp"


def test_a_comparison_is_one_film_and_one_page_that_is_kept_apart(
    alice: Client, compared: dict[str, Any], server: Server, tmp_path: Path
) -> None:
    content = f"/videos/{compared['id']}/content"
    film = tmp_path / "film.mp4"
    film.write_bytes(alice.http.get(content, params={"variant": "comparison"}).content)
    assert Video.open(film).frames.shape[2] > 3 * 256
    gif = alice.http.get(content, params={"variant": "comparison", "format": "gif"}).content
    assert gif.startswith(b"GIF8")
    page = alice.http.get(content, params={"variant": "comparison", "format": "html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "sandbox allow-scripts;" in page.headers["content-security-policy"]
    assert all(name in page.text for name in (PROMPT, *FAMILIES))
    assert str(server.data) not in page.text
    assert alice.http.get(content, params={"format": "html"}).status_code == 404


def test_named_models_are_compared_and_the_same_again_and_a_clip_becomes_a_comparison(alice: Client) -> None:
    two = alice.asked("/videos/comparisons", prompt=PROMPT, models=["gan", "storybook"], **SMALL)
    assert [one["name"] for one in two["comparison"]["contenders"]] == ["gan", "diffusion"]
    assert two["model"] == "gan, diffusion"
    again = alice.asked(f"/videos/{two['id']}/remix", seed=1)
    assert [one["name"] for one in again["comparison"]["contenders"]] == ["gan", "diffusion"]
    assert again["remixed_from_video_id"] == two["id"]
    one = alice.asked("/videos", prompt=PROMPT, model="gan", variants=2, **SMALL)
    assert one["comparison"] is None
    everyone = alice.asked(f"/videos/{one['id']}/remix", models="gan,autoregressive", seed=one["clips"][1]["seed"])
    assert [clip["seed"] for clip in everyone["clips"]] == [1, 1]
    first, second = (
        alice.http.get(f"/videos/{video_id}/content", params={"number": number}).content
        for video_id, number in ((one["id"], 1), (everyone["id"], 0))
    )
    assert first == second


def test_what_cannot_be_compared_is_refused_with_the_cure(alice: Client, server: Server) -> None:
    before = server.folders()
    bad: list[tuple[dict[str, Any], str]] = [
        ({"models": ["sora"]}, "There is no model"),
        ({"models": "diffusion,,gan"}, "cannot be read"),
        ({"models": {"a": 1}}, "cannot be read"),
        ({"models": ["gan"] * 9}, "At most 8"),
        ({"model": "gan"}, "names models"),
        ({"variants": 2}, "one clip of each"),
        ({"prompt": "wibble wobble"}, "wibble"),
        ({"seconds": "9"}, "seconds at once"),
        ({"size": "640x360"}, "another shape"),
    ]
    for wishes, told in bad:
        answer = alice.http.post("/videos/comparisons", json={"prompt": PROMPT, **SMALL, **wishes})
        assert (answer.status_code, told in answer.text) == (400, True), answer.text
    assert "'model'?" in alice.http.post("/videos", json={"prompt": PROMPT, "models": ["gan"]}).text
    assert server.folders() == before


def test_a_comparison_is_cancelled_and_leaves_nothing(alice: Client, server: Server) -> None:
    made = alice.http.post("/videos/comparisons", json={"prompt": PROMPT, **SMALL, "steps": 200}).json()["id"]
    assert any(job["stage"] == "sample" for job in alice.followed(made))
    ended = alice.http.post(f"/videos/{made}/cancel").json()
    assert (ended["status"], ended["error"]["code"]) == ("failed", "cancelled")
    assert server.kept(made) == set()
    assert alice.http.get(f"/videos/{made}/content", params={"variant": "comparison"}).status_code == 404


def test_a_clip_shows_which_words_its_parts_look_at(
    alice: Client, compared: dict[str, Any], server: Server, at_home: Path, tmp_path: Path
) -> None:
    for number, family in enumerate(FAMILIES):
        answer = alice.http.get(f"/videos/{compared['id']}/attention", params={"number": number})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png"), answer.text
        photo = server.data / "videos" / compared["id"] / "photo"
        seen = api.look(PROMPT, model=family, photo=photo, seed=3).picture()
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(answer.content))), seen)
    kept = server.data / "videos" / compared["id"] / "attention-0.png"
    written = kept.stat().st_mtime_ns
    assert alice.http.get(f"/videos/{compared['id']}/attention").status_code == 200
    assert kept.stat().st_mtime_ns == written, "it was drawn twice"
    assert alice.http.get(f"/videos/{compared['id']}/attention", params={"number": 3}).status_code == 404


def test_a_clip_without_words_to_look_at_says_so(alice: Client, server: Server) -> None:
    form, photo = {"prompt": "the camera zooms in", **SMALL}, {"photo": ("p.jpg", api.SAMPLE.read_bytes())}
    made = alice.http.post("/videos", data=form, files=photo).json()["id"]
    assert alice.http.get(f"/videos/{made}/attention").status_code == 404, "it is not made yet"
    alice.ended(made)
    answer = alice.http.get(f"/videos/{made}/attention")
    assert (answer.status_code, "motion cannot be looked into" in answer.text) == (400, True), answer.text
    first = alice.asked("/videos", prompt=PROMPT, steps=2, **SMALL)["id"]
    longer = alice.asked(
        "/videos/extensions", prompt="a red circle rolls left", steps=2, seconds=0.5, video={"id": first}
    )
    answer = alice.http.get(f"/videos/{longer['id']}/attention")
    assert (answer.status_code, "goes on from an earlier one" in answer.text) == (400, True), answer.text


def test_a_clip_that_another_version_drew_is_not_looked_at(at_home: Path, tmp_path: Path) -> None:
    clip = api.generate(PROMPT, model="diffusion", seconds=1, fps=8, size="128x128", steps=1)
    assert clip.manifest is not None
    asked = {"clip": str(tmp_path / "clip.mp4"), "target": str(tmp_path / "look.png")}
    replace(clip, manifest=replace(clip.manifest, version="0.16.0")).save(tmp_path / "clip.mp4")
    with pytest.raises(MutoscopeError, match="drew this clip"):
        look(asked)
    assert not (tmp_path / "look.png").exists()
    clip.save(tmp_path / "clip.mp4")
    look(asked)
    assert (tmp_path / "look.png").is_file()


def test_another_key_sees_neither_and_both_go_with_their_job(
    alice: Client, compared: dict[str, Any], server: Server
) -> None:
    bob = Client(server, server.keys["bob"])
    for rest in ("", "/attention", "/content?variant=comparison", "/content?variant=comparison&format=html"):
        assert bob.http.get(f"/videos/{compared['id']}{rest}").status_code == 404
        assert alice.http.get(f"/videos/{compared['id']}{rest}").status_code == 200
    assert bob.http.post(f"/videos/{compared['id']}/remix", json={"models": "all"}).status_code == 404
    alice.http.delete(f"/videos/{compared['id']}")
    assert server.kept(compared["id"]) == set()
    assert alice.http.get(f"/videos/{compared['id']}/attention").status_code == 404


def test_jobs_of_a_version_that_did_not_compare_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    request = GenerateRequest(prompt=PROMPT)
    store.add(Job(id="old", owner="local", request=request, width=64, height=64, expected=1.0, created=0.0))
    store.database.execute("ALTER TABLE jobs DROP COLUMN comparison")
    store.close()
    store = Store(tmp_path)
    old = store.get("old", "local")
    assert old is not None
    assert (old.request, old.comparison, old.models) == (request, None, None)
    new = replace(old, id="new", comparison={"models": ["gan"]})
    store.add(new)
    assert store.get("new", "local") == new
    store.close()
