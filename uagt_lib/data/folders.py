"""Photographs from folders: trainA, trainB and, where there are any, testA, testB (A = source, B = target domain).

The two domains are unpaired, so their folders may hold different numbers of pictures. What a picture is, and how it is
read, says `picture`; here they are found, counted, brought to one size and put together with their masks.
"""

import unicodedata
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib import memory
from uagt_lib.data.picture import is_picture, read_image, read_mask, size_of
from uagt_lib.errors import UagtError, UagtWarning

# Names that promise a picture: where such a file is none, reading it says so. Of others the content decides.
SUFFIXES = {".jpg", ".jpeg", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".jp2", ".avif"}
CONTACT_SHEET = "contact_sheet.png"  # what we lay beside pictures to look at; it is never one of them
MANY = 200  # pictures; from here on reading them takes long enough for a progress bar
LAYOUT = (
    "a data folder holds trainA and trainB (A = source, B = target) and optionally testA and testB, images directly "
    "inside"
)


def list_images(folder: str | Path) -> list[Path]:
    """The pictures directly in `folder`, sorted by name: names of `SUFFIXES`, and whatever else opens as a picture.

    Hidden files (a dot before their name) do not count. Everything else is passed over, which one UagtWarning says.
    Raises UagtError if the folder is missing, is not a folder, cannot be read, or holds no image.
    """
    folder = Path(folder)
    if not folder.exists():
        raise UagtError(f"{folder} does not exist; {LAYOUT}.")
    if not folder.is_dir():
        raise UagtError(f"{folder} is a file where a folder of images is needed; {LAYOUT}.")
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as problem:
        raise UagtError(f"{folder} cannot be read ({problem.strerror}); check its permissions.") from problem
    images, others, inside = [], [], []
    for path in entries:
        if path.is_dir():
            inside.append(path)
        elif _counts(path):
            images.append(path)
        else:
            others.append(path)
    if not images:
        raise UagtError(f"{folder} holds no image ({_passed_over(others, inside) or 'it is empty'}); {LAYOUT}.")
    if others or inside:
        warnings.warn(f"{folder}: {_passed_over(others, inside)}", UagtWarning, stacklevel=2)
    return images


def holds_images(folder: Path) -> bool:
    """Whether `list_images` would find any."""
    return folder.is_dir() and any(_counts(path) for path in folder.iterdir())


def _counts(path: Path) -> bool:
    """Whether a file of a folder is one of its pictures."""
    if path.name.startswith(".") or path.name == CONTACT_SHEET:
        return False
    return is_image_name(path.name) or is_picture(path)


def is_image_name(name: str) -> bool:
    """Whether a name promises a picture."""
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def name_of(path: Path) -> str:
    """What a picture and its mask share: the name without suffix, in Unicode's composed form.

    (macOS writes an é as two characters, into zip archives too, other systems as one.)
    """
    return unicodedata.normalize("NFC", path.stem)


def load_image(path: str | Path, size: int | tuple[int, int] | None = None) -> Tensor:
    """One picture, uint8 (3, h, w), values 0..255: at its own size, or stretched to h = w = `size`, or to (h, w).

    Raises UagtError as `read_image` does.
    """
    picture = read_image(path)
    return to_pixels(picture) if size is None else _tensor(picture, *_height_width(size))


def to_pixels(picture: Image.Image) -> Tensor:
    """A PIL image in RGB as uint8 (3, H, W), values 0..255."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def load_images(folder: str | Path, size: int | tuple[int, int]) -> Tensor:
    """All images of a folder: uint8 (N, 3, h, w), values 0..255, in the order of `list_images`.

    `size` is h = w, or (h, w). Pictures are stretched to it, not cropped, as in the paper's program.
    Raises UagtError as `list_images` and `read_image` do: one damaged file stops the loading with its name; and where
    they are more than fits into memory.
    """
    paths, (height, width) = list_images(folder), _height_width(size)
    memory.check(len(paths) * 3 * height * width, f"the {len(paths)} pictures of {folder}, {width} x {height} pixels,")
    images = torch.empty(len(paths), 3, height, width, dtype=torch.uint8)
    for i, path in enumerate(_progress(paths, folder)):
        images[i] = load_image(path, size)
    return images


def load_masked(images_dir: str | Path, masks_dir: str | Path, size: int | tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Photographs with their masks, paired by `pair_masks`.

    Returns images uint8 (N, 3, h, w) and masks float32 (N, 1, h, w) in [0, 1], in the order of the images' names.
    Raises UagtError as `pair_masks`, `read_image` and `read_mask` do.
    """
    (height, width), masks_of = _height_width(size), pair_masks(images_dir, masks_dir)
    paths = list_images(images_dir)
    memory.check(len(paths) * 7 * height * width, f"the {len(paths)} pictures of {images_dir} with their masks")
    images = torch.empty(len(paths), 3, height, width, dtype=torch.uint8)
    masks = torch.empty(len(paths), 1, height, width)
    for i, path in enumerate(_progress(paths, images_dir)):
        images[i], masks[i] = load_image(path, size), load_mask_of(path, masks_of[name_of(path)], size)
    return images, masks


