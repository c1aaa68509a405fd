"""Lesson 04, losses: checks."""

from collections.abc import Iterator, Mapping

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.method import losses
from uagt_lib.show.palette import BLUE, ORANGE


def both_losses(scores: Mapping[str, Tensor], pictures: Mapping[str, Tensor], weight: float = 10.0) -> tuple:
    """Eq. 4 and 5 with least squares: what F and A minimise, and what D minimises.

    Args:
        scores: raw scores, "t" and "s'" by D_T, "s" and "t'" by D_S.
        pictures: "s", "s''", "t" and "t''", float (N, 3, H, W) in [-1, 1].
        weight: lambda_cyc.

    Returns:
        Two scalars: for F_ST, F_TS, A_S, A_T together, and for D_S, D_T together.
    """
    fool = losses.lsgan_generator(scores["s'"]) + losses.lsgan_generator(scores["t'"])
    home = losses.cycle(pictures["s"], pictures["s''"]) + losses.cycle(pictures["t"], pictures["t''"])
    judge_t = losses.lsgan_discriminator(scores["t"], scores["s'"])
    judge_s = losses.lsgan_discriminator(scores["s"], scores["t'"])
    return fool + weight * home, judge_t + judge_s


def _curve(axis: Axes, x: Tensor, lines: Mapping[str, list]) -> None:
    for (name, values), color in zip(lines.items(), (BLUE, ORANGE), strict=False):
        axis.plot(x, [float(v) for v in values], color=color, lw=2, label=name)
    axis.set_xlabel("score", fontsize=8)
    axis.tick_params(labelsize=7)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=8, frameon=False)


def _draw_judge(axis: Axes, answer) -> None:
    """What a real and a fake cost the judge, each while the other is judged perfectly."""
    x = torch.linspace(-1, 2, 61)
    one, zero = torch.ones(1), torch.zeros(1)
    _curve(axis, x, {"a real one": [answer(v[None], zero) for v in x], "a fake": [answer(one, v[None]) for v in x]})
    axis.set_ylim(-0.1, 2.2)


def _draw_painter(axis: Axes, answer) -> None:
    """What a fake of that score costs the generator."""
    x = torch.linspace(-1, 2, 61)
    _curve(axis, x, {"a fake": [answer(v[None]) for v in x]})
    axis.set_ylim(-0.2, 4.2)


def _draw_log(axis: Axes, answer) -> None:
    """As `_draw_judge`, over a range where a naive logarithm breaks off."""
    x = torch.linspace(-200, 200, 81)
    far = torch.tensor([300.0])
    _curve(axis, x, {"a real one": [answer(v[None], -far) for v in x], "a fake": [answer(far, v[None]) for v in x]})
    axis.set_ylim(-5, 110)


def _random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _reached(loss: object, *inputs: Tensor) -> bool:
    """Whether a gradient reaches every input."""
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        return False
    return all(g is not None for g in torch.autograd.grad(loss, inputs, allow_unused=True))


