"""Progress, preview and cancel for every pipeline alike: in one place, around the step of its scheduler."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from torch import Tensor

OnStep = Callable[[int, int, Tensor], None]  # steps done, steps in all, the latents now


@contextmanager
def watched(pipe: Any, on_step: OnStep) -> Iterator[None]:
    """While inside, `on_step` hears of every step of `pipe`; whatever it raises ends the work.

    The scheduler gets a class of its own rather than a wrapped method: LTX-2 copies its scheduler for the sound, and a
    copied method would go on stepping the first one. Only the first one counts.
    """
    scheduler = pipe.scheduler
    kind = type(scheduler)
    done = 0

    class Watched(kind):  # type: ignore[misc, valid-type]
        @wraps(kind.step)
        def step(self, *given: Any, **named: Any) -> Any:
            nonlocal done
            stepped = super().step(*given, **named)
            if self is scheduler:
                done += 1
                on_step(done, max(done, len(self.timesteps)), stepped[0])
            return stepped

    scheduler.__class__ = Watched
    try:
        yield
    finally:
        scheduler.__class__ = kind
