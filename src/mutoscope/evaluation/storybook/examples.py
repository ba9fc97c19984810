"""The sentences that are shown wherever the project shows what it draws: fixed beforehand, every clip shown, good or bad."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.evaluation.storybook.asking import Draw
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.sheet import draw_sheet

SENTENCES = (
    "一个男人正在跑步",
    "一个男人从走路过渡到跑步",
    "一只在太空漫步的猫",
    "a red ball bounces, then rolls left",
    "the sun sets over the sea while a boat sails away",
)


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Clips of each sentence, one for each seed; none where the model refused it, and then why."""

    clips: Sequence[Sequence[Frames]]
    refused: Sequence[str]  # "" where it was drawn

    def sheet(self) -> NDArray[np.uint8]:
        """Six frames of every clip, with the sentence's number, as in `list`."""
        rows = [
            (f"{number}, seed {seed}", frames)
            for number, clips in enumerate(self.clips, 1)
            for seed, frames in enumerate(clips)
        ]
        return draw_sheet(rows)

    def list(self) -> str:
        """The sentences with their numbers, as Markdown, to stand below the sheet."""
        return "\n".join(
            f"{number}. “{sentence}”" + (f": not drawn. {why}" if why else "")
            for number, (sentence, why) in enumerate(zip(SENTENCES, self.refused, strict=True), 1)
        )


def draw_examples(draw: Draw, seeds: int) -> Examples:
    """Every sentence with seeds 0, 1, …; nothing is chosen."""
    clips: list[list[Frames]] = []
    refused: list[str] = []
    for sentence in SENTENCES:
        try:
            clips.append([draw(sentence, seed, None) for seed in range(seeds)])
            refused.append("")
        except MutoscopeError as error:  # a sentence of which the model has learned no word
            clips.append([])
            refused.append(error.problem)
    return Examples(clips=clips, refused=refused)
