"""What is diffusion's own among the families of the storybook; and what all of them are taught with."""

import json
from inspect import signature
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from toy_story import SHAPE, THEN, lesson, objective, told

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import scaling_from, scaling_of
from mutoscope.conditioning.condition import Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.families.layout import patches, slots_of
from mutoscope.recipes.catalogue import RECIPES
from mutoscope.recipes.diffusion_storybook import tiny_diffusion_storybook
from mutoscope.recipes.family_run import ClipBatches, known_of
from mutoscope.recipes.running import train
from mutoscope.seeding import torch_rng
from mutoscope.training.run import Renewable
from mutoscope.training.trainer import Trainer, origin_of
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.meanings import meant_between, story_meanings
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Colour, Direction, Kind, Size, Story
from mutoscope.world.storybook.world import stage_vocabulary


def test_what_is_known_for_certain_is_no_part_of_the_loss() -> None:
    model, batch = objective("diffusion"), lesson()
    assert isinstance(model, Diffusion)
    torch.nn.init.zeros_(model.denoiser.meanings_in.weight)
    everything = batch.condition._replace(given=torch.full_like(batch.condition.given, int(Given.CODE)))
    _, numbers = model.loss("velocity", batch._replace(condition=everything), torch_rng(0, "x"))
    assert numbers["velocity"] == 0


def test_nothing_known_is_the_same_however_it_is_said() -> None:
    model = objective("diffusion")
    assert isinstance(model, Diffusion)
    torch.nn.init.normal_(model.denoiser.out.weight)  # type: ignore[union-attr, arg-type]
    empty, zeros = torch.zeros(1, 0), told(["dark"])
    unsaid = zeros._replace(known=empty, given=empty.long())
    noisy, level = torch.randn(1, *SHAPE, generator=torch_rng(0, "noisy")), torch.full((1,), 0.3)
    one, other = (model.denoiser(noisy, level, c, model.denoiser.hear(c)) for c in (zeros, unsaid))
    assert torch.equal(one, other)


def test_a_latent_frame_hears_every_segment_that_it_is_partly_in() -> None:
    slots = slots_of(told([THEN]), 3)
    assert torch.allclose(slots.share.sum(-1), torch.ones(1, 3))
    assert slots.share[0, 0].tolist() == [1, 0]
    assert slots.share[0, 2].tolist() == [0, 1]
    whole = slots_of(told(["dark"]), 3)
    assert whole.share[0].tolist() == [[1], [1], [1]]


def test_the_solver_of_second_order_is_nearer_to_the_true_path() -> None:
    """A point mass seen through Gaussian noise of spread s has the clean estimate x t / (t² + (1 - t)² / s²) to follow."""
    spread, start = 0.5, torch.tensor([1.0])

    def ends(solver: str, steps: int) -> float:
        flow = Flow(late=0.0, spread=1.0, guided_until=1.0, solver="euler" if solver == "euler" else "multistep")
        x, earlier, before = start, 0.0, None
        levels = flow.levels(steps)
        for now, then in pairwise(levels):
            clean = x * now * spread**2 / ((now * spread) ** 2 + (1 - now) ** 2)
            x = x + (then - now) / (1 - now) * (flow.aim(clean, before, (earlier, now, then)) - x)
            earlier, before = now, clean
        return float(x)

    truth = ends("euler", 4000)
    assert truth == pytest.approx(spread, abs=0.01)
    assert abs(ends("multistep", 12) - truth) < abs(ends("euler", 12) - truth) / 2


def test_patches_keep_neighbours_together() -> None:
    codes = torch.arange(4 * 4).view(1, 1, 4, 4, 1).float()
    assert patches(codes, 2)[0, 0].tolist() == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]]


def test_scaled_codes_have_unit_spread_and_come_back_from_a_configuration() -> None:
    codes = torch.rand(16, *SHAPE, generator=torch.Generator().manual_seed(0)) * 0.4
    codes[:, 0] += 2
    scaling = scaling_of(codes)
    scaled = scaling.scaled(codes)
    assert float(scaled[:, 0].mean()) == pytest.approx(0, abs=1e-3)
    assert float(scaled[:, 1:].std()) == pytest.approx(1, abs=0.02)
    again = scaling_from(scaling.to_plain(), CHANNELS)
    assert torch.allclose(again.natural(scaled), codes, atol=1e-5)
    with pytest.raises(MutoscopeError, match="scaling"):
        scaling_from({"mean": [[0.0]], "spread": [[0.0]]}, CHANNELS)


