"""The ruler of the storybook: it reads what the world draws, says what it cannot read, and punishes what is spoilt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mutoscope.checkpoints.checkpoint import save_checkpoint
from mutoscope.checkpoints.latent import load_autoencoder
from mutoscope.cli import main
from mutoscope.codecs.latent import LatentAutoencoder, LatentCodec
from mutoscope.evaluation.storybook.colours import COLOURS, inked, label_pixels, skins
from mutoscope.evaluation.storybook.measure import (
    blurred,
    frozen,
    jumbled,
    measure_ruler,
    reversed_in_time,
    softened,
)
from mutoscope.evaluation.storybook.patterns import most_like
from mutoscope.evaluation.storybook.reading import StoryReading, read_story
from mutoscope.evaluation.storybook.reconstruction import Reconstructor
from mutoscope.evaluation.storybook.regions import actor_regions
from mutoscope.evaluation.storybook.silhouettes import silhouette
from mutoscope.evaluation.storybook.verdict import Answer, Attribute, judge_story
from mutoscope.recipes.latent import tiny_latent
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import SHAPES, THINGS
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.pace import shows_speed
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
from mutoscope.world.storybook.world import Storybook

SHAPE = ClipShape(frames=25, height=128, width=128, fps=8)
RNG = np.random.default_rng(0)

Frames = NDArray[np.uint8]


def story(kind: Kind, act: Act, colour: Colour = Colour.RED, size: Size = Size.MEDIUM) -> Story:
    """One actor before a plain colour."""
    actor = Actor(kind=kind, colour=colour, size=size)
    return Story(actors=(actor,), beats=(Beat(start=0.0, end=SHAPE.seconds, acts=(act,)),))


def around(
    act: Act, place: Place, kind: Kind = Kind.HEART, *, camera: Camera = Camera.STILL, light: Light = Light.DAY
) -> Story:
    """One actor at a place."""
    told = story(kind, act)
    return replace(told, place=place, beats=(replace(told.beats[0], camera=camera, light=light),))


@cache
def film(told: Story, shape: ClipShape = SHAPE) -> Frames:
    """The true clip."""
    drawn = render_stories([told], shape, 4).frames[0].permute(0, 2, 3, 1)
    return np.asarray((drawn * 255).round().byte().numpy(), np.uint8)


def read(frames: Frames, told: Story, kinds: Sequence[Kind] = SHAPES) -> StoryReading:
    """What is seen in the beats of a story."""
    return read_story(frames, SHAPE.fps, [*(beat.start for beat in told.beats), told.seconds], kinds)


MOVES = story(
    Kind.SQUARE, Act(action=Action.MOVE, direction=Direction.LEFT, speed=Speed.SLOW), Colour.GREEN, Size.SMALL
)
BOUNCES = story(Kind.HEART, Act(action=Action.BOUNCE), Colour.BLACK)


@pytest.mark.parametrize("colour", Colour)
def test_every_colour_of_a_star_is_read(colour: Colour) -> None:
    told = story(Kind.STAR, Act(), colour)
    actor = read(film(told), told).actors[0]
    assert (actor.kind, actor.colour, actor.size) == (Kind.STAR, colour, Size.MEDIUM)


@pytest.mark.parametrize(
    "act",
    [
        Act(action=Action.STAND),
        Act(action=Action.MOVE, direction=Direction.UP_RIGHT),
        Act(action=Action.ROLL, direction=Direction.LEFT),
        Act(action=Action.BOUNCE, direction=Direction.RIGHT),
        Act(action=Action.SPIN),
        Act(action=Action.GROW),
        Act(action=Action.SHRINK),
        Act(action=Action.RISE),
        Act(action=Action.FALL),
        Act(action=Action.ZIGZAG, direction=Direction.LEFT),
        Act(action=Action.CIRCLE),
        Act(action=Action.FLOAT),
    ],
)
def test_everything_a_circle_can_do_is_read_with_its_direction(act: Act) -> None:
    told = story(Kind.CIRCLE, act)
    seen = read(film(told), told).actors[0].acts[0]
    assert (seen.action, seen.direction) == (act.action, act.direction)
    assert seen.speed is (act.speed if shows_speed(act, SHAPE.seconds) else None)


def test_a_true_clip_is_right_in_all_that_its_story_says() -> None:
    assert judge_story(read(film(MOVES), MOVES), MOVES).obeyed


def test_a_circle_whose_spot_was_not_drawn_is_still_a_circle() -> None:
    for colour in (Colour.RED, Colour.WHITE):
        told = story(Kind.CIRCLE, Act(action=Action.BOUNCE), colour)
        frames, disc = film(told).copy(), render_stories([told], SHAPE, 4, mattes=True).mattes
        assert disc is not None
        rows, columns = np.mgrid[: SHAPE.height, : SHAPE.width]
        for frame, matte in zip(frames, disc[0].amax(0).numpy() > 0.5, strict=True):
            row, column, radius = rows[matte].mean(), columns[matte].mean(), np.sqrt(matte.sum() / np.pi)
            below = frame[int(row + radius / 2), int(column)]
            frame[np.hypot(rows - row, columns - column) < 0.85 * radius] = below
        frame, own = frames[0], COLOURS.index(colour)
        labels = label_pixels(frame)
        seen = silhouette(max(actor_regions(labels, own), key=np.sum), labels == own, inked(frame), skins(frame))
        assert seen is not None
        nearest, far = most_like(seen, SHAPE.height, SHAPES, colour)
        assert nearest.kind is Kind.CIRCLE
        assert far < most_like(seen, SHAPE.height, (Kind.SQUARE,), colour)[1] / 2
        assert judge_story(read(frames, told), told).obeyed


def test_a_clip_of_256_pixels_is_read_as_well() -> None:
    large = film(MOVES, ClipShape(frames=25, height=256, width=256, fps=8))
    assert judge_story(read(large, MOVES), MOVES).obeyed


def test_another_story_is_wrong_in_what_differs() -> None:
    verdict = judge_story(read(film(MOVES), MOVES), BOUNCES)
    for attribute in (Attribute.KIND, Attribute.COLOUR, Attribute.SIZE, Attribute.ACTION):
        assert verdict.of(attribute) == (Answer.WRONG,)


def test_a_frozen_clip_has_the_wrong_action_and_nothing_else_of_its_looks() -> None:
    verdict = judge_story(read(frozen(film(MOVES), RNG), MOVES), MOVES)
    assert verdict.of(Attribute.ACTION) == (Answer.WRONG,)
    assert verdict.of(Attribute.KIND) == verdict.of(Attribute.COLOUR) == (Answer.RIGHT,)


def test_a_clip_played_backwards_goes_the_wrong_way() -> None:
    verdict = judge_story(read(reversed_in_time(film(MOVES), RNG), MOVES), MOVES)
    assert verdict.of(Attribute.DIRECTION) == (Answer.WRONG,)
    assert verdict.of(Attribute.ACTION) == (Answer.RIGHT,)


def test_a_clip_with_its_frames_in_any_order_has_no_action_that_is_known() -> None:
    seen = read(jumbled(film(BOUNCES), np.random.default_rng(1)), BOUNCES)
    assert seen.actors[0].acts[0].action is not Action.BOUNCE


def test_a_blurred_form_is_no_kind() -> None:
    verdict = judge_story(read(blurred(film(MOVES), RNG), MOVES), MOVES)
    assert verdict.of(Attribute.KIND) == (Answer.WRONG,)
    assert verdict.of(Attribute.COLOUR) == (Answer.RIGHT,)


@pytest.mark.parametrize("kind", SHAPES)
def test_a_soft_and_grainy_clip_is_read_like_a_sharp_one(kind: Kind) -> None:
    told = story(kind, Act(action=Action.RISE), tuple(Colour)[list(Kind).index(kind) * 2 + 1], Size.SMALL)
    assert judge_story(read(softened(film(told), np.random.default_rng(2)), told), told).obeyed


@pytest.mark.parametrize("camera", [Camera.STILL, Camera.PAN_LEFT])
def test_grain_does_not_look_like_a_camera_that_moves_nor_hide_one_that_does(camera: Camera) -> None:
    told = around(Act(action=Action.DRIVE, direction=Direction.LEFT), Place.CITY, Kind.CAR, camera=camera)
    seen = read(softened(film(told), np.random.default_rng(3)), told, THINGS)
    assert seen.camera == (camera,)
    assert judge_story(seen, told).obeyed


def test_an_empty_picture_has_no_actors() -> None:
    grey = np.full((9, 128, 128, 3), 200, np.uint8)
    assert read(grey, MOVES).actors == ()
    assert judge_story(read(grey, MOVES), MOVES).of(Attribute.NUMBER) == (Answer.WRONG,)


@pytest.mark.parametrize("place", [place for place in Place if place is not Place.PLAIN])
def test_every_place_is_read_and_what_happens_there_whatever_the_camera_does(place: Place) -> None:
    camera = (Camera.PAN_LEFT, Camera.PAN_RIGHT, Camera.ZOOM_OUT)[list(Place).index(place) % 3]
    told = around(Act(action=Action.MOVE, direction=Direction.LEFT), place, camera=camera)
    assert judge_story(read(film(told), told), told).obeyed


def test_a_camera_that_follows_is_told_from_one_that_pans() -> None:
    told = around(Act(action=Action.ROLL, direction=Direction.RIGHT), Place.ROOM, Kind.CIRCLE, camera=Camera.FOLLOW)
    reading = read(film(told), told)
    assert reading.camera == (Camera.FOLLOW,)
    assert judge_story(reading, told).obeyed


@pytest.mark.parametrize("light", [Light.SUNSET, Light.NIGHT])
def test_the_light_is_read_at_the_end_of_each_beat(light: Light) -> None:
    told = around(Act(), Place.BEACH, light=light)
    beats = (replace(told.beats[0], end=1.5, light=Light.DAY), replace(told.beats[0], start=1.5))
    told = replace(told, beats=beats)
    assert read(film(told), told).light == (Light.DAY, light)


@pytest.mark.parametrize("relation", Relation)
def test_every_relation_of_two_actors_is_read(relation: Relation) -> None:
    actors = (Actor(kind=Kind.STAR, colour=Colour.RED), Actor(kind=Kind.CIRCLE, colour=Colour.BLUE))
    beat = Beat(start=0.0, end=SHAPE.seconds, acts=(Act(), Act()))
    told = Story(actors=actors, beats=(beat,), relation=relation)
    verdict = judge_story(read(film(told), told), told)
    assert verdict.of(Attribute.RELATION) == (Answer.RIGHT,)
    other = next(each for each in Relation if each is not relation)
    assert judge_story(read(film(told), told), replace(told, relation=other)).of(Attribute.RELATION) == (Answer.WRONG,)


def changing(before: Act, after: Act, cut: float) -> Story:
    """One circle that does one thing after another."""
    told = story(Kind.CIRCLE, before)
    beats = (replace(told.beats[0], end=cut), Beat(start=cut, end=told.seconds, acts=(after,)))
    return replace(told, beats=beats)


@pytest.mark.parametrize("cut", [1.1, 1.9])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Act(action=Action.MOVE, direction=Direction.LEFT), Act(action=Action.MOVE, direction=Direction.RIGHT)),
        (Act(action=Action.STAND), Act(action=Action.BOUNCE)),
        (Act(action=Action.RISE), Act(action=Action.SHRINK)),
    ],
)
def test_when_one_thing_turns_into_another_is_read(before: Act, after: Act, cut: float) -> None:
    told = changing(before, after, cut)
    frames = film(told)
    assert read(frames, told).changes[0] == pytest.approx(cut, abs=0.25)
    assert judge_story(read(frozen(frames, RNG), told), told).of(Attribute.CHANGE) == (Answer.WRONG,)


@pytest.mark.parametrize("cut", [1.1, 2.0])
@pytest.mark.parametrize("act", [Act(action=Action.CIRCLE), Act(action=Action.BOUNCE), Act(action=Action.FALL)])
def test_who_goes_on_with_the_same_is_not_seen_to_change(act: Act, cut: float) -> None:
    frames = film(story(Kind.STAR, act, Colour.RED))
    assert read(frames, changing(act, act, cut)).changes == (None,)


def test_a_change_of_colour_is_read_with_its_colour_and_its_time() -> None:
    told = changing(Act(), Act(action=Action.CHANGE_COLOUR, colour=Colour.GREEN), 1.4)
    verdict = judge_story(read(film(told), told), told)
    assert verdict.of(Attribute.ACTION) == (Answer.RIGHT, Answer.RIGHT)
    assert verdict.of(Attribute.CHANGE) == (Answer.RIGHT,)


@pytest.mark.parametrize("kind", THINGS)
def test_every_thing_is_read(kind: Kind) -> None:
    told = around(Act(action=Action.GROW, speed=Speed.SLOW), Place.SEA if kind is Kind.BOAT else Place.PLAIN, kind)
    assert judge_story(read(film(told), told, THINGS), told).obeyed


def test_the_ruler_is_right_about_true_clips_and_not_about_those_of_others() -> None:
    report = measure_ruler(6, 1, 3)
    true, others = report.scores["true"], report.scores["shuffled"]
    for attribute in (Attribute.NUMBER, Attribute.KIND, Attribute.COLOUR, Attribute.SIZE, Attribute.ACTION):
        assert true.right[attribute].share == 1.0
    assert others.right[Attribute.COLOUR].share < 0.7
    assert report.table().startswith("|  | true |")


@pytest.fixture(scope="module")
def codec_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a tiny codec that has learnt nothing."""
    torch.manual_seed(0)
    run = tiny_latent()
    return save_checkpoint(tmp_path_factory.mktemp("codec"), run.config, run.build(), "# untrained").folder


