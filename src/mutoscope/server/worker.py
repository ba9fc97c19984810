"""A worker: a process that does one thing at a time for the server. It hears and answers in lines of JSON.

It ends when its input ends, so that no worker outlives a server that was killed.
"""

import json
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TextIO

from mutoscope.errors import MutoscopeError
from mutoscope.progress import Step
from mutoscope.request import GenerateRequest
from mutoscope.server.store import GIVEN

Say = Callable[[dict[str, Any]], None]
THUMBNAIL_SIDE = 480
PAUSE_BETWEEN_LOOKS = 1.0  # seconds
BEGINNING = Step(stage="condition", done=0, total=1)  # what every variant tells once
NO_MEMORY = MutoscopeError(
    "Memory ran out.", "A worker may take only so much.", "Ask for a smaller size, fewer seconds or a lower fps."
)


class Cancelled(BaseException):
    """The work was called off; not an `Exception`, so that nothing on the way takes it for a fault."""


class Teller:
    """Tells the server how far a job is, with rough looks at it now and then; raises `Cancelled` once it is called off."""

    def __init__(self, folder: Path, say: Say, cancelled: threading.Event) -> None:
        self.folder, self.say, self.cancelled = folder, say, cancelled
        self.variant, self.looked = -1, 0.0

    def heed(self, step: Step) -> None:
        """Only notice that the work was called off."""
        if self.cancelled.is_set():
            raise Cancelled

    def tell(self, step: Step) -> None:
        """Say that a step is done, and of which variant."""
        self.heed(step)
        self.variant += step == BEGINNING
        self.say({"variant": max(self.variant, 0), "stage": step.stage, "done": step.done, "total": step.total})
        if step.look is not None and time.monotonic() - self.looked > PAUSE_BETWEEN_LOOKS:
            _picture(step.look(), self.folder / "preview.webp")
            self.looked = time.monotonic()
            self.say({"preview": True})


