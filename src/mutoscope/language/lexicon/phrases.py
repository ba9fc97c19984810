"""How the ways of saying an action are written down and read.

A list of phrasings is one string, comma separated. Marks: `~` in front: held out, never shown in training; `*`
behind: clear even when nobody is named ("zoom in", but not "move left"); `!` behind: only its -ing form is held out;
`:4` behind a direction: said four times as often. `{d}` stands for a direction, `{o}` for what the camera looks at
(or, in an object phrase, for what is moved). Explicit forms are written base/third/ing ("be/is/being").
Chinese phrasings have spaces between words; the text that is made of them has none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from mutoscope.language.lexicon.forms import all_forms

Form = Literal["base", "third", "ing", "bare", "noun", "object"]


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """One way of saying an action, in one form; `weight` is how often it is said beside the others."""

    text: str
    form: Form
    held_out: bool
    weight: int = 1

    @property
    def words(self) -> tuple[str, ...]:
        """The words it is written with."""
        return tuple(word for word in self.text.replace("{o}", " ").replace("-", " ").split() if word)


@dataclass(frozen=True)
class Phrasings:
    """All ways of saying one action in one language."""

    phrases: tuple[Phrase, ...]

    def choices(self, held_out: bool, *, joined: bool = False) -> dict[Form, tuple[str, ...]]:
        """The texts by form, repeated by weight; `joined` drops the spaces (Chinese)."""
        found: dict[Form, list[str]] = {}
        for phrase in self.phrases:
            if phrase.held_out == held_out:
                text = phrase.text.replace(" ", "") if joined else phrase.text
                found.setdefault(phrase.form, []).extend([text] * phrase.weight)
        return {form: tuple(texts) for form, texts in found.items()}

    @cached_property
    def seen(self) -> frozenset[str]:
        """The texts, of any form, that training may show."""
        return frozenset(phrase.text for phrase in self.phrases if not phrase.held_out)

    @cached_property
    def held_out(self) -> frozenset[str]:
        """The texts that only a test may show."""
        return frozenset(phrase.text for phrase in self.phrases if phrase.held_out) - self.seen


def _items(listing: str) -> list[str]:
    return [item.strip() for item in listing.split(",") if item.strip()]


def _directions(listing: str) -> list[tuple[str, bool, int]]:
    """(text, held out, weight) of every direction."""
    found = []
    for item in _items(listing):
        text, _, weight = item.partition(":")
        found.append((text.lstrip("~"), text.startswith("~"), int(weight or 1)))
    return found


def _with_directions(item: str, directions: str) -> Iterable[tuple[str, bool, int]]:
    """(text, held out, weight): the item with each direction in its place."""
    held = item.startswith("~")
    text = item.lstrip("~")
    if "{d}" not in text:
        yield text, held, 1
        return
    for direction, direction_held, weight in _directions(directions):
        yield text.replace("{d}", direction), held or direction_held, weight


def read_phrasings(
    verbs: str, *, nouns: str = "", objects: str = "", directions: str = "", inflect: bool = True
) -> Phrasings:
    """The phrasings of one action from its lists."""
    phrases: list[Phrase] = []
    for item in _items(verbs):
        bare, ing_held = "*" in item, "!" in item
        for text, held, weight in _with_directions(item.replace("*", "").replace("!", "").strip(), directions):
            if "/" in text:
                base, third, ing = text.split("/")
            else:
                base, third, ing = all_forms(text) if inflect else (text, text, text)
            phrases.append(Phrase(text=base, form="base", held_out=held, weight=weight))
            phrases.append(Phrase(text=third, form="third", held_out=held, weight=weight))
            phrases.append(Phrase(text=ing, form="ing", held_out=held or ing_held, weight=weight))
            if bare:
                phrases.append(Phrase(text=base, form="bare", held_out=held, weight=weight))
    forms: tuple[tuple[Form, str], ...] = (("noun", nouns), ("object", objects))
    for form, listing in forms:
        for item in _items(listing):
            for text, held, weight in _with_directions(item, directions):
                phrases.append(Phrase(text=text, form=form, held_out=held, weight=weight))
    return Phrasings(tuple(phrases))


def words_of(phrasings: Mapping[str, Phrasings], *, held_out: bool = False) -> frozenset[str]:
    """Every word of the seen (or the held-out) phrases."""
    return frozenset(
        word
        for entry in phrasings.values()
        for phrase in entry.phrases
        if phrase.held_out == held_out
        for word in phrase.words
    )