@checks(
    "04.1",
    losses.lsgan_discriminator,
    part="adversarial",
    equation="Appendix A",
    difficulty=1,
    minutes=6,
    hints=[
        "Two wishes: every real score should be 1, every fake score 0. How far off is a score, squared?",
        "The mean square of (real - 1), the mean square of fake, added, and half of that.",
    ],
    mistakes=[
        "The two targets swapped: a judge that calls photographs fake.",
        "A sigmoid around the scores. Least squares works on raw scores; there are no probabilities here.",
        "A sum instead of a mean: the loss then depends on the picture's size and on the batch.",
        "Scores rounded to a verdict first: no gradient is left.",
    ],
    draw=_draw_judge,
)
def _lsgan_discriminator(answer) -> Iterator[str]:
    real, fake = _random(1, 2, 1, 5, 5) + 0.6, _random(2, 2, 1, 5, 5)
    off_real, off_fake = (real - 1).square(), fake.square()
    squashed = (real.sigmoid() - 1).square().mean() + fake.sigmoid().square().mean()
    same(
        answer(real, fake),
        (off_real.mean() + off_fake.mean()) / 2,
        {
            "the two targets are swapped: real scores go to 1, fakes to 0": (
                real.square().mean() + (fake - 1).square().mean()
            )
            / 2,
            "this is twice the value asked for; the released program halves the judge's loss": off_real.mean()
            + off_fake.mean(),
            "this adds up all patches; a mean makes pictures of any size weigh the same": (
                off_real.sum() + off_fake.sum()
            )
            / 2,
            "this adds up all patches; a mean makes pictures of any size weigh the same, and half of it is asked for": (
                off_real.sum() + off_fake.sum()
            ),
            "the scores went through a sigmoid; least squares takes them raw": squashed / 2,
            "the scores went through a sigmoid; least squares takes them raw, and half of it is asked for": squashed,
            "these are distances, not squares of distances": ((real - 1).abs().mean() + fake.abs().mean()) / 2,
            "only the real pictures are judged; the fakes should score 0": off_real.mean() / 2,
            "only the fakes are judged; the real pictures should score 1": off_fake.mean() / 2,
            "the mean is taken before the square; every single score should come near its target": (
                (real.mean() - 1).square() + fake.mean().square()
            )
            / 2,
            "only one of the two terms is halved; the half belongs to their sum": off_real.mean() / 2 + off_fake.mean(),
            "only one of the two terms is halved, the half belongs to their sum": off_real.mean() + off_fake.mean() / 2,
            "the judge wants BOTH terms small: add them, do not subtract": (off_real.mean() - off_fake.mean()) / 2,
            "both targets are 1; the judge wants to see the fakes at 0": (off_real.mean() + (fake - 1).square().mean())
            / 2,
        },
        "the judge's loss",
    )
    yield "a batch of score maps"
    same(answer(torch.ones(3, 1, 2, 2), torch.zeros(3, 1, 2, 2)), 0.0, what="the loss of a judge that is never wrong")
    yield "a perfect judge pays nothing"
    real.requires_grad_(), fake.requires_grad_()
    expect(_reached(answer(real, fake), real, fake), "no gradient reaches the scores: the judge could never learn")
    yield "a gradient reaches both"


@checks(
    "04.2",
    losses.lsgan_generator,
    part="adversarial",
    equation="Appendix A",
    difficulty=1,
    minutes=4,
    hints=["The generator sees fakes only, and has one wish about their scores. It is not the judge's wish."],
    mistakes=[
        "The judge's loss with a minus sign: -fake² is lowest at infinite scores, and nothing stops it.",
        "The target 0: a generator that wants to be caught.",
        "Halved: harmless alone, but beside the cycle loss it doubles lambda.",
    ],
    draw=_draw_painter,
)
def _lsgan_generator(answer) -> Iterator[str]:
    fake = _random(3, 2, 1, 5, 5) + 0.2
    same(
        answer(fake),
        (fake - 1).square().mean(),
        {
            "this is the judge's wish, fakes at 0; the generator wants them at 1": fake.square().mean(),
            "this is the judge's loss with a minus sign; scores could run away to infinity for ever better": (
                -fake.square().mean()
            ),
            "this is the judge's loss with a minus sign, half included; scores could run away to infinity": (
                -fake.square().mean() / 2
            ),
            "halved: the released program halves the judge's loss only, or lambda would mean something else": (fake - 1)
            .square()
            .mean()
            / 2,
            "this adds up all patches; take the mean": (fake - 1).square().sum(),
            "the scores went through a sigmoid; least squares takes them raw": (fake.sigmoid() - 1).square().mean(),
            "this is a distance, not a squared one": (fake - 1).abs().mean(),
        },
        "the generator's loss",
    )
    yield "a batch of score maps"
    same(answer(torch.tensor([3.0])), 4.0, what="the loss of a fake with score 3 (too real is wrong too)")
    yield "too real is off, too"
    fake.requires_grad_()
    expect(_reached(answer(fake), fake), "no gradient reaches the scores: the generator could never learn")
    yield "a gradient reaches the fakes"


