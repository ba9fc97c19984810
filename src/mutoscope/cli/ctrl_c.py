"""Ctrl-C, so that it ends the work wherever it falls."""

import signal
from threading import current_thread, main_thread
from types import FrameType
from typing import NoReturn

from mutoscope.progress import Step


class CtrlC:
    """Remembers Ctrl-C: its exception is lost when it falls into a callback of an import or of a library."""

    pressed = False

    def __enter__(self) -> None:
        self.pressed = False
        self.ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler and current_thread() is main_thread()
        if self.ours:
            signal.signal(signal.SIGINT, self._press)

    def __exit__(self, *failure: object) -> None:
        if self.ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _press(self, number: int, frame: FrameType | None) -> NoReturn:
        self.pressed = True
        raise KeyboardInterrupt

    def heed(self, step: Step) -> None:
        """End the work if Ctrl-C was pressed."""
        if self.pressed:
            raise KeyboardInterrupt


CTRL_C = CtrlC()
