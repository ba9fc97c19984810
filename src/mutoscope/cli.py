"""The terminal door: what a person types becomes a request, and what comes back is told."""

import argparse
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from mutoscope.errors import MutoscopeError
from mutoscope.progress import OnProgress, Step
from mutoscope.request import GenerateRequest, wishes
from mutoscope.server.command import add_serve_flags, serve
from mutoscope.studio.command import add_studio_flags, studio
from mutoscope.version import __version__

if TYPE_CHECKING:
    from mutoscope.media.video import Video

STOPPED = 130  # what a shell expects of a command that Ctrl-C ended
MARKS = {"works": "+", "missing": "-", "broken": "!"}


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 if it did what was asked, 2 if that cannot be done, 130 after Ctrl-C."""
    try:
        with _CTRL_C:
            wanted = build_parser().parse_args(words)
            return int(wanted.command(wanted) or 0)
    except MutoscopeError as error:
        _say(f"mutoscope: {error.problem}\n  {error.rule}\n  {error.cure}")
        return 2
    except KeyboardInterrupt:
        _say("mutoscope: stopped; no half file is left.")
        return STOPPED


class _CtrlC:
    """Remembers Ctrl-C: its exception is lost when it falls into a callback of an import or of a library."""

    pressed = False

    def __enter__(self) -> None:
        self.pressed = False
        self.ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler and current_thread() is main_thread()
        if self.ours:
            signal.signal(signal.SIGINT, self._press)

    def __exit__(self, *failure: object) -> None:
        if self.ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _press(self, number: int, frame: FrameType | None) -> NoReturn:
        self.pressed = True
        raise KeyboardInterrupt

    def heed(self, step: Step) -> None:
        """End the work if Ctrl-C was pressed."""
        if self.pressed:
            raise KeyboardInterrupt


_CTRL_C = _CtrlC()


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints teach like all others."""

    def error(self, message: str) -> NoReturn:
        flag = re.search(r"--[\w-]+", message)
        known = [f"--{name}" for name in (*wishes(), "output", "json", "resume", "results", "photos", "scenes")]
        near = get_close_matches(flag[0], known, n=1) if flag and "unrecognized" in message else []
        cure = f"Did you mean {near[0]}?" if near else f"{self.prog} --help shows what can be asked."
        raise MutoscopeError(f"{message[:1].upper()}{message[1:]}.", f"Usage: {self.prog} …", cure)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their flags; those of `generate` are the fields of `GenerateRequest`."""
    parser = _Parser(prog="mutoscope", description="A sentence and a photo become a short video.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"mutoscope {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int | None], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        added.set_defaults(command=run)
        return added

    generate = command("generate", _generate, "move a photo as a sentence says")
    for wanted in fields(GenerateRequest):
        wish = wanted.metadata["wish"]
        parts = [f"{wish.low:g} to {wish.high:g}"] if wish.high is not None and wish.high < 2**53 else []
        parts += [f"default {wanted.default}"] if isinstance(wanted.default, str | int | float) else []
        help = wish.help + (f" ({'; '.join(parts)})" if parts else "")
        flag = "prompt" if wanted.name == "prompt" else f"--{wanted.name}"
        generate.add_argument(flag, metavar=wish.metavar, help=help, default=argparse.SUPPRESS)
    _add_output(generate, "mutoscope-SEED.mp4, under a name that is free")
    replay = command("replay", _replay, "make the frames of a clip again, from the manifest inside it")
    replay.add_argument("clip", metavar="CLIP", help="an MP4, WebM or contact sheet that Mutoscope made")
    replay.add_argument("--photo", metavar="FILE", help="the photo, if it is no longer where it was")
    _add_output(replay, "the clip's name with -again")
    doctor = command(
        "doctor", _doctor, "tell what is installed, what works here, and what each missing part would bring"
    )
    doctor.add_argument("--json", action="store_true", help="one line of JSON for each check")
    add_serve_flags(command("serve", serve, "offer the same over HTTP, in the shape of OpenAI's Videos API"))
    add_studio_flags(command("studio", studio, "open a page on this machine: photo, sentence, go"))
    evaluate = command("evaluate", _evaluate, "measure whether clips do what their prompts say")
    evaluate.add_argument("what", metavar="WHAT", choices=["motion", "ruler"],
                          help="motion (the motion model), or ruler (the ruler of the storybook itself)")  # fmt: skip
    evaluate.add_argument("--stage", metavar="N", type=int, default=1, choices=[1, 2, 3, 4],
                          help="how much of the storybook (ruler; default 1: shapes)")  # fmt: skip
    evaluate.add_argument("--scenes", metavar="N", type=int, default=200, help="how many held-out scenes (default 200)")
    evaluate.add_argument("--photos", metavar="DIR", type=Path, help="real photos to measure on as well")
    evaluate.add_argument("--results", metavar="FILE", type=Path, help="write the table there")
    train = command("train", _train, "run a recipe: train a model from nothing")
    train.add_argument("recipe", metavar="RECIPE", help="its name, such as motion")
    train.add_argument("--output", metavar="DIR", type=Path, help="where the run is kept (default runs/RECIPE)")
    train.add_argument("--resume", action="store_true", help="go on where the run stopped")
    train.add_argument("--photos", metavar="DIR", type=Path, help="photos to put behind collages (recipe matte)")
    command("bench", _bench, "measure this machine's speed, beside ffmpeg's zoompan")
    world = command("world", _world, "show a clip of a world that the models learn from, with its caption")
    world.add_argument(
        "world", metavar="WORLD", nargs="?", choices=["collages", "storybook"], default="collages",
        help="collages (moving photos, the default) or storybook (a drawn picture book)",
    )  # fmt: skip
    world.add_argument("--seed", metavar="N", type=int, default=0, help="which clip (default 0)")
    _add_output(world, "WORLD-SEED.mp4, under a name that is free")
    return parser


def _add_output(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "--output", metavar="FILE", help=f".mp4, .webm, .gif, or a contact sheet .png (default {default})"
    )
    command.add_argument("--json", action="store_true", help="tell the result as one line of JSON")


def _generate(wanted: argparse.Namespace) -> None:
    given = vars(wanted)
    request = GenerateRequest.from_dict({name: given[name] for name in wishes() if name in given})
    targets = _targets(wanted.output, request)
    _check_files([request.photo, request.mask], targets)

    from mutoscope import api

    expected = api.estimate(request)
    clips = "clips" if request.variants > 1 else "clip"
    _say(
        f"{request.variants} {clips} of {expected.width}x{expected.height}, {request.frames} frames: "
        f"about {expected.seconds:.0f} s and {expected.memory_bytes / 1e9:.1f} GB of memory."
    )
    for index, target in enumerate(targets):
        with _Bars() as bars:
            video = api.generate_request(request.variant(index), bars.on_progress)
            seconds = _saved(video, target, bars.on_progress)
        if index == 0:  # the others are told the same words
            _warn(video)
        _tell(video, target, seconds, as_json=wanted.json)


def _replay(wanted: argparse.Namespace) -> None:
    clip = Path(wanted.clip)
    target = Path(wanted.output) if wanted.output else _free(clip.with_name(f"{clip.stem}-again{clip.suffix}"))
    _check_files([wanted.photo], [target], clip)

    from mutoscope import api

    with _Bars() as bars:
        video = api.replay(clip, wanted.photo, bars.on_progress)
        seconds = _saved(video, target, bars.on_progress)
    if not video.stats.get("same", True):
        _say("warning: the frames differ from those of the clip: another machine, or other versions, made it.")
    _warn(video)
    _tell(video, target, seconds, as_json=wanted.json)


def _doctor(wanted: argparse.Namespace) -> int:
    from mutoscope import api

    checks = api.doctor()
    for check in checks:
        if wanted.json:
            print(json.dumps({"name": check.name, "state": check.state, "seen": check.seen, "cure": check.cure}))
        else:
            print(f"{MARKS[check.state]} {check.name:<24} {check.seen}{f'  [{check.cure}]' if check.cure else ''}")
    return int(any(check.state == "broken" for check in checks))


def _evaluate(wanted: argparse.Namespace) -> None:
    from mutoscope import api

    if wanted.what == "ruler":
        print(api.evaluate_ruler(scenes=wanted.scenes, stage=wanted.stage))
        return
    results = api.evaluate_motion(scenes=wanted.scenes, photos=wanted.photos, tell=_say)
    if wanted.results:
        api.written(results, wanted.results)
    print(api.markdown(results))


def _bench(wanted: argparse.Namespace) -> None:
    from mutoscope import api

    print(api.bench_table(api.bench()))


def _train(wanted: argparse.Namespace) -> None:
    from mutoscope import api

    print(api.train(wanted.recipe, resume=wanted.resume, folder=wanted.output, photos=wanted.photos).folder)


def _world(wanted: argparse.Namespace) -> None:
    target = Path(wanted.output) if wanted.output else _free(Path(f"{wanted.world}-{wanted.seed}.mp4"))
    _check_files([], [target])

    from mutoscope import api

    caption, video = api.world_clip(wanted.seed, wanted.world)
    video.save(target)
    print(json.dumps({"path": str(target), "caption": caption}) if wanted.json else f"{caption}\n{target}")


def _targets(output: str | None, request: GenerateRequest) -> list[Path]:
    """Where each variant goes: clip-1.mp4, clip-2.mp4, …; a name that was asked for may be overwritten, no other."""
    if output is None:
        return [_free(Path(f"mutoscope-{request.seed + index}.mp4")) for index in range(request.variants)]
    path = Path(output)
    if request.variants == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{index + 1}{path.suffix}") for index in range(request.variants)]


def _free(path: Path) -> Path:
    """That path, or the first with -2, -3, … where no file is yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _check_files(photos: Iterable[str | None], targets: list[Path], clip: Path | None = None) -> None:
    """Whatever is wrong with files is told before a model is loaded, and nothing that was given is written over."""
    from mutoscope.media.photos import photo_size
    from mutoscope.media.video import check_output, read_manifest

    given = [Path(photo) for photo in photos if photo is not None]
    for target in targets:
        check_output(target)
        for path in (*given, clip) if clip else given:
            if target.exists() and path.exists() and target.samefile(path):
                raise MutoscopeError(
                    f"The output {target} is also what was given.",
                    "It would be overwritten.",
                    "Choose another --output.",
                )
    for photo in given:
        photo_size(photo)
    if clip:
        read_manifest(clip)


