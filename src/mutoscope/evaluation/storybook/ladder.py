"""The ladder: true clips, spoilt in known ways, which every distance between sets of clips must tell from whole ones."""

from collections.abc import Mapping

import cv2
import numpy as np

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.measure import Change, frozen, jumbled, reversed_in_time


def blur(sigma: float) -> Change:
    """Out of focus by a Gaussian of that many frame heights."""

    def spoil(frames: Frames, rng: np.random.Generator) -> Frames:
        size = sigma * frames.shape[1]
        return np.stack([np.asarray(cv2.GaussianBlur(frame, (0, 0), size), np.uint8) for frame in frames])

    return spoil


def noise(spread: float) -> Change:
    """Gaussian noise on every pixel, its spread a fraction of white."""

    def spoil(frames: Frames, rng: np.random.Generator) -> Frames:
        drawn = rng.standard_normal(frames.shape, dtype=np.float32) * (255 * spread)
        return np.asarray((frames + drawn).round().clip(0, 255), np.uint8)

    return spoil


def hue(turn: float) -> Change:
    """Every colour moved on by that part of the colour circle; a third of it would only make other true colours."""

    def spoil(frames: Frames, rng: np.random.Generator) -> Frames:
        # In the full range a circle has 256 hues, so that bytes wrap round as hues do.
        coloured = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2HSV_FULL) for frame in frames])
        coloured[..., 0] += np.uint8(round(256 * turn) % 256)
        return np.stack([np.asarray(cv2.cvtColor(frame, cv2.COLOR_HSV2RGB_FULL), np.uint8) for frame in coloured])

    return spoil


def stutter(frames: Frames, rng: np.random.Generator) -> Frames:
    """Every fourth frame only, each shown four times."""
    return frames[np.arange(len(frames)) // 4 * 4]


# Of each kind from little to much; what comes last in a kind must be the farthest.
LADDER: Mapping[str, tuple[tuple[str, Change], ...]] = {
    "blur": tuple((f"blur, {100 * size:g} % of the height", blur(size)) for size in (0.02, 0.04, 0.08)),
    "noise": tuple((f"noise, {100 * size:g} % of white", noise(size)) for size in (0.1, 0.2, 0.4)),
    "hue": tuple((f"hue turned by {360 * size:g}°", hue(size)) for size in (1 / 24, 1 / 12, 1 / 6)),
    "time": (("every fourth frame", stutter), ("frames shuffled", jumbled), ("frozen", frozen)),
    "direction": (("reversed", reversed_in_time),),
}
