"""The commands for who trains models: train, evaluate, bench, world."""

import argparse
import json
from pathlib import Path
from typing import Any

from mutoscope.cli.files import check_files, free_path
from mutoscope.cli.models import have_on_disk
from mutoscope.cli.telling import say
from mutoscope.errors import MutoscopeError
from mutoscope.request import HUB


def evaluate(wanted: argparse.Namespace) -> None:
    """Measure a model or a ruler, and print the table."""
    from mutoscope import api

    # What was left out is not passed on: the defaults are those of the API.
    seeds = {} if wanted.seeds is None else {"seeds": wanted.seeds}
    model = {} if wanted.model is None else {"model": wanted.model}
    match wanted.what:
        case "ruler":
            print(api.evaluate_ruler(**_given(wanted, "scenes", "stage", "changes", "seed", "codec")))
        case "raising":
            print(api.evaluate_raising(**_given(wanted, "scenes", "stage", "checkpoint")))
        case "retrieval":
            print(api.evaluate_retrieval(**_given(wanted, "clips", "stage", "seed", "checkpoint")))
        case "distances":
            print(api.evaluate_distances(**_given(wanted, "scenes", "stage", "towers")))
        case "storybook":
            given = _given(wanted, "checkpoint", "scenes", "sheet", "plot", "towers")
            print(api.evaluate_storybook(**model, **given, **seeds, tell=say))
        case "choreographer":
            given = _given(wanted, "checkpoint", "scenes", "sheet")
            print(api.evaluate_choreographer(**given, **seeds, tell=say))
        case "moving-shapes" | "mocogan-shapes":
            given = _given(wanted, "checkpoint", "scenes", "seed", "sheet")
            if wanted.what == "moving-shapes":
                print(api.evaluate_moving_shapes(**model, **given, classifier=wanted.classifier, tell=say))
            else:
                print(api.evaluate_mocogan_shapes(**model, **given, tell=say))
        case "mixers":
            print(api.evaluate_mixers(**_given(wanted, "scenes", "seed", "classifier"), tell=say))
        case "prediction":
            baseline = {} if wanted.forecaster is None else {"forecaster": wanted.forecaster}
            given = _given(wanted, "checkpoint", "scenes", "given")
            print(api.evaluate_prediction(**model, **given, **seeds, **baseline, tell=say))
        case "drift":
            print(api.evaluate_drift(**model, **_given(wanted, "checkpoint", "scenes", "sheet"), tell=say))
        case "examples":
            print(api.draw_examples(wanted.sheet or Path("examples.webp"), checkpoint=wanted.checkpoint, **seeds))
        case "curves":
            print(*api.draw_learning_curves(wanted.sheet or Path("curves.png")), sep="\n")
        case "motion":
            if wanted.model is not None and wanted.model.startswith(HUB):
                have_on_disk(wanted.model, yes=wanted.yes)
            given = _given(wanted, "scenes", "seed", "photos", "size", "steps")
            results = api.evaluate_motion(**model, **given, tell=say)
            if wanted.results:
                api.written(results, wanted.results)
            print(api.markdown(results))


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
    how = {"resume": wanted.resume, "start": wanted.start, "folder": wanted.output, "compiled": wanted.compile}
    print(api.train(wanted.recipe, **how, **wishes).folder)


def _train_lora(wanted: argparse.Namespace) -> None:
    strange = [f for f in (*_OF_RECIPES, "resume", "compile") if f != "steps" and getattr(wanted, f)]
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
    have_on_disk(wanted.model, yes=wanted.yes)
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
