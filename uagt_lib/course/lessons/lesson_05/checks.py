"""Lesson 05, one training step: checks."""

from collections.abc import Callable, Iterator

import torch
import torch.nn as nn
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.course.places import data
from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.model import frozen
from uagt_lib.method.pool import Pool
from uagt_lib.show.palette import BLUE, ORANGE


def trip(s: Tensor, F_st: Callable, A_s: Callable, F_ts: Callable, A_t: Callable) -> tuple[Tensor, Tensor, Tensor]:
    """There and back: s_a, s' (Eq. 1) and s'', for images (N, 3, H, W). What `Model.trips` does for both directions."""
    s_a = A_s(s)
    s_prime = compose(s, F_st(s), s_a)
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    return s_a, s_prime, s_cycled


def judge_loss(D_t: nn.Module, t: Tensor, s_prime: Tensor) -> Tensor:
    """What D_t minimises (Eq. 2 as least squares), a scalar whose gradient reaches D_t and nothing else."""
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach()))


def fool(D_t: nn.Module, s_prime: Tensor) -> Tensor:
    """What the translators minimise (Eq. 2 as least squares): gradients pass through D_t, none for its parameters."""
    with frozen(D_t):
        return losses.lsgan_generator(D_t(s_prime))


# ---------------------------------------------------------------------------------------------------------- small tools


class _Net(nn.Module):
    """A tiny network with a non-linear answer: images to images (3), maps (1) or scores."""

    def __init__(self, channels: int, seed: int, last: Callable = torch.tanh):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding=1)
        self.last = last
        chance = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for p in self.parameters():
                p.normal_(0, 0.6, generator=chance)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.conv(x))


def _networks() -> tuple[_Net, _Net, _Net, _Net, _Net]:
    """F_st, A_s, F_ts, A_t, D_t."""
    paint, attend = torch.tanh, torch.sigmoid
    return _Net(3, 1), _Net(1, 2, attend), _Net(3, 3, paint), _Net(1, 4, attend), _Net(1, 5, lambda x: x)


def _pictures() -> tuple[Tensor, Tensor]:
    chance = torch.Generator().manual_seed(9)
    s, t = (torch.rand(2, 3, 8, 8, generator=chance) * 2 - 1 for _ in range(2))
    return s, t


def _moved(network: nn.Module) -> bool:
    return any(p.grad is not None and bool(p.grad.abs().sum() > 0) for p in network.parameters())


def _bars(axis: Axes, loss: Callable[[nn.Module, Tensor, Tensor], Tensor]) -> None:
    """How strong a gradient each network gets from a loss of (D_t, t, s')."""
    F_st, A_s, _, _, D_t = _networks()
    s, t = _pictures()
    loss(D_t, t, compose(s, F_st(s), A_s(s))).backward()
    names, colours = ("$F_{S→T}$", "$A_S$", "$D_T$"), (BLUE, BLUE, ORANGE)
    size = [
        sum(float(p.grad.square().sum()) for p in n.parameters() if p.grad is not None) ** 0.5 for n in (F_st, A_s, D_t)
    ]
    axis.bar(names, size, color=colours)
    for i, value in enumerate(size):
        axis.text(i, value, f"{value:.2f}" if value else "none", ha="center", va="bottom", fontsize=9)
    axis.set_ylabel("gradient, norm", fontsize=8)
    axis.set_ylim(0, 1.25 * max([*size, 0.1]))
    axis.spines[["top", "right"]].set_visible(False)


# ------------------------------------------------------------------------------------------------------------- 05.1


