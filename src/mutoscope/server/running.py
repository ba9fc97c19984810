"""Starting the server, and stopping it in good order."""

import fcntl
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from mutoscope.errors import MutoscopeError
from mutoscope.server.settings import Settings

SECONDS_TO_END = 2  # for those who are still connected


def run(app: FastAPI, settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is told the address as soon as it can be connected to."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    with _sole_user(settings), _listening(settings) as listener:
        host, port = listener.getsockname()[:2]
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=SECONDS_TO_END, server_header=False, access_log=False
        )
        on_ready(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        uvicorn.Server(config).run([listener])


@contextmanager
def _sole_user(settings: Settings) -> Iterator[None]:
    """Hold the data folder: two servers on one would take each other's jobs for their own."""
    try:
        settings.incoming.mkdir(parents=True, exist_ok=True)
        lock = os.open(settings.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise MutoscopeError(
            f"The folder {settings.data} cannot be used ({error.strerror}).",
            "Jobs and clips are kept there.",
            "Name another: --data DIR.",
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise MutoscopeError(
            f"Another server already uses {settings.data}.",
            "A data folder has one server.",
            "Stop the other, or name another folder: --data DIR.",
        ) from error
    for left in settings.incoming.iterdir():  # by a server that was killed
        shutil.rmtree(left, ignore_errors=True)
    tempfile.tempdir = str(settings.incoming)  # large uploads wait on disk while they arrive: here and nowhere else
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host.strip("[]"), settings.port), family=family, backlog=1024)
    except OSError as error:
        raise MutoscopeError(
            f"The server cannot listen on {settings.host}:{settings.port} ({error.strerror}).",
            "The address must be this machine's, and the port free.",
            "Choose another --port; 0 takes a free one.",
        ) from error
    with listener:
        yield listener
