"""Lesson 01, unpaired translation: right answers that are not functions of the library already."""

from collections.abc import Callable

from torch import Tensor

Translator = Callable[[Tensor], Tensor]


def round_trips(F_st: Translator, F_ts: Translator, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Send both batches there and back: s', s'', t', t'' (CycleGAN: no attention, every pixel is repainted)."""
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


def cheat(x: Tensor) -> Tensor:
    """A change of the whole picture that undoes itself: the photographic negative."""
    return -x
