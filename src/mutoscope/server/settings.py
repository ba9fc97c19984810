"""What the server is told when it starts: where it listens, where it keeps things, and its limits."""

import ipaddress
import os
import re
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mutoscope.devices import graphics_cards
from mutoscope.errors import MutoscopeError
from mutoscope.media.credentials import GIVEN, credentials_of
from mutoscope.request import MOST_PIXELS, Wish, wishes

MOST_WORKERS = 64


def data_folder() -> Path:
    """Where jobs and clips are kept unless another folder is named."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "mutoscope"


def _setting(help: str, metavar: str, low: float | None = None, high: float | None = None) -> dict[str, Wish]:
    return {"wish": Wish(help=help, metavar=metavar, low=low, high=high)}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a server is set up; every field is a flag of `mutoscope serve`."""

    host: str = field(default="127.0.0.1", metadata=_setting("the address to listen on", "HOST"))
    port: int = field(default=8000, metadata=_setting("the port to listen on; 0 takes a free one", "N", 0, 65535))
    data: Path = field(default_factory=data_folder, metadata=_setting("the folder that keeps jobs and clips", "DIR"))
    keys: Path | None = field(
        default=None, metadata=_setting("the file of keys that clients must show; --add-key writes it", "FILE")
    )
    loras: Path | None = field(
        default=None, metadata=_setting("a folder of LoRAs for large models, which clients name as lora", "DIR")
    )
    workers: str = field(
        default_factory=lambda: str(min(max(1, len(graphics_cards())), MOST_WORKERS)),  # one for each device
        metadata=_setting(
            f"how many clips are made at once, 1 to {MOST_WORKERS}, on the graphics cards by turns; or ray://HOST:PORT, or ray "
            "for this machine's: one on each machine, or graphics card, of a Ray cluster that has the data folder under the "
            "same path",
            "N",
        ),
    )
    memory: float = field(default=6.0, metadata=_setting("GiB of memory that a worker may take", "GIB", 0.5, 1024))
    queue: int = field(default=100, metadata=_setting("how many jobs may wait", "N", 1, 100_000))
    jobs_per_key: int = field(
        default=50, metadata=_setting("how many of them may be waiting or running for one key", "N", 1, 100_000)
    )
    upload: int = field(default=32, metadata=_setting("megabytes that one request may send", "MB", 1, 1024))
    seconds: float = field(
        default=10.0, metadata=_setting("the longest clip, in seconds", "S", 0.5, wishes()["seconds"].high)
    )
    megapixels: int = field(
        default=MOST_PIXELS // 1_000_000,
        metadata=_setting("the largest clip: pixels of all its frames, in millions", "N", 1, MOST_PIXELS // 1_000_000),
    )
    patience: int = field(default=1800, metadata=_setting("seconds after which a job is given up", "S", 1, 86_400))

    certificate: Path | None = field(default=None, metadata=_setting(GIVEN["certificate"], "FILE"))
    private_key: Path | None = field(default=None, metadata=_setting(GIVEN["private_key"], "FILE"))

    def __post_init__(self) -> None:
        for known in fields(self):
            _check_range(known.name, known.metadata["wish"], getattr(self, known.name))
        self._check_workers()
        credentials_of(self.certificate, self.private_key)
        if self.loras is not None and not self.loras.is_dir():
            raise MutoscopeError(f"{self.loras} is no folder.", "LoRAs lie in one.", "Make it, or leave --loras out.")
        if self.keys is None and not is_loopback(self.host):
            raise MutoscopeError(
                f"The address {self.host} can be reached from other machines, and no keys are asked for.",
                "Without --keys the server listens on this machine only.",
                "Make a key: mutoscope serve --keys keys.txt --add-key NAME. Or leave --host out.",
            )

    @property
    def incoming(self) -> Path:
        """The folder of what is not whole yet, such as uploads; nothing there outlives a server."""
        return self.data / "incoming"

    @property
    def on_ray(self) -> bool:
        """Whether the workers are on a Ray cluster."""
        return re.fullmatch(r"ray|ray://[^\s/]+:\d+", self.workers) is not None

    def _check_workers(self) -> None:
        if self.on_ray:
            if find_spec("ray") is None:
                rule = "It is an optional part of Mutoscope."
                cure = "Install it: pip install 'mutoscope[ray]'. Or say how many workers run here."
                raise MutoscopeError("Workers on a cluster need ray, which is not installed.", rule, cure)
        elif not self.workers.isdecimal() or not 1 <= int(self.workers) <= MOST_WORKERS:
            raise MutoscopeError(
                f"workers is {self.workers[:60]!r}.",
                f"It must be from 1 to {MOST_WORKERS}, or a Ray cluster: ray, or ray://HOST:PORT.",
                "Choose --workers so.",
            )


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _check_range(name: str, wish: Wish, value: Any) -> None:
    if wish.low is not None and wish.high is not None and not wish.low <= value <= wish.high:
        raise MutoscopeError(
            f"{name} is {value}.",
            f"It must be from {wish.low:.15g} to {wish.high:.15g}.",
            f"Choose --{name.replace('_', '-')} in that range.",
        )
