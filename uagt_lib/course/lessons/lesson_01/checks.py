"""Lesson 01, unpaired translation: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_01 import figures
from uagt_lib.course.lessons.lesson_01.answers import cheat, round_trips
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import background_error
from uagt_lib.method.losses import cycle, lsgan_discriminator

# ------------------------------------------------------------------------------------------------ 01.1 the judge's loss


def two_piles_of_scores(draw: Draw) -> dict[str, Any]:
    """Real and fake scores, of which there are more and from larger pictures."""
    return {
        "real": draw.normal(draw.n, 1, draw.height, draw.width),
        "fake": draw.normal(draw.n + 1, 1, draw.height + 1, draw.width),
    }


define(
    "01.1",
    lsgan_discriminator,
    at_sizes(two_piles_of_scores),
    "the judge's loss",
    part="adversarial",
    equation="Eq. 2 as least squares (appendix A)",
    difficulty=1,
    minutes=6,
    hints=[
        "Two distances: of the real scores from 1, and of the fake scores from 0. Square each score's distance.",
        "`(real - 1).square().mean()` is one half of it. The other half has another target. Then halve the sum.",
    ],
    draw=figures.draw_judge,
)


@mistake("01.1", "the targets are exchanged: real scores should be pulled to 1, fake scores to 0")
def exchanged(real, fake):
    return (real.square().mean() + (fake - 1).square().mean()) / 2


@mistake("01.1", "the factor 1/2, which the released program gives the judge's loss, is missing: halve the sum")
def not_halved(real, fake):
    return (real - 1).square().mean() + fake.square().mean()


@mistake("01.1", "scores are summed; take means, or a picture with more patches would weigh more")
def summed(real, fake):
    return ((real - 1).square().sum() + fake.square().sum()) / 2


@mistake("01.1", "the mean is taken before squaring; square each score's own distance, then take the mean")
def mean_first(real, fake):
    return ((real.mean() - 1).square() + fake.mean().square()) / 2


@mistake("01.1", "that is the generator's loss, fakes to 1; the judge's has two parts, real to 1, fakes to 0")
def generators(real, fake):
    return (fake - 1).square().mean() + 0 * real.sum()


@mistake("01.1", "that is half the generator's loss; the judge's has two parts, real to 1, fakes to 0")
def half_generators(real, fake):
    return (fake - 1).square().mean() / 2 + 0 * real.sum()


@mistake("01.1", "fake scores are pulled to 1, that is what the generator wants; the judge pulls them to 0")
def both_to_one(real, fake):
    return ((real - 1).square().mean() + (fake - 1).square().mean()) / 2


@mistake("01.1", "fake scores are pulled to -1; their target is 0")
def fakes_to_minus_one(real, fake):
    return ((real - 1).square().mean() + (fake + 1).square().mean()) / 2


@mistake("01.1", "the 1/2 stands before the first part only; put brackets around the sum")
def first_halved(real, fake):
    return (real - 1).square().mean() / 2 + fake.square().mean()


@mistake("01.1", "the 1/2 stands before the second part only; put brackets around the sum")
def second_halved(real, fake):
    return (real - 1).square().mean() + fake.square().mean() / 2


@mistake("01.1", "the two parts are subtracted; both are distances to be made small, so add them")
def subtracted(real, fake):
    return ((real - 1).square().mean() - fake.square().mean()) / 2


@mistake("01.1", "the sign is turned: a loss is made small, and so are these distances")
def sign_turned(real, fake):
    return -lsgan_discriminator(real, fake)


@mistake("01.1", "only the real scores count here; a judge must also learn to refuse fakes")
def real_only(real, fake):
    return (real - 1).square().mean() / 2 + 0 * fake.sum()


@mistake("01.1", "only the fake scores count here; a judge must also learn to accept real pictures")
def fake_only(real, fake):
    return fake.square().mean() / 2 + 0 * real.sum()


@mistake("01.1", "those are absolute distances; least squares asks for squared ones")
def distances(real, fake):
    return ((real - 1).abs().mean() + fake.abs().mean()) / 2


@mistake("01.1", "all scores lie in one heap, and the larger pile weighs more; take a mean over each pile first")
def one_heap(real, fake):
    return torch.cat([(real - 1).flatten(), fake.flatten()]).square().mean()


@mistake(
    "01.1",
    "real and fake scores cannot be paired one to one, there may be more of one kind: take a mean over each, then add "
    "the two means",
)
def paired(real, fake):
    return ((real - 1).square() + fake.square()).mean() / 2


@mistake("01.1", "those are logarithms (cross entropy); LSGAN squares each score's distance")
def logarithms(real, fake):
    return (bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))) / 2


@mistake("01.1", "those are logarithms (cross entropy), and not halved; LSGAN squares each score's distance")
def whole_logarithms(real, fake):
    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))


@mistake("01.1", "those are logarithms of probabilities; scores are plain numbers, and LSGAN squares their distances")
def logarithms_of_scores(real, fake):
    return F.binary_cross_entropy(real, torch.ones_like(real)) + F.binary_cross_entropy(fake, torch.zeros_like(fake))


@mistake("01.1", "the loss is a plain number now, and no gradient leaves it: leave item() out")
def plain_number(real, fake):
    return lsgan_discriminator(real, fake).item()


# ------------------------------------------------------------------------------------------------ 01.2 the cycle loss


def pictures_and_round_trip(draw: Draw) -> dict[str, Any]:
    """Round trips that missed everything."""
    return {"x": draw.picture(), "x_cycled": draw.picture()}


def points_and_round_trip() -> dict[str, Any]:
    """The same on the flat savanna, where a picture is two numbers."""
    draw = Draw(5, 1, 1, torch.float32)
    return {"x": draw.uniform(5, 2), "x_cycled": draw.uniform(5, 2)}


define(
    "01.2",
    cycle,
    at_sizes(pictures_and_round_trip) | {"five points of the flat savanna, (5, 2)": points_and_round_trip},
    "the cycle loss",
    part="cycle",
    equation="Eq. 3",
    difficulty=1,
    minutes=3,
    hints=[
        "How far apart are two pictures? Take the difference, its absolute value, and then the mean.",
        "`abs()` and `mean()`; no dimension needs to be named.",
    ],
    draw=figures.draw_cycle,
)


@mistake("01.2", "those are squares, to which small errors are nearly nothing; the norm in Eq. 3 has index 1: abs()")
def squares(x, x_cycled):
    return (x - x_cycled).square().mean()


@mistake("01.2", "that is the sum, as the norm is printed; take the mean, so that the size of pictures does not matter")
def total(x, x_cycled):
    return (x - x_cycled).abs().sum()


@mistake("01.2", "differences of opposite sign cancel; take absolute values")
def signed(x, x_cycled):
    return (x - x_cycled).mean()


@mistake("01.2", "differences of opposite sign cancel; take absolute values")
def signed_back(x, x_cycled):
    return (x_cycled - x).mean()


@mistake("01.2", "the mean comes before abs(), so differences of opposite sign cancel; first abs(), then mean()")
def mean_first_then_abs(x, x_cycled):
    return (x - x_cycled).mean().abs()


@mistake("01.2", "that is one number per picture; the loss is the mean over all")
def one_per_picture(x, x_cycled):
    return (x - x_cycled).abs().flatten(1).mean(1)


@mistake("01.2", "lambda is in it already; the weight of 10 is multiplied outside, where the losses are added")
def weighted(x, x_cycled):
    return 10 * cycle(x, x_cycled)


@mistake("01.2", "each picture's differences are summed, then averaged over pictures; take the mean over everything")
def sum_per_picture(x, x_cycled):
    return (x - x_cycled).abs().flatten(1).sum(1).mean()


@mistake("01.2", "that is half of it: [-1, 1] is 2 wide, but the loss takes differences as they are")
def halved(x, x_cycled):
    return cycle(x, x_cycled) / 2


@mistake("01.2", "that is the largest difference; the mean is wanted")
def largest(x, x_cycled):
    return (x - x_cycled).abs().max()


@mistake("01.2", "that is the L2 norm; Eq. 3 has index 1")
def euclidean(x, x_cycled):
    return (x - x_cycled).square().sum().sqrt()


@mistake("01.2", "that is a root of mean squares; Eq. 3 has index 1: absolute differences")
def root_mean_square(x, x_cycled):
    return (x - x_cycled).square().mean().sqrt()


@mistake("01.2", "no gradient leaves the loss, and then nobody learns to come home: leave detach out")
def detached(x, x_cycled):
    return cycle(x, x_cycled).detach()


# ------------------------------------------------------------------------------------------------ 01.3 round trips


def two_generators_two_piles(draw: Draw) -> dict[str, Any]:
    """Generators that can be told apart by what they do."""
    return {
        "F_st": draw.network(3),
        "F_ts": draw.network(3, torch.sin),
        "s": draw.picture(),
        "t": draw.uniform(draw.n + 1, 3, draw.height, draw.width, low=-1),
    }


define(
    "01.3",
    round_trips,
    at_sizes(two_generators_two_piles),
    ("s'", "s''", "t'", "t''"),
    part="generator",
    equation="Section 3",
    difficulty=2,
    minutes=6,
    hints=[
        "Follow one picture: s is a horse. Which generator makes a zebra of it? Which makes that zebra a horse again?",
        "The second half of a trip starts from the result of the first: keep s_prime in a variable and go on from it.",
        "Four calls in all, each generator twice: F_st on s and on t_prime, F_ts on t and on s_prime.",
    ],
    draw=figures.draw_trips,
)


@law("01.3", "four calls")
def four_calls(answer):
    given = two_generators_two_piles(Draw(2, 5, 4, torch.float32))
    calls = 0

    def counting(network: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def counted(x: Tensor) -> Tensor:
            nonlocal calls
            calls += 1
            return network(x)

        return counted

    answer(counting(given["F_st"]), counting(given["F_ts"]), given["s"], given["t"])
    expect(
        calls <= 4,
        f"the generators were called {calls} times; four calls are enough: keep s' and t' and go on from them",
    )


@mistake("01.3", "the way back is taken by the same generator: that makes a zebra of a zebra; from s' home leads F_ts")
def same_generator(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_st(s_prime), t_prime, F_ts(t_prime)


@mistake("01.3", "the way back starts from the original; it has to start from s' and t', or what F did is never seen")
def from_the_original(F_st, F_ts, s, t):
    return F_st(s), F_ts(s), F_ts(t), F_st(t)


@mistake("01.3", "s' and t' were detached before the way back, so nobody who set out hears about a failed return")
def cut_between(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime.detach()), t_prime, F_st(t_prime.detach())


@mistake("01.3", "the order of the four is s', s'', t', t'': a picture's way back stands beside its way there")
def other_order(F_st, F_ts, s, t):
    s_prime, s_cycled, t_prime, t_cycled = round_trips(F_st, F_ts, s, t)
    return s_prime, t_prime, s_cycled, t_cycled


@mistake("01.3", "t's trip comes first; the order is s', s'', t', t''")
def t_first(F_st, F_ts, s, t):
    s_prime, s_cycled, t_prime, t_cycled = round_trips(F_st, F_ts, s, t)
    return t_prime, t_cycled, s_prime, s_cycled


@mistake("01.3", "the generators are exchanged: horses become zebras with F_st, zebras horses with F_ts")
def exchanged_generators(F_st, F_ts, s, t):
    return round_trips(F_ts, F_st, s, t)


@mistake("01.3", "s'' comes from t' and t'' from s': each trip goes on from its own picture")
def crossed(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(t_prime), t_prime, F_st(s_prime)


@mistake("01.3", "t'' comes from s': each trip goes on from its own picture, t'' from t'")
def half_crossed(F_st, F_ts, s, t):
    s_prime, t_prime = F_st(s), F_ts(t)
    return s_prime, F_ts(s_prime), t_prime, F_st(s_prime)


@mistake("01.3", "s'' and t'' are s and t themselves; the way back has to be computed")
def at_home_already(F_st, F_ts, s, t):
    return F_st(s), s, F_ts(t), t


@mistake("01.3", "t' and t'' were computed under no_grad or detached; both piles' trips teach both generators")
def t_under_no_grad(F_st, F_ts, s, t):
    with torch.no_grad():
        t_prime, t_cycled = round_trips(F_st, F_ts, s, t)[2:]
    return F_st(s), F_ts(F_st(s)), t_prime, t_cycled


# ------------------------------------------------------------------------------------------------ 01.4 a cheat


def horses(n: int = 4, height: int = 32, width: int = 32, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Drawn horses, (n, 3, height, width) in [-1, 1], and their masks, cut out of pictures of 32 px."""
    images, masks = savanna.draw("horse", n, 32, seed=3)
    return to_float(images)[..., 32 - height :, :width].to(dtype), masks[..., 32 - height :, :width].to(dtype)


