"""Cheap random choices: captions need some forty each, and a call of a numpy generator costs more than the choice."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")


class Dice:
    """Draws from a generator in blocks; the same generator state gives the same throws."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._block: list[float] = []

    def throw(self) -> float:
        """A number in [0, 1)."""
        if not self._block:
            self._block = self._rng.random(64).tolist()
        return self._block.pop()

    def chance(self, probability: float) -> bool:
        """Whether something of that probability happens."""
        return self.throw() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items, all equally likely."""
        return items[int(self.throw() * len(items))]
