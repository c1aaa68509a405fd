"""Translate pictures with trained networks: a picture of any size, a folder of them, or a batch at its own size."""

import errno
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib import memory
from uagt_lib.data.folders import CONTACT_SHEET, list_images, load_image, to_pixels
from uagt_lib.data.pairs import to_float, to_grey, to_picture, to_uint8
from uagt_lib.data.picture import read_image, to_rgb
from uagt_lib.data.sheets import contact_sheet, thumbnail
from uagt_lib.data.strips import stretched, strips
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder
from uagt_lib.method.compose import compose
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model, Translation

MAPS = "attention"  # the folder of the maps, beside the translations
NAME_REFUSED = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)  # what systems say to a name they cannot keep
Rows = Callable[[slice], Tensor]


@dataclass(frozen=True)
class TranslatedPicture:
    """What `translate` makes of a picture, of the picture's own size (H, W).

    Attributes:
        translated: the result, a PIL image in RGB: paint where attended, the picture itself elsewhere (Eq. 1).
        attention: the map as a grey PIL image: white is repainted, black is left alone.
        attention_array: the map's own values, float32 (H, W) in [0, 1].
    """

    translated: Image.Image
    attention: Image.Image
    attention_array: np.ndarray

    @property
    def translated_array(self) -> np.ndarray:
        """The result's pixels, uint8 (H, W, 3)."""
        return np.asarray(self.translated)


def translate(
    model: Model, picture: str | Path | Image.Image, direction: Direction | str = Direction.S2T
) -> TranslatedPicture:
    """Translate one picture of any size.

    Args:
        model: trained networks, as `load_model` gives them; on a GPU after `model.to("cuda")`.
        picture: a file, or a PIL image, by one rule (see `data.picture`).
        direction: "s2t", source to target (a horse becomes a zebra), or "t2s", back.

    Returns:
        The translated picture and its attention map, as PIL images and as arrays.

    Raises:
        UagtError: if it is no picture that can be used, or there is no such direction.

    >>> from uagt_lib import load_model, translate
    >>> result = translate(load_model("data/checkpoints/savanna-64.safetensors"), "data/samples/testA/0000.png", "s2t")
    >>> result.translated.size, result.attention.mode, result.attention_array.shape
    ((64, 64), 'L', (64, 64))
    """
    image = to_rgb(picture) if isinstance(picture, Image.Image) else read_image(picture)
    attention, translated = translate_pixels(model, to_pixels(image)[None], direction)
    return TranslatedPicture(to_picture(translated[0]), grey(attention[0]), attention[0, 0].numpy())


def translate_files(
    model: Model, source: Path, out: Path, direction: Direction | str = Direction.S2T
) -> tuple[int, list[str]]:
    """Translate a picture, or every picture of a folder: writes NAME.png, attention/NAME.png and contact_sheet.png.

    A picture that cannot be translated does not keep the others from it.

    Args:
        model: trained networks.
        source: a file, or a folder of pictures of any sizes.
        out: where results go.
        direction: where to.

    Returns:
        How many pictures were translated, and for each that could not be a sentence with its name.

    Raises:
        UagtError: if there are no pictures, `out` cannot be written, or a result would overwrite something.
    """
    if not source.exists() and not source.is_symlink():  # where a link leads is said by who reads it
        raise UagtError(f"{source} does not exist; give a picture or a folder of pictures")
    paths = list_images(source) if source.is_dir() else [source]
    columns, refused, names = [], [], result_names(paths, make_folder(out))
    make_folder(out / MAPS)
    for path, name in tqdm(names.items(), disable=len(paths) < 20, unit="image"):
        try:
            columns.append(_translate_file(model, path, out, name, direction))
        except Exception as error:
            refused.append(_why_not(path, error))
    if columns:
        contact_sheet(columns).save(out / CONTACT_SHEET)
    return len(columns), refused


