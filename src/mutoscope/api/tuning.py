"""LoRAs: trained on a folder of captioned clips, and shown before and after."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mutoscope.api.loading import RUNS
from mutoscope.hub.captioned_clips import CaptionedClip, open_clip
from mutoscope.hub.catalogue import known_model
from mutoscope.hub.model import HubModel
from mutoscope.hub.pipeline import HubPipeline
from mutoscope.hub.shelf import open_model
from mutoscope.hub.tuning import Tuned, Tuning, tune
from mutoscope.media.contact_sheet import compared
from mutoscope.request import HUB, GenerateRequest, parse_size

Pixels = NDArray[np.uint8]


def train_lora(
    model: str, clips: Path, *, wishes: Tuning | None = None, folder: Path = RUNS / "lora", start: Path | None = None,
    sampling: int | None = None, tell: Callable[[str], None] = print,
) -> Path:  # fmt: skip
    """Train a LoRA for a large model; the folder, which `lora=` takes, with the weights, a card and a sheet.

    The sheet shows a few clips: each as it is, and as the model draws its caption before and after, in `sampling` steps.
    """
    begun = time.monotonic()
    wishes = wishes or Tuning()
    found = open_model(model.removeprefix(HUB))
    tuned = tune(found, clips, wishes, folder, start, tell)
    minutes = (time.monotonic() - begun) / 60
    tell(f"error {tuned.before:.4f} before, {tuned.after:.4f} after; drawing clips before and after")
    rows: list[tuple[str, Pixels]] = []
    changes = []
    for clip in tuned.shown[: wishes.shown]:
        true = open_clip(clip, tuned.dialect, parse_size(wishes.size) if wishes.size else None, _longest(tuned))
        plain, changed = (
            _drawn(HubPipeline(model=found), clip, true, tuned, lora, wishes.seed, sampling) for lora in (None, folder)
        )
        changes.append(float(np.abs(plain.astype(int) - changed).mean()))
        rows += [(f"clip: {clip.caption}"[:120], true), ("before", plain), ("after", changed)]
    if rows:
        Image.fromarray(compared(rows)).save(folder / "sheet.png")
    card = _card(found, model.removeprefix(HUB), tuned, wishes, minutes, changes, start)
    (folder / "card.md").write_text(card, "utf-8")
    return folder


def _longest(tuned: Tuned) -> int:
    return round(tuned.seconds * tuned.dialect.fps)


def _drawn(
    pipeline: HubPipeline, clip: CaptionedClip, true: Pixels, tuned: Tuned, lora: Path | None, seed: int, steps: int | None
) -> Pixels:  # fmt: skip
    """What the model makes of a clip's caption (and of its first and last frame, where it needs them)."""
    height, width = true.shape[1:3]
    seconds = min(10.0, max(0.5, len(true) / tuned.dialect.fps))
    with TemporaryDirectory() as place:
        last = Path(place) / "last.png"
        Image.fromarray(true[-1]).save(last)
        request = GenerateRequest(
            prompt=clip.caption, model=f"{HUB}{pipeline.model.name}", seconds=seconds, size=f"{width}x{height}",
            seed=seed, steps=steps, lora=str(lora) if lora else None, last=str(last) if tuned.dialect.kind == "last" else None,
        )  # fmt: skip
        photo = true[0] if tuned.dialect.kind != "text" else None
        return pipeline.generate(request, pixels=photo).frames


def _card(
    model: HubModel, asked: str, tuned: Tuned, wishes: Tuning, minutes: float, changes: list[float], start: Path | None
) -> str:  # fmt: skip
    known, at = known_model(model.name), f" at {model.revision}" if model.revision else ""
    on = f"{len(tuned.shown)} clips that it was not trained on" if tuned.kept_out else "the clips it was trained on"
    facts = {
        "Model": f"{model.name}{at}, as {tuned.dialect.pipeline}",
        "Licence": f"that of the model applies{f': {known.licence}' if known and known.licence else ''}",
        "Clips": f"{tuned.taught}, the first {tuned.seconds:.2g} seconds of each at most",
        "Training": f"{wishes.steps} steps, rank {wishes.rank}, rate {wishes.rate:g}, seed {wishes.seed}, {minutes:.1f} minutes",
        "Error of the velocity": f"{tuned.before:.4f} before, {tuned.after:.4f} after, on {on} (lower is better)",
    }
    if changes:
        facts["Change"] = f"drawn clips differ by {np.mean(changes):.1f} of 255 on average: see sheet.png"
    if start:
        facts["Started with"] = start.name
    facts["Use"] = f'`mutoscope generate "…" --model {HUB}{asked} --lora {tuned.folder.name}`'
    return f"# LoRA {tuned.folder.name}\n\n" + "\n".join(f"* {key}: {value}" for key, value in facts.items()) + "\n"
