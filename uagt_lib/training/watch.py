"""What goes wrong in training, recognised from a few numbers and said in words."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

ADVICE = {
    "ones": "attention is {mean:.2f} everywhere: the whole image is repainted, as in CycleGAN. Backgrounds that tell "
    "the domains apart do this; an earlier switch to stage 2 stops it.",
    "zeros": "attention is {mean:.3f} everywhere: nothing is translated, and copying the input costs no cycle loss. It "
    "may come back; if not, a lower learning rate, a warm-up, attention_start=1 or another seed lead out of this trap.",
    "grey": "attention still hovers at {mean:.2f} on every pixel: it has not found anything yet, and stage 2 would "
    "freeze it so. Train longer before the switch.",
}


def levels(attention: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each attention map: the standard deviation over its pixels (dividing by their number).

    Args:
        attention: (N, 1, H, W) in [0, 1].

    Returns:
        Two tensors (N,); their means are what `collapse` judges.

    >>> import torch
    >>> levels(torch.tensor([[[[0.0, 1.0]]], [[[0.5, 0.5]]]]))
    (tensor([0.5000, 0.5000]), tensor([0.5000, 0.0000]))
    """
    spread, mean = torch.std_mean(attention.flatten(1), dim=1, correction=0)
    return mean, spread


def collapse(mean: float, spread: float) -> str | None:
    """Which way attention has collapsed, if it has.

    Args:
        mean: attention averaged over pixels and images, in [0, 1].
        spread: standard deviation of attention over the pixels of an image, averaged over images.

    Returns:
        "ones" (mean above 0.95), "zeros" (mean and spread below 0.01), "grey" (spread below 0.05 and neither of
        the two), or None.
    """
    if mean > 0.95:
        return "ones"
    if mean < 0.01 and spread < 0.01:
        return "zeros"
    if mean > 0.1 and spread < 0.05:
        return "grey"
    return None


def broken(losses: Mapping[str, float]) -> list[str]:
    """The names of losses that are NaN or infinite."""
    return [name for name, value in losses.items() if not math.isfinite(value)]
