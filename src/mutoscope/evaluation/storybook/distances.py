"""How far drawn clips lie from true ones, between the floor (other true clips) and a ladder of spoilt ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from mutoscope.alignment.ranking import Ranker
from mutoscope.evaluation.metric import METRICS, Features, measure
from mutoscope.evaluation.storybook.asking import Prompt, true_clip
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.ladder import LADDER
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape

FLOOR, OTHERS = "true clips (the floor)", "other stories' clips"
_AT_ONCE = 16
# What is compared: clips alone, or clips with what was asked for (DeVries et al. 2019), so that right clips for the wrong
# words, which are the same set of clips, are far too.
_COMPARED = ("clips", "clips with captions")
_COLUMNS = tuple(f"{metric.name}, {compared}" for compared in _COMPARED for metric in METRICS)

Distances = tuple[float, ...]  # one for each column


@dataclass(frozen=True, kw_only=True)
class DistanceReport:
    """Distances from the true clips of other prompts, by source: the floor, what was drawn, the ladder."""

    clips: int
    floor: Distances
    drawn: Mapping[str, Distances]
    ladder: Mapping[str, Distances]

    def table(self) -> str:
        """The report as a Markdown table, and of what was drawn whether it lies between the floor and every rung."""
        rows = [f"| {self.clips} clips | {' | '.join(_COLUMNS)} |", "| --- |" + " --- |" * len(_COLUMNS)]
        every = {FLOOR: self.floor, **{f"**{name}**": seen for name, seen in self.drawn.items()}, **self.ladder}
        rows += [f"| {name} | {' | '.join(f'{value:.3f}' for value in values)} |" for name, values in every.items()]
        return "\n".join([*rows, *(["", *self._places()] if self.drawn else [])])

    def nearer_rungs(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """By column, the rungs that lie no farther from true clips than what was drawn under that name."""
        return {
            column: tuple(rung for rung, values in self.ladder.items() if values[place] <= self.drawn[name][place])
            for place, column in enumerate(_COLUMNS)
        }

    def _places(self) -> Iterator[str]:
        for name in self.drawn:
            for column, rungs in self.nearer_rungs(name).items():
                but = f"; not than {', '.join(rungs)}" if rungs else ""
                yield f"* {name}, {column}: nearer than {len(self.ladder) - len(rungs)} of {len(self.ladder)} rungs{but}"


def measure_distances(
    ranker: Ranker, prompts: Sequence[Prompt], others: Sequence[Prompt], shape: ClipShape, drawn: Mapping[str, Features]
) -> DistanceReport:
    """Hold clips of `prompts`, true, spoilt, and drawn (their features by name), against true clips of `others`.

    All sets are clips of the same prompts, so that nothing differs but the frames; as many others stand on the other side.
    """
    assert len(prompts) == len(others), "the Fréchet distance depends on how many clips there are"
    asked, asked_of_others = (_words(ranker, told, shape) for told in (prompts, others))
    true = _described(ranker, _true_clips(others, shape, seed=1))[FLOOR]
    shown = _described(ranker, _climbed(_true_clips(prompts, shape, seed=0)))

    def distances(features: Features, captions: Features = asked) -> Distances:
        joint = np.hstack([true, asked_of_others]), np.hstack([features, captions])
        return *measure(true, features), *measure(*joint)

    floor = shown.pop(FLOOR)
    return DistanceReport(
        clips=len(prompts),
        floor=distances(floor),
        drawn={name: distances(features) for name, features in drawn.items()},
        ladder={rung: distances(features) for rung, features in shown.items()}
        | {OTHERS: distances(floor, np.roll(asked, 1, axis=0))},
    )


def _true_clips(prompts: Sequence[Prompt], shape: ClipShape, seed: int) -> Iterator[tuple[str, Frames]]:
    for index, prompt in enumerate(prompts):
        yield FLOOR, true_clip(prompt.story, shape, seed * len(prompts) + index)


def _climbed(clips: Iterable[tuple[str, Frames]]) -> Iterator[tuple[str, Frames]]:
    """Every clip, whole and on each rung, with the rung's name."""
    rng = numpy_rng(0, "ladder")
    for name, frames in clips:
        yield name, frames
        for rungs in LADDER.values():
            for rung, spoil in rungs:
                yield rung, spoil(frames, rng)


def _described(ranker: Ranker, clips: Iterable[tuple[str, Frames]]) -> dict[str, Features]:
    """Features of clips, by name."""
    found: dict[str, list[Features]] = {}
    for some in _some(clips):
        for (name, _), row in zip(some, ranker.features([frames for _, frames in some]).numpy(), strict=True):
            found.setdefault(name, []).append(row)
    return {name: np.stack(rows).astype(np.float64) for name, rows in found.items()}


def _words(ranker: Ranker, prompts: Sequence[Prompt], shape: ClipShape) -> Features:
    return ranker.embed_texts([prompt.text for prompt in prompts], shape.seconds).numpy().astype(np.float64)


def _some(clips: Iterable[tuple[str, Frames]]) -> Iterator[list[tuple[str, Frames]]]:
    """Some at a time."""
    every = iter(clips)
    while some := list(islice(every, _AT_ONCE)):
        yield some
