"""What is told of a clip: warnings for a person, and the path, or JSON, for whatever reads on."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mutoscope.manifest import Manifest
    from mutoscope.media.video import Video


def say(line: str) -> None:
    """Tell a person something, beside what is printed for other programs."""
    print(line, file=sys.stderr, flush=True)


def warn(manifest: "Manifest | None") -> None:
    """What was (not) understood, what cannot be done, and what was done otherwise than asked."""
    assert manifest is not None
    for word in manifest.not_understood:
        near = ", ".join(word["near"])
        say(f"warning: the word {word['word']!r} is not known{f'; near it: {near}' if near else ''}.")
    for word in manifest.impossible:
        say(f"warning: {word['word']!r} cannot be done: {word['reason']}")
    for segment in manifest.timeline:
        if "understood" in segment:  # a large model does not tell
            asked = ", ".join(segment["understood"]) or "stillness"
            say(f"understood: {segment['start']:g}-{segment['end']:g} s {asked}")
    if manifest.hub:
        say(f"settings: {', '.join(manifest.hub['settings'])}")
    for note in manifest.notes:
        say(f"note: {note}")


def tell(video: "Video", target: Path, seconds: dict[str, float], *, as_json: bool) -> None:
    """The path, or all that is worth knowing as one line of JSON, on stdout."""
    from mutoscope.clock import peak_memory

    manifest = video.manifest
    assert manifest is not None
    if not as_json:
        print(target, flush=True)
        return
    same = ("model", "frames", "fps", "width", "height", "timeline", "not_understood", "impossible", "rendering")
    told: dict[str, Any] = {
        "path": str(target),
        "seed": manifest.request["seed"],
        "seconds": {stage: round(spent, 3) for stage, spent in seconds.items()},
        "peak_memory": peak_memory(),
        **{name: getattr(manifest, name) for name in (*same, "alignment", "subject", "notes", "hub")},
    }
    print(json.dumps(told), flush=True)
