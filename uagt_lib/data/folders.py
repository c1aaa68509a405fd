"""Photographs from folders: trainA, trainB and, where there are any, testA, testB (A = source, B = target domain).

The two domains are unpaired, so their folders may hold different numbers of pictures. Photographs come grey, CMYK,
transparent, 16-bit or rotated by EXIF; here each becomes plain RGB, or is refused by a sentence with its name in it.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib.errors import UagtError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
MIN_SIDE = 16  # pixels; smaller pictures are tracking pixels and broken thumbnails, not photographs
MAX_PIXELS = 80_000_000  # below the size at which PIL starts to warn, so that what we accept never warns
MANY = 200  # pictures; from here on reading them takes long enough for a progress bar
LAYOUT = "a data folder holds trainA and trainB (A = source, B = target) and optionally testA and testB, images inside"


def list_images(folder: str | Path) -> list[Path]:
    """The image files directly in `folder`, sorted by name; hidden files and other kinds of file are passed over.

    Raises UagtError if the folder is missing, is not a folder, cannot be read, or holds no image.
    """
    folder = Path(folder)
    if not folder.exists():
        raise UagtError(f"{folder} does not exist; {LAYOUT}.")
    if not folder.is_dir():
        raise UagtError(f"{folder} is a file where a folder of images is needed; {LAYOUT}.")
    try:
        entries = sorted(folder.iterdir())
    except OSError as problem:
        raise UagtError(f"{folder} cannot be read ({problem.strerror}); check its permissions.") from problem
    images = [p for p in entries if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and not p.is_dir()]
    if not images:
        kinds = ", ".join(sorted(suffix[1:] for suffix in SUFFIXES))
        raise UagtError(f"{folder} holds no image ({kinds}); {LAYOUT}.")
    return images


def read_image(path: str | Path) -> Image.Image:
    """One picture as 8-bit RGB, upright, transparency laid over white, 16-bit values scaled to 8.

    Raises UagtError, naming the file, if it is missing, unreadable, damaged, not an image, smaller than `MIN_SIDE`
    on a side, or larger than `MAX_PIXELS` (found out from the header, before anything is decoded).
    """
    return _decode(Path(path), _to_rgb)


def load_images(folder: str | Path, size: int | tuple[int, int]) -> Tensor:
    """All images of a folder: uint8 (N, 3, h, w), values 0..255, in the order of `list_images`.

    `size` is h = w, or (h, w). Pictures are stretched to it, not cropped, as in the paper's program.
    Raises UagtError as `list_images` and `read_image` do: one damaged file stops the loading with its name.
    """
    paths, (height, width) = list_images(folder), _height_width(size)
    images = torch.empty(len(paths), 3, height, width, dtype=torch.uint8)
    for i, path in enumerate(_progress(paths, folder)):
        images[i] = _tensor(read_image(path), height, width)
    return images


def load_masks(folder: str | Path, size: int | tuple[int, int]) -> Tensor:
    """All masks of a folder: float32 (N, 1, h, w) in [0, 1], 1 = foreground, from pictures holding 0/1 or 0/255.

    Raises UagtError as `load_images` does, and for a picture whose values fit neither range.
    """
    paths, (height, width) = list_images(folder), _height_width(size)
    masks = torch.empty(len(paths), 1, height, width)
    for i, path in enumerate(_progress(paths, folder)):
        masks[i] = _tensor(_decode(path, _to_mask), height, width)
    return masks


def load_masked(images_dir: str | Path, masks_dir: str | Path, size: int | tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Photographs with their masks, paired by `pair_masks`.

    Returns images uint8 (N, 3, h, w) and masks float32 (N, 1, h, w) in [0, 1], in the order of the images' names.
    Raises UagtError as `pair_masks`, `read_image` and `read_mask` do.
    """
    (height, width), masks_of = _height_width(size), pair_masks(images_dir, masks_dir)
    paths = list_images(images_dir)
    images = torch.empty(len(paths), 3, height, width, dtype=torch.uint8)
    masks = torch.empty(len(paths), 1, height, width)
    for i, path in enumerate(_progress(paths, images_dir)):
        image = read_image(path)
        mask = read_mask(masks_of[path.stem], path, image.size)
        images[i], masks[i] = _tensor(image, height, width), _tensor(mask, height, width)
    return images, masks


