"""Outlines of animals in photographs that we may not ship: polygons by file name, drawn by hand, and their masks.

A JSON file maps a photograph's name to polygons, [[x, y], ...], in pixels of the photograph; what lies inside any of
them is animal.
"""

import json
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from uagt_lib.data.folders import list_images
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder

Polygons = list[list[list[float]]]


def mask(polygons: Polygons, size: tuple[int, int]) -> Image.Image:
    """The mask of one photograph of `size` (width, height): 8-bit grey, 255 inside the polygons, 0 elsewhere.

    >>> mask([[[0, 0], [1, 0], [1, 1], [0, 1]]], (4, 2)).getpixel((3, 1))
    0
    """
    image = Image.new("L", size, 0)
    pen = ImageDraw.Draw(image)
    for polygon in polygons:
        pen.polygon([tuple(corner) for corner in polygon], fill=255)
    return image


def read_outlines(path: str | Path) -> dict[str, Polygons]:
    """The polygons of a JSON file, by the photograph's name.

    Raises:
        UagtError: if it cannot be read, or holds something else.
    """
    try:
        outlines = json.loads(Path(path).read_text(encoding="utf-8"))
        if all(len(corner) == 2 for shape in outlines.values() for polygon in shape for corner in polygon):
            return outlines
    except OSError as problem:
        raise UagtError(f"{path} cannot be read ({problem.strerror}); check name and permissions.") from problem
    except (ValueError, AttributeError, TypeError):
        pass
    raise UagtError(f"{path} holds no outlines: it should map names of photographs to polygons of [x, y] corners.")


def write_masked(outlines: str | Path, photographs: str | Path, out: str | Path) -> int:
    """Copy the outlined photographs to `out`/photographs and write their masks to `out`/mask, for evaluation.

    Args:
        outlines: a JSON file, see above.
        photographs: the folder that holds them.
        out: a folder; created if need be.

    Returns:
        How many there are.

    Raises:
        UagtError: if a photograph is missing, or `outlines` cannot be read.
    """
    shapes, found = read_outlines(outlines), {path.name: path for path in list_images(photographs)}
    if missing := sorted(shapes.keys() - found.keys()):
        raise UagtError(
            f"{photographs} has no {missing[0]} ({len(missing)} of the {len(shapes)} outlined ones are missing); "
            "name the folder they were outlined in."
        )
    pictures, masks = (make_folder(Path(out) / name) for name in ("photographs", "mask"))
    for name, polygons in shapes.items():
        shutil.copyfile(found[name], pictures / name)
        with Image.open(found[name]) as picture:
            mask(polygons, picture.size).save(masks / f"{Path(name).stem}.png")
    return len(shapes)