def _translate_file(
    model: Model, path: Path, out: Path, name: str, direction: Direction | str
) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Write the map and the translation of a picture; returns thumbnails of it and of both."""
    pixels = load_image(path)[None]
    picture = thumbnail(to_picture(pixels[0]))
    try:
        attention, translated = translate_pixels(model, pixels, direction)
    except UagtError as error:
        raise UagtError(f"{path}: {error}") from error
    del pixels  # a large picture is large several times over
    grey(attention[0]).save(out / MAPS / name)
    attention = thumbnail(grey(attention[0]))
    result = to_picture(translated[0])
    result.save(out / name)
    return picture, attention, thumbnail(result)


def _why_not(path: Path, error: Exception) -> str:
    """The sentence for what concerns one picture alone; everything else is raised again."""
    if isinstance(error, UagtError):
        return str(error)
    if memory.ran_out(error):
        return f"{path} needs more memory than is free; scale it down first."
    if isinstance(error, OSError) and error.errno in NAME_REFUSED:
        return f"the result of {path} cannot be written ({error.strerror}); rename the picture."
    raise error


def result_names(paths: list[Path], out: Path) -> dict[Path, str]:
    """For each picture the name of its translation in `out`, and of its map in `out`/attention.

    Raises:
        UagtError: where two results would have one name, or a result that of a picture that is read.
    """
    stems = Counter(path.stem for path in paths)
    names = {path: f"{path.stem if stems[path.stem] == 1 else path.name}.png" for path in paths}
    taken = {_place(path): path for path in (*paths, out / CONTACT_SHEET)}
    for path, name in names.items():
        for result in (out / name, out / MAPS / name):
            if (other := taken.setdefault(_place(result), result)) is not result:
                raise UagtError(
                    f"the result {result} of {path} would overwrite {other}; choose another --out or rename it"
                )
    return names


def _place(path: Path) -> str:
    """Where a path leads, also on systems that do not tell a.png from A.PNG, and through links that lead nowhere."""
    return os.path.normcase(os.path.realpath(path))


@torch.no_grad()
def translate_image(model: Model, image: Tensor, direction: Direction | str = Direction.S2T) -> Translation:
    """Translate pictures at their own resolution, leaving every unattended pixel as it was.

    The networks see them at the scale they were trained for: the short side becomes `model.view` pixels. Attention and
    paint are then enlarged to the picture, the detail that the small copy had lost is added to the paint, and Eq. 1 is
    applied there: where attention is zero, the result IS the picture.

    Args:
        model: trained networks.
        image: float (N, 3, H, W) in [-1, 1]; any H and W.
        direction: where to.

    Returns:
        attention (N, 1, H, W) in [0, 1]; painted and translated (N, 3, H, W) in [-1, 1]; on the model's device.

    Raises:
        UagtError: if `direction` is none, or the networks answer with NaN.

    >>> from uagt_lib import load_model
    >>> wide = torch.rand(1, 3, 101, 167) * 2 - 1
    >>> [tuple(x.shape) for x in translate_image(load_model("data/checkpoints/savanna-64.safetensors"), wide)]
    [(1, 1, 101, 167), (1, 3, 101, 167), (1, 3, 101, 167)]
    """
    attention, painted = (rows(slice(None)) for rows in _look(model, image, direction))
    return Translation(attention, painted, compose(image.to(painted), painted, attention))


@torch.no_grad()
def translate_pixels(model: Model, pixels: Tensor, direction: Direction | str = Direction.S2T) -> tuple[Tensor, Tensor]:
    """What `translate_image` gives, to the bit, but for pictures of any size: Eq. 1 in strips of rows.

    Args:
        model: trained networks.
        pixels: uint8 (N, 3, H, W).
        direction: where to.

    Returns:
        attention float32 (N, 1, H, W) in [0, 1]; translated uint8 (N, 3, H, W); on the CPU.

    Raises:
        UagtError: if `direction` is none, or the networks answer with NaN.
    """
    attention_of, painted_of = _look(model, pixels, direction)
    attention, translated = torch.empty(len(pixels), 1, *pixels.shape[-2:]), torch.empty_like(pixels)
    for rows in strips(pixels):
        matte, painted = attention_of(rows), painted_of(rows)
        seen = to_float(pixels[..., rows, :].to(painted.device))
        attention[..., rows, :], translated[..., rows, :] = matte, to_uint8(compose(seen, painted, matte))
    return attention, translated


def _look(model: Model, images: Tensor, direction: Direction | str) -> tuple[Rows, Rows]:
    """Attention and paint for images uint8, or float in [-1, 1], (N, 3, H, W): what gives any rows of them at H x W."""
    height, width = images.shape[-2:]
    scale = model.view / min(height, width)
    small = [max(model.stride, round(side * scale / model.stride) * model.stride) for side in (height, width)]
    seen = stretched(images, *small).to(next(model.parameters()).device)
    result = model.translate(seen, direction)
    if not (result.attention.isfinite().all() and result.painted.isfinite().all()):
        raise UagtError("the networks answer with NaN: their training diverged; take another checkpoint")
    attention, painted, copy = (_enlarged(x, height, width) for x in (result.attention, result.painted, seen))

    def detailed(rows: slice) -> Tensor:
        own = images[..., rows, :].to(seen.device)
        own = to_float(own) if own.dtype == torch.uint8 else own.to(seen)
        return (painted(rows) + (own - copy(rows))).clamp(-1, 1)  # nothing is added where the picture is its own copy

    return attention, detailed


def _enlarged(x: Tensor, height: int, width: int) -> Rows:
    """What gives any rows of `x` (N, C, h, w) stretched to (height, width), bilinearly, like `F.interpolate`.

    Each row depends on its own number alone: rows of a strip have the bits they have in the whole.
    """
    wide, last = F.interpolate(x, (x.shape[-2], width), mode="bilinear"), x.shape[-2] - 1
    at = ((torch.arange(height, dtype=torch.float64) + 0.5) * x.shape[-2] / height - 0.5).clamp(0, last)
    above = at.long()
    share = (at - above).to(x.device, x.dtype)[:, None]
    above, below = above.to(x.device), (above + 1).clamp(max=last).to(x.device)
    return lambda rows: wide[..., above[rows], :] * (1 - share[rows]) + wide[..., below[rows], :] * share[rows]


def grey(attention: Tensor) -> Image.Image:
    """A map (1, H, W) in [0, 1] as a grey picture."""
    rows = [to_uint8(to_grey(attention[:, strip])[:1]) for strip in strips(attention[None])]
    return to_picture(torch.cat(rows, 1))


@torch.no_grad()
def translate_batch(
    model: Model, images: Tensor, direction: Direction | str = Direction.S2T, batch: int = 16
) -> Translation:
    """Translate pictures at the size they are, `batch` at a time.

    Args:
        model: trained networks.
        images: uint8 (N, 3, H, W); H and W divisible by the model's `stride`.
        direction: where to.
        batch: how many at once.

    Returns:
        Float tensors on the CPU: attention (N, 1, H, W) in [0, 1]; painted and translated (N, 3, H, W) in [-1, 1].

    Raises:
        UagtError: if `direction` is none.
        ValueError: if H or W does not fit the networks.

    >>> from uagt_lib import from_savanna, load_model
    >>> horses = from_savanna(64, 72, images=1, held_out=4).source.test
    >>> found = translate_batch(load_model("data/checkpoints/savanna-64.safetensors"), horses, "s2t")
    >>> [tuple(x.shape) for x in found]
    [(4, 1, 64, 64), (4, 3, 64, 64), (4, 3, 64, 64)]
    """
    device = next(model.parameters()).device
    parts = [model.translate(to_float(chunk.to(device)), direction) for chunk in images.split(batch)]
    return Translation(*(torch.cat([x.float().cpu() for x in column]) for column in zip(*parts, strict=True)))
