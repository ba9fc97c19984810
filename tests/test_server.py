"""The HTTP door: the shape of OpenAI's Videos API, driven by OpenAI's own client, by curl and by plain requests."""

import base64
import html
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import PROMPT, TINY, WAIT, Server, serving
from openai import OpenAI
from PIL import Image

from mutoscope import api
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.media.video import Video, read_manifest
from mutoscope.request import kinds, wishes
from mutoscope.server.bodies import FILES
from mutoscope.server.keys import add_key
from mutoscope.server.store import GIVEN

DATA_URL = "data:image/jpeg;base64," + base64.b64encode(api.SAMPLE.read_bytes()).decode()
FILE = {"input_reference": ("photo.jpg", api.SAMPLE.read_bytes())}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the client says so of the API that OpenAI switched off
def test_the_openai_client_makes_follows_fetches_remixes_lists_and_deletes(studio: Server, tmp_path: Path) -> None:
    client = OpenAI(base_url=f"{studio.address}/v1", api_key="none")
    video = client.videos.create_and_poll(
        prompt=PROMPT, model="motion", input_reference=api.SAMPLE, size="64x64", seconds="0.5",  # type: ignore[arg-type]
        extra_body={"seed": 7, "fps": 8},
    )  # fmt: skip
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    assert (video.size, video.seconds, video.prompt) == ("64x64", "0.5", PROMPT)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(client.videos.download_content(video.id).read())
    assert Video.open(clip).frames.shape == (4, 64, 64, 3)
    assert read_manifest(clip).request["seed"] == 7
    assert api.replay(clip, photo=api.SAMPLE).stats["same"]
    again = client.videos.remix(video.id, prompt="the camera pans left")
    assert again.remixed_from_video_id == video.id
    assert client.videos.poll(again.id).status == "completed"
    assert [listed.id for listed in client.videos.list(limit=2)][:2] == [again.id, video.id]
    assert client.videos.delete(video.id).deleted
    assert video.id not in [listed.id for listed in client.videos.list()]
    assert client.models.list().data[0].id == "motion"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_makes_a_video_and_takes_part_of_it(studio: Server, tmp_path: Path) -> None:
    def curl(*words: str) -> bytes:
        return subprocess.run(["curl", "-sS", "--max-time", "60", *words], capture_output=True, check=True).stdout

    base = f"{studio.address}/v1/videos"
    form = [part for name, value in TINY.items() for part in ("-F", f"{name}={value}")]
    made = json.loads(curl(base, "-F", f"prompt={PROMPT}", "-F", f"input_reference=@{api.SAMPLE}", *form))
    assert b'"status":"completed"' in curl("-N", f"{base}/{made['id']}/events")
    whole = curl(f"{base}/{made['id']}/content")
    part = curl("-r", "4-11", "-D", str(tmp_path / "head"), f"{base}/{made['id']}/content")
    assert (tmp_path / "head").read_text().startswith("HTTP/1.1 206")
    assert part == whole[4:12] == b"ftypisom"


def test_how_large_a_clip_is_can_be_asked_without_fetching_it(studio: Server) -> None:
    content = f"/v1/videos/{studio.ended(studio.made())['id']}/content"
    head, whole = studio.http.head(content), studio.http.get(content)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "accept-ranges", "etag"):
        assert head.headers[name] == whole.headers[name]
    assert int(head.headers["content-length"]) == len(whole.content)
    assert studio.http.head(f"/v1/videos/video_{'0' * 24}/content").status_code == 404


def test_a_range_that_cannot_be_sent_is_an_error_like_all_others(studio: Server) -> None:
    job = studio.ended(studio.made())
    content = f"/v1/videos/{job['id']}/content"
    size = len(studio.http.get(content).content)
    bad = [
        ("bytes=5", 400, "cannot be read"),
        ("parts=0-1", 400, "cannot be read"),
        (f"bytes={size}-", 416, "beyond the end"),
    ]
    for asked, status, told in bad:
        answer = studio.http.get(content, headers={"Range": asked})
        assert (answer.status_code, told in answer.json()["error"]["message"]) == (status, True), answer.text
    assert answer.headers["content-range"] == f"bytes */{size}"


