"""The latent codec: a causal autoencoder of clips with high compression, and how it learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from einops import rearrange
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import CHANNELS, STRIDE, jittered, latent_shape, rounded
from mutoscope.codecs.picture import Picture
from mutoscope.codecs.sprites import LAYERS, Sprites
from mutoscope.networks.video import VideoBlock, folded, unfolded
from mutoscope.objective import Objective
from mutoscope.progress import OnProgress, Step, ignore
from mutoscope.shapes import ClipShape

_PATCH = 8  # pixels to the side of the encoder's patches
_FINE = 4  # and of the decoder's, whose depth in time is 2
# By how much it is stretched, while they are learned, which of its clip's colours a pixel has: few lie between two.
_DECIDED = 4.0


@dataclass(frozen=True, kw_only=True)
class LatentConfig:
    """Channels and blocks: of the encoder at 1/8 and 1/16 of the side, of the decoder at 1/16, 1/8, 1/4 and, in every
    frame, 1/2 (`finest`; 0: nothing there). `tracks`: the decoder can be told where everyone is. `colours`: how many a clip
    has, each the same at all times, one of which each pixel has; 0: as many as there are pixels."""

    seen: int
    coarse: int
    middle: int
    fine: int
    encoder_depths: tuple[int, int]
    decoder_depths: tuple[int, int, int]
    finest: int = 0
    finest_depth: int = 0
    tracks: bool = False
    colours: int = 0


@dataclass(frozen=True, kw_only=True)
class Care:
    """How much more actors, edges, and the outlines of actors count in training. What is drawn before the ground is a small
    share of the pixels and all of the story, and its outline tells what it is; edges of a textured ground tell nothing.

    `faint`: a clip whose actors differ less than that from their ground (0..1) counts by as much more, as far as if they differed
    by a tenth: white things on a pale ground can else be drawn wrongly at little cost.
    """

    actors: float = 2.0
    edges: float = 10.0
    outlines: float = 0.0
    faint: float = 0.0


class LatentEncoder(nn.Module):
    """Clips to codes: a latent frame knows only its own frames and those before."""

    def __init__(self, config: LatentConfig) -> None:
        super().__init__()
        seen, coarse = config.seen, config.coarse
        self.patches = nn.Linear(STRIDE * _PATCH**2 * 3, seen)
        self.first = nn.Sequential(*(VideoBlock(seen, causal=True) for _ in range(config.encoder_depths[0])))
        self.down = nn.Linear(4 * seen, coarse)
        self.second = nn.Sequential(*(VideoBlock(coarse, causal=True) for _ in range(config.encoder_depths[1])))
        self.out = nn.Linear(coarse, CHANNELS)
        for edge in (self.patches, self.out):
            edge.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, frames: Tensor) -> Tensor:  # (B, T, 3, H, W) in 0..1 -> (B, T', H/16, W/16, C) in -1..1
        clip = rearrange(frames, "b t c h w -> b t h w c") * 2 - 1
        # The first frame, as many times as others share a latent frame: so it has one of its own.
        clip = torch.cat([clip[:, :1].expand(-1, STRIDE - 1, -1, -1, -1), clip], dim=1)
        x = self.first(self.patches(folded(clip, STRIDE, _PATCH)))
        x = self.second(self.down(folded(x, 1, 2)))
        code: Tensor = self.out(F.layer_norm(x, x.shape[-1:])).tanh()
        return code


class LatentDecoder(nn.Module):
    """Codes to clips; it sees both ways in time, and spends most where thin and fast things die: at 1/4 of the side."""

    def __init__(self, config: LatentConfig) -> None:
        super().__init__()
        coarse, middle, fine = config.coarse, config.middle, config.fine
        self.into = nn.Linear(CHANNELS, coarse)
        depths = config.decoder_depths
        self.first = nn.Sequential(*(VideoBlock(coarse, causal=False) for _ in range(depths[0])))
        self.up = nn.Linear(coarse, 4 * middle)
        self.second = nn.Sequential(*(VideoBlock(middle, causal=False) for _ in range(depths[1])))
        self.wide = nn.Linear(middle, 8 * fine)
        self.third = nn.Sequential(*(VideoBlock(fine, causal=False) for _ in range(depths[2])))
        shown = config.colours or 3
        self.out = nn.Linear(fine, 2 * _FINE**2 * shown)
        self.detail = Detail(fine, config.finest, config.finest_depth, shown) if config.finest else None
        self.palette = Palette(middle, config.colours) if config.colours else None
        self.sketch = DecoderSketch(fine, config.finest) if config.tracks else None
        for edge in (self.into, self.out):
            edge.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, code: Tensor, tracks: Tensor | None = None) -> Tensor:
        """Frames (B, T, 3, H, W), about 0..1, of codes (B, T', H/16, W/16, C) and, where told, their tracks (B, T', N, C)."""
        x = self.first(self.into(code))
        whole = self.second(unfolded(self.up(x), 1, 2))
        x = unfolded(self.wide(whole), 2, 2)
        coarse, fine = (0, 0) if self.sketch is None or tracks is None else self.sketch(tracks, *x.shape[2:4])
        x = self.third(x + coarse)
        clip = unfolded(self.out(F.layer_norm(x, x.shape[-1:])), 2, _FINE)
        clip = (clip if self.detail is None else clip + self.detail(x, fine))[:, STRIDE - 1 :]
        if self.palette is not None:
            clip = self.palette(whole, clip)
        return (rearrange(clip, "b t h w c -> b t c h w") + 1) / 2


class Detail(nn.Module):
    """What is added to a clip whose every 4x4 pixels of two frames were told at once: blocks at 1/2 of the side, in every frame."""

    def __init__(self, fine: int, finest: int, depth: int, shown: int) -> None:
        super().__init__()
        self.wide = nn.Linear(fine, 8 * finest)
        self.blocks = nn.Sequential(*(VideoBlock(finest, causal=False) for _ in range(depth)))
        self.out = nn.Linear(finest, (_FINE // 2) ** 2 * shown)
        nn.init.zeros_(self.out.weight)  # a decoder that has learned to do without it begins as it was
        nn.init.zeros_(self.out.bias)
        self.out.weight._adam = True  # type: ignore[attr-defined]

    def forward(self, x: Tensor, sketch: Tensor | int = 0) -> Tensor:  # (B, T/2, H/4, W/4, C) -> (B, T, H, W, shown)
        x = self.blocks(unfolded(self.wide(x), 2, 2) + sketch)
        return unfolded(self.out(F.layer_norm(x, x.shape[-1:])), 1, _FINE // 2)


class Palette(nn.Module):
    """Indexed colours: a few of a clip, each read wherever in it there is most to be read of it, and which of them each pixel has.

    Content is kept apart from motion (as MoCoGAN does, section 3): only the latter changes in time. While it learns, a pixel may
    be between two colours, so that there is a slope to follow.
    """

    def __init__(self, width: int, colours: int) -> None:
        super().__init__()
        self.where = nn.Linear(width, colours, bias=False)
        self.what = nn.Linear(width, width * colours)
        self.out = nn.Parameter(torch.randn(colours, width, 3) / width**0.5)
        for table in (self.where.weight, self.out):
            table._adam = True  # type: ignore[attr-defined]

    def forward(self, x: Tensor, logits: Tensor) -> Tensor:  # (B,T',H',W',D), (B,T,H,W,K) -> (B,T,H,W,3) in about -1..1
        if self.training:
            share = (_DECIDED * logits).softmax(dim=-1)
        else:
            share = F.one_hot(logits.argmax(dim=-1), logits.shape[-1]).to(logits)
        return torch.einsum("bthwk,bkc->bthwc", share, self.colours(x))

    def colours(self, x: Tensor) -> Tensor:  # (B,T',H',W',D) -> (B,K,3)
        """The colours of a clip."""
        x = rearrange(F.layer_norm(x, x.shape[-1:]), "b t h w c -> b (t h w) c")
        share = self.where(x).softmax(dim=1)
        read = rearrange(self.what(x), "b n (k c) -> b n k c", k=share.shape[-1])
        read = F.silu(torch.einsum("bnk,bnkc->bkc", share, read))
        return torch.einsum("bkc,kcd->bkd", read, self.out)


class DecoderSketch(Sprites):
    """Tracks as pictures at full size, told where a decoder works at 1/4 of the side and two frames, and at 1/2 and one.

    Of what moves fast a code says where and what it is better than how its outline lies in each of four frames. Tracks do.
    """

    def __init__(self, fine: int, finest: int) -> None:
        super().__init__()
        self.coarse = nn.Linear(2 * _FINE**2 * LAYERS, fine, bias=False)
        self.fine = nn.Linear((_FINE // 2) ** 2 * LAYERS, finest, bias=False) if finest else None
        for layer in (self.coarse, self.fine):
            if layer is not None:  # a decoder that has learned to do without it begins as it was
                nn.init.zeros_(layer.weight)

    def forward(self, tracks: Tensor, rows: int, columns: int) -> tuple[Tensor, Tensor | int]:
        """What tracks (B, T', N, C) say to (B, T/2, rows, columns) places of the clip, and to finer ones."""
        drawn = self.drawn(tracks, rows * _FINE, columns * _FINE)
        clip = rearrange(drawn, "b t s c h w -> b (t s) h w c")
        fine = 0 if self.fine is None else self.fine(folded(clip, 1, _FINE // 2))
        return self.coarse(folded(clip, 2, _FINE)), fine


class LatentBatch(NamedTuple):
    """Clips to learn from, (B, T, 3, H, W) uint8, and how much each pixel shows an actor, (B, T, H, W) uint8.

    `codes`: what the decoder is to read, (B, T', H/16, W/16, C), where it is not what the encoder makes of the clips; `tracks`:
    what it is told beside them, (B, T', N, C).
    """

    frames: Tensor
    actors: Tensor
    codes: Tensor | None = None
    tracks: Tensor | None = None


class LatentAutoencoder(Objective):
    """Encoder and decoder, trained together on both readings of the code; or the decoder alone, so that codes stay as they are."""

    phases: tuple[str, ...] = ("reconstruction",)

    def __init__(self, config: LatentConfig, care: Care = Care(), *, decoder_alone: bool = False) -> None:
        super().__init__()
        self.config, self.care = config, care
        self.encoder, self.decoder = LatentEncoder(config), LatentDecoder(config)
        self.encoder.requires_grad_(not decoder_alone)

    def loss(self, phase: str, batch: LatentBatch, rng: torch.Generator) -> tuple[Tensor, Mapping[str, float]]:
        """Mean absolute error, actors and edges counted more; half of the batch is read discretely, half continuously."""
        frames = batch.frames.float() / 255
        code = self.encoder(frames) if batch.codes is None else batch.codes
        noise = torch.rand(code.shape, generator=rng).to(code)
        discrete = torch.arange(len(code), device=code.device)[:, None, None, None, None] % 2 == 0
        code = torch.where(discrete, rounded(code), jittered(code, noise))
        shown = self.decoder(code, batch.tracks)
        error = (shown.float() - frames).abs().mean(dim=2)
        actors = batch.actors.float() / 255
        care = self.care.actors * actors + self.care.edges * edges_of(frames)
        care = care + self.care.outlines * edges_of(actors.unsqueeze(2))
        share = self.care.faint / contrast_of(frames, actors).clamp(min=0.1)
        loss = (error * (1 + care) * share.clamp(min=1)[:, None, None, None]).mean()
        with torch.no_grad():
            square = (shown.float() - frames).square().mean(dim=2)
            decibels = -10 * square.mean().log10()
            on_actors = -10 * ((square * actors).sum() / actors.sum().clamp(min=1)).log10()
        return loss, {"psnr": float(decibels), "actors": float(on_actors)}


def contrast_of(frames: Tensor, actors: Tensor) -> Tensor:  # (B, T, C, H, W), (B, T, H, W) -> (B,)
    """By how much actors differ from the mean colour of all around them; 1 where there are none."""
    shown, around = (mask.to(frames).unsqueeze(2) for mask in (actors > 0.9, actors < 0.1))  # a rim is partly ground
    ground = (frames * around).sum(dim=(1, 3, 4)) / around.sum(dim=(1, 3, 4)).clamp(min=1)
    apart = (frames - ground[:, None, :, None, None]).abs().mean(dim=2, keepdim=True)
    count = shown.sum(dim=(1, 2, 3, 4))
    return torch.where(count > 0, (apart * shown).sum(dim=(1, 2, 3, 4)) / count.clamp(min=1), 1.0)


def edges_of(frames: Tensor) -> Tensor:  # (B, T, C, H, W) -> (B, T, H, W)
    """By how much the brightness of a pixel and its eight neighbours differs at most."""
    grey = frames.mean(dim=2)
    brightest, darkest = (F.max_pool2d(sign * grey, 3, 1, 1) for sign in (1, -1))
    return brightest + darkest


class LatentCodec:
    """The codec of a trained autoencoder: whole clips as codes."""

    def __init__(self, autoencoder: LatentAutoencoder) -> None:
        self.autoencoder = autoencoder

    @property
    def heeds_tracks(self) -> bool:
        """Whether its decoder can be told where everyone is."""
        return self.autoencoder.decoder.sketch is not None

    @property
    def reads_whole(self) -> bool:
        """Whether frames hang on the whole code: the colours of a palette do."""
        return self.autoencoder.decoder.palette is not None

    def codes_shape(self, shape: ClipShape) -> tuple[int, ...]:
        """(T, H, W, C) of a clip's code."""
        return latent_shape(shape)

    @torch.inference_mode()
    def encode(self, frames: NDArray[np.uint8]) -> Tensor:
        """The code (T', H/16, W/16, C) of frames (T, H, W, 3)."""
        clip = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2)[None].float() / 255
        code: Tensor = self.autoencoder.encoder(clip)[0]
        return code

    @torch.inference_mode()
    def decode(
        self,
        codes: Tensor,
        picture: Picture | None,
        shape: ClipShape,
        on_progress: OnProgress = ignore,
        *,
        tracks: Tensor | None = None,
    ) -> NDArray[np.uint8]:
        """Frames (T, H, W, 3) uint8 of a code; a picture has its place in the code already. Tracks (T', N, C) say who is where."""
        assert tuple(codes.shape) == latent_shape(shape), f"{tuple(codes.shape)} is no code of {shape}"
        told = tracks[None] if tracks is not None and tracks.numel() else None
        clip = self.autoencoder.decoder(codes[None].clamp(-1, 1), told)[0].float()
        on_progress(Step(stage="decode", done=1, total=1))
        frames: NDArray[np.uint8] = (clip.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).contiguous().numpy()
        return frames
