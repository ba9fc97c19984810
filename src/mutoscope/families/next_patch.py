"""The network of the autoregressive family: from all that came before to the tokens of the next patch."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS, LEVELS
from mutoscope.conditioning.condition import Condition
from mutoscope.families.hearing import CLOCK, Hearing, Listener, meant_by
from mutoscope.families.layout import PLACE, heard_in, places, slots_of
from mutoscope.families.tracked import TracksIn
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.networks.attention import Attention, Block, Memory, blinders

DIGITS = 2  # of the discrete code to a token: few enough kinds of token that each is seen often
KINDS = LEVELS**DIGITS


@dataclass(frozen=True, kw_only=True)
class AutoregressiveConfig:
    """Sizes of the transformer; `patch` latents to a side are one place of the sequence.

    `tracks`: whether it can be told where everyone will be; `sketch`: by a picture, too.
    """

    patch: int
    width: int
    depth: int
    heads: int
    meanings: int
    text: WordEncoderConfig
    tracks: bool = False
    sketch: bool = False


class Asked(NamedTuple):
    """What is wanted of every patch (B,N,D), the words (B,L,D), and which of them each patch hears (B,N,L) bool."""

    wishes: Tensor
    words: Tensor
    heard: Tensor


class NextPatch(Listener):
    """A causal transformer over patches, time after time and row after row.

    Every patch looks at all before it and at the words of its time; it begins with what it is to be next to: the patch just
    made, and the one at its own place a time earlier. Its tokens come one after another out of a chain.
    """

    def __init__(self, config: AutoregressiveConfig) -> None:
        width, inside = config.width, config.patch**2 * CHANNELS
        super().__init__(config.text, config.meanings, width)
        self.beside_in = nn.Linear(inside, width)
        self.earlier_in = nn.Linear(inside, width, bias=False)
        self.place_in = nn.Linear(PLACE, width)
        self.tracks_in = TracksIn(width, sketch=config.sketch) if config.tracks else None
        self.clock_in = nn.Linear(CLOCK, width)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width)
        self.chain = TokenChain(width, inside // DIGITS)

    def ask(self, condition: Condition, hearing: Hearing, times: int, rows: int, columns: int) -> Asked:
        """What a condition wants of every patch of a clip of T times, each of rows x columns patches."""
        slots = slots_of(condition, times)
        meant = self.meanings_in(slots.share @ meant_by(condition, hearing))
        where = self.place_in(places(rows, columns, like=hearing.spoken))
        wishes = where + (self.clock_in(slots.clock) + meant)[:, :, None]
        if self.tracks_in is not None and condition.tracks.numel():
            wishes = wishes + self.tracks_in(condition.tracks, rows, columns)
        heard = repeat(heard_in(slots, condition, hearing), "b t l -> b (t p) l", p=rows * columns)
        return Asked(rearrange(wishes, "b t p d -> b (t p) d"), self.words_in(hearing.spoken), heard)

    def forward(self, seen: Tensor, asked: Asked, row: int) -> Tensor:  # (B,N,C) -> (B,N,D)
        """The state from which each patch is told, all at once: for training, where all are known.

        `row`: how many patches one time has.
        """
        count = seen.shape[1]
        x = self._begun(seen, asked, row, 0, count)
        mask = blinders(torch.cat([_before(asked, 0, count), asked.heard], dim=-1))[:, None]
        for block in self.blocks:
            x = block(x, asked.words, mask)
        state: Tensor = self.norm(x)
        return state

    def memories(self, asked: Asked) -> list[Memory]:
        """What each block has seen before the first patch: the words."""
        most = asked.words.shape[1] + asked.wishes.shape[1]
        memories = []
        for block in self.blocks:
            assert isinstance(block, Block)
            assert isinstance(block.attention, Attention)
            memories.append(Memory(*block.attention.keys_values(asked.words), most))
        return memories

    def go_on(
        self, seen: Tensor, asked: Asked, row: int, memories: list[Memory], start: int, end: int
    ) -> Tensor:  # (B,n,D)
        """The same for patches `start` to `end` alone; `seen` holds those before the last of them, the memories what was made of
        those before the first."""
        x = self._begun(seen, asked, row, start, end)
        mask = blinders(torch.cat([asked.heard[:, start:end], _before(asked, start, end)], dim=-1))[:, None]
        for block, memory in zip(self.blocks, memories, strict=True):
            x = block(x, None, mask, memory=memory)
        state: Tensor = self.norm(x)
        return state

    def _begun(self, seen: Tensor, asked: Asked, row: int, start: int, end: int) -> Tensor:  # (B,n,D)
        from_before = F.pad(seen, (0, 0, row, 0))
        beside, earlier = from_before[:, start + row - 1 : end + row - 1], from_before[:, start:end]
        begun: Tensor = asked.wishes[:, start:end] + self.beside_in(beside) + self.earlier_in(earlier)
        return begun


def _before(asked: Asked, start: int, end: int) -> Tensor:  # (B,n,end) bool
    """Which patches each of the patches `start` to `end` sees: itself and all before it."""
    return asked.heard.new_ones(end, end).tril()[start:].expand(len(asked.heard), -1, -1)


class TokenChain(nn.Module):
    """The tokens of one patch, one after another: each knows the patch's state and the tokens before it.

    A masked autoencoder (Germain et al. 2015) with one hidden layer, so that a token costs next to nothing.
    """

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.told = nn.Embedding(count * KINDS, width)
        self.place = nn.Embedding(count, width)
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Linear(width, width)
        self.out = nn.Parameter(torch.zeros(count, width, KINDS))
        self.bias = nn.Parameter(torch.zeros(count, KINDS))
        nn.init.normal_(self.told.weight, std=0.3)
        nn.init.normal_(self.place.weight, std=0.3)
        for table in (self.told.weight, self.place.weight, self.out, self.bias):
            table._adam = True  # type: ignore[attr-defined]

    def forward(self, state: Tensor, tokens: Tensor) -> Tensor:  # (...,D), (...,K) -> (...,K,kinds)
        """Logits of every token, given those before it."""
        told = self.told(tokens + KINDS * torch.arange(self.count, device=tokens.device))
        # The sum of all before, as a product of matrices: many times as fast there and back as a running sum.
        before = told.new_ones(self.count, self.count).tril(-1) @ told
        hidden = F.silu(self.mix(self.norm(state.unsqueeze(-2) + before + self.place.weight)))
        return torch.einsum("...kd,kds->...ks", hidden, self.out.to(hidden)) + self.bias

    def next(self, state: Tensor, index: int) -> Tensor:  # (B,D) -> (B,kinds)
        """Logits of one token; `state` has what was told of those before it."""
        hidden = F.silu(self.mix(self.norm(state + self.place.weight[index])))
        logits: Tensor = hidden @ self.out[index] + self.bias[index]
        return logits

    def telling(self, index: int, token: Tensor) -> Tensor:  # (B,) -> (B,D)
        """What a token adds to the state."""
        added: Tensor = self.told(token + KINDS * index)
        return added
