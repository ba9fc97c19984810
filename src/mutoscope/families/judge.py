"""The discriminator of the GAN family: whether a clip is true, and whether it belongs to these words."""

from dataclasses import dataclass

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.families.hearing import CLOCK, Hearing, meant_by
from mutoscope.families.layout import PLACE, heard_in, patches, places, slots_of
from mutoscope.families.tracked import TracksIn
from mutoscope.networks.attention import Attention, blinders
from mutoscope.networks.convolution import CausalConv3d


@dataclass(frozen=True, kw_only=True)
class JudgeConfig:
    """Sizes of the discriminator: blocks at the code's own size, and at half of it. `tracks`: whether it is told them."""

    width: int
    heads: int
    depths: tuple[int, int]
    words: int  # numbers of a word's vector
    meanings: int
    tracks: bool = False


class Judge(nn.Module):
    """D(x, t): one number for a clip and what was said of it; only differences of such numbers mean something.

    Convolution over space and time sees how things look and move; attention to the words of its time tells every place
    what it should see. What is seen is held against what was meant (a projection discriminator, Miyato & Koyama 2018).
    Nothing is normalised on the way, and branches begin at zero (R3GAN, Huang et al. 2024, arXiv 2501.05441).
    """

    def __init__(self, config: JudgeConfig) -> None:
        super().__init__()
        width = config.width
        self.codes_in = nn.Linear(CHANNELS, width)
        self.known_in = nn.Linear(CHANNELS, width, bias=False)
        self.given_in = nn.Embedding(len(Given), width)
        self.place_in = nn.Linear(PLACE, width)
        self.tracks_in = TracksIn(width) if config.tracks else None
        self.clock_in = nn.Linear(CLOCK, width)
        self.words_in = nn.Linear(config.words, width)
        self.meanings_in = nn.Linear(config.meanings + 1, width)
        self.near = nn.ModuleList(JudgeBlock(width, config.heads) for _ in range(config.depths[0]))
        self.down = nn.Linear(4 * width, width)
        self.far = nn.ModuleList(JudgeBlock(width, config.heads) for _ in range(config.depths[1]))
        self.true = nn.Linear(width, 1, bias=False)
        self.fitting = nn.Linear(width, width)
        for layer in (self.given_in, self.true):
            layer.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, codes: Tensor, condition: Condition, hearing: Hearing) -> Tensor:  # (B,T,H,W,C) -> (B,)
        times, rows, columns = codes.shape[1:4]
        slots = slots_of(condition, times)
        meant = self.meanings_in(slots.share @ meant_by(condition, hearing))
        x = self.codes_in(codes)
        if condition.known.numel():
            shown = (condition.given > 0)[..., None, None, None]
            x = x + self.known_in(condition.known) * shown + self.given_in(condition.given)[:, :, None, None]
        else:
            x = x + self.given_in.weight[Given.NOTHING]
        where = rearrange(self.place_in(places(rows, columns, like=codes)), "(h w) d -> h w d", h=rows)
        x = x + where + (self.clock_in(slots.clock) + meant)[:, :, None, None]
        if self.tracks_in is not None and condition.tracks.numel():
            x = x + rearrange(self.tracks_in(condition.tracks, rows, columns), "b t (h w) d -> b t h w d", h=rows)
        words, heard = self.words_in(hearing.spoken), heard_in(slots, condition, hearing)
        for block in self.near:
            x = block(x, words, heard)
        x = self.down(rearrange(patches(x, 2), "b t (h w) d -> b t h w d", h=rows // 2))
        for block in self.far:
            x = block(x, words, heard)
        seen = F.leaky_relu(x, 0.2).mean(dim=(2, 3))
        fits = (self.fitting(seen) * meant).sum(dim=-1) / meant.shape[-1] ** 0.5
        score: Tensor = (self.true(seen)[..., 0] + fits).mean(dim=1)
        return score.float()


class JudgeBlock(nn.Module):
    """A causal 3x3x3 convolution, a look at the words, and a mixing of channels, each added to what came in."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.over = CausalConv3d(width, width)
        self.words = Attention(width, heads)
        self.nothing = nn.Parameter(torch.zeros(1, 1, width))  # is heard where no word is
        self.mix = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.mix.weight)

    def forward(self, x: Tensor, words: Tensor, heard: Tensor) -> Tensor:  # (B,T,H,W,D), (B,L,D), (B,T,L) bool
        rows, columns = x.shape[2:4]
        context = torch.cat([self.nothing.to(words).expand(len(words), -1, -1), words], dim=1)
        mask = F.pad(blinders(repeat(heard, "b t l -> b (t p) l", p=rows * columns)), (1, 0))
        told = self.words.look(rearrange(x, "b t h w d -> b (t h w) d"), context, mask[:, None])
        x = x + rearrange(told, "b (t h w) d -> b t h w d", h=rows, w=columns)
        mixed: Tensor = x + self.mix(F.leaky_relu(self.over(F.leaky_relu(x, 0.2)), 0.2))
        return mixed
