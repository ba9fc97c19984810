"""`mutoscope studio`: the server with its page, opened in the browser."""

import argparse

from mutoscope.errors import MutoscopeError
from mutoscope.server.command import add_settings, server_installed, settings_of, tell


def add_studio_flags(parser: argparse.ArgumentParser) -> None:
    """The settings of the server, and whether a browser is opened."""
    add_settings(parser)
    parser.add_argument("--no-browser", action="store_true", help="only tell the page's address")


def studio(wanted: argparse.Namespace) -> None:
    """Serve the page until stopped."""
    settings = settings_of(wanted)
    if settings.keys is not None:
        raise MutoscopeError(
            "The studio was given --keys.", "Its page is for this machine, without keys.", "Use mutoscope serve."
        )
    with server_installed():
        from mutoscope.studio.page import run_studio
    run_studio(settings, tell, browser=not wanted.no_browser)
