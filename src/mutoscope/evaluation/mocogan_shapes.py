"""The ruler of MoCoGAN's shape motion: whether the one shape keeps its colour, and whether it is there and moves at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.evaluation.scorecard import Rate
from mutoscope.seeding import numpy_rng
from mutoscope.world.mocogan_shapes import CAPTIONS, PUBLISHED, WAY, WHOLE, Drift, MocoganShapes
from mutoscope.world.world import clips_of

Frames = NDArray[np.uint8]  # (T, H, W, 3)
Array = NDArray[np.float64]
Draw = Callable[[str, int], Frames]  # prompt, seed -> a clip
Keep = Callable[[Frames, Tensor | None], Frames]  # through a model's codec alone, told tracks or not

# Average content distances as MoCoGAN's table 1 has them.
PUBLISHED_ACD = {"VGAN": 5.02, "TGAN": 2.08, "MoCoGAN": 1.79}
ONE, RIGHT, NEAR = 0.99, 0.95, 0.10  # the gates: one shape in frames, class right, net displacement off by at most
_DARK = 24  # of 255: a frame without anything brighter is empty
_SPECK, _HUGE = 6, 400  # pixels: smaller parts, and larger ones, are no objects; the data's have 52 to 196
_SLOW, _FAST = WAY[0] / WHOLE / 2, 1.5 * WAY[1] / WHOLE  # pixels a frame along the way: how far is another question
_STRAY = 2.0  # pixels, as a root mean square, that the place along the way may stray from a steady pace
_SPOILT = 3.0  # pixels of blur
_SHOWN = 12  # clips of a model on the sheet


@dataclass(frozen=True, kw_only=True, eq=False)
class ShapeReading:
    """What a clip shows: how many objects in each frame, the shape's mean colour and centre; its class if it has one."""

    objects: NDArray[np.int64]  # (T,)
    colours: Array  # (T, 3) of 255; black where nothing is
    centres: Array  # (T, 2) right and down in pixels; not numbers where nothing is
    drift: Drift | None

    @property
    def distance(self) -> float:
        """The mean distance between the colours of every two frames."""
        apart = np.linalg.norm(self.colours[:, None] - self.colours[None], axis=-1)
        return float(apart[np.triu_indices(len(apart), 1)].mean())

    @property
    def way(self) -> float:
        """How far the last centre lies from the first, in pixels; 0 where nothing is."""
        seen = self.centres[np.isfinite(self.centres[:, 0])]
        return float(np.linalg.norm(seen[-1] - seen[0])) if len(seen) else 0.0


@dataclass(frozen=True, kw_only=True)
class ShapeScore:
    """What the ruler says of a source of clips. `variety`: how far the colours of different clips lie apart (0..255)."""

    acd: float
    one: Rate  # of frames
    right: Rate  # of clips
    way: float  # mean net displacement, pixels
    variety: float

    def passes(self, data: "ShapeScore") -> bool:
        """Whether a small distance counts: the shape is there, moves as asked, and as far as in the data."""
        return self.one.share >= ONE and self.right.share >= RIGHT and abs(self.way - data.way) <= NEAR * data.way


