"""What is said about a story: true sentences in English and Chinese, in as many ways as people have."""

import re
from functools import cache
from typing import Literal

import numpy as np

from mutoscope.world.captions import order
from mutoscope.world.captions.dice import Dice
from mutoscope.world.script import Language
from mutoscope.world.storybook.captions import chinese_words, english_words
from mutoscope.world.storybook.captions.chinese import Chinese
from mutoscope.world.storybook.captions.english import English
from mutoscope.world.storybook.captions.telling import Telling, tell
from mutoscope.world.storybook.captions.ways import Voice, words_in
from mutoscope.world.storybook.story import Kind, Story

__all__ = ["caption", "names_of", "vocabulary"]


def caption(
    story: Story,
    rng: np.random.Generator,
    language: Language,
    *,
    vocabulary: Literal["seen", "held_out"] = "seen",
    timed: bool | None = None,
) -> str:
    """A true caption; `held_out` says all that it can in words that training never shows.

    What is not as usual (a place, a light, a weather, a size, a speed, a camera that moves) is always said; colours and
    directions are left open now and then. `timed`: whether times are written out; by default where beats are of unequal
    length, and now and then anyway.
    """
    dice = Dice(rng)
    voice = Voice(dice, held_out=vocabulary == "held_out")
    many = len(story.beats) > 1
    if timed is False and not _equal(story):
        raise ValueError("Beats of unequal length need their times said; leave `timed` out.")
    asked = timed is True or (timed is None and many and dice.chance(0.12))
    telling = tell(dice, story, timed=asked)
    with_times = asked or (len(telling.moments) > 1 and not _equal(story))
    teller = (English if language == "en" else Chinese)(voice, story, telling)
    texts = teller.say(timed=with_times)
    text = _ordered(dice, texts, telling, language, elided=teller.elided, with_times=with_times)
    return _dressed(dice, text, language)


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word that a seen caption can contain, and every character of the Chinese ones, sorted."""
    found: set[str] = set()
    for module in (english_words, chinese_words):
        tables = [value for name, value in vars(module).items() if name.isupper()]
        found.update(word for table in tables for word in words_in(table) if len(word) > 1 or word not in "bcdso")
    found.update(word for text in _NEAR_THE_END for word in words_in(text))
    found.update(character for word in tuple(found) if not word.isascii() for character in word)
    return tuple(sorted(found | {"a", "s"}))


def names_of(kind: Kind) -> frozenset[str]:
    """What seen captions call a kind, in both languages; the Chinese names without their measure word.

    But for the commonest, none that is said of something else, too: a "round shape" beside what "loops round".
    """
    english = english_words.NOUNS[kind].seen
    chinese = ["".join(way.split()[1:]) for way in chinese_words.NOUNS[kind].seen]
    words, phrases = _said_otherwise()
    plain = [name for name in english if not words.intersection(words_in(name))]
    plain += [name for name in chinese if len(name) == 1 or not any(name in phrase for phrase in phrases)]
    return frozenset((english[0], chinese[0], *plain))


@cache
def _said_otherwise() -> tuple[frozenset[str], frozenset[str]]:
    """English words and Chinese phrases of everything but names."""
    english, chinese = (
        frozenset(
            word
            for name, table in vars(module).items()
            if name.isupper() and name != "NOUNS"
            for word in words_in(table)
        )
        for module in (english_words, chinese_words)
    )
    return english, chinese


_NEAR_THE_END = ("please", "请")


def _equal(story: Story) -> bool:
    lengths = [beat.end - beat.start for beat in story.beats]
    return max(lengths) - min(lengths) < 0.003


def _ordered(
    dice: Dice, texts: list[str], telling: Telling, language: Language, *, elided: bool, with_times: bool
) -> str:
    if with_times:
        spans = [(moment.start, moment.end) for moment in telling.moments]
        return order.timed(dice, texts, spans, language)
    if len(texts) == 1:
        return texts[0]
    # 再 goes before what is done and never before who does it.
    return order.in_order(dice, texts, language, clauses=False, names=() if elided and len(texts) == 2 else ("",))


def _dressed(dice: Dice, text: str, language: Language) -> str:
    """As people would type it: with or without capitals, articles and full stops."""
    if language == "zh":
        return text + "。" if dice.chance(0.35) and not text.endswith(("]", "）")) else text
    if dice.chance(0.05):
        text = " ".join(word for word in text.split(" ") if word not in ("the", "a", "an"))
    throw = dice.throw()
    if throw < 0.4:
        text = re.sub(r"(^|\. )([a-z])", lambda match: match[1] + match[2].upper(), text)
    elif throw < 0.42:
        text = text.upper()
    return text + "." if dice.chance(0.35) and not text.endswith(("]", ")")) else text
