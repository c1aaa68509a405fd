"""Translate pictures with trained networks: a picture of any size, a folder of them, or a batch at its own size."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib.data.folders import CONTACT_SHEET, list_images
from uagt_lib.data.pairs import to_float, to_grey, to_picture, to_uint8
from uagt_lib.data.picture import read_image, to_rgb
from uagt_lib.data.sheets import contact_sheet, thumbnail
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder
from uagt_lib.method.compose import compose
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model, Translation


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
    pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None]
    found = translate_image(model, to_float(pixels), direction)
    attention = found.attention[0, 0].cpu()
    grey = to_picture(to_uint8(to_grey(attention[None])[:1]))
    return TranslatedPicture(to_picture(to_uint8(found.translated[0]).cpu()), grey, attention.numpy())


def translate_files(
    model: Model, source: Path, out: Path, direction: Direction | str = Direction.S2T
) -> tuple[int, list[str]]:
    """Translate a picture, or every picture of a folder: writes NAME.png, NAME_attention.png and contact_sheet.png.

    Args:
        model: trained networks.
        source: a file, or a folder of pictures of any sizes.
        out: where results go.
        direction: where to.

    Returns:
        How many pictures were translated, and for each that could not be read a sentence with its name.

    Raises:
        UagtError: if there are no pictures, `out` cannot be written, or a result would overwrite something.
    """
    if not source.exists():
        raise UagtError(f"{source} does not exist; give a picture or a folder of pictures")
    paths = list_images(source) if source.is_dir() else [source]
    columns, refused, names = [], [], result_names(paths, make_folder(out))
    for path, (name, attention_name) in tqdm(names.items(), disable=len(paths) < 20, unit="image"):
        try:
            picture = read_image(path)
        except UagtError as error:
            refused.append(str(error))
            continue
        result = translate(model, picture, direction)
        result.translated.save(out / name)
        result.attention.save(out / attention_name)
        columns.append([thumbnail(image) for image in (picture, result.attention, result.translated)])
    if columns:
        contact_sheet(columns).save(out / CONTACT_SHEET)
    return len(columns), refused


def result_names(paths: list[Path], out: Path) -> dict[Path, tuple[str, str]]:
    """For each picture the names of its translation and its attention map in `out`.

    Raises:
        UagtError: where two results would have one name, or a result that of a picture that is read.
    """
    stems = [path.stem for path in paths]
    bases = {path: path.stem if stems.count(path.stem) == 1 else path.name for path in paths}
    names = {path: (f"{base}.png", f"{base}_attention.png") for path, base in bases.items()}
    taken: dict[Path, Path] = {(out / CONTACT_SHEET).resolve(): out / CONTACT_SHEET}
    taken |= {path.resolve(): path for path in paths}
    for path, both in names.items():
        for name in both:
            other = taken.setdefault((out / name).resolve(), path)
            if other != path or (out / name).resolve() == path.resolve():
                raise UagtError(
                    f"the result {out / name} of {path} would overwrite {other}; choose another --out or rename it"
                )
    return names


@torch.no_grad()
def translate_image(model: Model, image: Tensor, direction: Direction | str = Direction.S2T) -> Translation:
    """Translate pictures at their own resolution, leaving every unattended pixel as it was.

    The networks see them at the scale they were trained for: the short side becomes `model.view` pixels. Attention and
    paint are then enlarged to the picture, and Eq. 1 is applied there: where attention is zero, the result IS the
    picture.

    Args:
        model: trained networks.
        image: float (N, 3, H, W) in [-1, 1]; any H and W.
        direction: where to.

    Returns:
        attention (N, 1, H, W) in [0, 1]; painted and translated (N, 3, H, W) in [-1, 1]; on the model's device.

    Raises:
        UagtError: if `direction` is none.

    >>> from uagt_lib import load_model
    >>> wide = torch.rand(1, 3, 101, 167) * 2 - 1
    >>> [tuple(x.shape) for x in translate_image(load_model("data/checkpoints/savanna-64.safetensors"), wide)]
    [(1, 1, 101, 167), (1, 3, 101, 167), (1, 3, 101, 167)]
    """
    image = image.to(next(model.parameters()).device)
    height, width = image.shape[-2:]
    scale = model.view / min(height, width)
    small = [max(model.stride, round(side * scale / model.stride) * model.stride) for side in (height, width)]
    seen = F.interpolate(image, small, mode="bicubic", antialias=True).clamp(-1, 1)
    result = model.translate(seen, direction)
    attention, painted = (
        F.interpolate(x, (height, width), mode="bilinear") for x in (result.attention, result.painted)
    )
    return Translation(attention, painted, compose(image, painted, attention))


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
