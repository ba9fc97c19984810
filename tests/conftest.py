"""What several tests share because it is dear: tiny models, checkpoints of the storybook, servers in processes of their own."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from PIL import Image
from tiny_hub import Folder, Tiny

from mutoscope import api
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import open_model
from mutoscope.recipes.running import train

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TINY: dict[str, Any] = {"size": "64x64", "seconds": "0.5", "fps": "8"}
LONG: dict[str, Any] = {"size": "640x426", "seconds": "8", "fps": "24"}  # some seconds of work
PROMPT = "the camera zooms in"
WAIT = 180.0  # seconds that anything may take here, on a machine that has much else to do


def tiny_photo() -> bytes:
    """The bundled photo, small enough to be sent a thousand times."""
    kept = io.BytesIO()
    Image.open(api.SAMPLE).resize((48, 32)).save(kept, "JPEG")
    return kept.getvalue()


class Server:
    """`mutoscope serve` (or studio) on a free port of this machine."""

    def __init__(self, data: Path, *flags: str, command: str = "serve", home: Path | None = None) -> None:
        self.data = data
        self.keys: dict[str, str] = {}  # by name, where clients must show one
        words = [command, "--port", "0", "--data", str(data), *flags]
        self.log = data.with_name(f"{data.name}.log")  # a pipe that nobody reads would fill up
        with self.log.open("a+") as log:
            said = log.seek(0, os.SEEK_END)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mutoscope", *words],
                stderr=log,
                start_new_session=True,
                cwd=home,  # where `runs` is looked for, and what was fetched from the hub
                env=os.environ | ({"HF_HOME": str(home)} if home else {}),
            )
        last = time.monotonic() + WAIT
        while "http://" not in (line := self.log.read_text()[said:]):
            assert self.process.poll() is None, line
            assert time.monotonic() < last, line
            time.sleep(0.02)
        self.address = "http://" + line.split("http://")[1].split()[0].removesuffix("/v1/videos")
        self.http = httpx2.Client(base_url=self.address, timeout=WAIT)

    def post(
        self, prompt: str = PROMPT, *, photo: bytes | None = None, key: str = "", **wishes: Any
    ) -> httpx2.Response:
        """Ask for a video of the bundled photo (or another), tiny unless said otherwise."""
        files = {"input_reference": ("p.jpg", photo if photo is not None else api.SAMPLE.read_bytes())}
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.http.post("/v1/videos", data={"prompt": prompt, **TINY, **wishes}, files=files, headers=headers)

    def made(self, *arguments: Any, **wishes: Any) -> str:
        """The id of a job that was accepted."""
        answer = self.post(*arguments, **wishes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def given(self, video_id: str, name: str) -> bytes:
        """A file that a clip was made from."""
        return bytes(self.http.get(f"/v1/videos/{video_id}/content", params={"variant": name}).content)

    def get(self, video_id: str) -> dict[str, Any]:
        """A job as it is now."""
        told: dict[str, Any] = self.http.get(f"/v1/videos/{video_id}").json()
        return told

    def ended(self, video_id: str) -> dict[str, Any]:
        """A job when it has ended."""
        return self.until(video_id, lambda job: job["status"] in ("completed", "failed"))

    def until(self, video_id: str, holds: Any) -> dict[str, Any]:
        """A job as soon as something holds of it."""
        last = time.monotonic() + WAIT
        while not holds(job := self.get(video_id)):
            assert time.monotonic() < last, f"waited too long; at last {job}"
            time.sleep(0.02)
        return job

    def worker(self, name: str = "maker-0") -> int:
        """The process id of a running worker."""
        return worker_of(self.process.pid, name)

    def clips(self) -> list[Path]:
        """All clips on disk, in order."""
        return sorted(self.data.glob("videos/*/clip-*"))

    def kept(self, video_id: str) -> set[str]:
        """The names of a job's files."""
        return {path.name for path in (self.data / "videos" / video_id).glob("*")}

    def folders(self) -> set[str]:
        """What there is for each job, and what is still arriving."""
        return {path.name for name in ("videos", "incoming") for path in (self.data / name).iterdir()}

    def memory(self) -> int:
        """Bytes of memory that the server process itself holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1]) * 1024

    def starved(self) -> float:
        """Seconds in which the server had something to do and the machine gave it no core: others were at work."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[1]) / 1e9

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop the server as told: in good order, or by kill -9."""
        self.http.close()
        if self.process.poll() is None:
            os.kill(self.process.pid, number)
        self.process.wait(WAIT)


def worker_of(server: int, name: str) -> int:
    """The process id of a running worker that comes from a process."""
    last = time.monotonic() + WAIT
    while time.monotonic() < last:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if name.encode() in words and server in forebears(int(folder.name)):
                    return int(folder.name)
            except (OSError, IndexError):
                continue
        time.sleep(0.02)
    raise AssertionError(f"there is no worker {name}")


def forebears(process: int) -> Iterator[int]:
    """The processes that a process comes from."""
    while process > 1:
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])
        yield process


@contextmanager
def serving(data: Path, *flags: str, command: str = "serve", home: Path | None = None) -> Iterator[Server]:
    """A server that is stopped at the end."""
    server = Server(data, *flags, command=command, home=home)
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with its page, for all tests that only ask things of it."""
    with serving(tmp_path_factory.mktemp("studio"), "--no-browser", "--memory", "1.5", command="studio") as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium without a window, from the system."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("NO BROWSER IS INSTALLED, so the page was not tried: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as play:
        expect.set_options(timeout=WAIT * 1000)
        opened = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def visiting(browser: "Browser", server: Server) -> Iterator["Page"]:
    """The page as a first visitor with an English browser sees it; what goes wrong in it fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened.set_default_timeout(WAIT * 1000)
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    opened.goto(server.address)
    yield opened
    opened.close()
    assert faults == []


@pytest.fixture
def page(browser: "Browser", studio: Server) -> Iterator["Page"]:
    """A first visit to the server that all tests share."""
    with visiting(browser, studio) as opened:
        yield opened


def small_and_short(page: "Page") -> None:
    """Settings that take no time."""
    page.get_by_label("Size").select_option("640")
    page.get_by_label("Seconds").fill("0.5")
    page.get_by_label("Seconds").blur()


@pytest.fixture(scope="session")
def tiny_codec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A latent codec of a few steps."""
    return train("tiny_latent", folder=tmp_path_factory.mktemp("latent")).folder