def _draw_trip(axis: Axes, answer: Callable) -> None:
    """A held-out horse on its way, with trained networks: s, s_a, s', s''."""
    from uagt_lib.data.folders import load_images
    from uagt_lib.data.pairs import to_float, to_grey
    from uagt_lib.training.checkpoint import load_model

    m = load_model(data("checkpoints", "savanna-64.safetensors"))
    s = to_float(load_images(data("samples", "testA"), m.view)[1:2])
    with torch.no_grad():
        s_a, s_prime, s_cycled = answer(s, m.F_st, m.A_s, m.F_ts, m.A_t)
    gap = torch.ones(3, 64, 4)
    shown = [s[0], to_grey(s_a)[0], s_prime[0], s_cycled[0]]
    top, bottom = torch.cat([shown[0], gap, shown[1]], 2), torch.cat([shown[2], gap, shown[3]], 2)
    picture = torch.cat([top, torch.ones(3, 4, top.shape[2]), bottom], 1).add(1).div(2).clamp(0, 1)
    axis.imshow(picture.permute(1, 2, 0), interpolation="nearest")
    for (x, y), name in zip(((2, 2), (70, 2), (2, 70), (70, 70)), ("$s$", "$s_a$", "$s'$", "$s''$"), strict=True):
        axis.text(x, y, name, fontsize=9, va="top", bbox={"fc": "white", "ec": "none", "pad": 1.5, "alpha": 0.85})
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


@checks(
    "05.1",
    trip,
    part="step",
    equation="Eq. 1, 3",
    difficulty=1,
    minutes=8,
    hints=[
        "Two lines of the same kind. The way back starts from s', so every s of the first line becomes s'.",
        "On the way back s' is a zebra: which attention network knows zebras, and which generator paints horses?",
        "compose(source, paint, attention): on the way back source is s', paint is F_ts(s'), attention is A_t(s').",
    ],
    mistakes=[
        "The way back reuses s_a. The paper computes A_T(s'); reusing s_a is its ablation Ours-cycleAtt.",
        "The way back is composed with s instead of s': the background then comes home without having travelled.",
        "detach() between there and back: the cycle loss can then no longer teach F_ST and A_S.",
    ],
    draw=_draw_trip,
)
def _trip(answer) -> Iterator[str]:
    F_st, A_s, F_ts, A_t, _ = _networks()
    s, _ = _pictures()
    before = s.clone()
    out = answer(s, F_st, A_s, F_ts, A_t)
    expect(out is not None, "the trip returned None: is a `return` missing?")
    expect(
        isinstance(out, tuple | list) and len(out) == 3, "return three tensors: s_a, s_prime, s_cycled, in this order"
    )
    s_a, s_prime, s_cycled = out
    expect(torch.equal(s, before), "s was changed in place; whoever called you still needs it")
    same(s_a, A_s(s), {"s_a comes from A_t; a picture of S is A_s's business": A_t(s)}, "s_a")
    yield "s_a"
    paint = F_st(s)
    want = compose(s, paint, A_s(s))
    same(
        s_prime,
        want,
        {
            "s' is the raw paint F_st(s); it still has to be composed with s (Eq. 1)": paint,
            "s' is painted by F_ts; the way there is F_st's": compose(s, F_ts(s), A_s(s)),
            "image and paint are swapped in s': compose(source, paint, attention)": compose(paint, s, A_s(s)),
        },
        "s'",
    )
    yield "s'"
    back = F_ts(want)
    same(
        s_cycled,
        compose(want, back, A_t(want)),
        {
            "the way back reuses s_a; s' has its own map, A_t(s')": compose(want, back, s_a),
            "the way back asks A_s, which knows horses; s' should be a zebra by now, so ask A_t": compose(
                want, back, A_s(want)
            ),
            "A_t looked at s; it should look at s', the picture that is on its way back": compose(want, back, A_t(s)),
            "the way back is composed with s; it starts from s', so that is what fills the background": compose(
                s, back, A_t(want)
            ),
            "the way back is painted by F_st; home is S, so use F_ts": compose(want, F_st(want), A_t(want)),
            "s'' is the raw paint F_ts(s'); the way back is composed as well (Eq. 1 once more)": back,
            "F_ts painted s instead of s'": compose(want, F_ts(s), A_t(want)),
        },
        "s''",
    )
    yield "s''"
    (s - s_cycled).abs().mean().backward()
    expect(
        _moved(F_st) and _moved(A_s),
        "no gradient of the cycle loss reaches F_st and A_s: leave detach() and no_grad() out, the way back must lead "
        "through s'",
    )
    expect(_moved(F_ts) and _moved(A_t), "no gradient reaches F_ts and A_t; leave detach() and no_grad() out")
    yield "the cycle loss teaches all four"


# ------------------------------------------------------------------------------------------------------------- 05.2


