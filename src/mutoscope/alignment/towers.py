"""Two towers: one turns the words of a prompt into a vector, the other a clip, into the same space."""

from dataclasses import dataclass

import torch
from einops import rearrange
from torch import Tensor, nn

from mutoscope.language.encoder import TextEncoder
from mutoscope.language.spoken import Spoken
from mutoscope.networks.attention import Block, waves
from mutoscope.networks.pooling import Pooling
from mutoscope.networks.video import VideoBlock, folded
from mutoscope.shapes import ClipShape

# What the clip tower looks at: few enough pixels that ranking costs nothing beside drawing.
SEEN = ClipShape(frames=25, height=64, width=64, fps=8)
_PATCH = 8  # pixels to the side
_TIMES = 5  # frames
_CLOCK = 8  # wavelengths that tell when a segment begins, and as many when it ends
_LONGEST = 20.0  # seconds


@dataclass(frozen=True, kw_only=True)
class ClipTowerConfig:
    """Channels at 1/8 and 1/16 of the side, blocks of convolution at each, and the transformer over what is left."""

    fine: int
    coarse: int
    depths: tuple[int, int]
    transformer: int
    heads: int


class ClipTower(nn.Module):
    """Convolution while there is much to see, then a transformer over a few tokens of space and time."""

    def __init__(self, config: ClipTowerConfig, out: int) -> None:
        super().__init__()
        fine, coarse = config.fine, config.coarse
        self.patches = nn.Linear(_TIMES * _PATCH**2 * 3, fine)
        self.first = _blocks(fine, config.depths[0])
        self.down = nn.Linear(4 * fine, coarse)
        self.second = _blocks(coarse, config.depths[1])
        tokens = SEEN.frames // _TIMES * (SEEN.height // (2 * _PATCH)) * (SEEN.width // (2 * _PATCH))
        self.places = nn.Parameter(torch.randn(tokens, coarse) * 0.1)
        self.blocks = nn.ModuleList(Block(coarse, config.heads) for _ in range(config.transformer))
        self.pooling = Pooling(coarse, config.heads * 2, out)
        for edge in (self.patches.weight, self.places):
            edge._adam = True  # type: ignore[attr-defined]

    def forward(self, frames: Tensor) -> Tensor:  # (B, T, 3, H, W) uint8 of the shape SEEN -> (B, D)
        out: Tensor = self.pooling(self._tokens(frames))
        return out

    def features(self, frames: Tensor) -> Tensor:  # (B, T, 3, H, W) uint8 of the shape SEEN -> (B, coarse)
        """The mean of the last layer before the vectors: of what captions do not tell it has lost less than these."""
        out: Tensor = self.pooling.norm(self._tokens(frames)).mean(dim=1)
        return out

    def _tokens(self, frames: Tensor) -> Tensor:  # -> (B, N, coarse)
        # Bytes are sorted into patches before they become numbers: most of what is copied here is the clip itself.
        patches = folded(rearrange(frames, "b t c h w -> b t h w c"), _TIMES, _PATCH)
        x = self.first(self.patches(patches.to(self.places.dtype).sub_(127.5).div_(127.5)))
        x = self.second(self.down(folded(x, 1, 2)))
        tokens: Tensor = rearrange(x, "b t h w d -> b (t h w) d") + self.places
        everything = tokens.new_zeros(1, 1, tokens.shape[1], tokens.shape[1])
        for block in self.blocks:
            tokens = block(tokens, None, everything)
        return tokens


class TextTower(nn.Module):
    """A text encoder, the time of each word, and pooling."""

    def __init__(self, encoder: TextEncoder, heads: int, out: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.timed = nn.Sequential(nn.Linear(encoder.width + 4 * _CLOCK, encoder.width), nn.GELU())
        self.pooling = Pooling(encoder.width, heads, out)

    def forward(self, spoken: Spoken) -> Tensor:  # -> (B, D)
        words = self.encoder(spoken.word_ids, spoken.ngram_ids, spoken.places, spoken.mask)
        when = spoken.segments.gather(1, spoken.places[..., :1].expand(-1, -1, 2))
        clock = waves(when, _CLOCK, _LONGEST).flatten(-2).to(words)
        out: Tensor = self.pooling(self.timed(torch.cat([words, clock], dim=-1)), spoken.mask)
        return out


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(VideoBlock(channels, causal=False) for _ in range(count)))
