"""Translate pictures with trained networks: batches at the size they are, photographs at the size the networks know."""

import torch
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.data.pairs import to_float
from uagt_lib.method.compose import compose
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model, Translation


@torch.no_grad()
def translate(model: Model, images: Tensor, direction: Direction | str = Direction.S2T, batch: int = 16) -> Translation:
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

    >>> from uagt_lib.data import savanna
    >>> from uagt_lib.training.presets import preset
    >>> horses, _ = savanna.draw("horse", 2, 32)
    >>> result = translate(preset("savanna-smoke").model(), horses, "s2t")
    >>> result.attention.shape, result.translated.shape
    (torch.Size([2, 1, 32, 32]), torch.Size([2, 3, 32, 32]))
    """
    device = next(model.parameters()).device
    parts = [model.translate(to_float(chunk.to(device)), direction) for chunk in images.split(batch)]
    return Translation(*(torch.cat([x.float().cpu() for x in column]) for column in zip(*parts, strict=True)))


@torch.no_grad()
def translate_image(model: Model, image: Tensor, view: int, direction: Direction | str = Direction.S2T) -> Translation:
    """Translate one picture at its own resolution, leaving every unattended pixel as it was.

    The networks see it at the scale they were trained for: its short side becomes `view` pixels. Attention and paint
    are then enlarged to the picture, and Eq. 1 is applied there: where attention is zero, the result IS the picture.

    Args:
        model: trained networks.
        image: float (1, 3, H, W) in [-1, 1]; any H and W.
        view: short side, in pixels, at which the networks look: the configuration's `view`.
        direction: where to.

    Returns:
        attention (1, 1, H, W) in [0, 1]; painted and translated (1, 3, H, W) in [-1, 1]; on the model's device.

    Raises:
        UagtError: if `direction` is none.
    """
    image = image.to(next(model.parameters()).device)
    height, width = image.shape[-2:]
    scale = view / min(height, width)
    small = [max(model.stride, round(side * scale / model.stride) * model.stride) for side in (height, width)]
    seen = F.interpolate(image, small, mode="bicubic", antialias=True).clamp(-1, 1)
    result = model.translate(seen, direction)
    attention, painted = (
        F.interpolate(x, (height, width), mode="bilinear") for x in (result.attention, result.painted)
    )
    return Translation(attention, painted, compose(image, painted, attention))
