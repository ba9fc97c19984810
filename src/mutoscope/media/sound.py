"""Sound: samples and their rate."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Sound:
    """Samples (N, channels) float32 from -1 to 1, `rate` of them a second; one channel or two."""

    samples: NDArray[np.float32]
    rate: int

    def part(self, start: float, seconds: float) -> "Sound":
        """The stretch from `start`, filled up with silence where there is less."""
        first, count = round(start * self.rate), round(seconds * self.rate)
        kept = self.samples[first : first + count]
        return Sound(samples=np.pad(kept, ((0, count - len(kept)), (0, 0))), rate=self.rate)


def joined(sounds: Sequence[Sound]) -> Sound:
    """One after the other; all of one rate."""
    return Sound(samples=np.concatenate([sound.samples for sound in sounds]), rate=sounds[0].rate)
