"""Where everyone will be: told by a choreographer before anything is drawn, and heeded by what draws."""

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from toy_story import DENOISER, SHAPE, TEXT, beginning, nothing, sampled, scaling, told

from mutoscope import api
from mutoscope.api.predicting import going_on
from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.choreographer import choreographer_for
from mutoscope.cli import main
from mutoscope.codecs.latent_code import latent_shape
from mutoscope.codecs.track_code import (
    ACTORS,
    KIND,
    KINDS,
    MOMENT,
    MOMENTS,
    PRESENT,
    as_steps,
    from_steps,
    innermost,
    nearest,
    settled,
)
from mutoscope.conditioning.condition import Given, Known
from mutoscope.conditioning.story_conditioner import StoryConditioner
from mutoscope.families.choreographer import (
    ChoreographerConfig,
    TrackScaling,
    as_called,
    choreography,
    sampled_tracks,
)
from mutoscope.families.clip_denoiser import clip_diffusion
from mutoscope.families.family import FamilyBatch
from mutoscope.families.tracked import TracksIn
from mutoscope.pipeline import load_pipeline
from mutoscope.recipes.choreographer import TrackBatches
from mutoscope.recipes.family_run import ASTRAY, displaced, tiny_batches, tracks_of
from mutoscope.request import GenerateRequest
from mutoscope.seeding import numpy_rng, torch_rng
from mutoscope.training.optimiser import Optimiser, OptimiserConfig
from mutoscope.world.storybook.drawing import render_stories, render_tracks
from mutoscope.world.storybook.story import Kind, Story
from mutoscope.world.storybook.tracks import Tracks
from mutoscope.world.storybook.world import STORYBOOK, Storybook, tiny_storybook
from mutoscope.world.world import seen_story

WORLD = Storybook(stage=1, changes=True)
WORLD_TINY = tiny_storybook(1, True)


def stories(count: int) -> list[Story]:
    rng = np.random.default_rng(5)
    return [seen_story(WORLD, rng) for _ in range(count)]


def test_a_track_code_says_all_that_shapes_show() -> None:
    some = stories(6)
    code = WORLD.tracks(some, 3)
    assert code.shape[:3] == (6, 7, ACTORS)
    drawn = render_stories(some, STORYBOOK, 3, mattes=True)
    again = render_tracks(Tracks.of_code(code), STORYBOOK, torch.Generator().manual_seed(0), mattes=True)
    assert drawn.mattes is not None
    assert again.mattes is not None
    assert (drawn.mattes - again.mattes).abs().max() < 0.02
    covered = (drawn.mattes.sum(1) > 0.99)[:, :, None]
    assert ((drawn.frames - again.frames).abs() * covered).max() < 0.02


def test_tracks_told_by_steps_are_the_same_tracks() -> None:
    code = WORLD.tracks(stories(40), 1)
    there = code[..., PRESENT, None] > 0
    assert ((from_steps(as_steps(code)) - code) * there).abs().max() < 1e-4
    assert (settled(from_steps(as_steps(code))) - code).abs().max() < 1e-4
    assert len(Kind) == KINDS


def test_what_is_uncertain_is_settled() -> None:
    code = WORLD.tracks(stories(40), 1)
    vague = code + 0.2 * torch.randn(code.shape, generator=torch.Generator().manual_seed(0))
    assert torch.equal(settled(vague)[..., PRESENT], code[..., PRESENT])
    assert torch.equal(settled(vague)[..., KIND], code[..., KIND])


def somewhere(x: float, y: float) -> Tensor:
    """Tracks of one that stands still."""
    tracks = torch.zeros(1, SHAPE[0], ACTORS, MOMENTS.stop)
    tracks[:, :, 0, PRESENT] = tracks[:, :, 0, KIND.start] = 1
    tracks[:, :, 0, MOMENTS] = torch.tensor([x, y, -1.5, 1, 0, 0.9, 0.1, 0.1]).repeat(4)
    return tracks


