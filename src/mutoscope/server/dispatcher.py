"""Takes jobs from the store, one for each worker, until they are done; survives its workers."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mutoscope.devices import graphics_cards
from mutoscope.progress import STAGES, Stage
from mutoscope.request import HUB
from mutoscope.server.cluster import Cluster
from mutoscope.server.metrics import Metrics
from mutoscope.server.process import Launch, WorkerDiedError, WorkerFailedError, WorkerProcess, launch, work_on
from mutoscope.server.settings import Settings
from mutoscope.server.store import Job, Store

MOST_ATTEMPTS = 2
PAUSE = 1.0  # seconds until what did not work is tried again
PATIENCE_WITH_DISK = 5.0  # seconds in which it must be possible to write down that a job was ended
# Which part of a clip's work each stage is, roughly, in the order of STAGES: a bar must only move forward, and about evenly.
MOVED = dict(zip(STAGES, (0.02, 0.15, 0.08, 0.5, 0, 0.25), strict=True))
DRAWN = dict(zip(STAGES, (0.02, 0.03, 0.45, 0.1, 0.2, 0.2), strict=True))
LARGE = dict(zip(STAGES, (0.1, 0.02, 0.75, 0.1, 0, 0.03), strict=True))
log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Running:
    """A job in progress: how far it is, as its worker tells."""

    job: Job
    worker: WorkerProcess
    started: float = field(default_factory=time.monotonic)
    stage: Stage = "load"
    share: float = 0.0  # of the whole work, 0..1
    previews: int = 0
    cancelled: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, event: dict[str, Any]) -> None:
        """Take note of what the worker tells."""
        if "preview" in event:
            self.previews += 1
            return
        self.stage = event["stage"]
        before = sum(self._shares[stage] for stage in STAGES[: STAGES.index(self.stage)])
        of_clip = before + self._shares[self.stage] * event["done"] / max(event["total"], 1)
        self.share = max(self.share, (event["clip"] + of_clip) / event["of"])

    @property
    def _shares(self) -> dict[Stage, float]:
        model = self.job.request.model
        return MOVED if model == "motion" else LARGE if model.startswith(HUB) else DRAWN

    @property
    def seconds_left(self) -> float:
        """By the estimate at first, then by the pace seen."""
        passed = time.monotonic() - self.started
        rest = 1 - self.share
        return self.job.expected * rest if self.share < 0.1 else passed / self.share * rest


class Dispatcher:
    """Workers, each of which makes one job after another."""

    def __init__(self, store: Store, settings: Settings, metrics: Metrics, cluster: Cluster | None = None) -> None:
        self.store, self.settings, self.metrics = store, settings, metrics
        self.running: dict[str, Running] = {}
        launches = cluster.launches if cluster else _launches_here(int(settings.workers))
        self.workers = [WorkerProcess(f"maker-{n}", settings.memory, how) for n, how in enumerate(launches)]
        self.stuck: dict[str, Exception] = {}  # workers that cannot go on, by name, and why; they keep trying
        self.more = asyncio.Condition()

    @property
    def standstill(self) -> Exception | None:
        """Why no worker at all can go on, if so."""
        return next(iter(self.stuck.values()), None) if len(self.stuck) == len(self.workers) else None

    async def run(self) -> None:
        """Work until cancelled; what was in progress then waits for the next server."""
        await self._insist(self._resume, *self.workers)
        try:
            async with asyncio.TaskGroup() as tasks:
                for worker in self.workers:
                    tasks.create_task(self._work(worker))
        finally:
            for worker in self.workers:
                await worker.end()

    def _resume(self) -> None:
        """Let what the last server was at wait again; where that fails half-way, the rest can be done later."""
        for job in self.store.interrupted():
            if job.attempts > MOST_ATTEMPTS:  # perhaps it is what ends servers
                self._failed(job, "worker_died", "The server ended each time that this was tried.")
            else:
                self.store.clear(job.id)
                self.store.requeue(job.id, tried=True)

    async def wake(self) -> None:
        """Tell the workers that there is something to do."""
        async with self.more:
            self.more.notify_all()

    async def cancel(self, job: Job) -> None:
        """End a job that is queued or in progress; nothing happens to one that has ended."""
        if not await self.stop(job) and job.status == "queued":
            self.store.fail(job.id, "cancelled", "The job was cancelled.")
            self.metrics.ended.labels("cancelled").inc()

    async def stop(self, job: Job, *, discard: bool = False) -> bool:
        """Whether the job was in progress; it is no more then. Errors: what keeps that from being written down.

        `discard`: its files go first, so that a full disk has room for it.
        """
        if (running := self.running.get(job.id)) is None:
            return False
        running.cancelled = True
        await running.worker.call_off()
        if discard:
            self.store.discard(job.id)
        try:
            async with asyncio.timeout(PATIENCE_WITH_DISK):
                await running.ended.wait()
        except TimeoutError as late:
            raise self.stuck.get(running.worker.name, late) from None
        return True

    async def _work(self, worker: WorkerProcess) -> None:
        while True:
            try:
                await worker.ask({"do": "warm"}, self.settings.patience)  # at once, but for the first time
                self._goes_on(worker)
                await self._make(worker, await self._next())
            except Exception as error:  # of any kind, a cluster's too: nobody would notice that this loop had ended
                await self._waits(error, worker)

    async def _insist(self, act: Callable[[], None], *workers: WorkerProcess) -> None:
        """Do what these workers cannot go on without; where it fails (a full disk, say), again until it works."""
        while True:
            try:
                act()
            except Exception as error:
                await self._waits(error, *workers)
            else:
                return self._goes_on(*workers)

    async def _waits(self, error: Exception, *workers: WorkerProcess) -> None:
        names = [worker.name for worker in workers]
        if any(repr(self.stuck.get(name)) != repr(error) for name in names):  # said once, however long it lasts
            log.error("%s cannot go on, and will try again: %r", ", ".join(names), error)
        self.stuck |= dict.fromkeys(names, error)
        await asyncio.sleep(PAUSE)

    def _goes_on(self, *workers: WorkerProcess) -> None:
        for worker in workers:
            self.stuck.pop(worker.name, None)

    async def _next(self) -> Job:
        async with self.more:
            while (job := self.store.claim()) is None:
                await self.more.wait()
            return job

    async def _make(self, worker: WorkerProcess, job: Job) -> None:
        running = self.running[job.id] = Running(job=job, worker=worker)
        try:
            ending = await self._outcome(running)
        except asyncio.CancelledError:  # the server is stopped in good order
            self.store.clear(job.id)
            self.store.requeue(job.id, tried=False)
            raise
        else:
            await self._insist(ending, worker)
        finally:
            del self.running[job.id]
            running.ended.set()

    async def _outcome(self, running: Running) -> Callable[[], None]:
        """What is to be written down when the worker has done the job, or has not."""
        job, worker = running.job, running.worker
        work = work_on(job.request, self.store.folder(job.id), self.settings, job.models)
        asked = {"do": "generate" if job.models is None else "compare", **work}
        try:
            made = await worker.ask(asked, self.settings.patience, running.hear)
        except WorkerFailedError as failure:
            if failure.code == "out_of_memory":
                await worker.end()  # what is left of its memory may be in pieces
            return partial(self._failed, job, failure.code, failure.message)
        except TimeoutError:
            taken = f"The job took longer than {self.settings.patience} seconds. Ask for less in one clip."
            return partial(self._failed, job, "timeout", taken)
        except Exception as loss:  # it died, or was lost with its machine, for which a cluster has errors of its own
            return self._after_loss(running, loss)
        self.metrics.ended.labels("completed").inc()
        self.metrics.seconds.observe(time.monotonic() - running.started)
        return partial(self.store.complete, job.id, **made)

    def _after_loss(self, running: Running, loss: Exception) -> Callable[[], None]:
        job = running.job
        if running.cancelled:
            return partial(self._failed, job, "cancelled", "The job was cancelled.")
        self.metrics.deaths.inc()
        how = f"status {loss.status}" if isinstance(loss, WorkerDiedError) else type(loss).__name__
        log.error("worker lost at job %s, attempt %d: %r", job.id, job.attempts, loss)
        if job.attempts < MOST_ATTEMPTS:

            def again() -> None:
                self.store.clear(job.id)
                self.store.requeue(job.id, tried=True)

            return again
        why = f"The worker ended ({how}) each of the {job.attempts} times that it tried. "
        cure = "If the machine ran out of memory, ask for a smaller size, fewer seconds or a lower fps."
        return partial(self._failed, job, "worker_died", why + cure)

    def _failed(self, job: Job, code: str, message: str) -> None:
        self.store.clear(job.id)
        self.store.fail(job.id, code, message)
        self.metrics.ended.labels(code).inc()


def _launches_here(count: int) -> list[Launch]:
    """How each worker on this machine is started: on the graphics cards by turns, where there are any."""
    cards: list[str | None] = [*graphics_cards()] or [None]
    return [partial(launch, card=cards[n % len(cards)]) for n in range(count)]
