"""How fast a network's attention can move: the number that decides whether a map lives (`Attention`'s gain sets it)."""

from copy import deepcopy

import torch
from torch import Tensor

from uagt_lib.method.networks import Attention

STEPS = 10


def logit_speed(network: Attention, images: Tensor, rate: float) -> float:
    """What the mean logit of a map changes by a step when all weights pull in one direction.

    Adam moves a weight whose gradient keeps its sign by about the learning rate a step, however small the gradient. So
    this takes ten steps of steepest descent in that sense (each weight of each layer moves by `rate`, against the sign
    of its gradient) on the mean logit itself, and divides the way it went by ten.

    Args:
        network: an attention network; it is left as it is.
        images: (N, 3, H, W) in [-1, 1].
        rate: learning rate.

    >>> from uagt_lib.method.networks import initialise
    >>> images = torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)) * 2 - 1
    >>> for network in (Attention(decoder="appendix"), Attention(decoder="released")):
    ...     initialise(network, torch.Generator().manual_seed(2))
    ...     print(f"{logit_speed(network, images, rate=1e-4):.1g} logits a step")
    0.08 logits a step
    0.003 logits a step
    """
    moving = deepcopy(network).requires_grad_(True)
    weights = list(moving.parameters())
    start = mean = moving.logits(images).mean()
    for _ in range(STEPS):
        slopes = torch.autograd.grad(mean, weights, materialize_grads=True)
        with torch.no_grad():
            for weight, slope in zip(weights, slopes, strict=True):
                weight -= rate * slope.sign()
        mean = moving.logits(images).mean()
    return (start - mean).item() / STEPS
