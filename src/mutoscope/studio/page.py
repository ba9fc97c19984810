"""The page on top of the server: its files, and opening it in a browser."""

import threading
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from mutoscope.server.app import build_app
from mutoscope.server.running import run
from mutoscope.server.settings import Settings

_PACKAGE = Path(str(files("mutoscope")))


def build_studio(settings: Settings) -> FastAPI:
    """The server with the page at `/`."""
    app = build_app(settings)
    app.mount("/samples", StaticFiles(directory=_PACKAGE / "samples"))
    app.mount("/", StaticFiles(directory=_PACKAGE / "studio" / "static", html=True))
    return app


def run_studio(settings: Settings, tell: Callable[[str], None], *, browser: bool) -> None:
    """Serve the page until stopped, and show it."""

    def opened(address: str) -> None:
        tell(f"The studio is at {address} on this machine. Ctrl-C ends it; what was made stays in {settings.data}.")
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    run(build_studio(settings), settings, opened)
