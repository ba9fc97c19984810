"""The tokens of one patch, one after another."""

import torch
from einops import rearrange
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import LEVELS

DIGITS = 2  # of the discrete code to a token: few enough kinds of token that each is seen often
KINDS = LEVELS**DIGITS
_SHARP = 2.5  # log precision of a number, until more is known: half of them lie within 0.2 of what was guessed
_SHARPEST = 7.0


class TokenChain(nn.Module):
    """Tokens of a patch whose state is known, and of which each number has been guessed.

    By itself a number is likely to be near the guess: a Gaussian read at the levels of the code, whose width is learned, so that
    what is known of one level is known of its neighbours (as the discretised logistics of PixelCNN++, Salimans et al. 2017).
    What the tokens before it change about that is told by a masked autoencoder (Germain et al. 2015) with one hidden layer,
    so that a token costs next to nothing.
    """

    def __init__(self, width: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.sharp = nn.Linear(width, count * DIGITS)
        self.told = nn.Embedding(count * KINDS, width)
        self.place = nn.Embedding(count, width)
        self.norm = nn.LayerNorm(width)
        self.mix = nn.Linear(width, width)
        self.out = nn.Parameter(torch.zeros(count, width, KINDS))
        self.bias = nn.Parameter(torch.zeros(count, KINDS))
        nn.init.normal_(self.told.weight, std=0.3)
        nn.init.normal_(self.place.weight, std=0.3)
        nn.init.zeros_(self.sharp.weight)
        nn.init.constant_(self.sharp.bias, _SHARP)
        for table in (self.sharp.weight, self.told.weight, self.place.weight, self.out, self.bias):
            table._adam = True  # type: ignore[attr-defined]

    def alone(self, state: Tensor, guess: Tensor) -> Tensor:  # (...,D), (..., K digits) -> (...,K,kinds)
        """Logits of every token by itself; guesses are in natural units, as codes are."""
        levels = torch.linspace(-1, 1, LEVELS, device=guess.device)
        precise = self.sharp(state).float().clamp(max=_SHARPEST).exp().unsqueeze(-1)
        near = -0.5 * precise * (levels - guess.float().unsqueeze(-1)).square()
        first, second = rearrange(near, "... (k d) l -> d ... k l", d=DIGITS)
        alone: Tensor = (second[..., :, None] + first[..., None, :]).flatten(-2)  # the first digit is the low one
        return alone

    def forward(self, state: Tensor, guess: Tensor, tokens: Tensor) -> Tensor:  # ..., (...,K) -> (...,K,kinds)
        """Logits of every token, given those before it."""
        told = self.told(tokens + KINDS * torch.arange(self.count, device=tokens.device))
        # The sum of all before, as a product of matrices: many times as fast there and back as a running sum.
        before = told.new_ones(self.count, self.count).tril(-1) @ told
        hidden = F.silu(self.mix(self.norm(state.unsqueeze(-2) + before + self.place.weight)))
        after = torch.einsum("...kd,kds->...ks", hidden, self.out.to(hidden)) + self.bias
        return self.alone(state, guess) + after

    def next(self, state: Tensor, alone: Tensor, index: int) -> Tensor:  # (...,D), (...,K,kinds) -> (...,kinds)
        """Logits of one token; `state` has what was told of those before it."""
        hidden = F.silu(self.mix(self.norm(state + self.place.weight[index])))
        logits: Tensor = alone[..., index, :] + hidden @ self.out[index] + self.bias[index]
        return logits

    def telling(self, index: int, token: Tensor) -> Tensor:  # (...) -> (...,D)
        """What a token adds to the state."""
        added: Tensor = self.told(token + KINDS * index)
        return added
