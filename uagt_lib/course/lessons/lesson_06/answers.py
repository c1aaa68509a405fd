"""Lesson 06, two stages: right answers that are not functions of the library already."""

import torch.nn as nn
from torch import Tensor

from uagt_lib.course.lessons.lesson_02.answers import there_and_back


def staged_trip(
    s: Tensor, F_st: nn.Module, A_s: nn.Module, F_ts: nn.Module, A_t: nn.Module, stage: int
) -> tuple[Tensor, Tensor]:
    """There and back, s' and s''; in stage 2 the attention networks rest, and gradients still pass through them.

    What `Model.enter_stage` and `Model.trips` do together.
    """
    for A in (A_s, A_t):
        A.requires_grad_(stage == 1)
    return there_and_back(s, F_st, A_s, F_ts, A_t)
