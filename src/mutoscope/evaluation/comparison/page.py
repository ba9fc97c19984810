"""Clips side by side on one page that needs nothing beside itself."""

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.evaluation.comparison.contender import Absent, Contender
from mutoscope.evaluation.storybook.heeding import Heeded, Heeding
from mutoscope.evaluation.storybook.verdict import Answer
from mutoscope.media.video import Video

_PHOTO = 256  # pixels of the longer side
_MARKS = {Answer.WRONG: ("✗", "Not followed"), Answer.NOT_READ: ("?", "Not read"), Answer.RIGHT: ("✓", "Followed")}
_STYLE = """
:root { --paper: #faf9f6; --card: #fff; --ink: #22252a; --soft: #5d636d; --line: #dcdad3; --main: #1f5f5b; --wrong: #a93226;
  color-scheme: light dark;
  font: 16px/1.5 system-ui, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17191c; --card: #202327; --ink: #e8e6e1; --soft: #a3a9b2; --line: #363a40; --main: #5fb5af; --wrong: #ef8278; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.5rem 3rem; max-width: 76rem; background: var(--paper); color: var(--ink); }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1.1rem; }
p { margin: 0; } .soft { color: var(--soft); }
header { display: flex; flex-wrap: wrap; gap: 1.25rem; align-items: center; margin-bottom: 1.25rem; }
header div { flex: 1 1 20rem; } header img { max-height: 7rem; border-radius: 8px; }
button { font: inherit; color: var(--card); background: var(--main); border: 0; border-radius: 8px;
  padding: .45rem 1rem; cursor: pointer; }
:focus-visible { outline: 2px solid var(--main); outline-offset: 2px; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.25rem; margin: 1.25rem 0; }
article { display: flex; flex-direction: column; gap: .7rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 1rem; }
article.absent { border-style: dashed; }
video { display: block; width: 100%; height: auto; border-radius: 8px; background: #0002; }
.score { font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: .2rem; }
li { display: flex; gap: .5rem; overflow-wrap: anywhere; } li span:first-child { width: 1rem; flex: none; }
.wrong { color: var(--wrong); } .right span:first-child { color: var(--main); } .unread { color: var(--soft); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .9rem; margin: auto 0 0; padding-top: .6rem;
  border-top: 1px solid var(--line); font-size: .9rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
"""
_SCRIPT = """
const clips = [...document.querySelectorAll("video")];
const play = () => clips.forEach((clip) => { clip.currentTime = 0; clip.play(); });
document.querySelector("button").addEventListener("click", play);
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play();
"""


def page_of(
    sentence: str,
    given: str,
    photo: NDArray[np.uint8] | None,
    contenders: Sequence[Contender],
    absent: Sequence[Absent],
) -> str:
    """The page as HTML; `given` says what all were given beside the sentence."""
    cards = [*map(_card, contenders), *map(_absent, absent)]
    unmeasured = {word for each in contenders if isinstance(each.heeding, Heeding) for word in each.heeding.unmeasured}
    notes = [
        "What a clip follows is read off its pixels, and only what the sentence says is asked. Every model drew once, one "
        "after the other, on the same machine.",
        *([f"Not measured, as the ruler does not know them: {', '.join(sorted(unmeasured))}."] if unmeasured else []),
    ]
    shown = (
        f'<img src="{_data("image/jpeg", _photo(photo))}" alt="The photo that all began with">'
        if photo is not None
        else ""
    )
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(sentence)} · Mutoscope</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
            f'<header><div><h1>{escape(sentence)}</h1><p class="soft">{escape(given)}</p></div>{shown}</header>',
            '<button type="button">Play all from the start</button>',
            f"<main>\n{chr(10).join(cards)}\n</main>",
            *(f'<p class="soft">{escape(note)}</p>' for note in notes),
            f"<script>{_SCRIPT}</script>\n</body>\n</html>\n",
        ]
    )


def _card(contender: Contender) -> str:
    height, width = contender.video.frames.shape[1:3]
    took = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in contender.took())
    return (
        f'<article><h2>{escape(contender.name)}</h2>\n<video controls loop muted playsinline width="{width}" height="{height}" '
        f'aria-label="The clip of {escape(contender.name)}" src="{_data("video/mp4", _mp4(contender.video))}"></video>\n'
        f'<p class="score">{escape(_capital(contender.score))}</p>\n{_read(contender.heeding)}\n<dl>{took}</dl></article>'
    )


def _read(heeding: Heeding | str) -> str:
    if isinstance(heeding, str):
        return f'<p class="soft">{escape(heeding)}</p>'
    rows = [_row(thing) for answer in _MARKS for thing in heeding.of(answer)]
    return f"<ul>{''.join(rows)}</ul>"


def _row(thing: Heeded) -> str:
    mark, meaning = _MARKS[thing.answer]
    kind = {Answer.WRONG: "wrong", Answer.NOT_READ: "unread", Answer.RIGHT: "right"}[thing.answer]
    return (
        f'<li class="{kind}"><span role="img" aria-label="{meaning}" title="{meaning}">{mark}</span>'
        f"<span>{escape(str(thing))}</span></li>"
    )


def _absent(absent: Absent) -> str:
    why = "".join(f"<p>{escape(text)}</p>" for text in (absent.why.problem, absent.why.rule, absent.why.cure))
    return f'<article class="absent"><h2>{escape(absent.name)}</h2><p class="score">No clip</p>{why}</article>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _photo(pixels: NDArray[np.uint8]) -> bytes:
    picture, written = Image.fromarray(pixels), io.BytesIO()
    picture.thumbnail((_PHOTO, _PHOTO))
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def _mp4(video: Video) -> bytes:
    with TemporaryDirectory() as folder:
        return video.save(Path(folder) / "clip.mp4").read_bytes()


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
