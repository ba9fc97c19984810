"""What was behind the subject."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mutoscope.codecs.fill import fill_hole, guessed

HEIGHT, WIDTH = 96, 128


def _disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    inside: NDArray[np.bool_] = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    return inside


def _gradient() -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.stack([60 + columns, 40 + rows, 200 - columns // 2], axis=-1).astype(np.uint8)


def test_a_disc_on_a_gradient_vanishes() -> None:
    photo = _gradient()
    disc = _disc(70, 50, 18)
    with_disc = photo.copy()
    with_disc[disc] = (255, 0, 0)
    filled = fill_hole(with_disc, _disc(70, 50, 21)).astype(float)
    error = np.abs(filled - photo)[disc]
    assert error.mean() < 5
    assert error.max() < 18


def test_outside_the_hole_the_pixels_stay_the_same() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    hole = _disc(30, 40, 15)
    assert np.array_equal(fill_hole(photo, hole)[~hole], photo[~hole])


def test_the_grain_of_the_background_goes_on_inside_the_hole() -> None:
    grain = np.random.default_rng(1).normal(0, 12, (HEIGHT, WIDTH, 1))
    photo = np.clip(_gradient() + grain, 0, 255).astype(np.uint8)
    hole = _disc(64, 48, 16)
    filled = fill_hole(photo, hole)
    inner = _disc(64, 48, 13)

    def liveliness(image: NDArray[np.uint8]) -> float:
        return float((image.astype(float) - _gradient())[inner].std())

    assert 0.6 * liveliness(photo) < liveliness(filled) < 1.4 * liveliness(photo)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_with_no_hole_or_nothing_known_the_photo_comes_back(share: float) -> None:
    photo = _gradient()
    assert np.array_equal(fill_hole(photo, np.full((HEIGHT, WIDTH), share > 0)), photo)


def test_a_hole_at_the_edge_of_a_small_photo_is_filled_with_finite_colours() -> None:
    photo = _gradient()[:20, :30].copy()
    hole = np.zeros((20, 30), bool)
    hole[10:, 12:24] = True
    photo[hole] = 255
    filled = fill_hole(photo, hole)
    assert filled[hole].mean() < 170


def test_more_is_guessed_the_larger_the_hole_and_the_livelier_its_surroundings() -> None:
    rng = np.random.default_rng(0)
    calm = np.full((120, 160, 3), 100, np.uint8)
    busy = np.clip(rng.normal(100, 40, (120, 160, 3)), 0, 255).astype(np.uint8)
    small, large = np.zeros((2, 120, 160), bool)
    small[50:70, 70:90], large[20:100, 30:130] = True, True
    assert guessed(calm, large) < 0.01
    assert 0 < guessed(busy, small) < guessed(busy, large)
    assert guessed(busy, ~np.zeros_like(small)) == guessed(busy, np.zeros_like(small)) == 0
