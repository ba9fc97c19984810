"""Whether clips that a model draws do what their prompts say, by the ruler of the storybook."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mutoscope.alignment.ranking import Ranker, best_first
from mutoscope.evaluation.metric import Features
from mutoscope.evaluation.storybook.asking import Draw, asked_prompts, read_frames, true_clip
from mutoscope.evaluation.storybook.beginning import Beginning
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.differences import Shares, obeyed, shares_of
from mutoscope.evaluation.storybook.diversity import Spread
from mutoscope.evaluation.storybook.keeping import Keeping
from mutoscope.evaluation.storybook.measure import RulerReport, score_stories
from mutoscope.evaluation.storybook.sheet import draw_sheet
from mutoscope.evaluation.storybook.verdict import StoryVerdict, judge_story
from mutoscope.seeding import seeds_of
from mutoscope.shapes import ClipShape

Keep = Callable[[Frames], Frames]  # (T, H, W, 3) -> the same, through the codec alone
_SHOWN = 20  # prompts of a kind on the sheet


@dataclass(frozen=True, kw_only=True, eq=False)
class Following:
    """What the ruler says of a model, and some of its clips: prompt, frames, whether all was right.

    `seconds`: what a clip took in the median. With alignment towers also what keeping the best clip of each prompt gains, and
    the features of each prompt's first. `shares`: of each prompt's clips, how many were followed, to compare models by.
    """

    report: RulerReport
    shown: Sequence[tuple[str, Frames, bool]]
    diversity: Spread
    beginning: Beginning
    seconds: float
    shares: Shares = field(default_factory=dict)
    keeping: Mapping[str, Keeping] = field(default_factory=dict)
    features: Features | None = None  # in the order of `asked_prompts`

    def sheet(self) -> NDArray[np.uint8]:
        """Six frames of each clip shown, one below the other, a + before the prompts that were followed."""
        return draw_sheet([(f"{'+' if right else '-'} {prompt}", frames) for prompt, frames, right in self.shown])

    def table(self) -> str:
        """The report as a Markdown table, what keeping the best gains, and how different the clips of one prompt are."""
        gains = [f"* {self.beginning}", *(f"* {name}: {keeping}" for name, keeping in self.keeping.items())]
        if self.diversity.drawn:
            told = "clips of one prompt differ by this share of what true clips of it do; 0: all the same"
            gains.append(f"* diversity: {self.diversity}; {told}")
        gains.append(f"* {self.seconds:.2f} seconds a clip, the median")
        return "\n".join([self.report.table(), "", *gains])


def measure_following(
    draw: Draw,
    keep: Keep,
    count: int,
    seeds: int,
    stage: int,
    shape: ClipShape,
    tell: Callable[[str], None],
    ranker: Ranker | None = None,
) -> Following:
    """Ask for `count` compositions that training shows and as many that it never shows, each with some seeds.

    Beside the model stand true clips of the same stories, what it makes of their first frames, its clips held against the
    stories of other prompts, and with a ranker the best of each prompt's clips.
    """
    found: dict[str, list[StoryVerdict]] = {"true": []}
    shown: list[tuple[str, Frames, bool]] = []
    shuffled: list[StoryVerdict] = []
    spread, beginning = Spread(), Beginning()
    keeping: dict[str, Keeping] = {}
    shares: dict[str, list[float]] = {}
    features: list[Features] = []
    took: list[float] = []
    draw = _timed(draw, took)
    for name, prompts in asked_prompts(count, stage, shape).items():
        found[name], found[f"{name}, first frame given"], best = [], [], []
        for index, prompt in enumerate(prompts):
            true = [true_clip(prompt.story, shape, seed) for seed in (index, 2 * count + index)]
            found["true"].append(judge_story(read_frames(true[0], prompt.story, shape, stage), prompt.story))
            other = prompts[(index + 1) % len(prompts)].story
            clips = [draw(prompt.text, seed, None) for seed in seeds_of(index, seeds)]
            kept = keep(true[0])[0]
            for seed in seeds_of(index, seeds):
                begun = draw(prompt.text, seed, true[0][0])
                beginning.add(true[0][0], begun[0], kept)
                given = judge_story(read_frames(begun, prompt.story, shape, stage), prompt.story)
                found[f"{name}, first frame given"].append(given)
            spread.add(clips, true)
            readings = [read_frames(frames, prompt.story, shape, stage) for frames in clips]
            found[name] += (verdicts := [judge_story(reading, prompt.story) for reading in readings])
            if len(other.beats) == len(prompt.story.beats):
                shuffled += [judge_story(reading, other) for reading in readings]
            if ranker is not None:
                best.append(verdicts[best_first(ranker.scores(prompt.text, clips, shape.fps))[0]])
                features.append(ranker.features(clips[:1])[0].double().numpy())
            if index < _SHOWN:
                shown.append((prompt.readable(), clips[0], verdicts[0].obeyed))
            if (index + 1) % 10 == 0:
                right = sum(verdict.obeyed for verdict in found[name])
                tell(f"{name}: {index + 1} of {count} prompts, {right} of {len(found[name])} clips all right")
        shares |= {kind: shares_of(obeyed(found[kind]), seeds) for kind in (name, f"{name}, first frame given")}
        if ranker is not None and seeds > 1:
            keeping[name] = keeping_of(found[name], best)
            found[f"{name}, best of {seeds}"] = best
    found["shuffled prompts"] = shuffled
    return Following(
        report=RulerReport(scores={name: score_stories(verdicts) for name, verdicts in found.items()}),
        shown=shown,
        diversity=spread,
        beginning=beginning,
        seconds=float(np.median(took)),
        shares=shares,
        keeping=keeping,
        features=np.stack(features) if features else None,
    )


def _timed(draw: Draw, took: list[float]) -> Draw:
    """The same; the seconds of each clip are written down in `took`."""

    def timed(prompt: str, seed: int, first: Frames | None) -> Frames:
        begun = time.perf_counter()
        frames = draw(prompt, seed, first)
        took.append(time.perf_counter() - begun)
        return frames

    return timed


def keeping_of(every: Sequence[StoryVerdict], best: Sequence[StoryVerdict]) -> Keeping:
    """What is gained by keeping the best clip of each prompt, of all of them prompt after prompt."""
    obeyed = np.array([verdict.obeyed for verdict in every], np.float64).reshape(len(best), -1)
    return Keeping(of=obeyed.shape[1], kept=[float(verdict.obeyed) for verdict in best], all=obeyed.mean(1).tolist())
