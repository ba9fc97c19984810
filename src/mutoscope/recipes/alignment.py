"""The run behind the alignment towers: storybook clips, drawn while it trains, and two captions of each."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import torch

from mutoscope.alignment.alignment import Alignment, AlignmentBatch, AlignmentConfig, TextConfig
from mutoscope.alignment.towers import SEEN, ClipTowerConfig
from mutoscope.errors import MutoscopeError
from mutoscope.language.encoder import TextTokenizer, WordEncoder, WordEncoderConfig
from mutoscope.language.pretrained import PretrainedConfig, PretrainedEncoder
from mutoscope.language.spoken import encode_words
from mutoscope.language.timeline import parse_timeline
from mutoscope.language.tokens import NGRAM_BUCKETS, Tokenizer
from mutoscope.language.vectors import read_vectors, start_words
from mutoscope.seeding import numpy_rng
from mutoscope.training.optimiser import OptimiserConfig
from mutoscope.training.run import Run
from mutoscope.world.storybook.captions import vocabulary as story_vocabulary
from mutoscope.world.storybook.drawing import render_stories
from mutoscope.world.storybook.pairs import sample_apart


@dataclass(frozen=True)
class StoryPairs:
    """Batch after batch of `size` clips of the stages up to `stage`, told in both languages; nothing held out is shown.

    No caption of a batch is true of two of its clips, so that every other pair is a false one.
    """

    size: int
    seed: int
    stage: int
    tokenizer: TextTokenizer

    def afresh(self, seed: int) -> Self:
        """The same of other clips."""
        return replace(self, seed=seed)

    def __call__(self, step: int) -> AlignmentBatch:
        """The batch of a step, in 8 bits."""
        rng = numpy_rng(self.seed, f"alignment/{step}")
        told = sample_apart(rng, self.size, SEEN.seconds, stage=self.stage)
        clips = render_stories([one.story for one in told], SEEN, int(rng.integers(2**31)))
        timelines = [parse_timeline(text, SEEN.seconds) for one in told for text in one.captions]
        frames = (clips.frames.clamp(0, 1) * 255).round().to(torch.uint8)
        return AlignmentBatch(frames, encode_words(self.tokenizer, timelines))


TOWERS = AlignmentConfig(
    clip=ClipTowerConfig(fine=112, coarse=160, depths=(1, 1), transformer=2, heads=4), space=128, heads=8
)  # fmt: skip


def words_config(words: int) -> WordEncoderConfig:
    """Sizes of the bundled text tower's encoder."""
    return WordEncoderConfig(words=words, ngrams=NGRAM_BUCKETS, embedding=32, width=128, depth=2, heads=4, reach=4)


def alignment(*, stage: int = 1, vectors: Path | None = None, encoder: str | None = None) -> Run:
    """The bundled towers: of the storybook's first stage, shapes and motions.

    `vectors`: word vectors (word2vec or GloVe, text) that start the table of words; `encoder`: a text encoder of others
    (a folder or a hub id) instead of our own.
    """
    return _run("alignment", TOWERS, words_config, 96, stage, vectors, encoder)


def tiny_alignment(*, stage: int = 4, vectors: Path | None = None, encoder: str | None = None) -> Run:
    """The same at a size for tests: a few seconds."""
    clip = replace(TOWERS.clip, fine=16, coarse=16, transformer=1, heads=2)
    towers = replace(TOWERS, clip=clip, space=16, heads=2)
    full = _run("tiny_alignment", towers, _tiny_words, 6, stage, vectors, encoder)
    return replace(full, steps=4, warmup=2, workers=0, journal_every=2, save_every=4)


def _tiny_words(words: int) -> WordEncoderConfig:
    return replace(words_config(words), embedding=16, width=32, depth=1, heads=2)


def _run(
    name: str,
    towers: AlignmentConfig,
    sizes: Callable[[int], WordEncoderConfig],
    size: int,
    stage: int,
    vectors: Path | None,
    encoder: str | None,
) -> Run:
    if encoder is not None and vectors is not None:
        raise MutoscopeError(
            f"Both word vectors ({vectors}) and a text encoder ({encoder}) were given.",
            "Word vectors start the table of our own text encoder.",
            "Leave out --vectors or --encoder.",
        )
    vocabulary = story_vocabulary()
    known = read_vectors(vectors, frozenset(vocabulary)) if vectors is not None else {}
    tokenizer: TextTokenizer = Tokenizer(vocabulary)
    text: TextConfig = sizes(len(vocabulary) + 2)
    if encoder is not None:
        text = PretrainedConfig(source=encoder)
        tokenizer = PretrainedEncoder(text)

    def build() -> Alignment:
        model = Alignment(towers, text)
        if known and isinstance(model.text.encoder, WordEncoder):
            start_words(model.text.encoder, vocabulary, known)
        return model

    return Run(
        name=name,
        config={
            "towers": asdict(towers),
            "text": asdict(text),
            "vocabulary": list(vocabulary),
            "stage": stage,
            "started": f"{len(known)} words from {vectors.name}" if vectors is not None else "at random",
        },
        build=build,
        batches=StoryPairs(size=size, seed=1, stage=stage, tokenizer=tokenizer),
        steps=1000,
        eight_bits=True,
        optimiser=OptimiserConfig(muon_rate=0.02, adam_rate=2e-3),
        warmup=20,
        decay=0.6,
        ema=0.99,
        journal_every=20,
        save_every=100,
    )
