"""Names of things, and how a text is heard without them: what is said of a heart, as of the first thing that was named."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mutoscope.errors import MutoscopeError

Ids = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class NamesConfig:
    """Which words name which thing, and which meanings say what a thing is: all others are read without names."""

    things: tuple[Ids, ...] = ()  # ids of words, thing by thing
    meanings: Ids = ()  # places in the list of meanings: actor by actor, each thing in turn


NO_NAMES = NamesConfig()


class Names(nn.Module):
    """Names become stand-ins, by the order in which a text comes to speak of their things.

    Who always hears names with what is said of them learns which are never said together ("a heart zigzags"), and then doubts
    them when for once they are: compositions would not be read by their parts.
    """

    thing_of: Tensor  # (words,) int64, 0: a word that names nothing
    named: Tensor  # (M,) bool

    def __init__(self, config: NamesConfig, words: int, meanings: int) -> None:
        super().__init__()
        _check("things", [word for thing in config.things for word in thing], words)
        _check("meanings", config.meanings, meanings)
        self.words, self.things = words, len(config.things)
        things = torch.zeros(words, dtype=torch.int64)
        for thing, ids in enumerate(config.things, start=1):
            things[list(ids)] = thing
        named = torch.zeros(meanings, dtype=torch.bool)
        named[list(config.meanings)] = True
        self.register_buffer("thing_of", things, persistent=False)
        self.register_buffer("named", named, persistent=False)

    def called(self, read: Tensor) -> Tensor:  # (S,M) in 0..1 -> (actors, things)
        """How surely the segments of a text call each actor each thing."""
        return read.amax(dim=0)[self.named].view(-1, self.things)

    def forward(self, word_ids: Tensor, ngram_ids: Tensor) -> tuple[Tensor, Tensor]:  # (B,L), (B,L,N) -> the same
        """The same text without names: ids beyond those of words for stand-ins, which have no letters."""
        thing = self.thing_of[word_ids]
        length = thing.shape[1]
        at = torch.arange(length, device=thing.device)
        each = torch.arange(1, self.things + 1, device=thing.device)
        first = torch.where(thing[:, None] == each[:, None], at, length).amin(dim=2)  # (B,things)
        order = first.argsort(dim=1, stable=True).argsort(dim=1)
        stand_ins = self.words + order.gather(1, (thing - 1).clamp(min=0))
        is_name = thing > 0
        return torch.where(is_name, stand_ins, word_ids), ngram_ids * ~is_name[..., None]


def _check(what: str, ids: Sequence[int], count: int) -> None:
    beyond = [number for number in ids if not isinstance(number, int) or not 0 <= number < count]
    if beyond:
        raise MutoscopeError(
            f"{what} in a NamesConfig has {beyond[0]!r}.",
            f"Each says which it is of {count}, counted from 0.",
            "Take the bundled model, or train it again.",
        )
