"""The scorecard of motion: how many of how many, with intervals, and for which action."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_Z = 1.959964  # 95 %
_TITLES = {"caption": "whole caption", "change": "change within 0.2 s", "prompt_change": "change within 0.1 s"}


@dataclass(frozen=True)
class Rate:
    """How many of how many."""

    right: int
    asked: int

    @property
    def share(self) -> float:
        """0..1; not a number where nothing was asked."""
        return self.right / self.asked if self.asked else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval (Wilson 1927)."""
        if not self.asked:
            return 0.0, 1.0
        n, p, z = self.asked, self.share, _Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if not self.asked:
            return "–"
        low, high = self.interval
        return f"{100 * self.share:.1f} % ({self.right}/{self.asked}, {100 * low:.0f}–{100 * high:.0f})"


def rate(answers: Sequence[bool]) -> Rate:
    """The rate of yeses."""
    return Rate(sum(answers), len(answers))


@dataclass(frozen=True, kw_only=True)
class MotionScore:
    """What one source of clips did. Camera and subject count scenes; caption clips; order and change clips with a "then"."""

    camera: Rate
    subject: Rate
    caption: Rate
    order: Rate
    change: Rate  # within 0.2 s of the asked time
    prompt_change: Rate  # within 0.1 s of it
    timing_error: float  # mean absolute, seconds; not a number without a change
    by_action: dict[str, Rate]  # scenes of each camera and subject action
    wrong: tuple[str, ...]  # "prompt: what was wrong", to look at


@dataclass(frozen=True, kw_only=True)
class MotionScorecard:
    """The model beside what the ruler says of true clips (near 100 %) and of clips of other prompts (chance)."""

    true: MotionScore
    shuffled: MotionScore
    model: MotionScore | None

    def table(self) -> str:
        """The scorecard as a Markdown table."""
        sources = [("model", self.model), ("true clips", self.true), ("shuffled prompts", self.shuffled)]
        shown = [(name, score) for name, score in sources if score is not None]
        rows = [("", *(name for name, _ in shown)), ("---",) * (len(shown) + 1)]
        for label in ("camera", "subject", "caption", "order", "change", "prompt_change"):
            title = _TITLES.get(label, label)
            rows.append((title, *(str(getattr(score, label)) for _, score in shown)))
        rows.append(("mean timing error", *(_seconds(score.timing_error) for _, score in shown)))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _seconds(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f} s"
