"""Where clips go, and whether what is given and asked for can be read and written."""

import argparse
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mutoscope.errors import MutoscopeError
from mutoscope.progress import OnProgress
from mutoscope.request import GenerateRequest

if TYPE_CHECKING:
    from mutoscope.media.credentials import Credentials
    from mutoscope.media.video import Video


def targets_of(output: str | None, request: GenerateRequest) -> list[Path]:
    """Where each clip goes: clip-1.mp4, clip-2.mp4, …; a name that was asked for may be overwritten, no other."""
    count = request.keep or request.variants
    if output is None:
        names = [f"best-{place + 1}" if request.keep else f"{request.seed + place}" for place in range(count)]
        return [free_path(Path(f"mutoscope-{name}.mp4")) for name in names]
    path = Path(output)
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{index + 1}{path.suffix}") for index in range(count)]


def free_path(path: Path) -> Path:
    """That path, or the first with -2, -3, … where no file is yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def check_files(
    photos: Iterable[str | None], targets: list[Path], clip: Path | None = None, endings: Sequence[str] = ()
) -> None:
    """Whatever is wrong with files is told before a model is loaded, and nothing that was given is written over.

    `endings`: what may be written, where that is not a clip alone.
    """
    from mutoscope.media.photos import photo_size
    from mutoscope.media.video import ENDINGS, check_output

    given = [Path(photo) for photo in photos if photo is not None]
    for target in targets:
        check_output(target, endings or ENDINGS)
        for path in (*given, clip) if clip else given:
            if target.exists() and path.exists() and target.samefile(path):
                raise MutoscopeError(
                    f"The output {target} is also what was given.",
                    "It would be overwritten.",
                    "Choose another --output.",
                )
    for photo in given:
        photo_size(photo)
    if clip and not clip.is_file():
        raise MutoscopeError(f"There is no file {clip}.", f"It is looked for from {Path.cwd()}.", "Check its name.")


def signing(wanted: argparse.Namespace, targets: Iterable[Path]) -> "Credentials | None":
    """Who signs the clips, if anyone was named; whatever stands in the way is told before any work."""
    if wanted.certificate is None and wanted.private_key is None:
        return None
    from mutoscope.media.credentials import check_signable, credentials_of

    for target in targets:
        check_signable(target)
    return credentials_of(wanted.certificate, wanted.private_key)


def save_clip(
    video: "Video", target: Path, on_progress: OnProgress, credentials: "Credentials | None" = None
) -> dict[str, float]:
    """Write the video; seconds by stage, encoding among them."""
    started = time.perf_counter()
    video.save(target, on_progress, credentials)
    return {**video.stats.get("seconds", {}), "encode": time.perf_counter() - started}
