"""Lesson 07, measuring: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from itertools import combinations
from typing import Any

import torch
from torch import Tensor

from uagt_lib.course.cases import Case, Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_07 import figures
from uagt_lib.course.lessons.lesson_07.answers import changes, done_right
from uagt_lib.evaluate.attention import iou
from uagt_lib.evaluate.kid import kernel, kid, mmd2

# ------------------------------------------------------------------------------------------------ 07.1 the kernel


def two_sets_of_features(draw: Draw) -> dict[str, Any]:
    """More of one than of the other, and neither as many as there are features."""
    d = 16 * draw.width + 5
    return {"x": draw.normal(draw.n + 2, d), "y": draw.normal(draw.height, d)}


def features(n: int, m: int, d: int, apart: float = 0.0) -> dict[str, Any]:
    """`n` and `m` feature vectors in float64, one set moved by `apart`."""
    draw = Draw(n, m, d, torch.float64)
    return {"x": draw.normal(n, d) + apart, "y": draw.normal(m, d)}


define(
    "07.1",
    kernel,
    at_sizes(two_sets_of_features)
    | {
        "sets of one size, of as many features": lambda: features(5, 5, 5),
        "vectors of ones, for which it is 8": lambda: {"x": torch.ones(2, 4), "y": torch.ones(2, 4)},
    },
    "k(x, y)",
    part="kid",
    equation="Section 4",
    difficulty=1,
    minutes=5,
    hints=[
        "One matrix product gives all dot products at once: what has to be transposed so that (n, d) meets (m, d)?",
        "d is the length of a feature vector: x.shape[1]. Divide, add 1, and only then take the third power.",
    ],
    draw=figures.draw_kernel,
    compared=("value",),
)


@mistake("07.1", "the products are divided by the number of pictures; d is the number of features, x.shape[1]")
def by_pictures(x, y):
    return (x @ y.T / len(x) + 1) ** 3


@mistake("07.1", "only row i of x meets row i of y; every row has to meet every row, which is x @ y.T")
def row_by_row(x, y):
    return ((x * y).sum(1) / x.shape[1] + 1) ** 3


@mistake("07.1", "the products are not divided by d, the number of features, x.shape[1]")
def undivided(x, y):
    return (x @ y.T + 1) ** 3


@mistake("07.1", "the 1 has to be added inside, before the third power")
def one_outside(x, y):
    return (x @ y.T / x.shape[1]) ** 3 + 1


@mistake("07.1", "d divides the product alone; then comes the + 1, and then the third power")
def divided_last(x, y):
    return (x @ y.T + 1) ** 3 / x.shape[1]


@mistake("07.1", "the + 1 is missing; without it the kernel sees triple products only")
def without_one(x, y):
    return (x @ y.T / x.shape[1]) ** 3


@mistake("07.1", "that is the dot product alone; divide it by d, add 1, and take the third power of all that")
def dot_product(x, y):
    return x @ y.T


@mistake("07.1", "that is the second power; KID takes the third")
def second_power(x, y):
    return (x @ y.T / x.shape[1] + 1) ** 2


@mistake("07.1", "the third power is missing, or stands outside the brackets")
def no_power(x, y):
    return x @ y.T / x.shape[1] + 1


@mistake("07.1", "the brackets are wrong: first the product divided by d, then + 1, all of it to the third power")
def bracket_of_sum(x, y):
    return ((x @ y.T + 1) / x.shape[1]) ** 3


@mistake("07.1", "d is the length of a feature vector, x.shape[1]; 128 is true of this lesson's features only")
def hard_coded(x, y):
    return (x @ y.T / 128 + 1) ** 3


@mistake("07.1", "the vectors were normalised to length 1; the kernel takes them as they are, and divides by d")
def normalised(x, y):
    x, y = (v / v.norm(dim=1, keepdim=True) for v in (x, y))
    return (x @ y.T + 1) ** 3


@mistake("07.1", "rows and columns are swapped: row i should hold the similarities of x[i]")
def transposed(x, y):
    return kernel(y, x)


# ------------------------------------------------------------------------------------------------ 07.2 squared MMD


def below_zero(least: int, m: int, d: int, limit: float) -> dict[str, Any]:
    """Two samples of one distribution whose estimate is below a limit, as half of them are below 0."""
    for n in range(least, least + 100):
        given = features(n, m, d)
        if mmd2(**given) < limit:
            return given
    raise AssertionError("no sample scores below 0")


def number(answer: Callable, *given: Any) -> Any:
    """What comes out, as a plain number if it is one: tensors of one number are right, too."""
    found = answer(*given)
    return found.item() if isinstance(found, Tensor) and found.ndim == 0 else found


# In float64: the estimate is a small difference of large sums.
SETS = {
    "two sets of six": lambda: features(6, 6, 4, 1),
    "5 and 9 pictures": lambda: features(5, 9, 4, 1),
    "9 and 4 pictures": lambda: features(9, 4, 6, 1),
    "a value below 0": lambda: below_zero(8, 8, 8, -0.05),
    "more than 600 pictures and 110, and a value below 0": lambda: below_zero(601, 110, 2, 0.0),
}

define(
    "07.2",
    mmd2,
    SETS,
    "the squared MMD",
    part="kid",
    equation="Section 4",
    difficulty=2,
    minutes=12,
    hints=[
        "Three block means: pairs within x, pairs within y, pairs across. Only the first two have a diagonal.",
        "A (n, n) block without its diagonal has n(n - 1) entries; its sum is k.sum() - k.trace().",
        "xx + yy - 2 xy. Let the result be negative if it wants to be.",
    ],
    draw=figures.draw_mmd2,
    compared=("value",),
    run=number,
)


def _off(k: Tensor) -> Tensor:
    """The sum of a block without its diagonal."""
    return k.sum() - k.trace()


def _within(x: Tensor) -> Tensor:
    """The mean kernel of different pictures of one set."""
    return _off(kernel(x, x)) / (len(x) * (len(x) - 1))


@mistake("07.2", "every picture is still compared with itself: leave the diagonals of both own blocks out")
def biased(x, y):
    return mmd2(x, y, biased=True)


@mistake("07.2", "the diagonals are gone from the sums but not from the count: n (n - 1) pairs are left, not n²")
def counted_all(x, y):
    return _off(kernel(x, x)) / len(x) ** 2 + _off(kernel(y, y)) / len(y) ** 2 - 2 * kernel(x, y).mean()


@mistake("07.2", "the cross block has no diagonal to drop: x[i] and y[i] are different pictures")
def cross_diagonal(x, y):
    xy = kernel(x, y)
    across = (xy.sum() - xy.diagonal().sum()) / (xy.numel() - min(xy.shape))
    return _within(x) + _within(y) - 2 * across


@mistake("07.2", "values below 0 are cut off: then the average over many tries is not 0 any more")
def cut_at_zero(x, y):
    return max(mmd2(x, y), 0.0)


@mistake("07.2", "the count leaves the diagonals out, the sums still hold them: subtract the trace")
def summed_all(x, y):
    n, m = len(x), len(y)
    return kernel(x, x).sum() / (n * (n - 1)) + kernel(y, y).sum() / (m * (m - 1)) - 2 * kernel(x, y).mean()


@mistake("07.2", "the number of pairs is n (n - 1); (n - 1)² leaves out too many")
def one_less_squared(x, y):
    n, m = len(x), len(y)
    return _off(kernel(x, x)) / (n - 1) ** 2 + _off(kernel(y, y)) / (m - 1) ** 2 - 2 * kernel(x, y).mean()


@mistake("07.2", "n was used for both sets; y has m = len(y) pictures")
def one_count(x, y):
    n = len(x)
    return (_off(kernel(x, x)) + _off(kernel(y, y))) / (n * (n - 1)) - 2 * kernel(x, y).mean()


@mistake("07.2", "the cross block was divided by n²; it has n times m entries")
def cross_by_n_squared(x, y):
    return _within(x) + _within(y) - 2 * kernel(x, y).sum() / len(x) ** 2


@mistake("07.2", "n was used for both sets, in the cross block too; y has m = len(y) pictures")
def one_count_everywhere(x, y):
    n = len(x)
    return (_off(kernel(x, x)) + _off(kernel(y, y))) / (n * (n - 1)) - 2 * kernel(x, y).sum() / n**2


@mistake("07.2", "each pair was counted once (one triangle), and divided by n (n - 1): double the triangle")
def triangle(x, y):
    return (_within(x) + _within(y)) / 2 - 2 * kernel(x, y).mean()


@mistake("07.2", "a picture's similarity with itself is not 1: subtract the trace, k.trace(), not n")
def diagonal_of_ones(x, y):
    own = [(kernel(f, f).sum() - len(f)) / (len(f) * (len(f) - 1)) for f in (x, y)]
    return sum(own) - 2 * kernel(x, y).mean()


@mistake("07.2", "the cross block has to be subtracted twice, once for each set")
def cross_once(x, y):
    return _within(x) + _within(y) - kernel(x, y).mean()


@mistake("07.2", "the cross block is added; similarity ACROSS the sets makes them close, so it is subtracted")
def cross_added(x, y):
    return _within(x) + _within(y) + 2 * kernel(x, y).mean()


@mistake("07.2", "that is the root; KID is the squared discrepancy")
def root(x, y):
    return max(mmd2(x, y), 0.0) ** 0.5


@mistake("07.2", "that is the root, and of a value below 0 there is none; KID is the squared discrepancy")
def root_of_anything(x, y):
    return torch.tensor(mmd2(x, y), dtype=torch.float64).sqrt()


@mistake("07.2", "the sign of a negative value is gone: then the average over many tries is not 0 any more")
def absolute(x, y):
    return abs(mmd2(x, y))


# ------------------------------------------------------------------------------------------------ 07.3 subsets


def few_features(n: int, m: int) -> tuple[Tensor, Tensor]:
    """Sets in which every subset has a value of its own."""
    given = features(n, m, 5)
    return given["x"].abs(), given["y"].abs() + 0.3 * torch.arange(m, dtype=torch.float64)[:, None]


def subsets_of(n: int, m: int, subsets: int, size: int) -> Case:
    """A call of `kid`, with a generator of its own."""

    def case() -> dict[str, Any]:
        x, y = few_features(n, m)
        generator = torch.Generator().manual_seed(10 * n + m)
        return {"x": x, "y": y, "generator": generator, "subsets": subsets, "size": size}

    return case


def mean_and_spread(answer: Callable, *given: Any) -> tuple[float, float]:
    """The two numbers that are asked for, of however many come back."""
    found = answer(*given)
    expect(found is not None, "the result is None: is a `return` missing?")
    expect(isinstance(found, tuple | list) and len(found) >= 2, "return two numbers: the mean and the ±")
    mean, std = (torch.as_tensor(v) for v in found[:2])
    expect(mean.ndim == std.ndim == 0, "mean and ± should be single numbers, not one value per subset")
    return mean.item(), std.item()


define(
    "07.3",
    kid,
    {
        "five subsets of 3 of 6 and 9 pictures": subsets_of(6, 9, 5, 3),
        "seven subsets of 4 of 9 and 6": subsets_of(9, 6, 7, 4),
        "twelve subsets of 6 of 7 each": subsets_of(7, 7, 12, 6),
        "three subsets of 55 of 60 and 70": subsets_of(60, 70, 3, 55),
    },
    ("the mean", "the ±"),
    part="kid",
    equation="Section 4",
    difficulty=1,
    minutes=6,
    hints=[
        "torch.randperm(n, generator=generator)[:size] is a subset without replacement.",
        "Draw for x and for y separately, once per subset; collect the values of mmd2, then take mean and std.",
        "The paper's ± divides by the number of subsets: torch's .std(correction=0).",
    ],
    draw=figures.draw_kid,
    compared=(),
    run=mean_and_spread,
)


def _kid_of(answer: Callable, x: Tensor, y: Tensor, seed: int, subsets: int, size: int) -> tuple[float, float]:
    return mean_and_spread(answer, x.clone(), y.clone(), torch.Generator().manual_seed(seed), subsets, size)


def _near(a: float, b: float) -> bool:
    """Equal up to single precision."""
    return abs(a - b) <= 2e-5 * max(1.0, abs(b))


@law("07.3", "subsets as large as the set are the set")
def whole_sets(answer):
    x, y = few_features(6, 6)
    for seed in range(3):
        mean, std = _kid_of(answer, x, y, seed, 8, 6)
        expect(
            _near(mean, mmd2(x, y)) and _near(std, 0),
            f"8 subsets of 6 of 6 pictures should all be the whole set, {mmd2(x, y):.4g} ± 0, whatever is drawn; yours "
            f"give {mean:.4g} ± {std:.4g}",
        )


@law("07.3", "mean and ± of the values of as many subsets as asked for")
def of_three_subsets(answer):
    # With sets this small every possible outcome of three subsets can be listed.
    x, y = few_features(3, 4)
    of_x, of_y = (list(combinations(range(len(f)), 2)) for f in (x, y))
    value = torch.tensor([mmd2(x[list(i)], y[list(j)]) for i in of_x for j in of_y])
    beyond = torch.tensor([max(j) >= len(x) for _ in of_x for j in of_y])
    triples = torch.cartesian_prod(*3 * [torch.arange(len(value))])
    means, stds = value[triples].mean(1), value[triples].std(1, correction=0)
    spread = reached = False
    parts = {"x": torch.arange(len(value)) // len(of_y), "y": torch.arange(len(value)) % len(of_y)}
    anew, again = dict.fromkeys(parts, False), dict.fromkeys(parts, False)
    for seed in range(30):
        mean, std = _kid_of(answer, x, y, seed, 3, 2)
        likely = (means - mean).abs() <= 2e-5 * max(1.0, abs(mean))
        right = likely & ((stds - std).abs() <= 2e-5 * max(1.0, std))
        expect(bool(likely.any()), "the mean is that of no three subsets of 2 pictures of x and 2 of y, none twice")
        expect(
            bool(right.any()),
            "the mean is right; the ± is not the standard deviation of the three subsets' values (correction=0)",
        )
        spread |= std > 1e-3
        reached |= bool(beyond[triples[right]].any())
        for name, part in parts.items():
            drawn = part[triples[right]].sort(1).values
            anew[name] |= not bool((drawn[:, 0] == drawn[:, 2]).any())
            again[name] |= bool((drawn.diff(dim=1) == 0).any(1).all())
    expect(spread, "in 30 calls with three subsets each, all three had the same value: draw anew for every subset")
    expect(reached, "in 30 calls no picture of y beyond the length of x was drawn")
    for name in parts:
        expect(anew[name], f"in 30 calls all three subsets of {name} were the same: draw anew for every subset")
        expect(
            again[name],
            f"in 30 calls no two of three subsets of {name} were the same, and chance would have it so now and then: "
            "draw each for itself, with a permutation of its own",
        )


@law("07.3", "each set is drawn for itself")
def drawn_for_itself(answer):
    x = few_features(4, 4)[0]
    alike = [mmd2(x[list(c)], x[list(c)] + 1) for c in combinations(range(4), 2)]
    found = [_kid_of(answer, x, x + 1, seed, 1, 2)[0] for seed in range(40)]
    expect(
        not all(any(_near(mean, a) for a in alike) for mean in found),
        "in 40 calls x and y were given the same indices: draw for each set separately",
    )


@law("07.3", "what is drawn is the generator's doing")
def of_the_generator(answer):
    x, y = few_features(6, 6)
    generator = torch.Generator().manual_seed(7)
    found = {mean_and_spread(answer, x, y, generator, 2, 2)[0] for _ in range(12)}
    expect(len(found) > 1, "a generator that went on gave the same subsets in 12 calls: seed none inside")
    found = {_kid_of(answer, x, y, seed, 2, 2)[0] for seed in range(12)}
    expect(len(found) > 1, "generators with 12 seeds gave the same subsets: hand `generator` to every draw")


def _values(x, y, generator, subsets, size, of=mmd2, draw=None):
    """The values of `subsets` subsets, each of which `draw` draws."""
    draw = draw or (lambda n: torch.randperm(n, generator=generator)[:size])
    found = []
    for _ in range(subsets):
        i, j = draw(len(x)), draw(len(y))
        found.append(of(x[i], y[j]))
    return torch.tensor(found)


def _told(values):
    return values.mean(), values.std(correction=0)


@mistake("07.3", "torch.randint draws with replacement: a picture may meet its own copy, the biased estimate again")
def with_replacement(x, y, generator, subsets=10, size=50):
    draw = lambda n: torch.randint(n, (size,), generator=generator)  # noqa: E731
    return _told(_values(x, y, generator, subsets, size, draw=draw))


@mistake("07.3", "x and y are given the same indices: each set needs a draw, and indices, of its own")
def one_draw_for_both(x, y, generator, subsets=10, size=50):
    i = [torch.randperm(len(x), generator=generator)[:size] for _ in range(subsets)]
    return _told(torch.tensor([mmd2(x[k], y[k]) for k in i]))


@mistake("07.3", "± was divided by the root of the number of subsets: that is the standard error of the mean")
def standard_error(x, y, generator, subsets=10, size=50):
    mean, std = _told(_values(x, y, generator, subsets, size))
    return mean, std / subsets**0.5


@mistake("07.3", "± divides by (subsets - 1); the paper's ± divides by the number of subsets: correction=0")
def corrected(x, y, generator, subsets=10, size=50):
    values = _values(x, y, generator, subsets, size)
    return values.mean(), values.std()


@mistake("07.3", "± is a standard error, and divides by (subsets - 1); take the spread itself, .std(correction=0)")
def corrected_standard_error(x, y, generator, subsets=10, size=50):
    values = _values(x, y, generator, subsets, size)
    return values.mean(), values.std() / subsets**0.5


@mistake("07.3", "± is the variance; take its root, .std(correction=0)")
def variance(x, y, generator, subsets=10, size=50):
    values = _values(x, y, generator, subsets, size)
    return values.mean(), values.var(correction=0)


@mistake("07.3", "one subset is drawn before the loop, and compared again and again: draw anew inside the loop")
def one_subset(x, y, generator, subsets=10, size=50):
    i, j = (torch.randperm(len(f), generator=generator)[:size] for f in (x, y))
    return _told(torch.tensor([mmd2(x[i], y[j]) for _ in range(subsets)]))


@mistake("07.3", "`randperm(size)` only shuffles the first `size` pictures; draw from all, `randperm(len(x))[:size]`")
def shuffled_the_first(x, y, generator, subsets=10, size=50):
    draw = lambda n: torch.randperm(size, generator=generator)  # noqa: E731
    return _told(_values(x, y, generator, subsets, size, draw=draw))


@mistake("07.3", "one permutation is cut into slices, which runs out; subsets may share pictures: permute for each")
def slices(x, y, generator, subsets=10, size=50):
    p, q = (torch.randperm(len(f), generator=generator) for f in (x, y))
    return _told(torch.tensor([mmd2(x[p[k : k + size]], y[q[k : k + size]]) for k in range(0, subsets * size, size)]))


@mistake("07.3", "the subset's size is an argument; yours stays at 50 whatever it is told")
def size_fixed(x, y, generator, subsets=10, size=50):
    return _told(_values(x, y, generator, subsets, 50))


@mistake("07.3", "the number of subsets is an argument; yours stays at 10 whatever it is told")
def subsets_fixed(x, y, generator, subsets=10, size=50):
    return _told(_values(x, y, generator, 10, size))


@mistake("07.3", "both numbers are arguments; yours stay at 10 subsets of 50 whatever they are told")
def both_fixed(x, y, generator, subsets=10, size=50):
    return _told(_values(x, y, generator, 10, 50))


@mistake("07.3", "these subsets' values are biased, every picture is compared with itself: take the unbiased mmd2")
def of_biased(x, y, generator, subsets=10, size=50):
    return _told(_values(x, y, generator, subsets, size, of=biased))


@mistake("07.3", "a generator is seeded inside, so every call draws the same: hand `generator` to every draw")
def seeded_inside(x, y, generator, subsets=10, size=50):
    return _told(_values(x, y, torch.Generator().manual_seed(0), subsets, size))


@mistake("07.3", "that is the distance of all pictures at once; subsets are asked for, and the spread of their values")
def all_at_once(x, y, generator, subsets=10, size=50):
    return mmd2(x, y), 0.0


# ------------------------------------------------------------------------------------------------ 07.4 IoU


def attention_and_soft_masks(draw: Draw) -> dict[str, Any]:
    """Animals of very different sizes, with soft edges: masks are 0 to 0.3, and 0.7 to 1."""
    share = torch.linspace(0.2, 0.8, draw.n, dtype=draw.dtype)[:, None, None, None]
    animal = (draw.matte() < share).to(draw.dtype)
    animal[:, :, 0, 0] = 1
    masks = 0.7 * animal + 0.3 * draw.matte()
    return {"attention": draw.matte(), "masks": masks, "threshold": {1: 0.9, 3: 0.4}.get(draw.n, 0.1)}


def hard_masks() -> Tensor:
    """Three masks of 0 and 1."""
    return (attention_and_soft_masks(Draw(3, 6, 8, torch.float32))["masks"] > 0.5).float()


def without_animal() -> dict[str, Any]:
    """Three pictures without an animal, one of them attended."""
    attention = torch.zeros(3, 1, 4, 6)
    attention[1] = 1
    return {"attention": attention, "masks": torch.zeros(3, 1, 4, 6), "threshold": 0.5}


def threshold_left_out() -> dict[str, Any]:
    """The default, 0.5."""
    given = attention_and_soft_masks(Draw(3, 6, 8, torch.float64))
    del given["threshold"]
    return given


def at_the_threshold() -> dict[str, Any]:
    """Values of exactly the threshold, and of exactly one half."""
    attention = torch.tensor([0.25, 0.25, 0.75, 0.75, 0.0, 1.0]).view(1, 1, 2, 3)
    masks = torch.tensor([1.0, 0.0, 0.5, 1.0, 0.5, 1.0]).view(1, 1, 2, 3)
    return {"attention": attention, "masks": masks, "threshold": 0.25}


define(
    "07.4",
    iou,
    at_sizes(attention_and_soft_masks)
    | {
        "the mask as attention": lambda: {"attention": hard_masks(), "masks": hard_masks(), "threshold": 0.5},
        "its complement": lambda: {"attention": 1 - hard_masks(), "masks": hard_masks(), "threshold": 0.5},
        "three pictures without an animal, one of them attended": without_animal,
        "the threshold left out": threshold_left_out,
        "values of exactly the threshold": at_the_threshold,
    },
    "the IoU",
    part="masks",
    equation="Section 4",
    difficulty=2,
    minutes=8,
    hints=[
        "Two boolean pictures: attention > threshold, and masks > 0.5. `&` and `|` are intersection and union.",
        "Sum over the pixels of each picture first, (N, 1, H, W) to (N,); divide; only then average over pictures.",
        "No animal and nothing attended is right: where the union is 0, score 1.",
    ],
    draw=figures.draw_iou,
    compared=("value",),
    run=number,
)


def _areas(attention, masks, threshold, half=0.5):
    """Of each picture: overlap, union, object, attended."""
    found, objects = attention > threshold, masks > half
    return tuple(b.flatten(1).sum(1) for b in (found & objects, found | objects, objects, found))


def _mean_ratio(shared, area, empty=1.0):
    """Averaged over pictures; where there is nothing to divide by, `empty`."""
    return torch.where(area == 0, empty, shared / area.clamp(min=1)).mean()


@mistake("07.4", "pixels of all pictures are counted together, and large animals outweigh small: divide, then average")
def over_the_batch(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return _mean_ratio(shared.sum(), union.sum())


@mistake("07.4", "pixels of all pictures are counted together, and large animals outweigh small: divide, then average")
def over_the_batch_bare(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return shared.sum() / union.sum()


@mistake("07.4", "the overlap is divided by the object alone; attention of ones would then score 1")
def recall(attention, masks, threshold=0.5):
    shared, _, objects, _ = _areas(attention, masks, threshold)
    return (shared / objects).mean()


@mistake("07.4", "0/0 on pictures without an animal where nothing is attended: let the union of 0 score 1")
def nothing_by_nothing(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return (shared / union).mean()


@mistake("07.4", "a picture without an animal, and nothing attended, is a success: its IoU is 1, not 0")
def nothing_scores_nothing(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return _mean_ratio(shared, union, 0.0)


@mistake("07.4", "attention on a picture without any animal is a failure: its IoU is 0, not 1")
def no_animal_scores_one(attention, masks, threshold=0.5):
    shared, union, objects, _ = _areas(attention, masks, threshold)
    return torch.where(objects == 0, 1.0, shared / union.clamp(min=1)).mean()


@mistake("07.4", "the overlap is divided by the object alone; attention of ones would then score 1")
def recall_with_care(attention, masks, threshold=0.5):
    shared, _, objects, _ = _areas(attention, masks, threshold)
    return _mean_ratio(shared, objects)


@mistake("07.4", "the overlap is divided by what is attended alone; one attended pixel could then score 1")
def precision(attention, masks, threshold=0.5):
    shared, *_, found = _areas(attention, masks, threshold)
    return (shared / found).mean()


@mistake("07.4", "the overlap is divided by what is attended alone; one attended pixel could then score 1")
def precision_with_care(attention, masks, threshold=0.5):
    shared, *_, found = _areas(attention, masks, threshold)
    return _mean_ratio(shared, found)


@mistake("07.4", "union counted as sum of both areas: the overlap is in it twice")
def both_areas(attention, masks, threshold=0.5):
    shared, _, objects, found = _areas(attention, masks, threshold)
    return _mean_ratio(shared, objects + found)


@mistake("07.4", "that is the Dice score, twice the overlap over both areas")
def dice(attention, masks, threshold=0.5):
    shared, _, objects, found = _areas(attention, masks, threshold)
    return (2 * shared / (objects + found)).mean()


@mistake("07.4", "that is the Dice score, twice the overlap over both areas")
def dice_with_care(attention, masks, threshold=0.5):
    shared, _, objects, found = _areas(attention, masks, threshold)
    return _mean_ratio(2 * shared, objects + found)


@mistake("07.4", "the threshold is missing: attention enters as it is")
def soft(attention, masks, threshold=0.5):
    shared, all_ = (x.flatten(1).sum(1) for x in (attention * masks, attention + masks))
    return (shared / (all_ - shared)).mean()


@mistake("07.4", "the threshold is ignored: it is always 0.5")
def threshold_fixed(attention, masks, threshold=0.5):
    return iou(attention, masks, 0.5)


@mistake("07.4", "that is the share of pixels on which both agree; attention of zeros would score nearly 1")
def agreement(attention, masks, threshold=0.5):
    return ((attention > threshold) == (masks > 0.5)).float().mean()


@mistake("07.4", "one score per picture; average them")
def one_per_picture(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return torch.where(union == 0, 1.0, shared / union.clamp(min=1))


@mistake("07.4", "a 1 was added to overlap and union against 0/0; that bends every score: treat union 0 by itself")
def smoothed(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold)
    return ((shared + 1) / (union + 1)).mean()


@mistake("07.4", "the masks were cut at the threshold too; an object is where the mask exceeds 0.5")
def cut_alike(attention, masks, threshold=0.5):
    shared, union, *_ = _areas(attention, masks, threshold, half=threshold)
    return _mean_ratio(shared, union)


@mistake("07.4", "a value of exactly the threshold, or of one half, does not exceed it: > is asked for, not >=")
def at_least(attention, masks, threshold=0.5):
    found, objects = attention >= threshold, masks >= 0.5
    return _mean_ratio((found & objects).flatten(1).sum(1), (found | objects).flatten(1).sum(1))


# ------------------------------------------------------------------------------------------------ 07.5 done right


def painted_pictures(draw: Draw) -> dict[str, Any]:
    """Forty pictures and more, of which animal, edge and meadow change by amounts around the limits.

    A change has a sign, differs from colour to colour and from pixel to pixel. Edges are neither animal nor meadow.
    """
    n, height, width = 40 + draw.n, draw.height + 5, draw.width + 6
    masks = draw.uniform(n, 1, height, width)
    masks = torch.where(masks < 0.4, 0.0, torch.where(masks < 0.6, 0.3, 0.5 + 0.5 * draw.uniform(n, 1, height, width)))
    masks = masks.to(draw.dtype)
    animal, edge, meadow = (draw.uniform(n, 1, 1, 1) * most for most in (0.22, 0.3, 0.045))
    amount = torch.where(masks > 0.5, animal, torch.where(masks < 0.01, meadow, edge))
    amount = amount * torch.where(masks > 0.5, 2.5 - 2 * masks, 1)  # an animal changes most where it is soft
    change = amount * draw.uniform(n, 3, height, width) * 2 * draw.normal(n, 3, height, width).sign()
    source = draw.uniform(n, 3, height, width, low=-0.1, high=0.1)
    limits = {1: (0.05, 0.03), 3: (0.15, 0.01)}.get(draw.n, (0.1, 0.02))
    return {
        "source": source,
        "translated": source + 2 * change,
        "masks": masks,
        "changed": limits[0],
        "kept": limits[1],
    }


def painter(animals: float, meadow: float = 0.0, traces: float = 0.0) -> dict[str, Any]:
    """Five pictures in which animals, meadow and traces were changed by so much, up or down; limits left out."""
    draw = Draw(5, 10, 12, torch.float32)
    source, matte = draw.uniform(5, 3, 10, 12, low=-0.4, high=0.4), draw.matte()
    animal, trace = (matte > 0.7).float(), (matte < 0.2).float()
    change = animals * animal + meadow * (1 - animal - trace) + traces * trace
    masks = animal + (0.015 * trace if traces else 0)
    return {"source": source, "translated": source + 2 * change, "masks": masks}


def limits_left_out() -> dict[str, Any]:
    """The defaults, 0.1 and 0.02."""
    given = painted_pictures(Draw(6, 8, 7, torch.float64))
    return {name: given[name] for name in ("source", "translated", "masks")}


define(
    "07.5",
    done_right,
    at_sizes(painted_pictures)
    | {
        "the limits left out": limits_left_out,
        "a painter who makes animals brighter, and nothing else": lambda: painter(0.15),
        "a painter who makes animals darker, and nothing else": lambda: painter(-0.15),
        "a painter of meadows": lambda: painter(0, 0.15),
        "a painter who did nothing": lambda: painter(0),
        "a painter of traces, where masks are 0.015": lambda: painter(0.15, 0, 0.6),
        "limits of exactly what was changed": lambda: painter(0, 0) | {"changed": -1.0, "kept": 0.0},
    },
    "the share of pictures done right",
    part="masks",
    equation="Section 4",
    difficulty=2,
    minutes=8,
    hints=[
        "A map of changes first, (N, 1, H, W): absolute difference, averaged over the colours, divided by 2.",
        "Then a number per picture, for the animal: (change * animal).sum((1, 2, 3)) / animal.sum((1, 2, 3)). The "
        "same for the background.",
        "Two conditions per picture, joined with `&`; the mean of a boolean tensor needs `.float()` first.",
    ],
    draw=figures.draw_done_right,
    compared=("value",),
    run=number,
)


def _both(animal: Tensor, background: Tensor, changed: float, kept: float) -> Tensor:
    return (animal > changed) & (background < kept)


def _share(animal: Tensor, background: Tensor, changed: float, kept: float) -> Tensor:
    return _both(animal, background, changed, kept).float().mean()


def _means(change: Tensor, *parts: Tensor) -> list[Tensor]:
    return [(change * part).sum((1, 2, 3)) / part.sum((1, 2, 3)) for part in parts]


@mistake("07.5", "that judges the pile by its means, where pictures left alone hide behind pictures repainted: count")
def of_the_pile(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = changes(source, translated, masks)
    return float(animal.mean() > changed and background.mean() < kept)


@mistake("07.5", "the shares that meet each condition were multiplied; a picture has to meet both at once")
def product(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = changes(source, translated, masks)
    return (animal > changed).float().mean() * (background < kept).float().mean()


@mistake("07.5", "the scale is missing: from -1 to 1 is 2, and black to white should count 1")
def scale_missing(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = changes(source, translated, masks)
    return _share(2 * animal, 2 * background, changed, kept)


@mistake("07.5", "one verdict per picture; the share is their mean")
def verdicts(source, translated, masks, changed=0.1, kept=0.02):
    return _both(*changes(source, translated, masks), changed, kept).float()


@mistake("07.5", "that is how many; a share is divided by the number of pictures")
def how_many(source, translated, masks, changed=0.1, kept=0.02):
    return _both(*changes(source, translated, masks), changed, kept).float().sum()


@mistake("07.5", "one of the two conditions is enough in yours; a picture has to meet both: & and not |")
def either(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = changes(source, translated, masks)
    return ((animal > changed) | (background < kept)).float().mean()


@mistake("07.5", "only the animal is looked at; the background has to be kept as well")
def only_animal(source, translated, masks, changed=0.1, kept=0.02):
    return (changes(source, translated, masks)[0] > changed).float().mean()


@mistake("07.5", "only the background is looked at; then doing nothing is perfect")
def only_background(source, translated, masks, changed=0.1, kept=0.02):
    return (changes(source, translated, masks)[1] < kept).float().mean()


@mistake("07.5", "soft edges were counted as background: that is where the mask is below 0.01")
def edges_as_background(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return _share(*_means(change, masks > 0.5, masks < 0.5), changed, kept)


@mistake("07.5", "soft edges were counted as animal: that is where the mask is above 0.5")
def edges_as_animal(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return _share(*_means(change, masks > 0.01, masks < 0.01), changed, kept)


@mistake("07.5", "the masks weigh the changes as they are, soft; animal is where they exceed 0.5, meadow below 0.01")
def soft_masks(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return _share(*_means(change, masks, 1 - masks), changed, kept)


@mistake("07.5", "the change of the whole picture was taken for the animal's")
def whole_picture(source, translated, masks, changed=0.1, kept=0.02):
    whole = (source - translated).abs().mean((1, 2, 3)) / 2
    return _share(whole, changes(source, translated, masks)[1], changed, kept)


@mistake("07.5", "sums were divided by all pixels; divide by the animal's, or the background's, own number of pixels")
def by_all_pixels(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return _share(*((change * part).mean((1, 2, 3)) for part in (masks > 0.5, masks < 0.01)), changed, kept)


@mistake("07.5", "changes up and down cancel out: take absolute values first")
def signed(source, translated, masks, changed=0.1, kept=0.02):
    change = (translated - source).mean(1, keepdim=True) / 2
    return _share(*_means(change, masks > 0.5, masks < 0.01), changed, kept)


@mistake("07.5", "changes up and down cancel out: take absolute values first")
def signed_back(source, translated, masks, changed=0.1, kept=0.02):
    return signed(translated, source, masks, changed, kept)


@mistake(
    "07.5", "changes of one colour up and another down cancel out: absolute values first, then the mean of colours"
)
def signed_colours(source, translated, masks, changed=0.1, kept=0.02):
    change = (translated - source).mean(1, keepdim=True).abs() / 2
    return _share(*_means(change, masks > 0.5, masks < 0.01), changed, kept)


@mistake("07.5", "the largest of the three colours' changes was taken; their mean is asked for")
def largest_colour(source, translated, masks, changed=0.1, kept=0.02):
    change = (translated - source).abs().amax(1, keepdim=True) / 2
    return _share(*_means(change, masks > 0.5, masks < 0.01), changed, kept)


@mistake("07.5", "the largest change of animal and background was taken; their mean is asked for")
def largest_pixel(source, translated, masks, changed=0.1, kept=0.02):
    change = (translated - source).abs().mean(1, keepdim=True) / 2
    return _share(*((change * part).amax((1, 2, 3)) for part in (masks > 0.5, masks < 0.01)), changed, kept)


@mistake("07.5", "that is a mean of squares; change is the absolute difference")
def squares(source, translated, masks, changed=0.1, kept=0.02):
    change = ((translated - source) / 2).square().mean(1, keepdim=True)
    return _share(*_means(change, masks > 0.5, masks < 0.01), changed, kept)


@mistake("07.5", "both limits are arguments; yours stay at 0.1 and 0.02 whatever they are told")
def limits_fixed(source, translated, masks, changed=0.1, kept=0.02):
    return done_right(source, translated, masks)


@mistake("07.5", "animal and background are swapped")
def swapped(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = changes(source, translated, masks)
    return _share(background, animal, changed, kept)


@mistake("07.5", "the two limits are swapped: the animal is to change by more than `changed`")
def limits_swapped(source, translated, masks, changed=0.1, kept=0.02):
    return done_right(source, translated, masks, kept, changed)
