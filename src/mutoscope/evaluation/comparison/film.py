"""Clips side by side in one video, under each what it shows of the sentence and what it took."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mutoscope.evaluation.comparison.contender import Absent, Contender
from mutoscope.evaluation.storybook.verdict import Answer
from mutoscope.media.lettering import lettered, lines_of
from mutoscope.media.video import Video

_GAP, _SIDE = 16, 256  # pixels; the height of every clip
_TITLE, _NAME, _TEXT = 18, 16, 13  # sizes of letters
_PAPER, _INK, _SOFT, _WRONG = (250, 249, 246), (34, 37, 42), (101, 107, 117), (179, 54, 43)
Line = tuple[str, int, tuple[int, int, int]]  # text, size and colour


def film_of(title: str, contenders: Sequence[Contender], absent: Sequence[Absent]) -> Video:
    """The clips as one video at the quickest one's rate; who is done early holds still."""
    fps = max(contender.video.fps for contender in contenders)
    count = max(round(len(contender.video.frames) / contender.video.fps * fps) for contender in contenders)
    clips = [_timed(contender.video, fps, count) for contender in contenders]
    board, top = _board(title, contenders, [clip.shape[2] for clip in clips], absent)
    frames = np.repeat(board[None], count, axis=0)
    left = _GAP
    for clip in clips:
        frames[:, top : top + _SIDE, left : left + clip.shape[2]] = clip
        left += clip.shape[2] + _GAP
    return Video(frames, fps)


def _timed(video: Video, fps: int, count: int) -> NDArray[np.uint8]:
    """A clip at another rate, and at the height of all."""
    chosen = np.minimum(np.arange(count) * video.fps // fps, len(video.frames) - 1)
    height, width = video.frames.shape[1:3]
    size = max(2, round(width * _SIDE / height)), _SIDE
    resized = [np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC)) for frame in video.frames]
    return np.stack(resized)[chosen]


def _board(
    title: str, contenders: Sequence[Contender], widths: Sequence[int], absent: Sequence[Absent]
) -> tuple[NDArray[np.uint8], int]:
    """The picture (H, W, 3), both sides even, that the clips are laid on, and how far down they begin."""
    width = sum(widths) + _GAP * (len(widths) + 1)
    head: list[Line] = [(line, _TITLE, _INK) for line in lines_of(title, _TITLE, width - 2 * _GAP)]
    columns = [_told(contender, across) for contender, across in zip(contenders, widths, strict=True)]
    missing = "; ".join(f"{each.name}: {each.why.problem}" for each in absent)
    foot: list[Line] = [(line, _TEXT, _SOFT) for line in lines_of(missing, _TEXT, width - 2 * _GAP) if line]
    top = _GAP + _height(head) + _GAP // 2
    under = top + _SIDE + _GAP // 2
    end = under + max(map(_height, columns)) + _GAP // 2
    height = end + _height(foot) + _GAP
    board = Image.new("RGB", (width + width % 2, height + height % 2), _PAPER)
    draw, left = ImageDraw.Draw(board), _GAP
    _write(draw, head, _GAP, _GAP)
    for column, across in zip(columns, widths, strict=True):
        _write(draw, column, left, under)
        left += across + _GAP
    _write(draw, foot, _GAP, end)
    return np.array(board), top


def _told(contender: Contender, width: int) -> list[Line]:
    lines: list[Line] = [(contender.name, _NAME, _INK)]

    def add(text: str, colour: tuple[int, int, int]) -> None:
        lines.extend((line, _TEXT, colour) for line in lines_of(text, _TEXT, width))

    add(contender.score, _INK)
    if not isinstance(contender.heeding, str):
        for thing in contender.heeding.of(Answer.WRONG):
            add(f"not followed: {thing}", _WRONG)
    for name, value in contender.took():
        add(f"{name}: {value}", _SOFT)
    return lines


def _height(lines: Sequence[Line]) -> int:
    return sum(_step(size) for _, size, _ in lines)


def _step(size: int) -> int:
    return round(size * 1.4)


def _write(draw: ImageDraw.ImageDraw, lines: Sequence[Line], left: int, top: int) -> None:
    for text, size, colour in lines:
        plain, font = lettered(text, size)
        draw.text((left, top), plain, colour, font)
        top += _step(size)
