"""Places, light and weather of the storybook: what they look like, and where the camera sees it."""

import pytest
import torch
from torch import Tensor

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.places import draw_places, draw_weather, ground_of, place_nearness
from mutoscope.world.storybook.story import Place

PLACES = tuple(Place)
SHAPE = ClipShape(frames=4, height=64, width=64, fps=8)
DAY, SUNSET, NIGHT = 0, 1, 2
# Strong colours of actors that no place may be taken for, black and white too.
ACTORS = torch.tensor(
    [
        *((0.9, 0.1, 0.1), (1.0, 0.5, 0.0), (1.0, 0.9, 0.1), (0.1, 0.65, 0.2), (0.1, 0.35, 0.9)),
        *((0.5, 0.15, 0.75), (1.0, 0.5, 0.75), (0.5, 0.3, 0.12), (0.05, 0.05, 0.05), (1.0, 1.0, 1.0)),
    ]
)


def drawn(
    *places: Place,
    light: int | Tensor = DAY,
    x: float = 0.0,
    y: float = 0.0,
    zoom: float = 0.0,
    wind: float = 0.0,
    shape: ClipShape = SHAPE,
    seed: int = 1,
    nearness: bool = False,
) -> Tensor:
    """Clips whose camera goes evenly to x, y and zoom."""
    count, way = len(places), torch.linspace(0, 1, shape.frames)[:, None]
    weights = light if isinstance(light, Tensor) else torch.eye(3)[light].expand(shape.frames, 3)
    camera = (way * torch.tensor([x, y, zoom])).expand(count, shape.frames, 3)
    draw = place_nearness if nearness else draw_places
    return draw(
        torch.tensor([PLACES.index(place) for place in places]),
        weights.expand(count, shape.frames, 3),
        camera,
        torch.full((count, shape.frames), wind),
        shape,
        torch.Generator().manual_seed(seed),
    )


@pytest.mark.parametrize("light", [DAY, SUNSET, NIGHT])
def test_places_are_pale_and_none_of_their_pixels_has_a_colour_of_an_actor(light: int) -> None:
    for seed in range(3):
        frames = drawn(*PLACES, light=light, seed=seed).movedim(2, -1)
        chroma = frames.amax(-1) - frames.amin(-1)
        assert chroma.max() < 0.31
        assert frames.max() < 0.89
        assert frames.amax(-1).min() > 0.22
        assert torch.cdist(frames.reshape(-1, 3), ACTORS).min() > 0.18


def test_every_light_is_plain_to_see_in_every_place_and_dark_at_night() -> None:
    outdoors = [place for place in PLACES if place is not Place.SPACE]
    day, sunset, night = (drawn(*outdoors, light=light).mean((1, 3, 4)) for light in (DAY, SUNSET, NIGHT))
    assert (night.mean(1) < 0.62 * day.mean(1)).all()
    assert (sunset[:, 0] - sunset[:, 2] > day[:, 0] - day[:, 2] + 0.05).all()
    assert (night[:, 2] > night[:, 0]).all()


def test_no_two_places_look_alike() -> None:
    small = drawn(*PLACES, seed=2)[:, 0].unfold(2, 8, 8).unfold(3, 8, 8).mean((-1, -2)).flatten(1)
    apart = torch.cdist(small, small) / small.shape[1] ** 0.5 + 9 * torch.eye(len(PLACES))
    assert apart.min() > 0.035


def test_the_same_seed_draws_the_same_and_another_one_something_else() -> None:
    one, again, other = drawn(*PLACES, seed=5), drawn(*PLACES, seed=5), drawn(*PLACES, seed=6)
    assert torch.equal(one, again)
    assert ((one - other).abs().amax((1, 2, 3, 4)) > 0.01).all()


@pytest.mark.parametrize("size", [128, 256])
def test_a_larger_picture_shows_the_same_place(size: int) -> None:
    small = drawn(*PLACES, shape=ClipShape(frames=1, height=64, width=64, fps=8))
    large = drawn(*PLACES, shape=ClipShape(frames=1, height=size, width=size, fps=8))
    again = torch.nn.functional.adaptive_avg_pool2d(large[:, 0], 64)
    assert (again - small[:, 0]).abs().mean() < 0.008


def test_the_ground_moves_against_a_pan_and_the_sky_hardly_does() -> None:
    shape = ClipShape(frames=2, height=128, width=128, fps=8)
    frames = drawn(Place.CITY, Place.DESERT, x=0.25, shape=shape)
    # 0.25 of the frame is 32 pixels on the actors' plane: rows near the bottom.
    assert (frames[:, 1, :, 108:, :96] - frames[:, 0, :, 108:, 32:]).abs().mean() < 0.002
    assert (frames[:, 1, :, 108:, :96] - frames[:, 0, :, 108:, :96]).abs().mean() > 0.004
    assert (frames[1, 1, :, :40] - frames[1, 0, :, :40]).abs().max() < 0.002  # no cloud over the desert


