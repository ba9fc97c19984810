"""How often the subject finder is right: by itself, when it says it is sure, with a click, with a box."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mutoscope.evaluation.photo_set import MeasuredPhoto, box_of, click_on, open_photo_set, overlap
from mutoscope.vision.finder import find_subject, is_sure
from mutoscope.vision.matting import MatteNetwork
from mutoscope.vision.subject import SubjectHint

RIGHT = 0.7  # intersection over union from which a matte counts as right


@dataclass(frozen=True, kw_only=True)
class MatteScore:
    """One photo: IoU by itself, with a click and with a box, and whether the finder was sure by itself."""

    photo: str
    alone: float
    clicked: float
    boxed: float
    confidence: float
    sure: bool


@dataclass(frozen=True, kw_only=True)
class MatteScores:
    """All photos, and shares of right mattes: `sure_and_right` of the sure ones; `coverage` is how many are sure."""

    photos: tuple[MatteScore, ...]

    @property
    def alone(self) -> float:
        return _share([score.alone >= RIGHT for score in self.photos])

    @property
    def clicked(self) -> float:
        return _share([score.clicked >= RIGHT for score in self.photos])

    @property
    def boxed(self) -> float:
        return _share([score.boxed >= RIGHT for score in self.photos])

    @property
    def sure_and_right(self) -> float:
        return _share([score.alone >= RIGHT for score in self.photos if score.sure])

    @property
    def coverage(self) -> float:
        return _share([score.sure for score in self.photos])


def _share(marks: Sequence[bool]) -> float:
    return float(np.mean(marks)) if marks else 0.0


def measure_mattes(folder: Path, network: MatteNetwork) -> MatteScores:
    """Scores on a folder of photos with hand-drawn mattes."""
    return MatteScores(photos=tuple(_measured(photo, network) for photo in open_photo_set(folder)))


def _measured(photo: MeasuredPhoto, network: MatteNetwork) -> MatteScore:
    alone = find_subject(photo.pixels, network, None)
    clicked = find_subject(photo.pixels, network, SubjectHint(point=click_on(photo)))
    boxed = find_subject(photo.pixels, network, SubjectHint(box=box_of(photo)))
    return MatteScore(
        photo=photo.name,
        alone=overlap(alone.matte, photo),
        clicked=overlap(clicked.matte, photo),
        boxed=overlap(boxed.matte, photo),
        confidence=alone.confidence,
        sure=is_sure(alone),
    )
