"""Times as people write them: "[0–1.5s]", "from 1 to 2 seconds", "at 2s", "for one second", "前1秒", "持续2秒"."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["range", "at", "for", "first", "last"]

_NUMBER = r"(?:[0-9]{1,3}:)?[0-9]+(?:\.[0-9]+)?"
_COUNT = rf"(?:{_NUMBER}|half\s+an?|one|two|three|four|five|six|an?|半|[一二两三四五六])"
_UNIT = r"(?:seconds?\b|secs?\b\.?|s\b|秒钟?)"
_TO = r"(?:-|–|—|−|~|〜|\bto\b|\buntil\b|\btill\b|到|至)"
_OPEN, _CLOSE = r"[\[(【〔]", r"[\])】〕]"

_FORMS: tuple[tuple[Kind, str], ...] = (
    ("range", rf"{_OPEN}\s*(?P<a0>{_NUMBER})\s*{_UNIT}?\s*{_TO}\s*(?P<b0>{_NUMBER})\s*{_UNIT}?\s*{_CLOSE}\s*:?"),
    (
        "range",
        rf"(?:\b(?:from|between|during)\s+|[从在]\s*)?(?<![0-9.])(?P<a1>{_NUMBER})\s*{_UNIT}?\s*(?:{_TO}|\band\b)\s*(?P<b1>{_NUMBER})\s*{_UNIT}"
        r"(?:内|里|间|之间|期间)?\s*:?",
    ),
    ("range", rf"(?<![0-9.])(?P<a2>{_NUMBER})\s*{_TO}\s*(?P<b2>{_NUMBER})\s*:"),
    ("at", rf"{_OPEN}\s*(?P<a3>{_NUMBER})\s*{_UNIT}\s*{_CLOSE}\s*:?"),
    ("first", rf"\b(?:in|for|during|over)\s+the\s+first\s+(?:(?P<a4>{_COUNT})\s*)?{_UNIT}"),
    ("last", rf"\b(?:in|for|during|over)\s+the\s+(?:last|final)\s+(?:(?P<a5>{_COUNT})\s*)?{_UNIT}"),
    ("first", rf"(?:在\s*)?(?:最开始|开头|最初|前)的?\s*(?P<a6>{_COUNT})\s*秒钟?(?:内|里|间)?"),
    ("last", rf"(?:在\s*)?(?:最后|后)的?\s*(?P<a7>{_COUNT})\s*秒钟?(?:内|里|间)?"),
    (
        "at",
        rf"\b(?:(?:starting|beginning)\s+)?(?:at|from|after)\s+(?:about\s+)?(?:the\s+)?(?P<a8>{_COUNT})[\s-]*{_UNIT}(?:\s*mark\b)?\s*:?"
        r"(?:\s*(?:on|onwards?)\b)?",
    ),
    ("at", rf"(?:[在从到第]\s*)*(?P<a9>{_COUNT})\s*秒钟?(?:时|处|起|开始|之后|以后|后)(?:开始)?"),
    ("at", rf"(?<![0-9.])(?P<a10>{_NUMBER})\s*{_UNIT}\s*:"),
    ("for", rf"\b(?:for|over|lasting)\s+(?:about\s+)?(?P<a11>{_COUNT})\s*{_UNIT}"),
    ("for", rf"(?:持续|历时|用时|用|花|共)\s*(?P<a12>{_COUNT})\s*秒钟?(?:的时间)?"),
)
_TIME = re.compile("|".join(f"(?P<f{i}>{pattern})" for i, (_, pattern) in enumerate(_FORMS)), re.IGNORECASE)
_HINT = re.compile(r"[0-9秒]|second|sec\b", re.IGNORECASE)  # nothing without one of these is a time: looking is cheap

_WORDS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "半": 0.5,
    "一": 1.0, "二": 2.0,
    "两": 2.0, "三": 3.0, "四": 4.0, "五": 5.0, "六": 6.0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TimeMark:
    """A written time: `kind` says what `first` (and `second`, of a range) mean, in seconds; it stands at `place`."""

    kind: Kind
    first: float
    second: float
    place: tuple[int, int]
    text: str


def _seconds(text: str) -> float:
    text = text.lower()
    if text in _WORDS:
        return _WORDS[text]
    if text.startswith("half"):
        return 0.5
    minutes, _, rest = text.rpartition(":")
    return (float(minutes) * 60 if minutes else 0.0) + float(rest)


def find_times(text: str) -> list[TimeMark]:
    """The times written in a text, from left to right."""
    if not _HINT.search(text):
        return []
    marks = []
    for match in _TIME.finditer(text):
        form = next(i for i in range(len(_FORMS)) if match[f"f{i}"] is not None)
        groups = match.groupdict()
        first, second = groups.get(f"a{form}"), groups.get(f"b{form}")
        marks.append(
            TimeMark(
                kind=_FORMS[form][0],
                first=_seconds(first) if first else 1.0,
                second=_seconds(second) if second else 0.0,
                place=match.span(),
                text=match.group().strip(),
            )
        )
    return marks


def without_times(text: str) -> str:
    """The text with its times taken out."""
    for mark in reversed(find_times(text)):
        start, end = mark.place
        text = f"{text[:start]} {text[end:]}"
    return text
