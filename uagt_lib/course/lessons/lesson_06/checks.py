"""Lesson 06, two stages: checks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
import torch.nn as nn
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.course.places import runs
from uagt_lib.data.pairs import Pair, from_savanna
from uagt_lib.method.compose import compose, foreground
from uagt_lib.method.schedule import learning_rate, stage
from uagt_lib.reproduce.runs import trained
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE
from uagt_lib.training.config import Config


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


def three_runs(config: Config, pair: Pair) -> tuple[Path, Path, Path]:
    """The opening's runs X, Y and Z: attention frozen at step 280, 40 and 0. Y and Z end at 80: their maps rest."""
    few = from_savanna(config.view, config.load, held_out=16)  # the same training pictures, fewer to test with
    return (
        trained(config, pair, runs("smoke")),
        trained(config.with_(steps=80, switch=0.5), few, runs("smoke-early")),
        trained(config.with_(steps=80, switch=0.0), few, runs("smoke-grey")),
    )


def staged_trip(
    s: Tensor, F_st: Callable, A_s: Callable, F_ts: Callable, A_t: Callable, stage: int
) -> tuple[Tensor, Tensor, Tensor]:
    """There and back, s_a, s' and s''; in stage 2 the attention networks rest, and gradients still pass through them.

    What `Model.enter_stage` and `Model.trips` do together.
    """
    for A in (A_s, A_t):
        A.requires_grad_(stage == 1)
    s_a = A_s(s)
    s_prime = compose(s, F_st(s), s_a)
    return s_a, s_prime, compose(s_prime, F_ts(s_prime), A_t(s_prime))


# ------------------------------------------------------------------------------------------------------------- 06.1


