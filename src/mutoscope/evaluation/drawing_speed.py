"""How soon the models that draw give a clip, and its first frames."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from mutoscope.pipeline import Pipeline
from mutoscope.request import GenerateRequest


@dataclass(frozen=True, kw_only=True)
class DrawingSpeed:
    """Seconds of each round from a loaded model: to sample the codes, to the first frames of a stream, to all frames."""

    model: str
    sampling: Sequence[float]
    first: Sequence[float]
    whole: Sequence[float]


def measure_drawing_speed(
    models: Mapping[str, Pipeline], prompt: str, rounds: int, **wishes: Any
) -> list[DrawingSpeed]:
    """Time models in turn, after a round that does not count; nothing else should run beside it. `wishes` of the request."""
    taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in models}
    for number in range(rounds + 1):
        for name, pipeline in models.items():
            request = GenerateRequest(prompt=prompt, seed=number, model=name, **wishes)
            video = pipeline.generate(request)
            started = time.perf_counter()
            next(pipeline.stream(request).chunks)
            first = time.perf_counter() - started
            if number > 0:
                seconds = video.stats["seconds"]
                taken[name].append((seconds["sample"], first, sum(seconds.values())))
    return [
        DrawingSpeed(model=name, sampling=sampling, first=first, whole=whole)
        for name, rows in taken.items()
        for sampling, first, whole in [zip(*rows, strict=True)]
    ]


def speed_table(found: Sequence[DrawingSpeed]) -> str:
    """A row a model, as a Markdown table."""
    head = f"A clip by the models that are here, loaded; median and span of {len(found[0].whole)} rounds in turn."
    rows = ["|  | sampling | first frames after | all frames after |", "| --- | --- | --- | --- |"]
    for speed in found:
        cells = " | ".join(map(_cell, (speed.sampling, speed.first, speed.whole)))
        rows.append(f"| {speed.model} | {cells} |")
    return "\n".join([head, "", *rows])


def _cell(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.2f} s ({min(seconds):.2f} – {max(seconds):.2f})"
