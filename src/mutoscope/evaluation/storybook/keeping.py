"""What is won by drawing several clips and keeping the one that the alignment towers like best."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Of each prompt: whether the kept clip was followed (0 or 1), and the share of all its clips that was."""

    of: int  # clips of each prompt
    kept: Sequence[float]
    all: Sequence[float]

    @property
    def gain(self) -> float:
        """How much more often the kept clip follows its prompt than any one does, -1..1."""
        return fmean(self.kept) - fmean(self.all)

    @property
    def error(self) -> float:
        """Half of the 95 % interval of the gain, over prompts; not a number for fewer than two."""
        gains = [kept - every for kept, every in zip(self.kept, self.all, strict=True)]
        return 1.96 * stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else math.nan

    def __str__(self) -> str:
        return (
            f"whole story {100 * fmean(self.all):.1f} % of all clips, {100 * fmean(self.kept):.1f} % keeping the best "
            f"1 of {self.of} by alignment: {100 * self.gain:+.1f} ± {100 * self.error:.1f} points"
        )
