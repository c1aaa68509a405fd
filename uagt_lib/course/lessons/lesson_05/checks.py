"""Lesson 05, one training step: what answers are tried on, and the mistakes that are recognised."""

import gc
import weakref
from collections.abc import Callable
from typing import Any

import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import difference, expect
from uagt_lib.course.lessons.lesson_02.answers import there_and_back
from uagt_lib.course.lessons.lesson_05 import figures
from uagt_lib.course.lessons.lesson_05.answers import both_trips, fool, judge_loss
from uagt_lib.method import losses
from uagt_lib.method.model import frozen
from uagt_lib.method.pool import Pool

# ------------------------------------------------------------------------------------------------ 05.1 both trips


class Translators(nn.Module):
    """Four networks that can be told apart by what they do."""

    def __init__(self, draw: Draw):
        super().__init__()
        self.F_st, self.A_s = draw.network(3), draw.network(1, torch.sigmoid)
        self.F_ts, self.A_t = draw.network(3, torch.sin), draw.network(1, torch.sigmoid)


def networks_and_two_piles(draw: Draw) -> dict[str, Any]:
    """More pictures of T than of S."""
    return {
        "m": Translators(draw),
        "s": draw.picture(),
        "t": draw.uniform(draw.n + 1, 3, draw.height, draw.width, low=-1),
    }


define(
    "05.1",
    both_trips,
    at_sizes(networks_and_two_piles),
    ("s'", "s''", "t'", "t''"),
    part="step",
    equation="Eq. 1, 3",
    difficulty=1,
    minutes=4,
    hints=[
        "Call `there_and_back` twice. The first call is there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t).",
        "t is a zebra. Which attention network knows zebras, which generator paints horses, and which two lead home?",
        "`a, b = there_and_back(...)` gives two tensors; return four in a row.",
    ],
    draw=figures.draw_trips,
)


@mistake("05.1", "t took the road of s; it starts in T: F_ts paints it, A_t looks at it, and F_st and A_s lead it home")
def same_road(m, s, t):
    return *there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t), *there_and_back(t, m.F_st, m.A_s, m.F_ts, m.A_t)


@mistake("05.1", "A_s looked at t, and A_t at t'; a picture of T is A_t's business, there and back")
def eyes_stay(m, s, t):
    return *there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t), *there_and_back(t, m.F_ts, m.A_s, m.F_st, m.A_t)


@mistake("05.1", "F_st painted on t, and F_ts on t'; from T to S leads F_ts, and home F_st")
def painters_stay(m, s, t):
    return *there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t), *there_and_back(t, m.F_st, m.A_t, m.F_ts, m.A_s)


@mistake("05.1", "there_and_back wants painter and attention of the way there, then those of the way back: F, A, F, A")
def other_order_of_arguments(m, s, t):
    return *there_and_back(s, m.F_st, m.F_ts, m.A_s, m.A_t), *there_and_back(t, m.F_ts, m.F_st, m.A_t, m.A_s)


@mistake("05.1", "four tensors in a row are asked for: unpack each trip, or put a * before it")
def two_pairs(m, s, t):
    there = both_trips(m, s, t)
    return there[:2], there[2:]


@mistake("05.1", "the order is s', s'', t', t'': a picture's way back stands beside its way there")
def both_there_first(m, s, t):
    s_prime, s_cycled, t_prime, t_cycled = both_trips(m, s, t)
    return s_prime, t_prime, s_cycled, t_cycled


@mistake("05.1", "t's trip comes first; the order is s', s'', t', t''")
def t_first(m, s, t):
    s_prime, s_cycled, t_prime, t_cycled = both_trips(m, s, t)
    return t_prime, t_cycled, s_prime, s_cycled


@mistake("05.1", "the second trip starts from s'; it is t that travels to S and home")
def starts_from_s_prime(m, s, t):
    s_prime, s_cycled = there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t)
    return s_prime, s_cycled, *there_and_back(s_prime, m.F_ts, m.A_t, m.F_st, m.A_s)


@mistake("05.1", "each trip is painted by one network, there and back; home leads the other one")
def one_painter_a_trip(m, s, t):
    return *there_and_back(s, m.F_st, m.A_s, m.F_st, m.A_s), *there_and_back(t, m.F_ts, m.A_t, m.F_ts, m.A_t)


