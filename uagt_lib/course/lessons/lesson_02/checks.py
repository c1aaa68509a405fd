"""Lesson 02, composition: checks."""

from collections.abc import Callable, Iterator

import torch
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.method.compose import attended, compose
from uagt_lib.show.figures import draw

Network = Callable[[Tensor], Tensor]


def matte_gradient(upstream: Tensor, s: Tensor, painted: Tensor) -> Tensor:
    """What Eq. 1 passes on to the matte: the gradient of a loss with respect to s_a.

    Args:
        upstream: gradient of the loss with respect to s', (N, 3, H, W).
        s: images (N, 3, H, W).
        painted: the generator's paint for them, same shape.

    Returns:
        (N, 1, H, W): the sum over colours of upstream * (painted - s).
    """
    return (upstream * (painted - s)).sum(1, keepdim=True)


def there_and_back(s: Tensor, F_st: Network, A_s: Network, F_ts: Network, A_t: Network) -> tuple[Tensor, Tensor]:
    """Eq. 1 twice: s' in the other domain, and s'' back home, as `Model.trips` computes them.

    Args:
        s: images (N, 3, H, W).
        F_st: the generator for the way there; F_ts: for the way back.
        A_s: the attention network that looks at s; A_t: the one that looks at s'.

    Returns:
        s' and s'', both (N, 3, H, W).
    """
    s_prime = compose(s, F_st(s), A_s(s))
    return s_prime, compose(s_prime, F_ts(s_prime), A_t(s_prime))


