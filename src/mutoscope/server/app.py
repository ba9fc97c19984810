"""The application: the routes over a service, and how errors are told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from mutoscope.errors import MutoscopeError
from mutoscope.server.cluster import Cluster
from mutoscope.server.refusals import RefusedError, trouble
from mutoscope.server.routes import answer, routers
from mutoscope.server.service import Service
from mutoscope.server.settings import Settings, is_loopback
from mutoscope.version import __version__


def build_app(settings: Settings) -> FastAPI:
    """A server with its own service, which lives as long as the application runs."""
    cluster = Cluster(settings.workers, settings.data) if settings.on_ray else None

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        service = app.state.service = Service(settings, cluster)
        work = asyncio.create_task(service.dispatcher.run())
        asyncio.create_task(service.models()).add_done_callback(_forget)  # so that the desk is ready early
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait([work])
            await service.end()

    app = FastAPI(
        title="Mutoscope",
        version=__version__,
        summary="A sentence and a photo become a short video.",
        lifespan=life,
        docs_url=None,  # those pages would fetch their scripts from another server
        redoc_url=None,
    )
    for router in routers():
        app.include_router(router)
    if settings.keys is None:
        app.add_middleware(OwnPagesOnly)
    _tell_errors(app)
    return app


class OwnPagesOnly:
    """Without keys, other web pages in the same browser must not use the server: not directly (they name their Origin),
    and not by giving their own name this machine's address (they name it as the Host)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what comes from this machine's own pages and programs."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            host, origin = headers.get("host", ""), headers.get("origin")
            if not is_loopback(_name(f"//{host}")) or (origin is not None and urlsplit(origin).netloc != host):
                error = "The request came from another web page. Without --keys only this machine's own are served."
                await answer(403, "forbidden", error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _tell_errors(app: FastAPI) -> None:
    """Every error is one kind of answer, and is counted."""

    def told(status: int, code: str, message: str, headers: Any = None) -> Response:
        app.state.service.metrics.refused.labels(str(status)).inc()
        return answer(status, code, message, headers)

    @app.exception_handler(RefusedError)
    async def refused(request: Request, error: RefusedError) -> Response:
        return told(error.status, error.code, error.message, error.headers)

    @app.exception_handler(MutoscopeError)
    async def taught(request: Request, error: MutoscopeError) -> Response:
        return told(400, error.code, str(error))

    @app.exception_handler(RequestValidationError)
    async def misread(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return told(
            400, "invalid_request", f"{first['loc'][-1]}: {first['msg']}. GET /openapi.json tells what may be sent."
        )

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return told(error.status_code, "invalid_request", str(error.detail), error.headers)

    @app.exception_handler(sqlite3.OperationalError)
    @app.exception_handler(OSError)
    async def unable(request: Request, error: Exception) -> Response:
        if (told := trouble(error)) is None:
            raise error
        return await refused(request, told)


def _forget(task: "asyncio.Task[Any]") -> None:
    if not task.cancelled():
        task.exception()
