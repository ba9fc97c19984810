"""A sequence as one vector."""

import torch
from einops import rearrange
from torch import Tensor, nn


class Pooling(nn.Module):
    """Each head looks for what it needs and takes that along (multi-head attention with learnt queries, Lee et al. 2019)."""

    def __init__(self, width: int, heads: int, out: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.look = nn.Linear(width, heads, bias=False)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, out)
        self.look.weight._adam = True  # type: ignore[attr-defined]  # one row a query: no matrix that mixes channels

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:  # (B,N,D), (B,N) bool -> (B,out)
        x = self.norm(x)
        logits = self.look(x).float()
        if mask is not None:  # where nothing is seen at all, everything is, and no NaN comes of it
            logits = logits.masked_fill(~mask.unsqueeze(-1), -1e4)
        values = rearrange(self.value(x), "b n (h d) -> b n h d", h=self.heads)
        taken = torch.einsum("bnh,bnhd->bhd", logits.softmax(dim=1).to(values), values)
        out: Tensor = self.out(rearrange(taken, "b h d -> b (h d)"))
        return out
