"""Answers to the exercises of lesson 06."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method.compose import compose


@accepted("06.1")
def _where(image, attention, tau=0.1):
    return torch.where(attention > tau, image, torch.zeros_like(image))


@rejected("06.1", "dimmed")
def _soft(image, attention, tau=0.1):
    return image * attention


@rejected("06.1", "dimmed by the map")
def _soft_above(image, attention, tau=0.1):
    return image * attention * (attention > tau)


@rejected("06.1", "strictly")
def _not_strict(image, attention, tau=0.1):
    return image * (attention >= tau)


@rejected("06.1", "exchanged")
def _below(image, attention, tau=0.1):
    return image * (attention <= tau)


@rejected("06.1", "mid grey")
def _black(image, attention, tau=0.1):
    return torch.where(attention > tau, image, torch.tensor(-1.0))


@rejected("06.1", "in place")
def _in_place(image, attention, tau=0.1):
    image *= attention > tau
    return image


@rejected("06.1", "no gradient reaches the picture")
def _cut(image, attention, tau=0.1):
    return image.detach() * (attention > tau)


@rejected("06.1", "default")
def _fixed(image, attention, tau=0.5):
    return image * (attention > tau)


@accepted("06.2")
def _arithmetic(epoch, switch):
    return 1 + int(epoch >= switch)


@rejected("06.2", "c < switch")
def _one_late(epoch, switch):
    return 1 if epoch <= switch else 2


@rejected("06.2", "called 1 and 2")
def _boolean(epoch, switch):
    return epoch >= switch


@rejected("06.2", "not 2")
def _exchanged(epoch, switch):
    return 2 if epoch < switch else 1


@rejected("06.2", "switch at 0")
def _always_thirty(epoch, switch):
    return 1 if epoch < 30 else 2


@accepted("06.3")
def _cases(epoch, epochs, base):
    if epoch <= epochs / 2:
        return base
    return max(0.0, base * (epochs - epoch) / (epochs / 2))


@rejected("06.3", "stays at the base")
def _from_the_start(epoch, epochs, base):
    return base * max(0.0, 1 - epoch / epochs)


@rejected("06.3", "straight line")
def _whole_division(epoch, epochs, base):
    return base * min(1, 2 * (1 - epoch // epochs))


@rejected("06.3", "straight line")
def _only_to_half(epoch, epochs, base):
    return base * min(1.0, 1.5 - epoch / epochs)


@rejected("06.3", "negative")
def _below_zero(epoch, epochs, base):
    return base * min(1.0, 2 * (1 - epoch / epochs))


@rejected("06.3", "any length")
def _hundred(epoch, epochs, base):
    return base * min(1.0, max(0.0, 2 - epoch / 50))


def _trip(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    return s_a, x, compose(x, F_ts(x), A_t(x))


@accepted("06.4")
def _weights_swapped_for_constants(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        for p in (*A_s.parameters(), *A_t.parameters()):
            p.requires_grad_(True)
        return _trip(s, F_st, A_s, F_ts, A_t)

    def rest(A):
        constants = {name: p.detach() for name, p in A.named_parameters()}
        return lambda x: torch.func.functional_call(A, constants, (x,))

    return _trip(s, F_st, rest(A_s), F_ts, rest(A_t))


@rejected("06.4", "missing")
def _no_grad(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 1:
        return _trip(s, F_st, A_s, F_ts, A_t)
    with torch.no_grad():
        s_a = A_s(s)
    x = compose(s, F_st(s), s_a)
    with torch.no_grad():
        back = A_t(x)
    return s_a, x, compose(x, F_ts(x), back)


@rejected("06.4", "missing")
def _detached(s, F_st, A_s, F_ts, A_t, stage):
    s_a = A_s(s) if stage == 1 else A_s(s).detach()
    x = compose(s, F_st(s), s_a)
    back = A_t(x) if stage == 1 else A_t(x).detach()
    return s_a, x, compose(x, F_ts(x), back)


@rejected("06.4", "generators are frozen")
def _everything(s, F_st, A_s, F_ts, A_t, stage):
    for network in (F_st, A_s, F_ts, A_t):
        network.requires_grad_(stage == 1)
    return _trip(s.clone().requires_grad_(), F_st, A_s, F_ts, A_t)


@rejected("06.4", "A_t can still learn")
def _only_one(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 1)
    return _trip(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "thaw")
def _for_good(s, F_st, A_s, F_ts, A_t, stage):
    if stage == 2:
        A_s.requires_grad_(False), A_t.requires_grad_(False)
    return _trip(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "too early")
def _turned_round(s, F_st, A_s, F_ts, A_t, stage):
    A_s.requires_grad_(stage == 2), A_t.requires_grad_(stage == 2)
    return _trip(s, F_st, A_s, F_ts, A_t)


@rejected("06.4", "no_grad")
def _all_under_no_grad(s, F_st, A_s, F_ts, A_t, stage):
    with torch.set_grad_enabled(stage == 1):
        return _trip(s, F_st, A_s, F_ts, A_t)


@rejected("06.3", "past the end")
def _bounces(epoch, epochs, base):
    return min(base, 2 * base * abs(epochs - epoch) / epochs)


@rejected("06.3", "whole number")
def _rounded_half(epoch, epochs, base):
    half = epochs // 2
    return base if epoch < half else max(0.0, base * (epochs - epoch) / (epochs - half))


@rejected("06.4", "underscore")
def _attribute(s, F_st, A_s, F_ts, A_t, stage):
    for network in (A_s, A_t):
        network.requires_grad = stage == 1
    s_a = A_s(s)
    s_prime = compose(s, F_st(s), s_a)
    return s_a, s_prime, compose(s_prime, F_ts(s_prime), A_t(s_prime))
