"""Large pictures a few rows at a time, so that none is ever in memory in floating point."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.data.pairs import to_float

STRIP = 2**20  # pixels that are worked on at once


def strips(images: Tensor) -> Iterator[slice]:
    """Rows of `images` (N, C, H, W), a few at a time."""
    count, _, height, width = images.shape
    rows = max(1, STRIP // (count * width))
    return (slice(y, y + rows) for y in range(0, height, rows))


def stretched(images: Tensor, height: int, width: int) -> Tensor:
    """Pictures of another size: bicubic, antialiased, to the bit what `F.interpolate` gives.

    The filter takes rows and columns one after the other, so strips lose nothing.

    Args:
        images: uint8, or float in [-1, 1], (N, 3, H, W).
        height, width: of the results.

    Returns:
        float (N, 3, height, width) in [-1, 1].

    >>> stretched(torch.zeros(1, 3, 100, 60, dtype=torch.uint8), 32, 32).shape
    torch.Size([1, 3, 32, 32])
    """
    narrow = []
    for rows in strips(images):
        strip = images[..., rows, :]
        strip = to_float(strip) if strip.dtype == torch.uint8 else strip
        narrow.append(F.interpolate(strip, (strip.shape[-2], width), mode="bicubic", antialias=True))
    return F.interpolate(torch.cat(narrow, -2), (height, width), mode="bicubic", antialias=True).clamp(-1, 1)
