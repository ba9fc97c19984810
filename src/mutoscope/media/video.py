"""A video: frames, their rate, and how they were made; on disk by the ending of its name."""

import base64
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mutoscope.errors import MutoscopeError, NoRoomError
from mutoscope.manifest import Manifest
from mutoscope.media.contact_sheet import contact_sheet
from mutoscope.media.credentials import Credentials, check_signable
from mutoscope.media.decoding import read_comment, read_frames, read_shape
from mutoscope.media.encoding import write_gif, write_mp4, write_webm
from mutoscope.media.sound import Sound
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.shapes import ClipShape

ENDINGS = (".mp4", ".webm", ".gif", ".png")
ROOM = 32 * 2**20  # bytes that should be free before work starts: a long clip needs about that
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, kw_only=False, eq=False)
class Video:
    """Frames (T, H, W, 3) uint8 RGB at `fps`, the manifest, `stats` (seconds by stage, peak_memory in bytes), and sound."""

    frames: NDArray[np.uint8]
    fps: int
    manifest: Manifest | None = None
    stats: dict[str, Any] = field(default_factory=dict)
    sound: Sound | None = None  # as it was made; `open` does not read it back
    mark: str = ""  # what its file says of where it comes from, if there is no manifest

    def save(self, path: str | Path, on_progress: OnProgress = ignore, credentials: Credentials | None = None) -> Path:
        """Write the video as its ending says (.mp4, .webm, .gif, or a contact sheet .png): all of it, or nothing.

        `credentials`: who signs that it was generated.
        """
        target = check_output(path)
        if credentials is not None:
            check_signable(target)
        height, width = self.frames.shape[1:3]
        if target.suffix.lower() in (".mp4", ".webm") and (height % 2 or width % 2):
            raise MutoscopeError(
                f"The frames are {width}x{height}.", "An MP4 or a WebM needs even sides.", "Cut one row or column off."
            )
        with finished_only(target) as unfinished:
            self._write(unfinished, on_progress)
            if credentials is not None:
                credentials.sign(unfinished, target.name)
        return target

    @classmethod
    def open(cls, path: str | Path, seconds: float | None = None) -> "Video":
        """The frames of a video file as they were encoded (of its first `seconds`), with its manifest if it has one."""
        with _told_as_unreadable(Path(path)):
            frames, rate, metadata = read_frames(Path(path), seconds)
        manifest = Manifest.from_json(metadata["comment"]) if _is_manifest(metadata.get("comment")) else None
        return cls(frames, rate, manifest, mark=metadata.get("description", ""))

    def _write(self, path: Path, on_progress: OnProgress) -> None:
        mark = {"description": self.mark} if self.mark else {}
        said = mark if self.manifest is None else self.manifest.metadata()
        match path.suffix.lower():
            case ".mp4":
                write_mp4(path, self.frames, self.fps, said, on_progress, self.sound)
            case ".webm":
                write_webm(path, self.frames, self.fps, said, on_progress, self.sound)
            case ".gif":
                write_gif(path, self.frames, self.fps, said, on_progress)
            case _:
                words = PngInfo()
                for name, text in said.items():
                    words.add_itxt(name.capitalize(), text)
                Image.fromarray(contact_sheet(self.frames, self.fps)).save(path, "PNG", pnginfo=words)
                on_progress(Step(stage="encode", done=1, total=1))

    def _repr_html_(self) -> str:
        """The video itself, for notebooks."""
        with tempfile.TemporaryDirectory() as folder:
            clip = base64.b64encode(self.save(Path(folder) / "clip.mp4").read_bytes()).decode()
        height, width = self.frames.shape[1:3]
        return (
            f'<video controls loop autoplay muted playsinline width="{width}" height="{height}" '
            f'style="max-width:100%;height:auto" '
            f'src="data:video/mp4;base64,{clip}"></video>'
        )


