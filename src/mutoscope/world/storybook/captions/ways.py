"""Ways of saying one thing: some are seen in training, some (marked ~) only in a test of unseen synonyms."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from mutoscope.language.lexicon.forms import all_forms
from mutoscope.world.captions.dice import Dice

Item = TypeVar("Item")
Forms = tuple[str, str, str]  # base, third person, -ing

_LETTERS = re.compile(r"[a-z]+(?:'[a-z]+)?|[㐀-鿿]+")


@dataclass(frozen=True)
class Ways(Generic[Item]):
    """Ways of saying one thing, repeated by weight."""

    seen: tuple[Item, ...]
    held_out: tuple[Item, ...] = ()

    def __add__(self, other: "Ways[Item]") -> "Ways[Item]":
        return Ways(self.seen + other.seen, self.held_out + other.held_out)


def ways(listing: str) -> Ways[str]:
    """ "a, b:3, ~c": a, three times as often b, and c only in the test."""
    return _read(listing, lambda text: text)


def verbs(listing: str) -> Ways[Forms]:
    """Verbs in their three forms, by rule or as written: "walk, zigzag/zigzags/zigzagging"."""
    return _read(listing, _forms)


def _forms(text: str) -> Forms:
    if "/" not in text:
        return all_forms(text)
    base, third, ing = text.split("/")
    return base, third, ing


def _read(listing: str, form: Callable[[str], Item]) -> Ways[Item]:
    seen: list[Item] = []
    held: list[Item] = []
    for item in listing.split(","):
        text, _, weight = item.strip().partition(":")
        if text:
            (held if text.startswith("~") else seen).extend([form(text.lstrip("~"))] * int(weight or 1))
    return Ways(tuple(seen), tuple(held))


class Voice:
    """Chooses among ways; if it speaks for the test, then among those that only the test has, where there are any."""

    def __init__(self, dice: Dice, *, held_out: bool) -> None:
        self.dice, self.held_out = dice, held_out

    def act(self, choice: Ways[Item]) -> Item:
        """One of the ways to say what happens: for the test one that only it has, if there is any."""
        return self.dice.pick(choice.held_out if self.held_out and choice.held_out else choice.seen)

    def pick(self, choice: Ways[Item]) -> Item:
        """One of the ways to say anything else: for the test every other time one that only it has."""
        held = self.held_out and choice.held_out and self.dice.chance(0.5)
        return self.dice.pick(choice.held_out if held else choice.seen)

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.dice.chance(probability)


def words_in(value: object) -> Iterator[str]:
    """The words of everything that training may show in a table of ways, or in plain text."""
    if isinstance(value, str):
        yield from _LETTERS.findall(value.lower())
    elif isinstance(value, Ways):
        yield from words_in(value.seen)
    elif isinstance(value, dict):
        yield from words_in(value.values())
    elif isinstance(value, Iterable):
        for item in value:
            yield from words_in(item)
