"""The server's side of a worker: start it, ask it, call it off, notice when it dies."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from mutoscope.media.credentials import GIVEN
from mutoscope.request import GenerateRequest
from mutoscope.server.settings import Settings

OnEvent = Callable[[dict[str, Any]], None]
LONGEST_LINE = 16 * 2**20
PATIENCE_WITH_CANCEL = 0.6  # seconds that a worker has to stop by itself


def work_on(
    request: GenerateRequest, folder: Path, settings: Settings, models: Sequence[str] | None = None
) -> dict[str, Any]:
    """A request as a worker is told it: its files lie in that folder, the LoRAs that it names in the server's.

    `models`: those that it compares (none: all families); None where it asks for one model's clips.
    """
    loras = None if settings.loras is None else str(settings.loras)
    asked = {"request": request.to_dict(), "folder": str(folder), "loras": loras, "models": models}
    return asked | {"credentials": signed_by(settings)}


def signed_by(settings: Settings) -> dict[str, str] | None:
    """Whose files are signed as, if at all, as a worker is told it."""
    given = {name: getattr(settings, name) for name in GIVEN}
    return None if None in given.values() else {name: str(path) for name, path in given.items()}


class WorkerDiedError(Exception):
    """The worker ended while it was asked something; `status` is its exit status, negative for a signal."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class WorkerFailedError(Exception):
    """The worker could not do what it was asked: a code, and a message for the person who asked."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Process(Protocol):
    """A worker's process, on this machine or another: lines go in, lines come out."""

    @property
    def running(self) -> bool:
        """Whether it can be asked."""

    def write(self, line: bytes) -> None:
        """Send it a line."""

    async def readline(self) -> bytes:
        """The next line that it says; what has no line end is the last of one that has died."""

    def kill(self) -> None:
        """End it now."""

    async def wait(self) -> int | None:
        """Its exit status, when it has ended; None if nobody can tell."""


Launch = Callable[[str, float], Awaitable[Process]]


class LocalProcess:
    """A worker's process on this machine."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.stdin, self.stdout = process, process.stdin, process.stdout

    @property
    def running(self) -> bool:
        """Whether it can be asked."""
        return self.process.returncode is None

    def write(self, line: bytes) -> None:
        """Send it a line."""
        self.stdin.write(line)

    async def readline(self) -> bytes:
        """The next line that it says."""
        return await self.stdout.readline()

    def kill(self) -> None:
        """End it now."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def wait(self) -> int | None:
        """Its exit status, when it has ended."""
        return await self.process.wait()


async def launch(name: str, memory: float, card: str | None = None) -> LocalProcess:
    """A worker on this machine, which sees one graphics card only if that is named. It has a session of its own: Ctrl-C is
    for the server to deal with."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mutoscope.server.worker", name, str(memory)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        start_new_session=True,
        env=os.environ | ({} if card is None else {"CUDA_VISIBLE_DEVICES": card}),
    )
    return LocalProcess(process)


class WorkerProcess:
    """One worker, started when it is first needed and started again when it has died."""

    def __init__(self, name: str, memory: float, launch: Launch = launch) -> None:
        self.name, self.memory = name, memory  # what it is called where processes are listed; GiB
        self.launch = launch
        self.process: Process | None = None
        self.turn = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether there is a process that can be asked."""
        return self.process is not None and self.process.running

    async def start(self) -> Process:
        """A running worker."""
        if self.process is None or not self.process.running:
            self.process = await self.launch(self.name, self.memory)
        return self.process

    async def ask(self, command: dict[str, Any], patience: float, on_event: OnEvent = lambda event: None) -> Any:
        """What the worker answers within `patience` seconds; one thing is asked at a time.

        Errors: WorkerFailedError, WorkerDiedError, TimeoutError (the worker is then ended).
        """
        async with self.turn:
            process = await self.start()
            try:
                self._send(command)
                async with asyncio.timeout(patience):
                    return await self._answer(process, on_event)
            except WorkerFailedError:
                raise
            except BaseException:
                await self.end()  # nobody waits for the answer any more: the next one to ask must get another worker
                raise

    async def _answer(self, process: Process, on_event: OnEvent) -> Any:
        while True:
            event = await self._heard(process)
            if "result" in event:
                return event["result"]
            if "failed" in event:
                raise WorkerFailedError(event["failed"], event["message"])
            on_event(event)

    async def call_off(self) -> None:
        """End the work at hand: by asking, and where that does not help at once, by force."""
        if not self.turn.locked():
            return
        with suppress(OSError):
            self._send({"do": "cancel"})
        try:
            async with asyncio.timeout(PATIENCE_WITH_CANCEL), self.turn:
                pass
        except TimeoutError:
            self.kill()

    def kill(self) -> None:
        """End the process now."""
        if self.process is not None and self.process.running:
            self.process.kill()

    async def end(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        if self.process is not None:
            await self.process.wait()

    def _send(self, command: dict[str, Any]) -> None:
        if self.process is not None:
            self.process.write(json.dumps(command).encode() + b"\n")

    async def _heard(self, process: Process) -> dict[str, Any]:
        line = await process.readline()
        if not line.endswith(b"\n"):
            raise WorkerDiedError(await process.wait())
        event: dict[str, Any] = json.loads(line)
        return event
