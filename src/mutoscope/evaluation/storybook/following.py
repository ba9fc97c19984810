"""Whether clips that a model draws do what their prompts say, by the ruler of the storybook."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.diversity import Spread
from mutoscope.evaluation.storybook.measure import RulerReport, score_stories
from mutoscope.evaluation.storybook.parser import parse_clip
from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.reading import StoryReading, read_clip
from mutoscope.evaluation.storybook.verdict import StoryVerdict, judge_story
from mutoscope.seeding import numpy_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions import caption
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.cast import stage_of_kind
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.held_out import is_held_out
from mutoscope.world.storybook.sampling import sample_story
from mutoscope.world.storybook.story import Story

Draw = Callable[[str, int], Frames]  # prompt, seed -> (T, H, W, 3)
_TRIES = 20  # captions of a story, until one leaves nothing open
_PER_ROW, _SIDE, _LABEL = 6, 96, 14  # of the sheet: frames, pixels


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A caption that says all of a story."""

    text: str
    story: Story


@dataclass(frozen=True, kw_only=True, eq=False)
class Following:
    """What the ruler says of a model, and some of its clips: prompt, frames, whether all was right."""

    report: RulerReport
    shown: Sequence[tuple[str, Frames, bool]]
    diversity: float | None  # None where each prompt was drawn once

    def table(self) -> str:
        """All rates, and how different clips of one prompt are."""
        if self.diversity is None:
            return self.report.table()
        told = "clips of one prompt differ by that share of what true clips of it do; 0: all the same"
        return f"{self.report.table()}\n\nDiversity {self.diversity:.2f} ({told})."

    def sheet(self) -> NDArray[np.uint8]:
        """Six frames of each clip shown, one below the other, a + before the prompts that were followed."""
        height = _SIDE + _LABEL
        sheet = Image.new("RGB", (_PER_ROW * _SIDE, max(1, len(self.shown)) * height), "white")
        draw = ImageDraw.Draw(sheet)
        for row, (prompt, frames, right) in enumerate(self.shown):
            for column, index in enumerate(np.linspace(0, len(frames) - 1, _PER_ROW).round().astype(int)):
                picture = Image.fromarray(frames[index]).resize((_SIDE, _SIDE))
                sheet.paste(picture, (column * _SIDE, row * height + _LABEL))
            plain = prompt.encode("ascii", "replace").decode()  # Pillow's own font has no Chinese
            draw.text((2, row * height), f"{'+' if right else '-'} {plain[:92]}", "black")
        return np.array(sheet)


def measure_following(
    draw: Draw, count: int, seeds: int, stage: int, shape: ClipShape, tell: Callable[[str], None]
) -> Following:
    """Ask for `count` compositions that training shows and as many that it never shows, each with some seeds.

    Beside the model stand true clips of the same stories, and its clips held against the stories of other prompts.
    """
    found: dict[str, list[StoryVerdict]] = {"true": []}
    shown: list[tuple[str, Frames, bool]] = []
    shuffled: list[StoryVerdict] = []
    spread = Spread()
    for name, held_out in (("seen", False), ("never seen", True)):
        prompts = list(draw_prompts(count, stage, shape, held_out=held_out))
        found[name] = []
        for index, prompt in enumerate(prompts):
            true = [_true(prompt.story, shape, seed) for seed in (index, count + index)]
            found["true"].append(judge_story(_read(true[0], prompt.story, shape, stage), prompt.story))
            drawn = []
            other = prompts[(index + 1) % len(prompts)].story
            for seed in range(seeds):
                frames = draw(prompt.text, seed)
                drawn.append(frames)
                reading = _read(frames, prompt.story, shape, stage)
                verdict = judge_story(reading, prompt.story)
                found[name].append(verdict)
                if len(other.beats) == len(prompt.story.beats):
                    shuffled.append(judge_story(reading, other))
                if seed == 0 and index < 20:
                    shown.append((prompt.text, frames, verdict.obeyed))
            spread.add(drawn, true)
            if (index + 1) % 10 == 0:
                right = sum(verdict.obeyed for verdict in found[name])
                tell(f"{name}: {index + 1} of {count} prompts, {right} of {len(found[name])} clips all right")
    found["shuffled prompts"] = shuffled
    return Following(
        report=RulerReport(scores={name: score_stories(verdicts) for name, verdicts in found.items()}),
        shown=shown,
        diversity=spread.share(),
    )


def draw_prompts(count: int, stage: int, shape: ClipShape, *, held_out: bool) -> Iterator[Prompt]:
    """Prompts of stories whose compositions are, or are not, held out; none of them leaves anything open."""
    rng = numpy_rng(0, f"following/{stage}/{held_out}")
    made = 0
    while made < count:
        story = sample_story(rng, shape.seconds, stage=stage)
        if is_held_out(story) != held_out:
            continue
        for _ in range(_TRIES):
            text = caption(story, rng, "en" if made % 2 == 0 else "zh")
            if _says_all(text, story):
                yield Prompt(text=text, story=story)
                made += 1
                break


def _says_all(text: str, story: Story) -> bool:
    """Whether the story can be read back off its caption, who looks how and does what."""
    found = read_story(text, story.seconds).story
    acts = [beat.acts for beat in story.beats]
    return found.actors == story.actors and [beat.acts for beat in found.beats] == acts and found.place is story.place


def _true(story: Story, shape: ClipShape, seed: int) -> Frames:
    frames = render_stories([story], shape, seed).frames[0]
    return np.asarray((frames.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy())


def _read(frames: Frames, story: Story, shape: ClipShape, stage: int) -> StoryReading:
    kinds = tuple(kind for kind in READ if stage_of_kind(kind) <= stage)
    return read_clip(parse_clip(frames, shape.fps, kinds), [*(beat.start for beat in story.beats), story.seconds])
