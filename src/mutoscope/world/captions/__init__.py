"""What is said about a script: true sentences in English and Chinese, in as many ways as people have."""

from functools import cache
from typing import Literal

import numpy as np

from mutoscope.language.lexicon import chinese_nouns, english_nouns, seen_words
from mutoscope.language.lexicon.listing import by_spaces
from mutoscope.world.captions import order
from mutoscope.world.captions.chinese import ChineseScenes
from mutoscope.world.captions.dice import Dice
from mutoscope.world.captions.ellipsis import elliptic
from mutoscope.world.captions.english import EnglishScenes, article_of
from mutoscope.world.captions.held_out import is_held_out
from mutoscope.world.script import Language, Script

__all__ = ["caption", "is_held_out", "vocabulary"]


def caption(
    script: Script,
    rng: np.random.Generator,
    language: Language,
    *,
    vocabulary: Literal["seen", "held_out"] = "seen",
    timed: bool | None = None,
) -> str:
    """A true caption; `held_out` says every action in a way that training never does.

    `timed`: whether times are written out; by default where scenes are of unequal length, and now and then anyway.
    """
    dice = Dice(rng)
    scenes = (EnglishScenes if language == "en" else ChineseScenes)(dice, held_out=vocabulary == "held_out")
    equal = _equal(script)
    if timed is False and not equal:
        raise ValueError("Scenes of unequal length need their times said; leave `timed` out.")
    with_times = bool(timed) or not equal or (timed is None and len(script.scenes) > 1 and dice.chance(0.15))
    short = elliptic(dice, scenes, script) if vocabulary == "seen" and not with_times and dice.chance(0.4) else None
    if short is not None:
        return _with_setting(dice, scenes, short, language, with_times=False)
    texts = [scenes.say(scene, first=number == 0) for number, scene in enumerate(script.scenes)]
    text = _ordered(dice, scenes, texts, script, language, with_times=with_times)
    return _with_setting(dice, scenes, text, language, with_times=with_times)


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word that a seen caption can contain, sorted."""
    return tuple(sorted(seen_words()))


def _names(scenes: EnglishScenes | ChineseScenes) -> tuple[str, ...]:
    return scenes.subject.first, scenes.subject.again, scenes.subject.it


# Words that open a clause and not a request: "please the boat drifts" would not do.
_NAMING = frozenset(
    by_spaces("the a an this my these some two it he she they first first, at after before while as in i")
)


def _equal(script: Script) -> bool:
    lengths = [scene.end - scene.start for scene in script.scenes]
    return max(lengths) - min(lengths) < 0.003


def _ordered(
    dice: Dice,
    scenes: EnglishScenes | ChineseScenes,
    texts: list[str],
    script: Script,
    language: Language,
    *,
    with_times: bool,
) -> str:
    if with_times:
        return order.timed(dice, texts, [(scene.start, scene.end) for scene in script.scenes], language)
    if len(texts) == 1:
        return texts[0]
    whole = scenes.mood in ("finite", "progressive", "plain")
    clauses = whole and all(not any(mark in text for mark in ",.;，。；") for text in texts) and not scenes.actor_elided
    return order.in_order(dice, texts, language, clauses=clauses, names=(scenes.camera, "镜头", *_names(scenes)))


def _with_setting(
    dice: Dice, scenes: EnglishScenes | ChineseScenes, text: str, language: Language, *, with_times: bool
) -> str:
    """The caption as people would type it: polite, with a word on the photo, without capitals or articles, or with."""
    if language == "zh":
        return _chinese_setting(dice, scenes, text)
    throw = dice.throw()
    if throw < 0.05:
        thing, plural = scenes.subject.first, scenes.subject.it == "they"
        if thing not in ("it", "he", "she", "they") and scenes.subject.first != scenes.subject.again:
            article, _, noun = thing.partition(" ")
            some = "some" if plural else article_of(noun)
            noun = thing if article == "two" else f"{some} {noun}"
            place = f" {dice.pick(english_nouns.PLACES)}" if dice.chance(0.5) else ""
            opening = dice.pick(("a photo of ", "photo of ", "a picture of ", ""))
            text = f"{opening}{noun}{place}{dice.pick((', ', '. '))}{text}"
    elif throw < 0.08 and not with_times:
        asked = scenes.mood == "imperative" and text.split(" ")[0] not in _NAMING
        text = f"{dice.pick(('please ', 'please, ', 'can you '))}{text}" if asked else f"in this photo, {text}"
    elif throw < 0.11 and not with_times:
        text = f"{text}, {'please' if scenes.mood == 'imperative' else dice.pick(english_nouns.STYLE_WORDS)}"
    if dice.chance(0.06):
        text = " ".join(word for word in text.split(" ") if word not in ("the", "a", "an"))
    throw = dice.throw()
    if throw < 0.4:
        text = _sentences(text)
    elif throw < 0.42:
        text = text.upper()
    return text + "." if dice.chance(0.35) and not text.endswith("]") else text


def _chinese_setting(dice: Dice, scenes: EnglishScenes | ChineseScenes, text: str) -> str:
    throw = dice.throw()
    if throw < 0.05:
        thing = scenes.subject.first
        if thing not in chinese_nouns.PRONOUNS and thing not in chinese_nouns.GENERIC and thing[0] not in "这那一":
            place = f"{dice.pick(chinese_nouns.PLACES)}的" if dice.chance(0.5) else ""
            there = f"{place}{thing}" if place else f"画面中有{thing}"
            opening = dice.pick((f"一张{place}{thing}的照片", there, f"照片里有{place}{thing}"))
            text = f"{opening}{dice.pick(('，', '。'))}{text}"
    elif throw < 0.08 and text[0] not in "请[画图":
        text = f"{dice.pick(('请', '请')) if text[0] in '让把将' else '画面中，'}{text}"
    elif throw < 0.1 and text[-1] not in "]）":
        text = f"{text}，{dice.pick(chinese_nouns.STYLE_WORDS)}"
    return text + "。" if dice.chance(0.4) and not text.endswith("]") else text


def _sentences(text: str) -> str:
    """Capitals at the beginnings of sentences."""
    parts = text.split(". ")
    return ". ".join(part[:1].upper() + part[1:] for part in parts)
