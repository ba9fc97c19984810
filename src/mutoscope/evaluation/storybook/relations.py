"""Relations: how one actor stands to another when a clip begins, and who goes after whom."""

import numpy as np
from numpy.typing import NDArray

from mutoscope.evaluation.storybook.parser import ActorTrack
from mutoscope.evaluation.storybook.swings import Way
from mutoscope.world.storybook.story import Relation

_EARLY = 5  # frames that the beginning of a clip lasts
_APART = 0.025  # picture heights: who is nearer than that, rim to rim, is in front of the other or behind it
_ALIKE = 0.3  # of the faster pace is by how much hunter and prey may differ
_NEAR, _LEVEL = 0.22, 0.15  # picture heights between hunter and prey at most
_FLEES = 0.05  # picture heights a second


def relation_between(one: ActorTrack, other: ActorTrack) -> Relation | None:
    """How one actor stands to the other at first; None if the two are not seen at once."""
    both = np.flatnonzero(one.seen & other.seen)[:_EARLY]
    if not len(both):
        return None
    (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = (
        np.median(track.box[both], axis=0) for track in (one, other)
    )
    beside = max(left, left_2) - min(right, right_2)
    over = max(top, top_2) - min(bottom, bottom_2)
    if max(beside, over) < _APART:  # the nearer one is whole, the farther one is not
        nearer = one.far[both].mean() < other.far[both].mean()
        return Relation.IN_FRONT_OF if nearer else Relation.BEHIND
    if beside > over:
        return Relation.LEFT_OF if left + right < left_2 + right_2 else Relation.RIGHT_OF
    return Relation.ABOVE if top + bottom < top_2 + bottom_2 else Relation.BELOW


def hunts(one: ActorTrack, way: Way, other: ActorTrack, flight: Way, inside: NDArray[np.bool_]) -> bool:
    """Whether one goes after the other in some frames: close behind it, the same way, as fast as it flees."""
    both = inside & one.seen & other.seen
    paces = abs(way.x), abs(flight.x)
    if not both.any() or way.x * flight.x <= 0 or min(paces) < max(_FLEES, (1 - _ALIKE) * max(paces)):
        return False
    behind, ahead = (np.median(track.box[both], axis=0) for track in (one, other))
    lead = float(np.sign(way.x)) * float(ahead[0] + ahead[2] - behind[0] - behind[2]) / 2
    gap = max(ahead[0], behind[0]) - min(ahead[2], behind[2])
    level = abs(float(ahead[1] + ahead[3] - behind[1] - behind[3])) / 2
    return lead > 0 and gap < _NEAR and level < _LEVEL
