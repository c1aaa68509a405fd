"""One picture file: told by what is in it, not by its name, and read as plain RGB or as a mask.

One rule for every format:

    Which      Formats in `FORMATS`, and nothing else: EPS and WMF would run another program, and formats that carry
               data or film are no pictures. HEIC is read where pillow-heif is installed.
    Pixels     Upright, as EXIF says. The first frame of an animation, the first page of a document.
    Colours    Grey, palettes and CMYK become RGB; colour profiles are not applied. Lab is refused.
    Bit depth  The range of the file becomes 0..255: 65535 (of 16 bits), 4095 (of 12), 15, 3 and 1 are all white.
               Integers of 32 bits count as 16. Floating point is refused, for nobody knows its range.
    Transparency  is laid over white; in masks over black, for what is not there is no object. The colour that some
               files call transparent is compared at the file's own depth (RGB of 16 bits: the upper 8, which are what
               Pillow keeps). A picture without a single opaque pixel is refused.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from uagt_lib.errors import UagtError
from uagt_lib.files import check_regular

FORMATS = (
    *("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "JPEG2000", "AVIF", "HEIF"),
    *("PPM", "PSD", "QOI", "SGI", "PCX", "DDS", "ICO"),
)
MIN_SIDE = 16  # pixels; smaller pictures are tracking pixels and broken thumbnails, not photographs
MAX_PIXELS = 80_000_000  # below the size at which PIL starts to warn, so that what we accept never warns
UNREADABLE = {  # how files begin that people take for pictures, and what to do about them
    b"%!PS": "is EPS, a program rather than pixels, which is never run here; save it as PNG.",
    b"\xc5\xd0\xd3\xc6": "is EPS, a program rather than pixels, which is never run here; save it as PNG.",
    b"%PDF": "is a PDF document; save its pictures as PNG.",
    b"\xff\x0a": "is JPEG XL; save it as PNG.",
    b"\0\0\0\x0cJXL ": "is JPEG XL; save it as PNG.",
}
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def read_image(path: str | Path) -> Image.Image:
    """One picture as 8-bit RGB, by the rule above.

    Raises UagtError, naming the file, if it is missing, no regular file, unreadable, damaged, no picture, transparent
    everywhere, smaller than `MIN_SIDE` on a side, or larger than `MAX_PIXELS` (found out from the header, before
    anything is decoded).

    >>> read_image("data/samples/testA/0000.png").size
    (64, 64)
    """
    with _opened(Path(path)) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return _to_rgb(picture)


def to_rgb(picture: Image.Image) -> Image.Image:
    """A PIL image as 8-bit RGB, by the rule above; of 16 bits if it is deeper than 8 and does not say how deep.

    Raises UagtError where `read_image` would.

    >>> to_rgb(Image.new("LA", (32, 32), (0, 128))).getpixel((0, 0))  # half a black over white
    (127, 127, 127)
    """
    upright = ImageOps.exif_transpose(picture)
    upright.info.setdefault("top", 65535)
    try:
        return _to_rgb(upright)
    except UagtError as problem:
        raise UagtError(f"the picture {problem}") from None


def read_mask(path: str | Path) -> Image.Image:
    """One mask as a float picture (PIL's mode F) with values in [0, 1], from pictures holding 0/1, 0/255 or 0/65535.

    Raises UagtError as `read_image` does, and for a picture whose values fit no such range.
    """
    with _opened(Path(path)) as picture:
        ImageOps.exif_transpose(picture, in_place=True)
        return _to_mask(picture)


def size_of(path: str | Path) -> tuple[int, int]:
    """Width and height as `read_image` gives them, from the header alone. Raises UagtError as it does."""
    with _opened(Path(path)) as picture:
        lies_on_its_side = picture.getexif().get(ExifTags.Base.Orientation) in (5, 6, 7, 8)
        return picture.size[::-1] if lies_on_its_side else picture.size


def is_picture(path: Path) -> bool:
    """Whether a regular file is a picture that can be opened here, by its header."""
    try:
        check_regular(path)
        with _quiet(), _open(path):
            return True
    except Image.DecompressionBombError:
        return True  # too large a picture, which reading will say
    except Exception:  # a decoder may raise nearly anything about what is no picture
        return False


@cache
def _formats() -> tuple[str, ...]:
    """Those of `FORMATS` that this Pillow knows."""
    with suppress(ImportError):
        import pillow_heif

        pillow_heif.register_heif_opener()
    Image.init()
    return tuple(name for name in FORMATS if name in Image.OPEN)


def _open(path: Path) -> Image.Image:
    """Reads the header only. TGA has no signature, nearly anything would pass for it: there the name must say so."""
    return Image.open(path, formats=[*_formats(), *(["TGA"] if path.suffix.lower() == ".tga" else [])])


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Pillow's warnings: a file gives a picture or one sentence of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open and check one picture, its header so far; every way this or reading it can fail becomes one sentence."""
    check_regular(path)
    try:
        with _quiet(), _open(path) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            if min(width, height) < MIN_SIDE:
                raise UagtError(f"is {width} x {height} pixels, under {MIN_SIDE} on a side; take it out of the folder.")
            _note_depth(picture)
            yield picture
    except UagtError as problem:
        raise UagtError(f"{path} {problem}") from None
    except Image.DecompressionBombError:
        raise UagtError(f"{path} has more than {MAX_PIXELS // 10**6} megapixels; scale it down first.") from None
    except UnidentifiedImageError as problem:
        raise UagtError(f"{path} {_what_else(path)}") from problem
    except MemoryError as problem:
        raise UagtError(f"{path} needs more memory than is free; scale it down first.") from problem
    except Exception as problem:  # a damaged file can make a decoder raise nearly anything
        if isinstance(problem, OSError) and problem.errno:  # the system's complaint, not the decoder's
            raise UagtError(f"{path} cannot be read ({problem.strerror}); check name and permissions.") from problem
        raise UagtError(f"{path} is damaged ({problem}); fetch it again or take it out.") from problem


def _what_else(path: Path) -> str:
    """What a file is that does not open as a picture, and what to do about it."""
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        return "is not an image but empty; fetch it again or take it out."
    if start[4:8] == b"ftyp" and start[8:12] in HEIC:
        return "is HEIC: pip install pillow-heif and it is read, or save it as JPEG."
    if start[4:8] == b"ftyp" and start[8:12] in (b"avif", b"avis"):
        return "is AVIF, and damaged or newer than this Pillow: pip install --upgrade pillow, or save it as PNG."
    for signature, sentence in UNREADABLE.items():
        if start.startswith(signature):
            return sentence
    for name in _formats():
        if (accept := Image.OPEN[name][1]) and accept(start) is True:
            return f"is damaged, or a kind of {name} that Pillow cannot read; save it as PNG or take it out."
    return "is not an image, whatever its name says; take it out of the folder."


def _note_depth(picture: Image.Image) -> None:
    """Write down, while it is still known, the file's own range: as `info["top"]`, and in its transparent colour."""
    arguments = (picture.tile[0][3] if getattr(picture, "tile", None) else None) or ""
    raw, key = arguments[0] if isinstance(arguments, tuple) else arguments, picture.info.get("transparency")
    picture.info["top"] = 4095 if raw == "I;12" else 65535
    if raw in ("L;2", "L;4") and isinstance(key, int):
        picture.info["transparency"] = key * {"L;2": 85, "L;4": 17}[raw]
    if raw == "RGB;16B" and isinstance(key, tuple):
        picture.info["transparency"] = tuple(value >> 8 for value in key)


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode == "F":
        raise UagtError("has floating-point pixels, whose range nobody knows; save it with 8 or 16 bits.")
    if picture.mode == "LAB":
        raise UagtError("has Lab colours; save it as RGB.")
    if picture.mode.startswith("I"):
        picture = _eight_bits(picture)
    picture = _opaque(picture, "white")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _to_mask(picture: Image.Image) -> Image.Image:
    picture = _opaque(picture, "black")
    if picture.mode.startswith("I"):
        values = np.where(_deep(picture) == picture.info.get("transparency", -1), 0, picture)
    else:
        values = np.asarray(picture if picture.mode == "F" else picture.convert("L"))
    largest = values.max()
    full = next((full for full in (1, 255, 65535) if largest <= full), 0)
    if not values.min() >= 0 or 0 < largest < full / 2 or (picture.mode == "F" and full != 1):
        # class numbers or palette colours, say: dividing would give a faint mask
        raise UagtError(f"is not a mask: it has values from {values.min()} to {largest}; save it with 0/1 or 0/255.")
    return Image.fromarray(np.divide(values, np.float32(full), dtype=np.float32))


def _opaque(picture: Image.Image, ground: str) -> Image.Image:
    """The picture over a ground of one colour, if any of it is transparent."""
    if not picture.has_transparency_data or picture.mode.startswith("I"):
        return picture
    seen = picture.convert("RGBA")
    if seen.getchannel("A").getextrema()[1] == 0:
        raise UagtError("is transparent everywhere; save it without its alpha channel, or take it out.")
    laid = Image.new("RGBA", seen.size, ground)
    laid.alpha_composite(seen)
    return laid


def _eight_bits(picture: Image.Image) -> Image.Image:
    """A deep grey picture as L, or as LA where one of its values stands for transparent."""
    values, key = _deep(picture), picture.info.get("transparency")
    grey = Image.fromarray(np.rint(values * (255 / picture.info["top"])).astype(np.uint8))
    if key is None:
        return grey
    return Image.merge("LA", (grey, Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8))))


def _deep(picture: Image.Image) -> np.ndarray:
    """The pixels of a grey picture of more than 8 bits, which PIL opens in its 16-bit or its 32-bit integer mode."""
    values = np.asarray(picture)
    if values.min() < 0 or values.max() > 65535:
        raise UagtError(f"has values from {values.min()} to {values.max()}; save it with 8 or 16 bits.")
    return values
