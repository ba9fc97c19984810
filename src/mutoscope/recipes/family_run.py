"""What every family is taught with: clips and captions of a world made while it trains, and the run around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from mutoscope.checkpoints.checkpoint import Checkpoint
from mutoscope.checkpoints.latent import codec_folder, codes_of
from mutoscope.codecs.scaling import Scaling, scaling_of
from mutoscope.codecs.track_code import moved
from mutoscope.conditioning.condition import Condition, Given, Known, encode_condition
from mutoscope.families.choice import StoryConfig, name_of
from mutoscope.families.family import FamilyBatch, Lesson
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer, blurred_words
from mutoscope.objective import Objective
from mutoscope.recipes.encoded_clips import EncodedClip, EncodedClips
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.world import World, seen_story

# How often what is known in training, if something is: a first frame; first and last; the last or another picture; an
# earlier clip.
_PATTERNS, _ODDS = ("first", "both", "picture", "earlier"), (0.44, 0.2, 0.16, 0.2)
ASTRAY = 0.12  # the largest standard deviation of tracks from known frames, in pictures' sides and log height


@dataclass(frozen=True, kw_only=True, eq=False)
class ClipBatches:
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
        rng = numpy_rng(self.seed, f"{self.clips.world.name}/{step}")
        shown = self.shown(step, rng)
        known = known_of(shown, rng)
        tracks = displaced(tracks_of(shown), (known.given > 0).any(dim=1), rng)
        condition, meant = self.told([clip.story for clip in shown], rng, known, tracks)
        return FamilyBatch(torch.stack([clip.code for clip in shown]), condition, meant, self.lesson(rng))

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed, clips=self.clips.afresh(seed))

    def shown(self, step: int, rng: np.random.Generator) -> list[EncodedClip]:
        """The clips of a step: the new ones, then others."""
        fresh = self.size // self.repeats
        first, end = step * fresh, (step + 1) * fresh
        older = rng.integers(max(0, end - self.clips.window), end, self.size - fresh)
        return [self.clips[int(number)] for number in (*range(first, end), *older)]

    def lesson(self, rng: np.random.Generator) -> Lesson:
        """Captions for the reader alone."""
        others = [seen_story(self.clips.world, rng) for _ in range(self.lessons)]
        return Lesson(*self.told(others, rng))

    def told(
        self,
        stories: Sequence[Any],
        rng: np.random.Generator,
        known: Known | None = None,
        tracks: Tensor | None = None,
    ) -> tuple[Condition, Tensor]:
        """Captions of stories, some words blurred, and what each of their segments means."""
        world = self.clips.world
        timelines = [parse_timeline(world.caption(story, rng), world.shape.seconds) for story in stories]
        condition = encode_condition(self.tokenizer, timelines, known=known, tracks=tracks)
        word_ids, ngram_ids = blurred_words(condition.word_ids.numpy(), condition.ngram_ids.numpy(), rng)
        meant = np.zeros((*condition.segments.shape[:2], len(world.meanings)), np.float32)
        for row, story, timeline in zip(meant, stories, timelines, strict=True):
            for place, segment in zip(row, timeline.segments, strict=False):
                place[:] = world.meant(story, segment.start, segment.end)
        condition = condition._replace(word_ids=torch.from_numpy(word_ids), ngram_ids=torch.from_numpy(ngram_ids))
        return condition, torch.from_numpy(meant)


def tracks_of(clips: Sequence[EncodedClip]) -> Tensor:
    """Where everyone is in them (B,T,N,C)."""
    return torch.stack([clip.tracks for clip in clips])


def displaced(tracks: Tensor, which: Tensor, rng: np.random.Generator) -> Tensor:  # (B,T,N,C), (B,) bool -> (B,T,N,C)
    """The same, every actor shifted and resized by chance, some rows more than others, where `which`.

    Where a frame is known, it says where everyone is, and better than a choreographer who looks at it: from its tracks a
    model shall take how they go on. Conditioning augmentation (Ho et al. 2021, arXiv 2106.15282).
    """
    shift = rng.standard_normal((len(tracks), tracks.shape[2], 3)) * rng.uniform(0, ASTRAY, (len(tracks), 1, 1))
    return moved(tracks, torch.from_numpy(shift).to(tracks) * which[:, None, None])


def known_of(clips: Sequence[EncodedClip], rng: np.random.Generator, nothing: float = 0.5) -> Known:
    """What training shows of each clip beforehand, by chance.

    `nothing`: how often that; usually half, so that text alone is learned most.
    """
    codes = torch.stack([clip.code for clip in clips])
    given = torch.zeros(codes.shape[:2], dtype=torch.int64)
    times = codes.shape[1]
    for row, clip in enumerate(clips):
        if rng.random() < nothing:
            continue
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


def clip_batches(
    world: World[Any],
    *,
    codec: Path | None,
    size: int = 64,
    lessons: int = 256,
    repeats: int = 4,
    window: int = 4096,
    device: str | None = None,
) -> ClipBatches:
    """Clips and captions of a world; on a GPU the clips are drawn there, by the process that trains."""
    clips = EncodedClips(
        codec=codec_folder(codec, world.name), world=world, seed=1, window=window, device=device or drawing_device()
    )
    return ClipBatches(
        size=size, lessons=lessons, repeats=repeats, seed=1, tokenizer=Tokenizer(world.vocabulary), clips=clips
    )


def tiny_batches(world: World[Any], *, codec: Path | None) -> ClipBatches:
    """The same at a size for tests: a few seconds, on a codec such as `tiny_latent` gives."""
    return clip_batches(world, codec=codec, size=8, lessons=8, repeats=1, window=16, device="cpu")


def drawing_device() -> str:
    """Where clips are drawn."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def usual_text(tokenizer: Tokenizer) -> WordEncoderConfig:
    """The text encoder of a family."""
    return WordEncoderConfig(
        words=tokenizer.words, ngrams=NGRAM_BUCKETS, embedding=48, width=128, depth=2, heads=4, reach=6
    )


def tiny_text(tokenizer: Tokenizer) -> WordEncoderConfig:
    """The same at a size for tests."""
    return replace(usual_text(tokenizer), embedding=16, width=32, depth=1, heads=1)


def family_run(
    name: str, config: StoryConfig, batches: ClipBatches, build: Callable[[Scaling], Objective], **how: Any
) -> Run:
    """The run of a family at a size; the scaling of codes is that of the first clips."""
    clips = batches.clips
    scaling = scaling_of(torch.stack([clips[number].code for number in range(min(128, clips.window))]))
    return story_run(name, {name_of(config): asdict(config)}, batches, scaling, lambda: build(scaling), **how)


def story_run(
    name: str,
    config: Mapping[str, Any],
    batches: ClipBatches,
    scaling: Scaling,
    build: Callable[[], Objective],
    **how: Any,
) -> Run:
    """The run of what hears a world's captions; `config`: of its network, by the name under which a checkpoint has it."""
    clips = batches.clips
    plain: Mapping[str, Any] = {
        **config,
        "vocabulary": list(batches.tokenizer.vocabulary),
        "meanings": list(clips.world.meanings),
        "scaling": scaling.to_plain(),
        "shape": asdict(clips.world.shape),
        **clips.world.to_plain(),
        "codec": codes_of(Checkpoint(clips.codec)),
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
        build=build,
        batches=batches,
        eight_bits=True,
        parts={"codec": clips.codec},
        **usual | how,
    )


# How long a run of a test is.
TINY: Mapping[str, Any] = {"steps": 4, "warmup": 2, "waits": {}, "workers": 0, "journal_every": 2, "save_every": 4}
