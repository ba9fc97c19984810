"""A folder of captioned clips, as trainers of LoRAs know it: clip.mp4 beside clip.txt."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.hub.dialects import Dialect
from mutoscope.hub.plan import shaped
from mutoscope.media.photos import fit_photo
from mutoscope.media.video import Video

ENDINGS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif")
_CURE = "Lay a text file beside each: clip.txt for clip.mp4, with what the clip shows."


@dataclass(frozen=True, kw_only=True)
class CaptionedClip:
    """A video file, and what the text file beside it says of it."""

    path: Path
    caption: str


def find_clips(folder: Path) -> tuple[CaptionedClip, ...]:
    """Every clip in a folder with its caption, by name. Errors: MutoscopeError for no clips, or one without a caption."""
    if not folder.is_dir():
        raise MutoscopeError(f"There is no folder {folder}.", "A LoRA learns from a folder of captioned clips.", _CURE)
    videos = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    if not videos:
        raise MutoscopeError(f"There are no clips in {folder}.", f"They end in {', '.join(ENDINGS)}.", _CURE)
    clips = tuple(CaptionedClip(path=path, caption=_caption(path.with_suffix(".txt"))) for path in videos)
    if silent := [clip.path.name for clip in clips if not clip.caption]:
        more = f" and {len(silent) - 3} more" if len(silent) > 3 else ""
        raise MutoscopeError(
            f"{len(silent)} of {len(clips)} clips have no caption: {', '.join(silent[:3])}{more}.",
            "What is not named cannot be asked for later.",
            _CURE,
        )
    return clips


def open_clip(clip: CaptionedClip, dialect: Dialect, size: tuple[int, int] | None, longest: int) -> NDArray[np.uint8]:
    """The beginning of a clip (T, H, W, 3) at the model's rate and of a length that its code can hold, at most `longest`.

    `size` is width and height; None: the clip's own shape with the model's usual area.
    """
    video = Video.open(clip.path, longest / dialect.fps)
    there = int((len(video.frames) - 1) * dialect.fps / video.fps) + 1
    steps = (min(there, longest) - 1) // dialect.grid
    if steps < 1:
        raise MutoscopeError(
            f"{clip.path.name} is too short: {len(video.frames)} frames at {video.fps} a second.",
            f"The model learns from {dialect.grid + 1} frames or more at {dialect.fps} a second.",
            "Take it out of the folder, or use a longer clip.",
        )
    chosen = np.round(np.arange(steps * dialect.grid + 1) * video.fps / dialect.fps).astype(int)
    width, height = size or shaped(video.frames.shape[1:3], dialect)
    return np.stack([fit_photo(video.frames[index], width, height) for index in chosen])


def _caption(path: Path) -> str:
    try:
        return " ".join(path.read_text("utf-8-sig").split())
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise MutoscopeError(
            f"The caption {path} cannot be read ({error}).", "It must be plain text in UTF-8.", "Save it again."
        ) from error
