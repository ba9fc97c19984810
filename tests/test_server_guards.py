"""Whom the server lets in, and how much: keys, limits and crowds."""

import json
import re
import subprocess
import sys
import time
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import LONG, PROMPT, TINY, Server, serving, tiny_photo

from mutoscope.cli import main
from mutoscope.devices import graphics_cards
from mutoscope.errors import MutoscopeError
from mutoscope.request import MOST_PIXELS, wishes
from mutoscope.server.keys import add_key, read_keys
from mutoscope.server.settings import Settings


@pytest.mark.slow
def test_two_hundred_clients_at_once_for_a_minute_meet_no_error_but_a_full_queue(tmp_path: Path) -> None:
    seconds, waits = 60, []
    with serving(tmp_path / "data", "--queue", "20", "--jobs-per-key", "20") as server:
        server.ended(server.made(photo=tiny_photo()))
        before, crowd = server.memory(), gathered(server, seconds)
        last = time.monotonic() + seconds
        while time.monotonic() < last:
            started, starved = time.perf_counter(), server.starved()
            assert server.http.get("/health").status_code == 200
            waits.append(time.perf_counter() - started - (server.starved() - starved))
            time.sleep(0.05)
        answered = json.loads(crowd.communicate()[0])
        assert crowd.returncode == 0
        grown = server.memory() - before
        print(answered, f"/health at most {1000 * max(waits):.0f} ms of {len(waits)}, {grown >> 10} KiB more")
        assert set(answered) == {"200", "429"}
        assert max(waits) < 0.2, sorted(waits)
        assert grown < 30 * 2**20
        assert "Traceback" not in server.log.read_text()


def gathered(server: Server, seconds: float) -> "subprocess.Popen[str]":
    """Two hundred clients in a process of their own, each with a photo and a sentence."""
    form = {"prompt": PROMPT, **TINY}
    request = server.http.build_request("POST", "/v1/videos", data=form, files={"photo": ("p", tiny_photo())})
    asked = {"headers": {"Content-Type": request.headers["content-type"]}, "body": request.read().hex()}
    words = [sys.executable, str(Path(__file__).with_name("crowd.py")), *server.address[7:].split(":"), str(seconds)]
    crowd = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert crowd.stdin
    crowd.stdin.write(json.dumps(asked))
    crowd.stdin.close()
    crowd.stdin = None  # so that communicate() does not write to it again
    return crowd


@pytest.mark.slow
def test_a_thousand_jobs_leave_the_server_as_small_as_it_was(tmp_path: Path) -> None:
    trivial, sizes = {"steps": 1, "guidance": 1}, []
    with serving(tmp_path / "data", "--queue", "100", "--jobs-per-key", "100") as server:
        for round_of_jobs in range(10):
            made = [server.made(photo=tiny_photo(), seed=100 * round_of_jobs + n, **trivial) for n in range(100)]
            assert {server.ended(video_id)["status"] for video_id in made} == {"completed"}
            for video_id in made:
                assert server.http.get(f"/v1/videos/{video_id}/content").status_code == 200
            sizes.append(server.memory())
        assert len(server.clips()) == 1000
        assert "Traceback" not in server.log.read_text()
    print([size >> 10 for size in sizes], "KiB")
    assert sizes[-1] - sizes[0] < 4 * 2**20, sizes


def test_workers_are_so_many_here_or_on_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("0", "65", "-1", "many", "ray://", "ray://host", "http://host:1"):
        with pytest.raises(MutoscopeError, match="ray://HOST:PORT"):
            Settings(workers=wrong)
    assert not Settings(workers="64").on_ray
    monkeypatch.setattr("mutoscope.server.settings.find_spec", lambda name: None)
    with pytest.raises(MutoscopeError, match=r"mutoscope\[ray\]"):
        Settings(workers="ray://head:10001")


def test_each_graphics_card_has_a_worker_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "CUDA_VISIBLE_DEVICES", "3,GPU-8932f937"
    )  # none that this machine has: no network is asked of them
    with serving(tmp_path / "data") as server:
        for worker, card in (("maker-0", "3"), ("maker-1", "GPU-8932f937")):
            told = Path(f"/proc/{server.worker(worker)}/environ").read_bytes().split(b"\0")
            assert f"CUDA_VISIBLE_DEVICES={card}".encode() in told
    for hidden in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
        assert graphics_cards() == []
        assert Settings().workers == "1"


