"""Videos on disk: what is written plays, is near the frames, is the same twice, and is there whole or not at all."""

import os
import resource
import signal
import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from test_manifest import manifest

import mutoscope
from mutoscope.errors import MutoscopeError
from mutoscope.manifest import Manifest
from mutoscope.media.contact_sheet import contact_sheet
from mutoscope.media.photos import fit_photo, open_photo
from mutoscope.media.video import Video, check_output, read_manifest, video_shape
from mutoscope.progress import Step

SAMPLE = Path(mutoscope.__file__).parent / "samples" / "coffee.jpg"


def video(frames: int = 6, width: int = 96, height: int = 64, kept: Manifest | None = None) -> Video:
    """The sample photo, panned over: detailed, and different in every frame."""
    photo = fit_photo(open_photo(SAMPLE), width + 4 * frames, height)
    moving = [photo[:, 4 * index : 4 * index + width] for index in range(frames)]
    return Video(np.stack(moving), 24, manifest() if kept is None else kept)


def psnr(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio in dB."""
    return float(10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2)))


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_clip_comes_back_with_its_frames_its_rate_and_its_manifest(ending: str, tmp_path: Path) -> None:
    path = video().save(tmp_path / f"clip.{ending}")
    back = Video.open(path)
    assert back.frames.shape == (6, 64, 96, 3)
    assert back.fps == 24
    assert back.manifest == read_manifest(path) == manifest()
    for index in range(6):  # each frame is nearer to its own than to the next: none is lost, none doubled
        own = psnr(back.frames[index], video().frames[index])
        assert own > 30
        assert own > psnr(back.frames[index], video().frames[(index + 1) % 6]) + 3


def test_an_mp4_is_what_browsers_play_with_its_index_first_and_its_colours_tagged(tmp_path: Path) -> None:
    path = video().save(tmp_path / "clip.mp4")
    data = path.read_bytes()
    assert 0 < data.find(b"moov") < data.find(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
        assert stream.average_rate == 24


def test_the_first_frame_is_the_photo_for_the_plainest_of_readers(tmp_path: Path) -> None:
    clip = video(4, 1280, 720)
    path = clip.save(tmp_path / "clip.mp4")
    with av.open(str(path)) as container:
        plain: NDArray[Any] = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert psnr(plain, clip.frames[0]) >= 38
    assert psnr(Video.open(path).frames[0], clip.frames[0]) >= 38


def test_colours_are_neither_washed_out_nor_shifted(tmp_path: Path) -> None:
    patches = np.array([[0, 0, 0], [255, 255, 255], [200, 40, 40], [40, 160, 60], [50, 60, 200]], np.uint8)
    frames = np.repeat(patches.repeat(32, 0)[None, None].repeat(64, 1), 3, 0)
    back = Video.open(Video(frames, 24).save(tmp_path / "clip.mp4")).frames[0, 32, 16::32]
    assert np.abs(back.astype(int) - patches).max() <= 4


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
def test_the_same_frames_give_the_same_bytes(ending: str, tmp_path: Path) -> None:
    first, second = (video().save(tmp_path / f"{name}.{ending}").read_bytes() for name in "ab")
    assert first == second


def test_a_gif_is_small_moves_and_plays_for_ever(tmp_path: Path) -> None:
    path = video(4, 960, 320).save(tmp_path / "clip.gif")
    with Image.open(path) as image:
        assert (image.size, getattr(image, "n_frames", 1), image.info["loop"]) == ((480, 160), 4, 0)
        small = np.array(Image.fromarray(video(4, 960, 320).frames[0]).resize((480, 160), Image.Resampling.BOX))
        assert psnr(np.array(image.convert("RGB")), small) > 25
    assert read_manifest(path) == manifest()


def test_a_contact_sheet_shows_frames_in_order_with_their_times_and_keeps_the_manifest(tmp_path: Path) -> None:
    shades = np.arange(72, dtype=np.uint8)[:, None, None, None] * 3 + np.zeros((1, 90, 160, 3), np.uint8)
    sheet = contact_sheet(shades, 24)
    shown = [int(sheet[6 + 20 + row * 114, 6 + 20 + column * 166, 0]) for row in range(3) for column in range(4)]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, 213)
    label = sheet[6 + 90 : 6 + 90 + 18, 6:60]
    assert label.min() < 100
    assert read_manifest(video().save(tmp_path / "clip.png")) == manifest()


def test_odd_frames_are_refused_where_the_format_needs_even_sides(tmp_path: Path) -> None:
    odd = Video(np.zeros((2, 65, 97, 3), np.uint8), 24)
    with pytest.raises(MutoscopeError, match="97x65"):
        odd.save(tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []
    assert odd.save(tmp_path / "clip.gif").exists()


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
def test_every_file_says_to_people_that_it_was_generated(ending: str, tmp_path: Path) -> None:
    mark, path = f"Generated by Mutoscope {manifest().version}", video().save(tmp_path / f"clip.{ending}")
    match ending:
        case "gif":  # its first comment; the second one is the manifest
            assert path.read_bytes().index(mark.encode()) < path.read_bytes().index(b'{"')
        case "png":
            with Image.open(path) as image:
                assert image.info["Description"] == mark
        case _:
            with av.open(str(path)) as container:
                assert {name.lower(): said for name, said in container.metadata.items()}["description"] == mark
    assert read_manifest(path) == manifest()
    assert b"Generated" not in Video(video().frames, 24).save(path).read_bytes(), "who made it is not known"


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif"])
def test_ctrl_c_while_writing_leaves_the_old_file_and_no_half_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"clip.{ending}"
    path.write_bytes(b"old")

    def stop(step: Step) -> None:
        if step.done == 3:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        video().save(path, stop)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [(path.name, b"old")]


@pytest.mark.parametrize("ending", ["mp4", "webm", "gif", "png"])
def test_a_disk_that_fills_up_is_told_and_nothing_is_left(ending: str, tmp_path: Path) -> None:
    clip = video(6, 320, 240)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limit[1]))  # the kernel then refuses to let a file grow
    try:
        with pytest.raises(MutoscopeError, match="no room"):
            clip.save(tmp_path / f"clip.{ending}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(tmp_path.iterdir()) == []


def locked_folder(tmp_path: Path) -> Path:
    """A folder that takes no new file, even from root."""
    if os.geteuid() == 0:
        return Path("/proc")
    (tmp_path / "locked").mkdir(mode=0o500)
    return tmp_path / "locked"


def test_an_output_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").touch()
    bad = {
        "clip.avi": "ends in .avi",
        "clip": "ends in nothing",
        "folder.mp4": "is a folder",
        "missing/clip.mp4": "is not there",
        "file/clip.mp4": "is not there",
        "a\0b.mp4": "cannot be written",
        "x" * 300 + ".mp4": "cannot be written",
        str(locked_folder(tmp_path) / "clip.mp4"): "cannot be written",
    }
    for name, problem in bad.items():
        with pytest.raises(MutoscopeError) as caught:
            check_output(tmp_path / name)
        assert problem in caught.value.problem
    assert check_output(tmp_path / "clip.MP4") == tmp_path / "clip.MP4"
    assert {path.name for path in tmp_path.iterdir()} <= {"folder.mp4", "file", "locked"}


@pytest.mark.parametrize("name", ["missing.mp4", ".", "text.mp4", "empty.mp4", "half.mp4", "picture.png", "text.png"])
def test_what_is_no_clip_is_refused_in_words(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("This is no video.")
    (tmp_path / "text.png").write_text("This is no picture.")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "half.mp4").write_bytes(video().save(tmp_path / "whole.mp4").read_bytes()[:600])
    Image.new("RGB", (32, 32)).save(tmp_path / "picture.png")
    with pytest.raises(MutoscopeError):
        read_manifest(tmp_path / name)


@pytest.mark.parametrize(("matrix", "turns"), [((0, 1, -1, 0), 3), ((-1, 0, 0, -1), 2), ((0, -1, 1, 0), 1)])
def test_a_clip_of_a_telephone_stands_as_it_was_held(matrix: tuple[int, ...], turns: int, tmp_path: Path) -> None:
    frames = np.zeros((3, 32, 64, 3), np.uint8)
    frames[:, :16, :32] = 255
    lying = Video(frames, 8).save(tmp_path / "lying.mp4")
    content = lying.read_bytes()
    upright = struct.pack(">9i", *(0x10000 if i == j else 0 for i in range(2) for j in range(3)), 0, 0, 1 << 30)
    a, b, c, d = (one * 0x10000 for one in matrix)
    held = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    at = content.index(upright, content.index(b"tkhd"))  # the track's own matrix, not that of the whole file
    (tmp_path / "held.mp4").write_bytes(content[:at] + held + content[at + 36 :])
    shown = Video.open(tmp_path / "held.mp4")
    assert np.abs(shown.frames[0].astype(int) - np.rot90(Video.open(lying).frames[0], turns)).max() <= 1
    shape = video_shape(tmp_path / "held.mp4")
    assert (shape.height, shape.width) == shown.frames.shape[1:3]


def test_a_notebook_shows_the_video_itself() -> None:
    assert "data:video/mp4;base64,AAAA" in video()._repr_html_()
