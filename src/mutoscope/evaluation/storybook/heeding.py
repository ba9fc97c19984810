"""Which words of a sentence a clip follows: the verdict, told in the words of whoever asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.evaluation.storybook.parser import parse_clip
from mutoscope.evaluation.storybook.patterns import READ
from mutoscope.evaluation.storybook.reading import read_clip
from mutoscope.evaluation.storybook.verdict import Answer, Attribute, Judged, judge_story
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.captions.parsing import read_story
from mutoscope.world.storybook.captions.senses import Phrase, phrases
from mutoscope.world.storybook.cast import stage_of_kind
from mutoscope.world.storybook.story import Colour, Story


@dataclass(frozen=True, kw_only=True)
class Heeded:
    """One thing that a sentence says, whether a clip shows it, and what it shows instead.

    `words` are those of the sentence; `where` says of whom and when, as far as that is not plain.
    """

    words: str
    where: str
    answer: Answer
    shown: str

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        return f"{self.words}{where}" + (f": {self.shown}" if self.answer is Answer.WRONG else "")


@dataclass(frozen=True, kw_only=True)
class Heeding:
    """What a clip makes of a sentence; `unmeasured` are words that the ruler's grammar does not have."""

    things: tuple[Heeded, ...]
    unmeasured: tuple[str, ...]

    def of(self, answer: Answer) -> tuple[Heeded, ...]:
        """The things with one answer."""
        return tuple(thing for thing in self.things if thing.answer is answer)

    @property
    def score(self) -> str:
        """How many things are followed, of those that could be read."""
        right, wrong, unread = (len(self.of(answer)) for answer in Answer)
        return f"{right} of {right + wrong} followed" + (f", {unread} not read" if unread else "")


def heed(sentence: str, frames: Frames, fps: int, drawn: ClipShape, stage: int) -> Heeding:
    """What frames (T, H, W, 3) make of a sentence; they are read at the shape that the model draws.

    Only what the sentence says is asked: what it leaves open is drawn anyhow. Errors: MutoscopeError where it tells no story.
    """
    told = read_story(sentence, len(frames) / fps)
    story = told.story
    kinds = [kind for kind in READ if stage_of_kind(kind) <= stage or kind in {actor.kind for actor in story.actors}]
    clip = parse_clip(_as_drawn(frames, fps, drawn), drawn.fps, kinds)
    verdict = judge_story(read_clip(clip, [*(beat.start for beat in story.beats), story.seconds]), story)
    said = list(phrases(sentence))
    things = (_heeded(judged, story, said) for judged in verdict.answers)
    return Heeding(things=tuple(thing for thing in things if thing is not None), unmeasured=told.unknown)


def _as_drawn(frames: Frames, fps: int, drawn: ClipShape) -> Frames:
    """Frames at the rate and the size that the ruler was measured at."""
    count = 1 + (len(frames) - 1) * drawn.fps // fps
    chosen = (min(round(index * fps / drawn.fps), len(frames) - 1) for index in range(count))
    size = drawn.width, drawn.height
    return np.stack([np.asarray(cv2.resize(frames[at], size, interpolation=cv2.INTER_AREA)) for at in chosen])


def _heeded(judged: Judged, story: Story, said: Sequence[Phrase]) -> Heeded | None:
    """The answer in the sentence's words; None for what it does not say."""
    times = ""
    if judged.beat is not None and len(story.beats) > 1:
        beat = story.beats[judged.beat]
        times = f"{beat.start:.1f}-{beat.end:.1f} s"
    match judged.attribute:
        case Attribute.NUMBER:
            words, shown, where = f"{judged.asked} in all", f"{judged.found} seen", ""
        case Attribute.CHANGE:
            seen = "no change seen" if judged.found is None else f"seen at {judged.found:.1f} s"
            words, shown, where = "the change", seen, f"at {judged.asked:.1f} s"
        case _:
            words = next((phrase.text for phrase in said if _means(phrase, judged.asked)), "")
            shown = "not seen" if judged.found is None else f"{judged.found} seen"
            whose = story.actors[judged.actor].kind if judged.actor is not None and len(story.actors) > 1 else ""
            where = ", ".join(filter(None, (whose, times)))
    return Heeded(words=words, where=where, answer=judged.answer, shown=shown) if words else None


def _means(phrase: Phrase, asked: object) -> bool:
    """Whether a phrase says that; the colour that something turns into is not the one that it has."""
    return any(asked in sense and (len(sense) == 1 or not isinstance(asked, Colour)) for sense in phrase.senses)
