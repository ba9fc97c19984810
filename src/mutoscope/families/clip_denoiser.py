"""The denoiser of whole clips: a transformer over patches of the latent code in space and time."""

from dataclasses import dataclass

import torch
from einops import rearrange, repeat
from torch import Tensor, nn

from mutoscope.codecs.latent_code import CHANNELS
from mutoscope.codecs.scaling import Scaling
from mutoscope.conditioning.condition import Condition, Given
from mutoscope.errors import MutoscopeError
from mutoscope.families.denoiser import Denoiser
from mutoscope.families.diffusion import Diffusion, Flow
from mutoscope.families.family import Sampling
from mutoscope.families.hearing import CLOCK, Hearing, meant_by
from mutoscope.families.layout import PLACE, Slots, heard_in, patches, places, slots_of, unpatched
from mutoscope.families.tracked import TracksIn
from mutoscope.language.encoder import WordEncoderConfig
from mutoscope.networks.attention import Block, blinders, waves
from mutoscope.networks.mixers import Mixing, mixer_of

# What is where, and what it does, is decided while little is to be seen; colours and edges come by themselves.
FLOW = Flow(late=1.0, spread=1.2, guided_until=1.0, solver="multistep")


@dataclass(frozen=True, kw_only=True)
class ClipDenoiserConfig:
    """Sizes of the denoiser; `patch` latents to a side make one token. `mixer`: how tokens learn of each other.

    `tracks`: whether it can be told where everyone will be; `sketch`: by a picture, too.
    """

    patch: int
    width: int
    depth: int
    heads: int
    meanings: int
    text: WordEncoderConfig
    mixer: Mixing = "attention"
    tracks: bool = False
    sketch: bool = False


@dataclass(frozen=True, kw_only=True)
class BorrowedDenoiserConfig:
    """Sizes of a family that asks the network of diffusion in another way."""

    denoiser: ClipDenoiserConfig

    @property
    def text(self) -> WordEncoderConfig:
        """The text encoder's sizes."""
        return self.denoiser.text

    @property
    def tracks(self) -> bool:
        """Whether it can be told where everyone will be."""
        return self.denoiser.tracks


def clip_diffusion(config: ClipDenoiserConfig, scaling: Scaling) -> Diffusion:
    """The diffusion family on the latent codec."""
    return Diffusion(ClipDenoiser(config), scaling, FLOW, Sampling(steps=12, guidance=3.0))


class ClipDenoiser(Denoiser):
    """Every patch looks at every other of the clip, in every layer (or as its mixer sees), and at the words of its time.

    Known codes lie beside the noisy ones in each patch, with how well they are known: so a first frame, a last one, an earlier
    clip and keyframes are one mechanism, and without any it is text alone.
    """

    def __init__(self, config: ClipDenoiserConfig) -> None:
        if config.sketch and not config.tracks:
            raise MutoscopeError(
                "A ClipDenoiserConfig has a sketch and no tracks.",
                "A sketch is a picture of tracks.",
                "Set tracks to true, or sketch to false.",
            )
        width, inside = config.width, config.patch**2 * CHANNELS
        super().__init__(config.text, config.meanings, width)
        self.patch = config.patch
        self.codes_in = nn.Linear(inside, width)
        self.known_in = nn.Linear(inside, width, bias=False)
        self.given_in = nn.Embedding(len(Given), width)
        self.clock_in = nn.Linear(CLOCK, width)
        self.place_in = nn.Linear(PLACE, width)
        self.tracks_in = TracksIn(width, sketch=config.sketch) if config.tracks else None
        self.level_in = nn.Sequential(nn.Linear(32, width), nn.GELU(), nn.Linear(width, 6 * width))
        self.blocks = nn.ModuleList(
            Block(width, config.heads, mixer_of(config.mixer, width, config.heads)) for _ in range(config.depth)
        )
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, inside)
        nn.init.zeros_(self.out.weight)
        for table in (self.out, self.given_in):
            table.weight._adam = True  # type: ignore[attr-defined]

    def forward(
        self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing
    ) -> Tensor:  # (B,T,H,W,C), (B,) -> the same
        patch = self.patch
        rows, columns = noisy.shape[2] // patch, noisy.shape[3] // patch
        slots = slots_of(condition, noisy.shape[1])
        x = self.codes_in(patches(noisy, patch))
        if condition.known.numel():
            given = self.given_in(condition.given)
            x = x + self.known_in(patches(condition.known, patch)) * (condition.given > 0)[..., None, None]
            x = x + given[:, :, None]
        else:
            x = x + self.given_in.weight[Given.NOTHING]
        x = rearrange(x + self.wished(condition, hearing, slots, rows, columns), "b t p d -> b (t p) d")
        context, heard = self.words_in(hearing.spoken), heard_in(slots, condition, hearing)
        heard = repeat(heard, "b t l -> b (t p) l", p=rows * columns)
        mask = blinders(torch.cat([heard.new_ones(len(x), x.shape[1], x.shape[1]), heard], dim=2))
        modulation = self.at_level(level)
        for block in self.blocks:
            x = block(x, context, mask[:, None], modulation, grid=(noisy.shape[1], rows, columns))
        clean = rearrange(self.out(self.norm(x)), "b (t p) n -> b t p n", p=rows * columns)
        return unpatched(clean, patch, noisy.shape[2])

    def wished(self, condition: Condition, hearing: Hearing, slots: Slots, rows: int, columns: int) -> Tensor:
        """What is wanted of each of rows x columns patches at each time, (B,T,P,D), whatever it shows yet."""
        meant = self.meanings_in(slots.share @ meant_by(condition, hearing))
        where = self.place_in(places(rows, columns, like=slots.clock))
        wishes: Tensor = where + (self.clock_in(slots.clock) + meant)[:, :, None]
        if self.tracks_in is not None and condition.tracks.numel():
            wishes = wishes + self.tracks_in(condition.tracks, rows, columns)
        return wishes

    def at_level(self, level: Tensor) -> Tensor:  # (B,) -> (B,6,D)
        """How the level modulates every block."""
        modulation: Tensor = self.level_in(waves(level, 16, 2.0)).unflatten(-1, (6, -1))
        return modulation
