"""Lesson 02, composition: what answers are tried on, and the mistakes that are recognised."""

from typing import Any

import torch

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_02 import figures
from uagt_lib.course.lessons.lesson_02.answers import matte_gradient, there_and_back
from uagt_lib.method.compose import attended, compose

# ------------------------------------------------------------------------------------------------ 02.1 Eq. 1


def photo_paint_matte(draw: Draw) -> dict[str, Any]:
    """Nothing in common but the size."""
    return {"s": draw.picture(), "painted": draw.picture(), "s_a": draw.matte()}


define(
    "02.1",
    compose,
    at_sizes(photo_paint_matte),
    "s'",
    part="compose",
    equation="Eq. 1",
    difficulty=1,
    minutes=5,
    hints=[
        "At a pixel where s_a is 0.3 you want 30 % of the paint and 70 % of the photo.",
        "Two products and a sum. The matte's one channel broadcasts over the three colours by itself.",
    ],
    draw=figures.draw_compose,
)


@law("02.1", "a matte of zeros gives back the photo to the bit")
def zeros(answer):
    given = photo_paint_matte(Draw(2, 5, 4, torch.float32))
    given["s_a"].zero_()
    expect(torch.equal(answer(*given.values()), given["s"]), "a matte of zeros must give back the photo to the bit")


@mistake("02.1", "image and paint are swapped, which repaints all but the horse: s_a multiplies the paint, (1 - s_a) s")
def swapped(s, painted, s_a):
    return s_a * s + (1 - s_a) * painted


@mistake("02.1", "the photo is added whole, so the horse is there twice; it only fills what s_a leaves, (1 - s_a)")
def added_whole(s, painted, s_a):
    return s_a * painted + s


@mistake("02.1", "the matte was turned into a yes or no, from which nothing learns; 0.3 must stay 30 % of the paint")
def decided(s, painted, s_a):
    return torch.where(s_a > 0.5, painted, s)


@mistake("02.1", "only the paint is kept; where is the background, (1 - s_a) of s?")
def only_paint(s, painted, s_a):
    return s_a * painted


@mistake("02.1", "this is half of each; s_a decides how much, pixel by pixel")
def half_of_each(s, painted, s_a):
    return (painted + s) / 2 + 0 * s_a


@mistake("02.1", "no gradient reaches the matte: leave detach() out, this is how attention learns")
def matte_detached(s, painted, s_a):
    return compose(s, painted, s_a.detach())


@mistake("02.1", "half of the gradient misses the matte: s_a stands in Eq. 1 twice, and must learn from both places")
def detached_before_paint(s, painted, s_a):
    return s_a.detach() * painted + (1 - s_a) * s


@mistake("02.1", "half of the gradient misses the matte: s_a stands in Eq. 1 twice, and must learn from (1 - s_a) too")
def detached_before_photo(s, painted, s_a):
    return s_a * painted + (1 - s_a.detach()) * s


@mistake("02.1", "no gradient reaches the photo; on the way back s is a network's own work, and must teach it")
def photo_detached(s, painted, s_a):
    return compose(s.detach(), painted, s_a)


# ------------------------------------------------------------------------------------------------ 02.2 its gradient


def upstream_photo_paint(draw: Draw) -> dict[str, Any]:
    """A gradient of s' and the two pictures that s' was made of."""
    return {"upstream": draw.normal(draw.n, 3, draw.height, draw.width), "s": draw.picture(), "painted": draw.picture()}


define(
    "02.2",
    matte_gradient,
    at_sizes(upstream_photo_paint),
    "the gradient",
    part="attention",
    equation="Eq. 1",
    difficulty=2,
    minutes=10,
    hints=[
        "One pixel, one colour first: s' = s_a F + (1 - s_a) s. Differentiate with respect to s_a: F and s stay.",
        "Chain rule: (how the loss changes with s') times (how s' changes with s_a). The first is `upstream`.",
        "s_a is used three times, once per colour. The effects of one number in several places add up: "
        "`.sum(1, keepdim=True)`.",
    ],
    draw=figures.draw_gradient,
    compared=("value",),
)


@law("02.2", "autograd agrees")
def autograd_agrees(answer):
    given = photo_paint_matte(Draw(3, 7, 3, torch.float64))
    s, painted, s_a = given["s"], given["painted"], given["s_a"].requires_grad_()
    s_prime = compose(s, painted, s_a)
    upstream, wanted = torch.autograd.grad((s_prime - 0.3).pow(3).mean(), (s_prime, s_a))
    found = answer(upstream, s, painted)
    expect(torch.allclose(found, wanted), "autograd finds another gradient, for a loss that is a mean of third powers")


@mistake("02.2", "this is the mean over colours; one number used three times collects the sum of three effects")
def mean_over_colours(upstream, s, painted):
    return (upstream * (painted - s)).mean(1, keepdim=True)


@mistake("02.2", "the sign is turned round: more attention means more paint, so s' changes by painted - s")
def sign_turned(upstream, s, painted):
    return (upstream * (s - painted)).sum(1, keepdim=True)


