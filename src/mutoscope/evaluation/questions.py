"""Questions: scenes of the world that no training saw, with what is asked of them and the exact truth."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from mutoscope.seeding import numpy_rng, torch_rng
from mutoscope.shapes import ClipShape
from mutoscope.world.captions import caption, is_held_out
from mutoscope.world.clip import render_clips
from mutoscope.world.collage import draw_collages
from mutoscope.world.motions import script_to_codes
from mutoscope.world.sampling import sample_script
from mutoscope.world.script import Language, Script

# Seen words in seen combinations (new scenes all the same), combinations never trained on, words never trained on.
Kind = Literal["seen", "combinations", "synonyms"]
KINDS: tuple[Kind, ...] = ("seen", "combinations", "synonyms")
_AREA = (0.03, 0.45)  # of the frame: smaller subjects are not seen to move, larger ones leave no ground to measure
_GROUND = 0.04  # of the frame that must be ground with something on it
_DRAWN_AT_ONCE = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """One scene: what is asked (prompt, and the script it means), the photo (H, W, 3) uint8 with the subject's matte (H, W)
    float32, and the frames (T, H, W, 3) uint8 of the true clip."""

    prompt: str
    script: Script
    photo: NDArray[np.uint8]
    matte: NDArray[np.float32]
    truth: NDArray[np.uint8]
    seed: int


def draw_questions(count: int, kind: Kind, shape: ClipShape, seed: int = 0) -> Iterator[Question]:
    """Questions about square scenes of shape.height pixels, one by one, half in English and half in Chinese."""
    assert shape.height == shape.width, "collages are square"
    rng = numpy_rng(seed, f"questions/{kind}")
    drawn, batch = 0, 0
    while drawn < count:
        for question in _batch(kind, shape, rng, seed, batch):
            if drawn < count:
                yield question
                drawn += 1
        batch += 1


def _batch(kind: Kind, shape: ClipShape, rng: np.random.Generator, seed: int, batch: int) -> Iterator[Question]:
    collages = draw_collages(_DRAWN_AT_ONCE, shape.height, torch_rng(seed, f"questions/{kind}/{batch}"))
    scripts = [_script(kind, rng, shape.seconds) for _ in range(_DRAWN_AT_ONCE)]
    mattes = collages.matte[:, 0].numpy().astype(np.float32)
    codes = np.stack([script_to_codes(s, _box(m), rng) for s, m in zip(scripts, mattes, strict=True)])
    rendered = render_clips(collages, torch.from_numpy(codes), shape)
    for index, (script, matte) in enumerate(zip(scripts, mattes, strict=True)):
        language: Language = "en" if (batch * _DRAWN_AT_ONCE + index) % 2 == 0 else "zh"
        prompt = caption(script, rng, language, vocabulary="held_out" if kind == "synonyms" else "seen")
        frames = (rendered.frames[index].permute(0, 2, 3, 1) * 255).round().byte().numpy()
        if measurable(frames[0], matte):
            yield Question(
                prompt=prompt,
                script=script,
                photo=frames[0],
                matte=matte,
                truth=frames,
                seed=seed + batch * _DRAWN_AT_ONCE + index,
            )


def measurable(photo: NDArray[np.uint8], matte: NDArray[np.float32]) -> bool:
    """Whether there is a subject of middling size before a ground with something on it: else no ruler could tell."""
    low, high = _AREA
    if not low < float((matte > 0.5).mean()) < high:
        return False
    grey = cv2.GaussianBlur(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 0.8)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) / 8
    ground = cv2.dilate(matte, np.ones((9, 9), np.uint8)) < 0.1
    return float(((slope > 1.5) & ground).mean()) > _GROUND


def _script(kind: Kind, rng: np.random.Generator, seconds: float) -> Script:
    while is_held_out(script := sample_script(rng, seconds)) != (kind == "combinations"):
        pass
    return script


def _box(matte: NDArray[np.float32]) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero(matte > 0.5)
    height, width = matte.shape
    return (
        float(columns.min()) / width,
        float(rows.min()) / height,
        float(columns.max() + 1) / width,
        float(rows.max() + 1) / height,
    )
