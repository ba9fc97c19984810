"""All commands and their flags, and complaints that teach."""

import argparse
import re
from collections.abc import Callable
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from mutoscope.cli import learning, looking, making, models
from mutoscope.errors import MutoscopeError
from mutoscope.media.credentials import GIVEN
from mutoscope.request import SAMPLED, GenerateRequest, flag, wishes
from mutoscope.server.command import add_serve_flags, serve
from mutoscope.studio.command import add_studio_flags, studio
from mutoscope.version import __version__


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints teach like all others."""

    def error(self, message: str) -> NoReturn:
        found = re.search(r"--[\w-]+", message)
        known = [
            flag(name)
            for name in (*wishes(), "output", "json", "resume", "results", "photos", "scenes", "yes", "fetch")
        ]
        near = get_close_matches(found[0], known, n=1) if found and "unrecognized" in message else []
        cure = f"Did you mean {near[0]}?" if near else f"{self.prog} --help shows what can be asked."
        raise MutoscopeError(f"{message[:1].upper()}{message[1:]}.", f"Usage: {self.prog} …", cure)


_PIPED = f"{making.PIPE} streams an MP4 to stdout while it is made"


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

    generate = command("generate", making.generate, "draw what a sentence says, or move a photo so")
    for wanted in fields(GenerateRequest):
        wish = wanted.metadata["wish"]
        parts = [f"{wish.low:g} to {wish.high:g}"] if wish.high is not None and wish.high < 2**53 else []
        parts += [f"default {wanted.default}"] if isinstance(wanted.default, int | float) else []
        help = wish.help + (f" ({'; '.join(parts)})" if parts else "")
        name = "prompt" if wanted.name == "prompt" else flag(wanted.name)
        generate.add_argument(name, metavar=wish.metavar, help=help, default=argparse.SUPPRESS)
    generate.add_argument("--yes", action="store_true", help="fetch a large model without asking")
    _add_output(generate, f"mutoscope-SEED.mp4, under a name that is free; {_PIPED}")
    _add_credentials(generate)
    extend = command("extend", making.extend, "let an earlier clip go on as a sentence says")
    extend.add_argument("clip", metavar="CLIP", help="the clip that goes on")
    extend.add_argument("prompt", metavar="PROMPT", help="what should happen next, in English or Chinese")
    _add_wishes(extend, "seconds", "seed", *SAMPLED, "negative", "model")
    extend.add_argument("--yes", action="store_true", help="fetch a large model without asking")
    _add_output(extend, f"the clip's name with -longer; {_PIPED}")
    _add_credentials(extend)
    compare = command("compare", looking.compare, "draw one sentence by several models, side by side, each measured")
    compare.add_argument("prompt", metavar="PROMPT", help="what should happen, in English or Chinese")
    compare.add_argument(
        "--model", metavar="NAME", action="append", default=[],
        help="a model as for generate, once for each (default all families that draw)",
    )  # fmt: skip
    _add_wishes(compare, "photo", "seed", "seconds", "fps", "size")
    compare.add_argument(
        "--output",
        metavar="FILE",
        help=".html, .mp4, .webm, .gif or .png (default compare.html, under a name that is free)",
    )
    compare.add_argument("--json", action="store_true", help="tell the result as one line of JSON")
    look = command("look", looking.look, "draw which words each part of each frame looks at while a clip is made")
    look.add_argument("prompt", metavar="PROMPT", help="what should happen, in English or Chinese")
    _add_wishes(look, "model", "photo", "seed", *SAMPLED, "negative")
    look.add_argument(
        "--output", metavar="FILE", help=".png, .webp or .jpg (default attention.png, under a name that is free)"
    )
    look.add_argument("--json", action="store_true", help="tell the result as one line of JSON")
    listing = command("models", models.models, "list models: bundled, on this disk, known on the hub; or fetch one")
    listing.add_argument("--fetch", metavar="OWNER/NAME", help="fetch that model, after telling its licence and size")
    listing.add_argument("--yes", action="store_true", help="fetch it without asking")
    listing.add_argument("--json", action="store_true", help="one line of JSON for each model")
    export = command("export", models.export, "save one of our models as a pipeline that diffusers loads")
    export.add_argument("model", metavar="MODEL", nargs="?", default="motion", help="as for generate (default motion)")
    export.add_argument("--output", metavar="DIR", type=Path, help="a new folder (default MODEL-diffusers)")
    replay = command("replay", making.replay, "make the frames of a clip again, from the manifest inside it")
    replay.add_argument("clip", metavar="CLIP", help="an MP4, WebM or contact sheet that Mutoscope made")
    replay.add_argument("--photo", metavar="FILE", help="the photo, if it is no longer where it was")
    _add_output(replay, "the clip's name with -again")
    _add_credentials(replay)
    doctor = command(
        "doctor", models.doctor, "tell what is installed, what works here, and what each missing part would bring"
    )
    doctor.add_argument("--json", action="store_true", help="one line of JSON for each check")
    add_serve_flags(command("serve", serve, "offer the same over HTTP, in the shape of OpenAI's Videos API"))
    add_studio_flags(command("studio", studio, "open a page on this machine: photo, sentence, go"))
    evaluate = command("evaluate", learning.evaluate, "measure whether clips do what their prompts say")
    evaluate.argument_default = argparse.SUPPRESS  # what is not said is left to the measure
    evaluate.add_argument(
        "what", metavar="WHAT",
        choices=["motion", "storybook", "choreographer", "moving-shapes", "mocogan-shapes", "mixers", "prediction", "drift",
                 "looks", "examples", "distances", "ruler", "raising", "retrieval", "curves"],
        help="motion (the motion model), storybook (a model that draws), choreographer (what places everyone beforehand), "
        "moving-shapes and mocogan-shapes (the "
        "published protocols, models beside published numbers), mixers (attention, convolution and recurrence in one place of one "
        "network), prediction (of the frames that follow given ones), "
        "drift (of clips that go on and on), looks (photos that are moved, into a picture for you to judge), "
        "examples (the sentences that are always shown, as they come), distances (of true and spoilt clips from true ones), "
        "ruler (of the storybook), raising (how much truer clips become than by straight lines), retrieval (how well words "
        "and clips are told to fit), or curves (of learning, from the journals of all runs)",
    )  # fmt: skip
    evaluate.add_argument(
        "--model", metavar="NAME",
        help="which family draws: diffusion, gan, autoregressive, or all of them (storybook, default diffusion; "
        "the two of shapes, prediction, drift, default all); or a large model, hub:NAME (motion, default the bundled one)",
    )  # fmt: skip
    evaluate.add_argument("--size", metavar="WxH", help="pixels (motion, of a large model; default the model's own)")
    evaluate.add_argument("--steps", metavar="N", type=int, help="of sampling (motion, of a large model)")
    evaluate.add_argument("--yes", action="store_true", help="fetch a large model without asking")
    evaluate.add_argument(
        "--checkpoint",
        metavar="DIR",
        type=Path,
        help="a checkpoint (storybook, choreographer, the two of shapes, prediction, drift, raising, retrieval; default the "
        "bundled one)",
    )
    evaluate.add_argument(
        "--seeds",
        metavar="N",
        type=int,
        help="clips of each prompt (storybook, prediction, default 4; choreographer, drift, examples, default 3)",
    )
    evaluate.add_argument(
        "--towers", metavar="DIR", type=Path,
        help="alignment towers that keep the best clip of each prompt and measure distances (storybook, distances; "
        "default those bundled or trained here)",
    )  # fmt: skip
    evaluate.add_argument(
        "--sheet",
        metavar="FILE",
        type=Path,
        help="a picture of what was drawn (storybook, choreographer, the two of shapes, drift, looks, examples, curves)",
    )
    evaluate.add_argument(
        "--plot", metavar="FILE", type=Path,
        help="a picture of the scoreboard, and of quality against seconds (storybook; needs the extra plots)",
    )  # fmt: skip
    evaluate.add_argument("--stage", metavar="N", type=int, choices=[1, 2, 3, 4],
                          help="how much of the storybook (ruler, raising, retrieval; default 1: shapes)")  # fmt: skip
    evaluate.add_argument(
        "--changes", action="store_true", help="stories in which one thing comes after another (ruler)"
    )
    evaluate.add_argument("--codec", metavar="DIR", type=Path,
                          help="a checkpoint of the latent codec: its reconstructions are measured as well (ruler)")  # fmt: skip
    evaluate.add_argument(
        "--scenes", metavar="N", type=int, help="how many held-out scenes, prompts or clips (default 20 to 200)"
    )
    evaluate.add_argument(
        "--seed",
        metavar="N",
        type=int,
        help="another draw of scenes (motion, looks, ruler, retrieval, the two of shapes, mixers; default 0)",
    )
    evaluate.add_argument("--given", metavar="N", type=int, help="frames given (prediction; default 5)")
    evaluate.add_argument(
        "--forecaster", metavar="DIR", type=Path,
        help="the recurrent baseline's checkpoint (prediction; default runs/forecaster/checkpoint)",
    )  # fmt: skip
    evaluate.add_argument(
        "--classifier", metavar="DIR", type=Path,
        help="the classifiers' checkpoint (moving-shapes, mixers; default that in runs, trained from true clips if there is none)",
    )  # fmt: skip
    evaluate.add_argument("--clips", metavar="N", type=int, help="of how many (retrieval; default 100)")
    evaluate.add_argument("--galleries", metavar="N", type=int, help="how often (retrieval; default 5)")
    evaluate.add_argument(
        "--folder", metavar="DIR", type=Path, help="where their runs are (mixers; default runs/mixers)"
    )
    evaluate.add_argument("--runs", metavar="DIR", type=Path, help="where the journals are (curves; default runs)")
    evaluate.add_argument(
        "--photos", metavar="DIR", type=Path, help="real photos with mattes to measure on (motion, looks)"
    )
    evaluate.add_argument("--results", metavar="FILE", type=Path, help="write the table there (motion)")
    train = command("train", learning.train, "run a recipe: train a model from nothing, or a LoRA for a large one")
    train.add_argument("recipe", metavar="RECIPE", help="its name, such as motion; or lora")
    train.add_argument("--output", metavar="DIR", type=Path, help="where the run is kept (default runs/RECIPE)")
    train.add_argument("--resume", action="store_true", help="go on where the run stopped")
    train.add_argument(
        "--compile", action="store_true", help="train faster by torch.compile (needs a C++ compiler; starts later)"
    )
    train.add_argument("--start", metavar="DIR", type=Path, help="a checkpoint to begin with: what fits of it")
    train.add_argument("--pace", metavar="X", type=float,
                       help="by what learning rates are multiplied (recipes; below 1 to go on from trained weights)")  # fmt: skip
    train.add_argument("--photos", metavar="DIR", type=Path, help="photos to put behind collages (recipe matte)")
    train.add_argument("--codec", metavar="DIR", type=Path, help="the codec's checkpoint (recipes of families)")
    train.add_argument("--stage", metavar="N", type=int, choices=[1, 2, 3, 4],
                       help="how much of the storybook (recipes of the storybook; default 1: shapes)")  # fmt: skip
    train.add_argument("--changes", action="store_true", default=None,
                       help="one thing after another too, as stage 4 shows (families of the storybook)")  # fmt: skip
    train.add_argument("--steps", metavar="N", type=int, help="how many steps (most recipes; lora: 500)")
    train.add_argument("--contest", metavar="KIND", choices=["relativistic", "classical"],
                       help="how true and drawn clips are told apart (recipes of GANs; default relativistic)")  # fmt: skip
    train.add_argument("--mixer", metavar="KIND", choices=["attention", "convolution", "recurrence"],
                       help="how places of a clip learn of each other (recipes of diffusion; default attention)")  # fmt: skip
    train.add_argument("--teacher", metavar="DIR", type=Path,
                       help="the diffusion model that teaches (distilled_*, latent_decoder; default: the usual one)")  # fmt: skip
    train.add_argument("--vectors", metavar="FILE", type=Path,
                       help="word vectors of word2vec or GloVe, as text, to start from (recipe alignment)")  # fmt: skip
    train.add_argument("--encoder", metavar="NAME",
                       help="a T5, BERT, GPT-2 or CLIP text encoder, by folder or hub id (recipe alignment)")  # fmt: skip
    _add_lora_flags(train)
    command("bench", learning.bench, "measure this machine's speed, beside ffmpeg's zoompan and diffusers")
    world = command("world", learning.world, "show a clip of a world that the models learn from, with its caption")
    world.add_argument(
        "world", metavar="WORLD", nargs="?", default="collages",
        choices=["collages", "storybook", "moving-shapes", "mocogan-shapes", "sample"],
        help="collages (moving photos, the default), storybook (a drawn picture book), moving-shapes and mocogan-shapes "
        "(of published protocols), or sample (what the storybook "
        "draws for a --prompt)",
    )  # fmt: skip
    world.add_argument(
        "--prompt", metavar="PROMPT", help="what the storybook shall draw, in English or Chinese (sample)"
    )
    world.add_argument("--seed", metavar="N", type=int, default=0, help="which clip (default 0)")
    _add_output(world, "WORLD-SEED.mp4, under a name that is free")
    return parser


def _add_lora_flags(train: argparse.ArgumentParser) -> None:
    lora = train.add_argument_group("lora: teach a large model from a folder of captioned clips")
    lora.add_argument("--model", metavar="NAME", help="hub: and the id or folder of a Wan or LTX-Video model")
    lora.add_argument("--clips", metavar="DIR", type=Path, help="clips, each with a text file beside it: a.mp4, a.txt")
    lora.add_argument("--rank", metavar="N", type=int, help="how much it can hold (default 16)")
    lora.add_argument("--rate", metavar="X", type=float, help="how fast it learns (default 0.0001)")
    lora.add_argument(
        "--seconds", metavar="S", type=float, help="how much of each clip (default as long as the model makes)"
    )
    lora.add_argument("--size", metavar="WxH", help="pixels (default the clip's shape, the model's usual area)")
    lora.add_argument("--seed", metavar="N", type=int, help="of chance in training (default 0)")
    lora.add_argument("--shown", metavar="N", type=int, help="clips drawn before and after, for the sheet (default 2)")
    lora.add_argument("--yes", action="store_true", help="fetch the model without asking")


def _add_wishes(command: argparse.ArgumentParser, *names: str) -> None:
    """Some of the fields of a request, as flags."""
    for name in names:
        wish = wishes()[name]
        command.add_argument(flag(name), metavar=wish.metavar, help=wish.help, default=argparse.SUPPRESS)


def _add_credentials(command: argparse.ArgumentParser) -> None:
    """Who signs what is made (C2PA)."""
    for name, what in GIVEN.items():
        command.add_argument(flag(name), metavar="FILE", type=Path, help=what)


def _add_output(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "--output", metavar="FILE", help=f".mp4, .webm, .gif, or a contact sheet .png (default {default})"
    )
    command.add_argument("--json", action="store_true", help="tell the result as one line of JSON")
