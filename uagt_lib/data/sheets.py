"""Pictures side by side, for the eye: contact sheets."""

from PIL import Image
from torch import Tensor

from uagt_lib.data.pairs import to_picture, to_uint8


def sheet(rows: list[Tensor]) -> Image.Image:
    """A contact sheet of equally large images: each row a batch (N, 3, h, w) in [-1, 1], each at least 128 px wide."""
    count = min(len(row) for row in rows)  # one domain may hold fewer pictures
    pictures = [map(to_picture, enlarge(to_uint8(row[:count]))) for row in rows]
    return contact_sheet([list(column) for column in zip(*pictures, strict=True)])


def contact_sheet(columns: list[list[Image.Image]], across: int = 12, side: int = 256, gap: int = 2) -> Image.Image:
    """Columns of pictures of any sizes; `across` columns side by side, then the next band.

    Pictures larger than `side` pixels are shrunk to fit; between pictures are `gap` pixels of grey, so that a white
    map, attention of ones, is seen to be one.

    >>> red, blue = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    >>> contact_sheet([[red, blue], [blue, red], [red, red]]).size
    (196, 98)
    """
    columns = [[thumbnail(picture, side) for picture in column] for column in columns]
    cell = [max(picture.size[k] for column in columns for picture in column) + gap for k in (0, 1)]
    deep = len(columns[0])
    bands = -(-len(columns) // across)
    size = (min(across, len(columns)) * cell[0] - gap, bands * deep * cell[1] - gap)
    canvas = Image.new("RGB", size, "gray")
    for i, column in enumerate(columns):
        for k, picture in enumerate(column):
            canvas.paste(picture, (i % across * cell[0], (i // across * deep + k) * cell[1]))
    return canvas


def small(pixels: Tensor) -> Image.Image:
    """A picture uint8 (3, H, W) as a contact sheet shows it: each pixel a square, or shrunk."""
    return thumbnail(to_picture(enlarge(pixels)))


def thumbnail(picture: Image.Image, side: int = 256) -> Image.Image:
    """A copy of a picture, shrunk to fit into `side` pixels."""
    small = picture.copy()
    small.thumbnail((side, side))
    return small


def enlarge(pictures: Tensor, side: int = 128) -> Tensor:
    """Small pictures, (..., H, W), with each pixel a square, so that they are at least `side` wide."""
    times = max(1, side // pictures.shape[-1])
    return pictures if times == 1 else pictures.repeat_interleave(times, -1).repeat_interleave(times, -2)
