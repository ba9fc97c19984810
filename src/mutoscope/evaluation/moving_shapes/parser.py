"""The pixel parser of Moving Shapes: what the pixels of a clip show, without having learned anything."""

from collections.abc import Iterator
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.world.moving_shapes.drawing import PERIOD, path_of
from mutoscope.world.moving_shapes.story import (
    DIRECTIONS,
    RGB,
    SIDE,
    TOWARDS,
    Colour,
    Direction,
    Motion,
    Shape,
    Size,
    Value,
)

Frames = NDArray[np.uint8]  # (T, H, W, 3)
Reading = tuple[Value | None, ...]  # in the order of ATTRIBUTES; None where nothing can be read

_NEAR = 75.0  # levels of 255 that a pixel may differ from its colour; grounds differ by 80
_SMALLEST = 30  # pixels: what is smaller is no shape
_SEEN = 0.75  # of the frames must show it
_FULL = {Shape.SQUARE: 1.0, Shape.CIRCLE: np.pi / 4, Shape.TRIANGLE: 0.5}  # how much of its box a shape fills
_STRAY = 2.5  # pixels that a shape may stray from its path, as a root mean square
_PHASES = 2 * PERIOD
_NOTHING: Reading = (None,) * 5


def parse_shape(frames: Frames) -> Reading:
    """Shape, colour, size, motion and direction of what a clip shows."""
    regions = {colour: [_largest(mask) for mask in _shows(frames, colour)] for colour in Colour}
    colour = max(regions, key=lambda each: float(np.median([region[0] for region in regions[each]])))
    found = np.array([(time, *region) for time, region in enumerate(regions[colour]) if region[0] >= _SMALLEST])
    if len(found) < _SEEN * len(frames):
        return _NOTHING
    times, area, width, height, x, y = found.T
    full = float(np.median(area / (width * height)))
    shape = min(Shape, key=lambda each: abs(full - _FULL[each]))
    side = float(np.median((width + height) / 2))
    size = min(Size, key=lambda each: abs(side - SIDE[each]))
    motion, direction = _path(times.astype(int), np.stack([x, y], axis=1), len(frames))
    return shape, colour, size, motion, direction


def _shows(frames: Frames, colour: Colour) -> NDArray[np.bool_]:
    """(T, H, W) which pixels are near to a colour."""
    off = frames.astype(np.float32) - np.array(RGB[colour], np.float32)
    return np.asarray((off * off).sum(-1) < _NEAR**2)


def _largest(mask: NDArray[np.bool_]) -> tuple[float, ...]:
    """Area, width, height and centre of the largest connected part of a mask (H, W); zeros where there is none."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count < 2:
        return (0.0,) * 5
    part = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    names = (cv2.CC_STAT_AREA, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)
    return (*(float(stats[part, name]) for name in names), float(centres[part][0]), float(centres[part][1]))


def _path(times: NDArray[np.int64], track: NDArray[np.float64], frames: int) -> tuple[Motion | None, Direction | None]:
    """The path that the track (N, 2) at some of the times lies nearest to, wherever it begins; none if it lies near none."""

    def strays(path: NDArray[np.float64]) -> float:
        off = track - path[times]
        return float(np.sqrt(((off - off.mean(0)) ** 2).sum(1).mean()))

    stray, motion, direction = min((strays(path), motion, direction) for motion, direction, path in _paths(frames))
    return (motion, direction) if stray <= _STRAY else (None, None)


@cache
def _paths(frames: int) -> tuple[tuple[Motion, Direction, NDArray[np.float64]], ...]:
    """Every path that there is; a zigzag begins anywhere in its period."""

    def each() -> Iterator[tuple[Motion, Direction, NDArray[np.float64]]]:
        for motion, directions in DIRECTIONS.items():
            for direction in directions:
                for phase in range(_PHASES if motion is Motion.ZIGZAG else 1):
                    yield motion, direction, path_of(motion, TOWARDS[direction], frames, phase / _PHASES)

    return tuple(each())