def horses_to_cheat(n: int, height: int, width: int, dtype: torch.dtype) -> dict[str, Any]:
    """Horses without masks: a generator has none."""
    return {"x": horses(n, height, width, dtype)[0]}


define(
    "01.4",
    cheat,
    {
        "four horses": lambda: horses_to_cheat(4, 32, 32, torch.float32),
        "one horse, 24 x 32 px, float64": lambda: horses_to_cheat(1, 24, 32, torch.float64),
        "three horses, 32 x 28 px": lambda: horses_to_cheat(3, 32, 28, torch.float32),
    },
    "the result",
    part="cycle",
    equation="Eq. 3",
    difficulty=2,
    minutes=8,
    hints=[
        "What is undone by doing it once more? Turning a coin over, looking into a mirror, exchanging two cups.",
        "A picture has colours that can be exchanged, axes that can be reversed, and numbers with a sign. Of the two "
        "axes only one moves much: a meadow in a mirror is still a meadow.",
    ],
    draw=figures.draw_cheat,
    compared=(),
)


@law("01.4", "pictures of the same shape and range")
def still_pictures(answer):
    for n, height, width, dtype in ((4, 32, 32, torch.float32), (1, 24, 32, torch.float64)):
        images, _ = horses(n, height, width, dtype)
        once = answer(images)
        expect(once is not None, "the result is None: is a `return` missing?")
        expect(isinstance(once, Tensor), f"a picture is wanted, a tensor, not {type(once).__name__}")
        expect(
            once.shape == images.shape,
            f"the result has shape {tuple(once.shape)}; a translation keeps the shape, {tuple(images.shape)}",
        )
        expect(once.dtype == dtype, f"pictures of {dtype} came in, {once.dtype} came out")
        low, high = once.min().item(), once.max().item()
        expect(
            low >= -1.001 and high <= 1.001,
            f"the result leaves [-1, 1]: it lies in [{low:.4g}, {high:.4g}], which no generator can paint",
        )