def _scene(side: int = 48) -> tuple[Tensor, Tensor, Tensor]:
    """A picture, paint of another colour, and a soft disc as matte: (1, 3, side, side) twice, (1, 1, side, side)."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    matte = torch.sigmoid(12 * (0.6 - (x**2 + y**2).sqrt()))[None, None]
    source = torch.stack([-0.6 + 0.2 * y, 0.3 + 0.2 * x, -0.5 + 0 * x])[None]
    paint = torch.stack([0.9 + 0 * x, 0.3 * torch.sign(torch.sin(20 * x)), -0.2 + 0 * x])[None]
    return source, paint, matte


def _draw_compose(axis: Axes, answer) -> None:
    """Paint of one colour over a picture of another, kept inside a disc."""
    draw(axis, answer(*_scene())[0])


@checks(
    "02.1",
    compose,
    part="compose",
    equation="Eq. 1",
    difficulty=1,
    minutes=5,
    hints=[
        "At a pixel where s_a is 0.3 you want 30 % of the paint and 70 % of the photo.",
        "Two products and a sum. The matte's one channel broadcasts over the three colours by itself.",
    ],
    mistakes=[
        "Image and paint swapped: attention then protects the object and repaints the rest.",
        "The photo added whole: the object is there twice, and values leave [-1, 1].",
        "A matte turned into a decision (`torch.where(s_a > 0.5, ...)`): right on a hard mask, and nothing learns.",
    ],
    draw=_draw_compose,
)
def _compose(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(1)
    s, painted = (torch.rand(2, 3, 8, 8, generator=g) * 2 - 1 for _ in range(2))
    s_a = torch.rand(2, 1, 8, 8, generator=g)
    before = s.clone(), painted.clone(), s_a.clone()
    got = answer(s, painted, s_a)
    expect(
        all(torch.equal(a, b) for a, b in zip((s, painted, s_a), before, strict=True)),
        "your code changes its inputs in place; whoever called it still needs s, the paint and the matte",
    )
    hard = (s_a > 0.5).float()
    same(
        got,
        s_a * painted + (1 - s_a) * s,
        {
            "image and paint are swapped: s_a must multiply the paint, (1 - s_a) the photo": s_a * s
            + (1 - s_a) * painted,
            "the photo is added whole; it should only fill what the matte leaves, (1 - s_a)": s_a * painted + s,
            "only the paint is kept; where is the background, (1 - s_a) of s?": s_a * painted,
            "the matte was turned into a yes or no; 0.3 must stay 30 % of the paint": hard * painted + (1 - hard) * s,
            "this is half of each; s_a decides how much, pixel by pixel": (painted + s) / 2,
        },
        "s'",
    )
    yield "random images"
    ones = torch.ones_like(s_a)
    same(answer(s, painted, ones), painted, what="s' under a matte of ones")
    yield "ones give the paint"
    expect(
        torch.equal(answer(s, painted, 0 * ones), s),
        "a matte of zeros must give back the photo to the bit",
    )
    yield "zeros give the photo"
    painted.requires_grad_(), s_a.requires_grad_()
    result = answer(s, painted, s_a)
    reached = (None, None)
    if result.requires_grad:
        reached = torch.autograd.grad(result.sum(), (painted, s_a), allow_unused=True)
    expect(
        reached[0] is not None and reached[1] is not None,
        "no gradient reaches both networks; leave detach() and comparisons out: this is how attention learns",
    )
    want = torch.autograd.grad(compose(s, painted, s_a).sum(), (painted, s_a))
    expect(
        torch.allclose(reached[1], want[1], rtol=1e-4, atol=1e-5),
        "only part of the gradient reaches the matte: s_a stands in Eq. 1 twice, and must teach from both places; "
        "leave detach() out",
    )
    expect(
        torch.allclose(reached[0], want[0], rtol=1e-4, atol=1e-5),
        "the paint gets another gradient than Eq. 1 gives it; leave detach() out",
    )
    yield "both networks get a gradient"


def _draw_gradient(axis: Axes, answer) -> None:
    """The pull on a matte where paint and photo differ inside a disc only, and D wants more red on the left half."""
    s, paint, matte = _scene()
    painted = compose(s, paint, matte)
    upstream = torch.zeros_like(s)
    upstream[:, 0, :, :24], upstream[:, 0, :, 24:] = -1, 1
    found = -answer(upstream, s, painted)[0].detach()
    axis.imshow(found[0] if len(found) == 1 else found.mean(0), cmap="PuOr_r", vmin=-1.6, vmax=1.6)
    axis.set(xticks=[], yticks=[])
    axis.set_xlabel("orange: the matte will rise", fontsize=8)


@checks(
    "02.2",
    matte_gradient,
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
    mistakes=[
        "A mean over colours: the gradient is three times too small. One number used three times collects a sum.",
        "The sign: s - painted. More attention means more paint, so the paint comes first.",
        "`sum(1)` without keepdim: (N, H, W), which then broadcasts against (N, 1, H, W) into something enormous.",
    ],
    draw=_draw_gradient,
)
def _matte_gradient(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(2)
    upstream, s, painted = (torch.rand(2, 3, 4, 5, generator=g) * 2 - 1 for _ in range(3))
    each = upstream * (painted - s)
    same(
        answer(upstream, s, painted),
        each.sum(1, keepdim=True),
        {
            "this is the mean over colours; one number used three times collects the sum of three effects": each.mean(
                1, keepdim=True
            ),
            "the sign is turned round: more attention means more paint, so s' changes by painted - s": -each.sum(
                1, keepdim=True
            ),
            "there is still one value per colour; s_a is one number for all three, so their effects add up": each,
            "the colours are summed, but their dimension is gone; the matte is (N, 1, H, W): keepdim=True": each.sum(1),
            "this is how s' changes with s_a; times how the loss changes with s' (upstream) is missing": (
                painted - s
            ).sum(1, keepdim=True),
            "only the paint is counted; more attention also means less of the photo": (upstream * painted).sum(
                1, keepdim=True
            ),
            "the colours were summed before they were multiplied; multiply colour by colour, then sum": upstream.sum(
                1, keepdim=True
            )
            * (painted - s).sum(1, keepdim=True),
            "absolute values lose the sign, and the sign says whether the matte should rise or fall": each.abs().sum(
                1, keepdim=True
            ),
            "painted - s keeps its sign: paint that is darker than the photo pulls the other way": (
                upstream * (painted - s).abs()
            ).sum(1, keepdim=True),
            "that is the sum over all colours and pixels; every pixel has a matte, and a gradient, of its own": (
                each.sum()
            ),
        },
        "the gradient",
    )
    yield "random images"
    s_a = torch.rand(2, 1, 4, 5, generator=g, requires_grad=True)
    s_prime = compose(s, painted, s_a)
    loss = (s_prime - 0.3).pow(3).mean()
    up, wanted = torch.autograd.grad(loss, (s_prime, s_a))
    same(answer(up, s, painted), wanted, what="the gradient of another loss, against autograd's,")
    yield "autograd agrees"
    same(
        answer(upstream, s, s.clone()),
        torch.zeros(2, 1, 4, 5),
        what="the gradient where paint and photo are the same",
    )
    yield "no difference, no gradient"


def _draw_trip(axis: Axes, answer) -> None:
    """A brown disc that is turned grey and back, by networks that know their own domain only: s, s', s''."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    disc = torch.sigmoid(12 * (0.6 - (x**2 + y**2).sqrt()))[None, None]
    meadow, brown, grey = (
        torch.tensor(c)[None, :, None, None] for c in ((-0.6, 0.3, -0.5), (0.4, -0.3, -0.7), (0.5,) * 3)
    )
    s = disc * brown + (1 - disc) * meadow

    def finds(color: Tensor) -> Network:
        return lambda image: torch.exp(-8 * (image - color).square().sum(1, keepdim=True))

    def paints(color: Tensor) -> Network:
        return lambda image: color.expand_as(image) + 0.15 * torch.sin(18 * x)

    s_prime, s_cycled = answer(s, paints(grey), finds(brown), paints(brown), finds(grey))
    change = (s_cycled - s).abs() - 1  # no change is black
    draw(axis, torch.cat([torch.cat([s, s_prime], -1), torch.cat([s_cycled, change], -1)], -2)[0])
    for place, text in zip(((2, 6), (50, 6), (2, 54), (50, 54)), ("s", "s'", "s''", "|s'' - s|"), strict=True):
        axis.text(*place, text, color="white", fontsize=9)


