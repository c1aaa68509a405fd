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


@rejected("01.1", "generator's loss")
def _generator(real, fake):
    return (fake - 1).square().mean()


@rejected("01.1", "first part only")
def _half_of_one(real, fake):
    return 0.5 * (real - 1).square().mean() + fake.square().mean()


@rejected("01.1", "second part only")
def _half_of_other(real, fake):
    return (real - 1).square().mean() + fake.square().mean() / 2


@rejected("01.1", "subtracted")
def _minus(real, fake):
    return 0.5 * ((real - 1).square().mean() - fake.square().mean())


@rejected("01.1", "sign is turned")
def _negative(real, fake):
    return -0.5 * ((real - 1).square().mean() + fake.square().mean())


@rejected("01.1", "one heap")
def _pooled(real, fake):
    return torch.cat([(real - 1).flatten(), fake.flatten()]).square().mean()


@rejected("01.1", "logarithms")
def _cross_entropy(real, fake):
    on_real = F.binary_cross_entropy_with_logits(real, torch.ones_like(real))
    return (on_real + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))) / 2


@rejected("01.1", "logarithms")
def _plain_cross_entropy(real, fake):
    return F.binary_cross_entropy(real, torch.ones_like(real)) + F.binary_cross_entropy(fake, torch.zeros_like(fake))


@rejected("01.1", "one to one")
def _joint_mean(real, fake):
    return 0.5 * ((real - 1).square() + fake.square()).mean()


@rejected("01.2", "lambda")
def _weighted(x, x_cycled):
    return 10 * (x - x_cycled).abs().mean()


@rejected("01.2", "averaged over pictures")
def _sum_per_picture(x, x_cycled):
    return (x - x_cycled).abs().sum((1, 2, 3)).mean()


@rejected("01.2", "root of mean squares")
def _rmse(x, x_cycled):
    return (x - x_cycled).square().mean().sqrt()


@rejected("01.3", "s'' comes from t'")
def _crossed(F_st, F_ts, s, t):
    a, b = F_st(s), F_ts(t)
    return a, F_ts(b), b, F_st(a)


@rejected("01.3", "t'' comes from s'")
def _half_crossed(F_st, F_ts, s, t):
    a, b = F_st(s), F_ts(t)
    return a, F_ts(a), b, F_st(a)


@accepted("01.4")
def _halves(x):
    return x.roll(x.shape[2] // 2, 2)


@rejected("01.4", "left-right mirror")
def _mirror(x):
    return x.flip(3)


@rejected("01.4", "other pictures of the batch")
def _other_picture(x):
    return x.roll(1, 0)


@rejected("01.4", "further instead of back")
def _colour_wheel(x):
    return x.roll(1, 1)