@mistake("05.1", "all roads are turned round: s is a horse, so F_st paints it and A_s looks at it")
def all_turned_round(m, s, t):
    return *there_and_back(s, m.F_ts, m.A_t, m.F_st, m.A_s), *there_and_back(t, m.F_st, m.A_s, m.F_ts, m.A_t)


@mistake("05.1", "every picture is all paint, as CycleGAN's; Eq. 1 puts paint and picture together, there and back")
def all_paint(m, s, t):
    s_prime, t_prime = m.F_st(s), m.F_ts(t)
    return s_prime, m.F_ts(s_prime), t_prime, m.F_st(t_prime)


@mistake("05.1", "only the trip of s came back; t travels as well: s', s'', t', t''")
def one_trip(m, s, t):
    return there_and_back(s, m.F_st, m.A_s, m.F_ts, m.A_t)


@mistake("05.1", "no gradient reaches anybody: everything was made under no_grad(), or detached")
def nobody_learns(m, s, t):
    with torch.no_grad():
        return both_trips(m, s, t)


@mistake("05.1", "the s' and t' that you return are detached, so the judges that look at them can teach nobody")
def returned_detached(m, s, t):
    s_prime, s_cycled, t_prime, t_cycled = both_trips(m, s, t)
    return s_prime.detach(), s_cycled, t_prime.detach(), t_cycled


# ------------------------------------------------------------------------------------------------ 05.2 D's loss


def judge_real_and_fake(draw: Draw) -> dict[str, Any]:
    """A discriminator with a score for every pixel, a batch of T and one of fakes."""
    return {"D_t": draw.network(1, torch.sin), "t": draw.picture(), "s_prime": draw.picture()}


def on_data(answer: Callable, D_t: nn.Module, t: Tensor, s_prime: Tensor) -> Tensor:
    """An answer's loss, for real pictures without a history: whether an answer cuts them too is its own affair."""
    return answer(D_t, t.detach(), s_prime)


define(
    "05.2",
    judge_loss,
    at_sizes(judge_real_and_fake),
    "D's loss",
    part="step",
    equation="Eq. 2, 5",
    difficulty=1,
    minutes=6,
    hints=[
        "Two calls of D_t, then losses.lsgan_discriminator(real_scores, fake_scores).",
        "D_t must see s' and still not learn how s' was made. Which tensor do you cut: the picture or the scores?",
    ],
    draw=figures.draw_judge,
    run=on_data,
)


@mistake("05.2", "forgot detach: this gradient reaches s', and so F_st and A_s, and would teach them to be caught")
def not_detached(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime))


@mistake("05.2", "D_t learns from the real t only: cut the picture s', never the scores of it")
def fake_scores_cut(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime).detach())


@mistake("05.2", "no gradient reaches D_t: the scores were detached, or D_t was called under no_grad; cut the picture")
def no_grad(D_t, t, s_prime):
    with torch.no_grad():
        return judge_loss(D_t, t, s_prime)


@mistake("05.2", "s' itself lost its history: detach_() with an underscore works in place, detach() does not")
def underscore(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime.detach_()))


@mistake("05.2", "D_t learns from the fake s' only: the scores of t must not be detached")
def real_scores_cut(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(t).detach(), D_t(s_prime.detach()))


@mistake("05.2", "real and fake are swapped: lsgan_discriminator(real_scores, fake_scores)")
def real_and_fake_swapped(D_t, t, s_prime):
    return losses.lsgan_discriminator(D_t(s_prime.detach()), D_t(t))


@mistake("05.2", "this is the generators' loss; D wants 1 for t and 0 for s'")
def generators_loss(D_t, t, s_prime):
    return losses.lsgan_generator(D_t(s_prime.detach()))


@mistake("05.2", "only the real half is there; D must also meet the fake")
def only_real(D_t, t, s_prime):
    return 0.5 * (D_t(t) - 1).square().mean()


@mistake("05.2", "only the fake half is there; D must also meet the real t")
def only_fake(D_t, t, s_prime):
    return 0.5 * D_t(s_prime.detach()).square().mean()