def test_what_a_story_means_is_said_actor_by_actor_and_beat_by_beat() -> None:
    actors = (Actor(kind=Kind.CIRCLE, colour=Colour.RED), Actor(kind=Kind.STAR, colour=Colour.BLUE, size=Size.BIG))
    still, roll = Act(), Act(action=Action.ROLL, direction=Direction.LEFT)
    story = Story(
        actors=actors,
        beats=(Beat(start=0, end=1.5, acts=(still, roll)), Beat(start=1.5, end=3, acts=(roll, still))),
    )

    def said(start: float, end: float, stage: int = 4) -> set[str]:
        meant = meant_between(story, start, end, stage)
        return {name for name, asked in zip(story_meanings(stage), meant, strict=True) if asked}

    looks = {"first: circle", "first: red", "second: star", "second: blue", "second: big"}
    first = {"first: does stand", "second: does roll", "second: goes left"}
    assert said(0, 1.5) == looks | first
    assert said(1.5, 3) == {"second: does stand", "first: does roll", "first: goes left"}
    assert said(0, 3) == looks | first | said(1.5, 3)
    assert len(set(story_meanings(1))) == len(story_meanings(1)) < len(story_meanings(4))


def test_batches_are_the_same_again_and_hold_nothing_that_is_held_out(tiny_codec: Path) -> None:
    one, two = (tiny_diffusion_storybook(codec=tiny_codec).batches for _ in range(2))
    assert isinstance(one, ClipBatches)
    assert isinstance(two, ClipBatches)
    one(0)
    first, again = one(3), two(3)  # one has drawn others before, two has not
    assert torch.equal(first.codes, again.codes)
    assert torch.equal(first.condition.word_ids, again.condition.word_ids)
    assert first.lesson is not None
    assert first.lesson.condition.known.numel() == 0
    assert not any(is_held_out(clip.story) for block in one.clips.kept.values() for clip in block)
    assert len(one.clips.kept) <= one.clips.window // 8 + 1  # a window may begin inside a block


def test_what_is_known_beforehand_is_true(tiny_codec: Path) -> None:
    batches = tiny_diffusion_storybook(codec=tiny_codec).batches
    assert isinstance(batches, ClipBatches)
    shown = [batches.clips[number % 16] for number in range(200)]
    known = known_of(shown, np.random.default_rng(0))
    assert set(known.given.flatten().tolist()) == {0, 1, 2}
    assert 0.4 < float((known.given == 0).all(dim=1).float().mean()) < 0.6
    for clip, codes, given in zip(shown, known.codes, known.given, strict=True):
        assert torch.equal(codes[given == Given.CODE], clip.code[given == Given.CODE])
        assert (codes[given == Given.NOTHING] == 0).all()


def test_the_vocabulary_grows_with_the_stages() -> None:
    one, two = set(stage_vocabulary(1)), set(stage_vocabulary(2))
    assert {"red", "circle", "bounces", "红色", "圆形"} <= one
    assert one.isdisjoint({"car", "beach", "cat", "rains"})
    assert {"car", "beach"} <= two - one


def test_a_run_ends_in_a_checkpoint_with_its_codec_and_all_that_sampling_needs(tiny_story: Path) -> None:
    checkpoint = Checkpoint(tiny_story)
    assert Checkpoint(tiny_story / "codec").sha256 == checkpoint.part("codec", str)
    assert checkpoint.part("stage", int) == 1
    assert scaling_from(checkpoint.part("scaling", dict), CHANNELS).mean.shape == (2, CHANNELS)


def test_without_a_codec_the_recipe_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MutoscopeError, match="mutoscope train latent"):
        train("diffusion_storybook", codec=tmp_path)
    with pytest.raises(MutoscopeError, match="takes no stage"):
        train("tiny_motion", stage=2)


def test_a_run_that_goes_on_from_other_weights_sees_other_clips(tiny_codec: Path, tmp_path: Path) -> None:
    run = tiny_diffusion_storybook(codec=tiny_codec)
    other = run.afresh(7)
    assert other.config == run.config  # codes are scaled as they were
    assert not torch.equal(run.batches(0).codes, other.batches(0).codes)
    assert torch.equal(run.batches(0).codes, run.afresh(1).batches(0).codes)
    first = train("tiny_diffusion_storybook", codec=tiny_codec, folder=tmp_path / "first")
    train("tiny_diffusion_storybook", codec=tiny_codec, start=first.folder, folder=tmp_path / "second")
    assert origin_of(tmp_path / "first") == ""
    assert origin_of(tmp_path / "second") == first.sha256
    same = Trainer(run, tmp_path / "same")
    same.begin_with(first)
    same.train()
    second, repeated = ((tmp_path / name / "journal.jsonl").read_text("utf-8") for name in ("second", "same"))
    assert json.loads(second.splitlines()[0])["velocity"] != json.loads(repeated.splitlines()[0])["velocity"]


def test_whatever_can_begin_with_other_weights_can_be_taught_by_other_data(tiny_codec: Path) -> None:
    for name, recipe in RECIPES.items():
        asks = signature(recipe).parameters
        of_another_codec = "codec" in asks and "shapes" in name  # these are made of what the others are made of
        if name.startswith("tiny_") and "teacher" not in asks and not of_another_codec:
            run = recipe(**({"codec": tiny_codec} if "codec" in asks else {}))
            assert isinstance(run.batches, Renewable), name