def test_json_with_a_data_url_makes_the_same_clip_as_a_form_with_a_file(studio: Server) -> None:
    ways: list[Any] = [
        {"json": {"prompt": PROMPT, **TINY, "input_reference": DATA_URL}},
        {"json": {"prompt": PROMPT, **TINY, "photo": {"image_url": DATA_URL}}},
        {"data": {"prompt": PROMPT, **TINY, "input_reference[image_url]": DATA_URL}},
        {"data": {"prompt": PROMPT, **TINY}, "files": FILE},
    ]
    made = [studio.http.post("/v1/videos", **way).json()["id"] for way in ways]
    assert {studio.ended(video_id)["status"] for video_id in made} == {"completed"}
    clips = {studio.http.get(f"/v1/videos/{video_id}/content").content for video_id in made}
    assert len(clips) == 1


def test_variants_formats_and_pictures_of_a_clip(studio: Server) -> None:
    job = studio.ended(studio.made(variants=2, seed=5))
    assert [clip["seed"] for clip in job["clips"]] == [5, 6]
    content = f"/v1/videos/{job['id']}/content"
    first, second = (studio.http.get(content, params={"number": number}) for number in (0, 1))
    assert first.headers["content-type"] == "video/mp4"
    assert first.content != second.content
    ways: list[tuple[dict[str, Any], bytes]] = [
        ({"format": "gif"}, b"GIF8"),
        ({"format": "webm", "number": 1}, b"\x1aE\xdf\xa3"),
        ({"variant": "thumbnail"}, b"RIFF"),
        ({"variant": "spritesheet"}, b"\x89PNG"),
        ({"variant": "photo"}, b"\xff\xd8"),
    ]
    for query, start in ways:
        assert studio.http.get(content, params=query).content.startswith(start)
    assert studio.http.get(content, params={"number": 2}).status_code == 404


def test_the_fields_of_a_body_are_those_of_the_one_request(studio: Server) -> None:
    paths = studio.http.get("/openapi.json").json()["paths"]
    for kind, schema in paths["/v1/videos"]["post"]["requestBody"]["content"].items():
        properties = schema["schema"]["properties"]
        assert set(properties) == set(wishes()) | set(FILES), kind
        for name, wish in wishes().items():
            assert properties[name]["description"] == wish.help
            assert (properties[name].get("minimum"), properties[name].get("maximum")) == (wish.low, wish.high)
            assert properties[name]["type"] == {str: "string", int: "integer", float: "number"}[kinds()[name]]
    job = studio.get(studio.made())
    assert set(job["request"]) == set(wishes())


def test_the_page_of_the_api_says_what_the_document_says_and_needs_no_other_server(studio: Server) -> None:
    page, document = studio.http.get("/docs"), studio.http.get("/openapi.json").json()
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    told = html.unescape(page.text)
    for path, ways in document["paths"].items():
        for method, said in ways.items():
            section = told.partition(f'<h2 id="{said["operationId"]}"><code>{method.upper()} {path}<')[2].partition(
                "<h2"
            )[0]
            assert said["description"] in section
            for status, answer in said["responses"].items():
                assert f"<code>{status}</code>" in section
                assert answer["description"] in section
            for parameter in said.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in section
            for kind, content in said.get("requestBody", {}).get("content", {}).items():
                body = section.partition(f"Body: {kind}")[2]
                for name, field in content["schema"]["properties"].items():
                    assert f"<code>{name}</code>" in body
                    assert field["description"] in body
    for name in document["components"]["schemas"]:
        assert told.count(f'<h2 id="{name}">') == 1
    linked = set(re.findall('href="#([^"]+)"', told))
    assert linked <= set(re.findall('id="([^"]+)"', told)), "every link leads somewhere"


