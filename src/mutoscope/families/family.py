"""Families of generative model: whatever fills the codes of a clip from a condition."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor

from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition, Given

# The share of the reader in a family's loss: at the end its cross-entropies are about as large as a velocity's error.
READING = 0.1
UNTRACKED = 0.1  # the share without tracks, so that words alone will do
DEAF = 0.1  # the share of clips that training shows without words, so that guidance has something to lead away from


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How to sample; a family heeds what it `takes`. `guidance`: how strongly the words steer (1 = as learned).

    `temperature` below 1 prefers what is likely; `top_k` and `top_p` leave out what is unlikely: all but the k likeliest
    tokens (0: none), all but the likeliest that together have the share p.
    """

    steps: int = 1
    guidance: float = 1.0
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0


class Lesson(NamedTuple):
    """Captions, and what each of their segments means (B,S,M), 0 or 1."""

    condition: Condition
    meant: Tensor


class FamilyBatch(NamedTuple):
    """True codes (B,T,...,C) in natural units, what was said about them, and what each segment meant (B,S,M), 0 or 1.

    `lesson`: more captions for the reader alone, where codes are dear and words are cheap.
    """

    codes: Tensor
    condition: Condition
    meant: Tensor
    lesson: Lesson | None = None


# Told after each step: how many are done, of how many, and how to see the codes (1, *shape) as far as they are known.
OnStep = Callable[[int, int, Callable[[], Tensor]], None]


class Family(Protocol):
    """A trained generator of codes. What it does not take is refused before it is asked."""

    takes: frozenset[str]  # of the wishes in a request that not every family can grant, those that it can
    own: Sampling  # how it samples by words alone, where nothing else is asked

    def sample(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Tensor:
        """Codes (1, *shape) for one condition, away from another one if given; the same seed gives the same codes."""
        ...

    def read(self, condition: Condition) -> Tensor:
        """(S, M) how likely (0..1) each segment of one condition asks for each of the meanings that the model knows."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """A family that makes one time after another, and can tell each as soon as it is made."""

    def stream(
        self,
        shape: tuple[int, ...],
        condition: Condition,
        seed: int,
        sampling: Sampling,
        on_step: OnStep,
        against: Condition | None = None,
    ) -> Iterator[Tensor]:
        """Codes (1,1,H,W,C) of one time after another: those that `sample` gives."""
        ...


def with_known(codes: Tensor, condition: Condition) -> Tensor:  # (B,T,...,C) -> the same
    """Codes with those in place that are known for certain, not only as a picture."""
    if not condition.known.numel():
        return codes
    return torch.where(certain(condition, codes), condition.known.to(codes), codes)


def certain(condition: Condition, like: Tensor) -> Tensor:  # (B,T,1,...)
    """Which times are known for certain, to be held against codes."""
    known = condition.given == Given.CODE
    return known.view(*known.shape, *[1] * (like.ndim - 2))


def scaled_known(condition: Condition, scaling: Scaling) -> Condition:
    """The condition with its known codes as networks see codes."""
    return condition._replace(known=scaling.scaled(condition.known)) if condition.known.numel() else condition


def deafened(condition: Condition, rng: torch.Generator) -> Condition:
    """The condition with some rows that hear nothing, and some that are told no tracks, by chance."""
    deaf = torch.rand(len(condition.seconds), generator=rng) < DEAF
    condition = condition.without_words(deaf.to(condition.seconds.device))
    if not condition.tracks.numel():
        return condition
    untracked = torch.rand(len(condition.seconds), generator=rng) < UNTRACKED
    return condition.without_tracks(untracked.to(condition.seconds.device))
