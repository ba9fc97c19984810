"""Where everyone will be: told by a choreographer before anything is drawn, and heeded by what draws."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from toy_story import DENOISER, SHAPE, beginning, nothing, sampled, scaling, told

from mutoscope.checkpoints.bundled import WEIGHTS
from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.choreographer import choreographer_for, load_choreographer
from mutoscope.codecs.track_code import ACTORS, KIND, KINDS, MOMENTS, PRESENT, as_steps, from_steps, settled
from mutoscope.families.clip_denoiser import clip_diffusion
from mutoscope.families.tracked import TracksIn
from mutoscope.pipeline import load_pipeline
from mutoscope.request import GenerateRequest
from mutoscope.world.storybook.drawing import render_stories, render_tracks
from mutoscope.world.storybook.story import Kind, Story
from mutoscope.world.storybook.tracks import Tracks
from mutoscope.world.storybook.world import STORYBOOK, Storybook
from mutoscope.world.world import seen_story

WORLD = Storybook(stage=1, changes=True)


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
    heeding = clip_diffusion(replace(DENOISER, tracks=True), scaling())
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


def test_guidance_leads_away_from_no_words_and_no_tracks() -> None:
    condition = told(["dark"])._replace(tracks=somewhere(0.3, 0.3))
    deaf = condition.without_words()
    assert not deaf.word_mask.any()
    assert not deaf.tracks.any()
    assert condition.without_tracks(torch.tensor([True])).word_mask.any()


def test_a_choreographer_sees_what_is_known_and_hears_words(tiny_choreographer: Path) -> None:
    choreographer = load_choreographer(Checkpoint(tiny_choreographer))
    for part in (choreographer.denoiser.out, choreographer.denoiser.seen_in):
        torch.nn.init.normal_(part.weight, std=0.3)  # type: ignore[union-attr, arg-type]
    noise = torch.randn(1, 3, ACTORS, as_steps(somewhere(0, 0)).shape[-1], generator=torch.Generator().manual_seed(0))

    def made(condition: object) -> Tensor:
        return choreographer.denoised(noise, condition, choreographer.own)  # type: ignore[arg-type]

    plain = made(told(["a ball"], nothing()).looked_at())
    assert torch.equal(plain, made(told(["a ball"], nothing()).looked_at()))
    assert not torch.equal(plain, made(told(["a ball"], beginning(0.5)).looked_at()))
    assert torch.isfinite(plain).all()


def test_a_model_draws_with_the_choreographer_that_knows_its_words(
    tiny_story: Path, tiny_choreographer: Path, tmp_path: Path
) -> None:
    model = Checkpoint(tiny_story)
    assert choreographer_for(model, [tmp_path, tiny_choreographer]) is not None
    assert choreographer_for(Checkpoint(WEIGHTS / "gan"), [tiny_choreographer]) is None
    alone = Path(shutil.copytree(tiny_story, tmp_path / "alone"))
    shutil.rmtree(alone / "choreographer")
    request = GenerateRequest(prompt="a red circle bounces", seconds=1.0, steps=2)
    together, by_itself = (load_pipeline(folder, WEIGHTS / "matte") for folder in (tiny_story, alone))
    assert together.digest != by_itself.digest
    assert together.choreographer is not None
    notes = [pipeline.conditioner(request).notes for pipeline in (together, by_itself)]
    assert notes[0] == ()
    assert "No choreographer" in notes[1][0]
    torch.nn.init.normal_(together.choreographer.denoiser.out.weight)  # type: ignore[union-attr, arg-type]
    together.choreographer.scaling.mean[:, PRESENT] = 1  # somebody is there
    condition = together.conditioner(request).condition
    tracks = together.choreographed(condition, 0)[0].tracks
    assert tracks.shape == (1, 3, ACTORS, MOMENTS.stop)
    assert torch.equal(tracks, together.choreographed(condition, 0)[0].tracks)
    assert not torch.equal(tracks, together.choreographed(condition, 1)[0].tracks)
    assert not by_itself.choreographed(condition, 0)[0].tracks.numel()