@checks(
    "05.2",
    judge_loss,
    part="step",
    equation="Eq. 2, 5",
    difficulty=1,
    minutes=6,
    hints=[
        "Two calls of D_t, then losses.lsgan_discriminator(real_scores, fake_scores).",
        "D_t must see s' and still not learn how s' was made. Which tensor do you cut: the picture or the scores?",
    ],
    mistakes=[
        "No detach at all: D's loss reaches F and A, and teaches them to be caught.",
        "The scores are detached, or no_grad covers D: then nobody learns.",
        "detach_() with an underscore changes s' itself, for everybody who still needs it.",
    ],
    draw=lambda axis, answer: _bars(axis, answer),
)
def _judge_loss(answer) -> Iterator[str]:
    F_st, A_s, _, _, D_t = _networks()
    s, t = _pictures()
    s_prime = compose(s, F_st(s), A_s(s))
    value = answer(D_t, t, s_prime)
    real, fake = D_t(t).detach(), D_t(s_prime).detach()
    same(
        value,
        losses.lsgan_discriminator(real, fake),
        {
            "real and fake are swapped: lsgan_discriminator(real_scores, fake_scores)": losses.lsgan_discriminator(
                fake, real
            ),
            "this is the generators' loss; D wants 1 for t and 0 for s'": losses.lsgan_generator(fake),
            "only the real half is there; D must also meet the fake": 0.5 * (real - 1).square().mean(),
            "only the fake half is there; D must also meet the real t": 0.5 * fake.square().mean(),
            "twice too large: lsgan_discriminator already halves, use it": 2 * losses.lsgan_discriminator(real, fake),
        },
        "D's loss",
    )
    yield "the value"
    expect(
        isinstance(value, Tensor) and value.requires_grad,
        "no gradient reaches D_t: the scores were detached, or D_t was called under no_grad; cut the picture, not D",
    )
    expect(
        s_prime.requires_grad,
        "s' itself lost its history: detach_() with an underscore works in place, detach() does not",
    )
    value.backward()
    expect(
        not _moved(F_st) and not _moved(A_s),
        "forgot detach: this gradient reaches F_st and A_s, and would teach them to be caught",
    )
    yield "F_st and A_s get nothing"
    mine = [p.grad.clone() for p in D_t.parameters() if p.grad is not None]
    D_t.zero_grad()
    losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach())).backward()
    expect(
        all(torch.allclose(got, p.grad, atol=1e-5) for got, p in zip(mine, D_t.parameters(), strict=True)),
        "D_t learns from one of its two scores only: cut the picture s', never the scores",
    )
    yield "D_t gets its gradient"


# ------------------------------------------------------------------------------------------------------------- 05.3


def _coded(first: int, count: int) -> tuple[Tensor, Tensor]:
    """Pictures and maps that carry their number, so that one can see who comes out."""
    number = torch.arange(first, first + count).float()
    return number.reshape(-1, 1, 1, 1).expand(-1, 3, 2, 2).clone(), number.reshape(-1, 1, 1, 1).expand(
        -1, 1, 2, 2
    ) / 1e4


def _numbers(out: tuple[Tensor, Tensor]) -> list[int]:
    return [int(picture.detach().mean().round()) for picture in out[0]]


def ages(pool: Callable, steps: int = 3000) -> list[int]:
    """How many steps old each fake is that comes out of a pool, one fake a step."""
    return [step - _numbers(pool(*_coded(step, 1)))[0] for step in range(steps)]


def _never_out(pool: Callable) -> set[int]:
    """Which of the first four fakes a pool of four never gives back, in 200 steps (by chance: once in 10^11)."""
    out = [_numbers(pool(*_coded(number, 1)))[0] for number in range(204)]
    return set(range(4)) - set(out[4:])