def test_how_near_two_come_is_told_in_their_heights() -> None:
    two = somewhere(0.2, 0.5)
    assert nearest(two).isinf().all()
    two[:, :, 2] = somewhere(0.5, 0.9)[:, :, 0]
    assert nearest(two).tolist() == pytest.approx([0.5 / math.exp(-1.5)])
    three = two.clone()
    three[:, :, 1] = somewhere(0.45, 0.9)[:, :, 0]
    assert nearest(three).tolist() == pytest.approx([0.05 / math.exp(-1.5)])
    two[:, 1, 2] = somewhere(0.2, 0.6)[:, 1, 0]  # comes near for a while
    assert nearest(two).tolist() == pytest.approx([0.1 / math.exp(-1.5)])


def test_how_far_inside_the_picture_everyone_stays_is_told_in_half_heights() -> None:
    half = math.exp(-1.5) / 2
    assert innermost(somewhere(0.2, 0.5)).tolist() == pytest.approx([0.2 / half])
    assert innermost(somewhere(0.5, 1.1)).tolist() == pytest.approx([-0.1 / half])
    two = somewhere(0.5, 0.5)
    assert innermost(0 * two).isinf().all()
    two[:, :, 2] = somewhere(0.7, 0.9)[:, :, 0]
    two[:, 1, 2] = somewhere(0.95, 0.6)[:, 1, 0]  # is near a border for a while
    assert innermost(two).tolist() == pytest.approx([0.05 / half])


def test_the_same_offset_says_the_same_wherever_it_is_and_nobody_says_nothing() -> None:
    torch.manual_seed(0)
    network = TracksIn(16)
    torch.nn.init.normal_(network.mix[2].weight)  # type: ignore[arg-type]
    left, right = (network(somewhere(x, 0.25), 2, 2) for x in (0.25, 0.75))
    assert torch.allclose(left[:, :, 0], right[:, :, 1], atol=1e-5)
    assert not torch.allclose(left[:, :, 0], right[:, :, 0], atol=1e-2)
    assert not network(torch.zeros_like(somewhere(0.5, 0.5)), 2, 2).any()
    two = somewhere(0.2, 0.5)
    two[:, :, 1] = somewhere(0.7, 0.5)[:, :, 0]
    assert torch.allclose(network(two, 2, 2), network(two[:, :, [1, 0, 2]], 2, 2), atol=1e-5)


def test_what_can_draw_without_tracks_begins_as_it_was_and_then_heeds_them() -> None:
    torch.manual_seed(0)
    family = clip_diffusion(DENOISER, scaling())
    torch.nn.init.normal_(family.denoiser.out.weight, std=0.1)  # type: ignore[union-attr, arg-type]
    heeding = clip_diffusion(replace(DENOISER, tracks=True, sketch=True), scaling())
    heeding.load_state_dict(family.state_dict(), strict=False)
    condition = told(["dark"])
    tracked = condition._replace(tracks=somewhere(0.3, 0.3))
    assert torch.equal(sampled("diffusion", family, condition), sampled("diffusion", heeding, tracked))
    torch.nn.init.normal_(heeding.denoiser.tracks_in.mix[2].weight)  # type: ignore[union-attr, index]
    here, there = (sampled("diffusion", heeding, condition._replace(tracks=somewhere(x, 0.3))) for x in (0.3, 0.7))
    assert not torch.allclose(here, there)
    assert torch.equal(
        sampled("diffusion", heeding, condition),
        sampled("diffusion", heeding, condition._replace(tracks=torch.zeros_like(somewhere(0, 0)))),
    )


def test_what_draws_heeds_a_sketch_by_itself_and_learns_its_sprites() -> None:
    torch.manual_seed(0)
    network = TracksIn(16, sketch=True)
    assert network.sketch is not None
    torch.nn.init.normal_(network.sketch.out.weight)  # the numbers still say nothing
    here, there = (network(somewhere(x, 0.3), 2, 2) for x in (0.3, 0.7))
    assert not torch.allclose(here, there, atol=1e-2)
    here.square().sum().backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in network.sketch.parameters())


def test_guidance_leads_away_from_no_words_and_no_tracks() -> None:
    condition = told(["dark"])._replace(tracks=somewhere(0.3, 0.3))
    deaf = condition.without_words()
    assert not deaf.word_mask.any()
    assert not deaf.tracks.any()
    assert condition.without_tracks(torch.tensor([True])).word_mask.any()


