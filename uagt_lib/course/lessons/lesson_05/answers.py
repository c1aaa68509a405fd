"""Lesson 05, one training step: right answers that are not functions of the library already."""

import torch.nn as nn
from torch import Tensor

from uagt_lib.course.lessons.lesson_02.answers import there_and_back
from uagt_lib.method import losses
from uagt_lib.method.model import frozen


def both_trips(m: nn.Module, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """s', s'', t', t'': both batches there and back, as `Model.trips` sends them; t takes the road the other way."""
    return *there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t), *there_and_back(t, m.F_ts, m.A_t, m.F_st, m.A_s)


def judge_loss(D_t: nn.Module, t: Tensor, s_prime: Tensor) -> Tensor:
    """What D_t minimises (Eq. 2 as least squares), a scalar whose gradient reaches D_t and nothing else."""
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))


def fool(D_t: nn.Module, s_prime: Tensor) -> Tensor:
    """What the translators minimise (Eq. 2 as least squares): gradients pass through D_t, none for its parameters."""
    with frozen(D_t):
        return losses.lsgan_generator(D_t(s_prime))
