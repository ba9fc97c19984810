"""How true a drawn clip stays to the first frame that it was given, beside what the codec alone keeps of it."""

from dataclasses import dataclass, field

import numpy as np

from mutoscope.evaluation.storybook.colours import Frames


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """Mean squared errors of frame 0 (of 255 levels, squared), clip by clip: as drawn, and as the codec gives it back."""

    drawn: list[float] = field(default_factory=list)
    kept: list[float] = field(default_factory=list)

    def add(self, given: Frames, drawn: Frames, kept: Frames) -> None:
        """Take note of one clip's frame 0 (H, W, 3): what was given, drawn, and kept by the codec."""
        for errors, seen in ((self.drawn, drawn), (self.kept, kept)):
            errors.append(float(np.square(seen.astype(np.float64) - given).mean()))

    def __str__(self) -> str:
        drawn, kept = (10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-9)) for errors in (self.drawn, self.kept))
        return f"first frame given: frame 0 comes within {drawn:.1f} dB of it; the codec alone keeps {kept:.1f} dB"