@checks(
    "02.3",
    there_and_back,
    part="compose",
    equation="Eq. 1, 3",
    difficulty=2,
    minutes=10,
    hints=[
        "The way back is the same sentence as the way there, said of another picture: s' takes the place of s.",
        "On the way back only s' exists. It is the image, it is what both networks look at, and it is the background.",
        "Two calls of compose(image, paint, matte). In the second, s' stands in all three places.",
    ],
    mistakes=[
        "The background of the way back is taken from s. Then the answer is handed in: everything outside the second "
        "matte is right for free, whatever the first one did to it.",
        "s_a used for the way back too. The paper asks A_T to find the object again in s'; reusing s_a is one of "
        "its ablations.",
        "F_TS is shown the raw paint instead of s'.",
    ],
    draw=_draw_trip,
)
def _there_and_back(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(3)
    s = torch.rand(2, 3, 6, 6, generator=g) * 2 - 1
    weights = [torch.randn(3, 3, generator=g) for _ in range(2)] + [torch.randn(1, 3, generator=g) for _ in range(2)]
    f, h, a, b = (w.requires_grad_() for w in weights)

    def mix(weight: Tensor, image: Tensor) -> Tensor:
        return torch.einsum("oc,nchw->nohw", weight, image)

    def F_st(image: Tensor) -> Tensor:
        return mix(f, image).tanh()

    def F_ts(image: Tensor) -> Tensor:
        return mix(h, image).sin()

    def A_s(image: Tensor) -> Tensor:
        return mix(a, image).sigmoid()

    def A_t(image: Tensor) -> Tensor:
        return mix(b, image).sigmoid()

    got = answer(s, F_st, A_s, F_ts, A_t)
    expect(got is not None, "the result is None: is a `return` missing?")
    expect(
        isinstance(got, tuple | list) and len(got) == 2,
        "two pictures are asked for, s' and s'': return them both, in this order",
    )
    there, back = got
    s_prime = compose(s, F_st(s), A_s(s))
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    same(
        there,
        s_prime,
        {
            "the order is turned round: s' first, then s''": s_cycled,
            "s' is the raw paint; Eq. 1 puts it together with s first": F_st(s),
            "s' was made with A_T; on s, a picture of domain S, A_S has to look": compose(s, F_st(s), A_t(s)),
            "image and paint are exchanged: it is compose(image, paint, matte)": compose(F_st(s), s, A_s(s)),
            "A_S looked at the paint; it has to find the object in the photo, s": compose(s, F_st(s), A_s(F_st(s))),
        },
        "s'",
    )
    yield "the way there"
    paint, matte = F_ts(s_prime), A_t(s_prime)
    same(
        back,
        s_cycled,
        {
            "the way back takes its background from s; there only s' exists, and so it is the background": compose(
                s, paint, matte
            ),
            "A_T was shown s; on the way back it looks at s', where the zebra is": compose(s_prime, paint, A_t(s)),
            "s_a is used again on the way back; there A_T looks at s' and makes a map of its own": compose(
                s_prime, paint, A_s(s)
            ),
            "A_S looked at s'; on a picture of domain T, A_T has to look": compose(s_prime, paint, A_s(s_prime)),
            "F_TS was shown s; on the way back it repaints s'": compose(s_prime, F_ts(s), matte),
            "F_TS was shown the raw paint; it repaints s', which is what left Eq. 1": compose(
                s_prime, F_ts(F_st(s)), matte
            ),
            "F_ST painted on the way back too; home leads F_TS": compose(s_prime, F_st(s_prime), matte),
            "s'' is the raw paint of the way back; Eq. 1 holds there too": paint,
            "image and paint are exchanged on the way back: it is compose(image, paint, matte)": compose(
                paint, s_prime, matte
            ),
            "A_T looked at the paint of the way back; it has to find the object in s'": compose(
                s_prime, paint, A_t(paint)
            ),
            "the way back starts from the raw paint F_ST(s); it starts from s', which is what left Eq. 1": compose(
                F_st(s), F_ts(F_st(s)), A_t(F_st(s))
            ),
            "A_T looked at the raw paint; it has to find the object in s', which is what left Eq. 1": compose(
                s_prime, paint, A_t(F_st(s))
            ),
        },
        "s''",
    )
    yield "the way back"
    reached = (None,) * 4
    if back.requires_grad:
        reached = torch.autograd.grad(back.square().sum(), (f, h, a, b), allow_unused=True)
    lost = [name for name, r in zip(("F_ST", "F_TS", "A_S", "A_T"), reached, strict=True) if r is None]
    expect(not lost, f"the round trip must teach all four networks, but no gradient reaches {', '.join(lost)}")
    alone = torch.autograd.grad(compose(s_prime, paint, matte).square().sum(), (f, a))
    expect(
        all(torch.allclose(r, w, rtol=1e-4, atol=1e-5) for r, w in zip((reached[0], reached[2]), alone, strict=True)),
        "part of the gradient to F_ST and A_S is cut off: the way back must not detach s'",
    )
    yield "all four networks get a gradient"


def _draw_attended(axis: Axes, answer) -> None:
    """What is left of a soft disc."""
    axis.imshow(answer(_scene()[2], 0.5)[0, 0].detach().float(), cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])