def _draw_pool(axis: Axes, answer: Callable) -> None:
    found = ages(answer(10, torch.Generator().manual_seed(0)), 1000)
    axis.plot(found, ".", ms=2.5, color=BLUE)
    axis.axvspan(0, 10, color="0.5", alpha=0.2, lw=0)
    axis.set_xlabel("step (grey: the pool of 10 fills)", fontsize=8)
    axis.set_ylabel("age of the fake that comes out", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "05.3",
    Pool,
    part="pool",
    equation="as released",
    difficulty=2,
    minutes=15,
    hints=[
        "Three cases: not yet full; full and the coin says keep; full and the coin says swap.",
        "Make the pair you will keep first: both tensors detached and cloned. The clone is yours alone.",
        "The coin is torch.rand((), generator=self.generator) < 0.5; the place comes from torch.randint, likewise.",
        "Swap: remember the old pair, put the new one into its place, return the old one.",
    ],
    mistakes=[
        "Picture and attention are drawn by two separate dice, or the map is not stored: the mask no longer fits.",
        "The old picture is returned but stays in the pool, so it can come back for ever.",
        "Kept without detach: every stored fake holds on to the graph, and the memory, of the step that made it.",
        "Kept detached, but the raw picture is returned: D's loss then runs on into F and A.",
        "A queue instead of a random place; randint(capacity - 1), which spares the last place; a coin while it fills.",
        "Kept without clone: the pool then shares memory with a batch that somebody may change.",
    ],
    draw=_draw_pool,
)
def _pool(answer) -> Iterator[str]:
    def fresh(capacity: int = 4, seed: int = 0) -> Callable:
        return answer(capacity, torch.Generator().manual_seed(seed))

    pool = fresh()
    for first in (0, 2):
        images, attention = _coded(first, 2)
        out = pool(images, attention)
        expect(out is not None, "the pool returned None: is a `return` missing?")
        expect(isinstance(out, tuple | list) and len(out) == 2, "return two tensors: the images and their attention")
        filling = "while the pool fills, without any coin, what comes out must be what went in; the"
        same(out[0], images, what=f"{filling} images")
        same(out[1], attention, what=f"{filling} attention")
    yield "fills first"

    given, returned, old = 4, set(range(4)), []
    for number in range(4, 804):
        out = pool(*_coded(number, 1))
        [who] = _numbers(out)
        given += 1
        expect(
            who == number or not torch.equal(out[1], _coded(number, 1)[1]),
            "the attention of another picture came out: picture and map must be stored, and swapped, together",
        )
        same(out[1], _coded(who, 1)[1], what="the attention of what came out")
        if who != number:
            expect(who not in old, "an old fake came out twice: the new one must take its place in the pool")
            old.append(who)
        returned.add(who)
    share = len(old) / 800
    expect(share > 0, "the pool never gives an old fake: once it is full, half of the time it should")
    expect(share < 1, "once full, the pool always swaps: half of the time the new fake should pass as it is")
    expect(abs(share - 0.5) < 0.08, f"the pool swaps {share:.0%} of the time; it should be about half")
    yield "swaps half of the time, picture and map together"
    kept = given - len(returned)
    expect(kept <= 4, f"the pool lost fakes or holds more than its capacity of 4: {kept} are neither out nor fit in")
    yield "never more than its capacity"
    expect(
        old != sorted(old),
        "old fakes come out in the order in which they went in: that is a queue (first in, first out); the new fake "
        "takes the place of a random old one, drawn with torch.randint",
    )
    never = [_never_out(fresh(4, seed)) for seed in range(12)]
    stuck = set.intersection(*never)
    expect(
        not stuck,
        f"a full pool of 4 never swaps {', '.join(f'place {place}' for place in sorted(stuck))} (counted from 0): draw "
        "from all places; torch.randint(n, ...) gives 0 to n - 1, so n is the capacity itself",
    )
    expect(
        not any(never),
        "some of the first fakes were not kept: while the pool fills, every fake is kept; toss the coin only once it "
        "is full",
    )
    yield "every fake is kept at first, every place is swapped"

    a, b = fresh(2, 7), fresh(2, 7)
    state = torch.random.get_rng_state()
    first = [_numbers(a(*_coded(n, 1))) for n in range(60)]
    expect(
        torch.equal(state, torch.random.get_rng_state()),
        "the pool draws from the global random state; pass generator=self.generator, or runs cannot be repeated",
    )
    second = [_numbers(b(*_coded(n, 1))) for n in range(60)]
    expect(first == second, "two pools with the same generator differ: draw the coin and the place from self.generator")
    yield "repeatable"

    pool = fresh(3)
    weight = torch.ones((), requires_grad=True)
    carries = {"new": False, "old": False}
    for n in range(40):
        images, attention = _coded(n, 1)
        out = pool(images * weight, attention * weight)
        carries["new" if _numbers(out) == [n] else "old"] |= out[0].requires_grad or out[1].requires_grad
    expect(
        not carries["old"],
        "what the pool keeps still carries a graph: detach it, or every stored fake keeps its step's memory alive",
    )
    expect(
        not carries["new"],
        "what you keep is detached, but what you return is the raw new fake, graph and all: return a detached one too, "
        "or D's loss travels on into F and A",
    )
    yield "detached"
    pool = fresh(3)
    images, attention = _coded(0, 3)
    pool(images, attention)
    images.fill_(-1), attention.fill_(-1)
    out = [pool(*_coded(n, 1)) for n in range(3, 40)]
    expect(
        all(float(image.min()) >= 0 and float(a.min()) >= 0 for image, a in out),
        "a stored fake changed when the batch it came from was changed: keep a clone()",
    )
    yield "keeps copies of its own"


