"""The loss functions: what a discriminator's scores are worth to each side, and what a failed round trip costs.

Scores are raw discriminator outputs of any shape, one per patch; every loss is a scalar mean, so batches and patch
grids of any size weigh the same.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor


class Adversarial(NamedTuple):
    """One adversarial game: `discriminator(real_scores, fake_scores)` and `generator(fake_scores)`, both minimised."""

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


def lsgan_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Least squares: real scores towards 1, fake towards 0 (appendix A). Halved, as in the released program.

    >>> import torch
    >>> lsgan_discriminator(torch.tensor([1.0, 1.0]), torch.tensor([0.0, 2.0]))
    tensor(1.)
    """
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def lsgan_generator(fake: Tensor) -> Tensor:
    """Least squares: fake scores towards 1. Not halved, as in the released program.

    >>> import torch
    >>> lsgan_generator(torch.tensor([0.0, 2.0]))
    tensor(1.)
    """
    return (fake - 1).square().mean()


def log_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """The logarithmic game of Eq. 2 and 7 with scores as logits: -log D(real) - log(1 - D(fake)), halved like LSGAN.

    >>> import torch
    >>> log_discriminator(torch.zeros(4), torch.zeros(4))  # D says 1/2 of everything: log 2
    tensor(0.6931)
    """
    return 0.5 * (F.softplus(-real).mean() + F.softplus(fake).mean())


def log_generator(fake: Tensor) -> Tensor:
    """-log D(fake): the same fixed point as minimising Eq. 2's log(1 - D(fake)), without its vanishing gradient."""
    return F.softplus(-fake).mean()


def wasserstein_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """A critic's loss: mean fake score minus mean real score. Only meaningful for a Lipschitz-bounded critic."""
    return fake.mean() - real.mean()


def wasserstein_generator(fake: Tensor) -> Tensor:
    """Raise the critic's score of the fakes."""
    return -fake.mean()


ADVERSARIAL: dict[str, Adversarial] = {
    "lsgan": Adversarial(lsgan_discriminator, lsgan_generator),
    "log": Adversarial(log_discriminator, log_generator),
    "wasserstein": Adversarial(wasserstein_discriminator, wasserstein_generator),
}


def cycle(x: Tensor, x_cycled: Tensor) -> Tensor:
    """Mean absolute difference between images and their round trip (paper, Eq. 3, as a mean over all elements).

    >>> import torch
    >>> cycle(torch.zeros(1, 3, 8, 8), torch.full((1, 3, 8, 8), -0.25))
    tensor(0.2500)
    """
    return (x - x_cycled).abs().mean()
