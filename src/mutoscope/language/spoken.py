"""The words of a batch of prompts as tensors, each word with its place on the timeline."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mutoscope.language.encoder import TextTokenizer
from mutoscope.language.timeline import Timeline


class Spoken(NamedTuple):
    """A batch of prompts, padded. A segment is a stretch of time that owns some words; unused places are masked."""

    word_ids: Tensor  # (B,L) int64
    ngram_ids: Tensor  # (B,L,N) int64
    places: Tensor  # (B,L,2) int64: index of the segment, position in it
    mask: Tensor  # (B,L) bool
    segments: Tensor  # (B,S,2) start and end in seconds; (-1,-1) where unused


def encode_words(tokenizer: TextTokenizer, timelines: Sequence[Timeline]) -> Spoken:
    """The words of a batch of timelines."""
    rows = [[tokenizer.encode(segment.text) for segment in timeline.segments] for timeline in timelines]
    counts = [sum(len(tokens.word_ids) for tokens in row) for row in rows]
    batch, length, most = len(rows), max(1, *counts), max(len(row) for row in rows)
    word_ids = np.zeros((batch, length), np.int64)
    ngram_ids = np.zeros((batch, length, rows[0][0].ngram_ids.shape[1]), np.int64)
    places = np.zeros((batch, length, 2), np.int64)
    segments = np.full((batch, most, 2), -1, np.float32)
    for row, (said, timeline) in enumerate(zip(rows, timelines, strict=True)):
        end = 0
        for s, (tokens, segment) in enumerate(zip(said, timeline.segments, strict=True)):
            start, end = end, end + len(tokens.word_ids)
            word_ids[row, start:end], ngram_ids[row, start:end] = tokens.word_ids, tokens.ngram_ids
            places[row, start:end, 0], places[row, start:end, 1] = s, np.arange(end - start)
            segments[row, s] = segment.start, segment.end
    mask = np.arange(length)[None] < np.array(counts)[:, None]
    return Spoken(*(torch.from_numpy(values) for values in (word_ids, ngram_ids, places, mask, segments)))
