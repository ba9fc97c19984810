"""What is gained by raising drawn clips with the trained upsampler instead of straight lines."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.upsampler import SPACE, TIME, Raising, Upsampler, delivered
from mutoscope.evaluation.storybook.asking import draw_prompts
from mutoscope.evaluation.storybook.colours import Frames
from mutoscope.shapes import ClipShape
from mutoscope.world.storybook.drawing import render_stories

WAYS = ("straight lines", "upsampler")
_STILL = 2  # levels of 255 between frames, below which a pixel does not move


@dataclass(frozen=True, kw_only=True)
class RaisingReport:
    """By what was raised and how: decibels over all, and where things move, of all clips together; and seconds a clip."""

    all_over: Mapping[tuple[str, str], float]
    moving: Mapping[tuple[str, str], float]
    seconds: Mapping[str, float]

    def table(self) -> str:
        """The report as a Markdown table."""
        rows = [f"| PSNR, dB (where things move) | {' | '.join(WAYS)} |", "| --- | --- | --- |"]
        for source in dict.fromkeys(source for source, _ in self.all_over):
            cells = (f"{self.all_over[source, way]:.1f} ({self.moving[source, way]:.1f})" for way in WAYS)
            rows.append(f"| {source} | {' | '.join(cells)} |")
        return "\n".join([*rows, f"| seconds a clip | {' | '.join(f'{self.seconds[way]:.2f}' for way in WAYS)} |"])


def measure_raising(
    upsampler: Upsampler, codec: LatentCodec, count: int, stage: int, drawn: ClipShape
) -> RaisingReport:
    """Raise clips of compositions that training never shows: true ones made small, and what the codec leaves of them."""
    wanted = delivered(drawn)
    ways = {"straight lines": Raising(None), "upsampler": Raising(upsampler)}
    squares: dict[tuple[str, str], NDArray[np.float64]] = {}
    pixels = np.zeros(2)
    seconds = dict.fromkeys(WAYS, 0.0)
    for index, prompt in enumerate(draw_prompts(count, stage, drawn, held_out=True)):
        large = render_stories([prompt.story], wanted, index).frames[0].clamp(0, 1)
        small, true = _pixels(F.avg_pool2d(large[::TIME], SPACE)), _pixels(large)
        moves = np.zeros(true.shape[:3], bool)
        moves[1:] = (np.abs(np.diff(true.astype(np.int16), axis=0)) > _STILL).any(-1)
        pixels += moves.size, moves.sum()
        for source, clip in (
            ("true clips, made small", small),
            ("the same through the codec", codec.decode(codec.encode(small), None, drawn)),
        ):
            for way, raising in ways.items():
                started = time.perf_counter()
                raised = raising(clip, drawn.fps, wanted)
                seconds[way] += (time.perf_counter() - started) / (2 * count)
                square = np.square(raised.astype(np.float32) - true).mean(-1, dtype=np.float64)
                found = squares.setdefault((source, way), np.zeros(2))
                found += square.sum(), square[moves].sum()
    decibels = {key: 10 * np.log10(255**2 * pixels / np.maximum(sums, 1e-9)) for key, sums in squares.items()}
    return RaisingReport(
        all_over={key: float(both[0]) for key, both in decibels.items()},
        moving={key: float(both[1]) for key, both in decibels.items()},
        seconds=seconds,
    )


def _pixels(clip: torch.Tensor) -> Frames:  # (T, 3, H, W) in 0..1 -> (T, H, W, 3)
    return np.ascontiguousarray((clip * 255).round().byte().permute(0, 2, 3, 1).numpy())
