"""Moving Shapes, measured: how often clips show what their captions say, beside what was published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from torch import Tensor

from mutoscope.evaluation.moving_shapes.classifier import ShapeClassifier
from mutoscope.evaluation.moving_shapes.parser import Frames, Reading, parse_shape
from mutoscope.evaluation.scorecard import Rate, rate
from mutoscope.seeding import numpy_rng
from mutoscope.world.moving_shapes.story import ATTRIBUTES, MovingShape
from mutoscope.world.moving_shapes.world import PUBLISHED, MovingShapes
from mutoscope.world.world import clips_of, tracks_of

Draw = Callable[[str, int], Frames]  # prompt, seed -> a clip
Keep = Callable[[Frames, Tensor | None], Frames]  # through a model's codec alone, told tracks or not
# TFGAN (Balaji et al. 2019): shape, colour, size, motion and direction, in per cent, by classifiers.
TFGAN = (80.22, 100.00, 84.33, 99.90, 99.95)
_SPOILT = 3.0  # pixels of blur
_GREY = 127
_SHOWN = 6  # clips of a model and a kind of prompt on the sheet


@dataclass(frozen=True, kw_only=True)
class ShapesScore:
    """How often each attribute was right, in the order of `ATTRIBUTES`, and how often all of them."""

    right: tuple[Rate, ...]
    all: Rate

    @property
    def average(self) -> float:
        """The mean of the five, 0..1: what was published."""
        return float(np.mean([each.share for each in self.right]))


@dataclass(frozen=True, kw_only=True)
class ShapesReport:
    """What each ruler says of sources of clips, by name."""

    scores: Mapping[str, Mapping[str, ShapesScore]]  # ruler, source
    shown: Sequence[tuple[str, Frames]] = field(default_factory=tuple)

    def table(self) -> str:
        """A Markdown table for each ruler; what was published stands beside the classifiers."""
        return "\n\n".join(self._table(ruler) for ruler in self.scores)

    def _table(self, ruler: str) -> str:
        names = [kind.__name__.lower() for kind in ATTRIBUTES]
        rows = [("by the " + ruler, *names, "average of five", "all five"), ("---",) * 8]
        for source, score in self.scores[ruler].items():
            rows.append((source, *map(_cell, score.right), f"{100 * score.average:.2f}", _cell(score.all)))
        if ruler == CLASSIFIERS:
            published = [f"{share:.2f}" for share in TFGAN]
            rows.append(("TFGAN, published", *published, f"{np.mean(TFGAN):.2f}", "–"))
        told = "Per cent right, in brackets Wilson's 95 % interval. Same protocol, regenerated backgrounds."
        return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", told])


CLASSIFIERS, PARSER = "classifiers", "pixel parser"


def measure_moving_shapes(
    models: Mapping[str, tuple[Draw, Keep]],
    classifier: ShapeClassifier,
    count: int,
    seed: int,
    tell: Callable[[str], None],
) -> ShapesReport:
    """True and spoilt clips; and what models draw for `count` captions of triples that training shows, and of as many others."""
    rng = numpy_rng(seed, "moving shapes/asked")
    asked = {name: asked_stories(count, held_out, rng) for name, held_out in (("seen", False), ("never seen", True))}
    every = [story for stories in asked.values() for story in stories]
    true = true_clips(every, seed)
    clips: dict[str, tuple[Sequence[Frames], Sequence[MovingShape]]] = {
        "true clips": (true, every),
        "true clips, other captions": (true, [*every[1:], *every[:1]]),
        "true clips, frozen": ([np.repeat(clip[:1], len(clip), axis=0) for clip in true], every),
        "true clips, blurred": ([_blurred(clip) for clip in true], every),
        "nothing at all": ([np.full_like(clip, _GREY) for clip in true], every),
    }
    shown: list[tuple[str, Frames]] = []
    for name, (draw, keep) in models.items():
        for kind, stories in asked.items():
            tell(f"{name}: {count} clips, {kind}")
            drawn = [draw(each.caption(), seed * count + index)[:PUBLISHED] for index, each in enumerate(stories)]
            clips[f"{name}, {kind}"] = (drawn, stories)
            shown += [(f"{name}, {kind}: {s.caption()}", c) for s, c in zip(stories, drawn, strict=True)][:_SHOWN]
        clips[f"{name}, codec alone"] = ([keep(clip, None) for clip in true], every)
        tracks = tracks_of(MovingShapes(), every, seed)
        clips[f"{name}, codec told tracks"] = ([keep(*each) for each in zip(true, tracks, strict=True)], every)
    rulers: dict[str, Callable[[Sequence[Frames]], list[Reading]]] = {
        CLASSIFIERS: classifier.read,
        PARSER: lambda some: [parse_shape(clip) for clip in some],
    }
    tell("reading the clips")
    return ShapesReport(
        scores={
            ruler: {source: score_readings(read(some), stories) for source, (some, stories) in clips.items()}
            for ruler, read in rulers.items()
        },
        shown=shown,
    )


def score_readings(readings: Sequence[Reading], stories: Sequence[MovingShape]) -> ShapesScore:
    """How often readings agree with stories."""
    right = [
        [read is value for read, value in zip(reading, story.values, strict=True)]
        for reading, story in zip(readings, stories, strict=True)
    ]
    each = tuple(rate([row[index] for row in right]) for index in range(len(ATTRIBUTES)))
    return ShapesScore(right=each, all=rate([all(row) for row in right]))


def asked_stories(count: int, held_out: bool, rng: np.random.Generator) -> list[MovingShape]:
    """Random stories whose triples are, or are not, kept from training."""
    world, stories = MovingShapes(), list[MovingShape]()
    while len(stories) < count:
        story = world.sample(rng)
        if world.is_held_out(story) == held_out:
            stories.append(story)
    return stories


def true_clips(stories: Sequence[MovingShape], seed: int) -> list[Frames]:
    """What the world itself draws, in 8 bits and as long as published."""
    return [clip[:PUBLISHED] for clip in clips_of(MovingShapes(), stories, seed)]


def _blurred(clip: Frames) -> Frames:
    return np.stack([cv2.GaussianBlur(frame, (0, 0), _SPOILT) for frame in clip])


def _cell(share: Rate) -> str:
    low, high = share.interval
    return f"{100 * share.share:.2f} ({100 * low:.0f}–{100 * high:.0f})"