def pair_masks(images_dir: str | Path, masks_dir: str | Path) -> dict[str, Path]:
    """Each photograph's mask, by their common name without suffix: horse001.jpg goes with horse001.png.

    Raises UagtError if a picture has no partner, or two pictures of a folder have one name, and as `list_images`.
    """
    images_of, masks_of = _by_stem(images_dir), _by_stem(masks_dir)
    for have, other, folder in ((images_of, masks_of, masks_dir), (masks_of, images_of, images_dir)):
        if alone := [path.name for stem, path in have.items() if stem not in other]:
            names = ", ".join(alone[:3]) + (", ..." if len(alone) > 3 else "")
            raise UagtError(f"{folder} has no partner for {names} ({len(alone)} in all); add it, or take these out.")
    return masks_of


def read_mask(path: Path, picture: Path, size: tuple[int, int]) -> Image.Image:
    """The mask of a picture of `size` (width, height), as a float picture (PIL's mode F) in [0, 1]; 1 = foreground.

    Raises UagtError as `read_image` does, for values that are neither 0/1 nor 0/255, and for a mask of another size.
    """
    mask = _decode(path, _to_mask)
    if mask.size != size:
        raise UagtError(
            f"{path} has {mask.size[0]} x {mask.size[1]} pixels but {picture} has {size[0]} x {size[1]}; a mask needs "
            "its picture's size."
        )
    return mask


def _decode(path: Path, convert: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """Open, check, turn upright and convert one picture; every way this can fail becomes one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower, and says more
            picture = Image.open(path)  # reads the header only
        with picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                raise Image.DecompressionBombError
            if min(width, height) < MIN_SIDE:
                raise UagtError(f"is {width} x {height} pixels, under {MIN_SIDE} on a side; take it out of the folder.")
            return convert(ImageOps.exif_transpose(picture))
    except UagtError as problem:
        raise UagtError(f"{path} {problem}") from None
    except Image.DecompressionBombError:
        raise UagtError(f"{path} has more than {MAX_PIXELS // 10**6} megapixels; scale it down first.") from None
    except UnidentifiedImageError as problem:
        raise UagtError(f"{path} is not an image, whatever its name says; take it out of the folder.") from problem
    except Exception as problem:  # a damaged file can make a decoder raise nearly anything
        if isinstance(problem, OSError) and problem.errno:  # the system's complaint, not the decoder's
            raise UagtError(f"{path} cannot be read ({problem.strerror}); check name and permissions.") from problem
        raise UagtError(f"{path} is damaged ({problem}); fetch it again or take it out.") from problem


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        picture = Image.fromarray(np.rint(_values_16(picture) / 257).astype(np.uint8))  # 65535 / 257 = 255
    if picture.mode == "F":
        raise UagtError("has floating-point pixels, whose range nobody knows; save it with 8 or 16 bits.")
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture.convert("RGBA"))
        picture = white
    return picture.convert("RGB")


def _to_mask(picture: Image.Image) -> Image.Image:
    """The mask as a float picture (PIL's mode F) with values in [0, 1]."""
    values = _values_16(picture) if picture.mode.startswith("I") else np.asarray(picture.convert("L"))
    largest = int(values.max())
    full = next(full for full in (1, 255, 65535) if largest <= full)
    if 0 < largest < full / 2:  # class numbers or palette colours, say: dividing would give a faint mask
        raise UagtError(f"is not a mask: its largest value is {largest}; save it with 0/1 or 0/255.")
    return Image.fromarray(values.astype(np.float32) / np.float32(full))


def _values_16(picture: Image.Image) -> np.ndarray:
    """The pixels of a grey picture of 16 bits, which PIL may open in its 16-bit or its 32-bit integer mode."""
    values = np.asarray(picture)
    if values.min() < 0 or values.max() > 65535:
        raise UagtError(f"has values from {values.min()} to {values.max()}; save it with 8 or 16 bits.")
    return values


def _tensor(picture: Image.Image, height: int, width: int) -> Tensor:
    """A picture stretched to (C, height, width). PIL's filters antialias when they shrink."""
    # Bilinear for masks (mode F): bicubic overshoots at edges, and a mask must stay in [0, 1].
    how = Image.Resampling.BILINEAR if picture.mode == "F" else Image.Resampling.BICUBIC
    pixels = torch.from_numpy(np.array(picture.resize((width, height), how)))
    return pixels[None].clamp(0, 1) if picture.mode == "F" else pixels.permute(2, 0, 1)


def _by_stem(folder: str | Path) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for path in list_images(folder):
        if path.stem in paths:
            raise UagtError(f"{folder} has both {paths[path.stem].name} and {path.name}; keep one of them.")
        paths[path.stem] = path
    return paths


def _height_width(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 1:
        raise UagtError(f"size {size} is not a picture's size; give height and width of at least 1 pixel.")
    return height, width


def _progress(items: list, folder: str | Path) -> tqdm:
    return tqdm(items, desc=Path(folder).name, unit="image", disable=len(items) <= MANY)
