"""What a latent codec keeps of clips: their reconstructions in all readings, and how near these come."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import TOKENS, code_of, tokens_of
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.shapes import ClipShape

# The second as tokens; the third told where everyone is beside its code, where a codec heeds that, as clips are made.
CONTINUOUS, DISCRETE, TOLD = "continuous", "discrete", "told tracks"


@dataclass(frozen=True, kw_only=True)
class CodecScore:
    """How near reconstructions come, by reading, in decibels of the error of all clips together."""

    psnr: Mapping[str, float]
    moving: Mapping[str, float]  # on pixels that differ from the frame before; not a number where none does
    codes: Rate  # in use, of all that there are

    def table(self) -> str:
        """The score as a Markdown table."""
        rows = [f"|  | {' | '.join(self.psnr)} |", f"| --- |{' --- |' * len(self.psnr)}"]
        for name, values in (("PSNR, dB", self.psnr), ("PSNR of moving pixels, dB", self.moving)):
            rows.append(f"| {name} | {' | '.join(f'{value:.1f}' for value in values.values())} |")
        used = {DISCRETE: f"{100 * self.codes.share:.1f} % ({self.codes.right}/{self.codes.asked})"}
        rows.append(f"| codes in use | {' | '.join(used.get(reading, '') for reading in self.psnr)} |")
        return "\n".join(rows)


class Reconstructor:
    """Sends clips of a shape through a codec, and keeps count of what that costs."""

    def __init__(self, codec: LatentCodec, shape: ClipShape) -> None:
        self._codec, self._shape = codec, shape
        self._errors = dict[str, np.ndarray]()  # by reading: squares on all pixels, and on moving ones
        self._pixels = np.zeros(2)
        self._used = np.zeros(TOKENS, bool)

    def reconstruct(self, frames: Frames, tracks: Tensor) -> Mapping[str, Frames]:
        """What is left of frames (T, H, W, 3), in which tracks (T', N, C) tell who is where, by reading."""
        code = self._codec.encode(frames)
        tokens = tokens_of(code)
        self._used[tokens.flatten().numpy()] = True
        moving = np.zeros(frames.shape[:3], bool)
        moving[1:] = (frames[1:] != frames[:-1]).any(-1)
        self._pixels += moving.size, moving.sum()
        read = {CONTINUOUS: code, DISCRETE: code_of(tokens)}
        shown = {reading: self._codec.decode(one, None, self._shape) for reading, one in read.items()}
        if self._codec.heeds_tracks:
            shown[TOLD] = self._codec.decode(code, None, self._shape, tracks=tracks)
        for reading, seen in shown.items():
            square = ((seen.astype(np.float32) - frames) ** 2).mean(-1, dtype=np.float64)
            errors = self._errors.setdefault(reading, np.zeros(2))
            errors += square.sum(), square[moving].sum()
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
