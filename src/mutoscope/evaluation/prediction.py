"""Given the first frames of a clip, the next ones: how far they lie from what came, and how that grows with time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.codecs.latent import LatentCodec
from mutoscope.codecs.latent_code import STRIDE
from mutoscope.errors import MutoscopeError
from mutoscope.seeding import seeds_of
from mutoscope.shapes import ClipShape

Frames = NDArray[np.uint8]  # (T, H, W, 3)
Predict = Callable[[str, Tensor, int], Frames]  # sentence, known codes (k,H,W,C), seed -> the whole clip
Errors = NDArray[np.float64]  # of every latent time that was predicted: mean squares of pixels, 0..255


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """Whoever predicts; `seeds`: how many futures it is asked for, 1 if it knows one alone."""

    predict: Predict
    seeds: int


@dataclass(frozen=True, kw_only=True)
class PredictionReport:
    """Errors by who predicted, at times in seconds after the last frame that was given: root mean squares, 0..255."""

    given: int
    clips: int
    seconds: Sequence[float]
    errors: Mapping[str, Sequence[float]]

    def table(self) -> str:
        """The report as a Markdown table."""
        rows = [
            f"Root mean square error of pixels (0 to 255), {self.clips} clips, {self.given} frames given.\n",
            f"| seconds ahead | {' | '.join(f'{at:.1f}' for at in self.seconds)} |",
            f"| --- |{' --- |' * len(self.seconds)}",
        ]
        rows += [f"| {name} | {' | '.join(f'{error:.1f}' for error in row)} |" for name, row in self.errors.items()]
        return "\n".join(rows)


def measure_prediction(
    predictors: Mapping[str, Predictor],
    codec: LatentCodec,
    shape: ClipShape,
    clips: Iterable[tuple[str, Frames]],
    given: int,
    tell: Callable[[str], None],
) -> PredictionReport:
    """Ask for the rest of true clips, of which `given` frames are shown and the caption, which comes first, is told.

    Below stands the codec's own error, of true codes and without tracks (who is told tracks may come nearer); above what anyone
    should need the last frame, held. Of several futures the mean error is told and that of the best one, as the true one is
    only one of those that may be.
    """
    check_given(given, shape)
    known = 1 + given // STRIDE
    found: dict[str, list[Errors]] = {}
    count = 0
    for count, (caption, true) in enumerate(clips, 1):
        code = codec.encode(true)

        def errors(frames: Frames, true: Frames = true) -> Errors:
            square = ((frames[given:].astype(np.float32) - true[given:]) ** 2).mean(axis=(1, 2, 3), dtype=np.float64)
            return np.asarray(square.reshape(-1, STRIDE).mean(axis=1))

        found.setdefault("the codec alone", []).append(errors(codec.decode(code, None, shape)))
        for name, predictor in predictors.items():
            futures = [predictor.predict(caption, code[:known], seed) for seed in seeds_of(count - 1, predictor.seeds)]
            each = np.stack([errors(frames) for frames in futures])
            if predictor.seeds == 1:
                found.setdefault(name, []).append(each[0])
            else:
                found.setdefault(f"{name}, mean of {predictor.seeds}", []).append(each.mean(axis=0))
                best = each[each.mean(axis=1).argmin()]
                found.setdefault(f"{name}, best of {predictor.seeds}", []).append(best)
        found.setdefault("the last frame, held", []).append(
            errors(np.repeat(true[given - 1 : given], len(true), axis=0))
        )
        if count % 10 == 0:
            tell(f"{count} clips")
    return PredictionReport(
        given=given,
        clips=count,
        seconds=[STRIDE * (step + 1) / shape.fps for step in range((shape.frames - given) // STRIDE)],
        errors={name: np.sqrt(np.mean(rows, axis=0)).tolist() for name, rows in found.items()},
    )


def check_given(given: int, shape: ClipShape) -> None:
    """Refuse a number of frames that the codec cannot take, or that leaves nothing to predict."""
    able = range(1, shape.frames, STRIDE)
    if given not in able:
        raise MutoscopeError(
            f"{given} frames cannot be given of clips of {shape.frames}.",
            f"The codec takes one, or one and some fours: {', '.join(map(str, able))}.",
            "Write --given 5, for example.",
        )