def test_events_tell_progress_that_never_falls_and_a_preview_and_cancelling_takes_less_than_a_second(
    studio: Server, tmp_path: Path
) -> None:
    video_id = studio.made(size="960x640", seconds="5", fps="24")
    seen: list[dict[str, Any]] = []
    with studio.http.stream("GET", f"/v1/videos/{video_id}/events") as lines:
        for line in lines.iter_lines():
            if line.startswith("data: "):
                seen.append(json.loads(line[6:]))
                if seen[-1]["stage"] == "decode" and seen[-1]["progress"] > 25:
                    break
    progress = [told["progress"] for told in seen]
    assert progress == sorted(progress)
    assert seen[-1]["seconds_left"] > 0
    assert seen[-1]["preview"]
    preview = studio.http.get(f"/v1/videos/{video_id}/content", params={"variant": "preview"}).content
    assert preview[4:8] == b"ftyp"
    (tmp_path / "preview.mp4").write_bytes(preview)
    told = read_manifest(tmp_path / "preview.mp4").request
    assert told["photo"] == "photo", "it tells no path of the server"
    assert told["size"] != "960x640"
    started = time.perf_counter()
    cancelled = studio.http.post(f"/v1/videos/{video_id}/cancel").json()
    assert time.perf_counter() - started < 1
    assert (cancelled["status"], cancelled["error"]["code"]) == ("failed", "cancelled")
    assert studio.kept(video_id) == {"photo"}
    assert studio.ended(studio.made())["status"] == "completed"


def test_reading_a_prompt_names_unknown_words_before_anything_is_made(studio: Server) -> None:
    def read(**body: Any) -> dict[str, Any]:
        told: dict[str, Any] = studio.http.post("/v1/videos/read", json=body).json()
        return told

    told = read(prompt="the camera zoms in while the zorblax rises", size="640x360")
    assert [word["word"] for word in told["unknown"]] == ["zoms", "zorblax"]
    assert "zooms" in told["unknown"][0]["near"]
    assert (told["estimate"]["width"], told["problem"]) == (640, None)
    assert "cannot be done" in read(prompt="the horse runs")["problem"]
    assert read(prompt="镜头慢慢推近，然后向左移动")["segments"][1]["start"] == 1.5


def test_reading_tells_what_the_model_will_refuse(studio: Server) -> None:
    def problem(**wishes: Any) -> str | None:
        asked = {"prompt": "a red circle bounces", "model": "diffusion", **wishes}
        told: str | None = studio.http.post("/v1/videos/read", json=asked).json()["problem"]
        return told

    assert "another shape" in (problem(size="640x360") or "")
    assert problem(size="512x512") is None
    assert "seconds at once" in (problem(seconds=4) or "")
    assert "takes no --top-k" in (problem(top_k=8) or "")
    assert problem(size="640x360", seconds=1, extends=f"video_{'0' * 24}") is None, "it has the shape of the clip"
    assert problem(prompt=PROMPT, model="motion", size="640x360") is None, "a photo will be sent with it"
    assert "takes no --extends" in (problem(prompt=PROMPT, model="motion", extends=f"video_{'0' * 24}") or "")


