"""Answers to the exercises of lesson 01, beside the mistakes that are registered and those that are generated."""

import torch
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.method.losses import lsgan_discriminator

# ------------------------------------------------------------------------------------------------ 01.1


@accepted("01.1")
def _mse(real, fake):
    return (F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, torch.zeros_like(fake))) / 2


@accepted("01.1")
def _by_norms(real, fake):
    return torch.linalg.vector_norm(real - 1) ** 2 / (2 * real.numel()) + (fake * fake).sum() / fake.numel() / 2


@accepted("01.1")
def _score_by_score(real, fake):
    halves = [torch.stack([(x - target) ** 2 for x in scores.flatten()]) for scores, target in ((real, 1), (fake, 0))]
    return sum(half.mean() for half in halves) / 2


@rejected("01.1", "no gradient of the judge's loss reaches real")
def _learns_from_fakes_only(real, fake):
    return 0.5 * ((real.detach() - 1).square().mean() + fake.square().mean())


@rejected("01.1", "no gradient of the judge's loss reaches fake")
def _learns_from_real_ones_only(real, fake):
    return 0.5 * ((real - 1).square().mean() + fake.detach().square().mean())


@rejected("01.1", "a second backward() gives another one")
def _counts_who_asks(real, fake):
    loss, asked = lsgan_discriminator(real, fake), []
    if loss.requires_grad:
        loss.register_hook(lambda gradient: asked.append(1) or gradient * len(asked))
    return loss


@rejected("01.1", "afterwards real")
def _in_place(real, fake):
    return 0.5 * (real.sub_(1).square().mean() + fake.square().mean())


@rejected("01.1", "afterwards fake")
def _clamped_for_the_plot(real, fake):
    loss = 0.5 * ((real - 1).square().mean() + fake.square().mean())
    fake.clamp_(-1, 1)
    return loss


@rejected("01.1", "right for N, H, W = 2, 5, 4")
def _counted_by_hand(real, fake):
    return 0.5 * ((real - 1).square().sum() / 40 + fake.square().sum() / 72)


@rejected("01.1", "the judge's loss is")
def _sigmoid_first(real, fake):
    return 0.5 * ((real.sigmoid() - 1).square().mean() + fake.sigmoid().square().mean())


@rejected("01.1", "the shape of the judge's loss is (1,)")
def _one_dimension_too_many(real, fake):
    return 0.5 * ((real - 1).square().mean() + fake.square().mean()).reshape(1)


@rejected("01.1", "the type of the judge's loss is torch.float32")
def _always_float32(real, fake):
    return (0.5 * ((real - 1).square().mean() + fake.square().mean())).float()


# ------------------------------------------------------------------------------------------------ 01.2


@accepted("01.2")
def _l1(x, x_cycled):
    return F.l1_loss(x_cycled, x)


@accepted("01.2")
def _larger_minus_smaller(x, x_cycled):
    return (torch.maximum(x, x_cycled) - torch.minimum(x, x_cycled)).mean()


@accepted("01.2")
def _norm_by_count(x, x_cycled):
    return torch.linalg.vector_norm(x - x_cycled, ord=1) / x.numel()


@rejected("01.2", "no gradient of the cycle loss reaches x_cycled")
def _trip_detached(x, x_cycled):
    return (x - x_cycled.detach()).abs().mean()


@rejected("01.2", "no gradient of the cycle loss reaches x:")
def _start_detached(x, x_cycled):
    return (x.detach() - x_cycled).abs().mean()


@rejected("01.2", "Dimension out of range")
def _four_dimensions_only(x, x_cycled):
    return (x - x_cycled).abs().mean(dim=(1, 2, 3)).mean()


@rejected("01.2", "afterwards x at")
def _in_place(x, x_cycled):
    x -= x_cycled
    return x.abs().mean()


@rejected("01.2", "afterwards x_cycled")
def _rounded_away(x, x_cycled):
    loss = (x - x_cycled).abs().mean()
    x_cycled.mul_(0)
    return loss


@rejected("01.2", "right for N, H, W = 2, 5, 4")
def _counted_by_hand(x, x_cycled):
    return (x - x_cycled).abs().sum() / 120


@rejected("01.2", "one number per picture")
def _one_per_picture(x, x_cycled):
    return (x - x_cycled).abs().mean((1, 2, 3)) if x.ndim == 4 else (x - x_cycled).abs().mean(1)


@rejected("01.2", "part of it is cut off, or something is added")
def _smooth_below(x, x_cycled):
    d = x - x_cycled
    return (d.abs() + d**2 - (d**2).detach()).mean()


# ------------------------------------------------------------------------------------------------ 01.3


@accepted("01.3")
def _in_a_loop(F_st, F_ts, s, t):
    out = []
    for first, second, x in ((F_st, F_ts, s), (F_ts, F_st, t)):
        there = first(x)
        out += [there, second(there)]
    return out


@accepted("01.3")
def _in_one_batch(F_st, F_ts, s, t):
    s_prime = F_st(s)
    t_prime, s_cycled = F_ts(torch.cat([t, s_prime])).split([len(t), len(s)])
    return s_prime, s_cycled, t_prime, F_st(t_prime)


@accepted("01.3")
def _by_a_helper(F_st, F_ts, s, t):
    def trip(x, there, back):
        return (x := there(x)), back(x)

    return *trip(s, F_st, F_ts), *trip(t, F_ts, F_st)


@rejected("01.3", "6 times")
def _wasteful(F_st, F_ts, s, t):
    return F_st(s), F_ts(F_st(s)), F_ts(t), F_st(F_ts(t))


@rejected("01.3", "no gradient of t'' reaches F_ts")
def _cut_on_t(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime.detach())