@mistake("02.2", "the colours are summed, but their dimension is gone; the matte is (N, 1, H, W): keepdim=True")
def dimension_gone(upstream, s, painted):
    return (upstream * (painted - s)).sum(1)


@mistake("02.2", "there is still one value per colour; s_a is one number for all three, so their effects add up")
def one_per_colour(upstream, s, painted):
    return upstream * (painted - s)


@mistake("02.2", "this is how s' changes with s_a; times how the loss changes with s' (upstream) is missing")
def without_upstream(upstream, s, painted):
    return (painted - s).sum(1, keepdim=True)


@mistake("02.2", "only the paint is counted; more attention also means less of the photo")
def paint_only(upstream, s, painted):
    return (upstream * painted).sum(1, keepdim=True)


@mistake("02.2", "the colours were summed before they were multiplied; multiply colour by colour, then sum")
def summed_first(upstream, s, painted):
    return upstream.sum(1, keepdim=True) * (painted - s).sum(1, keepdim=True)


@mistake("02.2", "absolute values lose the sign, and the sign says whether the matte should rise or fall")
def sizes_only(upstream, s, painted):
    return (upstream * (painted - s)).abs().sum(1, keepdim=True)


@mistake("02.2", "painted - s keeps its sign: paint that is darker than the photo pulls the other way")
def size_of_difference(upstream, s, painted):
    return (upstream * (painted - s).abs()).sum(1, keepdim=True)


@mistake("02.2", "that is the sum over all colours and pixels; every pixel has a matte, and a gradient, of its own")
def one_number(upstream, s, painted):
    return (upstream * (painted - s)).sum()


# ------------------------------------------------------------------------------------------------ 02.3 there and back


def photo_and_four_networks(draw: Draw) -> dict[str, Any]:
    """Networks that can be told apart by what they do."""
    return {
        "s": draw.picture(),
        "F_st": draw.network(3),
        "A_s": draw.network(1, torch.sigmoid),
        "F_ts": draw.network(3, torch.sin),
        "A_t": draw.network(1, torch.sigmoid),
    }


define(
    "02.3",
    there_and_back,
    at_sizes(photo_and_four_networks),
    ("s'", "s''"),
    part="compose",
    equation="Eq. 1, 3",
    difficulty=2,
    minutes=10,
    hints=[
        "The way back is the same sentence as the way there, said of another picture: s' takes the place of s.",
        "On the way back only s' exists. It is the image, it is what both networks look at, and it is the background.",
        "Two calls of compose(image, paint, matte). In the second, s' stands in all three places.",
    ],
    draw=figures.draw_trip,
)


@mistake(
    "02.3",
    "the way back takes its background from s, which hands in the answer: all that the second matte leaves is right "
    "for free; there only s' exists, and so it is the background",
)
def background_of_s(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(s, F_ts(there), A_t(there))


@mistake("02.3", "s_a is used again on the way back; there A_T looks at s', to find the zebra that is there now")
def one_map(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_s(s))


@mistake("02.3", "A_T was shown s; on the way back it looks at s', where the zebra is")
def map_of_s(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(s))


@mistake("02.3", "F_TS was shown the raw paint; it repaints s', which is what left Eq. 1")
def paint_of_paint(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(F_st(s)), A_t(there))


@mistake("02.3", "A_S looked at s'; on a picture of domain T, A_T has to look")
def wrong_eye_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_s(there))


@mistake("02.3", "F_TS was shown s; on the way back it repaints s'")
def paint_of_s(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(s), A_t(there))


@mistake("02.3", "F_ST painted on the way back too; home leads F_TS")
def same_painter(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_st(there), A_t(there))


@mistake("02.3", "s'' is the raw paint of the way back; Eq. 1 holds there too")
def raw_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, F_ts(there)


@mistake("02.3", "image and paint are exchanged on the way back: it is compose(image, paint, matte)")
def exchanged_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(F_ts(there), there, A_t(there))


@mistake("02.3", "A_T looked at the paint of the way back; it has to find the object in s'")
def eye_on_paint_back(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(F_ts(there)))


@mistake("02.3", "A_T looked at the raw paint; it has to find the object in s', which is what left Eq. 1")
def eye_on_raw_paint(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(F_st(s)))


@mistake("02.3", "the way back starts from the raw paint F_ST(s); it starts from s', which is what left Eq. 1")
def back_from_paint(s, F_st, A_s, F_ts, A_t):
    there, paint = compose(s, F_st(s), A_s(s)), F_st(s)
    return there, compose(paint, F_ts(paint), A_t(paint))


@mistake("02.3", "the order is turned round: s' first, then s''")
def turned_round(s, F_st, A_s, F_ts, A_t):
    return there_and_back(s, F_st, A_s, F_ts, A_t)[::-1]


@mistake("02.3", "s' is the raw paint; Eq. 1 puts it together with s first")
def raw_there(s, F_st, A_s, F_ts, A_t):
    there = F_st(s)
    return there, compose(there, F_ts(there), A_t(there))


