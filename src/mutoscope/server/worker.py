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
from mutoscope.media.credentials import SIGNABLE, Credentials
from mutoscope.progress import Step
from mutoscope.request import SAMPLED, GenerateRequest
from mutoscope.server.store import GIVEN
from mutoscope.version import __version__

Say = Callable[[dict[str, Any]], None]
THUMBNAIL_SIDE = 480
PAUSE_BETWEEN_LOOKS = 1.0  # seconds
_ROUGH = ("size", "fps")  # the wishes in which a draft differs from its clip
BEGINNING = Step(stage="condition", done=0, total=1)  # what every clip tells once
NO_MEMORY = MutoscopeError(
    "Memory ran out.", "A worker may take only so much.", "Ask for a smaller size, fewer seconds or a lower fps."
)


class Cancelled(BaseException):
    """The work was called off; not an `Exception`, so that nothing on the way takes it for a fault."""


class Teller:
    """Tells the server how far a job is, with rough looks at it now and then; raises `Cancelled` once it is called off."""

    def __init__(self, folder: Path, clips: int, say: Say, cancelled: threading.Event) -> None:
        self.folder, self.clips, self.say, self.cancelled = folder, clips, say, cancelled
        self.clip, self.looked = -1, 0.0

    def heed(self, step: Step) -> None:
        """Only notice that the work was called off."""
        if self.cancelled.is_set():
            raise Cancelled

    def tell(self, step: Step) -> None:
        """Say that a step is done, and of which clip."""
        self.heed(step)
        self.clip += step == BEGINNING
        of = {"clip": max(self.clip, 0), "of": self.clips}
        self.say({**of, "stage": step.stage, "done": step.done, "total": step.total})
        if step.look is not None and time.monotonic() - self.looked > PAUSE_BETWEEN_LOOKS:
            _picture(step.look(), self.folder / "preview.webp")
            self.looked = time.monotonic()
            self.say({"preview": True})