@mistake("05.2", "twice too large: lsgan_discriminator already halves, use it")
def not_halved(D_t, t, s_prime):
    return 2 * judge_loss(D_t, t, s_prime)


@mistake("05.2", "half as large as it should be: lsgan_discriminator already halves")
def halved_again(D_t, t, s_prime):
    return 0.5 * judge_loss(D_t, t, s_prime)


@mistake("05.2", "that is the logarithmic loss; this course's step plays with least squares, lsgan_discriminator")
def logarithms(D_t, t, s_prime):
    return losses.log_discriminator(D_t(t), D_t(s_prime.detach()))


@mistake("05.2", "D_t is frozen here, but this is D's own turn: cut s' with detach() instead")
def judge_left_frozen(D_t, t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_discriminator(D_t(t), D_t(s_prime))


@mistake(
    "05.2", "your code calls backward(); return the loss, whoever asks for it calls backward() once, for all losses"
)
def goes_backward(D_t, t, s_prime):
    loss = judge_loss(D_t, t, s_prime)
    loss.backward()
    return loss


# ------------------------------------------------------------------------------------------------ 05.3 a pool of fakes


def play(answer: Callable, capacity: int, generator: torch.Generator, images: list[Tensor], attention: list[Tensor]):
    """All that comes out of a new pool that is called with one batch after another: pictures and maps, (M, ...)."""
    pool = answer(capacity, generator)
    out = [called(pool, *batch) for batch in zip(images, attention, strict=True)]
    return torch.cat([pictures for pictures, _ in out]), torch.cat([maps for _, maps in out])


def called(pool: Callable, images: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
    """What comes out of a pool for one batch.

    Raises:
        Wrong: if it is not two tensors.
    """
    expect(callable(pool), "a pool is called with a batch, but yours cannot be called")
    out = pool(images, attention)
    expect(out is not None, "the pool returned None: is a `return` missing?")
    two = isinstance(out, tuple | list) and len(out) == 2 and all(isinstance(x, Tensor) for x in out)
    expect(two, "return two tensors: the images and their attention")
    return out[0], out[1]


def batches(draw: Draw) -> dict[str, Any]:
    """Two dozen batches for a pool of three, so that it fills, and swaps."""
    return {
        "capacity": 3,
        "generator": torch.Generator().manual_seed(draw.n),
        "images": [draw.picture() for _ in range(24)],
        "attention": [draw.matte() for _ in range(24)],
    }


define(
    "05.3",
    Pool,
    at_sizes(batches),
    ("the images", "their attention"),
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
    draw=figures.draw_pool,
    compared=(),
    run=play,
)


def _coded(first: int, count: int = 1) -> tuple[Tensor, Tensor]:
    """Pictures and maps that carry their number, so that one can see who comes out."""
    number = torch.arange(first, first + count).float().reshape(-1, 1, 1, 1)
    return number.expand(-1, 3, 2, 2).clone(), number.expand(-1, 1, 2, 2) / 1e4


def _who(out: tuple[Tensor, Tensor]) -> int:
    return int(out[0].detach().mean().round())


def _fresh(answer: Callable, capacity: int = 4, seed: int = 0) -> Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """A new pool that is known to give two tensors."""
    pool = answer(capacity, torch.Generator().manual_seed(seed))
    return lambda images, attention: called(pool, images, attention)


@law("05.3", "while it fills, what goes in comes out, and without a gradient")
def fills_first(answer):
    for size in ((2, 5, 4, torch.float32), (1, 4, 6, torch.float64), (3, 7, 3, torch.float32)):
        draw, pool = Draw(*size), _fresh(answer, 6)
        for _ in range(6 // draw.n):
            images, attention = draw.picture(), draw.matte()
            out = pool(images.clone().requires_grad_(), attention.clone().requires_grad_())
            found = difference(out, (images, attention), "what comes out")
            rule = "while the pool fills, without any coin, what comes out must be what went in"
            expect(found is None, f"{rule}; {found and found.sentence()}")
            expect(
                not out[0].requires_grad and not out[1].requires_grad,
                "what you return while the pool fills carries a graph: return a detached pair, or D's loss travels on "
                "into F and A",
            )


@law("05.3", "full, it swaps half of the time, picture and map together, each once, never more than its capacity")
def swaps(answer):
    pool, returned, old = _fresh(answer), set(range(4)), []
    pool(*_coded(0, 4))
    for number in range(4, 804):
        out = pool(*_coded(number))
        who = _who(out)
        fits = difference(out[1], _coded(who)[1], "the map") is None
        expect(fits, "the attention of another picture came out: picture and map are stored, and swapped, together")
        if who != number:
            expect(who not in old, "an old fake came out twice: the new one must take its place in the pool")
            old.append(who)
        returned.add(who)
    share = len(old) / 800
    expect(share > 0, "the pool never gives an old fake: once it is full, half of the time it should")
    expect(share < 1, "once full, the pool always swaps: half of the time the new fake should pass as it is")
    expect(abs(share - 0.5) < 0.08, f"the pool swaps {share:.0%} of the time; it should be about half")
    kept = 804 - len(returned)
    expect(kept <= 4, f"the pool lost fakes or holds more than its capacity of 4: {kept} are neither out nor fit in")
    expect(
        old != sorted(old),
        "old fakes come out in the order in which they went in: that is a queue (first in, first out); the new fake "
        "takes the place of a random old one, drawn with torch.randint",
    )


@law("05.3", "every fake is kept at first, every place is swapped")
def every_place(answer):
    def never_out(seed: int) -> set[int]:
        """Which of the first four fakes a pool of four never gives back, in 200 steps (by chance: once in 10^11)."""
        pool = _fresh(answer, 4, seed)
        return set(range(4)) - set([_who(pool(*_coded(number))) for number in range(204)][4:])

    never = [never_out(seed) for seed in range(12)]
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


@law("05.3", "what comes out carries no graph")
def detached(answer):
    pool, weight = _fresh(answer, 3), torch.ones((), requires_grad=True)
    carries = {"new": False, "old": False}
    for n in range(40):
        images, attention = _coded(n)
        out = pool(images * weight, attention * weight)
        carries["new" if _who(out) == n else "old"] |= out[0].requires_grad or out[1].requires_grad
    expect(
        not carries["old"],
        "what the pool keeps still carries a graph: detach it, or every stored fake keeps its step's memory alive",
    )
    expect(
        not carries["new"],
        "what you keep is detached, but what you return is the raw new fake, graph and all: return a detached one too, "
        "or D's loss travels on into F and A",
    )


@law("05.3", "it is full when it holds its capacity")
def full_in_time(answer):
    def second_comes_out_older(seed: int) -> bool:
        """Whether a pool of one gives back its first fake when the second comes."""
        pool = _fresh(answer, 1, seed)
        pool(*_coded(0))
        return _who(pool(*_coded(1))) == 0

    expect(
        any(second_comes_out_older(seed) for seed in range(40)),
        "a pool of 1 never swaps when the second fake comes: it still fills, as if it could hold more than its "
        "capacity. How many are in it when it is full?",
    )


@law("05.3", "a pool of 60 is one of 60, and every place is as likely")
def many(answer):
    capacity, steps = 60, 6000
    pool, came, ages = _fresh(answer, capacity), torch.arange(1.0, capacity + steps + 1), []
    for number in came.split(capacity):
        pictures = (number / 7).reshape(-1, 1, 1, 1)
        out, _ = pool(pictures.expand(-1, 3, 1, 1).clone(), pictures.clone())
        expect(
            bool((out == out[:, :1]).all()) and bool(torch.isin(out[:, 0], came / 7).all()),
            "a number in an old fake is not as it went in: keep fakes to the last bit",
        )
        ages += (number - (out[:, 0, 0, 0] * 7).round()).tolist()
    expect(not any(ages[:capacity]), "a pool of 60 gave an old fake before 60 had come: it is full at its capacity")
    never = set(came[:capacity].tolist()) - {n - age for n, age in zip(came.tolist(), ages, strict=True) if age}
    expect(not never, f"a full pool of 60 never swaps {len(never)} of its places: draw from all of them")
    old = [age for age in ages if age]
    share, young = len(old) / steps, sum(age < capacity / 2 for age in old) / len(old)
    expect(abs(share - 0.5) < 0.035, f"a pool of 60 swaps {share:.1%} of the time, in {steps} steps; it should be half")
    # A place is swapped once in 120 steps, so a fake that comes out is younger than 30 steps with 1 - (1 - 1/120)^29.
    expect(
        abs(young - 0.215) < 0.04,
        f"{young:.1%} of the old fakes that a pool of 60 gives are younger than 30 steps; if every place is as likely, "
        "about 21.5% are",
    )


class _Step:
    """Stands in a step's graph, and is gone when nobody holds on to it any more."""


@law("05.3", "what it keeps holds on to no graph")
def keeps_no_graph(answer):
    pool, weight, alive = _fresh(answer, 3), torch.ones((), requires_grad=True), []
    for n in range(12):
        for x, what in zip(_coded(n), ("images", "attention"), strict=True):
            step = _Step()
            alive.append(weakref.ref(step))
            batch = x * weight
            batch.grad_fn.metadata["step"] = step
            given = (batch, _coded(n)[1]) if what == "images" else (_coded(n)[0], batch)
            pool(*given)
            del step, batch, given
    gc.collect()
    held = sum(ref() is not None for ref in alive)
    expect(
        held == 0,
        f"the graphs of {held} of {len(alive)} steps are still in memory when the steps are over, though what comes "
        "out is detached: what the pool keeps has to be detached when it goes in",
    )


@law("05.3", "it keeps copies of its own")
def own_copies(answer):
    pool = _fresh(answer, 3)
    images, attention = _coded(0, 3)
    pool(images, attention)
    images.fill_(-1), attention.fill_(-1)
    out = [pool(*_coded(n)) for n in range(3, 40)]
    same = all(float(image.min()) >= 0 and float(a.min()) >= 0 for image, a in out)
    expect(same, "a stored fake changed when the batch it came from was changed: keep a clone()")


class _Answer:
    """The frame that the lesson gives; wrong answers fill in `exchange`, as learners do."""

    def __init__(self, capacity, generator):
        self.capacity, self.generator, self.pairs = capacity, generator, []

    def __call__(self, images, attention):
        out = [self.exchange(image, a) for image, a in zip(images, attention, strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])

    def coin(self):
        return torch.rand((), generator=self.generator) < 0.5

    def place(self):
        return int(torch.randint(self.capacity, (), generator=self.generator))

    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        if self.coin():
            return new
        place = self.place()
        old, self.pairs[place] = self.pairs[place], new
        return old

    def kept(self, image, attention):
        return image.detach().clone(), attention.detach().clone()


@mistake("05.3", "the attention of another picture comes out: draw one place, for picture and map together")
class PicturesAndMapsDrawnApart(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        if self.coin():
            return new
        i, j = self.place(), self.place()
        old = self.pairs[i][0], self.pairs[j][1]
        self.pairs[i] = new[0], self.pairs[i][1]
        self.pairs[j] = self.pairs[j][0], new[1]
        return old


@mistake("05.3", "an old fake comes out twice: it is returned but stays; the new one must take its place in the pool")
class OldOneStays(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        return new if self.coin() else self.pairs[self.place()]


@mistake("05.3", "that is a queue (first in, first out): the new fake takes the place of a random old one")
class Queue(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        if self.coin():
            return new
        self.pairs.append(new)
        return self.pairs.pop(0)


@mistake("05.3", "the last place is never swapped: torch.randint(n, ...) gives 0 to n - 1, so n is the capacity itself")
class SparesTheLast(_Answer):
    def place(self):
        return int(torch.randint(self.capacity - 1, (), generator=self.generator))


@mistake("05.3", "the pool holds one fake more than its capacity: with 50 in it a pool of 50 is full; compare with <")
class OneTooMany(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) <= self.capacity:
            self.pairs.append(new)
            return new
        if self.coin():
            return new
        place = self.place()
        old, self.pairs[place] = self.pairs[place], new
        return old


@mistake("05.3", "the pool never gives an old fake: once it is full, half of the time it should")
class NeverSwaps(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
        return new


@mistake("05.3", "a coin is tossed while the pool fills: every fake is kept then; toss it only once the pool is full")
class CoinWhileFilling(_Answer):
    def exchange(self, image, attention):
        new = self.kept(image, attention)
        if self.coin():
            return new
        if len(self.pairs) < self.capacity:
            self.pairs.append(new)
            return new
        place = self.place()
        old, self.pairs[place] = self.pairs[place], new
        return old


# ------------------------------------------------------------------------------------------------ 05.4 fooling D


def judge_and_fakes(draw: Draw) -> dict[str, Any]:
    """A discriminator with a score for every pixel, and fakes."""
    return {"D_t": draw.network(1, torch.sin), "s_prime": draw.picture()}


def lent(answer: Callable, D_t: nn.Module, s_prime: Tensor) -> Any:
    """An answer's loss; a discriminator that was frozen before is frozen again, whether an answer thaws it or not."""
    learns = any(p.requires_grad for p in D_t.parameters())
    loss = answer(D_t, s_prime)
    return loss if learns else (D_t.requires_grad_(False), loss)[1]


define(
    "05.4",
    fool,
    at_sizes(judge_and_fakes),
    "the loss",
    part="step",
    equation="Eq. 2, 5",
    difficulty=2,
    minutes=8,
    hints=[
        "no_grad() stops the gradient at D. You want it to pass through D, to s', and only to skip D's parameters.",
        "network.requires_grad_(False) before the call. What must be true again afterwards?",
        "Freeze, compute the loss, thaw, return the loss. The graph remembers that D was frozen when it was called.",
    ],
    draw=figures.draw_fool,
    run=lent,
)


@mistake("05.4", "no gradient can reach F and A: no_grad() or detach() cut it; D should be frozen, not cut")
def under_no_grad(D_t, s_prime):
    with torch.no_grad():
        return losses.lsgan_generator(D_t(s_prime))


@mistake("05.4", "D_t is still frozen: thaw it before you return, or its own turn teaches it nothing")
def never_thawed(D_t, s_prime):
    D_t.requires_grad_(False)
    return losses.lsgan_generator(D_t(s_prime))


@mistake(
    "05.4",
    "D_t.requires_grad = ... only hangs a new attribute on the module and freezes nothing: use requires_grad_(False), "
    "and requires_grad_(True) to thaw",
)
def without_underscore(D_t, s_prime):
    D_t.requires_grad = False
    loss = losses.lsgan_generator(D_t(s_prime))
    D_t.requires_grad = True
    return loss


@mistake("05.4", "D_t's parameters get a gradient here: it was not frozen while it judged")
def not_frozen(D_t, s_prime):
    return losses.lsgan_generator(D_t(s_prime))


@mistake(
    "05.4", "your code calls backward(); return the loss, whoever adds up the losses calls backward() once, for all"
)
def backward_inside(D_t, s_prime):
    loss = fool(D_t, s_prime)
    loss.backward()
    return loss


@mistake(
    "05.4", "your code calls backward(); return the loss, whoever adds up the losses calls backward() once, for all"
)
def backward_inside_unfrozen(D_t, s_prime):
    loss = losses.lsgan_generator(D_t(s_prime))
    loss.backward()
    return loss


@mistake("05.4", "no gradient reaches s', D_t learns instead: detach() belongs into D's own turn, not here")
def picture_cut(D_t, s_prime):
    return losses.lsgan_generator(D_t(s_prime.detach()))


@mistake("05.4", "the sign is turned round: the translators want their fakes scored 1, as if real")
def sign_turned(D_t, s_prime):
    with frozen(D_t):
        return D_t(s_prime).square().mean()


@mistake("05.4", "this is D's loss for the fake; the translators want the score 1")
def judges_loss(D_t, s_prime):
    with frozen(D_t):
        return 0.5 * D_t(s_prime).square().mean()


@mistake("05.4", "halved; the generators' loss is not (that is D's)")
def halved(D_t, s_prime):
    return 0.5 * fool(D_t, s_prime)


@mistake("05.4", "that is -D: the least-squares game wants a score of 1, and punishes 2 as it does 0")
def as_high_as_can_be(D_t, s_prime):
    with frozen(D_t):
        return -D_t(s_prime).mean()


@mistake("05.4", "that is the logarithmic loss; this course's step plays with least squares, lsgan_generator")
def logarithm(D_t, s_prime):
    with frozen(D_t):
        return losses.log_generator(D_t(s_prime))
