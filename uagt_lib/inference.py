"""Translate photographs of any size with trained networks, leaving every unattended pixel as it was."""

import torch
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.method.compose import compose
from uagt_lib.method.model import Model, Translation


@torch.no_grad()
def translate_image(model: Model, image: Tensor, to: str, size: int) -> Translation:
    """Translate one picture at its own resolution.

    The networks see it at the scale they were trained for: its short side becomes `size` pixels. Attention and paint
    are then enlarged to the picture, and Eq. 1 is applied there: where attention is zero, the result IS the picture.

    Args:
        model: trained networks.
        image: float (1, 3, H, W) in [-1, 1]; any H and W.
        to: "t" or "s", the domain to translate to.
        size: short side, in pixels, at which the networks look.

    Returns:
        attention (1, 1, H, W) in [0, 1]; painted and image (1, 3, H, W) in [-1, 1]; on the model's device.
    """
    image = image.to(next(model.parameters()).device)
    height, width = image.shape[-2:]
    scale = size / min(height, width)
    small = [max(model.stride, round(side * scale / model.stride) * model.stride) for side in (height, width)]
    seen = F.interpolate(image, small, mode="bicubic", antialias=True).clamp(-1, 1)
    result = model.translate(seen, to)
    attention, painted = (
        F.interpolate(x, (height, width), mode="bilinear") for x in (result.attention, result.painted)
    )
    return Translation(attention, painted, compose(image, painted, attention))
