"""Letters in pictures: a font that has those of a text, and lines no wider than they may be."""

import re
from functools import cache

from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

# Fonts with Chinese, as systems call their files; Pillow's own has none.
_CHINESE = ("NotoSansCJK-Regular.ttc", "NotoSerifCJK-Regular.ttc", "wqy-microhei.ttc", "PingFang.ttc", "msyh.ttc")
_ASIAN = re.compile(r"[⺀-鿿＀-￯]")
_PIECE = re.compile(r"[⺀-鿿＀-￯]|[^\s⺀-鿿＀-￯]+\s*|\s+")


def lettered(text: str, size: int) -> tuple[str, FreeTypeFont]:
    """A text and a font of that size which can write it; what no font here can write has become `?`."""
    if not _ASIAN.search(text):
        return text.encode("latin-1", "replace").decode("latin-1"), _plain(size)
    chinese = _chinese(size)
    return (text, chinese) if chinese is not None else (_ASIAN.sub("?", text), _plain(size))


def in_chinese(text: str) -> bool:
    """Whether a text is Chinese, and there is a font here that can write it."""
    return bool(_ASIAN.search(text)) and _chinese(12) is not None


def lines_of(text: str, size: int, width: int) -> list[str]:
    """A text as lines no wider than `width` pixels, broken between words, or between Chinese characters."""
    written, font = lettered(text, size)
    lines, begin = [""], 0
    for part in _PIECE.findall(text):  # Chinese can be broken where there is no font for it, too
        piece, begin = written[begin : begin + len(part)], begin + len(part)
        if lines[-1] and font.getlength((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


@cache
def _plain(size: int) -> FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, FreeTypeFont), "Pillow comes with FreeType"
    return font


@cache
def _chinese(size: int) -> FreeTypeFont | None:
    for name in _CHINESE:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return None
