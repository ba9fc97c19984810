"""The addresses of the server: each turns a request into one call of the service."""

import asyncio
from collections.abc import AsyncIterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from mutoscope.server import wire
from mutoscope.server.bodies import read_body
from mutoscope.server.documents import (
    ERRORS,
    ERRORS_OF_EVENTS,
    body_of_comparison,
    body_of_json,
    body_of_remix,
    body_of_video,
)
from mutoscope.server.keys import LOCAL
from mutoscope.server.reference import STILL, page_of
from mutoscope.server.refusals import invalid, is_disk_full, no_key, no_such_range
from mutoscope.server.service import Service, unless_deleted
from mutoscope.server.store import GIVEN, Job
from mutoscope.version import __version__

LOOK_AGAIN = 0.2  # seconds between two looks at a job whose progress someone follows
TYPES = {
    "thumbnail": "image/webp",
    "spritesheet": "image/png",
} | dict.fromkeys(GIVEN, "application/octet-stream")
PRIVATE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"}
# The page of a comparison runs a script of its own: apart from everything else that this server shows, and offline.
ALONE = (
    "sandbox allow-scripts; default-src 'none'; media-src data:; img-src data:; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'"
)


class HeldFile(FileResponse):
    """A file that is opened before anything is answered: from then on it can be sent, whoever deletes it meanwhile."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a RefusedError where it is gone already, or has no such part as is asked for."""
        with unless_deleted():
            file = open(self.path, "rb")  # noqa: SIM115  (closed below)
        refused: list[Message] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                refused.append(message)
            if not refused:
                await send(message)

        with file:
            self.path = f"/dev/fd/{file.fileno()}"
            await super().__call__(scope, receive, sent)
        if refused:  # as plain text, which no client of ours would expect
            raise no_such_range(refused[0]["status"], Headers(raw=refused[0]["headers"]).get("content-range"))


async def service_of(request: Request) -> Service:
    """The service behind this server."""
    service: Service = request.app.state.service
    return service


The = Annotated[Service, Depends(service_of)]
bearer = HTTPBearer(auto_error=False, description="A key, where the server was started with --keys.")


