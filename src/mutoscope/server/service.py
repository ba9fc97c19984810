"""What can be asked of the server, whichever way it is asked: submit, look, fetch, cancel, delete, remix, read."""

import asyncio
import logging
import math
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from mutoscope.request import DRAWS, HUB, GenerateRequest
from mutoscope.server import wire
from mutoscope.server.bodies import Body
from mutoscope.server.cluster import Cluster
from mutoscope.server.dispatcher import Dispatcher
from mutoscope.server.keys import Keys, read_keys
from mutoscope.server.metrics import Metrics
from mutoscope.server.process import WorkerDiedError, WorkerFailedError, WorkerProcess, signed_by, work_on
from mutoscope.server.refusals import RefusedError, disk_full, invalid, not_found, queue_full
from mutoscope.server.settings import Settings
from mutoscope.server.store import GIVEN, Job, Store

QUICK = 60  # seconds that reading a prompt or decoding a photo may take
PATIENCE_WITH_FILES = 300  # seconds that another kind of file may take
MOST_DERIVED = 4  # files of other kinds that are made at once: each takes a process
_LORA = re.compile(r"([^:,/\\]+)(:(\d+(\.\d*)?|\.\d+))?")  # a name, and how strongly it counts
log = logging.getLogger(__name__)


class Service:
    """A server without its HTTP. The `desk` is a worker that answers quick questions; clips are the dispatcher's."""

    def __init__(self, settings: Settings, cluster: Cluster | None = None) -> None:
        self.settings = settings
        self.keys: Keys | None = read_keys(settings.keys) if settings.keys else None
        self.store = Store(settings.data)
        self.store.sweep()  # now, as later there are uploads that are not jobs yet
        self.metrics = Metrics()
        self.dispatcher = Dispatcher(self.store, settings, self.metrics, cluster)
        self.desk = WorkerProcess("desk", settings.memory)
        self.coming: dict[str, int] = {}  # requests being looked at, by owner: they count as waiting
        self.deriving = asyncio.Semaphore(MOST_DERIVED)
        self.turns = WeakValueDictionary[Path, asyncio.Lock]()  # a file's, for those who want it derived
        self._models: list[dict[str, Any]] = []

    async def end(self) -> None:
        """Let go of everything."""
        await self.desk.end()
        self.store.close()

    def check_queue(self, owner: str) -> None:
        """Nothing, or a RefusedError where no more may wait."""
        coming, limits = self.coming.get(owner, 0), self.settings
        everyone, own = self.store.waiting() + sum(self.coming.values()), self.store.waiting(owner) + coming
        if everyone >= limits.queue or own >= limits.jobs_per_key:
            whose = "on this server" if everyone >= limits.queue else "for one client"
            one_job = self.store.backlog() / max(self.store.waiting(), 1) / len(self.dispatcher.workers)
            waiting = everyone if everyone >= limits.queue else own
            raise queue_full(waiting, whose, retry_after=max(1, math.ceil(one_job)))

    async def submit(self, owner: str, body: Body, remixed_from: Job | None = None) -> Job:
        """A new job, its files kept and its request checked; or a RefusedError, and then nothing is kept."""
        self.check_queue(owner)
        models = body.models if body.models is not None or remixed_from is None else remixed_from.models
        if models is not None and "model" in body.wishes:
            raise invalid(
                "One model was named for a comparison.", "It names models.", 'Write "models", or leave it out.'
            )
        self.coming[owner] = self.coming.get(owner, 0) + 1
        job_id = f"video_{secrets.token_hex(12)}"
        folder = self.store.folder(job_id)
        try:
            folder.mkdir()
            wishes, source = _wishes_of(remixed_from, models), remixed_from
            if remixed_from is not None:
                await self._copy_files(remixed_from, folder, body.without)
            if body.earlier is not None:
                source = await self._copy_clip(body.earlier, owner, folder)
            await body.keep(folder)
            given = {path.name: path.name for path in folder.iterdir()}
            request = GenerateRequest.from_dict({**wishes, **body.wishes, **given})
            job = await self._checked(job_id, owner, request, source, models)
            self.store.add(job)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            self.coming[owner] -= 1
            if not self.coming[owner]:
                del self.coming[owner]
        await self.dispatcher.wake()
        return job

    async def read(self, body: Body) -> wire.Reading:
        """How a prompt is understood and what its clip would take; nothing is kept."""
        request = GenerateRequest.from_dict({"model": "motion"} | body.wishes)  # no photo is sent here to tell by
        await self._check_model(request)
        extends = body.earlier is not None or "extends" in body.files
        return wire.Reading(**await self._at_desk({"do": "read", "request": request.to_dict(), "extends": extends}))

    async def models(self) -> list[dict[str, Any]]:
        """The models that can be asked for, each with its `id` and what is to be said of it."""
        if not self._models:
            self._models = await self._at_desk({"do": "list_models"})
        return self._models

    def job(self, job_id: str, owner: str) -> Job:
        """That job of that owner; a RefusedError where there is none."""
        job = self.store.get(job_id, owner)
        if job is None:
            raise not_found("such video")
        return job

    def told(self, job: Job) -> wire.Video:
        """A job as it is told, with its progress."""
        ahead = self.store.ahead(job.id) if job.status == "queued" else None
        return wire.video(job, self.dispatcher.running.get(job.id), ahead)

    async def cancel(self, job: Job) -> Job:
        """The job, ended if it had not ended."""
        await self.dispatcher.cancel(job)
        return self.job(job.id, job.owner)

    async def delete(self, job: Job) -> None:
        """The job and its files, gone."""
        if not await self.dispatcher.stop(job, discard=True) and job.status == "queued":
            self.metrics.ended.labels("cancelled").inc()
        self.store.delete(job.id)

    async def content(self, job: Job, variant: str, number: int, kind: str) -> Path:
        """The file of a clip or a picture of it; what was not made with the clip is made when it is first asked for."""
        folder = self.store.folder(job.id)
        if variant == "preview":
            with unless_deleted():
                looks = sorted(folder.glob("preview.*"), key=lambda look: look.stat().st_mtime)
            return _there(looks[-1] if looks else folder / "preview.mp4", "preview of this video yet")
        if variant in GIVEN:
            return _there(folder / variant, f"{variant!r} of this video", "It was made without one.")
        if job.status != "completed":
            raise not_found(f"content yet: the video is {job.status}", "Wait until its status is completed.")
        if variant == "thumbnail":
            return _there(folder / f"thumbnail-{number}.webp", "thumbnail of this video")
        if variant == "comparison":
            cure = "POST /v1/videos/comparisons makes one."
            clip = _there(folder / "compare.mp4", "comparison in this video", cure)
        else:
            clip = _clip(folder, number)
        target = clip.with_suffix(".png" if variant == "spritesheet" else f".{kind}")
        if kind == "html":
            return _there(target, "page of this clip", "Only a comparison has one.")
        await self._derive("convert", clip, target)
        return target

    async def attention(self, job: Job, number: int) -> Path:
        """A picture of the words that each part of a clip looks at, drawn when it is first asked for."""
        if job.status != "completed":
            raise not_found(f"content yet: the video is {job.status}", "Wait until its status is completed.")
        clip = _clip(self.store.folder(job.id), number)
        target = clip.with_name(f"attention-{number}.png")
        await self._derive("look", clip, target)
        return target

    async def _copy_files(self, old: Job, folder: Path, without: frozenset[str]) -> None:
        """What an earlier job was given, for a remix that neither brings something else nor wants to be without it."""
        for name in GIVEN:
            if name not in without and (given := self.store.folder(old.id) / name).exists():
                await _copy(given, folder / name)

    async def _copy_clip(self, clip: str, owner: str, folder: Path) -> Job:
        """The clip that is to go on, `ID` or `ID:NUMBER`; its job. What becomes of the first one later is then all the same."""
        job_id, _, number = clip.partition(":")
        source = self.job(job_id, owner)
        await _copy(await self.content(source, "video", int(number or 0), "mp4"), folder / "extends")
        return source

    async def _checked(
        self, job_id: str, owner: str, request: GenerateRequest, remixed_from: Job | None, models: list[str] | None
    ) -> Job:
        limits = self.settings
        await self._check_model(request)
        if models is not None:
            models = await self._compared(request, models)
        _check_loras(request, limits.loras)
        if request.seconds > limits.seconds:
            rule = f"Here a clip may have {limits.seconds:g}."
            raise invalid(f"The clip would have {request.seconds:g} seconds.", rule, "Ask for fewer seconds.")
        folder = self.store.folder(job_id)
        expected = await self._at_desk({"do": "check", **work_on(request, folder, limits, models)})
        width, height, frames = expected["width"], expected["height"], expected["frames"]
        if width * height * frames > limits.megapixels * 1_000_000:
            size = f"{frames} frames of {width}x{height}"
            rule = f"Here a clip may have {limits.megapixels} million pixels."
            raise invalid(f"The clip would have {size}.", rule, "Ask for a smaller size, fewer seconds or a lower fps.")
        return Job(
            id=job_id,
            owner=owner,
            request=request,
            width=width,
            height=height,
            expected=expected["seconds"],
            created=time.time(),
            remixed_from=remixed_from.id if remixed_from else None,
            comparison=None if models is None else {"models": models},
        )

    async def _compared(self, request: GenerateRequest, names: list[str]) -> list[str]:
        """The models that are to be compared, each once and by its own name."""
        if (request.variants, request.keep) != (1, 0):
            rule = "A comparison makes one clip of each model."
            raise invalid("Variants of a comparison were asked for.", rule, "Leave out variants and keep.")
        requests = {named.model: named for named in (replace(request, model=name) for name in names)}
        for named in requests.values():
            await self._check_model(named)
        return list(requests)

    async def _check_model(self, request: GenerateRequest) -> None:
        names = [model["id"] for model in await self.models()]
        if request.model in names:  # a folder of the server is not for clients to name
            return
        cure = "Choose one of them."
        if request.model.startswith(HUB):
            cure = f"Choose one of them, or have it fetched where the server runs: mutoscope models --fetch {request.model[4:64]}"
        raise invalid(f"There is no model {request.model[:60]!r} here.", f"There are {', '.join(names)}.", cure)

    async def _at_desk(self, command: dict[str, Any]) -> Any:
        try:
            if not self.desk.running:  # what a busy machine takes to start one is nobody's fault
                await self.desk.ask({"do": "warm"}, self.settings.patience)
            return await self.desk.ask(command, QUICK)
        except WorkerFailedError as failure:
            raise RefusedError(400, failure.code, failure) from failure
        except (
            WorkerDiedError,
            TimeoutError,
        ) as failure:  # decoders are fed with anything; the next question starts a new desk
            log.error("the desk could not answer %s: %r", command["do"], failure)
            raise invalid(
                "The request could not be looked at.",
                "Its picture or clip may be damaged.",
                "Save it again, as JPEG or as MP4.",
            ) from failure

    async def _derive(self, how: str, clip: Path, target: Path) -> None:
        """Make a file from a clip, if it is not there yet: once, whoever else asks for it meanwhile."""
        turn = self.turns.setdefault(target, asyncio.Lock())
        async with turn:
            if not target.exists():
                async with self.deriving:
                    await self._derived(how, clip, target)

    async def _derived(self, how: str, clip: Path, target: Path) -> None:
        """The same in a process that ends with it, and in a folder that goes with it, whatever it has left there."""
        worker = WorkerProcess(f"{how}er", self.settings.memory)
        with tempfile.TemporaryDirectory(dir=self.settings.incoming) as folder:
            made = Path(folder) / target.name
            asked = {"do": how, "clip": str(clip), "target": str(made), "credentials": signed_by(self.settings)}
            try:
                await worker.ask(asked, PATIENCE_WITH_FILES)
            except (WorkerFailedError, WorkerDiedError, TimeoutError) as failure:
                _there(clip, "such video any more")
                if isinstance(failure, WorkerFailedError):
                    full = failure.code == "disk_full"
                    raise (disk_full() if full else RefusedError(400, failure.code, failure)) from failure
                raise invalid(
                    "The file could not be made of the clip.", "It took too much.", "Take the MP4."
                ) from failure
            finally:
                await worker.end()
            with unless_deleted():
                made.replace(target)


