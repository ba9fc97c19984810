"""What each phrase of the captions' own grammar means: the tables that tell stories, read backwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import TypeVar

from mutoscope.language.words import has_chinese, plain
from mutoscope.world.storybook.captions import chinese_words as zh
from mutoscope.world.storybook.captions import english_words as en
from mutoscope.world.storybook.captions.ways import Ways, words_in
from mutoscope.world.storybook.story import Action, Weather

Sense = tuple[StrEnum, ...]  # one value, or what a change of colour or of light is: an action or nothing, and its end
_LONGEST = 40
_ARTICLE = re.compile(r" (?:the|a|an) ")
_PREPOSITION = re.compile(r"^(?:on|in|at|under) (?:the |a )?")
_Way = TypeVar("_Way")


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A phrase of a text, where it stands, and what it can mean; nothing if no caption says it."""

    text: str
    start: int
    senses: tuple[Sense, ...]


def phrases(text: str) -> Iterator[Phrase]:
    """A text as the longest phrases that captions could say, and the words between that they do not."""
    text, table = plain(text), _table()
    place = 0
    while place < len(text):
        if not text[place].isalnum():
            place += 1
            continue
        for end in range(min(len(text), place + _LONGEST), place, -1):
            said = text[place:end]
            if said in table and _whole(text, place, end):
                break
        else:
            word = re.match(r"[㐀-鿿]|[^\W\d_]+(?:['\-][^\W\d_]+)*|\d+(?:\.\d+)?", text[place:])
            end = place + (len(word[0]) if word else 1)
        yield Phrase(text=text[place:end], start=place, senses=table.get(text[place:end], ()))
        place = end


def _whole(text: str, start: int, end: int) -> bool:
    """Whether no English word is cut at the ends."""

    def inside(at: int) -> bool:
        return 0 < at < len(text) and all(c.isalnum() and not has_chinese(c) for c in text[at - 1 : at + 1])

    return not inside(start) and not inside(end)


@cache
def glue() -> frozenset[str]:
    """The words that hold captions together."""
    ways = (en.GLUE, en.OPENINGS, en.CLOTHES, en.PASSES, en.ACTS_AGAIN, en.ALL_THE_TIME, en.JOINTS, en.PASSIVES)
    chinese = (zh.GLUE, zh.OPENINGS, zh.CLOTHES, zh.PASSES, zh.ALL_THE_TIME, zh.JOINTS)
    return frozenset(words_in((ways, chinese)))


@cache
def _table() -> dict[str, tuple[Sense, ...]]:
    found: dict[str, list[Sense]] = {}
    for text, sense in (*_english(), *_chinese()):
        for said in (text, _ARTICLE.sub(" ", text)):  # "in forest" as well as "in the forest"
            senses = found.setdefault(said, [])
            if sense not in senses:
                senses.append(sense)
    for word in glue():  # what says nothing by itself is still one word
        found.setdefault(word, [])
    return {text: tuple(senses) for text, senses in found.items() if text}


def _english() -> Iterator[tuple[str, Sense]]:
    for nouns in (en.NOUNS, en.COLOURS, en.SIZES, en.DIRECTIONS, en.BEFORE, en.AFTER, en.PLACES, en.ALONG, en.OVER,
                  en.LIGHTS, en.WEATHERS, en.IT_IS, en.BEGINS, en.RELATIONS, en.CAMERA_NOUNS):  # fmt: skip
        for value, choice in nouns.items():
            yield from ((text, (value,)) for text in _all(choice))
    for place, choice in en.PLACES.items():  # "the beach" as well as "on the beach"
        yield from ((_PREPOSITION.sub("", text), (place,)) for text in _all(choice))
    for table in (en.GOES, en.DOES):
        for action, verbs in table.items():
            yield from ((form, (action,)) for forms in _all(verbs) for form in forms)
    for action in (Action.MOVE, Action.FLY, Action.SWIM):  # "moves down and to the left" is no fall
        for way, choice in en.DIRECTIONS.items():
            if " " in way:
                forms = {form for verb in _all(en.GOES[action]) for form in verb}
                yield from ((f"{form} {said}", (action, way)) for form in forms for said in _all(choice))
    for (_, action, _), verbs in en.OWN.items():
        yield from ((form, (action,)) for forms in _all(verbs) for form in forms)
    yield from ((form, (Action.CHASE,)) for forms in _all(en.CHASES) for form in forms)
    for camera, verbs in en.CAMERAS.items():
        for form in (form.split(" {o}")[0] for forms in _all(verbs) for form in forms):
            yield from ((f"{the}camera {form}", (camera,)) for the in ("the ", ""))
    yield from ((text, (light,)) for (_, light), choice in en.NEW_LIGHT.items() for text in _all(choice))
    yield from ((text, (Weather.CLEAR,)) for choice in en.ENDS.values() for text in _all(choice))
    for colour, names in en.COLOURS.items():
        for name in _all(names):
            turns = (form for forms in _all(en.TURNS) for form in forms)
            yield from ((form.format(c=name), (Action.CHANGE_COLOUR, colour)) for form in turns)


def _chinese() -> Iterator[tuple[str, Sense]]:
    for kind, nouns in zh.NOUNS.items():  # the measure word is no part of the name
        yield from ((_joined(text.split(" ", 1)[1]), (kind,)) for text in _all(nouns))
    tables = (zh.FULL_COLOURS, zh.SIZES, zh.DIRECTIONS, zh.SPEEDS, zh.PLACES, zh.ALONG, zh.LIGHTS, zh.WEATHERS,
              zh.IT_IS, zh.BEGINS, zh.RELATIONS)  # fmt: skip
    for value, choice in chain.from_iterable(table.items() for table in tables):
        yield from ((_joined(text), (value,)) for text in _all(choice))
    for place, choice in zh.PLACES.items():  # "沙滩" as well as "沙滩上"
        yield from ((text.split(" ")[0], (place,)) for text in _all(choice) if len(text.split(" ")[0]) > 1)
    for table in (zh.GOES, zh.DOES):
        for action, verbs in table.items():
            yield from ((_verb(text), (action,)) for text in _all(verbs))
    for (_, action, _), verbs in zh.OWN.items():
        yield from ((_verb(text), (action,)) for text in _all(verbs))
    yield from ((_verb(text), (Action.CHASE,)) for text in _all(zh.CHASES))
    for camera, verbs in zh.CAMERAS.items():
        yield from ((f"镜头{_verb(text)}", (camera,)) for text in _all(verbs))
    yield from ((_joined(text), (light,)) for (_, light), choice in zh.NEW_LIGHT.items() for text in _all(choice))
    yield from ((_joined(text), (Weather.CLEAR,)) for choice in zh.ENDS.values() for text in _all(choice))
    for colour, short in zh.COLOURS.items():
        yield short, (colour,)
        for name in _all(zh.FULL_COLOURS[colour]):
            turns = (text.format(c=name, s=short) for text in _all(zh.TURNS))
            yield from ((_joined(text), (Action.CHANGE_COLOUR, colour)) for text in turns)


def _all(choice: Ways[_Way]) -> tuple[_Way, ...]:
    """Seen and held-out ways alike: the world itself understands all."""
    return (*choice.seen, *choice.held_out)


def _joined(text: str) -> str:
    return text.replace(" ", "")


def _verb(text: str) -> str:
    """A verb without the place of its direction or object: what stands before it, or else behind it."""
    before, _, behind = text.partition("{")
    return _joined(before) or _joined(behind.partition("}")[2])
