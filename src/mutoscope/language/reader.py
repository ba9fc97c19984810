"""What a prompt asks for, read off its words action by action."""

from torch import Tensor, nn
from torch.nn import functional as F


class Reader(nn.Module):
    """For every segment and every meaning, whether the segment asks for it: each meaning looks for words of its own
    (label attention, Mullenbach et al. 2018, section 2.2)."""

    def __init__(self, width: int, meanings: int) -> None:
        super().__init__()
        self.look = nn.Linear(width, meanings, bias=False)
        self.weigh = nn.Linear(width, meanings)
        nn.init.zeros_(self.look.weight)
        for layer in (self.look, self.weigh):
            layer.weight._adam = True  # type: ignore[attr-defined]  # one row a meaning: an output layer

    def forward(self, spoken: Tensor, heard: Tensor) -> Tensor:  # (B,L,W), (B,S,L) bool -> (B,S,M) logits
        spoken = spoken.float()
        attention = self.look(spoken).unsqueeze(1).masked_fill(~heard.unsqueeze(-1), -1e4).softmax(dim=2)
        logits: Tensor = (attention * self.weigh(spoken).unsqueeze(1)).sum(dim=2)
        return logits


def reading_loss(logits: Tensor, meant: Tensor, heard: Tensor) -> Tensor:
    """Mean over segments that have words of the summed binary cross-entropies; (B,S,M), (B,S,M) in 0..1, (B,S,L)."""
    spoken = heard.any(dim=-1)
    lost = F.binary_cross_entropy_with_logits(logits, meant, reduction="none").sum(dim=-1)
    return (lost * spoken).sum() / spoken.sum().clamp(min=1)
