"""Compositions that training never shows: a fixed list of pairs of a kind and what it does, where it is, its colour."""

import zlib
from itertools import product

from mutoscope.world.storybook.cast import CAST
from mutoscope.world.storybook.story import Action, Colour, Kind, Place, Story

Pair = tuple[Kind, Action | Place | Colour]

_SHARE = 15  # per cent
_ALWAYS: frozenset[Pair] = frozenset({(Kind.CAT, Place.SPACE)})
# What every kind must be seen with, so that it is learnt at all, and what the first stage has nothing beside.
_NEVER = frozenset({Action.STAND, Place.PLAIN})
# Salts that hold out near to 15 % of each sort, at most half of any action, place or kind, and no published example
# but the cat in space.
_SALTS = {Action: "does 101", Place: "is in 15", Colour: "is 25"}


def is_held_out(story: Story) -> bool:
    """Whether the story has a pair that training never shows."""
    return any(pair in HELD_OUT for pair in pairs_of(story))


def pairs_of(story: Story) -> list[Pair]:
    """Each actor's kind beside its place, its colours and all that it does."""
    pairs: list[Pair] = []
    for index, actor in enumerate(story.actors):
        acts = [beat.acts[index] for beat in story.beats]
        colours = [actor.colour, *(act.colour for act in acts if act.colour is not None)]
        values: list[Action | Place | Colour] = [story.place, *colours, *(act.action for act in acts)]
        pairs += [(actor.kind, value) for value in values]
    return pairs


def _drawn(kind: Kind, value: Action | Place | Colour) -> bool:
    if value in _NEVER:
        return False
    return zlib.crc32(f"{kind} {_SALTS[type(value)]} {value}".encode()) % 100 < _SHARE


def _all_pairs() -> list[Pair]:
    """Every pair that a story can have."""
    pairs: list[Pair] = []
    for kind, role in CAST.items():
        pairs += product((kind,), sorted(role.actions))
        pairs += product((kind,), sorted(role.places))
        pairs += product((kind,), Colour)
    return pairs


HELD_OUT: frozenset[Pair] = _ALWAYS | {pair for pair in _all_pairs() if _drawn(*pair)}
