"""Words as numbers: an id each, and their letters' n-grams, so that unseen forms speak (Bojanowski et al. 2017)."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mutoscope.language.words import has_chinese, split_words

PADDING, UNKNOWN = 0, 1
NGRAM_BUCKETS = 4096  # bucket 0 is padding
NGRAMS_PER_WORD = 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens:
    """The words of a text, (L,) int64 ids (1: unknown) and (L, 12) int64 n-gram buckets (0: none)."""

    words: tuple[str, ...]
    word_ids: NDArray[np.int64]
    ngram_ids: NDArray[np.int64]


class Tokenizer:
    """Turns texts into ids with a fixed vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._ids = {word: number for number, word in enumerate(self.vocabulary, start=2)}
        if len(self._ids) != len(self.vocabulary):
            raise ValueError("A word stands twice in the vocabulary; every word must stand once.")
        self._rows = {word: _ngram_row(_ngrams(word)) for word in self.vocabulary}
        self._ngrams = {ngram for word in self.vocabulary for ngram in _ngrams(word)[:NGRAMS_PER_WORD]}

    @property
    def words(self) -> int:
        """How many ids there are, padding and unknown counted."""
        return len(self.vocabulary) + 2

    def knows(self, word: str) -> bool:
        """Whether the word has an id of its own."""
        return word in self._ids

    def split(self, text: str) -> list[str]:
        """The words of a text."""
        return split_words(text, self._ids.keys())

    def encode(self, text: str) -> Tokens:
        """The ids and n-grams of a text's words."""
        words = self.split(text)
        rows = [self._rows.get(word) or self._unknown_row(word) for word in words]
        return Tokens(
            words=tuple(words),
            word_ids=np.array([self._ids.get(word, UNKNOWN) for word in words], np.int64),
            ngram_ids=np.array(rows, np.int64).reshape(len(words), NGRAMS_PER_WORD),
        )

    def _unknown_row(self, word: str) -> tuple[int, ...]:
        """n-grams that some known word has: any other would fall into a bucket that means something else."""
        return _ngram_row([ngram for ngram in _ngrams(word) if ngram in self._ngrams])


def blurred_words(
    word_ids: NDArray[np.int64], ngram_ids: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Some words known by their letters only, some not at all, so that unseen forms and unknown words do no harm."""
    words, ngrams = word_ids.copy(), ngram_ids.copy()
    draw = rng.random(word_ids.shape)
    words[(draw < 0.15) & (word_ids > 0)] = 1
    foreign = (draw < 0.08) & (word_ids > 0)
    ngrams[foreign] = ngrams[foreign] * 0 + rng.integers(1, NGRAM_BUCKETS, ngrams[foreign].shape)
    return words, ngrams


def _ngrams(word: str) -> list[str]:
    """The different n-grams of a word, the most telling first."""
    return list(dict.fromkeys(_chinese_ngrams(word) if has_chinese(word) else _letter_ngrams(word)))


def _ngram_row(ngrams: list[str]) -> tuple[int, ...]:
    """The first 12 n-grams as bucket numbers, padded with 0."""
    row = [1 + zlib.crc32(ngram.encode()) % (NGRAM_BUCKETS - 1) for ngram in ngrams[:NGRAMS_PER_WORD]]
    return tuple(row + [0] * (NGRAMS_PER_WORD - len(row)))


def _letter_ngrams(word: str) -> Iterator[str]:
    """n-grams of 3 to 5 letters, boundaries marked; the beginning first, as English says most there, then the end."""
    marked = f"<{word}>"
    for size in (3, 4, 5):
        yield marked[:size]
    for size in (3, 4):
        yield marked[-size:]
    for size in (4, 3, 5):
        for start in range(1, len(marked) - size):
            yield marked[start : start + size]


def _chinese_ngrams(word: str) -> Iterator[str]:
    """Characters and pairs of neighbours."""
    yield from word
    for start in range(len(word) - 1):
        yield word[start : start + 2]