@pytest.fixture(scope="session")
def tiny_choreographer(tiny_codec: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A choreographer of a few steps that sees that codec's codes."""
    return train("tiny_choreographer", codec=tiny_codec, folder=tmp_path_factory.mktemp("choreographer")).folder


@pytest.fixture(scope="session")
def tiny_story(tiny_codec: Path, tiny_choreographer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storybook model of a few steps on that codec, with that choreographer."""
    folder = train("tiny_diffusion_storybook", codec=tiny_codec, folder=tmp_path_factory.mktemp("story")).folder
    shutil.copytree(tiny_choreographer, folder / "choreographer")
    return folder


@pytest.fixture(scope="session")
def home(tiny_codec: Path, tiny_story: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which each family was trained for a few steps."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(tiny_story, folder / "runs" / "diffusion_storybook" / "checkpoint")
    for family in ("gan", "autoregressive"):
        train(f"tiny_{family}_storybook", codec=tiny_codec, folder=folder / "runs" / f"{family}_storybook")
    return folder


@pytest.fixture
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in that folder."""
    monkeypatch.chdir(home)
    api.load.cache_clear()
    return home


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Networks on one thread: more only wait for each other on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a tiny large model, built when it is first asked for."""
    from tiny_models import save_tiny

    folder = tmp_path_factory.mktemp("tiny")
    return cache(lambda name: save_tiny(name, folder))


@pytest.fixture(scope="session")
def pipeline(tiny: Folder) -> Tiny:
    """A tiny large model that stays loaded from test to test."""
    return cache(lambda name: HubPipeline(model=open_model(str(tiny(name)))))
