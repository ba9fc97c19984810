"""How long a clip that goes on stays true to its words: read by the ruler after 3, 6, 12 and 24 seconds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import STRIDE, latent_shape
from mutoscope.evaluation.plotting import new_figure
from mutoscope.evaluation.prediction import Predict
from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.asking import draw_prompts, read_frames, true_clip
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.measure import score_stories
from mutoscope.evaluation.storybook.verdict import StoryVerdict, judge_story
from mutoscope.seeding import seeds_of
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.story import Action, Story

LENGTHS = (3, 6, 12, 24)  # seconds
# What can be done for 24 seconds without leaving the picture.
LASTING = frozenset({Action.STAND, Action.SPIN, Action.BOUNCE, Action.FLOAT, Action.CIRCLE, Action.DANCE, Action.WAVE})


@dataclass(frozen=True, kw_only=True)
class DriftReport:
    """By model, of all that the words say, how much is right in the last three seconds, when so many have gone by."""

    prompts: int
    seeds: int
    true: Rate
    found: Mapping[str, Mapping[int, Rate]]

    def table(self) -> str:
        """The report as a Markdown table."""
        rows = [
            f"Attributes right in the last three seconds of clips that went on, {self.prompts} prompts with {self.seeds} seeds "
            f"each; true clips: {self.true}.\n",
            f"| seconds | {' | '.join(map(str, LENGTHS))} |",
            f"| --- |{' --- |' * len(LENGTHS)}",
        ]
        rows += [f"| {name} | {' | '.join(map(str, rates.values()))} |" for name, rates in self.found.items()]
        return "\n".join(rows)

    def draw(self, path: Path) -> None:
        """The same as curves, with 95 % intervals."""
        figure = new_figure(5.2, 3.4)
        panel = figure.subplots()
        panel.axhline(100 * self.true.share, color="0.5", linestyle="--", linewidth=1, label="true clips")
        for name, rates in self.found.items():
            share = [100 * rate.share for rate in rates.values()]
            bounds = np.array([[100 * edge for edge in rate.interval] for rate in rates.values()]).T
            panel.errorbar(
                LENGTHS, share, yerr=np.abs(bounds - share), marker="o", capsize=3, linewidth=1.5, label=name
            )
        panel.set(xlabel="seconds drawn", ylabel="attributes right, %", ylim=(0, 104), xticks=LENGTHS)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
        figure.savefig(path, dpi=120)


def measure_drift(
    models: Mapping[str, Predict],
    codec: LatentCodec,
    shape: ClipShape,
    stage: int,
    count: int,
    seeds: int,
    tell: Callable[[str], None],
) -> DriftReport:
    """Let each model draw `count` prompts from nothing, and go on until the longest length, told the same words again.

    Each with some seeds, which are the prompt's own.
    """
    true: list[StoryVerdict] = []
    found: dict[str, dict[int, list[StoryVerdict]]] = {name: {at: [] for at in LENGTHS} for name in models}
    for index, prompt in enumerate(draw_prompts(count, stage, shape, held_out=False, such=lasts)):
        true.append(
            judge_story(read_frames(true_clip(prompt.story, shape, index), prompt.story, shape, stage), prompt.story)
        )
        for name, predict in models.items():
            for seed in seeds_of(index, seeds):
                frames = gone_on(predict, codec, prompt.text, shape, seed)
                for at, verdicts in found[name].items():
                    end = max(round(at * shape.fps), shape.frames)
                    window = frames[end - shape.frames : end]
                    verdicts.append(judge_story(read_frames(window, prompt.story, shape, stage), prompt.story))
        tell(f"{index + 1} of {count} prompts")
    return DriftReport(
        prompts=count,
        seeds=seeds,
        true=score_stories(true).attributes,
        found={
            name: {at: score_stories(verdicts).attributes for at, verdicts in each.items()}
            for name, each in found.items()
        },
    )


def gone_on(predict: Predict, codec: LatentCodec, sentence: str, shape: ClipShape, seed: int) -> Frames:
    """A clip drawn from nothing, and gone on with for the longest length: each part by another seed, as `extend` does it."""
    again = 1 + STRIDE * min((shape.frames - 1) // STRIDE - 1, 2)  # frames of the end that the next part is shown
    known, frames, part = (
        torch.zeros(0, *latent_shape(shape)[1:]),
        np.zeros((0, shape.height, shape.width, 3), np.uint8),
        0,
    )
    while len(frames) < LENGTHS[-1] * shape.fps:
        drawn = predict(sentence, known, 1000 * seed + part)
        frames = np.concatenate([frames, drawn[again if part else 0 :]])
        known, part = codec.encode(frames[-again:]), part + 1
    return frames


def lasts(story: Story) -> bool:
    """Whether one thing goes on all the time, and could for ever."""
    acts = story.beats[0].acts
    return len(story.beats) == 1 and all(act.action in LASTING and act.direction is None for act in acts)