def generate(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> list[dict[str, Any]]:
    """Make every variant of a request in its folder, a draft first where that is worth it; what each manifest says."""
    from mutoscope import api

    folder, request, teller = Path(asked["folder"]), _located(asked), Teller(Path(asked["folder"]), say, cancelled)
    if (draft := api.draft(request)) is not None:
        with suppress(MutoscopeError):  # what is too small to be made small is still made as asked
            api.generate_request(draft, teller.heed).save(folder / "preview.mp4")
            say({"preview": True})
    clips = []
    for index, video in enumerate(_videos(request, teller)):
        assert video.manifest is not None
        seed = video.manifest.request["seed"]
        # The clip remembers its files by names that give nothing away of this machine.
        told = {**asked["request"], "seed": seed, "variants": 1, "keep": 0}
        video = replace(video, manifest=replace(video.manifest, request=told))
        video.save(folder / f"clip-{index}.mp4", teller.tell)
        _picture(video.frames[len(video.frames) // 2], folder / f"thumbnail-{index}.webp")
        clips.append({**asdict(video.manifest), "seed": seed})
        del clips[-1]["request"]
    return clips


def _videos(request: GenerateRequest, teller: Teller) -> Iterator[Any]:
    """One variant after another, so that each is saved before the next is made; or, of all, those that are kept."""
    from mutoscope import api

    if request.keep:
        yield from api.generate_best(request, teller.tell)
    else:
        for index in range(request.variants):
            yield api.generate_request(request.variant(index), teller.tell)


def _located(asked: dict[str, Any]) -> GenerateRequest:
    """The request with its files where they are: those that were sent in the job's folder, LoRAs in theirs."""
    wishes = dict(asked["request"])
    for name in GIVEN:
        if wishes[name] is not None:
            wishes[name] = str(Path(asked["folder"]) / wishes[name])
    if wishes["lora"] is not None:
        wishes["lora"] = ",".join(f"{asked['loras']}/{part.strip()}" for part in wishes["lora"].split(","))
    return GenerateRequest.from_dict(wishes)


def check(asked: dict[str, Any]) -> dict[str, Any]:
    """What a request takes if it can be met."""
    from mutoscope import api

    return asdict(api.check(_located(asked)))


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """How a prompt is understood, and what its clip would take; nothing is made and no photo is needed."""
    from mutoscope import api

    request = GenerateRequest.from_dict(asked["request"])
    reading = api.read_prompt(request)
    return {
        "unknown": [asdict(word) for word in reading.unknown],
        "impossible": [asdict(word) for word in reading.impossible],
        "segments": [asdict(segment) for segment in reading.segments],
        "problem": None if reading.problem is None else str(reading.problem),
        "estimate": asdict(api.estimate(request)),
    }


def list_models(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The models that can be asked for: those that are on this disk, the one that moves photos first."""
    from mutoscope.api.loading import DRAWS, models

    found = {}  # by name, as what was trained here goes before what is bundled
    for model in sorted(models(), key=lambda model: model.name != "motion"):
        if model.where != "on the hub":
            name = "storybook" if model.name == DRAWS else model.name  # as a request without a photo names it by itself
            found[name] = {"id": name, "licence": model.licence, "can": list(model.can)}
    return list(found.values())


def warm(asked: dict[str, Any]) -> None:
    """Load what takes seconds before it is needed."""
    from mutoscope import api

    api.load()


def convert(asked: dict[str, Any]) -> None:
    """The same clip as another kind of file; no network is needed, so none is loaded."""
    from mutoscope.media.video import Video

    Video.open(asked["clip"]).save(asked["target"])


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    answer.__name__: answer for answer in (check, read, list_models, warm, convert)
}


def answer(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> dict[str, Any]:
    """What came of one thing that was asked: a `result`, or `failed` with a code and a message."""
    try:
        if asked["do"] == "generate":
            return {"result": generate(asked, say, cancelled)}
        return {"result": ANSWERS[asked["do"]](asked)}
    except Cancelled:
        return {"failed": "cancelled", "message": "The job was cancelled."}
    except MutoscopeError as error:
        return {"failed": "invalid_request", "message": str(error).replace(f"{asked.get('folder')}{os.sep}", "")}
    except Exception as error:
        if _is_out_of_memory(error):
            return {"failed": "out_of_memory", "message": str(NO_MEMORY)}
        raise  # a fault of ours: the traceback goes to the server's log, and the worker is started anew


def main() -> None:
    """Answer line after line until the input ends."""
    gibibytes = float(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_DATA, (int(gibibytes * 2**30),) * 2)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not fall between the answers
    asked: queue.Queue[dict[str, Any]] = queue.Queue()
    cancelled = threading.Event()
    threading.Thread(target=_listen, args=(sys.stdin, asked, cancelled), daemon=True).start()

    def say(told: dict[str, Any]) -> None:
        print(json.dumps(told), file=answers)

    while True:
        command = asked.get()
        cancelled.clear()
        say(answer(command, say, cancelled))


def _listen(commands: TextIO, asked: "queue.Queue[dict[str, Any]]", cancelled: threading.Event) -> None:
    for line in commands:
        command = json.loads(line)
        if command["do"] == "cancel":
            cancelled.set()
        else:
            asked.put(command)
    os._exit(0)  # the server is gone


def _picture(pixels: Any, path: Path) -> None:
    """(H, W, 3) uint8, made small, as a file that is never there by half."""
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    unfinished = path.with_name(f".{path.name}.unfinished{path.suffix}")
    picture.save(unfinished)
    unfinished.replace(path)


def _is_out_of_memory(error: BaseException) -> bool:
    """NumPy and Python raise MemoryError; PyTorch, OpenCV and FFmpeg say it in words."""
    words = str(error).lower()
    said = ("can't allocate memory", "cannot allocate memory", "insufficient memory", "failed to allocate", "bad_alloc")
    return isinstance(error, MemoryError) or any(phrase in words for phrase in said)


if __name__ == "__main__":
    main()
