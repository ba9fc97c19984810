"""The commands that look at models: compare, look."""

import argparse
import json
from pathlib import Path
from typing import Any

from mutoscope.bars import Bars
from mutoscope.cli.ctrl_c import CTRL_C
from mutoscope.cli.files import check_files, free_path
from mutoscope.cli.telling import say, warn
from mutoscope.request import wishes


def compare(wanted: argparse.Namespace) -> None:
    """Draw one sentence by several models, and tell of each what it follows and what it took."""
    target = Path(wanted.output) if wanted.output else free_path(Path("compare.html"))
    given = {name: value for name, value in _given(wanted).items() if name not in ("prompt", "model")}

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


def look(wanted: argparse.Namespace) -> None:
    """Draw which words each part of each frame looks at, and tell how much each word is looked at."""
    target = Path(wanted.output) if wanted.output else free_path(Path("attention.png"))

    from mutoscope import api

    check_files([getattr(wanted, "photo", None)], [target], endings=api.PICTURES)
    with Bars(CTRL_C.heed) as bars:
        attention = api.look(on_progress=bars.on_progress, **_given(wanted))
    attention.save(target)
    warn(attention.manifest)
    shares = attention.of_words()
    if wanted.json:
        told = {"path": str(target), "on_words": attention.on_words(), "words": attention.words, "shares": shares}
        print(json.dumps(told, ensure_ascii=False))
        return
    say(f"{attention.on_words():.1%} of all attention goes to words; of that:")
    for word, share in zip(attention.words, shares, strict=True):
        say(f"  {word}: {share:.0%}")
    print(target)


def _given(wanted: argparse.Namespace) -> dict[str, Any]:
    """The fields of a request that were given."""
    return {name: value for name, value in vars(wanted).items() if name in wishes()}
