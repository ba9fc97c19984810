"""The same sentence, photo and seed, given to several models."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.comparison.contender import Absent, Contender
from mutoscope.evaluation.comparison.film import film_of
from mutoscope.evaluation.comparison.page import page_of
from mutoscope.media.video import ENDINGS, Video, check_output, finished_only

COMPARED = (".html", *ENDINGS)  # what a comparison is saved as


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What each model drew, and which ones drew nothing."""

    sentence: str
    seed: int
    photo: NDArray[np.uint8] | None  # (H, W, 3)
    contenders: Sequence[Contender]
    absent: Sequence[Absent]

    def save(self, path: str | Path) -> Path:
        """Write all of it, or nothing: a page (.html), or the clips side by side (.mp4, .webm, .gif, or a sheet .png)."""
        target = check_output(path, COMPARED)
        if target.suffix.lower() != ".html":
            return self.film().save(target)
        with finished_only(target) as unfinished:
            unfinished.write_text(self.page(), "utf-8")
        return target

    def told(self) -> list[dict[str, Any]]:
        """What there is to say of each clip, ready for JSON."""
        return [contender.told() for contender in self.contenders]

    def page(self) -> str:
        """One page of HTML that holds everything that it shows."""
        photo = "no photo" if self.photo is None else "the same photo"
        given = f"The same sentence, {photo}, the same seed ({self.seed})."
        return page_of(self.sentence, given, self.photo, self.contenders, self.absent)

    def film(self) -> Video:
        """The clips side by side, with what is said under each."""
        return film_of(self.sentence, self.contenders, self.absent)
