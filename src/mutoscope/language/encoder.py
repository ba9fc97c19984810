"""Text encoders: from words to vectors."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from mutoscope.language.names import NO_NAMES, NamesConfig
from mutoscope.language.tokens import Tokens
from mutoscope.networks.attention import Block, blinders

TABLE_SPREAD = 0.5  # of the numbers that the tables of words and n-grams begin with


class TextTokenizer(Protocol):
    """The half of a text encoder that needs no network: from a text to the numbers that the encoder was taught."""

    def encode(self, text: str) -> Tokens:
        """The ids and n-grams (L,N) of a text; N is 0 for an encoder that knows no n-grams."""
        ...


class TextEncoder(Protocol):
    """Turns the words of a batch of prompts into vectors."""

    width: int

    def __call__(self, word_ids: Tensor, ngram_ids: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        """(B,L) ids, (B,L,N) n-gram ids, (B,L,2) segment and position in it, (B,L) bool -> (B,L,width)."""
        ...


@dataclass(frozen=True, kw_only=True)
class WordEncoderConfig:
    """Sizes of a `WordEncoder`."""

    words: int
    ngrams: int
    embedding: int
    width: int
    depth: int
    heads: int
    reach: int  # how many words to each side a word looks at, in every layer
    names: NamesConfig = NO_NAMES


class WordEncoder(nn.Module):
    """A small transformer over words; a word is its own vector plus those of its letters' n-grams (Bojanowski et al. 2017).

    The n-grams let it read forms that it never saw ("rightwards" beside "right"). A word sees its neighbours only: from
    far away it would learn which motions never come together, and then doubt them when for once they do.
    """

    longest_segment = 48

    def __init__(self, config: WordEncoderConfig) -> None:
        super().__init__()
        self.width, self.reach = config.width, config.reach
        # After the words, a stand-in for the name of each thing.
        self.word = nn.Embedding(config.words + len(config.names.things), config.embedding, padding_idx=0)
        self.ngram = nn.EmbeddingBag(config.ngrams, config.embedding, mode="mean", padding_idx=0)
        self.segment = nn.Embedding(8, config.width)
        self.position = nn.Embedding(self.longest_segment, config.width)
        self.widen = nn.Linear(config.embedding, config.width)
        self.blocks = nn.ModuleList(Block(config.width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(config.width)
        for table in (self.word, self.ngram, self.segment, self.position):
            nn.init.normal_(table.weight, std=TABLE_SPREAD if table in (self.word, self.ngram) else 0.1)
            table.weight._adam = True  # type: ignore[attr-defined]  # rows are looked up, not multiplied: Adam's ground

    def forward(self, word_ids: Tensor, ngram_ids: Tensor, places: Tensor, mask: Tensor) -> Tensor:
        batch, length, count = ngram_ids.shape
        letters = self.ngram(ngram_ids.reshape(batch * length, count)).reshape(batch, length, -1)
        x = self.widen(self.word(word_ids) + letters)
        segment, position = places.unbind(-1)
        x = x + self.segment(segment.clamp(max=7)) + self.position(position.clamp(max=self.longest_segment - 1))
        # A prompt without words would attend to nothing and give NaN; let every word see at least itself.
        seen = blinders((mask[:, None, None, :] & band(length, self.reach, mask)) | band(length, 0, mask))
        for block in self.blocks:
            x = block(x, None, seen)
        out: Tensor = self.norm(x)
        return out


def band(length: int, reach: int, like: Tensor) -> Tensor:
    """(1,1,L,L) bool: every place sees those at most `reach` away."""
    every: Tensor = like.new_ones(length, length)
    return (every.tril(reach) & every.triu(-reach))[None, None]
