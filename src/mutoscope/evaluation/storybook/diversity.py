"""How different the clips are that one prompt gives: a model that draws the same every time has collapsed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.seeding import numpy_rng

_RESAMPLED = 2000  # times


@dataclass(frozen=True)
class Spread:
    """How far clips of one prompt lie apart, of a model and of the truth, prompt by prompt.

    As text the model's spread as a share of the true one, with its 95 % interval.
    """

    drawn: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)

    def add(self, drawn: Sequence[Frames], true: Sequence[Frames]) -> None:
        """The clips of one prompt: as many as there are of a model, and two or more true ones."""
        if len(drawn) > 1:
            self.drawn.append(apart(drawn))
            self.true.append(apart(true))

    def share(self) -> float | None:
        """The model's spread as a share of the true one; None if there was never more than one clip."""
        return float(np.mean(self.drawn) / max(1e-6, float(np.mean(self.true)))) if self.drawn else None

    def interval(self) -> tuple[float, float]:
        """95 % of the shares that other prompts would have told, by the percentile bootstrap over prompts (Efron 1979)."""
        drawn, true = np.array(self.drawn), np.array(self.true)
        chosen = numpy_rng(0, "diversity").integers(len(drawn), size=(_RESAMPLED, len(drawn)))
        low, high = np.quantile(drawn[chosen].mean(1) / true[chosen].mean(1).clip(1e-6), [0.025, 0.975])
        return float(low), float(high)

    def __str__(self) -> str:
        if (share := self.share()) is None:
            return "–"
        low, high = self.interval()
        return f"{share:.2f} ({low:.2f}–{high:.2f})"


def apart(clips: Sequence[Frames]) -> float:
    """The mean absolute difference of pixels (0..255) between every two clips (T, H, W, 3)."""
    pairs = combinations((clip.astype(np.float32) for clip in clips), 2)
    return float(np.mean([np.abs(one - two).mean() for one, two in pairs]))
