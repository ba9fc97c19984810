"""Finds the subject of a photo, by itself or from a mask, a click or a box."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from mutoscope.errors import MutoscopeError
from mutoscope.vision.candidates import Candidate, boxed_candidates, clicked_candidates, free_candidates
from mutoscope.vision.grabcut import cut
from mutoscope.vision.guided import refined
from mutoscope.vision.matting import MatteNetwork
from mutoscope.vision.subject import Box, Source, Subject, SubjectHint, no_subject
from mutoscope.vision.surroundings import is_plain_around

Matte = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Rendering = Literal["layers", "soft", "camera"]

SURE = 0.8  # confidence from which all guesses agree
FINE, COARSE = 320, 176  # pixels on the long side: for the last cut, and for the candidates
SMALLEST, LARGEST = 0.005, 0.9  # shares of the photo that a subject may cover
BESIDE = 0.02  # of the long side: how far from a subject what belongs to it may begin


def rendering_for(subject: Subject) -> Rendering:
    """How to move it: cut out in layers where its matte is sure, a soft warp where not, and the camera without a subject.

    A matte is sure that a person painted, or on which all guesses agree where nothing but a plain ground surrounds it: elsewhere
    even what they agree on often leaves something behind, a strap, a shadow, or a smear in its place.
    """
    if subject.source == "none":
        return "camera"
    sure = subject.source == "mask" or (subject.plain and subject.confidence >= SURE)
    return "layers" if sure else "soft"


def is_sure(subject: Subject) -> bool:
    """Whether this is surely the subject: a person said so, or all guesses agree."""
    return subject.source != "none" and (subject.source != "found" or subject.confidence >= SURE)


def find_subject(image: Pixels, network: MatteNetwork, hint: SubjectHint | None) -> Subject:  # (H, W, 3)
    """The subject of a photo: what the hint says, or what network, colours and edges agree on."""
    hint = hint or SubjectHint()
    if hint.mask is not None:
        return _from_mask(image, hint.mask)
    picture, small = shrunk(image, FINE), shrunk(image, COARSE)
    source: Source
    if hint.box is not None:
        _check_box(hint.box)
        candidates, source = boxed_candidates(picture, small, network, hint.box), "box"
    elif hint.point is not None:
        candidates, source = clicked_candidates(picture, small, network, hint.point), "click"
    else:
        candidates, source = free_candidates(picture, small, network), "found"
    best, confidence = chosen(small, candidates)
    fine = sharpened(picture, best.matte)
    if not SMALLEST < float((fine > 0.5).mean()) < LARGEST:
        return no_subject(*image.shape[:2])
    matte = refined(fine, image, radius=3)
    plain = is_plain_around(picture, fine)
    return Subject(matte=matte, box=bounds(matte), confidence=confidence, source=source, plain=plain)


def chosen(picture: Pixels, candidates: list[Candidate]) -> tuple[Candidate, float]:
    """The candidate that the others support most, and how far independent ones agree with it (0..1)."""
    overlaps = np.array([[overlap(a.matte, b.matte) for b in candidates] for a in candidates])
    trust = np.array([c.trust for c in candidates])
    support = (overlaps * trust).sum(1) / trust.sum()
    edges = np.array([edge_contrast(picture, c.matte) for c in candidates])
    plausible = np.array([c.trust > 0 and SMALLEST < float(c.matte.mean()) < LARGEST for c in candidates])
    scores = (support + 0.1 * trust / trust.max() + 0.1 * edges) * plausible
    index = int(scores.argmax())
    kinds = sorted({c.kind for c in candidates})
    # How well each kind of evidence (the network, colours, …) backs the choice; its own kind counts as one among them.
    backing = [float(overlaps[index, [i for i, c in enumerate(candidates) if c.kind == kind]].mean()) for kind in kinds]
    return candidates[index], float(np.clip(np.mean(backing), 0, 1)) * float(plausible[index])


def overlap(first: Matte, second: Matte) -> float:
    """Intersection over union of two mattes."""
    return float(np.minimum(first, second).sum() / max(float(np.maximum(first, second).sum()), 1e-6))


def edge_contrast(picture: Pixels, matte: Matte) -> float:
    """How much stronger the picture's edges are along the matte's outline than elsewhere: 0.5 is as strong."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    steps = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    steps = cv2.dilate(steps, np.ones((3, 3), np.uint8))
    outline = cv2.morphologyEx((matte > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    if not outline.any():
        return 0.0
    along, everywhere = float(steps[outline].mean()), float(steps.mean())
    return along / (along + everywhere + 1e-6)


def sharpened(picture: Pixels, matte: Matte) -> Matte:  # (h, w, 3), (h', w') -> (h, w)
    """The matte at a larger size, cut anew along its edge: a thin band inside, and outside as far as limbs and straps reach.

    Colours are held against those of the surroundings only, as a strap may be as dark as something far away.
    """
    height, width = picture.shape[:2]
    grown = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR)
    hard = (grown > 0.5).astype(np.uint8)
    if not hard.any():
        return hard.astype(np.float32)
    padded = cv2.copyMakeBorder(hard, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    core, limbs, surroundings = (max(2.0, share * max(height, width)) for share in (0.012, 0.1, 0.15))
    seeds = np.where(hard > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    seeds[inside > core] = cv2.GC_FGD
    seeds[outside > limbs] = cv2.GC_BGD
    near = outside <= surroundings
    rows, columns = (slice(found[0], found[-1] + 1) for found in map(np.flatnonzero, (near.any(1), near.any(0))))
    finer = np.zeros((height, width), np.float32)
    finer[rows, columns] = cut(np.ascontiguousarray(picture[rows, columns]), seeds[rows, columns].copy(), rounds=1)
    # The cut may only mend: when it changes much, the edge is not where colours change.
    return tidy(finer) if overlap(finer, hard.astype(np.float32)) > 0.75 else hard.astype(np.float32)


def tidy(matte: Matte) -> Matte:
    """Without specks: parts below a tenth of the largest go, and so do holes below a thousandth of the picture.

    What lies right beside a part that stays, stays with it: it hangs on it by what is too thin to be seen at this size.
    """
    hard = (matte > 0.5).astype(np.uint8)
    for wanted in (1, 0):
        _, labels, stats, _ = cv2.connectedComponentsWithStats((hard == wanted).astype(np.uint8), connectivity=4)
        areas = stats[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        least = 0.1 * areas.max() if wanted else 0.001 * hard.size
        small = np.isin(labels, np.flatnonzero((areas > 0) & (areas < least)))
        if wanted:
            away = cv2.distanceTransform((small | (hard == 0)).astype(np.uint8), cv2.DIST_L2, 3)
            small &= ~np.isin(labels, labels[small & (away <= BESIDE * max(hard.shape))])
        hard[small] = 1 - wanted
    return hard.astype(np.float32)


def bounds(matte: Matte) -> Box:
    """The matte's bounding box in fractions; all zeros when it is empty."""
    rows, columns = np.flatnonzero((matte > 0.5).any(1)), np.flatnonzero((matte > 0.5).any(0))
    if len(rows) == 0:
        return 0.0, 0.0, 0.0, 0.0
    height, width = matte.shape
    left, right, top, bottom = (int(edge) for edge in (columns[0], columns[-1], rows[0], rows[-1]))
    return left / width, top / height, (right + 1) / width, (bottom + 1) / height


def shrunk(image: Pixels, side: int) -> Pixels:
    """The picture with at most `side` pixels on its long side."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _check_box(box: Box) -> None:
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1 and (right - left) * (bottom - top) > 1e-4):
        raise MutoscopeError(
            f"The subject's box {box} is empty or outside the photo.",
            "A box is left, top, right, bottom in fractions of the photo, left < right and top < bottom.",
            "Draw the box around the whole subject.",
        )


def _from_mask(image: Pixels, mask: NDArray[np.uint8]) -> Subject:
    """A person's own mask, of any size: brought to the photo's and softened by a pixel or so."""
    flat = mask if mask.ndim == 2 else mask[..., :3].max(2)
    height, width = image.shape[:2]
    smaller = flat.shape[0] > height or flat.shape[1] > width
    fitted = cv2.resize(flat.astype(np.float32) / 255, (width, height),
                        interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)  # fmt: skip
    matte = np.clip(cv2.GaussianBlur(fitted, (0, 0), max(0.6, 0.001 * width)), 0, 1).astype(np.float32)
    covered = float((matte > 0.5).mean())
    if covered == 0 or covered > 0.995:
        raise MutoscopeError(
            "The subject's mask is all black." if covered == 0 else "The subject's mask is all white.",
            "White marks the subject, black the rest, and both must occur.",
            "Paint the subject white on black.",
            "flat_mask",
        )
    return Subject(matte=matte, box=bounds(matte), confidence=1.0, source="mask")
