from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.recipes.matte import CollageBatches, tiny_matte
from mutoscope.seeding import torch_rng
from mutoscope.training.trainer import Trainer
from mutoscope.vision.candidates import contrast_map, likeness_map
from mutoscope.vision.finder import bounds, find_subject, is_sure, rendering_for, tidy
from mutoscope.vision.guided import refined
from mutoscope.vision.matting import (
    BUNDLED,
    MatteConfig,
    MatteNetwork,
    MatteObjective,
    boxes_around,
    inner_points,
    lesson,
    matte_loss,
)
from mutoscope.vision.subject import Subject, SubjectHint, no_subject
from mutoscope.vision.surroundings import is_plain_around

TINY = MatteConfig(fine=16, middle=16, coarse=16)
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def network() -> MatteNetwork:
    """Untrained: it says about one half everywhere, so that colours and hints must do the work."""
    torch.manual_seed(0)
    return MatteNetwork(TINY).eval()


def two_balls() -> Pixels:
    """A red ball left, a yellow ball right, on rough green ground."""
    noise = np.random.default_rng(0).integers(0, 30, (120, 200, 3), np.uint8)
    picture: Pixels = np.full((120, 200, 3), (40, 110, 50), np.uint8) + noise
    cv2.circle(picture, (55, 60), 30, (200, 30, 30), -1)
    cv2.circle(picture, (150, 60), 28, (230, 210, 40), -1)
    return picture


def ball(x: int, y: int, radius: int) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[0:120, 0:200]
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 <= radius**2)


def overlap(matte: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    return float(((matte > 0.5) & truth).sum() / ((matte > 0.5) | truth).sum())


def test_a_box_finds_the_thing_in_it_and_not_the_other(network: MatteNetwork) -> None:
    found = find_subject(two_balls(), network, SubjectHint(box=(0.1, 0.2, 0.45, 0.8)))
    assert found.source == "box"
    assert overlap(found.matte, ball(55, 60, 30)) > 0.9
    left, top, right, bottom = found.box
    assert abs(left - 25 / 200) < 0.03
    assert abs(right - 86 / 200) < 0.03
    assert abs(top - 30 / 120) < 0.04
    assert abs(bottom - 91 / 120) < 0.04


def test_swapping_the_box_swaps_the_subject(network: MatteNetwork) -> None:
    found = find_subject(two_balls(), network, SubjectHint(box=(0.58, 0.2, 0.92, 0.8)))
    assert overlap(found.matte, ball(150, 60, 28)) > 0.9


def test_a_mask_is_taken_as_it_is_whatever_its_size(network: MatteNetwork) -> None:
    mask = (ball(150, 60, 28)[::2, ::2] * 255).astype(np.uint8)
    found = find_subject(two_balls(), network, SubjectHint(mask=mask))
    assert (found.source, found.confidence, rendering_for(found)) == ("mask", 1.0, "layers")
    assert found.matte.shape == (120, 200)
    assert found.matte.dtype == np.float32
    assert overlap(found.matte, ball(150, 60, 28)) > 0.9


@pytest.mark.parametrize("level", [0, 255])
def test_a_mask_of_one_colour_is_refused_with_a_cure(network: MatteNetwork, level: int) -> None:
    with pytest.raises(MutoscopeError, match="Paint the subject white on black"):
        find_subject(two_balls(), network, SubjectHint(mask=np.full((50, 50), level, np.uint8)))


def test_an_empty_box_is_refused_with_a_cure(network: MatteNetwork) -> None:
    with pytest.raises(MutoscopeError, match="left < right"):
        find_subject(two_balls(), network, SubjectHint(box=(0.6, 0.2, 0.5, 0.8)))


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (200, 7)])
def test_tiny_and_narrow_photos_do_no_harm(network: MatteNetwork, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (*shape, 3), np.uint8)
    for hint in (None, SubjectHint(point=(1.0, 1.0)), SubjectHint(box=(0, 0, 1, 1))):
        found = find_subject(picture, network, hint)
        assert found.matte.shape == shape
        assert np.isfinite(found.matte).all()


def test_nothing_in_a_plain_photo_means_the_camera_moves_alone(network: MatteNetwork) -> None:
    found = find_subject(np.full((90, 160, 3), 128, np.uint8), network, None)
    assert rendering_for(found) != "layers"


def test_only_what_was_painted_is_cut_out_or_what_all_agree_on_before_a_plain_ground() -> None:
    found = Subject(matte=np.ones((4, 5), np.float32), box=(0, 0, 1, 1), confidence=0.9, source="found")
    shown = [replace(found, source="click"), replace(found, source="box")]
    assert {rendering_for(subject) for subject in (found, *shown)} == {"soft"}
    assert {rendering_for(replace(subject, plain=True)) for subject in (found, *shown)} == {"layers"}
    assert {rendering_for(replace(subject, plain=True, confidence=0.7)) for subject in (found, *shown)} == {"soft"}
    assert rendering_for(replace(found, source="mask")) == "layers"