def _draw_foreground(axis: Axes, answer: Callable) -> None:
    """A soft disc cut out of a colourful picture."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    attention = torch.sigmoid(8 * (0.55 - (x**2 + y**2).sqrt()))[None, None]
    picture = torch.stack([0.8 * torch.sign(torch.sin(14 * x)), 0.4 * y, 0.5 - 0.5 * x])[None]
    draw(axis, answer(picture, attention)[0])


@checks(
    "06.1",
    foreground,
    part="foreground",
    equation="Eq. 6",
    difficulty=1,
    minutes=6,
    hints=[
        "A comparison gives True and False per pixel; multiplied with a picture they act as 1 and 0.",
        "Above tau the pixel stays as it is. Elsewhere it becomes 0, which is mid grey in [-1, 1].",
    ],
    mistakes=[
        "The picture is multiplied by the soft map: real pixels are dimmed, and D learns that dim is real.",
        "Everything below the threshold becomes black (-1) instead of mid grey (0).",
        "Not strict, >= instead of >: the released program does that, and with tau = 0 it keeps every pixel.",
    ],
    draw=_draw_foreground,
)
def _foreground(answer) -> Iterator[str]:
    chance = torch.Generator().manual_seed(1)
    image = torch.rand(2, 3, 6, 6, generator=chance) * 2 - 1
    attention = torch.rand(2, 1, 6, 6, generator=chance)
    attention[0, 0, 0, :3] = torch.tensor([0.5, 0.1, 0.0])
    before = image.clone(), attention.clone()
    for tau in (0.1, 0.5):
        want = image * (attention > tau)
        same(
            answer(image, attention, tau),
            want,
            {
                "the picture is dimmed by the soft map; Eq. 6 keeps a pixel as it is or drops it": image * attention,
                "attended pixels are dimmed by the map; above tau a pixel stays exactly as it is": want * attention,
                "kept and dropped are exchanged: pixels with attention ABOVE tau stay": image * (attention <= tau),
                "at attention equal to tau the pixel must go: Eq. 6 says >, strictly": image * (attention >= tau),
                "the map itself came back; Eq. 6 gives a picture": (attention > tau).float(),
                "dropped pixels are black (-1); Eq. 6 makes them 0, which is mid grey here": torch.where(
                    attention > tau, image, -torch.ones(())
                ),
            },
            f"the foreground at tau = {tau}",
        )
    yield "two thresholds, one pixel exactly at it"
    same(answer(image, attention), image * (attention > 0.1), what="the foreground without a tau (default: 0.1)")
    yield "tau is 0.1 unless told"
    expect(
        torch.equal(image, before[0]) and torch.equal(attention, before[1]),
        "picture or map were changed in place; the caller still needs them",
    )
    yield "nothing changed in place"
    image.requires_grad_(), attention.requires_grad_()
    out = answer(image, attention, 0.5)
    expect(out.requires_grad, "no gradient reaches the picture: the painter could not learn from what D sees")
    out.sum().backward()
    same(image.grad, (attention > 0.5).float().expand_as(image), what="the gradient for the picture")
    expect(
        attention.grad is None or not attention.grad.any(),
        "a gradient reaches attention through the mask; a comparison has none, so the map must enter as > tau only",
    )
    yield "gradients for the picture, none for the map"


# ------------------------------------------------------------------------------------------------------------- 06.2


@checks(
    "06.2",
    stage,
    part="stages",
    equation="Algorithm 1",
    difficulty=1,
    minutes=3,
    hints=["Epochs are counted from 0. With a switch at 30, epochs 0 to 29 are stage 1: that is 30 of them."],
    mistakes=["Not strict, <= instead of <: stage 1 then lasts 31 epochs.", "True and False instead of 1 and 2."],
)
def _stage(answer) -> Iterator[str]:
    for epoch, switch in ((0, 30), (29, 30), (30, 30), (31, 30), (99, 30), (0, 0), (29.5, 30), (5, 100)):
        got = answer(epoch, switch)
        expect(got is not None, "nothing came back: is a `return` missing?")
        expect(
            type(got) is int and got in (1, 2),
            f"for epoch {epoch} and switch {switch} the answer is {got!r}; the stages are called 1 and 2",
        )
        want = 1 if epoch < switch else 2
        if got != want and epoch == switch:
            expect(
                False, f"epoch {epoch} with the switch at {switch} is stage 2: counted from 0, stage 1 is c < switch"
            )
        expect(got == want, f"epoch {epoch} with the switch at {switch} is stage {want}, not {got}")
    yield "the paper's 30, counted from 0"
    yield "no stage 1 at all, and no stage 2"


# ------------------------------------------------------------------------------------------------------------- 06.3


def _draw_rate(axis: Axes, answer: Callable) -> None:
    epochs = [e / 2 for e in range(201)]
    axis.plot(epochs, [answer(e, 100, 1e-4) for e in epochs], color=BLUE, lw=2)
    axis.axvspan(30, 100, color="0.5", alpha=0.12, lw=0)
    axis.text(31, 2e-6, "stage 2", fontsize=8)
    axis.set(xlim=(0, 100), ylim=(-4e-6, 1.15e-4))
    axis.set_xlabel("epoch", fontsize=8)
    axis.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "06.3",
    learning_rate,
    part="stages",
    equation="as released",
    difficulty=1,
    minutes=6,
    hints=[
        "Two cases, or one min(): first write down the rate at epochs 0, 50, 75 and 100 of 100.",
        "In the second half the rate is base times the share of the second half that is still to come.",
    ],
    mistakes=[
        "The fall begins at the start, or at the switch; it begins at half of the run, whatever the switch.",
        "Integer division: 2 * (1 - epoch // epochs) never falls.",
    ],
    draw=_draw_rate,
)
def _rate(answer) -> Iterator[str]:
    def mine(*args: float) -> float:
        got = answer(*args)
        expect(got is not None, "nothing came back: is a `return` missing?")
        return float(got)

    for epoch in (0, 10, 49.9):
        got = mine(epoch, 100, 2e-4)
        expect(
            abs(got - 2e-4) < 1e-9,
            f"at epoch {epoch} of 100 the rate is {got:.3g}; in the first half it stays at the base, 0.0002",
        )
    yield "constant in the first half"
    for epoch, share in ((50, 1.0), (75, 0.5), (90, 0.2), (99, 0.02)):
        got = mine(epoch, 100, 2e-4)
        expect(
            abs(got - 2e-4 * share) < 1e-9,
            f"at epoch {epoch} of 100 the rate is {got:.3g}, expected {2e-4 * share:.3g}: a straight line from "
            "the base at half of the run down to 0 at its end",
        )
    expect(mine(100, 100, 2e-4) == 0, "at the end the rate must be exactly 0")
    yield "a straight line to 0 in the second half"
    expect(abs(mine(300, 400, 1.0) - 0.5) < 1e-9, "it should work for any length, also counted in steps (300 of 400)")
    expect(abs(mine(4, 5, 1.0) - 0.4) < 1e-9, "half of the run need not be a whole number: of 5 epochs it is 2.5")
    for late in (401, 600):
        got = mine(late, 400, 1.0)
        expect(got >= 0, f"at step {late} of 400 the rate is negative: that would climb the loss")
        expect(got == 0, f"at step {late} of 400 the rate is {got:.3g}: past the end it stays 0")
    yield "any unit, never negative"


# ------------------------------------------------------------------------------------------------------------- 06.4


@checks(
    "06.4",
    staged_trip,
    part="stages",
    equation="Section 3.2",
    difficulty=3,
    minutes=12,
    hints=[
        "It is your trip of lesson 05 with one or two lines in front.",
        "Which of no_grad(), detach() and requires_grad_() leaves the way to s' open? Lesson 05 froze D for a moment.",
        "for A in (A_s, A_t): A.requires_grad_(...). What must the brackets say, so that stage 1 thaws again?",
    ],
    mistakes=[
        "no_grad() around A_t, or detach() of its map: the painter no longer feels what A_t makes of his zebra.",
        "The generators are frozen as well: nothing learns in stage 2.",
        "Only A_s is frozen.",
        "requires_grad_(False) in stage 2, and nothing thaws when stage 1 is asked for again.",
    ],
)
def _staged_trip(answer) -> Iterator[str]:
    def gradients(stage: int) -> tuple:
        F_st, A_s, F_ts, A_t, _ = networks = _networks()
        s, _ = _pictures()
        out = answer(s, F_st, A_s, F_ts, A_t, stage)
        expect(out is not None, "the trip returned None: is a `return` missing?")
        expect(isinstance(out, tuple | list) and len(out) == 3, "return three tensors: s_a, s_prime, s_cycled")
        want_a = A_s(s)
        want = compose(s, F_st(s), want_a)
        same(out[0], want_a, what="s_a")
        same(out[1], want, what="s'")
        same(out[2], compose(want, F_ts(want), A_t(want)), what="s''")
        expect(
            out[2].requires_grad,
            "no gradient leaves s'': was the whole trip made under no_grad(), or were all four networks frozen?",
        )
        (s - out[2]).abs().mean().backward()
        return networks

    def reference() -> list[Tensor]:
        F_st, A_s, F_ts, A_t, _ = _networks()
        s, _ = _pictures()
        s_cycled = staged_trip(s, F_st, A_s, F_ts, A_t, 2)[2]
        (s - s_cycled).abs().mean().backward()
        return [p.grad for p in F_st.parameters()]

    F_st, A_s, F_ts, A_t, _ = gradients(1)
    expect(
        _moved(A_s) and _moved(A_t),
        "in stage 1 attention must still learn: it is frozen, or cut off, too early",
    )
    expect(_moved(F_st) and _moved(F_ts), "the generators learn in both stages; here they get nothing in stage 1")
    yield "stage 1: all four learn"
    F_st, A_s, F_ts, A_t, _ = gradients(2)
    expect(
        _moved(F_st) and _moved(F_ts),
        "the generators are frozen in stage 2; only attention rests, they go on learning",
    )
    named = {"A_s": A_s, "A_t": A_t}
    awake = [name for name, network in named.items() if _moved(network)]
    expect(
        not awake,
        f"{' and '.join(awake)} can still learn in stage 2; both must rest, and before they "
        "are used: network.requires_grad_(False), with the underscore",
    )
    yield "stage 2: attention rests, the generators learn"
    expect(
        all(torch.allclose(p.grad, want, atol=1e-6) for p, want in zip(F_st.parameters(), reference(), strict=True)),
        "part of F_st's gradient is missing in stage 2: s'' depends on s' through A_t(s') too. no_grad() or "
        "detach() cut that road; freeze the network's weights instead",
    )
    yield "gradients still pass through A_t"
    F_st, A_s, F_ts, A_t, _ = _networks()
    s, _ = _pictures()
    answer(s, F_st, A_s, F_ts, A_t, 2)
    s_cycled = answer(s, F_st, A_s, F_ts, A_t, 1)[2]
    (s - s_cycled).abs().mean().backward()
    expect(
        _moved(A_s) and _moved(A_t),
        "after a step of stage 2, stage 1 finds attention still frozen: thaw it there, before the networks are used",
    )
    yield "stage 1 thaws"
