"""The ruler of the storybook, measured: what it says of true clips, of other stories' clips, and of spoilt ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as count_up
from itertools import islice, pairwise

import cv2
import numpy as np
from torch import Tensor

from mutoscope.codecs.latent import LatentCodec
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.parser import parse_clip
from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.reading import StoryReading, read_clip
from mutoscope.evaluation.storybook.reconstruction import CodecScore, Reconstructor
from mutoscope.evaluation.storybook.verdict import Answer, Attribute, StoryVerdict, judge_story
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.cast import stage_of_kind
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.sampling import sample_story, shows_changes
from mutoscope.world.storybook.story import Kind, Story

SHAPE = ClipShape(frames=25, height=128, width=128, fps=8)
_AT_ONCE = 16
_BLUR = 0.03  # frame heights
_SOFT, _GRAIN = 1 / 128, 0.02  # frame heights; of the whole range
Change = Callable[[Frames, np.random.Generator], Frames]


@dataclass(frozen=True, kw_only=True)
class RulerScore:
    """Of each attribute: how often right of all that was asked, and of all how often it could not be read."""

    right: Mapping[Attribute, Rate]
    not_read: Mapping[Attribute, Rate]
    story: Rate  # everything said read and right
    faultless: Rate  # nothing read wrong

    @property
    def attributes(self) -> Rate:
        """All attributes together."""
        return Rate(sum(rate.right for rate in self.right.values()), sum(rate.asked for rate in self.right.values()))


@dataclass(frozen=True, kw_only=True)
class RulerReport:
    """What the ruler says of sources of clips, by name; `true` should be near 100 %, `shuffled` is chance."""

    scores: Mapping[str, RulerScore]
    codec: CodecScore | None = None

    def table(self) -> str:
        """The report as Markdown tables: right of asked; in brackets the share not read, where there is any."""
        names = list(self.scores)
        rows = [("", *names), ("---",) * (len(names) + 1)]
        for attribute in Attribute:
            if any(score.right[attribute].asked for score in self.scores.values()):
                rows.append((attribute, *(_cell(score, attribute) for score in self.scores.values())))
        rows.append(("all attributes", *(_rate(score.attributes) for score in self.scores.values())))
        rows.append(("whole story", *(_rate(score.story) for score in self.scores.values())))
        rows.append(("nothing wrong", *(_rate(score.faultless) for score in self.scores.values())))
        told = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return told if self.codec is None else f"{told}\n\n{self.codec.table()}"


def measure_ruler(
    count: int,
    stage: int,
    seed: int,
    codec: LatentCodec | None = None,
    shape: ClipShape = SHAPE,
    *,
    changes: bool = False,
) -> RulerReport:
    """Measure the ruler on true clips of stories of a stage, on those of other stories, on soft ones and on spoilt ones.

    With a codec, on its reconstructions too. `changes`: stories in which one thing comes after another, alone.
    """
    assert shows_changes(shape.seconds) or not changes, "shorter clips show one thing alone"
    rng = numpy_rng(seed, "ruler")
    kinds = tuple(kind for kind in READ if stage_of_kind(kind) <= stage)
    drawn = (sample_story(rng, shape.seconds, stage=stage, changes=changes) for _ in count_up())
    stories = list(islice((story for story in drawn if len(story.beats) > 1 or not changes), count))
    reconstructor = Reconstructor(codec, shape) if codec is not None else None
    found: dict[str, list[StoryVerdict]] = {}
    readings: list[StoryReading] = []
    for story, (frames, tracks) in zip(stories, _films(stories, shape, seed), strict=True):
        versions = {"true": frames}
        if reconstructor is not None:
            kept = reconstructor.reconstruct(frames, tracks)
            versions |= {f"reconstructed, {name}": seen for name, seen in kept.items()}
        versions |= {name: change(frames, rng) for name, change in CHANGED.items()}
        for name, seen in versions.items():
            reading = _read(seen, story, shape, kinds)
            found.setdefault(name, []).append(judge_story(reading, story))
            readings += [reading] if name == "true" else []
    others = [*stories[1:], *stories[:1]]
    found["shuffled"] = [judge_story(r, o) for r, o in zip(readings, others, strict=True) if _fits(r, o)]
    return RulerReport(
        scores={name: score_stories(verdicts) for name, verdicts in found.items()},
        codec=reconstructor.score() if reconstructor is not None else None,
    )


def score_stories(verdicts: Sequence[StoryVerdict]) -> RulerScore:
    """The score of many clips."""
    asked: Counter[Attribute] = Counter()
    by: dict[Answer, Counter[Attribute]] = {answer: Counter() for answer in Answer}
    for verdict in verdicts:
        for judged in verdict.answers:
            asked[judged.attribute] += 1
            by[judged.answer][judged.attribute] += 1
    return RulerScore(
        right={a: Rate(by[Answer.RIGHT][a], asked[a]) for a in Attribute},
        not_read={a: Rate(by[Answer.NOT_READ][a], asked[a]) for a in Attribute},
        story=Rate(sum(verdict.obeyed for verdict in verdicts), len(verdicts)),
        faultless=Rate(sum(verdict.faultless for verdict in verdicts), len(verdicts)),
    )


def softened(frames: Frames, rng: np.random.Generator) -> Frames:
    """As a codec gives it back: a little blurred and grainy, but anyone sees what it is."""
    soft = np.stack([cv2.GaussianBlur(frame, (0, 0), _SOFT * frames.shape[1]) for frame in frames])
    grain = rng.standard_normal(frames.shape, np.float32) * np.float32(255 * _GRAIN)
    return np.asarray(np.clip(soft + grain, 0, 255).round(), np.uint8)


def blurred(frames: Frames, rng: np.random.Generator) -> Frames:
    """As if out of focus."""
    sigma = _BLUR * frames.shape[1]
    return np.stack([np.asarray(cv2.GaussianBlur(frame, (0, 0), sigma), np.uint8) for frame in frames])


def frozen(frames: Frames, rng: np.random.Generator) -> Frames:
    """The first frame for ever."""
    return np.repeat(frames[:1], len(frames), axis=0)


def reversed_in_time(frames: Frames, rng: np.random.Generator) -> Frames:
    """From the last frame to the first."""
    return frames[::-1]


def jumbled(frames: Frames, rng: np.random.Generator) -> Frames:
    """Its frames in any order."""
    return frames[rng.permutation(len(frames))]


CHANGED: Mapping[str, Change] = {
    "soft": softened, "blurred": blurred, "frozen": frozen, "reversed": reversed_in_time, "frames shuffled": jumbled,
}  # fmt: skip


def _films(stories: Sequence[Story], shape: ClipShape, seed: int) -> Iterator[tuple[Frames, Tensor]]:
    """The true clips (T, H, W, 3) and their tracks (T', N, C), drawn some at a time."""
    for first in range(0, len(stories), _AT_ONCE):
        few = stories[first : first + _AT_ONCE]
        clips = render_stories(few, shape, seed + first)
        for frames, told in zip(clips.frames, clips.tracks.code(), strict=True):
            yield (frames.permute(0, 2, 3, 1) * 255).round().byte().numpy(), told


def _read(frames: Frames, story: Story, shape: ClipShape, kinds: Sequence[Kind]) -> StoryReading:
    cuts = [*(beat.start for beat in story.beats), story.seconds]
    assert all(a < b for a, b in pairwise(cuts)), "beats come in order"
    return read_clip(parse_clip(frames, shape.fps, kinds), cuts)


def _fits(reading: StoryReading, story: Story) -> bool:
    """Whether a reading has as many beats as a story; only then can it be held against it."""
    return len(reading.camera) == len(story.beats)


def _cell(score: RulerScore, attribute: Attribute) -> str:
    unread = score.not_read[attribute]
    more = f" [{100 * unread.share:.1f}]" if unread.right else ""
    return _rate(score.right[attribute]) + more


def _rate(rate: Rate) -> str:
    return f"{100 * rate.share:.1f} ({rate.right}/{rate.asked})" if rate.asked else "–"
