"""Everything a model is told, as tensors: words on a timeline, a photo, a drawn arrow, codes that are known already."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.language.encoder import TextTokenizer
from mutoscope.language.spoken import encode_words
from mutoscope.language.timeline import Timeline

Arrow = tuple[float, float]  # how far the subject shall travel: right, down, in fractions of the frame


class Given(IntEnum):
    """What is known of one time of a clip's codes."""

    NOTHING = 0
    PICTURE = 1  # the code of its last frame alone: what it comes to is known, not how
    CODE = 2  # the code itself, which stays as it is


class Known(NamedTuple):
    """Codes that are known before anything is drawn: a first or last frame, an earlier clip, keyframes."""

    codes: Tensor  # (B,T,H,W,C) in natural units; anything where nothing is given
    given: Tensor  # (B,T) int64: a `Given`


class Condition(NamedTuple):
    """A batch of conditions. A segment is a stretch of time that owns some words; unused places are masked.

    What a model does not take is empty: clips need no features of photos, and how a photo moves is never known before.
    """

    word_ids: Tensor  # (B,L) int64
    ngram_ids: Tensor  # (B,L,N) int64
    places: Tensor  # (B,L,2) int64: index of the segment, position in it
    word_mask: Tensor  # (B,L) bool
    segments: Tensor  # (B,S,2) start and end in seconds; (-1,-1) where unused
    photo: Tensor  # (B,P) what the photo offers
    arrow: Tensor  # (B,3) given (0 or 1), right, down
    seconds: Tensor  # (B,)
    known: Tensor  # (B,T,H,W,C) codes in natural units
    given: Tensor  # (B,T) int64: how well each time of them is known, a `Given`
    seen: Tensor  # (B,T,H,W,C) the same codes for who makes no codes but looks at them
    tracks: Tensor  # (B,T,N,C) where everyone will be, as a track code; zeros where nobody has said

    def without_words(self, which: Tensor | None = None) -> "Condition":
        """The same, deaf where `which` (B,) bool, or all: what guidance compares with (Ho & Salimans 2022)."""
        if which is None:
            which = torch.ones_like(self.seconds, dtype=torch.bool)
        return self._replace(word_mask=self.word_mask & ~which[:, None]).without_tracks(which)

    def without_tracks(self, which: Tensor) -> "Condition":
        """The same, where `which` (B,) bool not told where everyone will be."""
        if not self.tracks.numel():
            return self
        return self._replace(tracks=self.tracks * ~which[:, None, None, None])

    def shown_tracks(self) -> Tensor:  # (T,N,C), of a batch of one
        """Tracks for who makes frames of codes: none at times of which something is known, which shows better where everyone is."""
        if not self.tracks.numel() or not self.given.numel():
            return self.tracks[0]
        return self.tracks[0] * (self.given[0] == Given.NOTHING)[:, None, None]

    def looked_at(self) -> "Condition":
        """The same for who makes something else than codes, and sees what is known of them, if anything is."""
        empty = self.known.new_zeros(len(self.seconds), 0)
        return self._replace(seen=self.known if (self.given > 0).any() else empty, known=empty)

    def times(self, count: int) -> "Condition":
        """A batch of one, so many times."""
        return Condition(*(value.expand(count, *value.shape[1:]) for value in self))

    def row(self, index: int) -> "Condition":
        """One condition of the batch."""
        return Condition(*(value[index : index + 1] for value in self))


def encode_condition(
    tokenizer: TextTokenizer,
    timelines: Sequence[Timeline],
    photos: Sequence[NDArray[np.float32]] = (),
    arrows: Sequence[Arrow | None] = (),
    known: Known | None = None,
    tracks: Tensor | None = None,
) -> Condition:
    """Words, photo features (P,), arrows, known codes and tracks of a batch as one padded `Condition`."""
    spoken = encode_words(tokenizer, timelines)
    arrow = np.array([(0, 0, 0) if a is None else (1, *a) for a in arrows], np.float32).reshape(-1, 3)
    empty = torch.zeros(len(timelines), 0)
    return Condition(
        word_ids=spoken.word_ids,
        ngram_ids=spoken.ngram_ids,
        places=spoken.places,
        word_mask=spoken.mask,
        segments=spoken.segments,
        photo=torch.from_numpy(np.stack(photos)) if photos else empty,
        arrow=torch.from_numpy(arrow) if arrows else empty,
        seconds=torch.tensor([t.seconds for t in timelines], dtype=torch.float32),
        known=empty if known is None else known.codes,
        given=empty.long() if known is None else known.given,
        seen=empty,
        tracks=empty if tracks is None else tracks,
    )