def test_where_a_frame_is_known_tracks_say_how_it_goes_on_and_only_roughly_where() -> None:
    code = WORLD.tracks(stories(80), 1)
    which = torch.arange(80) % 2 == 0
    moved = displaced(code, which, np.random.default_rng(0))
    assert torch.equal(moved[~which], code[~which])
    there = code[which][..., PRESENT] > 0
    apart = (moved - code)[which][..., MOMENTS.start : MOMENTS.start + MOMENT]
    assert (apart[there][..., :3].abs() > 0).float().mean() > 0.9
    assert 0.03 < apart[there][..., :3].abs().mean() < 0.07  # deviations from 0 to ASTRAY: half of it, times 0.8
    far = apart[:, 0, :, :3].abs().amax(dim=(1, 2))
    assert far.min() < ASTRAY / 8
    assert far.max() > ASTRAY
    assert not apart[..., 3:].any()
    assert not apart[~there].any()
    assert (as_steps(moved) - as_steps(code))[:, 1:].abs().max() < 1e-5


def test_training_displaces_tracks_where_something_is_known_and_always_shows_a_choreographer_something(
    tiny_codec: Path,
) -> None:
    clips = tiny_batches(WORLD_TINY, codec=tiny_codec)
    batch = clips(0).condition
    true = tracks_of(clips.shown(0, numpy_rng(clips.seed, f"{clips.clips.world.name}/0")))
    assert true is not None
    known = (batch.given > 0).any(dim=1)
    assert 0 < known.sum() < len(known)
    assert torch.equal(batch.tracks[~known], true[~known])
    assert all((one != other).any() for one, other in zip(batch.tracks[known], true[known], strict=True))
    shown = TrackBatches(clips=clips, unseen=4)(0).condition.given > 0
    assert shown[:-4].any(dim=1).all()
    assert not shown[-4:].any()


def test_where_everyone_begins_weighs_more_than_how_it_goes_on() -> None:
    code = WORLD.tracks(stories(200), 1)
    scaled = TrackScaling.of(code).scaled(code)[..., MOMENTS.start : MOMENTS.start + 2]
    assert 2.9 < scaled[:, 0].std(dim=(0, 1)).min() < 3.1
    assert scaled[:, 1:].std() < 1.1


def place_lesson() -> FamilyBatch:
    """Who is dark stands on the left and who is light on the right, as words say; a ball stands as its first frame looks."""
    known = nothing(4)
    known.given[2:, 0] = Given.CODE
    known.codes[2, 0], known.codes[3, 0] = -0.3, 0.3
    tracks = torch.cat([somewhere(x, 0.5) for x in (0.25, 0.75)] * 2)
    meant = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[0.0, 0.0]], [[0.0, 0.0]]])
    return FamilyBatch(tracks, told(["dark", "light", "a ball", "a ball"], known).looked_at(), meant)


def test_a_choreographer_goes_by_words_and_by_what_it_sees() -> None:
    torch.manual_seed(0)
    batch = place_lesson()
    config = ChoreographerConfig(patch=2, eyes=32, width=32, depth=2, heads=1, meanings=2, text=TEXT)
    learner = choreography(config, TrackScaling.of(batch.codes))
    names = {id(p): n for n, p in learner.named_parameters()}
    optimiser = Optimiser(
        [(names[id(p)], p) for p in learner.parameters()], OptimiserConfig(muon_rate=0.01, adam_rate=3e-3)
    )
    for step in range(240):
        loss, _ = learner.loss("velocity", batch, torch_rng(0, f"places/{step}"))
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step(min(1.0, (240 - step) / 120))
    learner.eval()

    def across(prompt: str, known: Known | None = None, against: str = "") -> float:
        """How far to the right, in the mean of some draws."""
        away = told([against], known) if against else None
        draws = [sampled_tracks(learner, told([prompt], known), seed, away) for seed in range(4)]
        assert all(draw[:, :, 0, PRESENT].all() and not draw[:, :, 1:, PRESENT].any() for draw in draws)
        return float(torch.stack(draws)[:, 0, :, 0, MOMENTS.start].mean())

    assert across("dark") < 0.4
    assert across("light") > 0.6
    assert across("a ball", beginning(-0.3)) < 0.4
    assert across("a ball", beginning(0.3)) > 0.6
    one, two = (sampled_tracks(learner, told(["dark"]), seed) for seed in (3, 3))
    assert torch.equal(one, two)