def _wishes_of(job: Job | None, models: list[str] | None) -> dict[str, Any]:
    """What an earlier job asked for, without its files; a comparison has no model of its own and no variants."""
    alone = {} if models is None else {"model": DRAWS, "variants": 1, "keep": 0}
    if job is None:
        return alone
    return {**job.request.to_dict(), **dict.fromkeys(GIVEN), **alone}


def _check_loras(request: GenerateRequest, folder: Path | None) -> None:
    """LoRAs are files of the server: only those that its folder holds can be asked for, by name."""
    names = sorted(path.name for path in folder.iterdir()) if folder is not None else []
    for part in request.lora.split(",") if request.lora is not None else ():
        found = _LORA.fullmatch(part.strip())
        if found is None or found[1] not in names:
            name = part.strip()
            rule = f"There are {', '.join(names)[:500]}." if names else "The server was started without --loras DIR."
            raise invalid(
                f"There is no LoRA {name[:60]!r} here.", rule, "Choose one of them, or leave out lora.", "unknown_lora"
            )


@contextmanager
def unless_deleted() -> Iterator[None]:
    """A client may delete a video while another of its requests reads the files: those are then not found."""
    try:
        yield
    except FileNotFoundError as error:
        raise not_found("such video any more") from error


async def _copy(source: Path, target: Path) -> None:
    """In a thread: others are answered while a large file is copied."""
    with unless_deleted():
        await asyncio.to_thread(shutil.copyfile, source, target)


def _clip(folder: Path, number: int) -> Path:
    return _there(folder / f"clip-{number}.mp4", f"clip {number} of this video", "Its clips are counted from 0.")


def _there(path: Path, what: str, cure: str = "GET /v1/videos tells what there is.") -> Path:
    if not path.is_file():
        raise not_found(what, cure)
    return path
