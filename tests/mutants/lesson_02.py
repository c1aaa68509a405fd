"""Answers to the exercises of lesson 02, beside the mistakes that are registered and those that are generated."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method.compose import compose

# ------------------------------------------------------------------------------------------------ 02.1


@accepted("02.1")
def _lerp(s, painted, s_a):
    return torch.lerp(s, painted, s_a)


@accepted("02.1")
def _photo_plus_change(s, painted, s_a):
    return s + s_a * (painted - s)


@accepted("02.1")
def _colour_by_colour(s, painted, s_a):
    a = s_a[:, 0]
    return torch.stack([a * painted[:, c] + (1 - a) * s[:, c] for c in range(3)], 1)


@rejected("02.1", "no gradient reaches the photo")
def _photo_detached(s, painted, s_a):
    return s_a * painted + (1 - s_a) * s.detach()


@rejected("02.1", "no gradient of s' reaches painted")
def _paint_detached(s, painted, s_a):
    return s_a * painted.detach() + (1 - s_a) * s


@rejected("02.1", "afterwards painted")
def _in_place(s, painted, s_a):
    painted *= s_a
    return painted + (1 - s_a) * s


@rejected("02.1", "afterwards painted")
def _difference_in_place(s, painted, s_a):
    painted -= s
    return s + s_a * painted


@rejected("02.1", "afterwards s_a.requires_grad")
def _matte_loses_its_history(s, painted, s_a):
    s_prime = compose(s, painted, s_a)
    s_a.detach_()
    return s_prime


@rejected("02.1", "right for N, H, W = 2, 5, 4")
def _two_pictures(s, painted, s_a):
    return torch.stack([s_a[i] * painted[i] + (1 - s_a[i]) * s[i] for i in range(2)]) if len(s) > 1 else s


@rejected("02.1", "the shape of s'")
def _matte_of_one_picture(s, painted, s_a):
    return compose(s, painted, s_a)[:1]


@rejected("02.1", "part of it is cut off, or something is added")
def _hard_but_straight_through(s, painted, s_a):
    return compose(s, painted, s_a) + 0.5 * (s_a - s_a.detach())


@rejected("02.1", "bit")
def _a_little_paint_everywhere(s, painted, s_a):
    return compose(s, painted, s_a * (1 - 1e-12) + 1e-12) if s.dtype == torch.float64 else compose(
        s, painted, (s_a + 1e-7) / (1 + 1e-7)
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ 02.2


@accepted("02.2")
def _einsum(upstream, s, painted):
    return torch.einsum("nchw,nchw->nhw", upstream, painted - s)[:, None]


@accepted("02.2")
def _by_autograd(upstream, s, painted):
    s_a = torch.full_like(s[:, :1], 0.5, requires_grad=True)
    [found] = torch.autograd.grad(compose(s, painted.detach(), s_a), s_a, upstream)
    return found


@accepted("02.2")
def _three_colours(upstream, s, painted):
    return sum(upstream[:, c : c + 1] * (painted[:, c : c + 1] - s[:, c : c + 1]) for c in range(3))


@rejected("02.2", "afterwards painted")
def _in_place(upstream, s, painted):
    painted -= s
    return (upstream * painted).sum(1, keepdim=True)


@rejected("02.2", "afterwards upstream")
def _upstream_in_place(upstream, s, painted):
    return upstream.mul_(painted - s).sum(1, keepdim=True)


@rejected("02.2", "the gradient at")
def _first_colour_only(upstream, s, painted):
    return (upstream * (painted - s))[:, :1]


@rejected("02.2", "your code raised RuntimeError")
def _fits_two_pictures(upstream, s, painted):
    return (upstream * (painted - s)).sum(1).reshape(2, 1, *s.shape[2:])


@rejected("02.2", "right for N, H, W = 2, 5, 4")
def _fits_a_height(upstream, s, painted):
    found = (upstream * (painted - s)).sum(1, keepdim=True)
    return torch.cat([found[:, :, :5], 0 * found[:, :, 5:]], 2)


@rejected("02.2", "the type of the gradient")
def _always_float32(upstream, s, painted):
    return (upstream * (painted - s)).sum(1, keepdim=True).float()


# ------------------------------------------------------------------------------------------------ 02.3


@accepted("02.3")
def _as_a_loop(s, F_st, A_s, F_ts, A_t):
    seen = [s]
    for paint, attend in ((F_st, A_s), (F_ts, A_t)):
        x = seen[-1]
        seen.append(x + attend(x) * (paint(x) - x))
    return tuple(seen[1:])


@accepted("02.3")
def _by_a_helper(s, F_st, A_s, F_ts, A_t):
    def go(x, paint, attend):
        return compose(x, paint(x), attend(x))

    there = go(s, F_st, A_s)
    return [there, go(there, F_ts, A_t)]


@accepted("02.3")
def _written_out(s, F_st, A_s, F_ts, A_t):
    s_a, paint = A_s(s), F_st(s)
    there = s_a * paint + (1 - s_a) * s
    a, paint = A_t(there), F_ts(there)
    return there, a * paint + (1 - a) * there


@rejected("02.3", "you return is detached")
def _detached_for_the_plot(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there.detach(), compose(there, F_ts(there), A_t(there))


@rejected("02.3", "s' was detached before the way back")
def _cut_off_whole(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    x = there.detach()
    return there, compose(x, F_ts(x), A_t(x))


@rejected("02.3", "part of the gradient to F_ST and A_S is lost")
def _cut_off(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    x = there.detach()
    return there, compose(there, F_ts(x), A_t(x))


@rejected("02.3", "the gradient of s'' with respect to s at")
def _map_under_no_grad(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    with torch.no_grad():
        a = A_t(there)
    return there, compose(there, F_ts(there), a)


@rejected("02.3", "no gradient of s' reaches s:")
def _photo_detached(s, F_st, A_s, F_ts, A_t):
    there = compose(s.detach(), F_st(s.detach()), A_s(s.detach()))
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.3", "afterwards A_s.weight.requires_grad is False")
def _leaves_frozen(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    A_s.requires_grad_(False)
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.3", "afterwards s at")
def _in_place(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    s.copy_(there.detach())
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.3", "RuntimeError")
def _two_pictures_only(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s).reshape(2, 1, *s.shape[2:]))
    return there, compose(there, F_ts(there), A_t(there))


# ------------------------------------------------------------------------------------------------ 02.4


@accepted("02.4")
def _where(s_a, tau=0.1):
    return torch.where(s_a > tau, torch.ones_like(s_a), torch.zeros_like(s_a))


@accepted("02.4")
def _sign_of(s_a, tau=0.1):
    return torch.sign(torch.relu(s_a.detach() - tau))


@accepted("02.4")
def _filled_in(s_a, tau=0.1):
    mask = torch.zeros_like(s_a)
    mask[s_a > tau] = 1
    return mask


@rejected("02.4", "straight-through")
def _soft_rest_smuggled_in(s_a, tau=0.1):
    hard = (s_a > tau).to(s_a.dtype)
    return hard + s_a - s_a.detach()


@rejected("02.4", "a gradient of the mask reaches s_a, which should get none of it")
def _steep_sigmoid(s_a, tau=0.1):
    soft = ((s_a - tau) * 50).sigmoid()
    return (s_a > tau).to(s_a.dtype) + soft - soft.detach()


@rejected("02.4", "afterwards s_a at")
def _in_place(s_a, tau=0.1):
    s_a.copy_((s_a > tau).to(s_a.dtype))
    return s_a.detach().clone()


@rejected("02.4", "afterwards s_a")
def _clipped(s_a, tau=0.1):
    mask = (s_a > tau).to(s_a.dtype)
    s_a.detach().clamp_(min=tau)
    return mask


@rejected("02.4", "RuntimeError")
def _fits_two_pictures(s_a, tau=0.1):
    return (s_a > tau).to(s_a.dtype).reshape(2, 1, *s_a.shape[2:])


@rejected("02.4", "threshold is 0.5")
def _rounds(s_a, tau=0.1):
    return s_a.detach().round()


@rejected("02.4", "the shape of the mask")
def _no_channel(s_a, tau=0.1):
    return (s_a > tau).to(s_a.dtype)[:, 0]


# ------------------------------------------------------------------------------------------------ invented by readers


@rejected("02.1", "s' at")
def _cut_off_near_the_ends(s, painted, s_a):
    return (s_a * painted + (1 - s_a) * s).clamp(-0.99, 0.99)


@rejected("02.1", "s' at")
def _matte_squared(s, painted, s_a):
    return s_a**2 * painted + (1 - s_a**2) * s


@rejected("02.1", "s' at [1,")
def _one_matte_for_the_batch(s, painted, s_a):
    return s_a[:1] * painted + (1 - s_a[:1]) * s


@rejected("02.1", "afterwards painted at")
def _matte_laid_on_the_paint_itself(s, painted, s_a):
    painted.detach().mul_(s_a.detach())
    return painted + (1 - s_a) * s


@rejected("02.2", "the gradient at")
def _normalised(upstream, s, painted):
    found = (upstream * (painted - s)).sum(1, keepdim=True)
    return found / found.abs().max()


@rejected("02.2", "the gradient at")
def _in_grey(upstream, s, painted):
    return 3 * upstream.mean(1, keepdim=True) * (painted - s).mean(1, keepdim=True)


@rejected("02.2", "afterwards painted at")
def _difference_in_place(upstream, s, painted):
    painted -= s
    return (upstream * painted).sum(1, keepdim=True)


@rejected("02.3", "afterwards A_t.training is False")
def _eyes_in_evaluation(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t.eval()(there))


@rejected("02.3", "s'' at")
def _never_left(s, F_st, A_s, F_ts, A_t):
    return compose(s, F_st(s), A_s(s)), s.clone()


@rejected("02.3", "part of it is cut off, or something is added")
def _home_straight_through(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, s + (compose(there, F_ts(there), A_t(there)) - s).detach()


@rejected("02.3", "the .grad of A_s.weight is emptied instead of left alone")
def _empties_gradients_first(s, F_st, A_s, F_ts, A_t):
    A_s.zero_grad()
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.4", "the mask at")
def _rounded_first(s_a, tau=0.1):
    return (s_a.round(decimals=1) > tau).to(s_a.dtype)


@rejected("02.4", "the mask at")
def _share_of_the_brightest(s_a, tau=0.1):
    return (s_a > tau * s_a.amax((1, 2, 3), keepdim=True) * 0.9).to(s_a.dtype)


@rejected("02.4", "the type of the mask is torch.int64")
def _whole_numbers(s_a, tau=0.1):
    return (s_a > tau).long()
