"""What a long piece of work tells the person who waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

Stage = Literal["load", "condition", "sample", "decode", "raise", "encode"]
STAGES: tuple[Stage, ...] = ("load", "condition", "sample", "decode", "raise", "encode")


@dataclass(frozen=True, kw_only=True)
class Step:
    """`done` of `total` units of a stage are finished (`done == total` ends it)."""

    stage: Stage
    done: int
    total: int
    look: "Callable[[], NDArray[uint8]] | None" = (
        None  # a rough (H, W, 3) look at what is being made, where there is one
    )


# Called often from the working thread; it may raise KeyboardInterrupt to end the work.
OnProgress = Callable[[Step], None]


def ignore(step: Step) -> None:
    """An `OnProgress` that nobody listens to."""
