"""What a clip remembers about itself: all that is needed to make the same frames again."""

import hashlib
import json
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_origin

from mutoscope.errors import MutoscopeError

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

SCHEMA = 1


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """How a clip was made and what was (not) understood. It holds no time and no machine: same seed, same bytes."""

    version: str  # of Mutoscope
    model: str
    checkpoint: str  # sha256 of the weights, hex
    request: dict[str, Any]  # GenerateRequest.to_dict()
    photo_sha256: str  # empty if there was no photo
    frames: int
    fps: int
    width: int
    height: int
    rendering: str  # layers, soft or camera; drawn (by a large model)
    subject: dict[str, Any]  # source, confidence, box
    timeline: list[Any]  # of {text, start, end, understood}
    not_understood: list[Any]  # of {word, near}
    impossible: list[Any]  # of {word, reason}
    notes: list[Any]  # what was done otherwise than asked, in sentences
    frames_sha256: str  # of the frames before they were encoded
    torch: str  # its version: another one may round otherwise
    hub: dict[str, Any] = field(default_factory=dict)  # of a large model: pipelines, revision, settings, diffusers
    schema: int = SCHEMA
    # Of variants that were ranked: {score, place, of: the scores of all, best first}. Older clips do not say it.
    alignment: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("request", "subject", "timeline", "not_understood", "impossible", "notes", "hub", "alignment"):
            plain = json.loads(json.dumps(getattr(self, name), allow_nan=False))  # as it will be read: lists, no tuples
            object.__setattr__(self, name, plain)

    def to_json(self) -> str:
        """One line of JSON, always the same for the same manifest."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """The manifest that `to_json` wrote; MutoscopeError if it is damaged or of a newer kind."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _damaged("it is not JSON") from error
        if not isinstance(found, dict):
            raise _damaged("it is not an object")
        schema = found.get("schema")
        if type(schema) is int and schema > SCHEMA:
            raise MutoscopeError(
                f"The clip's manifest is of kind {schema}.",
                f"This version of Mutoscope reads kind {SCHEMA}.",
                "Update Mutoscope: pip install --upgrade mutoscope.",
            )
        wanted = {known.name: get_origin(known.type) or known.type for known in fields(cls)}
        later = {known.name for known in fields(cls) if known.default_factory is not MISSING}  # not in older clips
        if missing := sorted(wanted.keys() - found.keys() - later):
            raise _damaged(f"it lacks {', '.join(missing)}")
        if strange := sorted(found.keys() - wanted.keys()):
            raise _damaged(f"nothing is known of {', '.join(strange)[:80]}")
        if wrong := [name for name, kind in wanted.items() if name in found and type(found[name]) is not kind]:
            raise _damaged(f"{', '.join(wrong)} cannot be read")
        return cls(**found)


def fingerprint(pixels: "NDArray[uint8]") -> str:
    """The sha256 (hex) of an array of pixels: of its shape, then of its bytes."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update((pixels if pixels.flags.c_contiguous else pixels.copy()).data.cast("B"))
    return digest.hexdigest()


def _damaged(why: str) -> MutoscopeError:
    return MutoscopeError(
        f"The clip's manifest is damaged: {why}.",
        "It must be as Mutoscope wrote it.",
        "Take the clip as it was first saved.",
    )
