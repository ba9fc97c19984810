"""What a person says about the subject, carried from the photo to the part of it that the clip shows."""

import numpy as np

from mutoscope.conditioning.condition import Arrow
from mutoscope.errors import MutoscopeError
from mutoscope.media.photos import fit_photo, open_mask
from mutoscope.request import GenerateRequest, parse_arrow, parse_subject
from mutoscope.vision.subject import Box, SubjectHint

Size = tuple[int, int]  # height, width


def crop_window(photo: Size, clip: Size) -> Box:
    """The part of the photo (fractions) that a centred crop to the clip's aspect keeps."""
    wanted, given = clip[1] / clip[0], photo[1] / photo[0]
    width, height = min(1.0, wanted / given), min(1.0, given / wanted)
    return (1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2


def hint_of(request: GenerateRequest, photo: Size, clip: Size) -> SubjectHint | None:
    """The mask, box or click of a request in the clip's fractions (an arrow's start is a click); None if nothing is said."""
    if request.mask is not None:
        mask = fit_photo(np.repeat(open_mask(request.mask)[..., None], 3, axis=2), clip[1], clip[0])[..., 0]
        return SubjectHint(mask=mask)
    window = crop_window(photo, clip)
    said = parse_subject(request.subject) if request.subject is not None else None
    if said is None and request.drag is not None:
        x, y, _, _ = parse_arrow(request.drag)
        said = (x, y)
    match said:
        case None:
            return None
        case (x, y):
            return SubjectHint(point=_inside((x, y), window))
        case (left, top, right, bottom):
            corners = [_carried(p, window) for p in ((left, top), (right, bottom))]
            (x0, y0), (x1, y1) = (tuple(min(max(v, 0.0), 1.0) for v in corner) for corner in corners)
            if x1 - x0 < 0.01 or y1 - y0 < 0.01:
                raise _outside(request.subject)
            return SubjectHint(box=(x0, y0, x1, y1))


def arrow_of(request: GenerateRequest, photo: Size, clip: Size) -> Arrow | None:
    """How far the drawn arrow moves the subject, in fractions of the clip's frame."""
    if request.drag is None:
        return None
    left, top, right, bottom = crop_window(photo, clip)
    x0, y0, x1, y1 = parse_arrow(request.drag)
    return (x1 - x0) / (right - left), (y1 - y0) / (bottom - top)


def _carried(point: tuple[float, float], window: Box) -> tuple[float, float]:
    left, top, right, bottom = window
    return (point[0] - left) / (right - left), (point[1] - top) / (bottom - top)


def _inside(point: tuple[float, float], window: Box) -> tuple[float, float]:
    x, y = _carried(point, window)
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise _outside(f"{point[0]:g},{point[1]:g}")
    return x, y


def _outside(value: str | None) -> MutoscopeError:
    return MutoscopeError(
        f"The subject {value} lies in a part of the photo that the size crops away.",
        "A photo is cropped about its centre to the shape of the clip.",
        "Choose a --size of the photo's shape, or a subject nearer to the centre.",
    )
