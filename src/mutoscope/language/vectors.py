"""Word vectors of others start the table of words: the text formats of word2vec and GloVe.

A word of the vocabulary that the file knows begins with the file's vector: wider ones are reduced to the table's width by
their principal components, narrower ones leave the rest zero, and all are scaled to what a table begins with. Words that
the file does not know begin at random, as without it. From there on the table learns as usual, so the file is needed
once, and the checkpoint holds all. Words outside the vocabulary are still known by their letters only.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.language.encoder import TABLE_SPREAD, WordEncoder
from mutoscope.language.words import plain

Vector = NDArray[np.float32]
_RULE = (
    "It must be text, a word and its numbers a line, with the header of word2vec (`words width`) or without (GloVe)."
)


def read_vectors(path: Path, wanted: Collection[str]) -> dict[str, Vector]:
    """The vectors of the wanted words (in lower case; the first of several spellings counts), all of one width."""
    found: dict[str, Vector] = {}
    width = promised = None
    count = 0
    for number, line in _lines(path):
        fields = line.rstrip().split(" ")
        if number == 1 and len(fields) == 2 and all(field.isdecimal() for field in fields):
            promised, width = int(fields[0]), int(fields[1])
            continue
        width = width or len(fields) - 1
        count += 1
        if width < 1 or len(fields) <= width:
            raise _unreadable(path, f"line {number} has {len(fields) - 1} numbers, where {width} belong")
        word = plain(" ".join(fields[:-width]))  # some words of GloVe's hold spaces
        vector = _numbers(path, number, fields[-width:])
        if word in wanted:
            found.setdefault(word, vector)
    if promised is not None and promised != count:
        raise _unreadable(path, f"its header promises {promised} words, and it holds {count}: it was cut off")
    if not found:
        raise MutoscopeError(
            f"{path} knows none of the {len(wanted)} words that the world speaks ({count} read).",
            "It should know most of them.",
            "Take vectors of English or Chinese words.",
        )
    return found


def start_words(encoder: WordEncoder, vocabulary: Sequence[str], vectors: Mapping[str, Vector]) -> None:
    """Start the table of words with these vectors; `vocabulary` is what the encoder's ids from 2 on stand for."""
    table = encoder.word.weight
    known = [word for word in vocabulary if word in vectors]
    rows = np.stack([vectors[word] for word in known]).astype(np.float64)
    rows = rows - rows.mean(axis=0)
    if rows.shape[1] > table.shape[1]:
        _, _, directions = np.linalg.svd(rows, full_matrices=False)
        rows = rows @ directions[: table.shape[1]].T
    spread = rows.std()
    ids = [vocabulary.index(word) + 2 for word in known]
    with torch.no_grad():
        start = torch.zeros(len(known), table.shape[1])
        start[:, : rows.shape[1]] = torch.from_numpy(rows * (TABLE_SPREAD / max(spread, 1e-12)))
        table[ids] = start


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            yield from enumerate(file, start=1)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is not UTF-8 text, perhaps word2vec's binary format") from error


def _numbers(path: Path, number: int, fields: Sequence[str]) -> Vector:
    try:
        vector = np.array(fields, np.float32)
    except ValueError as error:
        raise _unreadable(path, f"line {number} holds something that is no number") from error
    if not np.isfinite(vector).all():
        raise _unreadable(path, f"line {number} holds a number that is not finite")
    return vector


def _unreadable(path: Path, why: str) -> MutoscopeError:
    return MutoscopeError(
        f"The word vectors {path} cannot be read: {why}.", _RULE, "Take a text file of word2vec or GloVe, unpacked."
    )