def _saved(video: "Video", target: Path, on_progress: OnProgress) -> dict[str, float]:
    """Write the video; seconds by stage, encoding among them."""
    started = time.perf_counter()
    video.save(target, on_progress)
    return {**video.stats.get("seconds", {}), "encode": time.perf_counter() - started}


def _warn(video: "Video") -> None:
    """What was (not) understood, what cannot be done, and what was done otherwise than asked."""
    assert video.manifest is not None
    for word in video.manifest.not_understood:
        near = ", ".join(word["near"])
        _say(f"warning: the word {word['word']!r} is not known{f'; near it: {near}' if near else ''}.")
    for word in video.manifest.impossible:
        _say(f"warning: {word['word']!r} cannot be done: {word['reason']}")
    for segment in video.manifest.timeline:
        asked = ", ".join(segment["understood"]) or "stillness"
        _say(f"understood: {segment['start']:g}-{segment['end']:g} s {asked}")
    for note in video.manifest.notes:
        _say(f"note: {note}")


def _tell(video: "Video", target: Path, seconds: dict[str, float], *, as_json: bool) -> None:
    """The path, or all that is worth knowing as one line of JSON, on stdout."""
    from mutoscope.clock import peak_memory

    manifest = video.manifest
    assert manifest is not None
    if not as_json:
        print(target, flush=True)
        return
    told: dict[str, Any] = {
        "path": str(target),
        "model": manifest.model,
        "seed": manifest.request["seed"],
        "frames": manifest.frames,
        "fps": manifest.fps,
        "width": manifest.width,
        "height": manifest.height,
        "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "peak_memory": peak_memory(),
        "timeline": manifest.timeline,
        "not_understood": manifest.not_understood,
        "impossible": manifest.impossible,
        "rendering": manifest.rendering,
        "subject": manifest.subject,
        "notes": manifest.notes,
    }
    print(json.dumps(told), flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class _Bars:
    """A bar for each stage on stderr, with the time that is left; nothing where no one looks."""

    def __init__(self) -> None:
        self.on_progress: OnProgress = _CTRL_C.heed
        self.seen = sys.stderr.isatty()
        if not self.seen:
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

        self.shown = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )
        bars: dict[str, TaskID] = {}

        def show(step: Step) -> None:
            _CTRL_C.heed(step)
            if step.stage not in bars:
                bars[step.stage] = self.shown.add_task(step.stage, total=step.total)
            self.shown.update(bars[step.stage], completed=step.done, total=step.total)

        self.on_progress = show

    def __enter__(self) -> "_Bars":
        if self.seen:
            self.shown.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.seen:
            self.shown.stop()


if __name__ == "__main__":
    sys.exit(main())
