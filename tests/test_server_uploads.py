"""What clients send, spoilt or hostile: it is refused in words, nothing is written elsewhere, and the server lives."""

import io
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import httpx2
import numpy as np
import pytest
from conftest import PROMPT, TINY, Server, tiny_photo
from PIL import Image

from mutoscope.media.video import Video

DRAWN = {"prompt": "a red circle bounces", "seconds": "0.5", "steps": "1"}
NAMES = ("../../../evil.jpg", "a\x00b.png", "C:\\evil.exe", "x" * 3000, "photo", "../mask", "视频.mp4")


@pytest.fixture(autouse=True)
def desk(studio: Server) -> None:
    """Whoever looks at what is sent has started: that takes seconds."""
    assert studio.http.post("/v1/videos/read", json=DRAWN).status_code == 200


def photo(kind: str) -> bytes:
    """The small photo as one kind of picture."""
    kept = io.BytesIO()
    Image.open(io.BytesIO(tiny_photo())).save(kept, kind)
    return kept.getvalue()


def clip(folder: Path, ending: str, side: int = 64) -> bytes:
    """A short clip of something that moves."""
    frames = np.zeros((8, side, side, 3), np.uint8)
    for index, frame in enumerate(frames):
        frame[4 * index :, : 8 * index] = 40 * index % 256
    return Video(frames, 8).save(folder / f"clip{ending}").read_bytes()


def film(
    size: tuple[int, int], count: int, rate: int = 24, step: int = 1, claimed: tuple[int, int] | None = None
) -> bytes:
    """An MP4 of the same black PNG again and again: small, whatever its frames are.

    `step`: how many `rate`ths of a second each is shown; `claimed`: the size that its head tells, where that is another.
    """
    png, kept = io.BytesIO(), io.BytesIO()
    Image.new("1", size).save(png, "PNG")
    with av.open(kept, "w", format="mp4") as container:
        stream = container.add_stream("png", rate=rate)
        stream.width, stream.height = claimed or size
        stream.pix_fmt = "monob"
        for index in range(count):
            packet = av.Packet(png.getvalue())
            packet.stream, packet.time_base = stream, Fraction(1, rate)
            packet.pts = packet.dts = index * step
            container.mux(packet)
    return kept.getvalue()


def spoilt(seed: bytes, dice: random.Random) -> bytes:
    """The same with some bytes changed, most of them near its beginning, and cut off somewhere."""
    data = bytearray(seed)
    for _ in range(dice.randint(8, 40)):
        data[min(int(dice.expovariate(0.02)), len(data) - 1)] = dice.randrange(256)
    return bytes(data[: dice.randint(1, len(data))])


def nicked(seed: bytes, dice: random.Random) -> bytes:
    """The same with a few bytes changed anywhere: what is told of it stays readable, and its pictures reach the decoder."""
    data = bytearray(seed)
    for _ in range(dice.randint(1, 6)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def sent(studio: Server, field: str, name: str, data: bytes) -> httpx2.Response:
    """What the server answers to a file; a job that comes of it is deleted."""
    form = DRAWN if field == "extends" else {"prompt": PROMPT, **TINY}
    answer = studio.http.post("/v1/videos", data=form, files={field: (name, data)})
    if answer.status_code == 200:
        studio.http.delete(f"/v1/videos/{answer.json()['id']}")
    return answer


def sent_all(studio: Server, uploads: list[tuple[str, str, bytes]]) -> list[int]:
    """The statuses of all answers, each of which is checked; and that nothing is left anywhere."""
    before, around, said = studio.folders(), set(studio.data.parent.iterdir()), len(studio.log.read_text())

    def status(upload: tuple[str, str, bytes]) -> int:
        answer = sent(studio, *upload)
        assert answer.status_code in (200, 400, 429), answer.text
        if answer.is_error:
            assert len(message := answer.json()["error"]["message"]) > 20
            assert str(studio.data) not in message
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(status, uploads))
    assert studio.folders() == before
    assert set(studio.data.parent.iterdir()) == around
    assert "Traceback" not in studio.log.read_text()[said:]
    assert "could not answer" not in studio.log.read_text()[said:], "the desk died"
    return statuses


