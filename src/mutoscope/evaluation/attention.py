"""A picture of which words each part of each frame looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mutoscope.manifest import Manifest
from mutoscope.media.lettering import in_chinese, lettered, lines_of
from mutoscope.media.video import check_output, finished_only

PICTURES = (".png", ".webp", ".jpg")
_CELL, _GAP, _MARGIN, _LABEL = 112, 4, 16, 132  # pixels
_MOST = 8  # frames in a row
_WORD, _TEXT, _TITLE = 17, 13, 18  # sizes of letters
_PAPER, _INK, _SOFT = (250, 249, 246), (34, 37, 42), (101, 107, 117)
_LEGEND = (
    "Bright: where and when a word is looked at most, each row by itself. Percent: its share of all looking at words, "
    "to which goes {:.1%} of all looking. Mean of all heads, layers and steps."
)
_CHINESE_LEGEND = (
    "亮处：一个词在何时何地最受注意，每行各自为准。百分数：它占对所有词的注意的多少；"
    "对词的注意占全部注意的 {:.1%}。取所有注意力头、层和步的平均。"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class WordAttention:
    """How much each part of each frame looks at each word while it is drawn.

    `shares` (T,h,w,L): of all attention of a part, that to a word. `frames` (T,H,W,3) stand for the same times, in `seconds`.
    """

    sentence: str
    model: str
    words: tuple[str, ...]
    shares: NDArray[np.float32]
    frames: NDArray[np.uint8]
    seconds: Sequence[float]
    manifest: Manifest | None = None  # of the clip: which words it knows, and what it was read to ask for

    def on_words(self) -> float:
        """How much of all attention goes to words; the rest goes to other parts of the clip."""
        return float(self.shares.sum(axis=-1).mean())

    def of_words(self) -> list[float]:
        """How much of the attention to words each of them has."""
        each = self.shares.mean(axis=(0, 1, 2), dtype=np.float64)
        return [float(share) for share in each / max(each.sum(), 1e-12)]

    def picture(self) -> NDArray[np.uint8]:
        """Some frames in a row, and below them a row of heat maps for each word: (H, W, 3)."""
        chosen = np.unique(np.linspace(0, len(self.frames) - 1, _MOST).round().astype(int))
        width = 2 * _MARGIN + _LABEL + len(chosen) * (_CELL + _GAP) - _GAP
        title = lines_of(f"{self.sentence} · {self.model}", _TITLE, width - 2 * _MARGIN)
        told = (_CHINESE_LEGEND if in_chinese(self.sentence) else _LEGEND).format(self.on_words())
        legend = lines_of(told, _TEXT, width - 2 * _MARGIN)
        top = _MARGIN + 26 * len(title) + 28
        rows = 1 + len(self.words)
        board = Image.new("RGB", (width, top + rows * (_CELL + _GAP) + 10 + 18 * len(legend) + _MARGIN), _PAPER)
        draw = ImageDraw.Draw(board)
        for number, line in enumerate(title):
            _write(draw, (_MARGIN, _MARGIN + 26 * number), line, _TITLE, _INK)
        seen = [np.asarray(Image.fromarray(self.frames[index]).resize((_CELL, _CELL))) for index in chosen]
        for column, index in enumerate(chosen):
            _write(draw, (_left(column), top - 20), f"{self.seconds[index]:.1f} s", _TEXT, _SOFT)
        _paste(board, seen, top)
        for row, (word, share) in enumerate(zip(self.words, self.of_words(), strict=True), 1):
            down = top + row * (_CELL + _GAP)
            middle = down + _CELL // 2
            label = lines_of(word, _WORD, _LABEL - 12)
            for number, line in enumerate(label):
                _write(draw, (_MARGIN, middle - 24 - 22 * (len(label) - 1 - number)), line, _WORD, _INK)
            _write(draw, (_MARGIN, middle), f"{share:.0%}", _TEXT, _SOFT)
            heat = self.shares[..., row - 1] / max(self.shares[..., row - 1].max(), 1e-12)
            _paste(board, [_heated(frame, heat[index]) for frame, index in zip(seen, chosen, strict=True)], down)
        for number, line in enumerate(legend):
            _write(draw, (_MARGIN, top + rows * (_CELL + _GAP) + 10 + 18 * number), line, _TEXT, _SOFT)
        return np.array(board)

    def save(self, path: str | Path) -> Path:
        """Write the picture, whole or not at all."""
        target = check_output(path, PICTURES)
        with finished_only(target) as unfinished:
            Image.fromarray(self.picture()).save(unfinished)
        return target


def _heated(frame: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A frame in grey under a heat map (h, w) of 0..1."""
    large = np.clip(cv2.resize(heat, (_CELL, _CELL), interpolation=cv2.INTER_CUBIC), 0, 1)
    colour = cv2.applyColorMap((large * 255).round().astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    grey = np.repeat(frame.mean(axis=-1, keepdims=True), 3, axis=-1) * 0.6
    over = 0.85 * large[..., None]
    return np.asarray((grey * (1 - over) + colour * over).round(), np.uint8)


def _left(column: int) -> int:
    return _MARGIN + _LABEL + column * (_CELL + _GAP)


def _paste(board: Image.Image, cells: Sequence[NDArray[np.uint8]], top: int) -> None:
    for column, cell in enumerate(cells):
        board.paste(Image.fromarray(cell), (_left(column), top))


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, size: int, colour: tuple[int, int, int]) -> None:
    plain, font = lettered(text, size)
    draw.text(at, plain, colour, font)
