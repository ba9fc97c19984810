"""How long each stage of the work took, and how much memory it needed."""

import ctypes
import gc
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mutoscope.progress import OnProgress, Stage, Step, ignore


class Clock:
    """Times stages and tells a listener when each begins and ends."""

    def __init__(self, on_progress: OnProgress = ignore) -> None:
        self.on_progress = on_progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """Everything inside counts to this stage."""
        self.on_progress(Step(stage=stage, done=0, total=1))
        started = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started
        self.on_progress(Step(stage=stage, done=1, total=1))

    def stats(self) -> dict[str, Any]:
        """`seconds` by stage and `peak_memory` in bytes (of the whole process so far)."""
        return {"seconds": dict(self.seconds), "peak_memory": peak_memory()}


def peak_memory() -> int:
    """The largest resident size of this process so far, in bytes.

    Linux's own page tells it; `getrusage` there begins with the peak of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def forget_peak() -> bool:
    """Give memory that is free back, and let `peak_memory` begin anew; whether the system can (Linux with glibc)."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    except (OSError, AttributeError):
        return False
    return True