# ------------------------------------------------------------------------------------------------------------- 05.4


@checks(
    "05.4",
    fool,
    part="step",
    equation="Eq. 2, 5",
    difficulty=2,
    minutes=8,
    hints=[
        "no_grad() stops the gradient at D. You want it to pass through D, to s', and only to skip D's parameters.",
        "network.requires_grad_(False) before the call. What must be true again afterwards?",
        "Freeze, compute the loss, thaw, return the loss. The graph remembers that D was frozen when it was called.",
    ],
    mistakes=[
        "no_grad() or detach(): nothing reaches F and A, and training looks frozen.",
        "D stays frozen: its own turn then fails, or quietly trains nothing.",
        "D_t.requires_grad = False, without the underscore and the call: a module takes it and nothing happens.",
    ],
    draw=lambda axis, answer: _bars(axis, lambda D_t, t, s_prime: answer(D_t, s_prime)),
)
def _fool(answer) -> Iterator[str]:
    F_st, A_s, _, _, D_t = _networks()
    s, t = _pictures()
    s_prime = compose(s, F_st(s), A_s(s))
    value = answer(D_t, s_prime)
    scores = D_t(s_prime).detach()
    same(
        value,
        losses.lsgan_generator(scores),
        {
            "the sign is turned round: the translators want their fakes scored 1, as if real": scores.square().mean(),
            "this is D's loss for the fake; the translators want the score 1": 0.5 * scores.square().mean(),
            "halved; the generators' loss is not (that is D's)": 0.5 * losses.lsgan_generator(scores),
        },
        "the loss",
    )
    yield "the value"
    expect(
        isinstance(value, Tensor) and value.requires_grad,
        "no gradient can reach F and A: no_grad() or detach() cut it; D should be frozen, not cut",
    )
    value.backward()
    expect(_moved(F_st) and _moved(A_s), "the gradient stops before F_st and A_s: s' must not be detached here")
    other, attend, *_ = _networks()
    losses.lsgan_generator(D_t(compose(s, other(s), attend(s)))).backward(inputs=list(other.parameters()))
    for got, want in zip(F_st.parameters(), other.parameters(), strict=True):
        same(got.grad, want.grad, what="the gradient of F_st")
    yield "F_st and A_s get theirs"
    expect(
        "requires_grad" not in vars(D_t),
        "D_t.requires_grad = ... only hangs a new attribute on the module and freezes (or thaws) nothing: use "
        "requires_grad_(False), and requires_grad_(True) to thaw",
    )
    expect(
        not _moved(D_t) and all(p.grad is None for p in D_t.parameters()),
        "D_t's parameters got a gradient here: it was not frozen while it judged",
    )
    yield "D_t gets none"
    expect(
        all(p.requires_grad for p in D_t.parameters()),
        "D_t is still frozen: thaw it before you return, or its own turn teaches it nothing",
    )
    judge_loss(D_t, t, s_prime).backward()
    expect(_moved(D_t), "D_t cannot learn any more after this: thaw it before you return")
    yield "D_t learns again"
