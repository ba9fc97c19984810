"""What the server must survive, each done to a real one."""

import asyncio
import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import LONG, WAIT, Server, serving, tiny_photo, worker_of

from mutoscope.server.cluster import Cluster
from mutoscope.server.dispatcher import Dispatcher
from mutoscope.server.metrics import Metrics
from mutoscope.server.process import Process, launch
from mutoscope.server.routes import HeldFile
from mutoscope.server.settings import Settings
from mutoscope.server.store import Store


@pytest.mark.slow
def test_a_killed_worker_tries_again_once_and_then_the_queue_goes_on(studio: Server) -> None:
    once, deleted, later = studio.made(**LONG), studio.made(**LONG), studio.made()
    for _ in range(2):
        studio.until(once, lambda job: job["stage"] == "decode")
        os.kill(studio.worker(), signal.SIGKILL)
        studio.until(once, lambda job: job["stage"] != "decode")
    killed = studio.ended(once)
    assert (killed["status"], killed["error"]["code"]) == ("failed", "worker_died")
    assert "smaller size" in killed["error"]["message"]
    studio.until(deleted, lambda job: job["stage"] is not None)
    assert studio.http.delete(f"/v1/videos/{deleted}").json()["deleted"]
    assert studio.ended(later)["status"] == "completed"
    assert studio.kept(once) == {"photo"}
    assert studio.kept(deleted) == set()
    assert studio.kept(later) == {"photo", "clip-0.mp4", "thumbnail-0.webp"}


def test_a_job_whose_worker_is_killed_once_is_made_all_the_same(studio: Server) -> None:
    made = studio.made(size="320x214", seconds="2", fps="24")
    studio.until(made, lambda job: job["stage"] == "decode")
    os.kill(studio.worker(), signal.SIGKILL)
    assert studio.ended(made)["status"] == "completed"
    assert studio.kept(made) >= {"photo", "clip-0.mp4", "thumbnail-0.webp"}
    assert not list(studio.data.rglob(".*unfinished*"))


@pytest.mark.slow
def test_a_worker_without_memory_fails_that_job_with_the_cure_and_does_the_next(studio: Server) -> None:
    large, small = studio.made(size="1280x852", seconds="10", fps="60"), studio.made()
    failed = studio.ended(large)
    assert failed["error"]["code"] == "out_of_memory"
    assert "smaller size" in failed["error"]["message"]
    assert studio.ended(small)["status"] == "completed"
    assert studio.kept(large) == {"photo"}


@pytest.mark.slow
def test_a_killed_server_finishes_its_queue_when_it_is_started_again(tmp_path: Path) -> None:
    first = Server(tmp_path / "data")
    made = [first.made(seed=seed, photo=tiny_photo()) for seed in range(20)]
    first.until(made[3], lambda job: job["status"] != "queued")
    assert first.get(made[-1])["status"] == "queued"
    worker = first.worker()
    first.end(signal.SIGKILL)
    (tmp_path / "data" / "videos" / "video_half").mkdir()  # an upload that was just arriving
    with serving(tmp_path / "data") as second:
        assert [second.ended(video_id)["status"] for video_id in made] == ["completed"] * 20
        assert [path.parent.name for path in second.clips()] == sorted(made)
        listed = second.http.get("/v1/videos", params={"limit": 100, "order": "asc"}).json()["data"]
        assert [job["id"] for job in listed] == made
        assert not (tmp_path / "data" / "videos" / "video_half").exists()
        assert not list(tmp_path.rglob("*unfinished*"))
        assert not Path(f"/proc/{worker}").exists(), "a worker outlived its server"


def test_a_queue_that_cannot_be_taken_up_again_is_told_and_taken_up_as_soon_as_it_can_be(tmp_path: Path) -> None:
    first = Server(tmp_path / "data")
    made = first.made(size="320x214", seconds="4")
    first.until(made, lambda job: job["status"] == "in_progress")
    first.end(signal.SIGKILL)
    (left := tmp_path / "data" / "incoming" / "half").mkdir()
    locked = sqlite3.connect(tmp_path / "data" / "jobs.sqlite3", isolation_level=None)
    locked.execute("BEGIN IMMEDIATE")  # nobody else can write, as on a full disk
    with serving(tmp_path / "data") as second:
        assert not left.exists()
        last = time.monotonic() + WAIT
        while (health := second.http.get("/health")).status_code == 200 and time.monotonic() < last:
            time.sleep(0.1)
        assert (health.status_code, health.json()["status"]) == (503, "stuck")
        assert "log" in health.json()["why"]
        assert str(tmp_path) not in health.text
        assert "mutoscope_workers_stuck 1.0" in second.http.get("/metrics").text
        locked.rollback()
        locked.close()
        assert second.ended(made)["status"] == "completed"
        assert second.http.get("/health").json()["status"] == "ok"
        assert "cannot go on" in second.log.read_text()


