"""`mutoscope serve`: its flags are the settings, each with its default and its range."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from mutoscope.errors import MutoscopeError
from mutoscope.server.settings import Settings


def add_serve_flags(parser: argparse.ArgumentParser) -> None:
    """All settings as flags, and how to make a key."""
    add_settings(parser)
    parser.add_argument(
        "--add-key", metavar="NAME", help="write a new key for NAME into --keys, print it once, and end"
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Every setting as a flag."""
    defaults = vars(Settings())
    for setting in fields(Settings):
        wish, default = setting.metadata["wish"], defaults[setting.name]
        said = [f"{wish.low:g} to {wish.high:g}"] if wish.high is not None else []
        said += [f"default {default}"] if default is not None else []
        parser.add_argument(
            f"--{setting.name.replace('_', '-')}",
            metavar=wish.metavar,
            type=Path if default is None else type(default),
            default=argparse.SUPPRESS,
            help=wish.help + (f" ({'; '.join(said)})" if said else ""),
        )


def serve(wanted: argparse.Namespace) -> None:
    """Serve until stopped; or, with --add-key, make a key."""
    if wanted.add_key is not None:
        print(_added_key(wanted))
        return
    settings = settings_of(wanted)
    with server_installed():
        from mutoscope.server.app import build_app
        from mutoscope.server.running import run
    who = "whoever has a key" if settings.keys else "this machine only, as there are no --keys"
    run(build_app(settings), settings, lambda address: tell(f"Serving {address}/v1/videos for {who}."))


def settings_of(wanted: argparse.Namespace) -> Settings:
    """The settings that were asked for."""
    given = vars(wanted)
    return Settings(**{known.name: given[known.name] for known in fields(Settings) if known.name in given})


@contextmanager
def server_installed() -> Iterator[None]:
    """What is imported inside is an optional part: say so where it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MutoscopeError(
            f"The server needs {error.name}, which is not installed.",
            "It is an optional part of Mutoscope.",
            "Install it: pip install 'mutoscope[server]'",
        ) from error


def tell(line: str) -> None:
    """Say something to whoever started the server."""
    print(line, file=sys.stderr, flush=True)


def _added_key(wanted: argparse.Namespace) -> str:
    from mutoscope.server.keys import add_key

    if "keys" not in wanted:
        raise MutoscopeError("It is not said where keys are kept.", "They are in a file.", "Add --keys keys.txt.")
    return add_key(wanted.keys, wanted.add_key)
