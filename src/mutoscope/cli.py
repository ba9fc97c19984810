"""The terminal door: what a person types becomes a request, and what comes back is told."""

import argparse
import json
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from difflib import get_close_matches
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from mutoscope.bars import Bars
from mutoscope.errors import MutoscopeError
from mutoscope.progress import OnProgress, Step
from mutoscope.request import HUB, GenerateRequest, wishes
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
        known = [
            f"--{name}"
            for name in (*wishes(), "output", "json", "resume", "results", "photos", "scenes", "yes", "fetch")
        ]
        near = get_close_matches(flag[0], known, n=1) if flag and "unrecognized" in message else []
        cure = f"Did you mean {near[0]}?" if near else f"{self.prog} --help shows what can be asked."
        raise MutoscopeError(f"{message[:1].upper()}{message[1:]}.", f"Usage: {self.prog} …", cure)


def build_parser() -> argparse.ArgumentParser:
    """All commands and their flags; those of `generate` are the fields of `GenerateRequest`."""
    parser = _Parser(
        prog="mutoscope", description="A sentence, and perhaps a photo, become a short video.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"mutoscope {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int | None], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        added.set_defaults(command=run)
        return added

    generate = command("generate", _generate, "draw what a sentence says, or move a photo so")
    for wanted in fields(GenerateRequest):
        wish = wanted.metadata["wish"]
        parts = [f"{wish.low:g} to {wish.high:g}"] if wish.high is not None and wish.high < 2**53 else []
        parts += [f"default {wanted.default}"] if isinstance(wanted.default, int | float) else []
        help = wish.help + (f" ({'; '.join(parts)})" if parts else "")
        flag = "prompt" if wanted.name == "prompt" else f"--{wanted.name}"
        generate.add_argument(flag, metavar=wish.metavar, help=help, default=argparse.SUPPRESS)
    generate.add_argument("--yes", action="store_true", help="fetch a large model without asking")
    _add_output(generate, "mutoscope-SEED.mp4, under a name that is free")
    extend = command("extend", _extend, "let an earlier clip go on as a sentence says")
    extend.add_argument("clip", metavar="CLIP", help="the clip that goes on")
    extend.add_argument("prompt", metavar="PROMPT", help="what should happen next, in English or Chinese")
    for name in ("seconds", "seed", "steps", "guidance", "negative", "model"):
        extend.add_argument(
            f"--{name}", metavar=wishes()[name].metavar, help=wishes()[name].help, default=argparse.SUPPRESS
        )
    _add_output(extend, "the clip's name with -longer")
    models = command("models", _models, "list models: bundled, on this disk, known on the hub; or fetch one")
    models.add_argument("--fetch", metavar="OWNER/NAME", help="fetch that model, after telling its licence and size")
    models.add_argument("--yes", action="store_true", help="fetch it without asking")
    models.add_argument("--json", action="store_true", help="one line of JSON for each model")
    replay = command("replay", _replay, "make the frames of a clip again, from the manifest inside it")
    replay.add_argument("clip", metavar="CLIP", help="an MP4, WebM or contact sheet that Mutoscope made")
    replay.add_argument("--photo", metavar="FILE", help="the photo, if it is no longer where it was")
    _add_output(replay, "the clip's name with -again")
    doctor = command(
        "doctor", _doctor, "tell what is installed, what works here, and what each missing part would bring"
    )
    doctor.add_argument("--json", action="store_true", help="one line of JSON for each check")
    evaluate = command("evaluate", _evaluate, "measure whether clips do what their prompts say")
    evaluate.add_argument("what", metavar="WHAT", choices=["motion", "storybook", "ruler", "retrieval"],
                          help="motion (the motion model), storybook (a model that draws), ruler (of the storybook), "
                               "or retrieval (how well words and clips are told to fit)")  # fmt: skip
    evaluate.add_argument("--model", metavar="FAMILY", default="diffusion", choices=["diffusion"],
                          help="which family draws (storybook; default diffusion)")  # fmt: skip
    evaluate.add_argument(
        "--checkpoint", metavar="DIR", type=Path, help="a checkpoint (storybook, retrieval; default the bundled one)"
    )
    evaluate.add_argument(
        "--seeds", metavar="N", type=int, default=3, help="clips of each prompt (storybook; default 3)"
    )
    evaluate.add_argument("--sheet", metavar="FILE", type=Path, help="a picture of what was drawn (storybook)")
    evaluate.add_argument("--stage", metavar="N", type=int, default=1, choices=[1, 2, 3, 4],
                          help="how much of the storybook (ruler, retrieval; default 1: shapes)")  # fmt: skip
    evaluate.add_argument("--codec", metavar="DIR", type=Path,
                          help="a checkpoint of the latent codec: its reconstructions are measured as well (ruler)")  # fmt: skip
    evaluate.add_argument("--scenes", metavar="N", type=int, default=200, help="how many held-out scenes (default 200)")
    evaluate.add_argument("--clips", metavar="N", type=int, default=100, help="of how many (retrieval; default 100)")
    evaluate.add_argument("--photos", metavar="DIR", type=Path, help="real photos to measure on as well")
    evaluate.add_argument("--results", metavar="FILE", type=Path, help="write the table there")
    train = command("train", _train, "run a recipe: train a model from nothing")
    train.add_argument("recipe", metavar="RECIPE", help="its name, such as motion")
    train.add_argument("--output", metavar="DIR", type=Path, help="where the run is kept (default runs/RECIPE)")
    train.add_argument("--resume", action="store_true", help="go on where the run stopped")
    train.add_argument("--start", metavar="DIR", type=Path, help="a checkpoint of the same recipe to begin with")
    train.add_argument("--photos", metavar="DIR", type=Path, help="photos to put behind collages (recipe matte)")
    train.add_argument("--codec", metavar="DIR", type=Path, help="the codec's checkpoint (recipes of the storybook)")
    train.add_argument("--stage", metavar="N", type=int, choices=[1, 2, 3, 4],
                       help="how much of the storybook (recipes of the storybook; default 1: shapes)")  # fmt: skip
    train.add_argument("--steps", metavar="N", type=int, help="how many steps (diffusion_storybook; default 1000)")
    train.add_argument("--vectors", metavar="FILE", type=Path,
                       help="word vectors of word2vec or GloVe, as text, to start from (recipe alignment)")  # fmt: skip
    train.add_argument("--encoder", metavar="NAME",
                       help="a T5, BERT, GPT-2 or CLIP text encoder, by folder or hub id (recipe alignment)")  # fmt: skip
    command("bench", _bench, "measure this machine's speed, beside ffmpeg's zoompan")
    world = command("world", _world, "show a clip of a world that the models learn from, with its caption")
    world.add_argument(
        "world", metavar="WORLD", nargs="?", choices=["collages", "storybook", "sample"], default="collages",
        help="collages (moving photos, the default), storybook (a drawn picture book), or sample (what the storybook "
        "draws for a --prompt)",
    )  # fmt: skip
    world.add_argument(
        "--prompt", metavar="PROMPT", help="what the storybook shall draw, in English or Chinese (sample)"
    )
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
    _check_files(
        [request.photo, request.last, request.mask], targets, Path(request.extends) if request.extends else None
    )

    from mutoscope import api

    if request.model.startswith(HUB):
        _on_this_disk(request.model, yes=wanted.yes)
    else:
        expected = api.estimate(request)
        clips = "clips" if request.variants > 1 else "clip"
        _say(
            f"{request.variants} {clips} of {expected.width}x{expected.height}, {request.frames} frames: "
            f"about {expected.seconds:.0f} s and {expected.memory_bytes / 1e9:.1f} GB of memory."
        )
    for index, (target, video) in enumerate(zip(targets, _made(request), strict=True)):
        with Bars(_CTRL_C.heed) as bars:
            seconds = _saved(video, target, bars.on_progress)
        if index == 0:  # the others are told the same words
            _warn(video)
        _tell(video, target, seconds, as_json=wanted.json)


def _made(request: GenerateRequest) -> Iterator["Video"]:
    """One variant after another, so that each is saved before the next is made; or, of all, those that are kept."""
    from mutoscope import api

    if request.keep:
        with Bars(_CTRL_C.heed) as bars:
            best = api.generate_best(request, bars.on_progress)
        yield from best
        return
    for index in range(request.variants):
        with Bars(_CTRL_C.heed) as bars:
            video = api.generate_request(request.variant(index), bars.on_progress)
        yield video


def _extend(wanted: argparse.Namespace) -> None:
    clip = Path(wanted.clip)
    wanted.extends = wanted.clip
    wanted.output = wanted.output or str(_free(clip.with_name(f"{clip.stem}-longer{clip.suffix}")))
    _generate(wanted)


def _on_this_disk(model: str, *, yes: bool) -> None:
    """See to it that a large model is here: tell what fetching it means, ask, and fetch it."""
    from mutoscope import api

    offer = api.offer(model)
    if offer is None:
        return
    _say("\n".join(offer.told()))
    if not yes:
        if not sys.stdin.isatty():
            raise MutoscopeError(f"{offer.name} would have to be fetched.", "Nobody is here to ask.", "Say yes: --yes")
        if input("Fetch it? [y/N] ").strip().lower() not in ("y", "yes", "j", "ja", "是"):
            raise MutoscopeError(f"{offer.name} was not fetched.", "Its weights are needed.", "Choose another --model.")
    with Bars(_CTRL_C.heed) as bars:
        _say(f"It lies in {api.fetch(offer, bars.on_progress)}")


def _models(wanted: argparse.Namespace) -> None:
    from mutoscope import api

    if wanted.fetch:
        _on_this_disk(wanted.fetch, yes=wanted.yes)
        return
    where = None
    for model in api.models():
        if wanted.json:
            print(json.dumps(asdict(model), ensure_ascii=False))
        else:
            print(*([f"{model.where}:"] if model.where != where else []), *model.told(), sep="\n")
            where = model.where


def _replay(wanted: argparse.Namespace) -> None:
    clip = Path(wanted.clip)
    target = Path(wanted.output) if wanted.output else _free(clip.with_name(f"{clip.stem}-again{clip.suffix}"))
    _check_files([wanted.photo], [target], clip)

    from mutoscope import api

    with Bars(_CTRL_C.heed) as bars:
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
        print(api.evaluate_ruler(scenes=wanted.scenes, stage=wanted.stage, codec=wanted.codec))
        return
    if wanted.what == "retrieval":
        print(api.evaluate_retrieval(clips=wanted.clips, stage=wanted.stage, checkpoint=wanted.checkpoint))
        return
    if wanted.what == "storybook":
        print(
            api.evaluate_storybook(
                checkpoint=wanted.checkpoint, scenes=wanted.scenes, seeds=wanted.seeds, sheet=wanted.sheet, tell=_say
            )
        )
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

    names = ("photos", "codec", "stage", "steps", "vectors", "encoder")
    wishes = {name: getattr(wanted, name) for name in names}
    print(api.train(wanted.recipe, resume=wanted.resume, start=wanted.start, folder=wanted.output, **wishes).folder)


def _world(wanted: argparse.Namespace) -> None:
    target = Path(wanted.output) if wanted.output else _free(Path(f"{wanted.world}-{wanted.seed}.mp4"))
    _check_files([], [target])

    from mutoscope import api

    if (wanted.world == "sample") != (wanted.prompt is not None):
        raise MutoscopeError(
            f"{wanted.world} and --prompt {wanted.prompt!r} do not go together.",
            "A prompt is drawn by sample, and sample draws a prompt.",
            'Write mutoscope world sample --prompt "a red ball bounces".',
        )
    if wanted.prompt is not None:
        read, video = api.world_of(wanted.prompt, wanted.seed)
        for line in read.report():
            _say(line)
        caption = wanted.prompt
    else:
        caption, video = api.world_clip(wanted.seed, wanted.world)
    video.save(target)
    print(json.dumps({"path": str(target), "caption": caption}) if wanted.json else f"{caption}\n{target}")


def _targets(output: str | None, request: GenerateRequest) -> list[Path]:
    """Where each clip goes: clip-1.mp4, clip-2.mp4, …; a name that was asked for may be overwritten, no other."""
    count = request.keep or request.variants
    if output is None:
        names = [f"best-{place + 1}" if request.keep else f"{request.seed + place}" for place in range(count)]
        return [_free(Path(f"mutoscope-{name}.mp4")) for name in names]
    path = Path(output)
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{index + 1}{path.suffix}") for index in range(count)]


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
    from mutoscope.media.video import check_output

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
    if clip and not clip.is_file():
        raise MutoscopeError(f"There is no file {clip}.", f"It is looked for from {Path.cwd()}.", "Check its name.")


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
        if "understood" in segment:  # a large model does not tell
            asked = ", ".join(segment["understood"]) or "stillness"
            _say(f"understood: {segment['start']:g}-{segment['end']:g} s {asked}")
    if video.manifest.hub:
        _say(f"settings: {', '.join(video.manifest.hub['settings'])}")
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
    same = ("model", "frames", "fps", "width", "height", "timeline", "not_understood", "impossible", "rendering")
    told: dict[str, Any] = {
        "path": str(target),
        "seed": manifest.request["seed"],
        "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "peak_memory": peak_memory(),
        **{name: getattr(manifest, name) for name in (*same, "alignment", "subject", "notes", "hub")},
    }
    print(json.dumps(told), flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
