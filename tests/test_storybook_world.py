"""The storybook world: what can happen is drawn, and what is drawn is what is said and what the truth says."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
import torch

from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import CAST, RGB, SHAPES, actions_of, directions_of
from mutoscope.world.storybook.choreography import choreograph
from mutoscope.world.storybook.drawing import StoryClips, render_stories
from mutoscope.world.storybook.figures import EXTENT, INK, Points, Pose, layers
from mutoscope.world.storybook.places import ground_of
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import (
    Act,
    Action,
    Actor,
    Beat,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Place,
    Relation,
    Size,
    Speed,
    Story,
)
from mutoscope.world.storybook.tracks import Tracks

SECONDS = 3.0
RIGHT, LEFT = Direction.RIGHT, Direction.LEFT


def act(action: Action, direction: Direction | None = None, **more: object) -> Act:
    return Act(action=action, direction=direction, **more)  # type: ignore[arg-type]


def told(
    actors: Sequence[Actor], *beats: Sequence[Act], place: Place = Place.PLAIN, relation: Relation | None = None,
    lights: Sequence[Light] = (), camera: Camera = Camera.STILL,
) -> Story:  # fmt: skip
    """A story of equal beats; a list of acts for each."""
    cuts = np.linspace(0, SECONDS, len(beats) + 1).tolist()
    return Story(
        actors=tuple(actors),
        beats=tuple(
            Beat(start=a, end=b, acts=tuple(acts), camera=camera, light=lights[i] if lights else Light.DAY)
            for i, (acts, (a, b)) in enumerate(zip(beats, pairwise(cuts), strict=True))
        ),
        place=place,
        relation=relation,
    )


def one(kind: Kind, *acts: Act, colour: Colour = Colour.RED, place: Place = Place.PLAIN, **more: object) -> Story:
    actor = Actor(kind=kind, colour=colour)
    return told([actor], *([a] for a in acts), place=place, **more)  # type: ignore[arg-type]


def samples(count: int, stage: int = 4, seed: int = 0) -> list[Story]:
    rng = np.random.default_rng(seed)
    return [sample_story(rng, SECONDS, stage=stage) for _ in range(count)]


def tracks_of(stories: Sequence[Story], fps: int = 8, seed: int = 0) -> Tracks:
    shape = ClipShape(frames=round(SECONDS * fps), height=48, width=48, fps=fps)
    return choreograph(stories, shape, np.random.default_rng(seed))


def drawn(
    stories: Sequence[Story], size: int = 48, frames: int = 9, *, mattes: bool = False, flow: bool = False
) -> StoryClips:
    shape = ClipShape(frames=frames, height=size, width=size, fps=8)
    return render_stories(stories, shape, seed=1, mattes=mattes, flow=flow)


def test_the_same_seed_draws_the_same_pixels() -> None:
    stories = samples(3)
    first, again = drawn(stories, frames=3).frames, drawn(stories, frames=3).frames
    assert torch.equal(first, again)
    assert first.shape == (3, 3, 3, 48, 48)
    assert first.min() >= 0
    assert first.max() <= 1


def test_positions_never_jump() -> None:
    tracks = tracks_of(samples(80), fps=40)
    for path in (tracks.x, tracks.y, tracks.height, tracks.camera):
        assert path.diff(dim=1).abs().max() < 0.05
    # Twice as fine in time, every step is about half as long: what moves moves smoothly.
    coarse, fine = (tracks_of(samples(80), fps=fps).x.diff(dim=1).abs().max() for fps in (40, 80))
    assert fine < 0.7 * coarse


def test_actors_stay_in_the_picture() -> None:
    stories = samples(200)
    tracks = tracks_of(stories)
    x, y, height = tracks.seen()
    present = tracks.present[:, None].expand_as(x)
    assert ((x[present] > 0) & (x[present] < 1)).float().mean() > 0.995
    assert ((y[present] > 0) & (y[present] < 1)).float().mean() > 0.995
    assert height[present].max() < 0.95


TRAVELS = [
    (kind, action)
    for kind, role in CAST.items()
    for action in sorted(role.actions)
    if RIGHT in directions_of(kind, action) and action is not Action.CHASE
]


def test_whoever_goes_right_goes_right_and_looks_there() -> None:
    for way, sign in ((RIGHT, 1), (LEFT, -1)):
        stories = [
            one(k, act(a, way), place=next(p for p in sorted(CAST[k].places) if a in actions_of(k, p)))
            for k, a in TRAVELS
        ]
        tracks = tracks_of(stories)
        gone = tracks.x[:, -1, 0] - tracks.x[:, 0, 0]
        assert (gone * sign > 0.08).all(), [t for t, g in zip(TRAVELS, gone * sign, strict=True) if g <= 0.08]
        mirrored = torch.tensor([k in (Kind.MAN, Kind.DOG, Kind.CAR, Kind.BOAT, Kind.FISH) for k, _ in TRAVELS])
        assert (tracks.facing[mirrored, :, 0] == sign).all()


def test_faster_is_farther() -> None:
    for kind, action in ((Kind.CIRCLE, Action.MOVE), (Kind.MAN, Action.WALK), (Kind.CAR, Action.DRIVE)):
        gone = [
            float(tracks_of([one(kind, act(action, RIGHT, speed=speed))]).x[0, :, 0].diff().sum()) for speed in Speed
        ]
        assert gone[0] < 0.75 * gone[1], (kind, gone)
        assert gone[1] < 0.75 * gone[2], (kind, gone)


def test_nothing_turns_so_fast_that_it_seems_to_turn_back() -> None:
    spins = [one(kind, act(Action.SPIN, speed=Speed.FAST)) for kind in SHAPES]
    steps = tracks_of(spins, seed=3).turn[..., 0].diff(dim=1).abs().amax(1)
    fold = torch.tensor([2 * math.pi, math.pi / 2, 2 * math.pi / 3, 2 * math.pi / 5, 2 * math.pi])
    assert (steps < 0.5 * fold).all()


@pytest.mark.parametrize("colour", Colour)
def test_even_a_small_circle_shows_that_it_turns(colour: Colour) -> None:
    actor = Actor(kind=Kind.CIRCLE, colour=colour, size=Size.SMALL)
    shape = ClipShape(frames=25, height=128, width=128, fps=8)
    drawn = render_stories([told([actor], [act(Action.SPIN)])], shape, 0, mattes=True)
    assert drawn.mattes is not None
    area = drawn.mattes[0, 0, 0].sum()
    changed = (drawn.frames[0] - drawn.frames[0, :1]).abs().amax(dim=1) > 0.15
    assert changed.sum(dim=(1, 2)).amax() > 0.06 * area


def test_a_walk_becomes_a_run_as_legs_and_speed_change_together() -> None:
    tracks = tracks_of([one(Kind.MAN, act(Action.WALK, RIGHT), act(Action.RUN, RIGHT))], fps=40)
    walk, run, speed = tracks.walk[0, :, 0], tracks.run[0, :, 0], tracks.x[0, :, 0].diff() * 40
    assert torch.allclose(walk + run, torch.ones_like(walk), atol=1e-5)
    mixed = (run > 0.02) & (run < 0.98)
    assert 0.2 < mixed.sum() / 40 < 0.4  # seconds
    assert speed[-1] > 1.4 * speed[0]
    cadence = tracks.phase[0, :, 0].diff()
    assert cadence.diff().abs().max() < 0.2 * cadence.max()
    assert cadence[-1] > 1.2 * cadence[0]


def test_who_walks_has_the_feet_on_the_ground() -> None:
    for place in (Place.MEADOW, Place.BEACH, Place.CITY, Place.ROOM):
        tracks = tracks_of([one(Kind.MAN, act(Action.WALK, RIGHT), place=place)])
        feet = tracks.y + tracks.height / 2
        ground = ground_of(place)
        assert ground is not None
        assert 0.79 <= feet[0, 0, 0] <= 0.90
        assert abs(float(feet[0, 0, 0]) - ground) < 0.05
        assert feet[0, :, 0].std() < 1e-3


def test_a_jump_leaves_the_ground_and_comes_back() -> None:
    lift = tracks_of([one(Kind.CAT, act(Action.JUMP))]).lift[0, :, 0]
    assert lift.min() == 0
    assert lift.max() > 0.06


def test_a_relation_holds_when_the_clip_begins() -> None:
    for relation in Relation:
        actors = [
            Actor(kind=Kind.STAR, colour=Colour.RED),
            Actor(kind=Kind.SQUARE, colour=Colour.BLUE, size=Size.SMALL),
        ]
        still = [act(Action.STAND), act(Action.STAND)]
        tracks = tracks_of([told(actors, still, relation=relation)] * 8)
        beside, over = (value[:, 0, 1] - value[:, 0, 0] for value in (tracks.x, tracks.y))
        nearer = tracks.order[:, 0] > tracks.order[:, 1]
        match relation:
            case Relation.LEFT_OF:
                assert (beside > 0.15).all()
            case Relation.RIGHT_OF:
                assert (beside < -0.15).all()
            case Relation.ABOVE:
                assert (over > 0.15).all()
            case Relation.BELOW:
                assert (over < -0.15).all()
            case Relation.IN_FRONT_OF:
                assert nearer.all()
                assert (beside.abs() < 0.2).all()
            case Relation.BEHIND:
                assert not nearer.any()
                assert (beside.abs() < 0.2).all()


def test_the_hunter_runs_behind_its_prey() -> None:
    actors = [Actor(kind=Kind.DOG, colour=Colour.BROWN, size=Size.SMALL), Actor(kind=Kind.CAT, colour=Colour.WHITE)]
    tracks = tracks_of([told(actors, [act(Action.CHASE, LEFT), act(Action.RUN, LEFT)])] * 6)
    ahead = tracks.x[..., 0] - tracks.x[..., 1]  # they run to the left
    assert (ahead > 0.1).all()
    assert (ahead < 0.6).all()
    assert (tracks.run[:, -1, :2] > 0.9).all()


def test_light_and_colour_end_in_what_they_change_to() -> None:
    story = one(
        Kind.CIRCLE, act(Action.STAND), act(Action.CHANGE_COLOUR, colour=Colour.BLUE), place=Place.MEADOW,
        lights=(Light.DAY, Light.NIGHT),
    )  # fmt: skip
    tracks = tracks_of([story])
    assert torch.allclose(tracks.light[0, 0], torch.tensor([1.0, 0, 0]))
    assert torch.allclose(tracks.light[0, -1], torch.tensor([0, 0, 1.0]), atol=1e-3)
    assert torch.allclose(tracks.rgb[0, 0, 0], torch.tensor(RGB[Colour.RED]), atol=1e-3)
    assert torch.allclose(tracks.rgb[0, -1, 0], torch.tensor(RGB[Colour.BLUE]), atol=1e-3)


@pytest.mark.parametrize("light", list(Light))
def test_most_of_an_actor_is_nearest_to_its_own_colour_in_every_light(light: Light) -> None:
    palette = torch.tensor([*(RGB[colour] for colour in Colour), INK])
    cast = [(kind, colour) for kind in Kind for colour in Colour]
    homes = {kind: next(place for place in sorted(CAST[kind].places) if place is not Place.PLAIN) for kind in Kind}
    stories = [
        told([Actor(kind=k, colour=c, size=Size.BIG)], [act(Action.GROW)], place=homes[k], lights=(light,))
        for k, c in cast
    ]
    clips = drawn(stories, size=56, frames=1, mattes=True)
    assert clips.mattes is not None
    for (kind, colour), frame, matte in zip(cast, clips.frames[:, 0], clips.mattes[:, 0, 0], strict=True):
        distance, nearest = torch.cdist(frame[:, matte > 0.99].T, palette).min(1)
        votes = torch.bincount(nearest[distance < 0.22], minlength=len(palette))[:-1]  # outlines have no vote
        assert tuple(Colour)[int(votes.argmax())] is colour, kind


def random_pose(count: int, kind: Kind) -> Pose:
    rng = torch.Generator().manual_seed(5)
    names = ("walk", "run", "jump", "dance", "wave", "swim", "fly")
    chosen = torch.randint(0, len(names), (count,), generator=rng)
    gaits = {name: (chosen == index).float() for index, name in enumerate(names)}
    phase = torch.rand(count, generator=rng) * 2 * math.pi
    return Pose(phase=phase, sway=torch.rand(count, generator=rng) * 0.6, rgb=torch.ones(count, 3), **gaits)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_figure_stays_within_its_extent_in_every_pose(kind: Kind) -> None:
    axis = torch.linspace(-2.5, 2.5, 81)
    points = Points(axis.expand(60, 81, 81).clone(), axis[:, None].expand(60, 81, 81).clone())
    inside = torch.stack([layer.distance < 0 for layer in layers(kind, points, random_pose(60, kind))]).any(0)
    wide, high = EXTENT[kind]
    outside = (axis.abs()[None, :] > wide + 0.01) | (axis.abs()[:, None] > high + 0.01)
    assert not (inside & outside).any()
    assert (inside.flatten(1).float().mean(1) > 0.01).all()


def test_limbs_and_wings_move() -> None:
    for kind, action in (
        (Kind.MAN, Action.WALK), (Kind.WOMAN, Action.RUN), (Kind.CHILD, Action.DANCE), (Kind.MAN, Action.WAVE),
        (Kind.CAT, Action.WALK), (Kind.DOG, Action.RUN), (Kind.BIRD, Action.FLY), (Kind.BUTTERFLY, Action.FLY),
    ):  # fmt: skip
        ways = directions_of(kind, action)
        clips = drawn([one(kind, act(action, RIGHT if RIGHT in ways else None))], size=64, mattes=True)
        assert clips.mattes is not None
        width = clips.boxes[0, 0, :, 2] - clips.boxes[0, 0, :, 0]
        area = clips.mattes[0, 0].sum((1, 2))
        assert width.std() > 0.003 or area.std() / area.mean() > 0.02, kind


def test_boxes_hold_what_the_mattes_show() -> None:
    clips = drawn([one(Kind.STAR, act(Action.MOVE, RIGHT)), one(Kind.DOG, act(Action.RUN, LEFT))], mattes=True)
    assert clips.mattes is not None
    for clip in range(2):
        for frame in range(9):
            rows, columns = (clips.mattes[clip, 0, frame] > 0.5).nonzero().unbind(1)
            found = [columns.min() / 48, rows.min() / 48, (columns.max() + 1) / 48, (rows.max() + 1) / 48]
            assert clips.boxes[clip, 0, frame].tolist() == pytest.approx([float(value) for value in found])


def test_what_is_in_front_hides_what_is_behind() -> None:
    actors = [Actor(kind=Kind.SQUARE, colour=Colour.RED), Actor(kind=Kind.CIRCLE, colour=Colour.BLUE)]
    stand = [act(Action.STAND)] * 2
    clips = drawn([told(actors, stand, relation=Relation.IN_FRONT_OF)], mattes=True)
    assert clips.mattes is not None
    assert clips.mattes.sum(1).max() <= 1 + 1e-5
    x0, y0, x1, y1 = (clips.boxes[0, 1, 0] * 48).tolist()
    whole = math.pi * (x1 - x0) * (y1 - y0) / 4
    assert clips.mattes[0, 1, 0].sum() < 0.9 * whole  # part of the circle is covered
    assert clips.mattes[0, 0, 0].sum() > 0.9 * float(torch.tensor(0.28 * 0.9 * 48) ** 2)


def test_flow_carries_each_frame_into_the_next_but_for_what_is_hidden() -> None:
    stories = [
        one(Kind.CAR, act(Action.STAND), place=Place.CITY, camera=Camera.PAN_RIGHT),
        one(Kind.SQUARE, act(Action.SPIN), place=Place.ROOM, camera=Camera.ZOOM_IN),
        one(Kind.HEART, act(Action.GROW), place=Place.DESERT),
    ]
    size = 96
    clips = drawn(stories, size=size, frames=3, mattes=True, flow=True)
    assert clips.flow is not None
    assert clips.mattes is not None
    assert clips.flow.shape == (3, 2, 2, size, size)
    centres = (torch.arange(size) + 0.5).expand(size, size)
    goal = torch.stack([centres, centres.T]) + clips.flow[:, 0]  # (3, 2, H, W)
    grid = goal.permute(0, 2, 3, 1) * 2 / size - 1
    shown = torch.cat([clips.frames, clips.mattes[:, :1].transpose(1, 2)], dim=2)
    carried = torch.nn.functional.grid_sample(shown[:, 1], grid, align_corners=False)
    kept = (grid.abs() < 0.95).all(-1) & ((carried[:, 3] - shown[:, 0, 3]).abs() < 0.05)
    error = (carried - shown[:, 0])[:, :3].abs().mean(1)
    unmoved = (shown[:, 1] - shown[:, 0])[:, :3].abs().mean(1)
    for clip in range(3):
        assert error[clip][kept[clip]].mean() < 0.006
        assert error[clip][kept[clip]].mean() < 0.5 * unmoved[clip][kept[clip]].mean()
        assert kept[clip].float().mean() > 0.8


def test_sizes_of_frames_show_the_same_picture() -> None:
    stories = [one(Kind.CHILD, act(Action.RUN, RIGHT), place=Place.BEACH), one(Kind.KITE, act(Action.FLY))]
    small, large = (drawn(stories, size=size, frames=2).frames for size in (64, 256))
    shrunk = torch.nn.functional.avg_pool2d(large.flatten(0, 1), 4).view_as(small)
    assert (small - shrunk).abs().mean() < 0.02


def test_a_camera_that_follows_keeps_the_first_actor_in_the_middle() -> None:
    story = one(Kind.CAR, act(Action.DRIVE, RIGHT, speed=Speed.FAST), place=Place.CITY, camera=Camera.FOLLOW)
    tracks = tracks_of([story])
    assert (tracks.seen()[0][0, :, 0] - 0.5).abs().max() < 0.05
    assert tracks.camera[0, -1, 0] - tracks.camera[0, 0, 0] > 0.4


def test_the_ones_that_are_not_there_are_not_drawn() -> None:
    clips = drawn([one(Kind.CIRCLE, act(Action.STAND))], frames=2, mattes=True)
    assert clips.mattes is not None
    assert clips.tracks.present.tolist() == [[True, False, False]]
    assert clips.boxes[0, 1:].abs().sum() == 0
    assert clips.mattes[0, 1:].sum() == 0
