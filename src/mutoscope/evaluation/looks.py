"""Photos with sentences for a person to look at: whether a clip looks torn, doubled or holed, no number tells."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.evaluation.photo_set import MeasuredPhoto
from mutoscope.evaluation.photos import Generate, asked_of
from mutoscope.media.contact_sheet import compared
from mutoscope.seeding import numpy_rng

# What is asked of a subject that tears most: to leave its place, to turn, to change its size, and with the camera.
SENTENCES = (
    "it moves to the left",
    "the subject quickly moves right",
    "it rises",
    "it slowly falls",
    "the subject bounces",
    "it spins clockwise",
    "it grows",
    "the subject shrinks",
    "it sways while the camera zooms out",
    "it floats up, then the camera pans left",
    "主体向左移动",
    "它快速上升",
    "它旋转",
    "镜头拉远，同时主体向右移动",
)
HINTS = ("", "click", "box", "mask")  # a mask is the hand-drawn matte
_FRAMES, _CELL = 5, 256  # of a clip on the sheet, and its longer side there in pixels
_SIDE = 640  # of a clip, in pixels
MOST = 58  # clips, so that no sheet is taller than a WebP may be (16,383 pixels)


@dataclass(frozen=True, kw_only=True, eq=False)
class Looks:
    """Some frames of clips, (n, H, W, 3) each, with what they show: photo, how the subject was shown, how it is moved, sentence."""

    clips: Sequence[NDArray[np.uint8]]
    told: Sequence[str]

    def sheet(self) -> NDArray[np.uint8]:
        """Five frames of every clip, with its number, as in `list`."""
        rows = [(f"{number}", frames) for number, frames in enumerate(self.clips, 1)]
        return compared(rows, per_row=_FRAMES, cell=_CELL)

    def list(self) -> str:
        """What the clips show, with their numbers, as Markdown, to stand below the sheet."""
        return "\n".join(f"{number}. {words}" for number, words in enumerate(self.told, 1))


def draw_looks(generate: Generate, photos: Sequence[MeasuredPhoto], count: int, seed: int) -> Looks:
    """`count` clips, at most 56 of a photo: all photos as often, with sentences, hints and seeds by chance, no pair twice."""
    clips, told = list[NDArray[np.uint8]](), list[str]()
    rng = numpy_rng(seed, "looks")
    asked = [list(rng.permutation(list(product(SENTENCES, HINTS)))) for _ in photos]
    with TemporaryDirectory() as folder:
        for index in range(count):
            photo = photos[index % len(photos)]
            sentence, hint = map(str, asked[index % len(photos)][index // len(photos)])
            request = asked_of(photo, sentence, int(rng.integers(1000)), _SIDE, hint)
            if hint == "mask":
                request = replace(request, mask=_painted(photo, Path(folder)))
            video = generate(request, photo.pixels)
            rendering = video.manifest.rendering if video.manifest else ""
            clips.append(video.frames[np.linspace(0, len(video.frames) - 1, _FRAMES).round().astype(int)])
            told.append(f"{photo.name}, {hint or 'by itself'}, {rendering}: {sentence}")
    return Looks(clips=clips, told=told)


def _painted(photo: MeasuredPhoto, folder: Path) -> str:
    """The photo's hand-drawn matte as the file that a person would give."""
    path = folder / f"{photo.name}.png"
    Image.fromarray((photo.mattes[0] * 255).round().astype(np.uint8)).save(path)
    return str(path)