@checks(
    "04.3",
    losses.log_discriminator,
    part="adversarial",
    equation="Eq. 2",
    difficulty=2,
    minutes=8,
    hints=[
        "-log sigmoid(x) = log(1 + exp(-x)). PyTorch has a function for log(1 + exp(x)) that never overflows.",
        "1 - sigmoid(x) = sigmoid(-x), so the fakes' term is the same function with the other sign.",
        "F.softplus(x) is log(1 + exp(x)). Which of the two wants softplus(-score)?",
    ],
    mistakes=[
        "log(sigmoid(x)): in float32 sigmoid(-200) is 0, and the logarithm of that is minus infinity.",
        "An epsilon inside the logarithm, log(D + 1e-8): finite, but the slope there is wrong, at worst 0.",
        "F.binary_cross_entropy of probabilities: cuts logarithms off at -100, where the gradient is 0.",
        "The signs of the two terms exchanged.",
    ],
    draw=_draw_log,
)
def _log_discriminator(answer) -> Iterator[str]:
    real, fake = 2 * _random(4, 2, 1, 5, 5) + 1, 2 * _random(5, 2, 1, 5, 5)
    up, down = F.softplus(-real).mean(), F.softplus(fake).mean()
    same(
        answer(real, fake),
        (up + down) / 2,
        {
            "real and fake are exchanged: this judge is happy to call fakes real": (
                F.softplus(real).mean() + F.softplus(-fake).mean()
            )
            / 2,
            "this is twice the value asked for; halve it, like the least squares above": up + down,
            "the sign is turned round: Eq. 2 is raised by D, and we minimise, so take its negative": -(up + down) / 2,
            "the sign is turned round, and half of it is asked for": -(up + down),
            "both terms have the same sign: a judge wants real scores up and fake scores down": (
                F.softplus(-real).mean() + F.softplus(-fake).mean()
            )
            / 2,
            "only the real pictures are judged": up / 2,
            "only the fakes are judged": down / 2,
        },
        "the judge's loss",
    )
    yield "a batch of logits"
    same(
        answer(torch.zeros(4), torch.zeros(4)), 0.69314718, what="the loss of a judge that says one half to everything"
    )
    yield "an undecided judge pays log 2"
    for score in (30.0, 200.0, 5000.0):
        bad_real = torch.tensor([-score], requires_grad=True)
        bad_fake = torch.tensor([score], requires_grad=True)
        loss = answer(bad_real, bad_fake)
        expect(isinstance(loss, Tensor), "the loss should be a tensor")
        expect(
            bool(loss.isfinite().all()),
            f"at scores of {score:.0f} on the wrong side the loss is {loss.item()}: "
            + (
                "the sigmoid was rounded to 0 or 1 before the logarithm saw it; use a function that never forms it"
                if score < 80
                else "exp of it is larger than any float32; F.softplus gives log(1 + exp(x)) without forming exp(x)"
            ),
        )
        expect(loss.requires_grad, "no gradient reaches the scores: the judge could never learn")
        slopes = torch.autograd.grad(loss, (bad_real, bad_fake), allow_unused=True)
        expect(
            all(g is not None and g.isfinite().all() and abs(abs(g.item()) - 0.5) < 1e-3 for g in slopes),
            f"at scores of {score:.0f} on the wrong side, where the judge errs most, it gets no proper gradient: "
            "a logarithm that is cut off or cushioned by an epsilon is flat there",
        )
        same(loss, score, {}, f"the loss at scores of {score:.0f} on the wrong side", tolerance=1e-4)
    yield "finite, with a gradient, at any score"
    same(answer(torch.tensor([500.0]), torch.tensor([-500.0])), 0.0, what="the loss of a judge that is sure and right")
    yield "sure and right costs nothing"


