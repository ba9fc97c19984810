"""Bars on a terminal: how far each stage of the work is."""

import sys
from types import TracebackType

from mutoscope.progress import OnProgress, Step


class Bars:
    """A bar for each stage on stderr, with the time that is left; nothing where no one looks. `heed` is told every step."""

    def __init__(self, heed: OnProgress) -> None:
        self.on_progress = heed
        self.seen = sys.stderr.isatty()
        if not self.seen:
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

        self.shown = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )
        bars: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            heed(step)
            if step.stage not in bars:
                bars[step.stage] = self.shown.add_task(step.stage, total=step.total)
            self.shown.update(bars[step.stage], completed=step.done, total=step.total)

        self.on_progress = show

    def __enter__(self) -> "Bars":
        if self.seen:
            self.shown.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.seen:
            self.shown.stop()
