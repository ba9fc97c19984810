"""Whether one model follows prompts more often than another, prompt by prompt, or whether that is chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mutoscope.evaluation.storybook.verdict import StoryVerdict
from mutoscope.seeding import numpy_rng

_RESAMPLED = 10_000  # times
Shares = Mapping[str, Sequence[float]]  # by kind of prompt: of each prompt's clips, the share that was right, 0..1


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How much more often the first of two models is right on the same prompts, in points.

    The interval is of 95 %, by the percentile bootstrap over prompts (Efron 1979): clips of one prompt are right or wrong
    together more than others, so they are drawn together.
    """

    first: Sequence[float]
    second: Sequence[float]

    @property
    def points(self) -> float:
        """The mean over prompts, -100..100."""
        return 100 * float(np.mean(np.subtract(self.first, self.second)))

    @property
    def interval(self) -> tuple[float, float]:
        """What other prompts of the kind would have told."""
        each = 100 * np.subtract(self.first, self.second)
        chosen = numpy_rng(0, "differences").integers(len(each), size=(_RESAMPLED, len(each)))
        low, high = np.quantile(each[chosen].mean(1), [0.025, 0.975])
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.interval
        sure = " *" if low > 0 or high < 0 else ""
        return f"{self.points:+.1f} ({low:+.1f} to {high:+.1f}){sure}"


def shares_of(right: Sequence[bool], seeds: int) -> list[float]:
    """Of each prompt the share of its clips that is right, where clips come prompt after prompt."""
    return [float(share) for share in np.array(right, np.float64).reshape(-1, seeds).mean(1)]


def obeyed(verdicts: Sequence[StoryVerdict]) -> list[bool]:
    """Clip by clip whether all was right."""
    return [verdict.obeyed for verdict in verdicts]


def differences_table(models: Mapping[str, Shares]) -> str:
    """Every two models, kind by kind of prompt, as a Markdown table; empty for fewer than two."""
    pairs = list(combinations(models, 2))
    if not pairs:
        return ""
    kinds = [kind for kind in next(iter(models.values())) if all(kind in shares for shares in models.values())]
    rows = [f"| points, same prompts | {' | '.join(f'{one} − {two}' for one, two in pairs)} |"]
    rows.append("| --- |" + " --- |" * len(pairs))
    for kind in kinds:
        told = [str(Difference(first=models[one][kind], second=models[two][kind])) for one, two in pairs]
        rows.append(f"| {kind} | {' | '.join(told)} |")
    return "\n".join([*rows, "", "* a star: the interval (95 %, over prompts) leaves zero out"])
