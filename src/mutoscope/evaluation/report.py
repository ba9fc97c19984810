"""The results as a page: what was asked for, what was reached, and every number behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutoscope.evaluation.bench import Bench
from mutoscope.evaluation.drawing_speed import speed_table
from mutoscope.evaluation.mattes import RIGHT, MatteScores
from mutoscope.evaluation.motion import IN_TIME, PROMPTLY
from mutoscope.evaluation.photos import PhotoResults, Trial
from mutoscope.evaluation.questions import Kind
from mutoscope.evaluation.scorecard import MotionScorecard, rate

# What a person wrote around the measured part stays when it is measured again.
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_TITLES: dict[Kind, str] = {
    "seen": "Seen words and combinations, new scenes",
    "combinations": "Combinations never trained on",
    "synonyms": "Words and phrasings never trained on",
}


_CAPTION_BARS: dict[Kind, tuple[str, str]] = {
    "seen": ("–", "–"),
    "combinations": ("≥ 93 %", "97 %"),
    "synonyms": ("≥ 60 %", "80 %"),
}


@dataclass(frozen=True, kw_only=True)
class Results:
    """What one run of the evaluation measured; photos and mattes need a folder of photos."""

    scenes: dict[Kind, MotionScorecard]
    photos: PhotoResults | None = None
    mattes: MatteScores | None = None
    bench: Bench | None = None


def markdown(results: Results) -> str:
    """The results as Markdown: the table of bars first, then what stands behind it."""
    parts = ["## Bars\n\n" + _table(("", "bar", "stretch", "measured"), _bars(results))]
    for kind, card in results.scenes.items():
        parts.append(f"## Held-out scenes: {_TITLES[kind].lower()}\n\n{card.table()}")
    if results.mattes is not None:
        rows = [
            (
                s.photo,
                f"{s.alone:.2f}",
                f"{s.clicked:.2f}",
                f"{s.boxed:.2f}",
                f"{s.confidence:.2f}",
                "sure" if s.sure else "",
            )
            for s in results.mattes.photos
        ]
        parts.append(
            "## Mattes on photos (IoU)\n\n" + _table(("photo", "by itself", "click", "box", "confidence", ""), rows)
        )
    if results.photos is not None:
        parts.append("## Subject asked, subject done, by photo\n\n" + _by_photo(results.photos.subject))
        wrong = [t for t in (*results.photos.camera, *results.photos.subject) if t.wrong]
        listed = "\n".join(
            f"* {', '.join(filter(None, (t.photo, t.shown or 'by itself', t.rendering)))}: “{t.prompt}”: {'; '.join(t.wrong)}"
            for t in wrong
        )
        parts.append(f"## What went wrong on photos\n\n{listed}")
    if results.bench is not None:
        parts.append("## Speed\n\n" + bench_table(results.bench))
    return "\n\n".join(parts) + "\n"


def written(results: Results, path: Path) -> None:
    """Put the measured part into a page, between its marks; a new page if there is none."""
    page = path.read_text("utf-8") if path.exists() else f"# Results\n\n{BEGIN}\n{END}\n"
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{markdown(results)}{END}{after}", "utf-8")


def bench_table(bench: Bench) -> str:
    """Speed beside zoompan's, with the machine."""
    rows = [
        ("whole command, start to file", f"{bench.command:.2f} s", f"{bench.peer:.2f} s (no start, no words)"),
        ("everything after loading", f"{bench.after_load:.2f} s", ""),
        *((f"… {stage}", f"{seconds:.2f} s", "") for stage, seconds in bench.stages.items()),
        ("peak memory", f"{bench.peak_memory / 2**20:.0f} MiB", ""),
        ("camera moves right, by the ruler", f"{bench.ours_right}/{bench.moves}", f"{bench.peer_right}/{bench.moves}"),
        (
            "first frame is the photo",
            f"{bench.ours_start_as_photo}/{bench.moves}",
            f"{bench.peer_starts_as_photo}/{bench.moves}",
        ),
        ("one second of clip costs", f"{bench.after_load / 3:.2f} s", f"{bench.peer / 3:.2f} s"),
    ]
    head = f"1280×720, 72 frames, {bench.machine}. The peer is ffmpeg's zoompan with the same encoder."
    moved = f"{head}\n\n" + _table(("", "mutoscope", "zoompan"), rows)
    drawn = [] if bench.drawing is None else [bench.drawing.table()]
    families = [speed_table(bench.families)] if bench.families else []
    return "\n\n".join([moved, *drawn, *families])