@checks(
    "02.4",
    attended,
    part="foreground",
    equation="Eq. 6",
    difficulty=1,
    minutes=4,
    hints=[
        "A comparison of a tensor with a number gives True or False for every element.",
        "Images are multiplied by the result, so it has to be of the matte's own type: `.to(s_a.dtype)`.",
    ],
    mistakes=[
        "`>=`: the released program's choice; a matte of 0 under tau = 0 then counts as attended.",
        "A boolean tensor: `1 - mask` raises an error.",
        "The soft values kept above the threshold, s_a * (s_a > tau): a matte again, and not 0 or 1.",
    ],
    draw=_draw_attended,
)
def _attended(answer) -> Iterator[str]:
    s_a = torch.tensor([0.0, 0.05, 0.1, 0.11, 0.5, 0.9, 1.0]).view(1, 1, 1, 7)
    before = s_a.clone()
    got = answer(s_a, 0.1)
    expect(torch.equal(s_a, before), "your code changes the matte in place; Eq. 1 still needs it")
    if isinstance(got, Tensor):
        expect(
            got.dtype != torch.bool,
            "this is True and False; images are multiplied by it, so make numbers of it: `.to(s_a.dtype)`",
        )
    hard = (s_a > 0.1).float()
    same(
        got,
        hard,
        {
            "0.1 itself is not above 0.1: Eq. 6 says >, not >=": (s_a >= 0.1).float(),
            "above the threshold the soft values are still there; 1 or 0 is asked for": s_a * hard,
            "black and white are swapped: attended pixels are 1": 1 - hard,
            "the comparison is turned round: 1 belongs where s_a is ABOVE tau": (s_a < 0.1).float(),
            "the threshold is 0.5, as in rounding; it should be tau": (s_a > 0.5).float(),
        },
        "the mask",
    )
    yield "Eq. 6's threshold"
    same(
        answer(s_a, 0.6),
        (s_a > 0.6).float(),
        {"tau is an argument; yours stays at 0.1 whatever it is told": hard},
        "the mask for tau = 0.6",
    )
    yield "another threshold"
    double = answer(s_a.double(), 0.1)
    expect(
        isinstance(double, Tensor) and double.dtype == torch.float64,
        "the mask should have the matte's own type, whatever that is; here a float64 matte gave another: use "
        "`.to(s_a.dtype)` instead of `.float()`",
    )
    yield "the matte's own type"