@pytest.mark.parametrize("name", ["diffusion", "gan", "autoregressive"])
def test_every_family_draws_otherwise_where_it_is_told_tracks(name: str, home: Path, tiny_choreographer: Path) -> None:
    folder = home / "runs" / f"{name}_storybook" / "checkpoint"
    pipeline = load_pipeline(folder, WEIGHTS / "matte", (), [tiny_choreographer])
    assert pipeline.choreographer is not None
    torch.manual_seed(0)
    pipeline.choreographer.scaling.mean[:, PRESENT] = 100  # somebody is there, whatever it guesses
    network = pipeline.family.network if name == "autoregressive" else pipeline.family.denoiser  # type: ignore[attr-defined]
    torch.nn.init.normal_(network.tracks_in.mix[2].weight)
    request = GenerateRequest(prompt="a red circle bounces", seconds=1.0, fps=8, size="128x128")
    frames = pipeline.generate(request).frames
    assert np.array_equal(frames, pipeline.generate(request).frames)
    assert not np.array_equal(frames, replace(pipeline, choreographer=None).generate(request).frames)
    streamed = pipeline.stream(request).whole().frames
    assert np.abs(streamed.astype(int) - frames).mean() < 0.5
    if "guidance" in pipeline.family.takes:
        plain, strict = (pipeline.generate(replace(request, guidance=guidance)).frames for guidance in (1.0, 5.0))
        assert np.array_equal(plain, frames)
        assert not np.array_equal(strict, frames)


def test_who_goes_on_from_given_frames_asks_the_choreographer_too(home: Path, tiny_choreographer: Path) -> None:
    folder = home / "runs" / "diffusion_storybook" / "checkpoint"
    pipeline = load_pipeline(folder, WEIGHTS / "matte", (), [tiny_choreographer])
    assert pipeline.choreographer is not None
    assert isinstance(pipeline.conditioner, StoryConditioner)
    torch.manual_seed(0)
    pipeline.choreographer.scaling.mean[:, PRESENT] = 100  # somebody is there, whatever it guesses
    torch.nn.init.normal_(pipeline.family.denoiser.out.weight)  # type: ignore[attr-defined]
    torch.nn.init.normal_(pipeline.family.denoiser.tracks_in.mix[2].weight)  # type: ignore[attr-defined]
    first = torch.zeros(1, *latent_shape(pipeline.conditioner.drawn)[1:])
    told, alone = (
        going_on(one, pipeline.conditioner)("a red circle bounces", first, 1)
        for one in (pipeline, replace(pipeline, choreographer=None))
    )
    assert np.abs(told.astype(int) - alone).mean() > 1  # of 255


