"""Answers to the exercises of lesson 02."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method.compose import compose


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


@rejected("02.1", "yes or no")
def _decided(s, painted, s_a):
    return torch.where(s_a > 0.5, painted, s)


@rejected("02.1", "in place")
def _in_place(s, painted, s_a):
    painted *= s_a
    return painted + (1 - s_a) * s


@rejected("02.1", "only the paint")
def _foreground_only(s, painted, s_a):
    return s_a * painted


@accepted("02.2")
def _einsum(upstream, s, painted):
    return torch.einsum("nchw,nchw->nhw", upstream, painted - s)[:, None]


@accepted("02.2")
def _by_autograd(upstream, s, painted):
    s_a = torch.full_like(s[:, :1], 0.5, requires_grad=True)
    [found] = torch.autograd.grad(compose(s, painted.detach(), s_a), s_a, upstream)
    return found


@rejected("02.2", "mean over colours")
def _mean(upstream, s, painted):
    return (upstream * (painted - s)).mean(1, keepdim=True)


@rejected("02.2", "sign")
def _sign(upstream, s, painted):
    return (upstream * (s - painted)).sum(1, keepdim=True)


@rejected("02.2", "one value per colour")
def _per_colour(upstream, s, painted):
    return upstream * (painted - s)


@rejected("02.2", "keepdim")
def _flat(upstream, s, painted):
    return (upstream * (painted - s)).sum(1)


@rejected("02.2", "upstream")
def _no_chain_rule(upstream, s, painted):
    return (painted - s).sum(1, keepdim=True)


@rejected("02.2", "less of the photo")
def _paint_only(upstream, s, painted):
    return (upstream * painted).sum(1, keepdim=True)


@accepted("02.3")
def _as_a_loop(s, F_st, A_s, F_ts, A_t):
    seen = [s]
    for paint, attend in ((F_st, A_s), (F_ts, A_t)):
        x = seen[-1]
        seen.append(x + attend(x) * (paint(x) - x))
    return tuple(seen[1:])


@rejected("02.3", "background from s")
def _background_of_s(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(s, F_ts(there), A_t(there))


@rejected("02.3", "s_a is used again")
def _one_map(s, F_st, A_s, F_ts, A_t):
    s_a = A_s(s)
    there = compose(s, F_st(s), s_a)
    return there, compose(there, F_ts(there), s_a)


@rejected("02.3", "A_T was shown s")
def _looks_at_s(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(s))


@rejected("02.3", "raw paint")
def _no_composition(s, F_st, A_s, F_ts, A_t):
    there = F_st(s)
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.3", "two pictures")
def _only_the_end(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return compose(there, F_ts(there), A_t(there))


@rejected("02.3", "detach")
def _cut_off(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    x = there.detach()
    return there, compose(there, F_ts(x), A_t(x))


@rejected("02.3", "no gradient reaches F_ST, A_S")
def _cut_off_whole(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    x = there.detach()
    return there, compose(x, F_ts(x), A_t(x))


@accepted("02.4")
def _where(s_a, tau=0.1):
    return torch.where(s_a > tau, torch.ones_like(s_a), torch.zeros_like(s_a))


@accepted("02.4")
def _sign_of(s_a, tau=0.1):
    return torch.sign(torch.relu(s_a - tau))


@rejected("02.4", "not >=")
def _at_least(s_a, tau=0.1):
    return (s_a >= tau).to(s_a.dtype)


@rejected("02.4", "True and False")
def _boolean(s_a, tau=0.1):
    return s_a > tau


@rejected("02.4", "soft values")
def _still_soft(s_a, tau=0.1):
    return s_a * (s_a > tau)


@rejected("02.4", "tau is an argument")
def _fixed(s_a, tau=0.1):
    return (s_a > 0.1).to(s_a.dtype)


@rejected("02.4", ".to(s_a.dtype)")
def _always_float32(s_a, tau=0.1):
    return (s_a > tau).float()


@rejected("02.1", "from both places")
def _half_a_gradient(s, painted, s_a):
    return s_a.detach() * painted + (1 - s_a) * s


@rejected("02.1", "from both places")
def _other_half(s, painted, s_a):
    return s_a * painted + (1 - s_a.detach()) * s


@rejected("02.2", "colour by colour")
def _sums_first(upstream, s, painted):
    return upstream.sum(1, keepdim=True) * (painted - s).sum(1, keepdim=True)


@rejected("02.2", "absolute values")
def _size_only(upstream, s, painted):
    return (upstream * (painted - s)).abs().sum(1, keepdim=True)


@rejected("02.2", "keeps its sign")
def _size_of_the_difference(upstream, s, painted):
    return (upstream * (painted - s).abs()).sum(1, keepdim=True)


@rejected("02.2", "a gradient, of its own")
def _one_number(upstream, s, painted):
    return (upstream * (painted - s)).sum()


@rejected("02.3", "exchanged")
def _exchanged(s, F_st, A_s, F_ts, A_t):
    there = compose(F_st(s), s, A_s(s))
    return there, compose(F_ts(there), there, A_t(there))


@rejected("02.3", "exchanged on the way back")
def _exchanged_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(F_ts(there), there, A_t(there))


@rejected("02.3", "looked at the paint")
def _attention_on_paint(s, F_st, A_s, F_ts, A_t):
    paint = F_st(s)
    there = compose(s, paint, A_s(paint))
    return there, compose(there, F_ts(there), A_t(there))


@rejected("02.3", "looked at the paint of the way back")
def _attention_on_paint_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    paint = F_ts(there)
    return there, compose(there, paint, A_t(paint))


@rejected("02.3", "starts from the raw paint")
def _stays_on_paint(s, F_st, A_s, F_ts, A_t):
    paint = F_st(s)
    return compose(s, paint, A_s(s)), compose(paint, F_ts(paint), A_t(paint))


@rejected("02.4", "turned round")
def _below(s_a, tau=0.1):
    return (s_a < tau).to(s_a.dtype)


@rejected("02.4", "rounding")
def _rounds(s_a, tau=0.1):
    return s_a.round()
