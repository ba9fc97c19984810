from pathlib import Path

import pytest
import torch
from PIL import Image

from mutoscope.errors import MutoscopeError
from mutoscope.recipes.matte import CollageBatches
from mutoscope.seeding import torch_rng
from mutoscope.world.collage import draw_collages
from mutoscope.world.crops import draw_crops, read_crops
from mutoscope.world.textures import fractal_noise, hsv_colours, texture_fields


def test_collages_hold_finite_colours_between_black_and_white() -> None:
    drawn = draw_collages(8, 64, torch_rng(1, "collage"))
    for part in (drawn.picture, drawn.background, drawn.subject):
        assert part.shape == (8, 3, 64, 64)
        assert bool(torch.isfinite(part).all())
        assert 0 <= float(part.min()) < float(part.max()) <= 1
    assert drawn.matte.shape == (8, 1, 64, 64)


def test_every_collage_has_a_subject_and_a_background() -> None:
    matte = draw_collages(24, 64, torch_rng(2, "collage")).matte
    area = matte.mean((1, 2, 3))
    assert float(area.min()) > 0.008
    assert float(area.max()) < 0.8
    assert float(matte.amin((1, 2, 3)).max()) < 0.05, "somewhere there is none of the subject"
    assert float(matte.amax((1, 2, 3)).min()) > 0.6, "thin subjects at few pixels are half transparent, but all show"


def test_subjects_come_in_very_different_sizes() -> None:
    area = draw_collages(64, 64, torch_rng(3, "collage")).matte.mean((1, 2, 3))
    assert float(area.min()) < 0.1
    assert float(area.max()) > 0.4


def test_the_same_seed_draws_the_same_collages_and_another_seed_others() -> None:
    first, again, other = (draw_collages(4, 64, torch_rng(seed, "collage")).picture for seed in (4, 4, 5))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_collages_can_be_drawn_at_any_size() -> None:
    assert draw_collages(2, 72, torch_rng(6, "collage")).picture.shape == (2, 3, 72, 72)


def test_a_training_batch_depends_on_its_step_alone() -> None:
    batches = CollageBatches(size=4, seed=1)
    assert torch.equal(batches(3).picture, batches(3).picture)
    assert not torch.equal(batches(3).picture, batches(4).picture)
    assert batches(3).matte.dtype == torch.uint8


def test_fractal_noise_is_level_and_of_unit_spread() -> None:
    noise = fractal_noise(3, 64, torch_rng(7, "noise"))
    assert torch.allclose(noise.mean((1, 2)), torch.zeros(3), atol=1e-5)
    assert torch.allclose(noise.square().mean((1, 2)), torch.ones(3), atol=1e-3)


def test_textures_differ_and_stay_in_range() -> None:
    fields = texture_fields(16, 32, torch_rng(8, "texture"))
    assert float(fields.min()) >= 0
    assert float(fields.max()) <= 1
    assert float(fields.std((1, 2)).min()) > 0.001
    assert not torch.equal(fields[0], fields[1])


def test_hue_saturation_and_value_give_the_known_colours() -> None:
    colours = hsv_colours(
        torch.tensor([0.0, 1 / 3, 2 / 3, 0.5]), torch.tensor([1.0, 1, 1, 0]), torch.tensor([1.0, 1, 0.5, 0.7])
    )
    assert torch.allclose(colours, torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 0.5], [0.7, 0.7, 0.7]]), atol=1e-6)


def test_crops_of_a_folder_of_photos_stand_behind_half_of_the_collages(tmp_path: Path) -> None:
    Image.new("RGB", (90, 60), (255, 0, 255)).save(tmp_path / "magenta.png")
    rng = torch.Generator().manual_seed(3)
    collages = draw_collages(24, 32, rng, photos=read_crops(tmp_path))
    red, green, blue = collages.background.mean((2, 3)).unbind(1)
    magenta = (red > 0.4) & (blue > 0.4) & (green < 0.25)
    assert 4 <= int(magenta.sum()) <= 20


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MutoscopeError, match="no photos"):
        read_crops(tmp_path)


def test_a_crop_is_a_part_of_the_photo_and_fills_its_square() -> None:
    ramp = torch.arange(64, dtype=torch.uint8).expand(3, 64, 64)
    crops = draw_crops((ramp,), 8, 16, torch.Generator().manual_seed(0)) * 255
    assert crops.shape == (8, 3, 16, 16)
    rows = crops[:, 0].diff(dim=-1)
    assert ((rows > 0).all((1, 2)) | (rows < 0).all((1, 2))).all()  # a ramp still, or its mirror image
    assert {bool((row > 0).all()) for row in rows} == {True, False}