def _bars(results: Results) -> list[tuple[str, str, str, str]]:
    rows: list[tuple[str, str, str, str]] = []
    photos, mattes, bench = results.photos, results.mattes, results.bench
    if photos is not None:
        least, mean = min(photos.first_frame.values()), _mean(photos.first_frame.values())
        rows.append(
            (
                "first frame, PSNR",
                "≥ 38 dB",
                "42 dB",
                f"{mean:.1f} dB (least {least:.1f}, {len(photos.first_frame)} photos)",
            )
        )
        rows.append(("camera on photos", "≥ 95 %", "99 %", str(rate([not t.wrong for t in photos.camera]))))
    for kind, card in results.scenes.items():
        if card.model is not None:
            bar, stretch = _CAPTION_BARS[kind]
            true = f"; true clips {100 * card.true.caption.share:.0f} %, shuffled {100 * card.shuffled.caption.share:.0f} %"
            rows.append((f"whole caption, {kind}", bar, stretch, f"{card.model.caption}{true}"))
    if mattes is not None:
        rows.append((f"matte by itself, IoU ≥ {RIGHT}", "≥ 45 %", "60 %", _percent(mattes.alone)))
        rows.append(
            (
                "matte sure and right",
                "≥ 85 %",
                "90 %",
                f"{_percent(mattes.sure_and_right)} of the {_percent(mattes.coverage)} it is sure of",
            )
        )
        rows.append(("matte, one click", "≥ 40 %", "60 %", _percent(mattes.clicked)))
        rows.append(("matte, a box", "≥ 70 %", "85 %", _percent(mattes.boxed)))
    if photos is not None:
        for shown, bar, stretch in (("", "≥ 75 %", "90 %"), ("click", "≥ 85 %", "95 %"), ("box", "≥ 85 %", "95 %")):
            done = rate([not t.wrong for t in photos.subject if t.shown == shown])
            if done.asked:
                rows.append((f"subject on photos, {shown or 'by itself'}", bar, stretch, str(done)))
    if results.scenes and (seen := next(iter(results.scenes.values())).model) is not None:
        promptly = f"within {PROMPTLY} s {100 * seen.prompt_change.share:.0f} %"
        change = f"{seen.change}; {promptly}, mean error {seen.timing_error:.2f} s"
        rows.append(("“A, then B”: right order", "≥ 95 %", "99 %", str(seen.order)))
        rows.append((f"“A, then B”: change within {IN_TIME} s", "asked: 0.2 s", "0.1 s", change))
    if photos is not None and photos.seeds:
        sharp = f"{_percent(_mean(photos.sharpness.values()))} (least {_percent(min(photos.sharpness.values()))})"
        rows.append(("sharpness of the last frame", "≥ 85 %", "95 %", sharp))
        gaps = photos.seeds_apart.values()
        seeds = f"{photos.seeds_right} of {photos.seeds} pass; two are {_mean(gaps):.1f} grey levels apart (least {min(gaps):.1f})"
        rows.append(("eight seeds", "differ, all pass", "", seeds))
    if bench is not None:
        rows.append(("after loading, 1280×720, 72 frames", "≤ 3 s", "1.5 s", f"{bench.after_load:.2f} s"))
        rows.append(("whole command", "≤ 8 s", "5 s", f"{bench.command:.2f} s"))
        rows.append(("peak memory", "< 2 GiB", "1 GiB", f"{bench.peak_memory / 2**30:.2f} GiB"))
    return rows


def _by_photo(trials: Sequence[Trial]) -> str:
    names = sorted({trial.photo for trial in trials})
    ways = [way for way in ("", "click", "box") if any(trial.shown == way for trial in trials)]
    rows = []
    for name in names:
        cells = []
        for shown in ways:
            own = [t for t in trials if t.photo == name and t.shown == shown]
            how = f" ({own[0].rendering})" if own[0].rendering else ""
            cells.append(f"{sum(not t.wrong for t in own)}/{len(own)}{how}")
        rows.append((name, *cells))
    return _table(("photo", *(way or "by itself" for way in ways)), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return float(sum(numbers) / len(numbers))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
