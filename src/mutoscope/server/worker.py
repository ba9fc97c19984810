"""A worker: a process that does one thing at a time for the server. It hears and answers in lines of JSON.

It ends when its input ends, so that no worker outlives a server that was killed.
"""

import json
import os
import queue
import resource
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from mutoscope.errors import MutoscopeError
from mutoscope.progress import Step
from mutoscope.request import GenerateRequest

Say = Callable[[dict[str, Any]], None]
THUMBNAIL_SIDE = 480
BEGINNING = Step(stage="load", done=0, total=1)
NO_MEMORY = MutoscopeError(
    "Memory ran out.", "A worker may take only so much.", "Ask for a smaller size, fewer seconds or a lower fps."
)


class Cancelled(BaseException):
    """The work was called off; not an `Exception`, so that nothing on the way takes it for a fault."""


def generate(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> list[dict[str, Any]]:
    """Make every variant of a request in its folder, a draft first where that is worth it; what each manifest says."""
    from mutoscope import api

    def on_progress(step: Step) -> None:
        if cancelled.is_set():
            raise Cancelled
        say({"variant": index, "stage": step.stage, "done": step.done, "total": step.total})

    os.chdir(asked["folder"])  # so that the clip remembers its photo by a name that gives nothing away
    request = GenerateRequest.from_dict(asked["request"])
    index, clips = 0, []
    if (draft := api.draft(request)) is not None:
        with suppress(MutoscopeError):  # what is too small to be made small is still made as asked
            api.generate_request(draft, lambda step: on_progress(BEGINNING)).save("preview.mp4")
            say({"preview": True})
    for index in range(request.variants):
        video = api.generate_request(request.variant(index), on_progress)
        video.save(f"clip-{index}.mp4", on_progress)
        _thumbnail(video, Path(f"thumbnail-{index}.webp"))
        assert video.manifest is not None
        told = asdict(video.manifest)
        clips.append(
            {name: value for name, value in told.items() if name != "request"} | {"seed": request.seed + index}
        )
    return clips


def check(asked: dict[str, Any]) -> dict[str, Any]:
    """What a request takes if it can be met."""
    from mutoscope import api

    os.chdir(asked["folder"])
    return asdict(api.check(GenerateRequest.from_dict(asked["request"])))


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


def models(asked: dict[str, Any]) -> list[str]:
    """The models that can be asked for."""
    from mutoscope import api

    return api.bundled_models()


def warm(asked: dict[str, Any]) -> None:
    """Load what takes seconds before it is needed."""
    from mutoscope import api

    api.load()


def convert(asked: dict[str, Any]) -> None:
    """The same clip as another kind of file; no network is needed, so none is loaded."""
    from mutoscope.media.video import Video

    Video.open(asked["clip"]).save(asked["target"])


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    answer.__name__: answer for answer in (check, read, models, warm, convert)
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
        return {"failed": "invalid_request", "message": str(error)}
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


def _thumbnail(video: Any, path: Path) -> None:
    from PIL import Image

    middle = Image.fromarray(video.frames[len(video.frames) // 2])
    middle.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    middle.save(path)


def _is_out_of_memory(error: BaseException) -> bool:
    """NumPy and Python raise MemoryError; PyTorch, OpenCV and FFmpeg say it in words."""
    words = str(error).lower()
    said = ("can't allocate memory", "cannot allocate memory", "insufficient memory", "failed to allocate", "bad_alloc")
    return isinstance(error, MemoryError) or any(phrase in words for phrase in said)


if __name__ == "__main__":
    main()
