"""Lesson 03, networks: right answers that are not functions of the library already."""

import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.course.lessons.lesson_03.toys import Layer


def output_sizes(layers: list[Layer], size: int) -> list[int]:
    """The picture's height (or width) after each layer, padded by (kernel - 1) // 2 on both sides."""
    sizes = []
    for layer in layers:
        padding = (layer.kernel - 1) // 2
        size = (layer.up * size + 2 * padding - layer.kernel) // layer.stride + 1
        sizes.append(size)
    return sizes


def receptive_field(layers: list[Layer]) -> int:
    """How many input pixels in a row one output pixel can see, ignoring norms: its receptive field."""
    field, jump = 1, 1
    for layer in layers:
        jump = jump / layer.up
        field += (layer.kernel - 1) * jump
        jump *= layer.stride
    return int(field)


def multiply_adds(layers: list[Layer], channels: int, size: float) -> float:
    """How many multiply-adds a stack of layers costs for each pixel of the picture.

    Args:
        layers: convolutions and `up2`; none is transposed.
        channels: that go in.
        size: height (and width) of what goes in, as a share of the picture's.
    """
    total = 0.0
    for layer in layers:
        size *= layer.up / layer.stride
        total += size**2 * channels * layer.filters * layer.kernel**2
        channels = layer.filters or channels
    return total


def decode(first: nn.Module, second: nn.Module, last: nn.Module, features: Tensor) -> Tensor:
    """The released decoder, which doubles before `first` and before `second`, with all layers at the small size.

    Args:
        first: 1x1 convolution and instance norm, as `second`.
        last: 1x1 convolution to one channel.
        features: (N, C, H, W).

    Returns:
        The same logits, (N, 1, 4H, 4W).
    """
    small = last(F.relu(second(F.relu(first(features)))))
    return F.interpolate(small, scale_factor=4)


def count_parameters(layers: list[Layer], channels: int = 3) -> int:
    """How many numbers a stack of layers learns: kernels, and a bias or a norm's scale and offset per filter."""
    total = 0
    for layer in layers:
        if layer.filters == 0:  # an up2
            continue
        total += channels * layer.filters * layer.kernel**2
        total += layer.filters * (layer.bias + 2 * layer.norm)
        channels = layer.filters
    return total
