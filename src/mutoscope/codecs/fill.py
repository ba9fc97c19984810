"""What was behind the subject: smooth colours grown in from around the hole, and fine detail copied from elsewhere."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]  # (h, w, 3), 0..255
Mask = NDArray[np.float32]  # (h, w), 0..1
Shift = tuple[int, int]  # x and y in small pixels

_SMOOTH_WIDTH = 320  # pixels of width at which the smooth part is grown and the detail's sources are chosen
_LIVELIEST = 36.0  # limit of copied detail: what is livelier is objects, and half an object looks torn
_PIECES = 4  # shifted pieces of background that give detail to one hole


@dataclass(frozen=True)
class _Scene:
    """The picture at `_SMOOTH_WIDTH`; liveliness is the root of the detail's energy, summed over the channels."""

    smooth: Image  # colours, grown over the hole
    expected: Mask  # liveliness, grown over the hole
    lively: Mask  # liveliness of the known part
    known: Mask


def fill_hole(image: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """The image (H, W, 3) with the hole (H, W) filled from its surroundings; outside the hole the very same pixels.

    Low frequencies come from a push-pull pyramid (Gortler et al., The Lumigraph, 1996, section 3.2.3), high ones from
    shifted pieces of the known background, each place from where the smooth colours are most alike.
    """
    if not hole.any() or hole.all():
        return image.copy()
    height, width = hole.shape
    rows, columns = _bounds(hole, margin=round(width / 40))
    scene, detail = _taken_apart(image, hole)
    filled = cv2.resize(scene.smooth, (width, height), interpolation=cv2.INTER_CUBIC)[rows, columns]
    filled = filled + _borrowed(detail, scene, rows, columns)
    feather = cv2.GaussianBlur(hole[rows, columns].astype(np.float32), (0, 0), max(width / 640, 0.7))
    share = (np.minimum(1, 2 * feather) * hole[rows, columns])[..., None]
    result = image.copy()
    mixed = image[rows, columns] + share * (filled - image[rows, columns])
    result[rows, columns] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return result


def guessed(image: NDArray[np.uint8], hole: NDArray[np.bool_]) -> float:
    """How much of an image (H, W, 3) would be guessed in a hole (H, W): the liveliness expected there, as a mean over all pixels.

    A large hole in a calm place, or a small one in a lively place, is filled well; a large one in a lively place is not.
    """
    if not hole.any() or hole.all():
        return 0.0
    scene, _ = _taken_apart(image, hole)
    return float((scene.expected * (scene.known < 0.5)).mean())


def _taken_apart(image: NDArray[np.uint8], hole: NDArray[np.bool_]) -> tuple[_Scene, Image]:
    """The scene around a hole, and the detail of the known part (H, W, 3)."""
    height, width = hole.shape
    known = 1 - hole.astype(np.float32)
    size = _small_size(height, width)
    small_known = np.asarray(cv2.resize(known, size, interpolation=cv2.INTER_AREA), np.float32)
    small = cv2.resize(image * known[..., None], size, interpolation=cv2.INTER_AREA)
    detail, energy = _detail(image, known, width / 40)
    lively = np.sqrt(np.maximum(cv2.resize(energy, size, interpolation=cv2.INTER_AREA), 0))
    # Square roots are averaged, so that one strong edge at the rim does not fill the whole hole with strong detail.
    grown = grow(np.dstack([small, np.sqrt(lively) * small_known]), small_known)
    expected = np.minimum(grown[..., 3] ** 2, _LIVELIEST)
    return _Scene(grown[..., :3].copy(), expected, lively, small_known), detail


def grow(image: Image, known: Mask) -> Image:
    """Values everywhere from ones premultiplied with what is known of them (h, w): a push-pull pyramid."""
    if min(known.shape) <= 2:
        total = known.sum()
        mean = image.sum(axis=(0, 1)) / max(total, 1e-6)
        colours = np.where(known[..., None] > 1e-3, image / np.maximum(known, 1e-3)[..., None], mean)
        return colours.astype(np.float32)
    height, width = known.shape
    coarse = grow(np.asarray(cv2.pyrDown(image), np.float32), np.asarray(cv2.pyrDown(known), np.float32))
    beyond = cv2.pyrUp(coarse, dstsize=(coarse.shape[1] * 2, coarse.shape[0] * 2))[:height, :width]
    sure = np.clip(known * 1.02, 0, 1)[..., None]
    own = image / np.maximum(known, 1e-3)[..., None]
    mixed: Image = sure * own + (1 - sure) * beyond
    for _ in range(2):
        mixed = sure * own + (1 - sure) * cv2.blur(mixed, (3, 3), borderType=cv2.BORDER_REPLICATE)
    return mixed.astype(np.float32, copy=False)


def _detail(image: NDArray[np.uint8], known: Mask, sigma: float) -> tuple[Image, Mask]:
    """The picture less its own blur (both of the known part alone), and the energy of that, spread a little."""
    height, width = known.shape
    factor = max(1, int(sigma / 3))
    size = (max(1, width // factor), max(1, height // factor))
    stacked = np.dstack([image * known[..., None], known]).astype(np.float32)
    low = cv2.GaussianBlur(cv2.resize(stacked, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / factor)
    low = cv2.resize(low, (width, height), interpolation=cv2.INTER_LINEAR)
    smooth = np.asarray(low, np.float32)
    blurred = smooth[..., :3] / np.maximum(smooth[..., 3:], np.float32(1e-3))
    detail: Image = np.subtract(image, blurred, dtype=np.float32) * known[..., None]
    energy = cv2.resize(cv2.transform(detail * detail, np.ones((1, 3))), size, interpolation=cv2.INTER_AREA)
    return detail, np.asarray(cv2.blur(energy, (5, 5)), np.float32)


def _borrowed(detail: Image, scene: _Scene, rows: slice, columns: slice) -> Image:
    """(h, w, 3) detail for the rectangle around the hole, from a few shifted pieces, its amplitude limited."""
    height, width = detail.shape[:2]
    scale = width / scene.known.shape[1]
    chosen = _choose_shifts(scene)
    small = scene.known.shape[::-1]
    target = (columns.stop - columns.start, rows.stop - rows.start)
    total = np.zeros((*target[::-1], 3), np.float32)
    square = np.full((*target[::-1], 1), 1e-4, np.float32)
    for (dx, dy), weight in chosen:
        x, y = columns.start + round(dx * scale), rows.start + round(dy * scale)
        matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        piece = cv2.warpAffine(detail, matrix, target, flags=flags, borderMode=cv2.BORDER_CONSTANT)
        # A source livelier than the surroundings is turned down: an outline without its object looks embossed.
        source = cv2.warpAffine(scene.lively, np.array([[1, 0, dx], [0, 1, dy]], np.float64), small, flags=flags)
        gain = np.minimum(1, (1 + scene.expected) / (1 + source))
        large = cv2.resize(weight, (width, height), interpolation=cv2.INTER_LINEAR)[rows, columns, None]
        piece *= cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR)[rows, columns, None]
        total += large * piece
        square += large * large
    limit = 3 * cv2.resize(scene.expected, (width, height), interpolation=cv2.INTER_LINEAR)[rows, columns, None] + 2
    # Divided by the root of the squares: that keeps the variance of grain where pieces mix.
    borrowed: Image = np.clip(total / np.sqrt(square), -limit, limit)
    return borrowed


def _choose_shifts(scene: _Scene) -> list[tuple[Shift, Mask]]:
    """Shifts (x, y in small pixels) and the weight (h, w) of each: where it is the best source, softly bounded."""
    known, smooth = scene.known, scene.smooth
    height, width = known.shape
    hole = known < 0.5
    ys, xs = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    span_x, span_y = xs[-1] - xs[0] + 1, ys[-1] - ys[0] + 1
    usable = cv2.erode((known > 0.98).astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0).astype(bool)
    costs, shifts = [], []
    for dx, dy in _candidate_shifts(int(span_x), int(span_y)):
        matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
        flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        there = cv2.warpAffine(usable.astype(np.uint8), matrix, (width, height), flags=flags).astype(bool)
        colours = cv2.warpAffine(smooth, matrix, (width, height), flags=flags)
        liveliness = cv2.warpAffine(scene.lively, matrix, (width, height), flags=flags)
        unlike = np.abs(np.log((1 + liveliness) / (1 + scene.expected)))
        cost = np.abs(smooth - colours).mean(axis=2) / 12 + 2 * unlike + 0.002 * np.hypot(dx, dy)
        cost = cv2.blur(np.where(there, cost, 30).astype(np.float32), (9, 9))
        costs.append(np.where(there, cost, 1000))
        shifts.append((dx, dy))
    return _best_pieces(np.stack(costs), shifts, hole)


def _candidate_shifts(span_x: int, span_y: int) -> list[Shift]:
    """Shifts that bring in what lies around a hole of that extent; sideways ones reach farthest."""
    xs = sorted({round(span_x * f) for f in (0, 0.35, 0.7, 1.05, 1.5)})
    ys = sorted({round(span_y * f) for f in (0, 0.12, 0.35, 0.7, 1.05)})
    found = {(sx * x, sy * y) for x in xs for y in ys for sx in (-1, 1) for sy in (-1, 1)}
    return sorted(shift for shift in found if abs(shift[0]) + abs(shift[1]) > 6)


def _best_pieces(costs: Image, shifts: list[Shift], hole: NDArray[np.bool_]) -> list[tuple[Shift, Mask]]:
    """Greedily the few shifts that together are cheapest over the hole, each with its soft share."""
    inside = costs[:, hole]
    best = np.full(inside.shape[1], 200.0, np.float32)
    picked: list[int] = []
    for _ in range(_PIECES):
        totals = np.minimum(inside, best).sum(axis=1)
        index = int(totals.argmin())
        if index in picked:
            break
        picked.append(index)
        best = np.minimum(best, inside[index])
    owner = np.argmin(costs[picked], axis=0)
    usable = costs[picked].min(axis=0) < 500
    shares = [cv2.GaussianBlur(((owner == i) & usable).astype(np.float32), (0, 0), 2.0) for i in range(len(picked))]
    return [(shifts[index], share) for index, share in zip(picked, shares, strict=True)]


def _bounds(hole: NDArray[np.bool_], margin: int) -> tuple[slice, slice]:
    height, width = hole.shape
    ys, xs = np.flatnonzero(hole.any(axis=1)), np.flatnonzero(hole.any(axis=0))
    rows = slice(max(0, int(ys[0]) - margin), min(height, int(ys[-1]) + 1 + margin))
    columns = slice(max(0, int(xs[0]) - margin), min(width, int(xs[-1]) + 1 + margin))
    return rows, columns


def _small_size(height: int, width: int) -> tuple[int, int]:
    factor = max(1.0, max(width, height) / _SMOOTH_WIDTH)
    return max(4, round(width / factor)), max(4, round(height / factor))