@pytest.mark.slow
def test_a_thousand_spoilt_uploads_are_refused_and_the_server_lives(studio: Server, tmp_path: Path) -> None:
    dice = random.Random(5)
    photos = [photo(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")]
    clips = [clip(tmp_path, ending) for ending in (".mp4", ".webm")] + [film((64, 64), 8)]
    seeds = [("photo", data) for data in (*photos, clips[0])] + [("extends", data) for data in (*clips, photos[0])]
    uploads = []
    for n in range(1000):
        field, seed = seeds[n % len(seeds)]
        spoil = nicked if field == "extends" and n % 3 else spoilt
        uploads.append((field, NAMES[n % len(NAMES)], spoil(seed, dice)))
    statuses = sent_all(studio, uploads)
    print({status: statuses.count(status) for status in set(statuses)})
    assert statuses.count(400) > 500
    assert studio.ended(studio.made())["status"] == "completed"


def test_some_spoilt_clips_are_refused_and_the_desk_that_decodes_them_lives(studio: Server, tmp_path: Path) -> None:
    dice = random.Random(7)
    whole = [clip(tmp_path, ending) for ending in (".mp4", ".webm")] + [film((64, 64), 8)]
    damaged = [spoil(whole[n % 3], dice) for spoil in (spoilt, nicked) for n in range(15)]
    statuses = sent_all(studio, [("extends", NAMES[n % len(NAMES)], data) for n, data in enumerate(damaged)])
    assert statuses.count(400) > 10
    assert [sent(studio, "extends", "clip", data).status_code for data in whole] == [200] * 3


SDP = b"\nv=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a huge frame": (lambda: film((11_000, 11_000), 2), "far too large"),
    "a huge frame that tells another size": (lambda: film((11_000, 11_000), 2, claimed=(64, 64)), "far too large"),
    "large frames": (lambda: film((7_680, 4_320), 40), "million pixels"),
    "many frames": (lambda: film((16, 16), 16_000), "Cut it shorter"),
    "a frame in a day": (lambda: film((64, 64), 3, rate=1, step=86_400), "frames a second"),
    "frames by the thousand": (lambda: film((64, 64), 3, rate=10_000), "1 to 240"),
    "next to nothing": (lambda: film((2, 2), 3), "16 to 7680 pixels"),
    "a playlist": (lambda: b"#EXTM3U\nfile:///etc/passwd\n", "cannot be read"),
    "a session of a network": (lambda: b"\x1aE\xdf\xa3" + SDP, "cannot be read"),
    "a list of files": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", "cannot be read"),
    "a picture": (tiny_photo, "cannot be read"),
    "nothing": (lambda: b"", "cannot be read"),
}


@pytest.mark.parametrize(("made", "told"), HOSTILE.values(), ids=HOSTILE)
def test_a_clip_that_is_a_bomb_or_none_is_refused_quickly(made: Callable[[], bytes], told: str, studio: Server) -> None:
    data, before = made(), studio.folders()
    assert len(data) < 2 * 2**20
    started = time.perf_counter()
    answer = sent(studio, "extends", "clip.mp4", data)
    assert time.perf_counter() - started < 5
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"], answer.text
    assert studio.folders() == before


def test_a_clip_of_odd_sides_goes_on_without_its_last_row_and_column(studio: Server) -> None:
    answer = studio.http.post("/v1/videos", data=DRAWN, files={"video": ("clip", film((65, 51), 6, rate=8))})
    made = studio.ended(answer.json()["id"])
    assert (made["status"], made["size"]) == ("completed", "64x50"), made
    assert made["clips"][0]["frames"] == 6 + 4


@pytest.mark.parametrize("fault", [signal.SIGKILL, pytest.param(signal.SIGSTOP, marks=pytest.mark.slow)])
def test_a_decoder_that_ends_or_hangs_costs_its_own_request_alone(studio: Server, tmp_path: Path, fault: int) -> None:
    before, data = studio.folders(), clip(tmp_path, ".mp4")
    os.kill(desk := studio.worker("desk"), signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(sent, studio, "extends", "clip.mp4", data)
        while studio.folders() == before:
            time.sleep(0.01)
        os.kill(desk, fault)
        assert studio.http.get("/health").status_code == 200
        answer = asked.result()
    assert (answer.status_code, "as MP4" in answer.text) == (400, True), answer.text
    assert studio.folders() == before
    assert sent(studio, "extends", "clip.mp4", data).status_code == 200
