"""Attention, convolution and recurrence in one place of one network, after the same training: one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mutoscope.evaluation.moving_shapes.measure import ShapesScore


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """What came of one mixer: what it cost, what its clips show, and how far from the truth it goes on."""

    parameters: int
    steps: int
    training: float  # seconds of training, on the machine where it was trained
    sampling: float  # seconds for the codes of one clip, on this one
    seen: ShapesScore  # captions like those of training
    never: ShapesScore  # captions of triples that training never shows
    errors: Sequence[float]  # root mean squares of pixels, one for each time that was predicted


@dataclass(frozen=True, kw_only=True)
class MixersReport:
    """Models by the name of their mixer; `seconds` after the last given frame at which errors stand."""

    models: Mapping[str, MixedModel]
    given: int
    seconds: Sequence[float]
    held: Sequence[float]  # the errors of the last frame, held
    codec: Sequence[float]  # the errors of the codec alone

    def table(self) -> str:
        """The report as two Markdown tables."""
        head = "mixer", "million weights", "steps", "training, s a step", "sampling, s a clip", "seen", "never seen"
        rows = [head, ("---",) * len(head)]
        rows += [
            (name, f"{m.parameters / 1e6:.3f}", f"{m.steps:,}", f"{m.training / m.steps:.2f}", f"{m.sampling:.2f}",
             _score(m.seen), _score(m.never))
            for name, m in self.models.items()
        ]  # fmt: skip
        ahead = ("s ahead", *(f"{at:.1f}" for at in self.seconds))
        errors = {"the codec alone": self.codec, **{n: m.errors for n, m in self.models.items()}}
        over_time = [ahead, ("---",) * len(ahead)]
        over_time += [
            (name, *(f"{error:.1f}" for error in row))
            for name, row in {**errors, "the last frame, held": self.held}.items()
        ]
        return "\n\n".join(
            (
                _lines(rows),
                "Seen, never seen: average of the five attributes of Moving Shapes by the classifiers, and all five, per cent.",
                _lines(over_time),
                f"Root mean square error of pixels (0 to 255) of what follows {self.given} given frames.",
            )
        )


def _score(score: ShapesScore) -> str:
    return f"{100 * score.average:.1f}, {100 * score.all.share:.0f}"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