def pair_masks(images_dir: str | Path, masks_dir: str | Path) -> dict[str, Path]:
    """Each photograph's mask, by their common name (`name_of`): horse001.jpg goes with horse001.png.

    Raises UagtError if a picture has no partner, or two pictures of a folder have one name, and as `list_images`.
    """
    images_of, masks_of = _by_name(images_dir), _by_name(masks_dir)
    for have, other, folder in ((images_of, masks_of, masks_dir), (masks_of, images_of, images_dir)):
        if alone := [path.name for name, path in have.items() if name not in other]:
            names = ", ".join(alone[:3]) + (", ..." if len(alone) > 3 else "")
            raise UagtError(f"{folder} has no partner for {names} ({len(alone)} in all); add it, or take these out.")
    return masks_of


def load_mask_of(picture: Path, path: Path, size: int | tuple[int, int] | None = None) -> Tensor:
    """The mask in `path` of a picture: float32 (1, h, w) in [0, 1], of the size that `load_image` gives the picture.

    Raises UagtError as `read_mask` does, and for a mask that has not its picture's size.
    """
    mask, (width, height) = read_mask(path), size_of(picture)
    if mask.size != (width, height):
        raise UagtError(
            f"{path} has {mask.size[0]} x {mask.size[1]} pixels but {picture} has {width} x {height}; a mask needs its "
            "picture's size."
        )
    return _tensor(mask, *_height_width(size or (height, width)))


def _tensor(picture: Image.Image, height: int, width: int) -> Tensor:
    """A picture stretched to (C, height, width). PIL's filters antialias when they shrink."""
    # Bilinear for masks (mode F): bicubic overshoots at edges, and a mask must stay in [0, 1].
    how = Image.Resampling.BILINEAR if picture.mode == "F" else Image.Resampling.BICUBIC
    pixels = torch.from_numpy(np.array(picture.resize((width, height), how)))
    return pixels[None].clamp(0, 1) if picture.mode == "F" else pixels.permute(2, 0, 1)


def _passed_over(others: list[Path], folders: list[Path]) -> str:
    """What is no picture, counted and named, of each kind the first; "" if there is nothing."""
    kinds: dict[str, list[str]] = {}
    for path in others:
        kinds.setdefault(path.suffix, []).append(path.name)
    named = [names[0] + (f" and {len(names) - 1} more {kind}" if names[1:] else "") for kind, names in kinds.items()]
    named += [f"{path.name}/" for path in folders]
    counts = [f"{len(x)} {of}{'s' * (len(x) > 1)}" for x, of in ((others, "other file"), (folders, "folder")) if x]
    text = f"{' and '.join(counts)} passed over: {', '.join(named[:8])}" + ", ..." * (len(named) > 8)
    if {kind.lower() for kind in kinds} & {".heic", ".heif", ".hif"}:
        text += " (HEIC is read after pip install pillow-heif)"
    return text if counts else ""


def _by_name(folder: str | Path) -> dict[str, Path]:
    paths: dict[str, Path] = {}
    for path in list_images(folder):
        if (name := name_of(path)) in paths:
            raise UagtError(f"{folder} has both {paths[name].name} and {path.name}; keep one of them.")
        paths[name] = path
    return paths


def _height_width(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    if min(height, width) < 1:
        raise UagtError(f"size {size} is not a picture's size; give height and width of at least 1 pixel.")
    return height, width


def _progress(items: list, folder: str | Path) -> tqdm:
    return tqdm(items, desc=Path(folder).name, unit="image", disable=len(items) <= MANY)