def video_shape(path: str | Path) -> ClipShape:
    """The frames of a video file, their size and rate: all are decoded, which finds most faults, and none is kept."""
    with _told_as_unreadable(Path(path)):
        return read_shape(Path(path))


def read_manifest(path: str | Path) -> Manifest:
    """The manifest inside a clip (.mp4, .webm, .gif) or a contact sheet (.png) that Mutoscope made."""
    path = Path(path)
    with _told_as_unreadable(path):
        comment = _png_comment(path) if path.suffix.lower() == ".png" else read_comment(path)
    if comment is None or not _is_manifest(comment):
        raise MutoscopeError(
            f"{path} does not say how it was made.",
            "Only a clip or a contact sheet that Mutoscope made holds a manifest, and other programs drop it.",
            "Take the clip as Mutoscope saved it.",
        )
    return Manifest.from_json(comment)


def check_output(path: str | Path, endings: Sequence[str] = ENDINGS) -> Path:
    """The path, if something could be written there now: known ending, a folder that can be written to, and room."""
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise MutoscopeError(
            f"The output {target} ends in {target.suffix or 'nothing'}.",
            f"The ending chooses what is written: {', '.join(endings)}.",
            f"Name it {target.stem or 'clip'}{endings[0]}, for example.",
        )
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.stat(target)  # complains of names that no file can have
        if target.is_dir():
            raise MutoscopeError(
                f"The output {target} is a folder.", "It must be a file.", f"Write {target / 'clip.mp4'}."
            )
        if not target.parent.is_dir():
            raise MutoscopeError(
                f"The output's folder {target.parent} is not there.",
                "It must exist.",
                f"Make it first: mkdir -p {target.parent}",
            )
        free = shutil.disk_usage(target.parent).free
        probe = _beside(target)  # whether a file may be made is only known by making one
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        probe.unlink()
    except (OSError, ValueError) as error:
        raise _unwritable(target, error) from error
    if free < ROOM:
        raise _full(target, f"{free / 1e6:.0f} MB are free")
    return target


@contextmanager
def finished_only(target: Path) -> Iterator[Path]:
    """A temporary path beside the target: it takes its place if all goes well, and is removed if not (Ctrl-C too)."""
    unfinished = _beside(target)
    try:
        yield unfinished
        os.replace(unfinished, target)
    except OSError as error:
        raise (_full(target, "the disk is full") if error.errno in NO_ROOM else _unwritable(target, error)) from error
    finally:
        with suppress(FileNotFoundError):
            unfinished.unlink()


def _beside(target: Path) -> Path:
    return target.with_name(f".{uuid4().hex[:12]}.unfinished{target.suffix}")


def _unwritable(target: Path, error: Exception) -> MutoscopeError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return MutoscopeError(
        f"The output {target} cannot be written ({why}).",
        "Its folder must allow new files.",
        "Choose another --output, or change the folder's permissions.",
    )


def _full(target: Path, why: str) -> NoRoomError:
    return NoRoomError(
        f"There is no room for {target}: {why}.",
        f"A clip may need {ROOM // 2**20} MB.",
        "Free some space, or write elsewhere.",
    )


@contextmanager
def _told_as_unreadable(path: Path) -> Iterator[None]:
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        with path.open("rb"):
            pass
        yield
    except FileNotFoundError as error:
        raise MutoscopeError(
            f"There is no file {path}.", f"It is looked for from {os.getcwd()}.", "Check its name."
        ) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no pictures in it"
        raise MutoscopeError(
            f"The video {path} cannot be read ({why}).",
            "It must be a whole video file, such as an MP4 or a WebM.",
            "Take the clip as it was first saved.",
        ) from error


def _png_comment(path: Path) -> str | None:
    with Image.open(path) as image:
        image.load()
        comment = image.info.get("Comment")
        return str(comment) if comment is not None else None


def _is_manifest(comment: str | None) -> bool:
    return comment is not None and comment.lstrip().startswith("{")
