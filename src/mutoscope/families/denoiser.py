"""What every denoiser shares: how it is asked for clean codes."""

from abc import abstractmethod

from torch import Tensor

from mutoscope.conditioning.condition import Condition
from mutoscope.families.hearing import Hearing, Listener


class Denoiser(Listener):
    """Predicts clean codes from noisy ones, told by words."""

    @abstractmethod
    def forward(self, noisy: Tensor, level: Tensor, condition: Condition, hearing: Hearing) -> Tensor:
        """Clean codes (B, T, ..., C) from noisy ones at levels (B,) from 0 (noise) to 1; known codes scaled alike."""
