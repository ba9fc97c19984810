"""The models that draw, side by side: what each follows, and what a clip of it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mutoscope.evaluation.plotting import new_figure
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.differences import differences_table
from mutoscope.evaluation.storybook.following import Following
from mutoscope.evaluation.storybook.verdict import Attribute

_BAR = 0.8  # of a row, shared by all models
_INCHES = 10.0, 4.2
_BEGUN = "seen, first frame given", "never seen, first frame given"


@dataclass(frozen=True, kw_only=True)
class Scoreboard:
    """What was measured of models, by their names, on the same prompts."""

    models: Mapping[str, Following]

    def table(self) -> str:
        """A row a model, and how every two differ, as Markdown tables."""
        rows = [
            "| | whole prompts, seen | never seen | first frame given, seen | never seen | all attributes, seen | diversity "
            "| seconds a clip |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name, found in self.models.items():
            seen, unseen, *begun = (found.report.scores[kind] for kind in ("seen", "never seen", *_BEGUN))
            rates = " | ".join(
                str(rate) for rate in (seen.story, unseen.story, *(each.story for each in begun), seen.attributes)
            )
            rows.append(f"| {name} | {rates} | {found.diversity} | {found.seconds:.2f} |")
        differences = differences_table({name: found.shares for name, found in self.models.items()})
        return "\n".join([*rows, "", differences]) if differences else "\n".join(rows)

    def draw(self, picture: Path) -> None:
        """Attribute by attribute, and quality against seconds, with Wilson's 95 % intervals."""
        figure = new_figure(*_INCHES)
        bars, trade = figure.subplots(1, 2, width_ratios=(3, 2))
        scores = {name: found.report.scores["seen"] for name, found in self.models.items()}
        asked = [a for a in Attribute if any(score.right[a].asked for score in scores.values())]
        thick = _BAR / max(1, len(scores))
        for index, (name, score) in enumerate(scores.items()):
            places = [row + (index - (len(scores) - 1) / 2) * thick for row in range(len(asked))]
            rates = [score.right[attribute] for attribute in asked]
            spans = [_span(rate) for rate in rates]
            shares = [100 * rate.share for rate in rates]
            bars.barh(
                places, shares, thick, xerr=list(zip(*spans, strict=True)), label=name, error_kw={"linewidth": 0.8}
            )
            whole = score.story
            below, above = _span(whole)
            trade.errorbar(self.models[name].seconds, 100 * whole.share, [[below], [above]], fmt="o", capsize=3)
        bars.set_yticks(range(len(asked)), asked)
        bars.invert_yaxis()
        bars.set(xlim=(0, 100), xlabel="right, % (compositions seen in training)")
        figure.legend(*bars.get_legend_handles_labels(), loc="outside upper center", ncols=len(scores))
        # What is near each other is what there is to see; colours are those of the bars.
        lowest = min(100 * score.story.interval[0] for score in scores.values())
        trade.set(
            xlim=(0, 1.2 * max(found.seconds for found in self.models.values())),
            ylim=(max(0.0, lowest - 5), 101),
            xlabel="seconds a clip",
            ylabel="whole prompts followed, %",
        )
        for panel in (bars, trade):
            panel.grid(alpha=0.3)
        figure.savefig(picture, dpi=100)


def _span(rate: Rate) -> tuple[float, float]:
    """How far the interval reaches below and above, in per cent."""
    low, high = rate.interval
    return 100 * (rate.share - low), 100 * (high - rate.share)
