"""Timing: whether a model draws one thing after another, in the order and at the time that a prompt says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mutoscope.evaluation.scorecard import Rate
from mutoscope.evaluation.storybook.asking import Draw, Prompt, draw_prompts, read_frames, true_clip
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.differences import Shares, obeyed, shares_of
from mutoscope.evaluation.storybook.measure import RulerReport, score_stories
from mutoscope.evaluation.storybook.verdict import Answer, Attribute, StoryVerdict, judge_story
from mutoscope.seeding import seeds_of
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.sampling import shows_changes
from mutoscope.world.storybook.story import Story

_SHOWN = 10  # prompts of a kind on the sheet


@dataclass(frozen=True, kw_only=True, eq=False)
class Timing:
    """What the ruler says of clips of "A, then B", by source (true, seen, never seen, shuffled prompts), and some of them."""

    report: RulerReport
    orders: Mapping[str, Rate]  # every actor does A in its time, and B in its
    shown: Sequence[tuple[str, Frames, bool]]
    shares: Shares  # of each prompt's clips, how many were followed, and how many in the right order

    def table(self) -> str:
        """The report as a Markdown table, and the two things that are asked of timing."""
        changes = {name: score.right[Attribute.CHANGE] for name, score in self.report.scores.items()}
        lines = [
            f"* {what}: {', '.join(f'{name} {rate}' for name, rate in rates.items())}"
            for what, rates in (("right order", self.orders), ("change within 0.25 s", changes))
        ]
        return "\n".join([self.report.table(), "", *lines])


def measure_timing(
    draw: Draw, count: int, seeds: int, stage: int, shape: ClipShape, tell: Callable[[str], None]
) -> Timing:
    """Ask for `count` stories of two parts that training shows and as many with something that it never shows."""
    found: dict[str, list[StoryVerdict]] = {"true": []}
    shown: list[tuple[str, Frames, bool]] = []
    shuffled: list[StoryVerdict] = []
    for name, held_out in (("seen", False), ("never seen", True)):
        found[name] = []
        prompts = timed_prompts(count, stage, shape, held_out=held_out)
        for index, prompt in enumerate(prompts):
            true = true_clip(prompt.story, shape, index)
            found["true"].append(judge_story(read_frames(true, prompt.story, shape, stage), prompt.story))
            clips = [draw(prompt.text, seed, None) for seed in seeds_of(index, seeds)]
            readings = [read_frames(frames, prompt.story, shape, stage) for frames in clips]
            found[name] += (verdicts := [judge_story(reading, prompt.story) for reading in readings])
            other = prompts[(index + 1) % len(prompts)].story
            shuffled += [judge_story(reading, other) for reading in readings]
            if index < _SHOWN:
                shown.append((prompt.readable(), clips[0], verdicts[0].obeyed))
        tell(f"A, then B, {name}: {sum(verdict.obeyed for verdict in found[name])} of {len(found[name])} all right")
    shares = {f"A, then B, {name}": shares_of(obeyed(found[name]), seeds) for name in ("seen", "never seen")}
    ordered = {f"right order, {name}": shares_of(_ordered(found[name]), seeds) for name in ("seen", "never seen")}
    found["shuffled prompts"] = shuffled
    return Timing(
        report=RulerReport(scores={name: score_stories(verdicts) for name, verdicts in found.items()}),
        orders={name: Rate(sum(_ordered(verdicts)), len(verdicts)) for name, verdicts in found.items()},
        shown=shown,
        shares={**shares, **ordered},
    )


def timed_prompts(count: int, stage: int, shape: ClipShape, *, held_out: bool) -> list[Prompt]:
    """Prompts of stories of two parts in which somebody does another thing then."""
    assert shows_changes(shape.seconds), "shorter clips show one thing alone"

    def turns(story: Story) -> bool:
        return len(story.beats) == 2 and story.beats[0].acts != story.beats[1].acts

    return list(draw_prompts(count, stage, shape, held_out=held_out, such=turns, changes=True))


def _ordered(verdicts: Sequence[StoryVerdict]) -> list[bool]:
    """Clip by clip whether it shows every action in the part of it that it was asked for."""
    return [all(answer is Answer.RIGHT for answer in verdict.of(Attribute.ACTION)) for verdict in verdicts]