def test_nearness_says_how_far_each_pixel_moves_with_the_camera() -> None:
    shape = ClipShape(frames=2, height=96, width=96, fps=8)
    still = [Place.MEADOW, Place.CITY, Place.DESERT, Place.FOREST, Place.ROOM, Place.SNOW]
    frames, near = (drawn(*still, x=0.1, zoom=0.2, shape=shape, nearness=which) for which in (False, True))
    y, x = torch.meshgrid(*2 * [(torch.arange(96) + 0.5) / 96], indexing="ij")
    gain = torch.tensor(0.2).exp()
    x, y = (x - 0.5 - 0.1 * near[:, 0]) * gain + 0.5, ((y - 0.5) * gain + 0.5).expand_as(near[:, 0])
    grid = torch.stack([x, y], dim=-1) * 2 - 1
    found = torch.nn.functional.grid_sample(frames[:, 1], grid, align_corners=False)
    inside = (grid.abs() < 0.97).all(-1)[:, None]
    error = ((found - frames[:, 0]).abs() * inside).amax(1)
    assert (error > 0.05).float().mean() < 0.05  # only where one thing hides another, and at fine edges
    assert error.mean() < 0.25 * ((frames[:, 1] - frames[:, 0]).abs() * inside).amax(1).mean()


def test_zooming_in_enlarges_about_the_middle() -> None:
    shape = ClipShape(frames=2, height=64, width=64, fps=8)
    frames = drawn(Place.ROOM, Place.CITY, zoom=0.6931472, shape=shape)
    middle = torch.nn.functional.interpolate(frames[:, 0, :, 16:48, 16:48], scale_factor=2, mode="nearest")
    assert (middle - frames[:, 1]).abs().mean() < 0.02


def test_what_lives_moves_while_the_camera_is_still_and_the_rest_does_not() -> None:
    frames = drawn(*PLACES)
    moved = (frames[:, 0] - frames[:, -1]).abs().amax((1, 2, 3)) > 0.02
    assert {PLACES[index] for index in moved.nonzero().flatten().tolist()} == {Place.BEACH, Place.SEA, Place.UNDERWATER}


def test_wind_bends_what_grows() -> None:
    still, windy = (
        drawn(Place.MEADOW, Place.FOREST, Place.SNOW),
        drawn(Place.MEADOW, Place.FOREST, Place.SNOW, wind=1.0),
    )
    assert ((windy - still).abs().amax((1, 2, 3, 4)) > 0.05).all()
    assert ((windy[:, 0] - windy[:, 3]).abs().amax((1, 2, 3)) > 0.03).all()


def test_light_goes_over_from_day_to_night() -> None:
    shape = ClipShape(frames=5, height=32, width=32, fps=8)
    night = torch.linspace(0, 1, 5)
    frames = drawn(*PLACES[1:], light=torch.stack([1 - night, torch.zeros(5), night], dim=1), shape=shape)
    bright = frames.mean((2, 3, 4))
    assert (bright.diff(dim=1) < 0).all()
    assert torch.allclose(frames[:, 0], drawn(*PLACES[1:], shape=ClipShape(frames=1, height=32, width=32, fps=8))[:, 0])


def test_there_is_a_line_to_stand_on_where_there_is_ground() -> None:
    without = {place for place in Place if ground_of(place) is None}
    assert without == {Place.PLAIN, Place.UNDERWATER, Place.SPACE}
    lines = [ground_of(place) or 0.0 for place in Place if place not in without | {Place.SEA}]
    assert all(0.80 <= line <= 0.88 for line in lines)


def weather_of(kind: int, shape: ClipShape = SHAPE) -> Tensor:
    """(1, T, 4) one weather all the time."""
    return torch.eye(4)[kind].expand(1, shape.frames, 4)


@pytest.mark.parametrize("kind", [1, 2, 3])
@pytest.mark.parametrize("light", [DAY, NIGHT])
def test_weather_shows_moves_and_leaves_the_picture_readable(kind: int, light: int) -> None:
    before = drawn(Place.MEADOW, light=light)
    seconds = torch.arange(SHAPE.frames) / SHAPE.fps
    after = draw_weather(before.clone(), weather_of(kind), seconds, torch.Generator().manual_seed(0))
    changed = ((after - before).abs().amax(2) > 0.12).float().mean()
    assert 0.002 < changed < 0.12
    assert (after - before).abs().mean() < 0.06
    assert (after[0, 0] - after[0, 3]).abs().max() > 0.15
    assert after.min() >= 0
    assert after.max() <= 1


def test_a_clear_sky_changes_nothing() -> None:
    before = drawn(Place.SEA)
    after = draw_weather(before.clone(), weather_of(0), torch.zeros(SHAPE.frames), torch.Generator().manual_seed(0))
    assert torch.equal(before, after)


def test_each_clip_has_its_own_weather() -> None:
    before = drawn(Place.PLAIN, Place.PLAIN, Place.PLAIN, Place.PLAIN)
    weather = torch.eye(4)[:, None].expand(4, SHAPE.frames, 4)
    after = draw_weather(before.clone(), weather, torch.arange(4) / 8, torch.Generator().manual_seed(0))
    apart = (after - before).abs().amax((1, 2, 3, 4))
    assert apart[0] == 0
    assert (apart[1:] > 0.1).all()


def test_rain_falls_down_and_wind_blows_to_the_right() -> None:
    shape = ClipShape(frames=2, height=96, width=96, fps=48)
    before = drawn(Place.PLAIN, shape=shape)
    for kind, (across, down) in ((1, (0, 1)), (3, (1, 0))):
        after = draw_weather(before.clone(), weather_of(kind, shape), torch.arange(2) / 48, torch.Generator())
        one, two = (after - after.amax((3, 4), keepdim=True)).abs().sum(2)[0]

        def agreement(dx: int, dy: int, one: Tensor = one, two: Tensor = two) -> float:
            return float((one * two.roll((-dy, -dx), (0, 1))).mean())

        forth = max(agreement(across * step, down * step) for step in (1, 2, 3))
        back = max(agreement(-across * step, -down * step) for step in (1, 2, 3))
        assert forth > 1.1 * back
