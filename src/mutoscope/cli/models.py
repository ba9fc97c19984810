"""The commands about what is here: models, export and doctor; and seeing to it that a large model is on this disk."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mutoscope.bars import Bars
from mutoscope.cli.ctrl_c import CTRL_C
from mutoscope.cli.telling import say
from mutoscope.errors import MutoscopeError
from mutoscope.request import GenerateRequest

if TYPE_CHECKING:
    from mutoscope.hub.model import HubModel

MARKS = {"works": "+", "missing": "-", "broken": "!"}


def models(wanted: argparse.Namespace) -> None:
    """List models, or fetch one."""
    from mutoscope import api

    if wanted.fetch:
        have_on_disk(wanted.fetch, yes=wanted.yes)
        return
    where = None
    for model in api.models():
        if wanted.json:
            print(json.dumps(asdict(model), ensure_ascii=False))
        else:
            print(*([f"{model.where}:"] if model.where != where else []), *model.told(), sep="\n")
            where = model.where


def export(wanted: argparse.Namespace) -> None:
    """Save a model as a diffusers pipeline, and print where."""
    from mutoscope import api

    print(api.export(wanted.model, wanted.output or Path(f"{Path(wanted.model).name}-diffusers")))


def have_on_disk(
    model: str,
    *,
    yes: bool,
    request: GenerateRequest | None = None,
    suits: Callable[["HubModel"], object] | None = None,
) -> None:
    """See to it that a large model is here: tell what fetching it means, ask, and fetch it.

    What it cannot do is told first: of a request, or what `suits` raises.
    """
    from mutoscope import api

    offer = api.offer(model, request)
    if offer is None:
        return
    if suits:
        suits(offer.model)
    say("\n".join(offer.told()))
    if not yes:
        if not sys.stdin.isatty():
            raise MutoscopeError(f"{offer.name} would have to be fetched.", "Nobody is here to ask.", "Say yes: --yes")
        if input("Fetch it? [y/N] ").strip().lower() not in ("y", "yes", "j", "ja", "是"):
            raise MutoscopeError(f"{offer.name} was not fetched.", "Its weights are needed.", "Choose another --model.")
    with Bars(CTRL_C.heed) as bars:
        say(f"It lies in {api.fetch(offer, bars.on_progress)}")


def doctor(wanted: argparse.Namespace) -> int:
    """Tell what works here; 1 if something is broken."""
    from mutoscope import api

    checks = api.doctor()
    for check in checks:
        if wanted.json:
            print(json.dumps({"name": check.name, "state": check.state, "seen": check.seen, "cure": check.cure}))
        else:
            print(f"{MARKS[check.state]} {check.name:<24} {check.seen}{f'  [{check.cure}]' if check.cure else ''}")
    return int(any(check.state == "broken" for check in checks))
