"""How well clips fit a caption: what ranks variants, and what retrieval is measured with."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mutoscope.alignment.alignment import Alignment
from mutoscope.alignment.towers import SEEN
from mutoscope.errors import MutoscopeError
from mutoscope.language.encoder import TextTokenizer
from mutoscope.language.spoken import encode_words
from mutoscope.language.timeline import parse_timeline

Frames = NDArray[np.uint8]  # (T, H, W, 3)

# A clip is looked at from its first frame to its last, so that one much longer would look faster than it is.
SHORTEST, LONGEST = 2.4, 4.0  # seconds


class Ranker:
    """Trained towers, ready to compare."""

    def __init__(self, alignment: Alignment, tokenizer: TextTokenizer) -> None:
        self.alignment, self.tokenizer = alignment.eval(), tokenizer

    def scores(self, caption: str, clips: Sequence[Frames], fps: float) -> list[float]:
        """How well each clip fits the caption: the cosine between their vectors, -1..1."""
        for clip in clips:
            check_judged(clip.shape[1], clip.shape[2], len(clip) / fps)
        return (self.embed_clips(clips) @ self.embed_texts([caption], len(clips[0]) / fps)[0]).tolist()

    @torch.inference_mode()
    def embed_texts(self, texts: Sequence[str], seconds: float) -> Tensor:
        """Vectors (B,D) of length 1 of captions of clips of a length."""
        timelines = [parse_timeline(text, seconds) for text in texts]
        return self.alignment.embed_text(encode_words(self.tokenizer, timelines))

    @torch.inference_mode()
    def embed_clips(self, clips: Sequence[Frames]) -> Tensor:
        """Vectors (B,D) of length 1."""
        return self.alignment.embed_clips(torch.stack([seen(clip) for clip in clips]))

    @torch.inference_mode()
    def features(self, clips: Sequence[Frames]) -> Tensor:
        """What the clip tower has noticed of each clip (B,D), before it says it in the words' space."""
        return self.alignment.clip.features(torch.stack([seen(clip) for clip in clips])).float()


def best_first(scores: Sequence[float]) -> list[int]:
    """The places of scores, from the highest down; of equal ones the first comes first."""
    return sorted(range(len(scores)), key=lambda index: -scores[index])


def seen(frames: Frames) -> Tensor:  # -> (T', 3, H', W') uint8 of the shape SEEN
    """What the clip tower sees of a clip: frames at even distances, each pixel the mean of what lies under it."""
    at = np.linspace(0, len(frames) - 1, SEEN.frames).round().astype(int)
    small = [cv2.resize(frames[index], (SEEN.width, SEEN.height), interpolation=cv2.INTER_AREA) for index in at]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2)


def check_judged(height: int, width: int, seconds: float) -> None:
    """Refuse clips that the towers cannot judge."""
    if height != width:
        raise MutoscopeError(
            f"The clip is {width}x{height}.", "The towers have seen square clips only.", "Compare square clips."
        )
    if not SHORTEST <= seconds <= LONGEST:
        raise MutoscopeError(
            f"The clip lasts {seconds:.1f} s.",
            f"The towers can judge clips of {SHORTEST:g} to {LONGEST:g} s.",
            "Choose --seconds in that range, or leave out --keep.",
        )
