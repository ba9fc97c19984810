"""The contract of a family, held by diffusion on the latent codec at a tiny size; and how it is taught."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import scaling_from, scaling_of
from mutoscope.conditioning.condition import Condition, Given, Known, encode_condition
from mutoscope.errors import MutoscopeError
from mutoscope.families.clip_denoiser import ClipDenoiserConfig, clip_diffusion
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.families.family import FamilyBatch, Sampling
from mutoscope.families.layout import patches, slots_of
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer
from mutoscope.recipes.diffusion_storybook import tiny_diffusion_storybook
from mutoscope.recipes.running import train
from mutoscope.recipes.storybook import StorybookBatches, known_of, stage_vocabulary
from mutoscope.seeding import torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.meanings import meant_between, story_meanings
from mutoscope.world.storybook.story import Act, Action, Actor, Beat, Colour, Direction, Kind, Size, Story

TOKENIZER = Tokenizer(("a", "ball", "dark", "light"))
CONFIG = ClipDenoiserConfig(
    patch=2,
    width=32,
    depth=2,
    heads=1,
    meanings=2,
    text=WordEncoderConfig(
        words=TOKENIZER.words, ngrams=NGRAM_BUCKETS, embedding=16, width=32, depth=1, heads=2, reach=4
    ),
)
SHAPE = (3, 4, 4, CHANNELS)  # 9 frames of 64x64
SECONDS = 9 / 8
FEW = Sampling(steps=6, guidance=1.0)
THEN = "[0-0.6s] dark [0.6-1.1s] light"


def nothing(count: int = 1) -> Known:
    return Known(torch.zeros(count, *SHAPE), torch.zeros(count, SHAPE[0], dtype=torch.int64))


def told(prompts: list[str], known: Known | None = None) -> Condition:
    timelines = [parse_timeline(prompt, SECONDS) for prompt in prompts]
    return encode_condition(TOKENIZER, timelines, known=known or nothing(len(prompts)))


def family() -> Diffusion:
    torch.manual_seed(0)
    return clip_diffusion(CONFIG, scaling_of(torch.randn(8, *SHAPE) * 0.3))


def sampled(model: Diffusion, condition: Condition, seed: int = 0) -> Tensor:
    return model.sample(SHAPE, condition, seed, FEW, lambda done, total: None)


def lesson() -> FamilyBatch:
    """Dark is -0.3 and light is 0.3; half of the clips change; every other clip is known by its first frame."""
    truth = torch.zeros(6, *SHAPE)
    for row, ways in enumerate(((-1, -1, -1), (1, 1, 1), (-1, -1, 1)) * 2):
        truth[row] = torch.tensor(ways)[:, None, None, None] * 0.3
    known = nothing(6)
    known.given[3:, 0] = Given.CODE
    known.codes[3:, 0] = truth[3:, 0]
    dark, light, none = [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]
    meant = torch.tensor([[dark, none], [light, none], [dark, light]] * 2)
    return FamilyBatch(truth, told(["dark", "light", THEN] * 2, known), meant)


@pytest.fixture(scope="module")
def overfitted() -> Diffusion:
    model = family()
    optimiser = Optimiser(model.named_parameters(), OptimiserConfig(muon_rate=0.01, adam_rate=3e-3))
    for step in range(150):
        loss, _ = model.loss("velocity", lesson(), torch_rng(0, f"{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (150 - step) / 75))
    return model.eval()


def test_the_loss_is_finite_and_reaches_every_parameter() -> None:
    model = family()
    for p in model.parameters():  # zero layers would hide the rest at the first step
        torch.nn.init.normal_(p, std=0.1)
    loss, numbers = model.loss("velocity", lesson(), torch_rng(0, "loss"))
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(loss)
    assert set(numbers) == {"velocity", "reading"}
    assert [n for n, p in model.named_parameters() if p.grad is None] == []


def test_the_same_seed_gives_the_same_codes_and_another_seed_others() -> None:
    model, condition = family(), told(["dark"])
    assert sampled(model, condition).shape == (1, *SHAPE)
    assert torch.equal(sampled(model, condition, 5), sampled(model, condition, 5))
    assert not torch.equal(sampled(model, condition, 5), sampled(model, condition, 6))


def test_it_overfits_one_batch_and_obeys_the_prompt(overfitted: Diffusion) -> None:
    dark, light = (sampled(overfitted, told([word])).mean() for word in ("dark", "light"))
    assert dark == pytest.approx(-0.3, abs=0.1)
    assert light == pytest.approx(0.3, abs=0.1)


def test_words_act_in_their_own_time_and_are_read_there(overfitted: Diffusion) -> None:
    condition = told([THEN])
    codes = sampled(overfitted, condition)[0]
    assert codes[0].mean() < -0.1
    assert codes[-1].mean() > 0.1
    assert (overfitted.read(condition) > 0.5).int().tolist() == [[1, 0], [0, 1]]


def test_a_negative_prompt_leads_away_from_what_it_says(overfitted: Diffusion) -> None:
    both = told(["light", "dark"])
    strict = Sampling(steps=1, guidance=2.0)  # later steps only make it cleaner
    away, plain = (
        overfitted.sample(SHAPE, both.row(0), 0, strict, lambda done, total: None, against).mean()
        for against in (both.row(1), None)
    )
    assert away > plain + 0.05


def test_known_codes_stay_and_lead_the_rest(overfitted: Diffusion) -> None:
    known = nothing()
    known.codes[:, 0], known.given[:, 0] = -0.3, Given.CODE
    deaf = told(["dark"], known).without_words()
    codes = sampled(overfitted, deaf)
    assert torch.allclose(codes[:, 0], known.codes[:, 0], atol=1e-6)
    known.codes[:, 0] = 0.3
    other = sampled(overfitted, told(["dark"], known).without_words())
    assert other[:, 1].mean() > codes[:, 1].mean() + 0.1


def test_what_is_known_for_certain_is_no_part_of_the_loss() -> None:
    model, batch = family(), lesson()
    torch.nn.init.zeros_(model.denoiser.meanings_in.weight)
    everything = batch.condition._replace(given=torch.full((6, SHAPE[0]), int(Given.CODE)))
    _, numbers = model.loss("velocity", batch._replace(condition=everything), torch_rng(0, "x"))
    assert numbers["velocity"] == 0


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
    assert isinstance(one, StorybookBatches)
    assert isinstance(two, StorybookBatches)
    one(0)
    first, again = one(3), two(3)  # one has drawn others before, two has not
    assert torch.equal(first.codes, again.codes)
    assert torch.equal(first.condition.word_ids, again.condition.word_ids)
    assert first.lesson is not None
    assert first.lesson.condition.known.numel() == 0
    assert not any(is_held_out(clip.story) for block in one.clips.kept.values() for clip in block)
    assert len(one.clips.kept) <= one.clips.window // 8


def test_what_is_known_beforehand_is_true(tiny_codec: Path) -> None:
    batches = tiny_diffusion_storybook(codec=tiny_codec).batches
    assert isinstance(batches, StorybookBatches)
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
