"""Answers to the exercises of lesson 01."""

import torch
import torch.nn.functional as F

from tests.mutants import accepted, rejected


@accepted("01.1")
def _mse(real, fake):
    return (F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, torch.zeros_like(fake))) / 2


@rejected("01.1", "exchanged")
def _targets(real, fake):
    return 0.5 * (real.square().mean() + (fake - 1).square().mean())


@rejected("01.1", "factor 1/2")
def _whole(real, fake):
    return (real - 1).square().mean() + fake.square().mean()


@rejected("01.1", "summed")
def _sum(real, fake):
    return 0.5 * ((real - 1).square().sum() + fake.square().sum())


@rejected("01.1", "before squaring")
def _mean_first(real, fake):
    return 0.5 * ((real.mean() - 1) ** 2 + fake.mean() ** 2)


@rejected("01.1", "fakes")
def _accept_only(real, fake):
    return 0.5 * (real - 1).square().mean()


@rejected("01.1", "no gradient")
def _number(real, fake):
    return (0.5 * ((real - 1).square().mean() + fake.square().mean())).item()


@accepted("01.2")
def _l1(x, x_cycled):
    return F.l1_loss(x_cycled, x)


@rejected("01.2", "squares")
def _squares(x, x_cycled):
    return F.mse_loss(x_cycled, x)


@rejected("01.2", "sum")
def _norm(x, x_cycled):
    return (x - x_cycled).abs().sum()


@rejected("01.2", "cancel")
def _signed(x, x_cycled):
    return (x - x_cycled).mean()


@rejected("01.2", "gradient")
def _detached(x, x_cycled):
    return (x - x_cycled).abs().mean().detach()


@accepted("01.3")
def _in_a_loop(F_st, F_ts, s, t):
    out = []
    for first, second, x in ((F_st, F_ts, s), (F_ts, F_st, t)):
        there = first(x)
        out += [there, second(there)]
    return out


@rejected("01.3", "zebra of a zebra")
def _same_generator(F_st, F_ts, s, t):
    a, b = F_st(s), F_ts(t)
    return a, F_st(a), b, F_ts(b)


@rejected("01.3", "start from s'")
def _from_the_original(F_st, F_ts, s, t):
    return F_st(s), F_ts(s), F_ts(t), F_st(t)


@rejected("01.3", "order")
def _other_order(F_st, F_ts, s, t):
    a, b = F_st(s), F_ts(t)
    return a, b, F_ts(a), F_st(b)


@rejected("01.3", "failed return")
def _detached_trip(F_st, F_ts, s, t):
    a, b = F_st(s), F_ts(t)
    return a, F_ts(a.detach()), b, F_st(b.detach())


@rejected("01.3", "6 times")
def _wasteful(F_st, F_ts, s, t):
    return F_st(s), F_ts(F_st(s)), F_ts(t), F_st(F_ts(t))


@accepted("01.4")
def _swap(x):
    return x[:, [0, 2, 1]]


@accepted("01.4")
def _upside_down(x):
    return x.flip(2)


@rejected("01.4", "hardly changed")
def _identity(x):
    return x.clone()


@rejected("01.4", "information lost")
def _grey(x):
    return 0 * x + (x.mean(1, keepdim=True) > 0).float()


@rejected("01.4", "leaves [-1, 1]")
def _brighter(x):
    return x + 0.5


@rejected("01.4", "dice")
def _dice(x):
    return torch.rand_like(x) * 2 - 1


@rejected("01.4", "changed the picture")
def _in_place(x):
    return x.neg_()
