"""The commands that look at models: compare."""

import argparse
import json
from pathlib import Path

from mutoscope.bars import Bars
from mutoscope.cli.ctrl_c import CTRL_C
from mutoscope.cli.files import check_files, free_path
from mutoscope.cli.telling import say
from mutoscope.request import wishes


def compare(wanted: argparse.Namespace) -> None:
    """Draw one sentence by several models, and tell of each what it follows and what it took."""
    target = Path(wanted.output) if wanted.output else free_path(Path("compare.html"))
    given = {
        name: value for name, value in vars(wanted).items() if name in wishes() and name not in ("prompt", "model")
    }

    from mutoscope import api

    check_files([given.get("photo")], [target], endings=api.COMPARED)
    with Bars(CTRL_C.heed) as bars:
        comparison = api.compare(wanted.prompt, models=wanted.model, on_progress=bars.on_progress, **given)
    for absent in comparison.absent:
        say(f"left out: {absent.name}. {absent.why}")
    comparison.save(target)
    told = comparison.told()
    if wanted.json:
        print(json.dumps({"path": str(target), "models": told}, ensure_ascii=False))
        return
    for one in told:
        wrong = f"; not followed: {', '.join(one['not_followed'])}" if one["not_followed"] else ""
        say(f"{one['name']}: {one['score']}{wrong}")
    print(target)
