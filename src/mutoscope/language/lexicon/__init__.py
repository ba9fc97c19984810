"""The words that Mutoscope knows: actions, modifiers, names of things; English and Chinese."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from mutoscope.language.lexicon import chinese_actions, chinese_nouns, english_actions, english_nouns, modifiers
from mutoscope.language.lexicon.function_words import CHINESE_IN_CAPTIONS, ENGLISH_IN_CAPTIONS, STOP_WORDS
from mutoscope.language.lexicon.listing import by_spaces
from mutoscope.language.lexicon.phrases import Phrase, Phrasings, words_of

__all__ = [
    "HELD_OUT", "STOP_WORDS", "Phrase", "Phrasings", "action_words", "doing_phrases", "has_action", "known_words",
    "noun_words", "seen_words",
]  # fmt: skip

_TABLES: tuple[dict[str, Phrasings], ...] = (
    english_actions.CAMERA, english_actions.SUBJECT, english_actions.FAST, english_actions.SLOW,
    chinese_actions.CAMERA, chinese_actions.SUBJECT, chinese_actions.FAST, chinese_actions.SLOW,
)  # fmt: skip

# Phrasings that only a test of unseen synonyms shows, as (room, action, text).
HELD_OUT: frozenset[tuple[str, str, str]] = frozenset(
    (room, action, text)
    for room, table in zip(
        ("en camera", "en subject", "en fast", "en slow", "zh camera", "zh subject", "zh fast", "zh slow"),
        _TABLES,
        strict=True,
    )
    for action, phrasings in table.items()
    for text in phrasings.held_out
)

_LETTERS = re.compile(r"[a-z']+|[㐀-鿿]+")


def _words(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _LETTERS.findall(text)


def _nested(table: dict[str, tuple[str, ...]]) -> Iterator[str]:
    for texts in table.values():
        yield from texts


@cache
def noun_words() -> frozenset[str]:
    """Words of the names of things, of what stands before them and of where they are."""
    english = (
        *english_nouns.PEOPLE, *english_nouns.ANIMALS, *english_nouns.THINGS, *english_nouns.PLURALS,
        *english_nouns.GENERIC,
        *english_nouns.ADJECTIVES, *english_nouns.PLACES, *english_nouns.BACKGROUND,
    )  # fmt: skip
    chinese = (
        *(noun for noun, _ in chinese_nouns.NOUNS), *(measure for _, measure in chinese_nouns.NOUNS),
        *chinese_nouns.GENERIC, *chinese_nouns.PRONOUNS, *chinese_nouns.ADJECTIVES,
        *chinese_nouns.PLACES, *chinese_nouns.BACKGROUND,
    )  # fmt: skip
    return frozenset(_words(english)) | frozenset(_words(chinese)) | frozenset(_words(chinese_nouns.SPLIT.values()))


@cache
def _modifier_words() -> frozenset[str]:
    tables = [value for name, value in vars(modifiers).items() if name.isupper() and isinstance(value, dict)]
    texts = [text for table in tables for text in _nested(table)]
    texts += [*modifiers.NEUTRAL_SPEED, *modifiers.COMPARATIVES, *modifiers.CHINESE_NEUTRAL_SPEED]
    return frozenset(_words(texts))


@cache
def seen_words() -> frozenset[str]:
    """Every word that training may show."""
    actions = frozenset().union(*(words_of(table) for table in _TABLES))
    style = frozenset(_words((*english_nouns.STYLE_WORDS, *chinese_nouns.STYLE_WORDS)))
    where = frozenset(_words((*english_nouns.WHERE, *chinese_nouns.WHERE)))
    found = actions | noun_words() | _modifier_words() | style | where | ENGLISH_IN_CAPTIONS | CHINESE_IN_CAPTIONS
    return frozenset(found - {"s"})


@cache
def known_words() -> frozenset[str]:
    """Every word of the lexicon, held-out ones and stop words too."""
    held = frozenset().union(*(words_of(table, held_out=True) for table in _TABLES))
    return seen_words() | held | STOP_WORDS


_ENGLISH_DIRECTIONS = frozenset(
    by_spaces(
        "left right up down off away motionless handheld farther further bigger smaller larger closer nearer "
        "clockwise counterclockwise anticlockwise upward "
        "downward leftward rightward"
    )
)
_NOT_DOING = frozenset(by_spaces("in on at to the a of and from with like back side if its around be is being "
    "are as not does doesn't camera shot an do don't direction bottom top upper toward towards anti counter wise make "
    "makes making let take takes taking leave leaves bring 住 使 按 依 沿 从 不 起 向 朝 朝着 往 放 生姿 时针 动 "
    "地上 特写 water flag heart wind breeze air ground distance place way where it out through even "
    "truck while 在 着 像 一样 水 空中 镜头 的 把 将 让 有 地 到 来 去 一 原地 水面 水波 心跳 心脏 呼吸 旗子 波浪 "
    "起来 下来 上去 下去 过去 方向 离 节奏 效果 拍摄 机位 走 大 小 "
    "更 要 不要 完全 保持"))  # fmt: skip


@cache
def action_words() -> frozenset[str]:
    """Words that ask for something doable (stillness too), when said in any form."""
    found: set[str] = set(_ENGLISH_DIRECTIONS)
    for table in _TABLES:
        for phrasings in table.values():
            for phrase in phrasings.phrases:
                words = phrase.words
                found.update(words if not words[0].isascii() else words[:1])
                if phrase.form == "noun":
                    found.update(words)
    return frozenset(found - _NOT_DOING - noun_words()) | {"still", "不动", "静止", "放大", "缩小", "呼吸"}


def has_action(words: Iterable[str]) -> bool:
    """Whether any of the words asks for something doable."""
    return not action_words().isdisjoint(words)


@cache
def doing_phrases() -> frozenset[str]:
    """Every doable phrase of two words or more, seen or held out, as it is said: "draws back" is no drawing."""
    texts = (phrase.text for table in _TABLES for phrasings in table.values() for phrase in phrasings.phrases)
    return frozenset(text if text.isascii() else text.replace(" ", "") for text in texts if " " in text)
