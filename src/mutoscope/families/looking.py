"""Which words the patches of a clip look at while a family draws it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from einops import reduce
from torch import Tensor, nn

from mutoscope.families.hearing import Listener
from mutoscope.networks.attention import Attention, watched


class Looks:
    """What was seen of the attention to the words of one prompt: the first row of each batch, whatever guidance adds."""

    def __init__(self, listener: Listener, words: int, patch: int) -> None:
        self.listener, self.words, self.patch = listener, words, patch
        self._seen: dict[int, list[Tensor]] = {}
        self._rows: list[Tensor] = []

    def see(self, number: int, weights: Tensor) -> None:  # (B,h,n,M); the words are the last of the context
        """One attention's look, as the mean of its heads."""
        if number == 0 and self.listener.rows is not None:
            self._rows.append(self.listener.rows)
        self._seen.setdefault(number, []).append(weights[0, :, :, -self.words :].mean(dim=0))

    def shares(self, shape: Sequence[int]) -> Tensor:  # (T,H,W,C) of the codes -> (T, H/s, W/s, L)
        """How much of all that each patch looks at is each word: the mean over layers, and over steps.

        Where patches are not all drawn at once, it is how each of them looked first: to be drawn, or as it was given.
        """
        grid = {"t": shape[0], "h": shape[1] // self.patch, "w": shape[2] // self.patch}
        seen = torch.stack([torch.cat(looks) for looks in self._seen.values()])
        if self._rows:
            rows = torch.cat(self._rows).tolist()
            seen = seen[:, [rows.index(place) for place in range(grid["t"] * grid["h"] * grid["w"])]]
        return reduce(seen, "layers (steps t h w) l -> t h w l", "mean", **grid)


@contextmanager
def looking(family: nn.Module, words: int) -> Iterator[Looks]:
    """Collects, while it lasts, what a family looks at whose condition has L words, padding counted."""
    listener = next(module for module in family.modules() if isinstance(module, Listener))
    # Words that look at each other are no patches.
    attentions = [m for name, part in listener.named_children() if name != "text" for m in part.modules()]
    patch = next(side for module in family.modules() if isinstance(side := getattr(module, "patch", None), int))
    looks = Looks(listener, words, patch)
    with watched((module for module in attentions if isinstance(module, Attention)), looks.see):
        yield looks