def test_a_ground_is_plain_as_a_slow_gradient_and_not_with_a_shadow_a_strap_or_a_pattern() -> None:
    matte = ball(100, 60, 30).astype(np.float32)
    down, across = np.mgrid[:120, :200]
    grain = np.random.default_rng(0).normal(0, 3, (120, 200, 1))

    def photo(*others: np.ndarray) -> np.ndarray:
        ground = (0.4 * down + 0.2 * across + 90)[..., None] + np.array([10.0, 0.0, 30.0])
        for other in others:
            ground = ground - 60 * other[..., None]
        seen = np.where(matte[..., None] > 0.5, (220, 60, 40), ground) + grain
        return np.asarray(seen.clip(0, 255), np.uint8)

    shadow = np.exp(-(((down - 98) / 6) ** 2) - ((across - 100) / 30) ** 2)
    strap = ((abs(across - 100) < 2) & (down > 80)).astype(float)
    assert is_plain_around(photo(), matte)
    for other in (shadow, strap, (across // 12 + down // 12) % 2):
        assert not is_plain_around(photo(other), matte)
    assert not is_plain_around(photo(), np.zeros_like(matte))  # nothing is surrounded
    assert not is_plain_around(photo(), np.ones_like(matte))


def test_who_shows_a_subject_is_sure_of_it_and_guesses_must_agree() -> None:
    found = Subject(matte=np.ones((4, 5), np.float32), box=(0, 0, 1, 1), confidence=0.6, source="found")
    assert not is_sure(found)
    assert is_sure(replace(found, confidence=0.9))
    assert is_sure(replace(found, source="click"))
    assert not is_sure(no_subject(4, 5))


def test_what_looks_like_the_clicked_point_and_is_near_it_is_likeliest() -> None:
    likely = likeness_map(two_balls(), (55 / 200, 0.5), 12.0, 0.3)
    inside, other, between = likely[60, 60], likely[60, 150], likely[60, 100]
    assert inside > 0.9
    assert inside > 4 * max(other, between)


def test_without_a_subject_the_camera_moves_alone() -> None:
    assert rendering_for(no_subject(4, 5)) == "camera"


def test_finding_twice_finds_the_same(network: MatteNetwork) -> None:
    first, again = (find_subject(two_balls(), network, SubjectHint(point=(0.27, 0.5))) for _ in range(2))
    assert np.array_equal(first.matte, again.matte)


def test_colours_unlike_the_border_stand_out() -> None:
    contrast = contrast_map(two_balls())
    assert contrast[60, 60] > 3 * contrast[110, 100]


def test_specks_and_pinholes_are_tidied_away() -> None:
    matte = ball(100, 60, 40).astype(np.float32)
    whole = matte.copy()
    matte[2:4, 2:4], matte[60, 100] = 1, 0
    assert np.array_equal(tidy(matte), whole)


def test_what_hangs_beside_a_subject_stays_with_it_and_what_lies_away_does_not() -> None:
    matte = ball(100, 60, 40).astype(np.float32)
    matte[58:62, 142:146] = 1  # a hand, held out by an arm too thin to see
    whole = matte.copy()
    matte[58:62, 154:158] = 1
    assert np.array_equal(tidy(matte), whole)


def test_bounds_are_fractions_of_the_photo() -> None:
    matte = np.zeros((10, 20), np.float32)
    matte[2:5, 4:10] = 1
    assert bounds(matte) == (0.2, 0.2, 0.5, 0.5)


def test_the_guided_filter_draws_a_coarse_matte_along_the_photos_edge() -> None:
    photo = np.zeros((160, 160, 3), np.uint8)
    photo[:, 83:] = (220, 180, 90)
    coarse = np.zeros((40, 40), np.float32)
    coarse[:, 20:] = 1  # three quarters of a coarse pixel off
    fine = refined(coarse, photo, radius=3)
    assert fine.shape == (160, 160)
    assert float(fine[:, 70:82].max()) < 0.3
    assert float(fine[:, 85:100].min()) > 0.7


def test_the_bundled_network_is_small_enough_to_travel() -> None:
    assert sum(p.numel() for p in MatteNetwork(BUNDLED).parameters()) <= 2_400_000


def test_hints_point_into_the_subject() -> None:
    batch = CollageBatches(size=6, seed=2)(0)
    matte = batch.matte.float() / 255
    rng = torch_rng(1, "hint")
    columns, rows = (place.mul(128).long() for place in inner_points(matte, rng))
    assert bool((matte[torch.arange(6), 0, rows, columns] > 0.5).all())
    left, top, right, bottom = boxes_around(matte, rng).T
    assert bool(((left < right) & (top < bottom)).all())


def test_half_of_a_lesson_is_unaided_and_the_rest_has_one_hint_each() -> None:
    seen, truth = lesson(CollageBatches(size=8, seed=3)(0), torch_rng(2, "lesson"))
    assert seen.shape == (8, 5, 128, 128)
    assert truth.shape == (8, 1, 128, 128)
    clicked, boxed = (seen[:, channel].amax((1, 2)) > 0.5 for channel in (3, 4))
    assert clicked.tolist() == [False] * 4 + [True] * 2 + [False] * 2
    assert boxed.tolist() == [False] * 6 + [True] * 2


def test_the_loss_is_least_for_the_true_matte() -> None:
    truth = torch.zeros(2, 1, 8, 8)
    truth[:, :, 2:6, 2:6] = 1
    right, found = matte_loss(20 * truth - 10, truth)
    wrong, missed = matte_loss(10 - 20 * truth, truth)
    assert float(right) < 0.01 < float(wrong)
    assert found["iou"] == 1
    assert missed["iou"] < 0.1


def test_the_network_learns_one_batch_by_heart() -> None:
    torch.manual_seed(0)
    objective = MatteObjective(TINY)
    seen, truth = lesson(CollageBatches(size=2, seed=4)(0), torch_rng(3, "lesson"))
    optimiser = torch.optim.Adam(objective.parameters(), 5e-3)
    losses = []
    for _ in range(20):
        loss, _ = matte_loss(objective.network(seen), truth)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.7 * losses[0]


def test_the_tiny_recipe_trains_and_keeps_only_the_network(tmp_path: Path) -> None:
    trainer = Trainer(tiny_matte(), tmp_path)
    trainer.train()
    kept = trainer.use_ema().kept()
    assert isinstance(kept, MatteNetwork)
    assert all(bool(torch.isfinite(p).all()) for p in kept.parameters())
