"""What a latent codec keeps of clips: their reconstructions in both readings, and how near these come."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import TOKENS, code_of, tokens_of
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.shapes import ClipShape

READINGS = ("continuous", "discrete")


@dataclass(frozen=True, kw_only=True)
class CodecScore:
    """How near reconstructions come, by reading, in decibels of the error of all clips together."""

    psnr: Mapping[str, float]
    moving: Mapping[str, float]  # on pixels that differ from the frame before; not a number where none does
    codes: Rate  # in use, of all that there are

    def table(self) -> str:
        """The score as a Markdown table."""
        rows = ["|  | continuous | discrete |", "| --- | --- | --- |"]
        for name, values in (("PSNR, dB", self.psnr), ("PSNR of moving pixels, dB", self.moving)):
            rows.append(f"| {name} | {' | '.join(f'{values[reading]:.1f}' for reading in READINGS)} |")
        rows.append(f"| codes in use |  | {100 * self.codes.share:.1f} % ({self.codes.right}/{self.codes.asked}) |")
        return "\n".join(rows)


class Reconstructor:
    """Sends clips of a shape through a codec, and keeps count of what that costs."""

    def __init__(self, codec: LatentCodec, shape: ClipShape) -> None:
        self._codec, self._shape = codec, shape
        self._errors = {reading: np.zeros(2) for reading in READINGS}  # squares on all pixels, and on moving ones
        self._pixels = np.zeros(2)
        self._used = np.zeros(TOKENS, bool)

    def reconstruct(self, frames: Frames) -> Mapping[str, Frames]:
        """What is left of frames (T, H, W, 3), by reading."""
        code = self._codec.encode(frames)
        tokens = tokens_of(code)
        self._used[tokens.flatten().numpy()] = True
        moving = np.zeros(frames.shape[:3], bool)
        moving[1:] = (frames[1:] != frames[:-1]).any(-1)
        self._pixels += moving.size, moving.sum()
        shown = {}
        for reading, read in zip(READINGS, (code, code_of(tokens)), strict=True):
            shown[reading] = self._codec.decode(read, None, self._shape)
            square = ((shown[reading].astype(np.float32) - frames) ** 2).mean(-1, dtype=np.float64)
            self._errors[reading] += square.sum(), square[moving].sum()
        return shown

    def score(self) -> CodecScore:
        """How near the clips came that were sent so far."""
        decibels = {reading: _decibels(errors, self._pixels) for reading, errors in self._errors.items()}
        return CodecScore(
            psnr={reading: float(both[0]) for reading, both in decibels.items()},
            moving={reading: float(both[1]) for reading, both in decibels.items()},
            codes=Rate(int(self._used.sum()), TOKENS),
        )


def _decibels(errors: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(10 * np.log10(255.0**2 * pixels / errors))
