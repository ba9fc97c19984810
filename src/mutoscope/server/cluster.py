"""Workers on other machines: the same processes, each beside a Ray actor that passes its lines on."""

import os
import socket
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from mutoscope.errors import MutoscopeError
from mutoscope.server.process import Launch, LocalProcess, launch


class Cluster:
    """The machines of a Ray cluster, which see the server's data under the same path."""

    def __init__(self, address: str, data: Path) -> None:
        """Connect to `ray://HOST:PORT`; plain `ray` takes the cluster of this machine, or starts one."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray would tell its makers what it runs on
        import ray

        try:
            ray.init(None if address == "ray" else address, logging_level="warning")
        except (ConnectionError, ImportError) as error:  # Ray's client is a part of Ray that may be missing
            reason = str(error).strip().partition("\n")[0]
            rule = f"A Ray cluster must answer there ({reason})."
            cure = (
                "Start one: ray start --head --ray-client-server-port 10001. One that has a token wants RAY_AUTH_MODE=token "
                "here, and that token in RAY_AUTH_TOKEN. Or say how many workers run on this machine."
            )
            raise MutoscopeError(f"No workers can be had from {address}.", rule, cure) from error
        self.ray, self.data = ray, data.resolve()
        cards = [int(node["Resources"].get("GPU", 0)) for node in ray.nodes() if node["Alive"]]
        # How each worker is started: one for each graphics card, and one on each machine that has none.
        self.launches: list[Launch] = [partial(self.launch, cards=1)] * sum(cards)
        self.launches += [self.launch] * cards.count(0)

    async def launch(self, name: str, memory: float, cards: int = 0) -> "RemoteProcess":
        """A worker on the machine that has the fewest, which has so many graphics cards for itself."""
        host = self.ray.remote(Host).options(num_cpus=1, num_gpus=cards, scheduling_strategy="SPREAD").remote()
        await host.start.remote(name, memory, str(self.data))
        return RemoteProcess(self.ray, host)


class Host:
    """The actor: one worker on its machine."""

    process: LocalProcess

    async def start(self, name: str, memory: float, data: str) -> None:
        """Start the worker; OSError where its files could not be seen."""
        if not Path(data).is_dir():
            rule = "Share it with all machines of the cluster, under the same path."
            raise OSError(f"The folder {data} is not there on {socket.gethostname()}. {rule}")
        self.process = await launch(name, memory)

    async def write(self, line: bytes) -> None:
        """A line to the worker."""
        self.process.write(line)

    async def readline(self) -> bytes:
        """The next line from the worker."""
        return await self.process.readline()

    async def kill(self) -> None:
        """End the worker now."""
        self.process.kill()

    async def wait(self) -> int | None:
        """The exit status of the worker, when it has ended."""
        return await self.process.wait()


class RemoteProcess:
    """A worker beside an actor. An actor that is lost, with its machine perhaps, is a worker that has died."""

    def __init__(self, ray: Any, host: Any) -> None:
        self.ray, self.host = ray, host
        self.running = True

    def write(self, line: bytes) -> None:
        """Send it a line."""
        self.host.write.remote(line)

    async def readline(self) -> bytes:
        """The next line that it says."""
        try:
            line: bytes = await self.host.readline.remote()
        except self.ray.exceptions.RayError:
            return b""
        return line

    def kill(self) -> None:
        """End it now."""
        self.host.kill.remote()

    async def wait(self) -> int | None:
        """Its exit status, when it has ended; None if nobody can tell."""
        status: int | None = None
        with suppress(self.ray.exceptions.RayError):
            status = await self.host.wait.remote()
        self.running = False
        self.ray.kill(self.host)
        return status