def test_searching_and_paging_find_every_video_once(studio: Server) -> None:
    made = [studio.made(f"the balloon rises, then the camera {move}") for move in ("zooms in", "pans left", "shakes")]
    query = {"search": "BALLOON camera", "limit": "2"}
    first = studio.http.get("/v1/videos", params=query).json()
    rest = studio.http.get("/v1/videos", params={**query, "after": first["last_id"]}).json()
    assert [job["id"] for page in (first, rest) for job in page["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert studio.http.get("/v1/videos", params={"search": "100%_"}).json()["data"] == []


def test_every_wish_that_is_a_file_must_be_sent_as_one() -> None:
    files = {name for name, wish in wishes().items() if wish.metavar in ("FILE", "CLIP")}
    assert set(FILES.values()) == set(GIVEN) == files


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"json": {"prompt": ""}}, 400, "prompt is empty"),
    ({"json": {"prompt": PROMPT, "photo": "/etc/passwd"}}, 400, "opens no path"),
    ({"json": {"prompt": PROMPT, "photo": "../../etc/passwd"}}, 400, "opens no path"),
    ({"json": {"prompt": PROMPT, "input_reference": "http://127.0.0.1/x.jpg"}}, 400, "fetches no address"),
    ({"json": {"prompt": PROMPT, "input_reference": {"file_id": "f"}}}, 400, "data URL"),
    ({"json": {"prompt": PROMPT, "photo": "data:image/png;base64,%%%"}}, 400, "base64"),
    ({"json": {"prompt": PROMPT, "photo": f"data:{'a' * 2**20}"}}, 400, "opens no path"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "lora": f"x:{'1' * 4000}x"}}, 400, "no LoRA"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "negative": "red " * 2000}}, 400, "negative has 8,000 characters"),
    (
        {
            "content": b'--y\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx\r\n--y--\r\n',
            "headers": {"content-type": "multipart/form-data; boundary=y; charset=undefined"},
        },
        400,
        "no encoding known here",
    ),
    ({"json": {"prompt": PROMPT, "photo": "data:image/png;base64,"}}, 400, "is empty"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "mask": "data:text/html;base64,PGI+"}}, 400, "no photo"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "last": "/etc/passwd"}}, 400, "opens no path"),
    ({"data": {"prompt": PROMPT, "last": "photo"}}, 400, "opens no path"),
    ({"data": {"prompt": PROMPT, "mask": "../p.png"}}, 400, "opens no path"),
    ({"json": {"prompt": PROMPT, "extends": "/etc/passwd"}}, 400, "opens no path"),
    ({"json": {"prompt": PROMPT, "extends": {"id": "../../jobs.sqlite3"}}}, 400, "id of a video"),
    ({"data": {"prompt": PROMPT, "video": "video_1/../../x"}}, 400, "id of a video"),
    ({"json": {"prompt": PROMPT, "extends": f"video_{'0' * 24}:1"}}, 404, "no such video"),
    (
        {"data": {"prompt": PROMPT}, "files": {"video": ("c.mp4", b"#EXTM3U\nfile:///etc/passwd")}},
        400,
        "an MP4 or a WebM",
    ),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "lora": "/etc/passwd"}}, 400, "--loras"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "lora": "../x:0.5"}}, 400, "no LoRA"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "variants": 2, "keep": 1}}, 400, "needs a clip of the storybook"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "last": DATA_URL, "model": "motion"}}, 400, "takes no --last"),
    ({"json": {"prompt": PROMPT, "model": "motion"}}, 400, "No photo"),
    ({"json": {"prompt": PROMPT, "model": "gam"}}, 400, "There are motion, autoregressive, diffusion, gan"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "model": str(WEIGHTS / "motion")}}, 400, "There is no model"),
    ({"json": {"prompt": PROMPT, "model": f"hub:{WEIGHTS}"}}, 400, "There is no model"),
    ({"json": {"prompt": PROMPT, "model": "hub:Wan-AI/Wan2.2-TI2V-5B-Diffusers"}}, 400, "--fetch Wan-AI/Wan2.2"),
    ({"json": {"prompt": PROMPT, "model": "../../weights"}}, 400, "There is no model"),
    ({"json": {"prompt": PROMPT, "model": "sora-2"}}, 400, "motion"),
    ({"json": {"prompt": PROMPT, "seconds": "1000"}}, 400, "0.5 to 10"),
    ({"json": {"prompt": PROMPT, "sed": 7}}, 400, "'seed'"),
    ({"json": {"prompt": "the horse runs", "photo": DATA_URL}}, 400, "cannot be done"),
    ({"json": {"prompt": PROMPT, "photo": DATA_URL, "input_reference": DATA_URL}}, 400, "Two photos"),
    ({"json": [1]}, 400, "JSON object"),
    ({"content": b"{" * 100_000, "headers": {"content-type": "application/json"}}, 400, "JSON object"),
    ({"content": b"[" * 200_000, "headers": {"content-type": "application/json"}}, 400, "JSON object"),
    ({"content": b"--x", "headers": {"content-type": "multipart/form-data; boundary=y"}}, 400, ""),
    ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, ""),
    ({"content": b"<p/>", "headers": {"content-type": "text/xml"}}, 415, "multipart/form-data"),
    ({"data": {"prompt": PROMPT}, "files": {"../../evil": ("../../evil", b"x")}}, 400, "input_reference"),
    ({"data": {"prompt": PROMPT}, "files": {"photo": ("../../../tmp/x.jpg", b"no picture")}}, 400, "no photo"),
    ({"data": {"prompt": PROMPT}, "files": [("photo", ("p", b"x"))] * 3}, 400, ""),
    ({"data": {"prompt": [PROMPT, PROMPT]}}, 400, "twice"),
    ({"data": {f"field{n}": "x" for n in range(1000)}}, 400, ""),
    ({"content": iter([b"x" * 2**20] * 40), "headers": {"content-type": "application/json"}}, 413, "32 MB"),
]


