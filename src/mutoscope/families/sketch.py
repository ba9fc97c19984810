"""A sketch of a clip for a network that draws: where tracks say that everyone is, as a picture of sprites cut into patches."""

from einops import rearrange
from torch import Tensor, nn

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.sprites import LAYERS, Sprites

_FINE = 8  # points of the sketch to the side of a patch


class Sketch(Sprites):
    """Tracks as pictures, coarse and soft, cut into patches."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.out = nn.Linear(STRIDE * _FINE**2 * LAYERS, width, bias=False)
        nn.init.zeros_(self.out.weight)  # what has learned to draw without it begins as it was

    def forward(self, tracks: Tensor, rows: int, columns: int) -> Tensor:  # (B,T,N,C) -> (B,T,P,D)
        """What each of rows x columns patches shows of it; nothing where nobody is."""
        drawn = self.drawn(tracks, rows * _FINE, columns * _FINE)
        told: Tensor = self.out(rearrange(drawn, "b t s c (r i) (q j) -> b t (r q) (s c i j)", i=_FINE, j=_FINE))
        return told
