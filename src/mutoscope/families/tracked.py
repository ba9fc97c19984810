"""How a network that draws is told where everyone will be: each patch learns how far off every actor is, and sees a sketch."""

import torch
from einops import rearrange
from torch import Tensor, nn

from mutoscope.codecs.latent_code import STRIDE
from mutoscope.codecs.track_code import DEPTH, KIND, KINDS, MOMENT, MOMENTS, PRESENT
from mutoscope.families.layout import centres
from mutoscope.families.sketch import Sketch
from mutoscope.networks.attention import waves

_WAVES = 10  # from four pictures' sides down to a thirtieth of one
_TOLD = STRIDE * (2 * 2 * _WAVES + MOMENT - 2) + KINDS + 1  # numbers that a patch is told of an actor


class TracksIn(nn.Module):
    """Tracks as something to be added to patches: a sum over actors, so that their order means nothing.

    Grounding by boxes (GLIGEN, Li et al. 2023) told by offsets instead of tokens: what a patch must show of an actor follows
    from where that lies as seen from the patch, wherever both are. `sketch`: as a picture, too.
    """

    def __init__(self, width: int, *, sketch: bool = False) -> None:
        super().__init__()
        self.sketch = Sketch(width) if sketch else None
        self.mix = nn.Sequential(nn.Linear(_TOLD, width), nn.GELU(), nn.Linear(width, width, bias=False))
        last = self.mix[2]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)  # what has learned to draw without tracks begins as it was

    def forward(self, tracks: Tensor, rows: int, columns: int) -> Tensor:  # (B,T,N,C) -> (B,T,P,D)
        """What the tracks say to each of rows x columns patches; nothing where nobody is."""
        moments = rearrange(tracks[..., MOMENTS], "b t n (s m) -> b t n 1 s m", m=MOMENT)
        where = rearrange(centres(rows, columns, like=tracks).flip(-1), "p two -> 1 1 1 p 1 two")
        away = waves(moments[..., :2] - where, _WAVES, 4.0).flatten(-3)
        count = rows * columns
        others = moments[..., 2:].flatten(-2).expand(-1, -1, -1, count, -1)
        what = torch.cat([tracks[..., KIND], tracks[..., DEPTH, None]], dim=-1)[..., None, :]
        told = torch.cat([away, others, what.expand(-1, -1, -1, count, -1)], dim=-1)
        present = tracks[..., PRESENT, None, None]
        mixed: Tensor = (self.mix(told) * present).sum(dim=2)
        return mixed if self.sketch is None else mixed + self.sketch(tracks, rows, columns)
