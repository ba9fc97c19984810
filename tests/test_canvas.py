"""What a camera shows beyond the border of a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.codecs.canvas import widened

MARGIN = ((0, 60), (40, 80))


def _picture() -> NDArray[np.uint8]:
    """Grainy ground, and a bright disc near the right border."""
    rng = np.random.default_rng(0)
    ground = np.clip(rng.normal(110, 4, (120, 160, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    return np.asarray(cv2.circle(ground.copy(), (130, 60), 14, (240, 60, 40), -1), np.uint8)


def _fine(pixels: NDArray[np.uint8]) -> float:
    """Root mean square of what a small blur takes away."""
    wide = pixels.astype(np.float32)
    return float(np.sqrt(np.square(wide - cv2.GaussianBlur(wide, (0, 0), 2)).mean()))


def test_inside_it_is_the_picture_bit_by_bit() -> None:
    picture = _picture()
    canvas = widened(picture, MARGIN)
    assert canvas.pixels.shape == (180, 280, 3)
    assert np.array_equal(canvas.pixels[:120, 40:200], picture)
    assert widened(picture, ((0, 0), (0, 0))).pixels is picture


def test_what_is_near_the_border_is_not_seen_twice() -> None:
    beyond = widened(_picture(), MARGIN).pixels[:120, 200:]
    mirrored = _picture()[:, ::-1][:, 1:81]
    assert (mirrored[..., 0] > 200).sum() > 500
    assert not (beyond[..., 0] > 200).any()


def test_it_goes_on_without_a_seam_and_with_the_same_grain() -> None:
    pixels = widened(_picture(), MARGIN).pixels
    steps = np.abs(np.diff(pixels[:, :60].astype(int), axis=1)).mean(axis=(0, 2))
    assert steps[39] < 1.3 * np.median(steps[45:])  # from the last column of the margin to the first of the picture
    assert _fine(pixels[:120, :30]) > 0.7 * _fine(_picture()[:, 40:100])


def test_another_picture_may_be_shown_in_its_place() -> None:
    canvas = widened(_picture(), MARGIN)
    other = canvas.showing(255 - _picture())
    assert np.array_equal(other.pixels[:120, 40:200], 255 - _picture())
    assert np.array_equal(other.pixels[120:], canvas.pixels[120:])


def test_points_are_those_of_the_picture() -> None:
    y, x = np.mgrid[10:20, 30:50].astype(np.float32)
    seen = widened(_picture(), MARGIN).sampled(np.stack([x, y], axis=-1))
    assert np.array_equal(seen, _picture()[10:20, 30:50])