def test_workers_that_cannot_be_started_are_tried_again_whatever_the_error(tmp_path: Path) -> None:
    class ActorLostError(Exception):
        """Of a kind that only a cluster knows."""

    async def refused(name: str, memory: float) -> Process:
        raise ActorLostError

    async def tried() -> None:
        dispatcher = Dispatcher(Store(tmp_path), Settings(data=tmp_path), Metrics())
        (worker,) = dispatcher.workers
        worker.launch = refused
        work = asyncio.create_task(dispatcher.run())
        while not isinstance(dispatcher.standstill, ActorLostError):
            assert not work.done(), "it died unnoticed"
            await asyncio.sleep(0.01)
        worker.launch = launch
        async with asyncio.timeout(WAIT):
            while dispatcher.standstill is not None:
                await asyncio.sleep(0.01)
        assert worker.running
        work.cancel()
        await asyncio.wait([work])

    asyncio.run(tried())


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A folder on a disk of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("NO DISK COULD BE MOUNTED, so a full one was not tried: it takes root and the right to mount")
    return folder


@pytest.mark.slow
def test_a_full_disk_is_told_spoils_nothing_and_is_over_when_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    try:
        with serving(small_disk / "data") as server:
            kept = server.made(photo=tiny_photo())
            assert server.ended(kept)["status"] == "completed"
            ballast.write_bytes(bytes(40 * 2**20))  # room for a request, not for a clip
            failed = server.ended(server.made(photo=tiny_photo()))
            assert "no room" in failed["error"]["message"]
            with pytest.raises(OSError, match="No space"):
                ballast.write_bytes(bytes(64 * 2**20))
            refused = server.post()
            assert (refused.status_code, refused.json()["error"]["code"]) == (507, "disk_full")
            assert server.get(kept)["status"] == "completed"
            assert server.http.get(f"/v1/videos/{kept}/content").status_code == 200
            ballast.unlink()
            assert server.ended(server.made())["status"] == "completed"
            assert server.folders() == {path.name for path in (small_disk / "data" / "videos").iterdir()}
    finally:
        subprocess.run(["umount", str(small_disk)], check=True)


def test_on_a_full_disk_deleting_frees_first_and_all_else_says_that_it_is_full(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        running, waiting, cancelled = server.made(**LONG), server.made(), server.made()
        server.until(running, lambda job: job["stage"] is not None)
        room = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, room[1]))  # from now on nothing can be written
        answers = [
            server.http.post(f"/v1/videos/{cancelled}/cancel"),
            server.http.delete(f"/v1/videos/{waiting}"),
            server.http.delete(f"/v1/videos/{running}"),
        ]
        assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [(507, "disk_full")] * 3
        assert server.kept(waiting) == server.kept(running) == set()
        assert server.http.get("/health").json()["why"] == "The server's disk is full."
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, room)
        assert server.http.post(f"/v1/videos/{cancelled}/cancel").json()["error"]["code"] == "cancelled"
        for video_id in (waiting, running):
            assert server.http.delete(f"/v1/videos/{video_id}").json()["deleted"]
        assert [job["id"] for job in server.http.get("/v1/videos").json()["data"]] == [cancelled]


def test_while_another_program_holds_the_table_of_jobs_writing_is_put_off_and_reading_goes_on(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as server:
        running, waiting = server.made(**LONG), server.made()
        server.until(running, lambda job: job["stage"] is not None)
        other = sqlite3.connect(tmp_path / "data" / "jobs.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ways: list[Callable[[], httpx2.Response]] = [
            server.post,
            lambda: server.http.post(f"/v1/videos/{running}/remix"),
            lambda: server.http.post(f"/v1/videos/{waiting}/cancel"),
            lambda: server.http.delete(f"/v1/videos/{waiting}"),
        ]
        before = server.folders()
        for way in ways:
            answer = way()
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "table_locked"), answer.text
            assert answer.json()["error"]["type"] == "server_error"
            assert int(answer.headers["retry-after"]) >= 1
        assert server.folders() <= before
        assert {job["id"] for job in server.http.get("/v1/videos").json()["data"]} == {running, waiting}
        other.rollback()
        other.close()
        assert [way().status_code for way in ways] == [200] * 4
        assert server.http.delete(f"/v1/videos/{running}").status_code == 200
        assert "Traceback" not in server.log.read_text()


