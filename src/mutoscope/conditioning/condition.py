"""Everything a model is told, as tensors: words on a timeline, the photo, and a drawn arrow."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.language.encoder import TextTokenizer
from mutoscope.language.spoken import encode_words
from mutoscope.language.timeline import Timeline

Arrow = tuple[float, float]  # how far the subject shall travel: right, down, in fractions of the frame


class Condition(NamedTuple):
    """A batch of conditions. A segment is a stretch of time that owns some words; unused places are masked."""

    word_ids: Tensor  # (B,L) int64
    ngram_ids: Tensor  # (B,L,N) int64
    places: Tensor  # (B,L,2) int64: index of the segment, position in it
    word_mask: Tensor  # (B,L) bool
    segments: Tensor  # (B,S,2) start and end in seconds; (-1,-1) where unused
    photo: Tensor  # (B,P) what the photo offers
    arrow: Tensor  # (B,3) given (0 or 1), right, down
    seconds: Tensor  # (B,)

    def without_words(self, which: Tensor) -> "Condition":
        """The same, deaf where `which` (B,) bool: what guidance compares with (Ho & Salimans 2022)."""
        return self._replace(word_mask=self.word_mask & ~which[:, None])


def encode_condition(
    tokenizer: TextTokenizer,
    timelines: Sequence[Timeline],
    photos: Sequence[NDArray[np.float32]],
    arrows: Sequence[Arrow | None],
) -> Condition:
    """Words, photo features (P,) and arrows of a batch as one padded `Condition`."""
    spoken = encode_words(tokenizer, timelines)
    arrow = np.array([(0, 0, 0) if a is None else (1, *a) for a in arrows], np.float32)
    return Condition(
        word_ids=spoken.word_ids,
        ngram_ids=spoken.ngram_ids,
        places=spoken.places,
        word_mask=spoken.mask,
        segments=spoken.segments,
        photo=torch.from_numpy(np.stack(photos)),
        arrow=torch.from_numpy(arrow),
        seconds=torch.tensor([t.seconds for t in timelines], dtype=torch.float32),
    )
