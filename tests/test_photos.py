"""Photos: every kind comes out upright and in its own colours, and what is no photo is refused in words."""

import io
import struct
import zlib
from importlib import util
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, features

from mutoscope.errors import MutoscopeError
from mutoscope.media.photos import fit_photo, open_mask, open_photo, output_size, photo_size, read_photo

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (40, 60, 200), (255, 255, 255)


def quarters() -> Image.Image:
    """48x32: red, green, blue and white quarters, so that every turn and mirroring shows."""
    image = Image.new("RGB", (48, 32), RED)
    for colour, corner in ((GREEN, (24, 0)), (BLUE, (0, 16)), (WHITE, (24, 16))):
        image.paste(colour, (*corner, corner[0] + 24, corner[1] + 16))
    return image


def corners(pixels: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours of the four quarters, row by row."""
    height, width = pixels.shape[:2]
    return [tuple(pixels[y, x].tolist()) for y in (height // 4, -height // 4) for x in (width // 4, -width // 4)]


def is_quarters(pixels: NDArray[np.uint8], tolerance: int = 6) -> bool:
    """Whether it shows the quarters, upright."""
    difference = np.abs(np.array(corners(pixels)) - np.array([RED, GREEN, BLUE, WHITE]))
    return pixels.shape == (32, 48, 3) and pixels.dtype == np.uint8 and bool(difference.max() <= tolerance)


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is of that size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_with_exif_rotation_is_turned_upright(orientation: int, tmp_path: Path) -> None:
    turns = Image.Transpose
    stored = {  # how a camera that was held so lays the upright picture down
        2: turns.FLIP_LEFT_RIGHT, 3: turns.ROTATE_180, 4: turns.FLIP_TOP_BOTTOM, 5: turns.TRANSPOSE,
        6: turns.ROTATE_90, 7: turns.TRANSVERSE, 8: turns.ROTATE_270,
    }  # fmt: skip
    image = quarters().transpose(stored[orientation]) if orientation > 1 else quarters()
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "p.jpg"
    image.save(path, exif=exif, quality=95, subsampling=0)
    assert is_quarters(open_photo(path))
    assert photo_size(path) == (32, 48)


@pytest.mark.parametrize("ending", ["png", "webp", "bmp", "tif", "ppm", "jp2", "avif", "jpg"])
def test_a_photo_opens_in_every_usual_format(ending: str, tmp_path: Path) -> None:
    if ending == "avif" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    quarters().save(tmp_path / f"p.{ending}", quality=98)
    assert is_quarters(open_photo(tmp_path / f"p.{ending}"), tolerance=8)


def test_a_palette_photo_keeps_its_colours_and_an_animation_gives_its_first_picture(tmp_path: Path) -> None:
    quarters().convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "p.png")
    assert is_quarters(open_photo(tmp_path / "p.png"))
    quarters().save(tmp_path / "p.gif", save_all=True, append_images=[Image.new("RGB", (48, 32), BLUE)])
    photo = read_photo(tmp_path / "p.gif")
    assert is_quarters(photo.pixels)
    assert "first" in photo.notes[0]


def test_transparency_is_laid_over_white_and_said(tmp_path: Path) -> None:
    clear = quarters().convert("RGBA")
    clear.paste((0, 0, 0, 0), (24, 16, 48, 32))  # the white quarter: transparent black
    clear.save(tmp_path / "rgba.png")
    quarters().convert("P", palette=Image.Palette.ADAPTIVE).save(tmp_path / "p.png")
    palette = Image.open(tmp_path / "p.png")
    palette.save(tmp_path / "palette.png", transparency=palette.getpixel((40, 24)))
    grey = Image.new("LA", (48, 32), (0, 0))
    grey.save(tmp_path / "grey.png")
    for name in ("rgba", "palette"):
        photo = read_photo(tmp_path / f"{name}.png")
        assert is_quarters(photo.pixels)
        assert "white" in photo.notes[0]
    assert open_photo(tmp_path / "grey.png").min() == 255
    assert read_photo(tmp_path / "p.png").notes == ()


def test_sixteen_bits_keep_their_greys(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 48).round().astype(np.uint16)[None].repeat(32, 0)
    Image.fromarray(ramp).save(tmp_path / "p.png")
    pixels = open_photo(tmp_path / "p.png")
    assert np.abs(pixels[0, :, 0].astype(int) - np.linspace(0, 255, 48)).max() < 1
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_grey_one_bit_and_cmyk_become_rgb(tmp_path: Path) -> None:
    Image.new("L", (48, 32), 90).save(tmp_path / "grey.jpg")
    assert np.abs(open_photo(tmp_path / "grey.jpg").astype(int) - 90).max() <= 1
    Image.new("1", (48, 32), 1).save(tmp_path / "bit.png")
    assert open_photo(tmp_path / "bit.png").min() == 255
    quarters().convert("CMYK").save(tmp_path / "cmyk.jpg", quality=98, subsampling=0)
    assert is_quarters(open_photo(tmp_path / "cmyk.jpg"), tolerance=12)


def test_a_colour_profile_is_carried_to_srgb(tmp_path: Path) -> None:
    quarters().save(tmp_path / "p.png", icc_profile=swapped_profile())
    assert corners(open_photo(tmp_path / "p.png"))[0][2] > 150  # what was stored as red is shown as blue
    quarters().save(tmp_path / "q.png", icc_profile=b"no profile at all")
    assert is_quarters(open_photo(tmp_path / "q.png"))


def swapped_profile() -> bytes:
    """sRGB with the primaries of red and blue exchanged: unmistakable when it is obeyed."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile).replace("sRGB".encode("utf-16-be"), "odd.".encode("utf-16-be"))


def test_heic_is_refused_by_name(tmp_path: Path) -> None:
    if util.find_spec("pillow_heif"):
        pytest.skip("pillow-heif is here: HEIC opens")
    (tmp_path / "p.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(64))
    with pytest.raises(MutoscopeError, match="is HEIC"):
        open_photo(tmp_path / "p.jpg")


def bad_files() -> dict[str, bytes]:
    """The bad input of the issue, by name."""
    whole = io.BytesIO()
    quarters().resize((480, 320)).save(whole, "JPEG")
    return {
        "empty.jpg": b"",
        "truncated.jpg": whole.getvalue()[: len(whole.getvalue()) // 2],
        "truncated.png": png_head(64, 64),
        "only-a-head.jpg": whole.getvalue()[:20],
        "text.jpg": b"This is no picture at all, whatever its name says.",
        "one-pixel.png": png_head(1, 1),
        "bomb.png": png_head(20_000, 20_000),
        "large.png": png_head(10_100, 10_100),
        "eps.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n",
    }


@pytest.mark.parametrize("name", bad_files())
@pytest.mark.filterwarnings("error")
def test_what_is_no_photo_is_refused_in_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(bad_files()[name])
    with pytest.raises(MutoscopeError) as caught:
        open_photo(path)
    assert name in caught.value.problem
    assert all((caught.value.rule, caught.value.cure))


def test_a_photo_that_is_far_too_large_is_told_how_large_it_is(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(bad_files()["bomb.png"])
    with pytest.raises(MutoscopeError, match="400 megapixels"):
        open_photo(tmp_path / "bomb.png")


@pytest.mark.parametrize("path", ["nowhere.jpg", ".", "a\0b.jpg", "x" * 5000, "nowhere.jpg/p.jpg"])
def test_a_photo_that_is_not_there_is_refused(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MutoscopeError):
        open_photo(path)
    with pytest.raises(MutoscopeError):
        photo_size(path)


def test_a_mask_is_read_from_brightness_or_from_transparency(tmp_path: Path) -> None:
    shape = np.zeros((32, 48), np.uint8)
    shape[8:24, 12:30] = 255
    Image.fromarray(shape).save(tmp_path / "grey.png")
    black = Image.new("RGB", (48, 32), "black")
    black.putalpha(Image.fromarray(shape))
    black.save(tmp_path / "cutout.png")
    for name in ("grey", "cutout"):
        assert np.array_equal(open_mask(tmp_path / f"{name}.png"), shape)


@pytest.mark.parametrize("shade", [0, 255])
def test_a_mask_of_one_colour_is_refused(shade: int, tmp_path: Path) -> None:
    Image.new("L", (48, 32), shade).save(tmp_path / "m.png")
    with pytest.raises(MutoscopeError, match="mask"):
        open_mask(tmp_path / "m.png")


@pytest.mark.parametrize(
    ("photo", "size", "wanted", "said"),
    [
        ((720, 1280), None, (1280, 720), ""),
        ((3024, 4032), None, (1280, 960), ""),
        ((4032, 3024), None, (960, 1280), ""),
        ((333, 501), None, (500, 332), "even"),
        ((720, 1280), "641x361", (640, 360), "even"),
        ((16, 16), None, (64, 64), "small"),
        ((16, 2000), None, (1280, 64), "long"),
    ],
)
def test_the_size_of_a_clip_is_even_and_what_was_changed_is_said(
    photo: tuple[int, int], size: str | None, wanted: tuple[int, int], said: str
) -> None:
    width, height, notes = output_size(photo, size)
    assert (width, height) == wanted
    assert (said in notes[0]) if said else notes == ()


def test_a_fitted_photo_is_its_centre_and_is_not_resampled_without_need() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    assert np.array_equal(fit_photo(pixels, 60, 40), pixels)
    assert np.array_equal(fit_photo(pixels, 40, 40), pixels[:, 10:50])
    assert fit_photo(pixels, 30, 20).shape == (20, 30, 3)
    assert is_quarters(fit_photo(np.array(quarters().resize((480, 400), 0)), 48, 32))
