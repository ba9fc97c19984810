"""What one model made of the sentence that all were given, and what it took."""

from dataclasses import dataclass
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.heeding import Heeding
from mutoscope.evaluation.storybook.verdict import Answer
from mutoscope.media.video import Video


@dataclass(frozen=True, kw_only=True, eq=False)
class Contender:
    """A model's clip and what it took. `heeding`: what the ruler reads, or why it cannot read this clip.

    `steps`: how often the model looked at the codes. `memory`: the most that the process held while it worked, in bytes;
    None where the system does not tell that of one clip.
    """

    name: str
    video: Video
    steps: int
    memory: int | None
    heeding: Heeding | str

    @property
    def seconds(self) -> dict[str, float]:
        """What each stage took; loading is told apart, as it is done once."""
        spent: dict[str, float] = self.video.stats["seconds"]
        return spent

    def took(self) -> list[tuple[str, str]]:
        """What it took, as names and values to be read."""
        working = sum(seconds for stage, seconds in self.seconds.items() if stage != "load")
        memory = "not told here" if self.memory is None else f"{self.memory / 1e9:.2f} GB"
        return [
            ("Sampling", f"{self.seconds['sample']:.2f} s, {self.steps} step{'s' * (self.steps != 1)}"),
            ("Whole clip", f"{working:.2f} s (loading {self.seconds.get('load', 0.0):.2f} s more)"),
            ("Peak memory", memory),
            ("Weights", self.weights),
        ]

    def told(self) -> dict[str, Any]:
        """The same as plain values, ready for JSON."""
        unread = self.heeding if isinstance(self.heeding, str) else None
        return {
            "name": self.name, "weights": self.weights, "score": self.score, "followed": self._words(Answer.RIGHT),
            "not_followed": self._words(Answer.WRONG), "not_read": self._words(Answer.NOT_READ), "unread_because": unread,
            "steps": self.steps, "seconds": {stage: round(spent, 3) for stage, spent in self.seconds.items()},
            "peak_memory": self.memory,
        }  # fmt: skip

    def _words(self, answer: Answer) -> list[str]:
        """What of the sentence has that answer."""
        return [] if isinstance(self.heeding, str) else [str(thing) for thing in self.heeding.of(answer)]

    @property
    def weights(self) -> str:
        """Which weights drew it: the beginning of their sha256."""
        manifest = self.video.manifest
        assert manifest is not None
        return manifest.checkpoint[:12]

    @property
    def score(self) -> str:
        """How much of the sentence is followed."""
        return "not read by the ruler" if isinstance(self.heeding, str) else self.heeding.score


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A model that drew nothing, why, and what to do about it."""

    name: str
    why: MutoscopeError

    def told(self) -> dict[str, str]:
        """The same as plain values, ready for JSON."""
        why = self.why
        return {"name": self.name, "problem": why.problem, "rule": why.rule, "cure": why.cure, "code": why.code}