def test_a_file_that_takes_long_holds_up_no_other_and_leaves_nothing_when_its_maker_dies(studio: Server) -> None:
    large, small = studio.made(size="320x214", seconds="1", fps="24"), studio.made()
    made = [f"/v1/videos/{video_id}/content" for video_id in (large, small) if studio.ended(video_id)]
    kept = studio.kept(large)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(studio.http.get, made[0], params={"format": "gif"})
        while not list(studio.data.rglob(".*unfinished*")):
            assert not asked.done()
        os.kill(maker := studio.worker("converter"), signal.SIGSTOP)
        assert studio.http.get(made[1], params={"format": "webm"}).status_code == 200
        os.kill(maker, signal.SIGKILL)
        assert (answer := asked.result()).status_code == 400
        assert "Take the MP4" in answer.text
    assert not list(studio.data.rglob(".*unfinished*"))
    assert studio.kept(large) == kept
    assert studio.http.get(made[0], params={"format": "gif"}).content.startswith(b"GIF8")


@pytest.mark.slow
def test_a_clip_that_is_deleted_while_others_fetch_it_is_not_found_and_no_fault(studio: Server) -> None:
    def fetched(video_id: str, query: dict[str, str]) -> set[int]:
        seen = set()
        while 404 not in seen:
            seen.add(studio.http.get(f"/v1/videos/{video_id}/content", params=query).status_code)
        return seen

    said = len(studio.log.read_text())
    ways = [{}, {"variant": "thumbnail"}, {"variant": "preview"}, {"variant": "photo"}, {"format": "gif"}]
    for _ in range(3):
        made = studio.made()
        studio.ended(made)
        with ThreadPoolExecutor(10) as pool:
            fetching = [pool.submit(fetched, made, query) for query in ways * 2]
            assert studio.http.delete(f"/v1/videos/{made}").status_code == 200
        assert set().union(*(done.result() for done in fetching)) <= {200, 404}
    assert "Traceback" not in studio.log.read_text()[said:]


def test_a_file_that_is_deleted_while_it_is_sent_is_sent_whole(tmp_path: Path) -> None:
    clip, sent = tmp_path / "clip.mp4", bytearray()
    whole = random.Random(5).randbytes(2**20)
    clip.write_bytes(whole)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            clip.unlink()
        sent.extend(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.Event().wait()

    asyncio.run(HeldFile(clip)({"type": "http", "method": "GET", "headers": []}, receive, send))
    assert bytes(sent) == whole


needs_ray = pytest.mark.skipif(
    find_spec("ray") is None,
    reason="RAY IS NOT INSTALLED, so workers on a cluster were not tried: pip install 'mutoscope[ray]'",
)


@pytest.mark.slow
@needs_ray
def test_each_graphics_card_of_a_ray_cluster_has_a_worker_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    ray.init(num_cpus=2, num_gpus=2, include_dashboard=False)  # Ray takes our word for the cards
    monkeypatch.setattr(ray, "init", lambda *said, **more: None)  # it is there already
    cluster = Cluster("ray", tmp_path)

    async def started() -> None:
        workers = [await launch(f"maker-{n}", 1.0) for n, launch in enumerate(cluster.launches)]
        cards = {
            said for n in range(2) for said in environment(f"maker-{n}") if said.startswith(b"CUDA_VISIBLE_DEVICES=")
        }
        assert cards == {b"CUDA_VISIBLE_DEVICES=0", b"CUDA_VISIBLE_DEVICES=1"}
        for worker in workers:
            worker.kill()
            assert await worker.wait() == -signal.SIGKILL

    def environment(name: str) -> list[bytes]:
        return Path(f"/proc/{worker_of(os.getpid(), name)}/environ").read_bytes().split(b"\0")

    try:
        asyncio.run(started())
    finally:
        ray.shutdown()


@pytest.mark.slow
@needs_ray
def test_workers_on_a_ray_cluster_make_cancel_and_die_as_those_here_do(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--workers", "ray") as server:
        assert server.ended(server.made())["status"] == "completed"
        cancelled, killed, later = server.made(**LONG), server.made(**LONG), server.made()
        server.until(cancelled, lambda job: job["stage"] == "decode")
        assert server.http.post(f"/v1/videos/{cancelled}/cancel").json()["error"]["code"] == "cancelled"
        server.until(killed, lambda job: job["stage"] == "decode")
        worker = server.worker()
        os.kill(worker, signal.SIGKILL)
        assert server.ended(killed)["status"] == "completed"
        assert server.ended(later)["status"] == "completed"
        assert worker != (last := server.worker())
        assert server.kept(cancelled) == {"photo"}
    assert not Path(f"/proc/{last}").exists(), "a worker outlived its server"
    assert "Traceback" not in server.log.read_text()
