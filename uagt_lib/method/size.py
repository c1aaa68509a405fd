"""How large a network is: what it learns, what it computes."""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn as nn
from torch import Tensor


def multiply_adds(network: nn.Module, x: Tensor) -> dict[str, int]:
    """Multiply-adds of each convolution of `network` for the input `x`, by name.

    Counted as the layers are written; what `exact` saves is not taken off.

    >>> multiply_adds(nn.Conv2d(3, 5, kernel_size=1), torch.zeros(1, 3, 4, 4))
    {'': 240}
    """
    counts: dict[str, int] = {}

    def count(name: str, module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> None:
        positions = inputs[0] if isinstance(module, nn.ConvTranspose2d) else output
        counts[name] = module.weight.numel() * len(positions) * positions[0, 0].numel()

    hooks = [
        module.register_forward_hook(partial(count, name))
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)
    ]
    try:
        with torch.no_grad():
            network(x)
    finally:
        for hook in hooks:
            hook.remove()
    return counts


def parameters(network: nn.Module) -> int:
    """How many numbers a network learns.

    >>> parameters(nn.Conv2d(3, 5, kernel_size=1))
    20
    """
    return sum(p.numel() for p in network.parameters())


def widest(build: Callable[[int], nn.Module], limit: int) -> nn.Module:
    """`build(width)` for the largest width with at most `limit` parameters (but at least width 1).

    So that a rival is neither starved nor pampered. Call it under torch.device("meta"), where networks cost nothing.
    """
    width = 1
    while parameters(build(width + 1)) <= limit:
        width += 1
    return build(width)