def test_the_command_tells_what_the_ruler_says_of_true_clips_and_of_a_codec(
    codec_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "ruler", "--scenes", "2", "--stage", "1", "--codec", str(codec_folder)]) == 0
    clips, codec = (table.splitlines() for table in capsys.readouterr().out.strip().split("\n\n"))
    head = [cell.strip() for cell in clips[0].split("|")[2:-1]]
    assert head[:3] == ["true", "reconstructed, continuous", "reconstructed, discrete"]
    colours = next(line for line in clips if line.startswith("| colour |")).split("|")[2:5]
    assert colours[0].strip().startswith("100.0")
    assert not colours[1].strip().startswith("100.0")
    assert [line.split("|")[1].strip() for line in codec[2:]] == [
        "PSNR, dB",
        "PSNR of moving pixels, dB",
        "codes in use",
    ]


def test_a_codec_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "ruler", "--scenes", "2", "--codec", str(tmp_path)]) == 2
    assert "checkpoint" in capsys.readouterr().err


def test_the_errors_of_reconstructions_count_as_decibels_overall_and_where_it_moves(codec_folder: Path) -> None:
    frames = film(MOVES)
    reconstructor = Reconstructor(LatentCodec(load_autoencoder(codec_folder)), SHAPE)
    shown = reconstructor.reconstruct(frames, torch.zeros(0))["discrete"]
    score = reconstructor.score()
    square = (shown.astype(float) - frames) ** 2
    changed = np.any(np.diff(frames.astype(int), axis=0) != 0, axis=-1)
    assert score.psnr["discrete"] == pytest.approx(10 * np.log10(255**2 / square.mean()))
    assert score.moving["discrete"] == pytest.approx(10 * np.log10(255**2 / square[1:][changed].mean()))
    assert 0 < score.codes.right <= min(score.codes.asked, 7 * 8 * 8 * 6)
    assert list(score.psnr) == ["continuous", "discrete"]


def test_a_codec_that_heeds_tracks_is_measured_told_them_too(codec_folder: Path) -> None:
    """One whose sketch says something, though nothing that it has learned."""
    plain = load_autoencoder(codec_folder)
    told = LatentAutoencoder(replace(plain.config, tracks=True))
    told.load_state_dict(plain.state_dict(), strict=False)
    assert told.decoder.sketch is not None
    torch.nn.init.normal_(told.decoder.sketch.coarse.weight)
    tracks = Storybook(stage=1).tracks([MOVES], 4)[0]
    reconstructor = Reconstructor(LatentCodec(told.eval()), SHAPE)
    shown = reconstructor.reconstruct(film(MOVES), tracks)
    assert list(shown) == list(reconstructor.score().psnr) == ["continuous", "discrete", "told tracks"]
    assert not np.array_equal(shown["told tracks"], shown["continuous"])
    assert "| told tracks |" in reconstructor.score().table().splitlines()[0]
