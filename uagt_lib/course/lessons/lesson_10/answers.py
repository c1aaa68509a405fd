"""Lesson 10, beyond: right answers that are not functions of the library already."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def averaged_gradients(
    loss: Callable[[Tensor], Tensor], parameters: Sequence[Tensor], parts: Sequence[Tensor]
) -> list[Tensor]:
    """The mean over all processes of the gradients each computes on its own, equally large part of a batch.

    What `training.step.average_gradients` does between processes, in one.

    Args:
        loss: a batch -> the mean loss over it, a scalar.
        parameters: what to differentiate for.
        parts: one batch a process.
    """
    found = [torch.autograd.grad(loss(part), list(parameters)) for part in parts]
    return [torch.stack(gradients).mean(0) for gradients in zip(*found, strict=True)]


def any_size(network: Callable[[Tensor], Tensor], image: Tensor, multiple: int = 4) -> Tensor:
    """Run an image-to-image network on a picture of any size: pad by reflection, run, crop back.

    Args:
        network: images (N, C, H, W) -> images (N, c, H, W), for H and W divisible by `multiple`.
        image: (N, C, H, W), any H and W that are larger than what is missing to the next multiple.
        multiple: what heights and widths must be divisible by.
    """
    height, width = image.shape[-2:]
    below, right = -height % multiple, -width % multiple
    return network(F.pad(image, (0, right, 0, below), mode="reflect"))[..., :height, :width]