@checks(
    "04.4",
    both_losses,
    part="cycle",
    equation="Eq. 3, 4, 5",
    difficulty=2,
    minutes=12,
    hints=[
        "Sort the terms first. Which of them can F and A change? Which of them can D change?",
        "F and A: two fakes that should pass, two round trips that should come home. D: two judges, each with its own "
        "real pictures and its own fakes.",
        "D_T compares t with s', D_S compares s with t'. The weight belongs to the cycle terms only, to both of them.",
    ],
    mistakes=[
        "Fakes and real pictures paired by letter, (s, s'). The sum is the same, since no term compares two scores, "
        "but it shows a wrong picture: s' lives in T, beside t.",
        "The weight on the whole sum, or on one of the two cycle losses only.",
        "The cycle loss given to D too: no weight of D's changes it, so it is dead weight in the log.",
        "Zhu et al.'s and our cycle loss is a mean; the sum of Eq. 3's norm would make lambda depend on the size.",
    ],
)
def _both_losses(answer) -> Iterator[str]:
    scores = {name: _random(i, 2, 1, 3, 3) + 0.4 for i, name in enumerate(("t", "s'", "s", "t'"))}
    pictures = {name: _random(9 + i, 2, 3, 6, 6).tanh() for i, name in enumerate(("s", "s''", "t", "t''"))}
    got = answer(scores, pictures, 10.0)
    expect(got is not None, "the result is None: is a `return` missing?")
    expect(
        isinstance(got, tuple | list) and len(got) == 2,
        "two losses are asked for: first what F and A minimise, then what D minimises",
    )
    fool_t, fool_s = (losses.lsgan_generator(scores[name]) for name in ("s'", "t'"))
    home_s, home_t = ((pictures[n] - pictures[f"{n}''"]).abs().mean() for n in "st")
    long = sum((pictures[n] - pictures[f"{n}''"]).abs().sum() for n in "st")
    painters, judges = both_losses(scores, pictures, 10.0)
    same(
        got[0],
        painters,
        {
            "the order is turned round: first F and A's loss, then D's": judges,
            "the weight stands at the adversarial terms; it belongs to the cycle": 10 * (fool_t + fool_s)
            + home_s
            + home_t,
            "the weight multiplies everything; it belongs to the cycle alone": 10 * (fool_t + fool_s + home_s + home_t),
            "the weight is missing: Eq. 4 multiplies the cycle losses by lambda": fool_t + fool_s + home_s + home_t,
            "only one of the two cycle losses carries the weight; in Eq. 4 a bracket belongs around both": fool_t
            + fool_s
            + 10 * home_s
            + home_t,
            "only the way S -> T -> S is paid for; Eq. 4 has both directions": fool_t + 10 * home_s,
            "the cycle losses are missing": fool_t + fool_s,
            "only the cycle is paid for: nobody would have to become a zebra": 10 * (home_s + home_t),
            "the cycle loss is a sum here; as a mean it does not depend on the size of the pictures": fool_t
            + fool_s
            + 10 * long,
            "this raises what the judges minimise; each side has a wish of its own (04.2)": 10 * (home_s + home_t)
            - judges,
            "each picture is compared with the OTHER domain's round trip; s belongs to s'', t to t''": fool_t
            + fool_s
            + 10 * ((pictures["s"] - pictures["t''"]).abs().mean() + (pictures["t"] - pictures["s''"]).abs().mean()),
            "the cycle loss is squared here; Eq. 3 takes absolute differences": fool_t
            + fool_s
            + 10 * sum((pictures[n] - pictures[f"{n}''"]).square().mean() for n in "st"),
            "F and A are asked about real pictures too; they made none of them": painters
            + losses.lsgan_generator(scores["s"])
            + losses.lsgan_generator(scores["t"]),
        },
        "what F and A minimise",
    )
    yield "what F and A minimise"
    judge = losses.lsgan_discriminator
    same(
        got[1],
        judges,
        {
            "real and fake are exchanged in lsgan_discriminator(real, fake)": judge(scores["s'"], scores["t"])
            + judge(scores["t'"], scores["s"]),
            "only one judge is there; D_S needs its loss too": judge(scores["t"], scores["s'"]),
            "the cycle loss is in D's loss too; no weight of a discriminator changes it": judges
            + 10 * (home_s + home_t),
            "this is doubled; each judge's loss is halved already (04.1)": 2 * judges,
            "this is halved once more; lsgan_discriminator has its half inside": judges / 2,
        },
        "what D minimises",
    )
    yield "what D minimises"
    fakes = [x.clone().requires_grad_() for x in (scores["s'"], scores["t'"], pictures["s''"], pictures["t''"])]
    alive = answer(scores | {"s'": fakes[0], "t'": fakes[1]}, pictures | {"s''": fakes[2], "t''": fakes[3]}, 10.0)[0]
    expect(
        _reached(alive, *fakes),
        "the value is right, but no gradient gets through to s'' or to a fake's score: F and A would never hear of it",
    )
    yield "a gradient reaches all that F and A made"
    same(
        answer(scores, pictures, 0.0)[0],
        fool_t + fool_s,
        {"the weight is an argument; yours stays at 10": painters},
        "what F and A minimise with lambda = 0",
    )
    yield "lambda is a dial"
