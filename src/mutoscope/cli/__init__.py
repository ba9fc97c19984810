"""The terminal door: what a person types becomes a request, and what comes back is told."""

import os
import sys
from collections.abc import Sequence

from mutoscope.cli.ctrl_c import CTRL_C
from mutoscope.cli.parser import build_parser
from mutoscope.cli.telling import say
from mutoscope.errors import MutoscopeError

__all__ = ["build_parser", "main"]
STOPPED, UNHEARD = 130, 141  # what a shell expects of a command that Ctrl-C ended, or that nobody listens to any more


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 2 if that cannot be done, 130 after Ctrl-C, 141 into a closed pipe."""
    try:
        with CTRL_C:
            wanted = build_parser().parse_args(words)
            code = int(wanted.command(wanted) or 0)
            sys.stdout.flush()
            return code
    except MutoscopeError as error:
        say(f"mutoscope: {error.problem}\n  {error.rule}\n  {error.cure}")
        return 2
    except KeyboardInterrupt:
        say("mutoscope: stopped; no half file is left.")
        return STOPPED
    except BrokenPipeError:  # as `mutoscope models | head` ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
        return UNHEARD
