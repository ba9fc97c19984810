"""Running a recipe to its checkpoint. It needs neither PyAV nor the web, so that it runs on a bare machine with a GPU."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import torch

from mutoscope.checkpoints.checkpoint import Checkpoint, save_checkpoint
from mutoscope.errors import MutoscopeError
from mutoscope.recipes.catalogue import RECIPES
from mutoscope.training.run import Run
from mutoscope.training.trainer import Trainer, origin_of
from mutoscope.world.storybook.cast import STAGES

_FASTEST = 10.0


def train(
    name: str,
    *,
    resume: bool = False,
    start: Path | None = None,
    folder: Path | None = None,
    compiled: bool = False,
    pace: float | None = None,
    **wishes: Any,
) -> Checkpoint:
    """Run a recipe by name; the checkpoint lands in `runs/NAME/checkpoint` (or under `folder`).

    `start`: a checkpoint that lends what fits of its weights, instead of random ones; of the same recipe, or of another family.
    What it is taught by is another sample of the world than what taught those.
    `compiled`: by torch.compile, for which a C++ compiler must be there.
    `pace`: by what all learning rates are multiplied; below one, what starts from trained weights does not unlearn at first.
    `wishes`: what else the recipe can be told, such as `photos` (matte), `stage` or `codec` (diffusion_storybook).
    """
    wishes = {wish: value for wish, value in wishes.items() if value is not None}
    if pace is not None and not 0 < pace <= _FASTEST:
        raise MutoscopeError(f"A pace of {pace}.", f"It must be above 0 and at most {_FASTEST}.", "Try --pace 0.35.")
    if wishes.get("steps", 1) < 1:
        raise MutoscopeError(f"{wishes['steps']} steps.", "A run takes at least one.", "Try --steps 1000.")
    if not 1 <= wishes.get("stage", 1) <= STAGES:
        raise MutoscopeError(f"Stage {wishes['stage']}.", f"There are the stages 1 to {STAGES}.", "Try --stage 1.")
    run = replace(_asked(name, wishes), pace=1.0 if pace is None else pace)
    place = folder or Path("runs") / name
    # What goes on from other weights would else see the very clips, in the order and under the noise, that taught those.
    origin = origin_of(place) if resume else Checkpoint(start).sha256 if start is not None else ""
    run = run.afresh(int(origin[:8], 16)) if origin else run
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if compiled and device == "cpu" and shutil.which("g++") is None:
        cure = "Install one (on Debian the package g++), or leave out --compile."
        raise MutoscopeError("There is no g++ here.", "torch.compile needs a C++ compiler on a CPU.", cure)
    trainer = Trainer(run, place, device, compiled=compiled)
    if not resume and (place / "state.safetensors").exists():
        raise MutoscopeError(
            f"{place} already holds a run.",
            "A run is not overwritten.",
            "Go on with --resume, or move the folder away.",
        )
    wishes |= {} if pace is None else {"pace": pace}
    trainer.flags = " ".join(_flags({wish: value for wish, value in wishes.items() if wish != "steps"}))
    if resume and not trainer.resume():
        raise MutoscopeError(f"{place} holds no run.", "Only a run that was begun can go on.", "Leave out --resume.")
    if start is not None and not all(p.requires_grad for p in trainer.objective.parameters()):
        raise MutoscopeError(
            f"The recipe {name!r} begins with the weights of its codec.",
            "What it does not move must stay as it is there.",
            "Leave out --start, or give that codec: --codec DIR.",
        )
    if start is not None and not resume:
        lent = trainer.begin_with(Checkpoint(start))
        print(f"begins with {lent} of {len(trainer.objective.kept().state_dict())} weights of {start}", flush=True)
    try:
        trainer.train()
    except OSError as error:
        cure = "Choose another folder with --output, or make room."
        raise MutoscopeError(
            f"{place} cannot be written to ({error}).", "A run keeps its state there.", cure
        ) from error
    kept = trainer.use_ema().kept()
    for part, source in run.parts.items():
        shutil.copytree(source, place / "checkpoint" / part, dirs_exist_ok=True)
    return save_checkpoint(place / "checkpoint", run.config, kept, card_of(trainer, wishes), eight_bits=run.eight_bits)


def _asked(name: str, wishes: Mapping[str, Any]) -> Run:
    """The run of a recipe, told only what it can be told."""
    if name not in RECIPES:
        raise MutoscopeError(f"There is no recipe {name!r}.", f"Recipes: {', '.join(RECIPES)}.", "Choose one of them.")
    known = signature(RECIPES[name]).parameters
    if lacking := [wish for wish, how in known.items() if how.default is how.empty and wish not in wishes]:
        raise MutoscopeError(
            f"The recipe {name!r} needs a {lacking[0]}.",
            f"It takes {', '.join(known)}.",
            f"Give it: --{lacking[0]} DIR.",
        )
    if strange := [wish for wish in wishes if wish not in known]:
        takers = [other for other, recipe in RECIPES.items() if strange[0] in signature(recipe).parameters]
        cure = f"Use it with {', '.join(takers)}." if takers else "Leave it out."
        takes = f"It takes {', '.join(known)}." if known else "It takes nothing."
        raise MutoscopeError(f"The recipe {name!r} takes no {strange[0]}.", takes, cure)
    return RECIPES[name](**wishes)


def card_of(trainer: Trainer, wishes: Mapping[str, Any]) -> str:
    """What a checkpoint's card says of its training; of the wishes it leaves out folders, as others have other ones."""
    run = trainer.run
    rows = [json.loads(line) for line in (trainer.folder / "journal.jsonl").read_text("utf-8").splitlines()]
    points = [rows[round(i * (len(rows) - 1) / 7)] for i in range(8)]
    phase = trainer.objective.phases[0]
    facts: Mapping[str, object] = {
        "Recipe": f"`mutoscope train {' '.join((run.name, *_flags(wishes)))}`",
        "Steps": f"{trainer.step:,} of {run.steps:,}",
        "Wall-clock": f"{trainer.seconds / 60:.0f} minutes",
        "Curve": ", ".join(dict.fromkeys(f"{row[phase]:.3f} at {row['step']:,}" for row in points)),
        "Data": "made by the world of this package while training; nothing downloaded",
        "Licence": "Apache-2.0",
    }
    if trainer.origin:
        facts = {
            **facts,
            "Started with": f"what fits of the weights {trainer.origin[:12]}, whose training comes on top",
        }
    return f"# {run.name}\n\n" + "\n".join(f"* {name}: {value}" for name, value in facts.items())


def _flags(wishes: Mapping[str, Any]) -> Iterator[str]:
    for name, value in wishes.items():
        if value is True:
            yield f"--{name}"
        elif value is not False and isinstance(value, str | int | float):
            yield f"--{name} {value}"
