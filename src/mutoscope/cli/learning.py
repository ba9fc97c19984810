"""The commands for who trains models: train, evaluate, bench, world."""

import argparse
import json
from inspect import signature
from pathlib import Path
from typing import Any

from mutoscope.cli.files import check_files, free_path
from mutoscope.cli.models import have_on_disk
from mutoscope.cli.telling import say
from mutoscope.errors import MutoscopeError
from mutoscope.request import HUB, flag

_MEASURES = {
    "motion": "evaluate_motion",
    "storybook": "evaluate_storybook",
    "choreographer": "evaluate_choreographer",
    "moving-shapes": "evaluate_moving_shapes",
    "mocogan-shapes": "evaluate_mocogan_shapes",
    "mixers": "evaluate_mixers",
    "prediction": "evaluate_prediction",
    "drift": "evaluate_drift",
    "looks": "draw_looks",
    "examples": "draw_examples",
    "distances": "evaluate_distances",
    "ruler": "evaluate_ruler",
    "raising": "evaluate_raising",
    "retrieval": "evaluate_retrieval",
    "curves": "draw_learning_curves",
}
_OF_MOTION = {"yes", "results"}  # what is done with a large model and with the results, beside measuring
_SHEETS = {"looks": Path("looks.webp"), "examples": Path("examples.webp"), "curves": Path("curves.png")}


def evaluate(wanted: argparse.Namespace) -> None:
    """Measure a model or a ruler, and print the table. What was left out is not passed on: the defaults are the API's."""
    from mutoscope import api

    takes = {what: set(signature(getattr(api, measure)).parameters) for what, measure in _MEASURES.items()}
    takes["motion"] |= _OF_MOTION
    given = {name: value for name, value in vars(wanted).items() if name in set().union(*takes.values())}
    what = wanted.what
    if strange := sorted(given.keys() - takes[what]):
        known = ", ".join(flag(name) for name in sorted(takes[what] - {"tell"}))
        raise MutoscopeError(
            f"The measure {what!r} takes no {flag(strange[0])}.", f"It takes {known}.", "Leave it out."
        )
    if what in _SHEETS:
        given = {"sheet": _SHEETS[what], **given}
    wishes = {name: value for name, value in given.items() if name not in _OF_MOTION}
    if "tell" in takes[what]:
        wishes["tell"] = say
    if what == "motion" and str(given.get("model")).startswith(HUB):
        have_on_disk(given["model"], yes="yes" in given)
    found = getattr(api, _MEASURES[what])(**wishes)
    if "results" in given:
        api.written(found, given["results"])
    if isinstance(found, list):
        print(*found, sep="\n")
    else:
        print(found if isinstance(found, str) else api.markdown(found))


def _given(wanted: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in names}


def bench(wanted: argparse.Namespace) -> None:
    """Measure the speed of this machine."""
    from mutoscope import api

    print(api.bench_table(api.bench()))


_OF_RECIPES = ("photos", "codec", "stage", "changes", "steps", "contest", "mixer", "teacher", "vectors", "encoder")
_OF_LORAS = ("model", "clips", "rank", "rate", "seconds", "size", "seed", "shown")


def train(wanted: argparse.Namespace) -> None:
    """Run a recipe, and print where its checkpoint is; or train a LoRA, and print where it is."""
    if wanted.recipe == "lora":
        _train_lora(wanted)
        return
    from mutoscope import api

    wishes = _given(wanted, *_OF_RECIPES, *_OF_LORAS)
    how = {"resume": wanted.resume, "start": wanted.start, "folder": wanted.output, "compiled": wanted.compile,
           "pace": wanted.pace}  # fmt: skip
    print(api.train(wanted.recipe, **how, **wishes).folder)


def _train_lora(wanted: argparse.Namespace) -> None:
    strange = [f for f in (*_OF_RECIPES, "resume", "compile") if f != "steps" and getattr(wanted, f)]
    strange += ["pace"] if wanted.pace is not None else []
    if strange:
        raise MutoscopeError(
            f"A LoRA takes no {strange[0]}.", f"It takes {', '.join(('steps', 'start', *_OF_LORAS))}.", "Leave it out."
        )
    if wanted.model is None or wanted.clips is None:
        raise MutoscopeError(
            "A LoRA needs a model and clips.",
            "It changes a large model, and learns from a folder of clips with captions.",
            "Write mutoscope train lora --model hub:OWNER/NAME --clips DIR.",
        )
    from mutoscope import api

    folder = wanted.output or api.RUNS / "lora"
    given = {name: getattr(wanted, name) for name in ("steps", *_OF_LORAS[2:])}
    wishes = api.Tuning(**{name: value for name, value in given.items() if value is not None})
    have_on_disk(wanted.model, yes=wanted.yes, suits=api.tunable)
    print(api.train_lora(wanted.model, wanted.clips, wishes=wishes, folder=folder, start=wanted.start, tell=say))


def world(wanted: argparse.Namespace) -> None:
    """Save a clip of a world, and print its caption."""
    target = Path(wanted.output) if wanted.output else free_path(Path(f"{wanted.world}-{wanted.seed}.mp4"))
    check_files([], [target])

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
            say(line)
        caption = wanted.prompt
    else:
        caption, video = api.world_clip(wanted.seed, wanted.world)
    video.save(target)
    print(json.dumps({"path": str(target), "caption": caption}) if wanted.json else f"{caption}\n{target}")
