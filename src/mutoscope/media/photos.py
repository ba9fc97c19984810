"""Photos of any kind that a person has, as upright RGB pixels, and the size of the clip they become."""

import errno
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError

from mutoscope.errors import MutoscopeError
from mutoscope.request import SMALLEST_SIDE, parse_size

Pixels = NDArray[np.uint8]

MOST_MEGAPIXELS = 100
SMALLEST_PHOTO = 16
LONGEST_SIDE = 1280  # of a clip where no size was asked
# What cameras, telephones, browsers and paint programs write. Others stay out: EPS, for one, runs a program.
FORMATS = ("JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "JPEG2000", "PPM", "ICO", "TGA", "HEIF")
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
# EXIF orientation (tag 274) to the turn that sets the photo upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {TURNS[orientation] for orientation in (5, 6, 7, 8)}
USE_A_PHOTO = "Use a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP."


@dataclass(frozen=True, kw_only=True, eq=False)
class PhotoFile:
    """The pixels (H, W, 3) of a photo file, and what was done to it that is worth saying."""

    pixels: Pixels
    notes: tuple[str, ...]


def open_photo(path: str | Path) -> Pixels:
    """The photo's pixels (H, W, 3), RGB, upright; see `read_photo`."""
    return read_photo(path).pixels


def read_photo(path: str | Path) -> PhotoFile:
    """A photo file as upright sRGB, transparency over white, the first picture of several (both are noted)."""
    image, several = _decoded(Path(path))
    notes = ["The file holds several pictures: the first was taken."] if several else []
    if image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() != (255, 255):
            notes.append("The photo is transparent in places: it was laid over white.")
    return PhotoFile(pixels=np.array(_rgb(image)), notes=tuple(notes))


def photo_size(path: str | Path) -> tuple[int, int]:
    """Height and width of a photo as it stands upright, from the head of its file: quick, and finds most faults."""
    with _teaching(Path(path)) as image:
        width, height = image.size
        return (width, height) if _turn_of(image) in SIDEWAYS else (height, width)


def open_mask(path: str | Path) -> Pixels:
    """A mask (H, W), 255 on the subject: the picture's transparency if it has any, else its brightness."""
    image, _ = _decoded(Path(path))
    alpha = image.convert("RGBA").getchannel("A") if image.has_transparency_data else None
    transparent = alpha is not None and alpha.getextrema() != (255, 255)
    mask = np.array(alpha if alpha is not None and transparent else _rgb(image).convert("L"))
    if mask.max() < 128 or mask.min() >= 128:
        raise MutoscopeError(
            f"The mask {path} is all {'black' if mask.max() < 128 else 'white'}.",
            "A mask is white where the subject is and black elsewhere.",
            "Paint the subject white on black.",
            "flat_mask",
        )
    return mask


def output_size(photo: tuple[int, int], size: str | None) -> tuple[int, int, tuple[str, ...]]:
    """Width and height of the clip of a photo (height, width), both even, and what is to be said about them.

    Without a size it is the photo's own, within 1280 for the longer side and 64 for the shorter.
    """
    if size is not None:
        wanted = parse_size(size)
        width, height = (side - side % 2 for side in wanted)
        odd = (f"The size {size} became {width}x{height}: a video needs even sides.",)
        return width, height, odd if (width, height) != wanted else ()
    tall, wide = photo
    scale = min(max(1.0, SMALLEST_SIDE / min(photo)), LONGEST_SIDE / max(photo))
    width, height = (max(SMALLEST_SIDE, round(side * scale) // 2 * 2) for side in (wide, tall))
    if min(photo) * scale < SMALLEST_SIDE - 1:
        why = "its ends are cut off, as it is very long"
    elif scale > 1:
        why = "the photo is very small"
    elif scale == 1 and (width, height) != (wide, tall):
        why = "a video needs even sides"
    else:
        return width, height, ()
    return width, height, (f"The photo is {wide}x{tall} and the clip {width}x{height}: {why}.",)


def fit_photo(pixels: Pixels, width: int, height: int) -> Pixels:
    """The photo (H, W, 3) at exactly that size: its largest centred part of that shape, resampled by Lanczos."""
    tall, wide = pixels.shape[:2]
    if (wide, tall) == (width, height):
        return pixels
    kept_width, kept_height = min(wide, tall * width / height), min(tall, wide * height / width)
    left, top = (wide - kept_width) / 2, (tall - kept_height) / 2
    if kept_width == width and kept_height == height:  # the same scale: whole pixels are cut off, none is resampled
        left, top = int(left), int(top)
    box = (left, top, left + kept_width, top + kept_height)
    return np.array(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS, box))


def _decoded(path: Path) -> tuple[Image.Image, bool]:
    """The file as a loaded, upright image of 8 bits, and whether it holds more pictures than that."""
    with _teaching(path) as image:
        several = image.format != "MPO" and getattr(image, "is_animated", False)  # an MPO's others are previews
        image.load()
        turn = _turn_of(image)
        return _eight_bit(image.copy() if turn is None else image.transpose(turn)), several


@contextmanager
def _teaching(path: Path) -> Iterator[Image.Image]:
    """The file's image, its pixels not yet read; what is wrong with it, here or inside, is told as a MutoscopeError."""
    start = _start_of(path)
    if start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS and not _reads_heic():
        raise MutoscopeError(
            f"The photo {path} is HEIC.",
            "HEIC needs the package pillow-heif, which is not installed.",
            "Save the photo as JPEG, or install it: pip install pillow-heif",
        )
    Image.init()
    readable = [known for known in FORMATS if known in Image.OPEN]
    try:
        with warnings.catch_warnings():  # Pillow warns at 89 megapixels; the limit of 100 below takes its place
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=readable)
        with image:
            _check_size(path, *image.size)
            yield image
    except MutoscopeError:
        raise
    except Image.DecompressionBombError as error:
        told = re.search(r"(\d+) pixels", str(error))  # Pillow opens it no further, and says nothing but this
        raise _too_large(path, f"{int(told[1]) // 1_000_000} megapixels" if told else "far more") from error
    except UnidentifiedImageError as error:
        raise MutoscopeError(
            f"The file {path} is no photo.", "It must be a picture that can be read.", USE_A_PHOTO, "unreadable_photo"
        ) from error
    except Exception as error:  # decoders of damaged files raise almost anything: SyntaxError, struct.error, …
        raise MutoscopeError(
            f"The photo {path} is damaged ({str(error)[:80]}).",
            "It must be a whole picture file.",
            "Copy or save it again.",
            "unreadable_photo",
        ) from error


def _reads_heic() -> bool:
    """Whether the optional package pillow-heif is here; it then teaches Pillow to open HEIC."""
    try:
        import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return False
    return True


def _start_of(path: Path) -> bytes:
    """The first bytes of a file that is there, is a file, may be read, and is not empty."""
    try:
        if path.is_dir():
            raise MutoscopeError(
                f"The photo {path} is a folder.", "It must be a picture file.", "Name a file inside it."
            )
        with path.open("rb") as file:
            start = file.read(16)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MutoscopeError(
            f"There is no photo {path}.", f"It is looked for from {os.getcwd()}.", "Check the name and the folder."
        ) from error
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.errno != errno.EINVAL else "not a name of a file"
        raise MutoscopeError(
            f"The photo {path} cannot be opened ({why}).",
            "It must be a file you may read.",
            "Check its name and permissions.",
        ) from error
    if not start:
        raise MutoscopeError(f"The photo {path} is empty.", "It must hold a picture.", "Copy or save it again.")
    return start


def _check_size(path: Path, width: int, height: int) -> None:
    if width * height > MOST_MEGAPIXELS * 1_000_000:
        raise _too_large(path, f"{width}x{height}")
    if min(width, height) < SMALLEST_PHOTO:
        raise MutoscopeError(
            f"The photo {path} is {width}x{height} pixels.",
            f"It must be at least {SMALLEST_PHOTO}x{SMALLEST_PHOTO}.",
            "Use a larger photo.",
            "photo_too_small",
        )


def _too_large(path: Path, size: str) -> MutoscopeError:
    return MutoscopeError(
        f"The photo {path} is too large ({size}).",
        f"It may have {MOST_MEGAPIXELS} megapixels.",
        "Make it smaller first.",
        "photo_too_large",
    )


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """What sets the image upright; EXIF that cannot be read says nothing."""
    try:
        return TURNS.get(image.getexif().get(274, 1))
    except Exception:  # it is parsed from bytes that anyone may have written
        return None


def _eight_bit(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16-bit grey; its two ends stay black and white
        return Image.fromarray((np.asarray(image).clip(0, 65535).astype(np.float32) / 257).round().astype(np.uint8))
    if image.mode == "F":
        raise MutoscopeError(
            "The photo holds floating-point numbers.", "A photo has 8 or 16 bits.", "Save it with 16 bits."
        )
    return image.convert("L") if image.mode == "1" else image


def _rgb(image: Image.Image) -> Image.Image:
    """Any 8-bit mode as sRGB, transparency over white."""
    image = _in_srgb(image)
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image carried from its colour profile to sRGB; a profile that is absent, sRGB, or damaged changes nothing."""
    embedded = image.info.get("icc_profile")
    if not embedded or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(embedded))
        if "srgb" in ImageCms.getProfileDescription(profile).lower():
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
