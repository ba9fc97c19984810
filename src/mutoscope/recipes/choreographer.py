"""The run behind the bundled choreographer: stories and captions by the thousand, and some encoded clips to look at."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import torch

from mutoscope.conditioning.condition import Known
from mutoscope.families.choreographer import (
    Choreographer,
    ChoreographerConfig,
    Choreography,
    TrackScaling,
    choreography,
)
from mutoscope.families.family import FamilyBatch
from mutoscope.recipes.family_run import (
    TINY,
    ClipBatches,
    clip_batches,
    known_of,
    story_run,
    tiny_batches,
    tracks_of,
)
from mutoscope.recipes.storybook_text import storybook_text, tiny_storybook_text
from mutoscope.seeding import numpy_rng
from mutoscope.training.run import Run
from mutoscope.world.storybook.meanings import story_meanings
from mutoscope.world.storybook.world import Storybook, tiny_storybook
from mutoscope.world.world import seen_story

# Three of four true stories of the first stage keep more between actors; later ones have some hide others and chase them.
_APART = {1: 1.2}
_INSIDE = {1: 0.6}  # less than any of 250 true stories of the first stage leave; those of later ones leave on purpose


@dataclass(frozen=True, kw_only=True, eq=False)
class TrackBatches:
    """Batch after batch of stories as track codes: `unseen` of which nothing is seen beforehand beside those that have clips."""

    clips: ClipBatches
    unseen: int

    def __call__(self, step: int) -> FamilyBatch:
        """The batch of a step; those that have clips come first."""
        clips = self.clips
        rng = numpy_rng(clips.seed, f"tracks/{step}")
        shown, world = clips.shown(step, rng), clips.clips.world
        stories = [seen_story(world, rng) for _ in range(self.unseen)]
        tracks, theirs = world.tracks(stories, int(rng.integers(2**31))), tracks_of(shown)
        known = known_of(shown, rng, nothing=0)
        empty = (torch.zeros(self.unseen, *part.shape[1:], dtype=part.dtype) for part in known)
        known = Known(*(torch.cat(pair) for pair in zip(known, empty, strict=True)))
        condition, meant = clips.told([*(clip.story for clip in shown), *stories], rng, known)
        return FamilyBatch(torch.cat([theirs, tracks]), condition.looked_at(), meant)

    def afresh(self, seed: int) -> Self:
        """The same of other stories."""
        return replace(self, clips=self.clips.afresh(seed))


def choreographer(
    *,
    stage: int = 1,
    changes: bool = False,
    codec: Path | None = None,
    width: int = 192,
    depth: int = 5,
    steps: int = 5000,
) -> Run:
    """The bundled choreographer, which took two runs (its card tells); its text encoder may start with a drawing model's."""
    world = Storybook(stage=stage, changes=changes)
    batches = TrackBatches(clips=clip_batches(world, codec=codec, repeats=16), unseen=64)
    config = ChoreographerConfig(
        patch=2, eyes=96, glance=48, width=width, depth=depth, heads=width // 64,
        meanings=len(story_meanings(stage)), text=storybook_text(batches.clips.tokenizer, stage),
        apart=_APART.get(stage, 0.0), inside=_INSIDE.get(stage, 0.0),
    )  # fmt: skip
    return choreographer_run("choreographer", config, batches, steps=steps)


def glance(*, stage: int = 1, changes: bool = False, codec: Path | None = None, steps: int = 3000) -> Run:
    """What looks where everyone begins in a known first frame learns alone; the rest of a choreographer (`--start`) stays."""
    return _glance_alone(choreographer(stage=stage, changes=changes, codec=codec, steps=steps), "glance")


def tiny_glance(*, stage: int = 1, changes: bool = False, codec: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    return _glance_alone(tiny_choreographer(stage=stage, changes=changes, codec=codec), "tiny_glance")


def _glance_alone(run: Run, name: str) -> Run:
    def build() -> Choreography:
        whole = run.build()
        assert isinstance(whole, Choreography)
        assert isinstance(whole.denoiser, Choreographer)
        assert isinstance(whole.scaling, TrackScaling)
        return Choreography(whole.denoiser, whole.scaling, glance_alone=True)

    return replace(run, name=name, build=build)


def tiny_choreographer(*, stage: int = 1, changes: bool = False, codec: Path | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    batches = TrackBatches(clips=tiny_batches(tiny_storybook(stage, changes), codec=codec), unseen=8)
    config = ChoreographerConfig(
        patch=2, eyes=16, glance=16, width=32, depth=1, heads=1,
        meanings=len(story_meanings(stage)), text=tiny_storybook_text(batches.clips.tokenizer, stage),
        apart=_APART.get(stage, 0.0), inside=_INSIDE.get(stage, 0.0),
    )  # fmt: skip
    return choreographer_run("tiny_choreographer", config, batches, **TINY)


def choreographer_run(name: str, config: ChoreographerConfig, batches: TrackBatches, **how: Any) -> Run:
    """The run of a choreographer at a size; the scaling of its codes is that of some stories."""
    world = batches.clips.clips.world
    rng = numpy_rng(batches.clips.seed, "tracks")
    tracks = world.tracks([seen_story(world, rng) for _ in range(1024)], 0)
    scaling = TrackScaling.of(tracks)
    run = story_run(
        name, {"choreographer": asdict(config)}, batches.clips, scaling, lambda: choreography(config, scaling), **how
    )
    return replace(run, batches=batches)
