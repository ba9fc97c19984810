"""A picture and what lies beyond its border: what is there goes straight on, ever more blurred, with the picture's grain."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.warp import Points, sample

Margin = tuple[tuple[int, int], tuple[int, int]]  # pixels above and below, left and right
_BLUR = 0.3  # standard deviation of the blur, of the way from the border
_GRAIN = 5.0  # root mean square in levels of 255: what is livelier than that is outlines, not grain
_FINE = 80  # of the width: standard deviation of the blur that parts grain from forms


@dataclass(frozen=True, eq=False)
class Canvas:
    """Pixels (h, w, 3) uint8, and where the picture's first one is among them (x, y)."""

    pixels: NDArray[np.uint8]
    origin: NDArray[np.float32]

    def sampled(self, points: Points) -> NDArray[np.uint8]:
        """(h, w, 3) what is at points (h, w, 2) of the picture's plane."""
        return sample(self.pixels, points + self.origin)

    def showing(self, picture: NDArray[np.uint8]) -> "Canvas":
        """The same around another picture (H, W, 3)."""
        pixels = self.pixels.copy()
        (left, top), (height, width) = self.origin.astype(int), picture.shape[:2]
        pixels[top : top + height, left : left + width] = picture
        return Canvas(pixels, self.origin)


def widened(picture: NDArray[np.uint8], margin: Margin) -> Canvas:
    """A picture (H, W, 3) with a margin; inside, it is the picture bit by bit.

    A mirror would show everything near the border twice. So what is at the border goes straight on, blurred by a share of
    the way from there lest it looks combed; of a mirror it has the grain alone, without which it would look out of focus.
    """
    (above, below), (left, right) = margin
    origin = np.array([left, above], np.float32)
    if not any((above, below, left, right)):
        return Canvas(picture, origin)
    height, width = picture.shape[:2]
    straight, mirrored = (
        np.asarray(cv2.copyMakeBorder(picture, above, below, left, right, border), np.uint8)
        for border in (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101)
    )
    x, y = _beyond(-left, width + right, width), _beyond(-above, height + below, height)
    blur = np.asarray(_BLUR * np.hypot(x[None, :], y[:, None]), np.float32)
    pixels = _blurred(straight, blur) + _grain(mirrored, blur, max(width / _FINE, 1.0))
    return Canvas(np.clip(np.rint(pixels), 0, 255).astype(np.uint8), origin).showing(picture)


def _beyond(first: int, end: int, size: int) -> NDArray[np.float32]:
    """How far places from the first on lie beyond the ends of a side."""
    place = np.arange(first, end, dtype=np.float32)
    beyond: NDArray[np.float32] = np.maximum(0, np.maximum(-place, place - (size - 1)))
    return beyond


def _blurred(image: NDArray[np.uint8], blur: NDArray[np.float32]) -> NDArray[np.float32]:
    """(h, w, 3) the image blurred by as many pixels (h, w) of standard deviation: a pyramid, read between its levels."""
    level = np.log2(np.maximum(blur, np.float32(0.25)))
    coarse = mixed = image
    for step in range(int(np.ceil(level.max())) + 1):
        coarse = np.asarray(cv2.pyrDown(coarse), np.uint8)
        enlarged = cv2.resize(coarse, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        share = np.clip(level - (step - 1), 0, 1)
        mixed = np.asarray(cv2.blendLinear(enlarged, mixed, share, 1 - share), np.uint8)
    return mixed.astype(np.float32)


def _grain(image: NDArray[np.uint8], blur: NDArray[np.float32], fine: float) -> NDArray[np.float32]:
    """(h, w, 3) what a blur (h, w) takes of the image's grain; outlines are turned down until they are fainter than that."""
    detail = image - cv2.GaussianBlur(image, (0, 0), fine).astype(np.float32)
    energy = cv2.GaussianBlur(cv2.transform(detail * detail, np.full((1, 3), 1 / 3)), (0, 0), fine)
    gain = _GRAIN**2 / np.maximum(energy, np.float32(_GRAIN**2))
    grain: NDArray[np.float32] = detail * (gain * np.minimum(1, blur / np.float32(fine)))[..., None]
    return grain
