"""The network of the autoregressive family: from all that came before to the next patches."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from einops import rearrange, repeat
from torch import Tensor

from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.clip_denoiser import BorrowedDenoiserConfig, ClipDenoiser
from mutoscope.families.hearing import Hearing
from mutoscope.families.layout import heard_in, slots_of
from mutoscope.families.order import Order
from mutoscope.families.token_chain import DIGITS, TokenChain
from mutoscope.networks.attention import Attention, Block, Memory, blinders


@dataclass(frozen=True, kw_only=True)
class AutoregressiveConfig(BorrowedDenoiserConfig):
    """Sizes of the transformer: the network that diffusion asks about all of a clip, asked about what comes next.

    `guidance`, `temperature`: how it samples by words alone, where nothing else is asked. The cooler, the fewer mistakes; but
    where words leave much open, each patch that may be empty is then taken to be.
    """

    guidance: float = 2.0
    temperature: float = 0.3


class Asked(NamedTuple):
    """What is wanted of every patch (B,N,D), the words (B,L,D), which of them each patch hears (B,N,L) bool, and how blocks are
    modulated (B,6,D)."""

    wishes: Tensor
    words: Tensor
    heard: Tensor
    modulation: Tensor


class NextPatches(ClipDenoiser):
    """The denoiser of the diffusion family at the level of pure noise, with blinders: a patch sees those told before it alone.

    So the two families differ in how they draw and not in what they are, and one may begin with the weights of the other.
    Each patch stands twice in the sequence: as it is wished for, to be told by what it sees, and as it has become known,
    to be seen by others (two streams, as XLNet has them, Yang et al. 2019). Its tokens come one after another out of a chain.
    """

    def __init__(self, config: AutoregressiveConfig) -> None:
        if config.denoiser.mixer != "attention":
            raise MutoscopeError(
                f"An autoregressive model mixes by {config.denoiser.mixer}.",
                "What it may not see yet is hidden from attention alone.",
                "Take the bundled model, or write the checkpoint again with `mutoscope train`.",
            )
        super().__init__(config.denoiser)
        self.chain = TokenChain(config.denoiser.width, config.denoiser.patch**2 * CHANNELS // DIGITS)

    def ask(self, condition: Condition, hearing: Hearing, times: int, rows: int, columns: int) -> Asked:
        """What a condition wants of every patch of a clip of T times, each of rows x columns patches."""
        slots = slots_of(condition, times)
        wishes = rearrange(self.wished(condition, hearing, slots, rows, columns), "b t p d -> b (t p) d")
        heard = repeat(heard_in(slots, condition, hearing), "b t l -> b (t p) l", p=rows * columns)
        nothing_yet = self.at_level(condition.seconds.new_zeros(len(wishes)))
        return Asked(wishes, self.words_in(hearing.spoken), heard, nothing_yet)

    def told(self, seen: Tensor, asked: Asked, order: Order) -> tuple[Tensor, Tensor]:  # (B,N,C) -> (B,N,D), (B,N,C)
        """The state by which each patch is told and a guess of its codes, all at once: for training, where all are known."""
        count, ranks = seen.shape[1], order.ranks.flatten().to(seen.device)
        x = torch.cat([self._wished_for(asked.wishes), self._known(seen, asked.wishes)], dim=1)
        ours, theirs = ranks[:, None], ranks[None]
        sees = torch.cat([
            torch.cat([ours == theirs, ours > theirs], dim=1),
            torch.cat([torch.zeros_like(ours > theirs), ours >= theirs], dim=1),
        ]).expand(len(x), -1, -1)  # fmt: skip
        mask = blinders(torch.cat([sees, asked.heard.repeat(1, 2, 1)], dim=-1))[:, None]
        self.rows = torch.arange(count).repeat(2)
        for block in self.blocks:
            x = block(x, asked.words, mask, asked.modulation)
        return self._read(x[:, :count])

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
        self,
        seen: Tensor,
        asked: Asked,
        order: Order,
        memories: list[Memory],
        before: Tensor,
        now: Tensor,
        then: Tensor,
    ) -> tuple[Tensor, Tensor]:  # (B,n,C), (M,), (n,), (m,) -> (B,m,D), (B,m,C)
        """The same for the patches `then` alone: the memories hold those of `before`, those of `now` are shown and remembered."""
        ranks = order.ranks.flatten()
        x = torch.cat([self._known(seen, asked.wishes[:, now]), self._wished_for(asked.wishes[:, then])], dim=1)
        both = torch.cat([now, then])
        # Of those wished for, all that is known was told before.
        known = ranks[both][:, None] >= ranks[torch.cat([before, now])][None]
        wished = (torch.arange(len(both)) >= len(now))[:, None].expand(-1, len(then))
        sees = torch.cat([known, wished], dim=1).to(x.device).expand(len(x), -1, -1)
        mask = blinders(torch.cat([asked.heard[:, both], sees], dim=-1))[:, None]
        self.rows = both
        for block, memory in zip(self.blocks, memories, strict=True):
            x = block(x, None, mask, asked.modulation, memory=memory)
            memory.forget(len(then))
        return self._read(x[:, len(now) :])

    def _known(self, seen: Tensor, wishes: Tensor) -> Tensor:  # (B,n,C), (B,n,D) -> (B,n,D)
        shown: Tensor = wishes + self.codes_in(seen) + self.known_in(seen) + self.given_in.weight[Given.CODE]
        return shown

    def _wished_for(self, wishes: Tensor) -> Tensor:  # (B,n,D) -> the same
        return wishes + self.codes_in.bias + self.given_in.weight[Given.NOTHING]

    def _read(self, x: Tensor) -> tuple[Tensor, Tensor]:  # (B,n,D) -> (B,n,D), (B,n,C)
        state = self.norm(x)
        return state, self.out(state)
