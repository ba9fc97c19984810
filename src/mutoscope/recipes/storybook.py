"""What every family of the storybook is taught with: clips and captions made while it trains, and the run around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.latent import codec_folder
from mutoscope.codecs.scaling import Scaling, scaling_of
from mutoscope.conditioning.condition import Condition, Given, Known, encode_condition
from mutoscope.families.choice import StoryConfig, name_of
from mutoscope.families.family import FamilyBatch, Lesson
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer, blurred_words
from mutoscope.language.words import split_words
from mutoscope.objective import Objective
from mutoscope.recipes.encoded_clips import EncodedClip, EncodedClips
from mutoscope.recipes.latent import STORYBOOK
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.captions import caption, vocabulary
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.meanings import meant_between, story_meanings
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story

# How often what is known in training: nothing, so that text alone is learned most; a first frame; first and last;
# the last or another picture; an earlier clip.
_PATTERNS, _ODDS = ("nothing", "first", "both", "picture", "earlier"), (0.5, 0.22, 0.1, 0.08, 0.1)


@dataclass(frozen=True, kw_only=True, eq=False)
class StorybookBatches:
    """Batch after batch of codes with fresh captions: of `repeats` clips one is new, the others were drawn not long ago.

    `lessons`: how many captions more, without clips, for the reader.
    """

    size: int
    lessons: int
    repeats: int
    seed: int
    tokenizer: Tokenizer
    clips: EncodedClips

    def __call__(self, step: int) -> FamilyBatch:
        """The batch of a step."""
        rng = numpy_rng(self.seed, f"storybook/{step}")
        fresh = self.size // self.repeats
        first, end = step * fresh, (step + 1) * fresh
        older = rng.integers(max(0, end - self.clips.window), end, self.size - fresh)
        shown = [self.clips[int(number)] for number in (*range(first, end), *older)]
        condition, meant = self._told([clip.story for clip in shown], rng, known_of(shown, rng))
        others = [seen_story(rng, self.clips.shape, self.clips.stage) for _ in range(self.lessons)]
        return FamilyBatch(
            torch.stack([clip.code for clip in shown]), condition, meant, Lesson(*self._told(others, rng, None))
        )

    def _told(
        self, stories: Sequence[Story], rng: np.random.Generator, known: Known | None
    ) -> tuple[Condition, Tensor]:
        """Captions of stories, some words blurred, and what each of their segments means."""
        texts = [caption(story, rng, "en" if rng.random() < 0.55 else "zh") for story in stories]
        timelines = [parse_timeline(text, self.clips.shape.seconds) for text in texts]
        condition = encode_condition(self.tokenizer, timelines, known=known)
        word_ids, ngram_ids = blurred_words(condition.word_ids.numpy(), condition.ngram_ids.numpy(), rng)
        meant = np.zeros((*condition.segments.shape[:2], len(story_meanings(self.clips.stage))), np.float32)
        for row, story, timeline in zip(meant, stories, timelines, strict=True):
            for place, segment in zip(row, timeline.segments, strict=False):
                place[:] = meant_between(story, segment.start, segment.end, self.clips.stage)
        condition = condition._replace(word_ids=torch.from_numpy(word_ids), ngram_ids=torch.from_numpy(ngram_ids))
        return condition, torch.from_numpy(meant)


def seen_story(rng: np.random.Generator, shape: ClipShape, stage: int) -> Story:
    """A random story whose compositions are not held out."""
    while is_held_out(story := sample_story(rng, shape.seconds, stage=stage)):
        pass
    return story


def known_of(clips: Sequence[EncodedClip], rng: np.random.Generator) -> Known:
    """What training shows of each clip beforehand, by chance."""
    codes = torch.stack([clip.code for clip in clips])
    given = torch.zeros(codes.shape[:2], dtype=torch.int64)
    times = codes.shape[1]
    for row, clip in enumerate(clips):
        pattern = _PATTERNS[int(rng.choice(len(_PATTERNS), p=_ODDS))]
        pictures = {"both": (1,), "picture": (int(rng.integers(2)),)}.get(pattern, ())
        for which in pictures:
            given[row, clip.picture_at[which]] = Given.PICTURE
            codes[row, clip.picture_at[which]] = clip.pictures[which]
        if pattern in ("first", "both"):
            given[row, 0] = Given.CODE
        elif pattern == "earlier" and times > 2:
            given[row, : int(rng.integers(2, times))] = Given.CODE
    return Known(torch.where((given > 0)[..., None, None, None], codes, torch.zeros(())), given)


@cache
def stage_vocabulary(stage: int, captions: int = 6000) -> tuple[str, ...]:
    """The words that captions of the stages up to `stage` really have: what else is said, the model has not learned."""
    rng = numpy_rng(0, f"vocabulary/{stage}")
    every, found = frozenset(vocabulary()), set[str]()
    for number in range(captions):
        story = sample_story(rng, STORYBOOK.seconds, stage=stage)
        text = caption(story, rng, "en" if number % 2 else "zh")
        for segment in parse_timeline(text, STORYBOOK.seconds).segments:
            found.update(split_words(segment.text, every))
    return tuple(sorted(found & every))


def story_batches(
    *, stage: int, codec: Path | None, size: int = 64, lessons: int = 256, repeats: int = 4, window: int = 4096
) -> StorybookBatches:
    """Clips and captions of a stage; on a GPU the clips are drawn there, by the process that trains."""
    clips = EncodedClips(
        codec=codec_folder(codec), shape=STORYBOOK, stage=stage, seed=1, window=window, device=drawing_device()
    )
    return StorybookBatches(
        size=size, lessons=lessons, repeats=repeats, seed=1, tokenizer=Tokenizer(stage_vocabulary(stage)), clips=clips
    )


def tiny_batches(*, stage: int, codec: Path | None) -> StorybookBatches:
    """The same at a size for tests: a few seconds, on a codec such as `tiny_latent` gives."""
    batches = story_batches(stage=stage, codec=codec, size=8, lessons=8, repeats=1, window=16)
    return replace(batches, clips=replace(batches.clips, shape=replace(STORYBOOK, frames=9), device="cpu"))


def drawing_device() -> str:
    """Where clips are drawn."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def story_text(tokenizer: Tokenizer) -> WordEncoderConfig:
    """The text encoder of a storybook family."""
    return WordEncoderConfig(
        words=tokenizer.words, ngrams=NGRAM_BUCKETS, embedding=48, width=128, depth=2, heads=4, reach=6
    )