def test_a_choreographer_is_measured_by_what_the_world_draws_of_its_tracks(
    tiny_choreographer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.png"
    words = ["evaluate", "choreographer", "--checkpoint", str(tiny_choreographer), "--scenes", "2", "--seeds", "1"]
    assert main([*words, "--sheet", str(sheet)]) == 0
    table = capsys.readouterr().out
    assert "| whole story | 100.0 (4/4) | 0.0 (0/2)" in table  # true clips, and tracks that nobody learned
    assert sheet.stat().st_size > 0
    assert main(["evaluate", "choreographer", "--checkpoint", str(tmp_path)]) == 2
    assert "There is no choreographer" in capsys.readouterr().err
    later = Path(shutil.copytree(tiny_choreographer, tmp_path / "later"))
    (later / "config.json").write_text((later / "config.json").read_text().replace('"stage": 1', '"stage": 3'))
    assert main(["evaluate", "choreographer", "--checkpoint", str(later)]) == 2
    assert "neither limbs nor places" in capsys.readouterr().err


def test_a_model_draws_with_the_choreographer_that_knows_its_words(
    tiny_story: Path, tiny_choreographer: Path, tmp_path: Path
) -> None:
    model = Checkpoint(tiny_story)
    assert choreographer_for(model, [tmp_path, tiny_choreographer]) is not None
    assert choreographer_for(Checkpoint(WEIGHTS / "gan"), [tiny_choreographer]) is None
    alone = Path(shutil.copytree(tiny_story, tmp_path / "alone"))
    shutil.rmtree(alone / "choreographer")
    blind = Path(shutil.copytree(tiny_choreographer, tmp_path / "blind"))
    (blind / "config.json").write_text((blind / "config.json").read_text().replace('"eyes"', '"other"'))
    assert choreographer_for(model, [blind]) is None
    request = GenerateRequest(prompt="a red circle bounces", seconds=1.0, steps=2)
    together, by_itself = (load_pipeline(folder, WEIGHTS / "matte") for folder in (tiny_story, alone))
    assert together.digest != by_itself.digest
    assert together.choreographer is not None
    notes = [pipeline.conditioner(request).notes for pipeline in (together, by_itself)]
    assert notes[0] == ()
    assert "No choreographer" in notes[1][0]
    torch.manual_seed(0)
    torch.nn.init.normal_(together.choreographer.denoiser.out.weight)  # type: ignore[union-attr, arg-type]
    together.choreographer.scaling.mean[:, PRESENT] = 100  # somebody is there, whatever it guesses
    condition = together.conditioner(request).condition
    tracks = together.choreographed(condition, 0)[0].tracks
    assert tracks.shape == (1, 3, ACTORS, MOMENTS.stop)
    assert torch.equal(tracks, together.choreographed(condition, 0)[0].tracks)
    assert not torch.equal(tracks, together.choreographed(condition, 1)[0].tracks)
    assert not by_itself.choreographed(condition, 0)[0].tracks.numel()


def test_the_bundled_model_has_a_bundled_choreographer() -> None:
    pipeline = api.load("diffusion")
    assert pipeline.choreographer is not None
    told_of_it = pipeline.conditioner(GenerateRequest(prompt="a small red circle moves to the left", model="diffusion"))
    tracks = pipeline.choreographed(told_of_it.condition, 0)[0].tracks[0]
    assert tracks[:, :, PRESENT].mean(0).tolist() == [1, 0, 0]
    assert tracks[0, 0, KIND].argmax() == list(Kind).index(Kind.CIRCLE)
    across = tracks[:, 0, MOMENTS.start]
    assert across[-1] < across[0] - 0.1
    red, green, blue = tracks[0, 0, MOMENTS.start + 5 : MOMENTS.start + 8]
    assert red > 0.7
    assert green < 0.4
    assert blue < 0.4


def test_the_bundled_choreographer_begins_where_the_frame_shows() -> None:
    pipeline = api.load("diffusion")
    story = next(story for story in stories(40) if len(story.actors) == 1)
    request = GenerateRequest(prompt=WORLD.caption(story, np.random.default_rng(0)), model="diffusion")
    places = []
    for seed in range(3):
        drawn, code = render_stories([story], STORYBOOK, seed), WORLD.tracks([story], seed)
        first = (drawn.frames[0][0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
        tracks = pipeline.choreographed(pipeline.conditioner(request, first).condition, 0)[0].tracks
        seen, true = (t[0, 0, 0, MOMENTS.start : MOMENTS.start + 2] for t in (tracks, code))
        assert (seen - true).abs().max() < 0.02
        places.append(true)
    assert (places[0] - places[1]).abs().max() > 0.1
    told = pipeline.conditioner(replace(request, negative="a red square"), first)
    tracked, against = pipeline.choreographed(told.condition, 0, told.against)
    assert against is not None
    assert tracked.tracks[0, 0, 0, PRESENT] == 1
    assert not against.tracks.any()


def test_who_is_called_nothing_stays_what_he_is() -> None:
    two = somewhere(0.2, 0.5)
    two[:, :, 1] = somewhere(0.7, 0.5)[:, :, 0]
    made = as_called(two, torch.tensor([[0.1, 0.9, 0.0], [0.2, 0.4, 0.3], [0.9, 0.0, 0.0]]))
    assert made[0, 0, :, KIND].argmax(dim=-1).tolist()[:2] == [1, 0]
    assert torch.equal(made[:, :, 1:], two[:, :, 1:])


def test_one_condition_many_times_is_a_batch_of_it() -> None:
    one = told(["dark"], beginning(0.3))
    three = one.times(3)
    assert three.seconds.tolist() == [float(one.seconds)] * 3
    assert torch.equal(three.known[2], one.known[0])
    assert three.photo.shape == (3, 0)