@mistake("02.3", "s' was made with A_T; on s, a picture of domain S, A_S has to look")
def wrong_eye(s, F_st, A_s, F_ts, A_t):
    return there_and_back(s, F_st, A_t, F_ts, A_s)


@mistake("02.3", "image and paint are exchanged, there and back: it is compose(image, paint, matte)")
def exchanged(s, F_st, A_s, F_ts, A_t):
    there = compose(F_st(s), s, A_s(s))
    return there, compose(F_ts(there), there, A_t(there))


@mistake("02.3", "A_S looked at the paint; it has to find the object in the photo, s")
def eye_on_paint(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(F_st(s)))
    return there, compose(there, F_ts(there), A_t(there))


@mistake("02.3", "only s'' came back; s' is asked for as well, before it")
def only_the_end(s, F_st, A_s, F_ts, A_t):
    return there_and_back(s, F_st, A_s, F_ts, A_t)[1]


@mistake("02.3", "s' was detached before the way back, so F_ST and A_S never hear of a failed return")
def cut_between(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, there_and_back(there.detach(), F_ts, A_t, F_st, A_s)[0]


@mistake("02.3", "the networks of the way back were shown a detached s': part of the gradient to F_ST and A_S is lost")
def cut_from_networks(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there.detach()), A_t(there.detach()))


@mistake("02.3", "one road from s' to s'' is cut: A_t looks at a detached s', so where it looks teaches F_st nothing")
def cut_before_eye(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there), A_t(there.detach()))


@mistake("02.3", "one road from s' to s'' is cut: F_ts paints a detached s', so what it paints teaches F_st nothing")
def cut_before_paint(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there, F_ts(there.detach()), A_t(there))


@mistake("02.3", "one road from s' to s'' is cut: the background of s'' is a detached s', though it is a part of s'")
def cut_background(s, F_st, A_s, F_ts, A_t):
    there = compose(s, F_st(s), A_s(s))
    return there, compose(there.detach(), F_ts(there), A_t(there))


@mistake("02.3", "the s' that you return is detached, so the judge that looks at it can teach nobody")
def returned_detached(s, F_st, A_s, F_ts, A_t):
    there, back = there_and_back(s, F_st, A_s, F_ts, A_t)
    return there.detach(), back


# ------------------------------------------------------------------------------------------------ 02.4 attended


def matte_and_threshold(draw: Draw) -> dict[str, Any]:
    """A matte with some values exactly at the threshold."""
    tau = {1: 0.1, 3: 0.9}.get(draw.n, 0.3)
    s_a = draw.matte()
    s_a[:, :, 0, :2] = tau
    return {"s_a": s_a, "tau": tau}


define(
    "02.4",
    attended,
    at_sizes(matte_and_threshold) | {"tau left out": lambda: {"s_a": torch.tensor([[[[0.0, 0.05, 0.15, 0.7]]]])}},
    "the mask",
    part="foreground",
    equation="Eq. 6",
    difficulty=1,
    minutes=4,
    hints=[
        "A comparison of a tensor with a number gives True or False for every element.",
        "Images are multiplied by the result, so it has to be of the matte's own type: `.to(s_a.dtype)`.",
    ],
    draw=figures.draw_attended,
)


@mistake("02.4", "a value of exactly tau is not above tau: Eq. 6 says >, not >= (the released program has >=)")
def at_least(s_a, tau=0.1):
    return (s_a >= tau).to(s_a.dtype)


@mistake("02.4", "this is True and False; images are multiplied by it, so make numbers of it: `.to(s_a.dtype)`")
def boolean(s_a, tau=0.1):
    return s_a > tau


@mistake("02.4", "above the threshold the soft values are still there, a matte again; 1 or 0 is asked for")
def still_soft(s_a, tau=0.1):
    return s_a * (s_a > tau)


@mistake("02.4", "black and white are swapped: attended pixels are 1")
def inverted(s_a, tau=0.1):
    return (s_a <= tau).to(s_a.dtype)


@mistake("02.4", "the comparison is turned round: 1 belongs where s_a is ABOVE tau")
def below(s_a, tau=0.1):
    return (s_a < tau).to(s_a.dtype)


@mistake("02.4", "the threshold is 0.5, as in rounding; it should be tau")
def rounded(s_a, tau=0.1):
    return (s_a > 0.5).to(s_a.dtype)


@mistake("02.4", "tau is an argument; yours stays at 0.1 whatever it is told")
def tau_fixed(s_a, tau=0.1):
    return (s_a > 0.1).to(s_a.dtype)


@mistake("02.4", "`.float()` gives float32 whatever the matte is; the mask has the matte's own type: `.to(s_a.dtype)`")
def always_float32(s_a, tau=0.1):
    return (s_a > tau).float()


@mistake("02.4", "a straight-through gradient reaches the matte; a condition has none: attention learns through Eq. 1")
def straight_through(s_a, tau=0.1):
    return (s_a > tau).to(s_a.dtype) + s_a - s_a.detach()