def test_two_keys_see_nothing_of_each_other(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    one, other = add_key(keys, "one"), add_key(keys, "other")
    assert one not in keys.read_text()
    with serving(tmp_path / "data", "--keys", str(keys), "--jobs-per-key", "2") as server:
        made = server.made(key=one)

        def status(key: str, method: str, path: str) -> int:
            return server.http.request(method, path, headers={"Authorization": f"Bearer {key}"}).status_code

        ways = [("GET", ""), ("GET", "/content"), ("GET", "/events"), ("POST", "/cancel"), ("POST", "/remix")]
        for method, rest in [*ways, ("DELETE", "")]:
            assert status(other, method, f"/v1/videos/{made}{rest}") == 404
            for wrong in ("y", "x", one[:-1], one.upper()):
                assert status(wrong, method, f"/v1/videos/{made}{rest}") == 401

        def extended(key: str, video_id: str) -> tuple[int, str]:
            asked = {"prompt": "a red circle bounces", "seconds": "0.5", "video": {"id": video_id}}
            shown = {"Authorization": f"Bearer {key}"}
            answer = server.http.post("/v1/videos/extensions", json=asked, headers=shown)
            return answer.status_code, answer.text if answer.is_error else ""

        with server.http.stream("GET", f"/v1/videos/{made}/events", headers={"Authorization": f"Bearer {one}"}) as told:
            told.read()  # until it has ended
        assert (refused := extended(other, made)) == extended(other, f"video_{'0' * 24}"), "as if it were not there"
        assert refused[0] == 404
        assert extended(one, made) == (200, "")
        listed = server.http.get("/v1/videos", headers={"Authorization": f"Bearer {other}"}).json()
        assert listed["data"] == []
        assert status(one, "GET", f"/v1/videos/{made}") == 200
        assert server.http.get("/health").status_code == 200
        assert server.http.get("/metrics").status_code == 401
        assert {server.post(key=one, **LONG).status_code for _ in range(3)} == {200, 429}
        assert server.post(key=other).status_code == 200


def test_without_keys_the_server_is_for_this_machine_only() -> None:
    with pytest.raises(MutoscopeError, match="--keys"):
        Settings(host="0.0.0.0")
    assert Settings(host="::1").host == "::1"


def test_a_data_folder_has_one_server(studio: Server) -> None:
    words = ["mutoscope", "serve", "--port", "0", "--data", str(studio.data)]
    second = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "already uses" in second.stderr


def test_every_limit_is_listed_with_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["serve", "--help"])
    told, defaults = " ".join(capsys.readouterr().out.split()), vars(Settings())
    for name in ("queue", "jobs_per_key", "upload", "seconds", "megapixels", "patience", "memory"):
        (said,) = re.findall(rf" --{name.replace('_', '-')} [A-Z]+ (.+?)(?= --|$)", told.partition("options:")[2])
        assert f"default {defaults[name]})" in said


def test_a_server_keeps_the_limits_that_it_was_given_and_says_whom_it_serves(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--queue", "1", "--upload", "1", "--seconds", "1", "--megapixels", "1") as server:
        assert "for this machine only, as there are no --keys" in server.log.read_text()
        refused = [
            (server.post(seconds="2"), 400, "Here a clip may have 1."),
            (server.post(size="640x426", seconds="1", fps="24"), 400, "Here a clip may have 1 million pixels."),
            (server.post(photo=bytes(2**20)), 413, "A request may have 1 MB."),
        ]
        made = server.made(variants=16)
        refused.append((full := server.post(), 429, "No more may wait on this server."))
        for answer, status, told in refused:
            assert (answer.status_code, told in answer.json()["error"]["message"]) == (status, True), answer.text
        assert int(full.headers["retry-after"]) >= 1
        assert server.ended(made)["status"] == "completed"
        assert server.post().status_code == 200
        assert len(server.folders()) == 2


def test_the_limits_of_a_server_lie_within_those_of_a_request() -> None:
    limits = {known.name: known.metadata["wish"] for known in fields(Settings)}
    assert limits["seconds"].high == wishes()["seconds"].high
    assert limits["megapixels"].high * 1_000_000 == MOST_PIXELS
    for wrong in ({"seconds": 11.0}, {"megapixels": 1001}):
        with pytest.raises(MutoscopeError, match="It must be from"):
            Settings(**wrong)


def test_a_file_of_keys_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    keys = tmp_path / "keys.txt"
    for text, told in (("", "no keys"), ("alice secret\n", "Key 1"), ("# nobody\n", "no keys")):
        keys.write_text(text)
        with pytest.raises(MutoscopeError, match=told):
            read_keys(keys)
    keys.write_text("")
    keys.unlink()
    key = add_key(keys, "alice")
    assert read_keys(keys).owner(key) == "alice"
    assert read_keys(keys).owner(key + "x") is None
    assert keys.stat().st_mode & 0o077 == 0
    with pytest.raises(MutoscopeError, match="already has a key"):
        add_key(keys, "alice")
