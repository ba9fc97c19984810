"""Only what leaves no tear behind is cut out of a photo."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mutoscope.vision.outline import leaves_cleanly

HEIGHT, WIDTH = 200, 320
Y, X = np.mgrid[:HEIGHT, :WIDTH]
Pixels = NDArray[np.uint8]
Matte = NDArray[np.float32]


def disc(x: float, y: float, radius: float) -> Matte:
    return np.asarray(np.hypot(X - x, Y - y) <= radius, np.float32)


def painted(ground: NDArray[np.float32], *things: tuple[Matte, tuple[int, int, int]]) -> Pixels:
    picture = ground.copy()
    for matte, colour in things:
        picture = np.where(matte[..., None] > 0, np.array(colour, np.float32), picture)
    return np.clip(picture + np.random.default_rng(0).normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def plain() -> NDArray[np.float32]:
    return np.full((HEIGHT, WIDTH, 3), 170, np.float32)


RED = (200, 40, 30)


def test_a_clear_thing_on_plain_ground_is_cut_out(plain: NDArray[np.float32]) -> None:
    assert leaves_cleanly(painted(plain, (disc(160, 100, 40), RED)), disc(160, 100, 40))
    shaded = plain + 0.1 * X.astype(np.float32)[..., None]
    assert leaves_cleanly(painted(shaded, (disc(160, 100, 40), RED)), disc(160, 100, 40))


def test_what_goes_on_beyond_its_outline_is_not(plain: NDArray[np.float32]) -> None:
    tail = ((np.abs(Y - 100) < 8) & (X > 160) & (X < 260)).astype(np.float32)
    picture = painted(plain, (disc(160, 100, 40), RED), (tail, RED))
    assert not leaves_cleanly(picture, disc(160, 100, 40))
    assert leaves_cleanly(picture, np.maximum(disc(160, 100, 40), tail))


@pytest.mark.parametrize("ground", [40, 120, 200, 230])
@pytest.mark.parametrize("leg", [2, 4])
def test_nor_what_has_a_leg_too_thin_or_too_like_the_ground_to_be_told(ground: int, leg: int) -> None:
    legs = np.asarray((np.abs(X - 160) < leg / 2) & (Y > 100) & (Y < 190), np.float32)
    picture = painted(np.full((HEIGHT, WIDTH, 3), ground, np.float32), (disc(160, 100, 40), RED))
    assert not leaves_cleanly(picture, np.maximum(disc(160, 100, 40), legs))


@pytest.mark.parametrize("tail", [8, 12])
def test_nor_what_has_left_a_narrow_part_outside(plain: NDArray[np.float32], tail: int) -> None:
    beyond = np.asarray((np.abs(Y - 100) < tail / 2) & (X > 160) & (X < 280), np.float32)
    assert not leaves_cleanly(painted(plain, (disc(160, 100, 60), RED), (beyond, RED)), disc(160, 100, 60))


def test_nor_what_stands_before_many_colours(plain: NDArray[np.float32]) -> None:
    stripes = np.where(
        (X // 20 % 2)[..., None] > 0, np.array([30, 60, 160], np.float32), np.array([230, 220, 120], np.float32)
    )
    assert not leaves_cleanly(painted(stripes, (disc(160, 100, 40), RED)), disc(160, 100, 40))


def test_nor_what_is_so_small_that_nobody_sees_what_hangs_on_it(plain: NDArray[np.float32]) -> None:
    assert not leaves_cleanly(painted(plain, (disc(160, 100, 12), RED)), disc(160, 100, 12))


def test_what_the_pictures_edge_cuts_is_judged_by_the_rest_of_its_outline(plain: NDArray[np.float32]) -> None:
    cut = np.maximum(disc(160, 190, 40), np.asarray((Y > 196) & (np.abs(X - 160) < 36), np.float32))
    assert leaves_cleanly(painted(plain, (cut, RED)), cut)


@pytest.mark.parametrize("matte", [np.zeros((HEIGHT, WIDTH), np.float32), np.ones((HEIGHT, WIDTH), np.float32)])
def test_nothing_and_everything_are_never_cut_out(plain: NDArray[np.float32], matte: Matte) -> None:
    assert not leaves_cleanly(painted(plain), matte)
