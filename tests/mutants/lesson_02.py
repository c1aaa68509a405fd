"""Answers to the exercises of lesson 02."""

import torch

from tests.mutants import accepted, rejected


@accepted("02.1")
def _lerp(s, painted, s_a):
    return torch.where(s_a == 0, s, s + s_a * (painted - s))


@rejected("02.1", "swapped")
def _swapped(s, painted, s_a):
    return s_a * s + (1 - s_a) * painted


@rejected("02.1", "added whole")
def _sum(s, painted, s_a):
    return s_a * painted + s


@rejected("02.1", "gradient")
def _detached(s, painted, s_a):
    return s_a.detach() * painted + (1 - s_a.detach()) * s