def generate(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> dict[str, Any]:
    """Make every variant of a request in its folder, a draft first where that is worth it; what each manifest says."""
    from mutoscope import api

    folder, request = Path(asked["folder"]), _located(asked)
    teller = Teller(folder, request.variants, say, cancelled)
    if (draft := api.draft(request)) is not None:
        with suppress(MutoscopeError):  # what is too small to be made small is still made as asked
            rough = _anonymous(api.generate_request(draft, teller.heed), asked["request"], *_ROUGH)
            rough.save(folder / "preview.mp4", credentials=_credentials(asked))
            say({"preview": True})
    clips = []
    for index, video in enumerate(_videos(request, teller)):
        video = _anonymous(video, asked["request"])
        video.save(folder / f"clip-{index}.mp4", teller.tell, _credentials(asked))
        clips.append(_described(video, folder / f"thumbnail-{index}.webp"))
    return {"clips": clips}


def compare(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> dict[str, Any]:
    """Make one clip of each model in the folder, and all of them as one page and one film; how they compare."""
    from mutoscope import api

    folder, models = Path(asked["folder"]), asked["models"]
    teller = Teller(folder, len(api.entrants(models)), say, cancelled)
    wishes: dict[str, Any] = {name: wish for name, wish in _located(asked).to_dict().items() if name != "model"}
    found = api.compare(**wishes, models=models, on_progress=teller.tell)
    contenders = [replace(one, video=_anonymous(one.video, asked["request"])) for one in found.contenders]
    found = replace(found, contenders=contenders)
    clips = []
    for index, one in enumerate(contenders):
        one.video.save(folder / f"clip-{index}.mp4", teller.heed, _credentials(asked))
        clips.append(_described(one.video, folder / f"thumbnail-{index}.webp"))
    found.film().save(folder / "compare.mp4", teller.heed, _credentials(asked))
    found.save(folder / "compare.html")
    absent = [one.told() for one in found.absent]
    return {"clips": clips, "comparison": {"models": models, "contenders": found.told(), "absent": absent}}


def _credentials(asked: dict[str, Any]) -> Credentials | None:
    """Who signs what is made, if anyone does."""
    given = asked["credentials"]
    return None if given is None else Credentials(**{name: Path(path) for name, path in given.items()})


def _anonymous(video: Any, request: dict[str, Any], *own_too: str) -> Any:
    """The clip, remembering its files by names that give nothing away of this machine."""
    own = {name: video.manifest.request[name] for name in ("seed", "model", *own_too)}
    return replace(video, manifest=replace(video.manifest, request={**request, **own, "variants": 1, "keep": 0}))


def _described(video: Any, thumbnail: Path) -> dict[str, Any]:
    """What the manifest of a clip says; and a small picture of it."""
    _picture(video.frames[len(video.frames) // 2], thumbnail)
    said = {**asdict(video.manifest), "seed": video.manifest.request["seed"]}
    del said["request"]
    return said


def look(asked: dict[str, Any]) -> None:
    """A picture of which words each part of a clip looks at, seen while it is drawn once more."""
    from mutoscope import api
    from mutoscope.media.video import read_manifest

    manifest = read_manifest(asked["clip"])
    request = _located({"folder": str(Path(asked["clip"]).parent), "request": {**manifest.request, "lora": None}})
    if request.extends is not None:
        rule = "Attention can be shown of clips that were drawn in one go."
        raise MutoscopeError("This clip goes on from an earlier one.", rule, "Look at the earlier one.")
    if manifest.version != __version__:
        rule = "A clip is looked at while the version that drew it draws it again."
        raise MutoscopeError(
            f"Version {manifest.version} drew this clip.", rule, "Make the clip again, and look at the new one."
        )
    counting = ("prompt", "photo", "model", "seed", "negative", "last", *SAMPLED)  # of the wishes, for what is drawn
    wishes = {name: wish for name in counting if (wish := getattr(request, name)) is not None}
    api.look(**wishes, weights=manifest.checkpoint).save(asked["target"])


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

    request, models = _located(asked), asked["models"]
    return asdict(api.check(request) if models is None else api.check_comparison(request, models))


def read(asked: dict[str, Any]) -> dict[str, Any]:
    """How a prompt is understood, and what its clip would take; nothing is made and no files are needed."""
    from mutoscope import api

    request = GenerateRequest.from_dict(asked["request"])
    reading = api.read_prompt(request)
    promised = replace(request, extends="extends" if asked["extends"] else None)
    problem = reading.problem or api.refusal(promised, photo=request.model == "motion")
    return {
        "unknown": [asdict(word) for word in reading.unknown],
        "impossible": [asdict(word) for word in reading.impossible],
        "segments": [asdict(segment) for segment in reading.segments],
        "problem": None if problem is None else str(problem),
        "code": None if problem is None else problem.code,
        "estimate": asdict(api.estimate(request)),
    }


def list_models(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The models that can be asked for: those that are on this disk, the one that moves photos first."""
    from mutoscope.api.loading import models

    found = {}  # by name, as what was trained here goes before what is bundled
    for model in sorted(models(), key=lambda model: model.name != "motion"):
        if model.where != "on the hub":
            found[model.name] = {"id": model.name, "licence": model.licence, "can": list(model.can)}
    return list(found.values())


def warm(asked: dict[str, Any]) -> None:
    """Load what takes seconds before it is needed."""
    from mutoscope import api

    api.load()


def convert(asked: dict[str, Any]) -> None:
    """The same clip as another kind of file; no network is needed, so none is loaded."""
    from mutoscope.media.video import Video

    target = Path(asked["target"])
    signable = target.suffix in SIGNABLE
    Video.open(asked["clip"]).save(target, credentials=_credentials(asked) if signable else None)


MAKERS: dict[str, Callable[[dict[str, Any], Say, threading.Event], Any]] = {"generate": generate, "compare": compare}
ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    answer.__name__: answer for answer in (check, read, list_models, warm, convert, look)
}


def answer(asked: dict[str, Any], say: Say, cancelled: threading.Event) -> dict[str, Any]:
    """What came of one thing that was asked: a `result`, or `failed` with a code and a message."""
    try:
        if (make := MAKERS.get(asked["do"])) is not None:
            return {"result": make(asked, say, cancelled)}
        return {"result": ANSWERS[asked["do"]](asked)}
    except Cancelled:
        return {"failed": "cancelled", "message": "The job was cancelled."}
    except MutoscopeError as error:
        return {"failed": error.code, "message": str(error).replace(f"{asked.get('folder')}{os.sep}", "")}
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
