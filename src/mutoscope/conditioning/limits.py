"""What is worth saying about how far a photo's subject is moved: nothing, unless it was to move."""

from collections.abc import Iterable

from mutoscope.codecs.anatomy import find_anatomy
from mutoscope.codecs.picture import Rendering
from mutoscope.vision.finder import is_sure
from mutoscope.vision.subject import Subject

_UNFOUND = "No subject was found, so only the camera moves; show it (a click on the photo, --subject or --mask) to have it moved."
_UNSURE = "The subject was found without certainty; show it if it is another (a click on the photo, or --subject)."
_BENT = (
    "The photo is bent softly around its subject; "
    "painted (--mask), it is cut out and moves farther, if what is behind it can be guessed."
)
_SHORT = (
    "The photo is bent softly around its subject, so it follows an arrow only part of the way; "
    "painted (--mask), it is cut out and moves farther, if what is behind it can be guessed."
)
_UNKNOWN_BEHIND = (
    "What is behind the subject is too much to be guessed, so it is not cut out: "
    "the photo is bent softly around it, which lets it move less far."
)
_CUT = "The picture's edge cuts the subject, so it turns only a little: what lies beyond the edge is not known."


def notes_on(rendering: Rendering, subject: Subject, asked: Iterable[str], *, drawn: bool = False) -> tuple[str, ...]:
    """Notes on a photo moved in that way; `asked` are the meanings that were understood, `drawn` tells of an arrow."""
    wishes = [name for name in asked if name.startswith("subject: ")]
    if not wishes and not drawn:
        return ()
    match rendering:
        case "camera":
            return (_UNFOUND,)
        case "soft":
            if subject.source == "mask":
                return (_UNKNOWN_BEHIND,)
            bent = _SHORT if drawn else _BENT
            return (bent,) if is_sure(subject) else (_UNSURE, bent)
        case "layers":
            anatomy = find_anatomy(subject.matte)
            turned = any(name.startswith("subject: spin") for name in wishes)
            return (_CUT,) if turned and anatomy is not None and anatomy.cut else ()
