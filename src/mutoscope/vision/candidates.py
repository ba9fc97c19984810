"""Independent guesses of where a photo's subject is: by the network, by colour contrast, by blind cuts."""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.vision.grabcut import box_seeds, cuts, seeds_of
from mutoscope.vision.matting import SIDE, MatteNetwork, box_map, click_map
from mutoscope.vision.subject import Box, SubjectHint

Matte = NDArray[np.float32]
Pixels = NDArray[np.uint8]

LEVELS = ((0.9, 0.1), (0.75, 0.2), (0.97, 0.04))  # shares of a map's maximum: surely inside, surely outside
BLIND: Box = (0.15, 0.15, 0.85, 0.85)
LIKENESS = ((12.0, 0.2), (18.0, 0.3))  # spread of colours (CIELAB units) and of places (picture widths) around a click


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A guess (h, w) of 0 and 1, the kind of evidence behind it, and how far such guesses are trusted."""

    matte: Matte
    kind: Literal["network", "colour", "blind"]
    trust: float


def free_candidates(picture: Pixels, small: Pixels, network: MatteNetwork) -> list[Candidate]:
    """Guesses at the size of `small`, nobody having pointed; the network looks at the larger `picture`."""
    seen = twice_seen(picture, small, network, SubjectHint())
    contrast = contrast_map(small)
    blind = [seeds_of(contrast, 0.7, 0.15), seeds_of(seen * contrast, 0.7, 0.04), box_seeds(small, BLIND)]
    told, (by_colour, by_both, by_box) = from_map(small, seen, blind)
    return [
        *told,
        Candidate(matte=by_colour, kind="colour", trust=0.6),
        Candidate(matte=by_both, kind="colour", trust=0.6),
        Candidate(matte=by_box, kind="blind", trust=0.6),
    ]


def clicked_candidates(
    picture: Pixels, small: Pixels, network: MatteNetwork, point: tuple[float, float]
) -> list[Candidate]:
    """Guesses of which whole thing a click means; unaided ones that miss it cannot win, but their doubt counts."""
    alike = [seeds_of(likeness_map(small, point, colour, reach), 0.6, 0.05) for colour, reach in LIKENESS]
    told, by_likeness = from_map(small, twice_seen(picture, small, network, SubjectHint(point=point)), alike)
    height, width = small.shape[:2]
    row, column = min(int(point[1] * height), height - 1), min(int(point[0] * width), width - 1)
    free = free_candidates(picture, small, network)
    return [
        *(replace(c, trust=1.5 * c.trust) for c in told),
        *(replace(c, trust=c.trust if c.matte[row, column] > 0.5 else 0.0) for c in free),
        *(Candidate(matte=guess, kind="colour", trust=0.6) for guess in by_likeness),
    ]


def boxed_candidates(picture: Pixels, small: Pixels, network: MatteNetwork, box: Box) -> list[Candidate]:
    """Guesses of what in a box is meant; none reaches far out of the box."""
    seen = twice_seen(picture, small, network, SubjectHint(box=box)) * roomy(box, small)
    told, (by_box,) = from_map(small, seen, [box_seeds(small, box)])
    return [*told, Candidate(matte=by_box, kind="blind", trust=1.2)]


def from_map(small: Pixels, seen: Matte, others: list[Pixels]) -> tuple[list[Candidate], list[Matte]]:
    """The network's map as it is and as seeds of a vote, trusted as far as it is decided; and cuts of `others`."""
    made = cuts(small, [seeds_of(seen, inner, outer) for inner, outer in LEVELS] + others)
    voted: Matte = np.mean(made[: len(LEVELS)], axis=0, dtype=np.float32)
    trust = 0.02 + decision(seen)
    told = [Candidate(matte=hard(guess), kind="network", trust=trust) for guess in (seen, voted)]
    return told, made[len(LEVELS) :]


def decision(soft: Matte) -> float:
    """How far a map is from undecided (0..1): its soft intersection over union with itself cut at one half."""
    inside = soft > 0.5
    return float(soft[inside].sum() / max(float(inside.sum() + soft[~inside].sum()), 1e-6))


def twice_seen(picture: Pixels, small: Pixels, network: MatteNetwork, hint: SubjectHint) -> Matte:
    """The network's map at the size of `small`: of the whole photo and of the part where it saw something."""
    whole = network_map(picture, network, hint)
    close = closer_look(picture, whole, network, hint)
    size = (small.shape[1], small.shape[0])
    return np.asarray(cv2.resize((whole + close) / 2, size, interpolation=cv2.INTER_AREA), np.float32)


