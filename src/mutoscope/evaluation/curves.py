"""Learning curves: what the journals of runs say, as one picture."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.plotting import new_figure

JOURNAL = "journal.jsonl"
_CLOCK = ("step", "seconds")
_SIDE = 3.2, 2.2  # inches of a curve


@dataclass(frozen=True, kw_only=True)
class Curves:
    """What one run wrote down: numbers by name, each at the steps where it was written."""

    run: str
    seconds: float
    numbers: Mapping[str, tuple[list[int], list[float]]]


def read_curves(folder: Path) -> Curves | None:
    """The journal of a run's folder; None where nothing is in it yet. Of a step that was run twice the last counts."""
    path = folder / JOURNAL
    lines = path.read_text("utf-8").splitlines(keepends=True)
    try:
        # A line that does not end is being written just now.
        rows = {row["step"]: row for row in (json.loads(line) for line in lines if line.endswith("\n"))}
        if not rows:
            return None
        ordered = [rows[step] for step in sorted(rows)]
        numbers: dict[str, tuple[list[int], list[float]]] = {}
        for row in ordered:
            for name in (name for name in row if name not in _CLOCK):
                steps, values = numbers.setdefault(name, ([], []))
                steps.append(int(row["step"]))
                values.append(float(row[name]))
        return Curves(run=folder.name, seconds=float(ordered[-1]["seconds"]), numbers=numbers)
    except (ValueError, KeyError, TypeError) as error:
        raise MutoscopeError(
            f"{path} is no journal ({error}).", "It holds a line of JSON for some steps.", "Move it elsewhere."
        ) from error


def draw_curves(folder: Path, picture: Path) -> list[Curves]:
    """Draw the curves of all runs in a folder, a run to a row and a number to a column; they are told as well."""
    found = [curves for path in sorted(folder.glob(f"*/{JOURNAL}")) if (curves := read_curves(path.parent))]
    if not found:
        raise MutoscopeError(
            f"No run in {folder} has a journal.", f"They are looked for in {folder}/RUN/{JOURNAL}.", "Train something."
        )
    columns = max(len(curves.numbers) for curves in found)
    figure = new_figure(_SIDE[0] * columns, _SIDE[1] * len(found))
    panels = figure.subplots(len(found), columns, squeeze=False)
    for row, curves in zip(panels, found, strict=True):
        for panel in row[len(curves.numbers) :]:
            panel.set_axis_off()
        for panel, (name, (steps, values)) in zip(row, curves.numbers.items(), strict=False):
            panel.plot(steps, values, linewidth=1)
            panel.set_title(f"{curves.run}: {name}", fontsize=9)
            panel.tick_params(labelsize=7)
            panel.set_xlabel("step", fontsize=7)
            panel.grid(alpha=0.3)
    figure.savefig(picture, dpi=100)
    return found
