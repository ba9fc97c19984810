"""A sketch shows each actor where its track says, as large and turned as it says, the nearest in front."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from mutoscope.codecs.track_code import DEPTH, KIND, MOMENT, MOMENTS, PRESENT, within
from mutoscope.errors import MutoscopeError
from mutoscope.families.clip_denoiser import ClipDenoiser
from mutoscope.families.sketch import Sketch
from mutoscope.language.tokens import Tokenizer
from mutoscope.recipes.diffusion_storybook import denoiser_config
from mutoscope.seeding import numpy_rng
from mutoscope.world.storybook.world import Storybook

RED, BLUE = (0.9, 0.1, 0.1), (0.1, 0.3, 0.9)


def actor(
    x: float, y: float, *, tall: float = 0.25, turn: float = 0.0, depth: float = 0.0, rgb: tuple[float, ...] = RED
) -> Tensor:
    """Tracks (1,1,1,C) of one of the first kind, still for one time."""
    tracks = torch.zeros(1, 1, 1, MOMENTS.stop)
    tracks[..., PRESENT] = tracks[..., KIND.start] = 1
    tracks[..., DEPTH] = depth
    moment = torch.tensor([x, y, math.log(tall), math.cos(turn), math.sin(turn), *rgb])
    tracks[..., MOMENTS] = moment.repeat((MOMENTS.stop - MOMENTS.start) // MOMENT)
    return tracks


def matte(sketch: Sketch, tracks: Tensor, side: int = 32) -> Tensor:
    """How much of any actor there is at each point (H,W)."""
    return sketch.drawn(tracks, side, side)[0, 0, 0, 0].detach()


def upright() -> Sketch:
    """One whose first sprite is a bar above its middle."""
    sketch = Sketch(8)
    with torch.no_grad():
        sketch.mattes.fill_(-1)
        side = sketch.mattes.shape[-1]
        sketch.mattes[:, :, : side // 2, side // 2 - 2 : side // 2 + 2] = 1
    return sketch


def test_at_times_at_which_nobody_tells_of_him_an_actor_is_not_shown() -> None:
    sketch, always = upright(), actor(0.5, 0.5).expand(1, 3, 1, -1).clone()
    for absent in (0, 1):
        told = always.clone()
        told[:, absent] = 0
        shown, whole = sketch.drawn(told, 16, 16), sketch.drawn(always, 16, 16)
        assert not shown[:, absent].any()
        others = [time for time in range(3) if time != absent]
        assert torch.equal(shown[:, others], whole[:, others])


def test_tracks_told_of_a_part_are_drawn_as_that_part_of_the_whole() -> None:
    one = actor(0.4, 0.6, tall=0.5, turn=0.3)
    sketch = upright()
    whole, part = sketch.drawn(one, 32, 64), sketch.drawn(within(one, 0.25, 0.125, 0.5, 0.375), 16, 24)
    assert part[:, :, :, 0].max() > 0.5
    assert torch.allclose(part, whole[..., 8:24, 8:32], atol=1e-4)
    assert not within(torch.zeros_like(one), 0.25, 0.125, 0.5, 0.375).any()


def test_an_actor_is_sketched_where_its_track_says_and_as_large() -> None:
    shown = matte(Sketch(8), actor(0.25, 0.75))
    down, across = torch.nonzero(shown > 0.5).float().mean(dim=0).tolist()
    assert abs(down / 32 - 0.75) < 0.03
    assert abs(across / 32 - 0.25) < 0.03
    large = matte(Sketch(8), actor(0.5, 0.5, tall=0.5))
    assert 3 < large.sum() / matte(Sketch(8), actor(0.5, 0.5)).sum() < 5


def test_a_quarter_turn_is_clockwise() -> None:
    sketch = upright()
    up, right = (matte(sketch, actor(0.5, 0.5, tall=0.4, turn=turn)) for turn in (0, math.pi / 2))
    assert up[:16].sum() > 10 * up[16:].sum()
    assert torch.allclose(right, up.rot90(-1), atol=1e-4)


def test_the_nearest_hides_those_behind_it() -> None:
    near, far = actor(0.5, 0.5, depth=1, rgb=BLUE), actor(0.5, 0.5, depth=0)
    for both in (torch.cat([near, far], dim=2), torch.cat([far, near], dim=2)):
        red, _, blue = Sketch(8).drawn(both, 32, 32)[0, 0, 0, 1:4, 16, 16].tolist()
        assert blue > 0.8
        assert red < 0.2


def test_nobody_leaves_nothing_and_the_order_of_actors_means_nothing() -> None:
    torch.manual_seed(0)
    sketch = Sketch(8)
    torch.nn.init.normal_(sketch.out.weight)
    assert not sketch(torch.zeros_like(actor(0, 0)), 4, 4).any()
    one, other, nobody = actor(0.3, 0.3), actor(0.4, 0.4, depth=1), torch.zeros_like(actor(0, 0))
    told = sketch(torch.cat([one, other, nobody], dim=2), 4, 4)
    assert torch.allclose(told, sketch(torch.cat([nobody, other, one], dim=2), 4, 4), atol=1e-5)


def test_each_kind_has_a_form_of_its_own() -> None:
    sketch = Sketch(8)
    with torch.no_grad():
        sketch.mattes[1].fill_(-1)
    second = actor(0.5, 0.5)
    second[..., KIND] = second[..., KIND].roll(1, dims=-1)
    assert matte(sketch, actor(0.5, 0.5)).max() > 0.9
    assert matte(sketch, second).max() < 0.1


def test_a_patch_is_told_what_lies_in_it_and_no_other() -> None:
    torch.manual_seed(0)
    sketch = Sketch(8)
    torch.nn.init.normal_(sketch.out.weight)
    with torch.no_grad():
        sketch.mattes.copy_(sketch.mattes.gt(0) * 2.0 - 1)  # no soft rims
    told = sketch(actor(5 / 6, 1 / 4, tall=0.1), 2, 3)[0, 0].abs().sum(dim=-1)
    assert told[2] > 100 * (told.sum() - told[2])


def test_a_round_form_stays_round_in_a_wide_picture() -> None:
    shown = Sketch(8).drawn(actor(0.5, 0.5, tall=0.5, turn=0.6), 32, 64)[0, 0, 0, 0] > 0.5
    down, across = shown.any(dim=1).sum(), shown.any(dim=0).sum()
    assert abs(down - across) <= 1


def test_colours_and_places_of_every_moment_are_shown_at_that_moment() -> None:
    moving = actor(0.25, 0.5)
    last = actor(0.75, 0.5, rgb=BLUE)[..., MOMENTS][..., -MOMENT:]
    moving[..., MOMENTS.stop - MOMENT : MOMENTS.stop] = last
    drawn = Sketch(8).drawn(moving, 32, 32)[0, 0].detach()
    assert drawn[0, 1, 16, 8] > 0.8  # red, on the left
    assert drawn[-1, 3, 16, 24] > 0.8  # blue, on the right
    assert drawn[-1, 0, 16, 8] < 0.1


@pytest.mark.parametrize("frame", [4, 24])
def test_the_world_draws_its_actors_where_a_sketch_has_them(frame: int) -> None:
    world = Storybook(stage=1)
    rng = numpy_rng(3, "sketch")
    stories = [world.sample(rng) for _ in range(8)]
    _, actors = world.draw(stories, 3, actors=True)
    assert actors is not None
    seen = torch.nn.functional.avg_pool2d(actors[:, frame].float(), 4)
    drawn = Sketch(8).drawn(world.tracks(stories, 3), 32, 32)[:, (frame + 3) // 4, -1, 0].detach()
    overlap = torch.minimum(drawn, seen).sum(dim=(1, 2)) / torch.maximum(drawn, seen).sum(dim=(1, 2))
    assert overlap.min() > 0.45  # a blob at first, whatever their form


def test_a_sketch_without_tracks_is_an_error() -> None:
    config = denoiser_config(Tokenizer(Storybook(stage=1).vocabulary), stage=1)
    with pytest.raises(MutoscopeError, match="a sketch and no tracks"):
        ClipDenoiser(replace(config, sketch=True, tracks=False))