@rejected("01.3", "no gradient of t''")
def _home_under_no_grad(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    with torch.no_grad():
        t_cycled = F_st(t_prime)
    return s_prime, F_ts(s_prime), t_prime, t_cycled


@rejected("01.3", "no gradient of s' reaches F_st.weight")
def _there_returned_detached(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime.detach(), F_ts(s_prime), t_prime, F_st(t_prime)


@rejected("01.3", "afterwards s at")
def _in_place(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    s.copy_(s_prime.detach())
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


@rejected("01.3", "afterwards F_ts.weight.requires_grad is False instead of True")
def _leaves_frozen(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    out = s_prime, F_ts(s_prime), t_prime, F_st(t_prime)
    F_ts.requires_grad_(False)
    return out


@rejected("01.3", "your code raised RuntimeError")
def _two_pictures_only(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s.reshape(2, 3, *s.shape[2:])), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


@rejected("01.3", "expected s', s'', t', t''")
def _half_of_it(F_st, F_ts, s, t):
    return F_st(s), F_ts(t)


# ------------------------------------------------------------------------------------------------ 01.4


@accepted("01.4")
def _swap(x):
    return x[:, [0, 2, 1]]


@accepted("01.4")
def _upside_down(x):
    return x.flip(2)


@accepted("01.4")
def _halves(x):
    return x.roll(x.shape[2] // 2, 2)


@rejected("01.4", "information lost")
def _black_and_white(x):
    return 0 * x + (x.mean(1, keepdim=True) > 0).to(x.dtype)


@rejected("01.4", "leaves [-1, 1]")
def _brighter(x):
    return x + 0.5


@rejected("01.4", "something else")
def _dice(x):
    return torch.rand(x.shape, generator=_GOES_ON, dtype=x.dtype) * 2 - 1


_GOES_ON = torch.Generator().manual_seed(0)


@rejected("01.4", "should not draw random numbers from torch's global generator")
def _everybodys_dice(x):
    return torch.rand_like(x) * 2 - 1


@rejected("01.4", "afterwards x")
def _in_place(x):
    return x.neg_()


@rejected("01.4", "other pictures of the batch")
def _other_picture(x):
    return x.flip(0) if len(x) > 1 else -x


@rejected("01.4", "float64 came in")
def _always_float32(x):
    return -x.float()


@rejected("01.4", "further instead of back")
def _by_ten_rows(x):
    return x.roll(10, 2)


@rejected("01.4", "shape")
def _fits_32_px(x):
    return -x.reshape(-1, 3, 32, 32) if x.numel() % 3072 == 0 else x[:, :1]


class _Toggle:
    """There by one road, home by another: no generator remembers which call it is."""

    def __init__(self):
        self.away = False

    def __call__(self, x):
        self.away = not self.away
        return x * 0.5 if self.away else x * 2


rejected("01.4", "something else")(_Toggle())

# ------------------------------------------------------------------------------------------------ invented by readers


@rejected("01.1", "the judge's loss is")
def _labels_a_little_soft(real, fake):
    return ((real - 0.9).square().mean() + fake.square().mean()) / 2


@rejected("01.1", "the judge's loss is")
def _one_denominator(real, fake):
    return ((real - 1).square().sum() + fake.square().sum()) / (2 * real.numel())


@rejected("01.1", "afterwards real at")
def _relabels_in_place(real, fake):
    real -= 1
    return (real.square().mean() + fake.square().mean()) / 2


@rejected("01.1", "the judge's loss is")
def _clipped_to_probabilities(real, fake):
    return ((real.clamp(0, 1) - 1).square().mean() + fake.clamp(0, 1).square().mean()) / 2


@rejected("01.2", "the cycle loss is")
def _one_sided(x, x_cycled):
    return 2 * torch.relu(x - x_cycled).mean()


@rejected("01.2", "the cycle loss is")
def _only_where_they_differ(x, x_cycled):
    missed = (x - x_cycled).abs()
    return missed[missed > 0.01].mean()


@rejected("01.2", "part of it is cut off, or something is added")
def _shows_one_loss_teaches_another(x, x_cycled):
    squares = (x - x_cycled).square().mean()
    return (x - x_cycled).abs().mean().detach() + squares - squares.detach()


@rejected("01.3", "the shape of t'")
def _as_many_zebras_as_horses(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t[: len(s)])
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


@rejected("01.3", "no gradient of s'' reaches F_ts.weight")
def _way_home_frozen(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    F_st.requires_grad_(False), F_ts.requires_grad_(False)
    out = s_prime, F_ts(s_prime), t_prime, F_st(t_prime)
    F_st.requires_grad_(True), F_ts.requires_grad_(True)
    return out


@rejected("01.3", "the result is a dict")
def _by_name(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return {"s'": s_prime, "s''": F_ts(s_prime), "t'": t_prime, "t''": F_st(t_prime)}


@rejected("01.3", "the .grad of F_st.weight is emptied instead of left alone")
def _empties_gradients_first(F_st, F_ts, s, t):
    F_st.zero_grad(), F_ts.zero_grad()
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(t_prime)


_ALBUM = {}


@rejected("01.4", "puts something aside from call to call, in _ALBUM")
def _keeps_the_original_in_an_album(x):
    key = round(float(x.double().sum()), 3)
    if key in _ALBUM:
        return _ALBUM[key].clone()
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(1), dtype=x.dtype) * 2 - 1
    _ALBUM[round(float(noise.double().sum()), 3)] = x.clone()
    return noise


@rejected("01.4", "global generator")
def _tosses_a_coin(x):
    return x.flip(2) if torch.rand(()) < 0.5 else -x


@rejected("01.4", "leaves [-1, 1]")
def _brighter_than_white(x):
    return 1.5 - x
