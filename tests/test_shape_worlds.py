"""Moving Shapes and MoCoGAN's shapes: the worlds are what was published, and their rulers read them."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
import torch

from mutoscope.evaluation.mocogan_shapes import Frames, measure_mocogan_shapes, read_shape, score_clips
from mutoscope.evaluation.moving_shapes.measure import asked_stories, score_readings, true_clips
from mutoscope.evaluation.moving_shapes.parser import parse_shape
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import Tokenizer
from mutoscope.world.mocogan_shapes import CAPTIONS, SIDES, Drift, MocoganShapes
from mutoscope.world.moving_shapes.drawing import path_of
from mutoscope.world.moving_shapes.story import (
    RGB,
    SIDE,
    Colour,
    Direction,
    Motion,
    MovingShape,
    Shape,
    Size,
    is_held_out,
)
from mutoscope.world.moving_shapes.world import MovingShapes
from mutoscope.world.storybook.tracks import Tracks
from mutoscope.world.storybook.world import Storybook
from mutoscope.world.world import World, seen_story

WORLDS: tuple[World, ...] = (MovingShapes(), MocoganShapes(), Storybook(stage=1))  # type: ignore[type-arg]
ZIGZAG = MovingShape(
    shape=Shape.SQUARE, colour=Colour.BLUE, size=Size.LARGE, motion=Motion.ZIGZAG, direction=Direction.EAST
)


def bytes_of(frames: torch.Tensor) -> Frames:
    return np.asarray((frames * 255).round().byte().permute(0, 2, 3, 1).numpy())


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_world_draws_the_same_again_and_says_what_it_means(world: World) -> None:  # type: ignore[type-arg]
    rng = np.random.default_rng(0)
    stories = [world.sample(rng) for _ in range(2)]
    clips, again, other = (world.draw(stories, seed, actors=True) for seed in (1, 1, 2))
    shape = world.shape
    assert clips.frames.shape == (2, shape.frames, 3, shape.height, shape.width)
    assert clips.actors is not None
    assert clips.actors.shape == (2, shape.frames, shape.height, shape.width)
    assert torch.equal(clips.frames, again.frames)
    assert not torch.equal(clips.frames, other.frames)
    for story in stories:
        meant = world.meant(story, 0, shape.seconds)
        assert meant.shape == (len(world.meanings),)
        assert 0 < meant.sum() < len(meant)
        assert not world.is_held_out(seen_story(world, rng))


@pytest.mark.parametrize("world", WORLDS[:2], ids=lambda world: world.name)
def test_every_word_of_a_caption_is_in_the_vocabulary(world: World) -> None:  # type: ignore[type-arg]
    rng, tokenizer, used = np.random.default_rng(0), Tokenizer(world.vocabulary), set[str]()
    for _ in range(300):
        timeline = parse_timeline(world.caption(world.sample(rng), rng), world.shape.seconds)
        assert len(timeline.segments) == 1
        used.update(tokenizer.encode(timeline.segments[0].text).words)
    assert used == set(world.vocabulary)


def test_captions_are_those_that_were_published() -> None:
    assert ZIGZAG.caption() == "A large blue square is moving in a zigzag path towards east"
    straight = MovingShape(
        shape=Shape.CIRCLE, colour=Colour.RED, size=Size.SMALL, motion=Motion.STRAIGHT, direction=Direction.NORTH
    )
    assert straight.caption() == "A small red circle is moving in a straight line towards north"
    diagonal = MovingShape(
        shape=Shape.TRIANGLE, colour=Colour.WHITE, size=Size.SMALL, motion=Motion.DIAGONAL, direction=Direction.SOUTHWEST
    )  # fmt: skip
    assert diagonal.caption() == "A small white triangle is moving in a diagonal path in the southwest direction"


def test_a_fifth_of_the_triples_is_held_out_and_every_pair_is_seen() -> None:
    def story(shape: Shape, colour: Colour, motion: Motion) -> MovingShape:
        direction = Direction.NORTHEAST if motion is Motion.DIAGONAL else Direction.NORTH
        return MovingShape(shape=shape, colour=colour, size=Size.SMALL, motion=motion, direction=direction)

    triples = list(product(Shape, Colour, Motion))
    held = [triple for triple in triples if is_held_out(story(*triple))]
    assert len(held) == len(triples) / 5
    pairs = Counter(pair for s, c, m in held for pair in ((s, c), (c, m), (s, m)))
    assert max(pairs.values()) == 1
    assert {shape for shape, _, _ in held} == set(Shape)
    assert {colour for _, colour, _ in held} == set(Colour)


def test_paths_go_as_far_as_was_published() -> None:
    north, northeast = (0, -1), (1, -1)
    assert path_of(Motion.STRAIGHT, north, 17)[-1].tolist() == [0, -16]
    assert path_of(Motion.DIAGONAL, northeast, 17)[-1] == pytest.approx([16.8, -16.8])
    zigzag = path_of(Motion.ZIGZAG, north, 17)
    assert zigzag[:, 1].tolist() == list(range(0, -17, -1))
    assert zigzag[:9, 0].tolist() == [6, 3, 0, -3, -6, -3, 0, 3, 6]
    assert zigzag[8:, 0].tolist() == zigzag[:9, 0].tolist()


def test_a_moving_shape_is_whole_and_in_its_own_colour_in_every_frame() -> None:
    stories = asked_stories(12, False, np.random.default_rng(3))
    clips = MovingShapes().draw(stories, 5)
    assert clips.actors is not None
    for story, clip, actors in zip(stories, clips.frames, clips.actors, strict=True):
        areas = actors.sum((1, 2))
        assert float(areas.max() - areas.min()) < 0.04 * float(areas.mean())
        full = {Shape.SQUARE: 1, Shape.CIRCLE: np.pi / 4, Shape.TRIANGLE: 0.5}[story.shape]
        assert float(areas.mean()) == pytest.approx(full * SIDE[story.size] ** 2, rel=0.06)
        inside = clip.permute(0, 2, 3, 1)[actors == 1] * 255
        assert inside == pytest.approx(np.broadcast_to(RGB[story.colour], inside.shape), abs=0.01)
        ground = torch.where(actors[:, None] > 0, torch.nan, clip)
        assert not torch.equal(ground[0].nan_to_num(), ground[-1].nan_to_num())


def test_the_pixel_parser_reads_true_clips_and_nothing_where_nothing_is() -> None:
    stories = [story for held in (False, True) for story in asked_stories(15, held, np.random.default_rng(9))]
    clips = true_clips(stories, seed=4)
    score = score_readings([parse_shape(clip) for clip in clips], stories)
    assert score.all.share == 1
    others = score_readings([parse_shape(clip) for clip in clips], [*stories[1:], *stories[:1]])
    assert others.all.share < 0.1
    for clip in clips[:3]:
        assert parse_shape(np.repeat(clip[:1], 16, axis=0))[3:] == (None, None)
        assert parse_shape(np.full_like(clip, 127)) == (None,) * 5


def test_mocogan_clips_have_one_colour_no_soft_edges_and_one_shape_of_a_known_size() -> None:
    world, rng = MocoganShapes(), np.random.default_rng(0)
    clips = world.draw([world.sample(rng) for _ in range(40)], 3)
    assert clips.actors is not None
    circles = {
        int(((y * y)[:, None] + y * y <= (s / 2) ** 2).sum()) for s in SIDES for y in [np.arange(s) - (s - 1) / 2]
    }
    sizes = circles | {side**2 for side in SIDES}
    for clip, actors in zip(clips.frames, clips.actors, strict=True):
        assert set(actors.unique().tolist()) == {0, 1}
        assert len(set(actors.sum((1, 2)).tolist())) == 1
        assert int(actors[0].sum()) in sizes
        assert len(torch.unique(clip.permute(0, 2, 3, 1)[actors == 1], dim=0)) == 1
        assert float(clip.permute(0, 2, 3, 1)[actors == 0].max()) == 0


def test_tracks_of_moving_shapes_tell_what_the_same_seed_draws() -> None:
    world, rng = MovingShapes(), np.random.default_rng(1)
    stories = [world.sample(rng) for _ in range(20)]
    clips, told = world.draw(stories, 4), Tracks.of_code(world.tracks(stories, 4))
    assert clips.actors is not None
    assert told.present.sum(dim=1).tolist() == [1] * 20
    pixels = (torch.arange(64) + 0.5) / 64
    for seen, axis in ((told.x, 2), (told.y, 3)):  # the middle of its box: a triangle's own lies lower
        shown = clips.actors.amax(axis) > 0.5
        first = torch.where(shown, pixels, 1.0).amin(2)
        last = torch.where(shown, pixels, 0.0).amax(2)
        assert torch.allclose(
            (first + last) / 2, seen[..., 0], atol=1.25 / 64
        )  # of which half a pixel is seen at the tip
    assert [tuple(Shape)[int(kind)] for kind in told.kind[:, 0]] == [story.shape for story in stories]
    assert torch.allclose(64 * told.height[:, 0, 0], torch.tensor([float(SIDE[story.size]) for story in stories]))
    inside = torch.where(clips.actors[:, :, None] == 1, clips.frames, 2.0).amin((3, 4))
    assert torch.allclose(inside, told.rgb[:, :, 0])


def test_tracks_of_mocogan_clips_tell_what_the_same_seed_draws() -> None:
    world, rng = MocoganShapes(), np.random.default_rng(1)
    stories = [world.sample(rng) for _ in range(20)]
    clips, told = world.draw(stories, 4), Tracks.of_code(world.tracks(stories, 4))
    assert clips.actors is not None
    assert told.present.sum(dim=1).tolist() == [1] * 20
    pixels = (torch.arange(64) + 0.5) / 64
    areas = clips.actors.sum((2, 3))
    for seen, axis in ((told.x, 2), (told.y, 3)):
        assert torch.allclose((clips.actors.sum(axis) * pixels).sum(2) / areas, seen[..., 0], atol=1e-6)
    squares = told.kind[:, 0] == 0
    assert torch.allclose((64 * told.height[..., 0][squares]) ** 2, areas[squares])
    assert bool((areas[~squares] < (64 * told.height[..., 0][~squares]) ** 2).all())
    assert torch.allclose(clips.frames.amax((3, 4)), told.rgb[:, :, 0])


def test_the_ruler_of_mocogan_shapes_lets_only_true_motion_pass() -> None:
    report = measure_mocogan_shapes({}, 60, 0, lambda line: None)
    data = report.scores["data"]
    assert data.acd == 0
    assert data.passes(data)
    for spoilt in ("data, other captions", "data, frozen", "nothing at all"):
        assert not report.scores[spoilt].passes(data)
    assert report.scores["data, other captions"].right.share == 0
    assert "| MoCoGAN, published | 1.79 |" in report.table()


def test_a_shape_that_changes_its_colour_is_as_far_from_itself_as_its_colours_are() -> None:
    clip = np.zeros((16, 64, 64, 3), np.uint8)
    for time in range(16):
        clip[time, 40 - time : 50 - time, 20:30] = (200, 100, 0) if time < 8 else (200, 130, 40)
    # Of the 120 pairs of frames 64 are of different colours, which lie 50 apart.
    assert read_shape(clip).distance == pytest.approx(50 * 64 / 120)
    assert score_clips([clip, clip], [Drift.UP, Drift.LEFT]).right.right == 1
    two = clip.copy()
    two[:, 5:10, 50:55] = 255
    assert (read_shape(two).objects == 2).all()
    assert set(CAPTIONS) == set(Drift)
