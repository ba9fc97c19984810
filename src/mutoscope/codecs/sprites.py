"""Sprites: what each kind of actor looks like, as learned, laid where its track says it is."""

import torch
from einops import rearrange, repeat
from torch import Tensor, nn
from torch.nn import functional as F

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.track_code import DEPTH, KIND, KINDS, MOMENT, MOMENTS, PRESENT

_SIDE = 24  # of a sprite, which shows twice an actor's height: some are broader than tall
_LOOKS = 4  # numbers that a sprite has at each place beside its matte
_SHARP = 10.0  # by how much a matte's numbers are stretched, so that they are learned as fast as weights are
_LEAST = -7.0  # log height: what a choreographer guesses may be smaller than any number can hold
LAYERS = 1 + 3 + _LOOKS  # of a point: how much there is of any actor; its red, green and blue; its looks


class Sprites(nn.Module):
    """Tracks as pictures, coarse and soft.

    Each kind has a sprite, a matte and looks in coordinates of its own, so that what was learned of a form holds wherever it
    lies, however large and turned (sprites as things to learn: Monnier et al. 2021, arXiv 2104.14575; features laid out in
    space before a generator: BlobGAN, Epstein et al. 2022, arXiv 2205.02837).
    """

    def __init__(self) -> None:
        super().__init__()
        across, down = torch.meshgrid(*[torch.linspace(-1, 1, _SIDE)] * 2, indexing="xy")
        blob = 0.5 - torch.hypot(across, down)
        self.mattes = nn.Parameter(blob.repeat(KINDS, 1, 1, 1))
        self.looks = nn.Parameter(0.1 * torch.randn(KINDS, _LOOKS, _SIDE, _SIDE))
        for table in (self.mattes, self.looks):
            table._adam = True  # type: ignore[attr-defined]

    def drawn(self, tracks: Tensor, height: int, width: int) -> Tensor:  # (B,T,N,C) -> (B,T,4,8,H,W)
        """The pictures: at each moment, what is nearest hides what is behind it; nobody at times at which he is not there."""
        what = tracks[..., : MOMENTS.start].amax(dim=1)
        there = what[..., PRESENT] > 0  # most clips have room for more actors than they show
        moments = rearrange(tracks[..., MOMENTS], "b t n (s m) -> b n (t s) m", m=MOMENT)[there]
        sprites = torch.cat([(_SHARP * self.mattes).sigmoid(), self.looks], dim=1)
        sprites = torch.einsum("ak,kcij->acij", what[..., KIND][there], sprites)
        grid = rearrange(_within(moments, height, width), "a f h w two -> a (f h) w two").to(sprites)
        laid = F.grid_sample(sprites, grid, align_corners=True)
        laid = rearrange(laid, "a c (f h) w -> a f c h w", h=height)
        when = repeat(tracks[..., PRESENT], "b t n -> b n (t s) 1 1 1", s=STRIDE)[there]
        matte, looks = laid[:, :, :1] * when.to(laid), laid[:, :, 1:]
        mattes = matte.new_zeros(*there.shape, *matte.shape[1:])
        mattes[there] = matte
        shown = matte * _unhidden(mattes, what[..., DEPTH])[there]
        layers = torch.cat([shown, shown * moments[..., 5:8, None, None].to(shown), shown * looks], dim=2)
        drawn = layers.new_zeros(len(tracks), *layers.shape[1:]).index_add(0, there.nonzero()[:, 0], layers)
        return rearrange(drawn, "b (t s) c h w -> b t s c h w", s=STRIDE)


def _within(moments: Tensor, height: int, width: int) -> Tensor:  # (A,F,M) -> (A,F,H,W,2)
    """Every point of the picture in each actor's own coordinates: right and down, in its heights from its middle."""
    x, y, tall, cos, sin = moments[..., :5, None, None].unbind(dim=2)
    down, across = ((torch.arange(n, device=x.device) + 0.5) / n for n in (height, width))
    right, below = (across - x) * width / height, down[:, None] - y  # x is told in widths
    right, below = cos * right + sin * below, cos * below - sin * right
    return torch.stack([right, below], dim=-1) / tall.clamp(min=_LEAST).exp()[..., None]


def _unhidden(mattes: Tensor, depth: Tensor) -> Tensor:  # (B,N,...), (B,N) -> (B,N,...)
    """How much of each is left over by those nearer."""
    nearer = (depth[:, None] > depth[:, :, None])[..., *[None] * (mattes.ndim - 2)]
    return torch.where(nearer, 1 - mattes[:, None], 1.0).prod(dim=2)
