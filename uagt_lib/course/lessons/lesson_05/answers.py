"""Lesson 05, one training step: right answers that are not functions of the library already."""

from collections.abc import Callable

import torch.nn as nn
from torch import Tensor

from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.model import frozen

Network = Callable[[Tensor], Tensor]


def trip(s: Tensor, F_st: Network, A_s: Network, F_ts: Network, A_t: Network) -> tuple[Tensor, Tensor, Tensor]:
    """There and back: s_a, s' (Eq. 1) and s'', for images (N, 3, H, W). What `Model.trips` does for both directions."""
    s_a = A_s(s)
    s_prime = compose(s, F_st(s), s_a)
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    return s_a, s_prime, s_cycled


def judge_loss(D_t: nn.Module, t: Tensor, s_prime: Tensor) -> Tensor:
    """What D_t minimises (Eq. 2 as least squares), a scalar whose gradient reaches D_t and nothing else."""
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))


def fool(D_t: nn.Module, s_prime: Tensor) -> Tensor:
    """What the translators minimise (Eq. 2 as least squares): gradients pass through D_t, none for its parameters."""
    with frozen(D_t):
        return losses.lsgan_generator(D_t(s_prime))