@law("01.4", "each picture by itself")
def each_by_itself(answer):
    images, _ = horses()
    alone, together = answer(images[:1]), answer(images)[:1]
    expect(
        torch.allclose(alone, together, atol=1e-5),
        "a picture's result depends on the other pictures of the batch; a generator sees one picture at a time",
    )


@law("01.4", "the cycle loss is 0")
def comes_home(answer):
    for size in ((4, 32, 32), (3, 24, 28)):
        images, _ = horses(*size)
        missed = cycle(images, answer(answer(images.clone()).clone())).item()
        expect(
            missed < 1e-4,
            f"the second call does not bring the picture back: cycle loss {missed:.3g}. Is information lost on the "
            "way, or does the second call go further instead of back?",
        )


@law("01.4", "the background changes by more than 0.1")
def background_ruined(answer):
    images, masks = horses()
    error = background_error(images, answer(images.clone()), masks)
    expect(
        error > 0.1,
        f"Eq. 3 is content, but the background hardly changed: error {error:.3f}, more than 0.1 is asked",
    )


@mistake("01.4", "that is the picture itself: it comes home, since it never left, and the background error is 0")
def stays_at_home(x):
    return x.clone()


@mistake("01.4", "it comes home, but a left-right mirror moves too little of a meadow: error below 0.1. Another axis?")
def mirror(x):
    return x.flip(3)


@mistake("01.4", "three colours in a ring: the second call turns them further instead of back; exchange two of them")
def colour_wheel(x):
    return x.roll(1, 1)


@mistake("01.4", "information is lost: from a grey picture there is no way back to the colours")
def grey(x):
    return x.mean(1, keepdim=True).expand_as(x)