@pytest.mark.parametrize(
    ("request_parts", "status", "told"), BAD, ids=[f"{n}-{told}" for n, (_, _, told) in enumerate(BAD)]
)
def test_a_bad_request_is_told_what_to_do_and_leaves_nothing(
    request_parts: dict[str, Any], status: int, told: str, studio: Server
) -> None:
    before = studio.folders()
    answer = studio.http.post("/v1/videos", **request_parts)
    assert answer.status_code == status, answer.text
    assert told in (message := answer.json()["error"]["message"])
    assert str(studio.data) not in message
    assert studio.folders() == before


def test_five_gigabytes_are_refused_when_they_are_announced(studio: Server) -> None:
    host, port = studio.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT) as connection:
        head = f"POST /v1/videos HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 5368709120\r\n\r\n{{".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    assert answer.startswith("HTTP/1.1 413")
    assert "32 MB" in answer


def test_what_is_not_there_is_not_found(studio: Server) -> None:
    for path in ("video_none", "..%2f..%2fjobs.sqlite3", "%00"):
        for method, rest in (("GET", ""), ("GET", "/content"), ("GET", "/events"), ("DELETE", ""), ("POST", "/cancel")):
            assert studio.http.request(method, f"/v1/videos/{path}{rest}").status_code in (404, 405)


def test_other_web_pages_cannot_use_a_server_without_keys(studio: Server) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}):
        assert studio.http.get("/v1/videos", headers=headers).status_code == 403
    assert studio.http.get("/v1/videos", headers={"Origin": studio.address}).status_code == 200


def test_health_and_metrics_tell_what_is_going_on(studio: Server) -> None:
    studio.ended(studio.made())
    assert studio.http.get("/health").json()["status"] == "ok"
    lines = studio.http.get("/metrics").text.splitlines()
    done = next(line for line in lines if line.startswith('mutoscope_jobs_ended_total{outcome="completed"}'))
    assert float(done.split()[1]) >= 1


CONFORMING = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def schemathesis(server: Server, checks: str, config: Path, *flags: str) -> None:
    """Ask what the OpenAPI page says may be asked, and much that may not; nothing undocumented comes back."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
    command = [program, "--config-file", str(config), "run", f"{server.address}/openapi.json"]
    command += ["--checks", checks, "--max-examples", "6", "--phases", "fuzzing"]
    command += ["--suppress-health-check", "all", "--request-timeout", "60", "--seed", "1"]
    command += flags
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=WAIT)
    assert told.returncode == 0, told.stdout[-5000:]


def test_schemathesis_finds_no_fault_and_no_undocumented_answer(studio: Server, tmp_path: Path) -> None:
    (config := tmp_path / "any.toml").touch()
    schemathesis(studio, CONFORMING, config)


def test_schemathesis_finds_no_fault_where_keys_are_asked_for_with_one_and_without(tmp_path: Path) -> None:
    key = add_key(tmp_path / "keys.txt", "one")
    shown = {"Authorization": f"Bearer {key}"}
    with serving(tmp_path / "data", "--keys", str(tmp_path / "keys.txt")) as server:
        made = server.made(key=key)
        with server.http.stream("GET", f"/v1/videos/{made}/events", headers=shown) as told:
            told.read()  # until it has ended
        (config := tmp_path / "of_one.toml").write_text(f'[parameters]\n"path.video_id" = "{made}"\n')
        schemathesis(server, CONFORMING, config, "--max-examples", "2")
        assert server.kept(made) == {"photo", "clip-0.mp4", "thumbnail-0.webp"}, "nobody without a key touched it"
        with_key = ("--header", f"Authorization: {shown['Authorization']}", "--exclude-method", "DELETE")
        schemathesis(server, f"{CONFORMING},ignored_auth", config, *with_key)
        assert server.http.get(f"/v1/videos/{made}", headers=shown).json()["status"] == "completed"
        assert len(server.http.get("/v1/videos", headers=shown).json()["data"]) > 1, "some of it was met"
        assert "Traceback" not in server.log.read_text()


def test_a_photo_that_is_a_bomb_is_refused_quickly(studio: Server) -> None:
    bomb = io.BytesIO()
    Image.new("1", (11_000, 11_000)).save(bomb, "PNG")
    started = time.perf_counter()
    answer = studio.post(photo=bomb.getvalue())
    assert time.perf_counter() - started < 5
    assert answer.status_code == 400
    assert "megapixels" in answer.json()["error"]["message"]
