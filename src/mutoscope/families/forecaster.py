"""The recurrent baseline of prediction: from the codes of some times to those that follow, one future and no words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from einops import rearrange
from torch import Tensor, nn

from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import Scaling
from mutoscope.networks.mixers import ConvLSTM, Remembered
from mutoscope.objective import Objective


@dataclass(frozen=True, kw_only=True)
class ForecasterConfig:
    """Channels of a layer, and how many layers there are."""

    width: int
    depth: int


class ForecasterBatch(NamedTuple):
    """True codes (B,T,H,W,C) in natural units."""

    codes: Tensor


class Forecaster(Objective):
    """ConvLSTMs over latent frames (Shi et al. 2015, arXiv 1506.04214): each frame is the last one and a change.

    What is not known it feeds back to itself, in training too, so that it learns to live with its own mistakes.
    """

    phases: tuple[str, ...] = ("forecast",)

    def __init__(self, config: ForecasterConfig, scaling: Scaling) -> None:
        super().__init__()
        self.scaling = scaling
        self.into = nn.Conv2d(CHANNELS, config.width, 1)
        self.layers = nn.ModuleList(ConvLSTM(config.width) for _ in range(config.depth))
        self.out = nn.Conv2d(config.width, CHANNELS, 1, bias=False)
        nn.init.zeros_(self.out.weight)  # at first it holds the last frame

    def loss(self, phase: str, batch: ForecasterBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean squared error of every later frame in scaled codes, a random number of first ones being known."""
        true = self.scaling.scaled(batch.codes)
        times = true.shape[1]
        known = int(torch.randint(1, times, (), generator=rng))
        lost = (self(true[:, :known], times) - true[:, 1:]).square().mean()
        held = (true[:, :-1] - true[:, 1:]).square().mean()
        return lost, {"forecast": float(lost.detach()), "of holding": float(lost.detach() / held)}

    def forward(self, known: Tensor, times: int) -> Tensor:  # (B,k,H,W,C) -> (B,T-1,H,W,C)
        """Scaled codes of all times but the first, each told by those before it: by the known ones while there are some."""
        given = rearrange(known, "b t h w c -> t b c h w")
        states: list[Remembered | None] = [None] * len(self.layers)
        made: list[Tensor] = []
        for time in range(times - 1):
            last = given[time] if time < len(given) else made[-1]
            x = self.into(last)
            for index, layer in enumerate(self.layers):
                assert isinstance(layer, ConvLSTM)
                state = layer.step(x, states[index])
                x, states[index] = x + state.said, state
            made.append(last + self.out(x).float())
        return rearrange(torch.stack(made), "t b c h w -> b t h w c")

    @torch.inference_mode()
    def predict(self, known: Tensor, times: int) -> Tensor:  # (k,H,W,C) -> (T,H,W,C)
        """Codes of a whole clip whose first times are known."""
        after = self.scaling.natural(self(self.scaling.scaled(known[None]), times))[0]
        return torch.cat([known, after[len(known) - 1 :]])