async def owner_of(service: The, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    """Whose request it is, by the key shown; without keys everyone is the same local person."""
    if service.keys is None:
        return LOCAL
    owner = service.keys.owner(shown.credentials) if shown else None
    if owner is None:
        raise no_key()
    return owner


Owner = Annotated[str, Depends(owner_of)]


async def owner_with_room(service: The, owner: Owner) -> str:
    """Whose request it is, where the queue has room for it: a full one refuses before it reads what is sent."""
    service.check_queue(owner)
    return owner


Asking = Annotated[str, Depends(owner_with_room)]


async def job_of(video_id: str, service: The, owner: Owner) -> Job:
    """The job that an address names, if it is this client's."""
    return service.job(video_id, owner)


Asked = Annotated[Job, Depends(job_of)]
Number = Annotated[int, Query(ge=0, le=15, description="which of the clips")]
videos = APIRouter(prefix="/v1", tags=["videos"])
house = APIRouter(tags=["server"])


@videos.post("/videos", openapi_extra=body_of_video(), responses=ERRORS("clip", "body", "queue", "disk"))
async def create_video(request: Request, response: Response, service: The, owner: Asking) -> wire.Video:
    """Ask for a video; it is made as soon as a worker is free."""
    body = await read_body(request, service.settings.upload)
    response.headers.update(wire.POLL)
    return service.told(await service.submit(owner, body))


@videos.post("/videos/extensions", openapi_extra=body_of_video(), responses=ERRORS("clip", "body", "queue", "disk"))
async def extend_video(request: Request, response: Response, service: The, owner: Asking) -> wire.Video:
    """Let a clip go on as the prompt says: `video` is the clip, or the id of one that was made here."""
    body = await read_body(request, service.settings.upload)
    if body.earlier is None and "extends" not in body.files:
        cure = 'Send {"video": {"id": "video_…"}, "prompt": "…"}, or the clip as a file.'
        raise invalid("No video was given.", "An extension goes on from one.", cure)
    response.headers.update(wire.POLL)
    return service.told(await service.submit(owner, body))


@videos.post(
    "/videos/comparisons", openapi_extra=body_of_comparison(), responses=ERRORS("clip", "body", "queue", "disk")
)
async def compare_models(request: Request, response: Response, service: The, owner: Asking) -> wire.Video:
    """Ask several models for the same clip: `clips` has one of each, `comparison` what each follows of the words and what
    it took, and /content?variant=comparison shows them side by side, as a video or (format=html) as a page."""
    body = await read_body(request, service.settings.upload)
    response.headers.update(wire.POLL)
    return service.told(await service.submit(owner, body.comparing()))


@videos.post("/videos/read", openapi_extra=body_of_json(), responses=ERRORS("body"))
async def read_prompt(request: Request, service: The, owner: Owner) -> wire.Reading:
    """Say how a prompt is understood and what its video would take, without making it."""
    return await service.read(await read_body(request, service.settings.upload))


@videos.get("/videos", responses=ERRORS("query"))
async def list_videos(
    service: The,
    owner: Owner,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    after: Annotated[str | None, Query(max_length=64)] = None,
    order: Literal["asc", "desc"] = "desc",
    search: Annotated[str, Query(max_length=200)] = "",
) -> wire.VideoList:
    """A page of this client's videos, newest first; `search` looks for words in their prompts."""
    jobs = service.store.page(owner, limit=limit + 1, after=after, newest_first=order == "desc", search=search)
    told = [service.told(job) for job in jobs[:limit]]
    ends = (told[0].id, told[-1].id) if told else (None, None)
    return wire.VideoList(data=told, first_id=ends[0], last_id=ends[1], has_more=len(jobs) > limit)


@videos.get("/videos/{video_id}", responses=ERRORS("id"))
async def retrieve_video(job: Asked, service: The, response: Response) -> wire.Video:
    """A video: how far it is, and what came of it."""
    response.headers.update(wire.POLL)
    return service.told(job)


@videos.get("/videos/{video_id}/events", response_class=EventSourceResponse, responses=ERRORS_OF_EVENTS("id"))
async def follow_video(job: Asked, service: The) -> AsyncIterable[ServerSentEvent]:
    """The video each time that something about it changes, until it has ended (server-sent events)."""
    last = None
    while (now := service.store.get(job.id, job.owner)) is not None:
        told = service.told(now)
        seen = told.model_dump(exclude={"seconds_left"})
        if seen != last:
            yield ServerSentEvent(event="progress", data=told)
            last = seen
        if told.status in ("completed", "failed"):
            return
        await asyncio.sleep(LOOK_AGAIN)


@videos.head("/videos/{video_id}/content", response_class=FileResponse, include_in_schema=False)
@videos.get(
    "/videos/{video_id}/content",
    response_class=FileResponse,
    responses=ERRORS("id", "query", "range", "disk")
    | {
        200: {"description": "The file.", "content": {kind: {} for kind in (*wire.FORMATS.values(), *TYPES.values())}},
        206: {"description": "The part of it that was asked for (Range)."},
    },
)
async def download_content(
    job: Asked,
    service: The,
    variant: Literal[
        "video", "comparison", "thumbnail", "spritesheet", "preview", "photo", "last", "mask", "extends"
    ] = "video",
    format: Annotated[
        Literal["mp4", "webm", "gif", "html"], Query(description="of a video or a comparison; html is for the latter")
    ] = "mp4",
    number: Number = 0,
) -> FileResponse:
    """The clip, a picture of it, or a file that it was made from; a part of it where a Range is asked for."""
    path = await service.content(job, variant, number, format)
    kind = TYPES.get(variant) or wire.FORMATS.get(path.suffix[1:], "image/webp")
    name = f"{job.id}-{path.name}"
    safe = PRIVATE | ({"Content-Security-Policy": ALONE} if path.suffix == ".html" else {})
    disposition = "attachment" if variant in GIVEN else "inline"
    return HeldFile(path, media_type=kind, filename=name, headers=safe, content_disposition_type=disposition)


@videos.get(
    "/videos/{video_id}/attention",
    response_class=FileResponse,
    responses=ERRORS("id", "query", "range", "look", "disk")
    | {200: {"description": "The picture: a row of frames for each word.", "content": {"image/png": {}}}},
)
async def show_attention(job: Asked, service: The, number: Number = 0) -> FileResponse:
    """Which words each part of each frame looks at while the clip is drawn, as a picture; of clips that a family draws."""
    return HeldFile(await service.attention(job, number), media_type="image/png", headers=PRIVATE)


@videos.post("/videos/{video_id}/cancel", responses=ERRORS("id", "disk"))
async def cancel_video(job: Asked, service: The) -> wire.Video:
    """End a video that is queued or in progress: it fails with the code `cancelled`. On a full disk that cannot be written
    down; one in progress is ended all the same."""
    return service.told(await service.cancel(job))


@videos.post("/videos/{video_id}/remix", openapi_extra=body_of_remix(), responses=ERRORS("id", "body", "queue", "disk"))
async def remix_video(request: Request, response: Response, job: Asked, service: The, owner: Asking) -> wire.Video:
    """The same photo and settings again, but for what the body says (null leaves out a file that the video was given); an empty
    body makes the same clip once more, and one with `models` lets those models make it side by side."""
    body = await read_body(request, service.settings.upload)
    body = body.comparing() if "models" in body.wishes else body
    response.headers.update(wire.POLL)
    return service.told(await service.submit(owner, body, remixed_from=job))


@videos.delete("/videos/{video_id}", responses=ERRORS("id", "disk"))
async def delete_video(job: Asked, service: The) -> wire.Deleted:
    """Remove a video with its files; it is ended first if need be. The files go before anything is written, so that a full
    disk has room again; where others have taken that too, delete it once more later."""
    await service.delete(job)
    return wire.Deleted(id=job.id)


@videos.get("/models", responses=ERRORS())
async def list_models(service: The, owner: Owner) -> wire.ModelList:
    """The models that can be asked for."""
    return wire.ModelList(data=[wire.Model(**model) for model in await service.models()])


@house.get("/health", responses={503: {"model": wire.Health, "description": "No worker can go on; `why` tells."}})
async def health(service: The, response: Response) -> wire.Health:
    """That the server lives, and that clips can be made."""
    standstill, why = service.dispatcher.standstill, None
    if standstill is not None:  # what it says may name paths, and this is told to everyone
        full = "The server's disk is full."
        why = full if is_disk_full(standstill) else "No worker can go on; the server's log tells why."
        response.status_code = 503
    return wire.Health(
        status="ok" if why is None else "stuck",
        why=why,
        version=__version__,
        waiting=service.store.waiting(),
        running=len(service.dispatcher.running),
    )


@house.get(
    "/metrics",
    response_class=Response,
    responses=ERRORS() | {200: {"description": "Counts, as Prometheus reads them.", "content": {"text/plain": {}}}},
)
async def metrics(service: The, owner: Owner) -> Response:
    """What the server has done so far, for Prometheus."""
    service.metrics.waiting.set(service.store.waiting())
    service.metrics.running.set(len(service.dispatcher.running))
    service.metrics.stuck.set(len(service.dispatcher.stuck))
    return Response(service.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@house.get("/docs", include_in_schema=False)
async def reference(request: Request) -> HTMLResponse:
    """What may be asked, for people; programs read /openapi.json."""
    return HTMLResponse(page_of(request.app.openapi()), headers={"Content-Security-Policy": STILL})


def routers() -> list[APIRouter]:
    """All addresses."""
    return [videos, house]


def answer(status: int, code: str, message: str, headers: Any = None) -> Response:
    """An error in the shape that OpenAI's clients expect."""
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    kind = "server_error" if status >= 500 else kind
    error = wire.ErrorAnswer(error=wire.ErrorBody(message=message, type=kind, code=code))
    return Response(error.model_dump_json(), status, headers, "application/json")