def network_map(picture: Pixels, network: MatteNetwork, hint: SubjectHint) -> Matte:  # (h, w)
    """What the network says of a picture and of its mirror image, 0..1, at the picture's size."""
    square = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    seen = torch.zeros(1, 5, SIDE, SIDE)
    seen[0, :3] = torch.from_numpy(square.astype(np.float32) / 255).permute(2, 0, 1)
    if hint.point is not None:
        seen[:, 3:4] = click_map(torch.tensor([hint.point[0]]), torch.tensor([hint.point[1]]), SIDE)
    if hint.box is not None:
        seen[:, 4:5] = box_map(torch.tensor([hint.box]), SIDE)
    with torch.inference_mode():
        both = network(torch.cat([seen, seen.flip(3)]).to(network.stem.weight)).float().sigmoid()
    mean = ((both[0] + both[1].flip(2)) / 2)[0].cpu().numpy()
    return np.asarray(
        cv2.resize(mean, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32
    )


def closer_look(picture: Pixels, whole: Matte, network: MatteNetwork, hint: SubjectHint, room: float = 0.4) -> Matte:
    """The network's map of the part around what it saw; the same map where that is most of the picture anyway."""
    rows, columns = np.nonzero(whole > 0.5 * whole.max())
    height, width = whole.shape
    (left, right), (top, bottom) = np.percentile(columns, (1, 99)), np.percentile(rows, (1, 99))
    across, down = room * (right - left) + 0.03 * width, room * (bottom - top) + 0.03 * height
    left, right = int(max(0, left - across)), int(min(width, right + across + 1))
    top, bottom = int(max(0, top - down)), int(min(height, bottom + down + 1))
    if (right - left) * (bottom - top) > 0.7 * width * height:
        return whole
    part = np.ascontiguousarray(picture[top:bottom, left:right])

    def inner(x: float, y: float) -> tuple[float, float]:
        across = float(np.clip((x * width - left) / (right - left), 0, 1))
        return across, float(np.clip((y * height - top) / (bottom - top), 0, 1))

    point = inner(*hint.point) if hint.point is not None else None
    box = (*inner(*hint.box[:2]), *inner(*hint.box[2:])) if hint.box is not None else None
    close = np.zeros_like(whole)
    close[top:bottom, left:right] = network_map(part, network, SubjectHint(point=point, box=box))
    return close


def contrast_map(picture: Pixels) -> Matte:  # (h, w)
    """How far each colour is from all colours of the picture's border, times a liking for the middle; about 0..1."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    height, width = lab.shape[:2]
    rim = max(2, round(0.06 * min(height, width)))
    border = np.concatenate([side.reshape(-1, 3) for side in (lab[:rim], lab[-rim:], lab[:, :rim], lab[:, -rim:])])
    cv2.setRNGSeed(7)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0)
    clusters = min(6, len(border))
    _, _, centres = cv2.kmeans(border, clusters, None, criteria, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    calm = cv2.GaussianBlur(lab, (0, 0), 1.5)
    distance = np.min([np.linalg.norm(calm - centre, axis=2) for centre in centres], axis=0)
    y, x = np.mgrid[0:height, 0:width]
    prior = np.exp(-(((x / width - 0.5) / 0.35) ** 2 + ((y / height - 0.5) / 0.35) ** 2) / 2)
    smooth = cv2.GaussianBlur((distance * prior).astype(np.float32), (0, 0), 0.02 * width)
    return np.asarray(smooth / max(float(np.percentile(smooth, 99)), 1e-6), np.float32)


def likeness_map(picture: Pixels, point: tuple[float, float], colour: float, reach: float) -> Matte:  # (h, w)
    """How like the colours under a click each pixel is, and how near to it: 0..1."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    height, width = lab.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot(x / width - point[0], (y / height - point[1]) * height / width)
    calm = cv2.GaussianBlur(lab, (0, 0), 1.0)
    clicked = calm[away <= max(0.03, float(away.min()))]
    few = clicked[:: max(1, len(clicked) // 12)]
    unlike = np.min([np.linalg.norm(calm - one, axis=2) for one in few], axis=0)
    return np.asarray(np.exp(-((unlike / colour) ** 2) / 2 - (away / reach) ** 2 / 2), np.float32)


def roomy(box: Box, picture: Pixels, room: float = 0.06) -> Matte:
    """One inside a box grown by `room` of its size, zero outside."""
    height, width = picture.shape[:2]
    across, down = room * (box[2] - box[0]), room * (box[3] - box[1])
    inside = np.zeros((height, width), np.float32)
    columns = slice(max(0, int((box[0] - across) * width)), int((box[2] + across) * width) + 1)
    inside[max(0, int((box[1] - down) * height)) : int((box[3] + down) * height) + 1, columns] = 1
    return inside


def hard(soft: Matte) -> Matte:
    """A map cut at half of its maximum."""
    return np.asarray(soft > 0.5 * soft.max(), np.float32)