def tiny_text(tokenizer: Tokenizer) -> WordEncoderConfig:
    """The same at a size for tests."""
    return replace(story_text(tokenizer), embedding=16, width=32, depth=1, heads=1)


def story_run(
    name: str, config: StoryConfig, batches: StorybookBatches, build: Callable[[Scaling], Objective], **how: Any
) -> Run:
    """The run of a family at a size; the scaling of codes is that of the first clips."""
    clips = batches.clips
    scaling = scaling_of(torch.stack([clips[number].code for number in range(min(128, clips.window))]))
    plain: Mapping[str, Any] = {
        name_of(config): asdict(config),
        "vocabulary": list(batches.tokenizer.vocabulary),
        "meanings": list(story_meanings(clips.stage)),
        "scaling": scaling.to_plain(),
        "shape": asdict(clips.shape),
        "stage": clips.stage,
        "codec": Checkpoint(clips.codec).sha256,
    }
    usual: dict[str, Any] = {
        "optimiser": OptimiserConfig(muon_rate=0.015, adam_rate=2e-3),
        "warmup": 50,
        "ema": 0.998,
        "workers": 0 if clips.device == "cuda" else 1,
        "journal_every": 20,
        "save_every": 100,
    }
    return Run(
        name=name,
        config=plain,
        build=lambda: build(scaling),
        batches=batches,
        eight_bits=True,
        parts={"codec": clips.codec},
        **usual | how,
    )


# How long a run of a test is.
TINY: Mapping[str, Any] = {"steps": 4, "warmup": 2, "workers": 0, "journal_every": 2, "save_every": 4}
