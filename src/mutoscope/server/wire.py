"""What the server answers, in the shape of OpenAI's Videos API, with more fields where there is more to say."""

from typing import Any, Literal

from pydantic import BaseModel

from mutoscope.errors import MutoscopeError
from mutoscope.progress import Stage
from mutoscope.server.dispatcher import Running
from mutoscope.server.store import GIVEN, Job, Status

FORMATS = {"mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "html": "text/html"}
POLL = {"openai-poll-after-ms": "500"}


class ErrorBody(BaseModel):
    """What went wrong: the message holds the problem, the rule and the cure."""

    message: str
    type: str
    param: str | None = None
    code: str


class ErrorAnswer(BaseModel):
    """An error, as OpenAI's clients expect it."""

    error: ErrorBody


class VideoError(BaseModel):
    """Why a job failed: cancelled, out_of_memory, worker_died, timeout, disk_full, or as a request is refused."""

    code: str
    message: str


class Contender(BaseModel):
    """What one of several models made of the sentence, and what it took."""

    name: str
    weights: str  # the beginning of their sha256
    score: str
    followed: list[str]  # what the sentence says and the clip shows, in the sentence's words
    not_followed: list[str]
    not_read: list[str]
    unread_because: str | None  # why nothing could be read of the clip
    steps: int
    seconds: dict[str, float]  # by stage
    peak_memory: int | None  # bytes; None where the system does not tell that of one clip


class Absent(BaseModel):
    """A model that made nothing, why, and what to do about it."""

    name: str
    problem: str
    rule: str
    cure: str
    code: str = MutoscopeError.code  # earlier versions told none


class Comparison(BaseModel):
    """How models compare; before the end, only which are compared."""

    models: list[str]  # none: all families that draw
    contenders: list[Contender] = []  # one for each of the clips
    absent: list[Absent] = []


class Video(BaseModel):
    """A video job."""

    id: str
    object: Literal["video"] = "video"
    model: str
    status: Status
    progress: int  # 0 to 100
    created_at: int
    completed_at: int | None
    expires_at: int | None = None  # a clip stays until it is deleted
    seconds: str
    size: str
    prompt: str
    error: VideoError | None
    remixed_from_video_id: str | None
    stage: Stage | None
    seconds_left: float | None
    ahead: int | None  # how many jobs are before it in the queue
    preview: int  # how many looks at it there have been so far; the last one: /content?variant=preview
    request: dict[str, Any]  # all that was asked, defaults included
    clips: list[dict[str, Any]]  # for each variant (or model), what its manifest says
    comparison: Comparison | None  # of a job that compares models


class VideoList(BaseModel):
    """A page of jobs."""

    object: Literal["list"] = "list"
    data: list[Video]
    first_id: str | None
    last_id: str | None
    has_more: bool


class Deleted(BaseModel):
    """A job that is no more."""

    id: str
    object: Literal["video.deleted"] = "video.deleted"
    deleted: Literal[True] = True


class Model(BaseModel):
    """A model that can be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "mutoscope"
    licence: str | None  # None: not known
    can: list[str]  # what it takes, in words


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[Model]


class Estimate(BaseModel):
    """What a clip will take and be."""

    seconds: float
    memory_bytes: int
    width: int
    height: int
    frames: int


class Reading(BaseModel):
    """How a prompt is understood before anything is made."""

    unknown: list[dict[str, Any]]  # word, near: known words that look like it
    impossible: list[dict[str, Any]]  # word, reason
    segments: list[dict[str, Any]]  # text, start, end
    problem: str | None  # why no clip could be made of it
    code: str | None  # of the problem, as errors have one
    estimate: Estimate


class Health(BaseModel):
    """That the server lives and can make clips, and how busy it is."""

    status: Literal["ok", "stuck"]  # stuck: no worker can go on; each keeps trying, and jobs wait
    why: str | None  # it is stuck
    version: str
    waiting: int
    running: int


def video(job: Job, running: Running | None, ahead: int | None) -> Video:
    """A job as it is told."""
    progress = 100 if job.status == "completed" else int(100 * running.share) if running else 0
    made = job.clips[0] if job.clips else {"width": job.width, "height": job.height}
    asked = {name: value for name, value in job.request.to_dict().items() if name not in GIVEN}
    return Video(
        id=job.id,
        model=job.request.model if job.models is None else ", ".join(job.models) or "all",
        status=job.status,
        progress=progress,
        created_at=int(job.created),
        completed_at=int(job.finished) if job.finished and job.status == "completed" else None,
        seconds=f"{job.request.seconds:g}",
        size=f"{made['width']}x{made['height']}",
        prompt=job.request.prompt,
        error=VideoError(**job.error) if job.error else None,
        remixed_from_video_id=job.remixed_from,
        stage=running.stage if running else None,
        seconds_left=round(running.seconds_left, 1) if running else None,
        ahead=ahead,
        preview=running.previews if running else 0,
        request=asked | {name: getattr(job.request, name) is not None for name in GIVEN},
        clips=job.clips,
        comparison=None if job.comparison is None else Comparison(**job.comparison),
    )
