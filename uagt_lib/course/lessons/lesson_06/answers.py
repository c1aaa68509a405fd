"""Lesson 06, two stages: right answers that are not functions of the library already."""

import torch.nn as nn
from torch import Tensor

from uagt_lib.method.compose import compose


def staged_trip(
    s: Tensor, F_st: nn.Module, A_s: nn.Module, F_ts: nn.Module, A_t: nn.Module, stage: int
) -> tuple[Tensor, Tensor, Tensor]:
    """There and back, s_a, s' and s''; in stage 2 the attention networks rest, and gradients still pass through them.

    What `Model.enter_stage` and `Model.trips` do together.
    """
    for A in (A_s, A_t):
        A.requires_grad_(stage == 1)
    s_a = A_s(s)
    s_prime = compose(s, F_st(s), s_a)
    return s_a, s_prime, compose(s_prime, F_ts(s_prime), A_t(s_prime))
