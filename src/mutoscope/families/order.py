"""In which order an autoregressive model tells the patches of a clip: time after time, and within a time ever more at once."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Order:
    """`ranks` (T,P) int64: patches of one rank are told together, by all of lower ranks; those of each time are its own."""

    ranks: Tensor

    def groups(self, time: int) -> list[Tensor]:
        """The patches of a time that are told together, by their places in the clip, one group after another."""
        ranks, start = self.ranks[time], time * self.ranks.shape[1]
        return [start + torch.nonzero(ranks == rank)[:, 0] for rank in range(int(ranks.min()), int(ranks.max()) + 1)]


@lru_cache
def order_of(times: int, rows: int, columns: int) -> Order:
    """The order of a clip of T times, each of rows x columns patches.

    First one patch of a time, then as many at once as are known of it already, scattered over all of it as an ordered dither
    scatters its dots (Bayer 1973): none of the last lies beside another, so that little is left to guess. It takes a few
    steps where patch after patch takes many (as in MaskGIT, Chang et al. 2022, which fills what it is surest of first).
    """
    side = 1 << (max(rows, columns) - 1).bit_length()
    when = _scattered(side)[:rows, :columns].flatten().argsort().argsort()
    within = torch.tensor([int(place).bit_length() for place in when])
    each = int(within.max()) + 1
    return Order(torch.arange(times)[:, None] * each + within)


def _scattered(side: int) -> Tensor:  # -> (side, side)
    """The matrix of an ordered dither: when each place is filled."""
    if side == 1:
        return torch.zeros(1, 1, dtype=torch.int64)
    quarter = 4 * _scattered(side // 2)
    return torch.cat([torch.cat([quarter, quarter + 2], dim=1), torch.cat([quarter + 3, quarter + 1], dim=1)])