@dataclass(frozen=True, kw_only=True)
class MocoganReport:
    """Scores of sources of clips by name; `data` is true clips."""

    scores: Mapping[str, ShapeScore]
    shown: Sequence[tuple[str, Frames]] = field(default_factory=tuple)

    def table(self) -> str:
        """Markdown: ours with their gates, and what was published."""
        data = self.scores["data"]
        rows = [
            "| | ACD | one object in frames | class right | net displacement, px | variety of colours | gates |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name, score in self.scores.items():
            far = f"{score.way:.1f} ({100 * score.way / data.way - 100:+.0f} %)"
            gates = "passed" if score.passes(data) else "failed"
            rows.append(
                f"| {name} | {score.acd:.2f} | {score.one} | {score.right} | {far} | {score.variety:.0f} | {gates} |"
            )
        rows += [f"| {name}, published | {acd:.2f} | – | – | – | – | not told |" for name, acd in PUBLISHED_ACD.items()]
        told = (
            f"Gates: one object in ≥ {100 * ONE:.0f} % of frames, the class right in ≥ {100 * RIGHT:.0f} % of clips, "
            f"net displacement within {100 * NEAR:.0f} % of the data's. Same protocol, data drawn anew."
        )
        return "\n".join([*rows, "", told])


def read_shape(frames: Frames) -> ShapeReading:
    """What a clip shows. What is at least half as bright as the brightest of its frame is object, the rest is ground."""
    parts = [_objects(frame) for frame in frames]
    centres = np.array([centre for _, _, centre in parts])
    return ShapeReading(
        objects=np.array([count for count, _, _ in parts]),
        colours=np.array([colour for _, colour, _ in parts]),
        centres=centres,
        drift=_drift(centres),
    )


def _objects(frame: Frames) -> tuple[int, Array, Array]:
    """How many objects, the mean colour of the largest, and its centre."""
    bright = frame.max(axis=-1)
    if bright.max() < _DARK:
        return 0, np.zeros(3), np.full(2, np.nan)
    mask = (bright >= max(_DARK, bright.max() / 2)).astype(np.uint8)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = 1 + int(np.argmax(areas))
    return int(((areas >= _SPECK) & (areas <= _HUGE)).sum()), frame[labels == largest].mean(axis=0), centres[largest]


def _drift(centres: Array) -> Drift | None:
    """The class whose way is gone at a steady pace; what bulges sideways speeds up or slows down."""
    times = np.flatnonzero(np.isfinite(centres[:, 0]))
    if len(times) < len(centres) / 2:
        return None
    strays = {}
    for drift, axis in ((Drift.UP, 1), (Drift.LEFT, 0)):
        place = centres[times, axis]
        pace = np.clip(-np.polyfit(times, place, 1)[0], _SLOW, _FAST)
        off = place + pace * times
        strays[drift] = float(off.std())
    best = min(strays, key=lambda drift: strays[drift])
    return best if strays[best] <= _STRAY else None


def score_clips(clips: Sequence[Frames], asked: Sequence[Drift]) -> ShapeScore:
    """The scores of clips, each of which was to be of a class."""
    readings = [read_shape(frames) for frames in clips]
    objects = np.concatenate([reading.objects for reading in readings])
    means = np.array([reading.colours.mean(0) for reading in readings])
    apart = np.linalg.norm(means[:, None] - means[None], axis=-1)
    return ShapeScore(
        acd=float(np.mean([reading.distance for reading in readings])),
        one=Rate(int((objects == 1).sum()), len(objects)),
        right=Rate(sum(reading.drift is drift for reading, drift in zip(readings, asked, strict=True)), len(asked)),
        way=float(np.mean([reading.way for reading in readings])),
        variety=float(apart.sum() / max(1, len(means) * (len(means) - 1))),
    )


def measure_mocogan_shapes(
    models: Mapping[str, tuple[Draw, Keep]], count: int, seed: int, tell: Callable[[str], None]
) -> MocoganReport:
    """True and spoilt clips, and for as many prompts what models draw, and what their codecs make of true clips."""
    world, rng = MocoganShapes(), numpy_rng(seed, "mocogan shapes/asked")
    asked = [world.sample(rng) for _ in range(count)]
    true = [clip[:PUBLISHED] for clip in clips_of(world, asked, seed)]
    others = [next(drift for drift in Drift if drift is not each) for each in asked]
    scores = {
        "data": score_clips(true, asked),
        "data, other captions": score_clips(true, others),
        "data, frozen": score_clips([np.repeat(clip[:1], len(clip), axis=0) for clip in true], asked),
        "data, blurred": score_clips([_blurred(clip) for clip in true], asked),
        "nothing at all": score_clips([np.zeros_like(clip) for clip in true], asked),
    }
    shown: list[tuple[str, Frames]] = []
    for name, (draw, keep) in models.items():
        tell(f"{name}: {count} clips")
        clips = [draw(CAPTIONS[drift], seed * count + index)[:PUBLISHED] for index, drift in enumerate(asked)]
        scores[name] = score_clips(clips, asked)
        scores[f"{name}, codec alone"] = score_clips([keep(clip, None) for clip in true], asked)
        shown += [(f"{name}: {CAPTIONS[drift]}", clip) for drift, clip in zip(asked, clips, strict=True)][:_SHOWN]
    return MocoganReport(scores=scores, shown=shown)


def _blurred(clip: Frames) -> Frames:
    return np.stack([cv2.GaussianBlur(frame, (0, 0), _SPOILT) for frame in clip])
