"""Lesson 07, measuring: checks."""

from collections.abc import Iterator
from itertools import combinations
from math import isnan

import torch
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import Wrong, expect, same
from uagt_lib.evaluate.attention import iou
from uagt_lib.evaluate.kid import kernel, kid, mmd2
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE


def _near(a: float, b: float) -> bool:
    """Equal up to single precision."""
    return abs(a - b) <= 2e-5 * max(1.0, abs(b))


def _seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _two_kinds(n: int, seed: int = 0) -> Tensor:
    """`n` feature vectors (n, 16) of each of two kinds, one kind after the other."""
    x = torch.rand(2 * n, 16, generator=_seeded(seed))
    x[:n, :8] += 0.6
    x[n:, 8:] += 0.6
    return x


# ------------------------------------------------------------------------------------------------ 07.1
def _draw_kernel(axis: Axes, answer) -> None:
    x = _two_kinds(12)
    axis.imshow(torch.as_tensor(answer(x, x)).detach(), cmap="viridis", vmin=1, vmax=kernel(x, x).max())
    axis.set(
        xticks=[5.5, 17.5], yticks=[5.5, 17.5], xticklabels=["12 of a kind", "12 of another"], yticklabels=["", ""]
    )
    axis.tick_params(length=0, labelsize=8)


@checks(
    "07.1",
    kernel,
    part="kid",
    equation="Section 4",
    difficulty=1,
    minutes=5,
    hints=[
        "One matrix product gives all dot products at once: what has to be transposed so that (n, d) meets (m, d)?",
        "d is the length of a feature vector: x.shape[1]. Divide, add 1, and only then take the third power.",
    ],
    mistakes=[
        "Dividing by the number of pictures instead of the number of features d: the scores of two extractors then "
        "depend on how many pictures were counted.",
        "x * y instead of x @ y.T: that pairs row i with row i only, and breaks as soon as the sets differ in size.",
    ],
    draw=_draw_kernel,
)
def _kernel(answer) -> Iterator[str]:
    g = _seeded(1)
    x, y = torch.randn(5, 7, generator=g), torch.randn(5, 7, generator=g)

    def compare(x: Tensor, y: Tensor) -> None:
        dots, d = x @ y.T, x.shape[1]
        lengths = x.norm(dim=1)[:, None] * y.norm(dim=1)
        same(
            answer(x, y),
            (dots / d + 1) ** 3,
            {
                "the products are not divided by d, the number of features, x.shape[1]": (dots + 1) ** 3,
                "the products are divided by the number of pictures; d is the number of features, x.shape[1]": (
                    dots / len(x) + 1
                )
                ** 3,
                "the 1 has to be added inside, before the third power": (dots / d) ** 3 + 1,
                "d divides the product alone; then comes the + 1, and then the third power": (dots + 1) ** 3 / d,
                "the + 1 is missing; without it the kernel sees triple products only": (dots / d) ** 3,
                "that is the second power; KID takes the third": (dots / d + 1) ** 2,
                "the third power is missing, or stands outside the brackets": dots / d + 1,
                "the brackets are wrong: first the product divided by d, then + 1, all of it to the third power": (
                    (dots + 1) / d
                )
                ** 3,
                "d is the length of a feature vector, x.shape[1]; 128 is true of this lesson's features only": (
                    dots / 128 + 1
                )
                ** 3,
                "the vectors were normalised to length 1; the kernel takes them as they are, and divides by d": (
                    dots / lengths + 1
                )
                ** 3,
                "only row i of x meets row i of y; every row has to meet every row, which is x @ y.T": (
                    (x * y).sum(1) / d + 1 if x.shape == y.shape else dots
                )
                ** 3,
                "rows and columns are swapped: row i should hold the similarities of x[i]": ((dots / d + 1) ** 3).T,
            },
            "k(x, y)",
        )

    before = x.clone(), y.clone()
    compare(x, y)
    yield "every pair of rows"
    compare(x, torch.randn(3, 7, generator=g))
    yield "sets of different sizes"
    compare(torch.ones(2, 4), torch.ones(2, 4))
    yield "a vector of ones with itself is 8"
    expect(
        torch.equal(x, before[0]) and torch.equal(y, before[1]),
        "the features were changed in place; the next use of them would go wrong: build a new tensor",
    )
    yield "the features stay as they were"


# ------------------------------------------------------------------------------------------------ 07.2
def _one_law(n: int, i: int) -> tuple[Tensor, Tensor]:
    """Two samples (n, 8) of one and the same distribution."""
    return tuple(torch.randn(2, n, 8, generator=_seeded(i)).abs())


def _draw_mmd2(axis: Axes, answer) -> None:
    found = torch.tensor([float(answer(*_one_law(12, i))) for i in range(200)])
    axis.hist(found.clip(max=1.9), torch.linspace(-0.6, 2.0, 53).numpy(), color=GREEN, alpha=0.7)
    axis.axvline(0, color="black", lw=1)
    axis.axvline(found.mean(), color=ORANGE, lw=2, ls="--")
    axis.set_xlabel(f"200 times two samples of ONE distribution; mean {found.mean():.2f}", fontsize=8)
    axis.set(yticks=[])
    axis.tick_params(labelsize=8)


@checks(
    "07.2",
    mmd2,
    part="kid",
    equation="Section 4",
    difficulty=2,
    minutes=12,
    hints=[
        "Three block means: pairs within x, pairs within y, pairs across. Only the first two have a diagonal.",
        "A (n, n) block without its diagonal has n(n - 1) entries; its sum is k.sum() - k.trace().",
        "xx + yy - 2 xy. Let the result be negative if it wants to be.",
    ],
    mistakes=[
        "Keeping the diagonal: each picture is compared with itself, the most similar picture there is; the score of "
        "identical distributions is then positive, the more so the fewer pictures.",
        "Dropping the diagonal from the sum and still dividing by n squared.",
        "Dropping a diagonal from the cross block: x_i and y_i are two different pictures that share a number.",
        "Cutting off negative values: what is left is not 0 on average any more.",
    ],
    draw=_draw_mmd2,
)
def _mmd2(answer) -> Iterator[str]:
    def compare(x: Tensor, y: Tensor) -> None:
        n, m = len(x), len(y)
        xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
        off_x, off_y = xx.sum() - xx.trace(), yy.sum() - yy.trace()
        mean_x, mean_y = off_x / (n * (n - 1)), off_y / (m * (m - 1))
        want = mean_x + mean_y - 2 * xy.mean()
        root = want.clamp(min=0).sqrt() if want > 0 else want  # of a negative value nobody takes the root
        same(
            answer(x, y),
            want,
            {
                "every picture is still compared with itself: leave the diagonals of both own blocks out": xx.mean()
                + yy.mean()
                - 2 * xy.mean(),
                "the diagonals are gone from the sums but not from the count: n (n - 1) pairs are left, not n²": off_x
                / n**2
                + off_y / m**2
                - 2 * xy.mean(),
                "the count leaves the diagonals out, the sums still hold them: subtract the trace": xx.sum()
                / (n * (n - 1))
                + yy.sum() / (m * (m - 1))
                - 2 * xy.mean(),
                "the number of pairs is n (n - 1); (n - 1)² leaves out too many": off_x / (n - 1) ** 2
                + off_y / (m - 1) ** 2
                - 2 * xy.mean(),
                "n was used for both sets; y has m = len(y) pictures": mean_x + off_y / (n * (n - 1)) - 2 * xy.mean(),
                "the cross block was divided by n²; it has n times m entries": mean_x + mean_y - 2 * xy.sum() / n**2,
                "n was used for both sets, in the cross block too; y has m = len(y) pictures": mean_x
                + off_y / (n * (n - 1))
                - 2 * xy.sum() / n**2,
                "each pair was counted once (one triangle), and divided by n (n - 1): double the triangle": (
                    mean_x + mean_y
                )
                / 2
                - 2 * xy.mean(),
                "a picture's similarity with itself is not 1: subtract the trace, k.trace(), not n": (xx.sum() - n)
                / (n * (n - 1))
                + (yy.sum() - m) / (m * (m - 1))
                - 2 * xy.mean(),
                "the cross block has to be subtracted twice, once for each set": mean_x + mean_y - xy.mean(),
                "the cross block is added; similarity ACROSS the sets makes them close, so it is subtracted": mean_x
                + mean_y
                + 2 * xy.mean(),
                "the cross block has no diagonal to drop: x[i] and y[i] are different pictures": mean_x
                + mean_y
                - 2 * (xy.sum() - xy.diagonal().sum()) / (n * m - min(n, m)),
                "that is the root; KID is the squared discrepancy": root,
                "values below 0 are cut off: then the average over many tries is not 0 any more": max(want.item(), 0),
                "the sign of a negative value is gone: then the average over many tries is not 0 any more": want.abs(),
            },
            "the squared MMD",
            tolerance=1e-4,
        )

    g = _seeded(2)
    compare(torch.randn(6, 4, generator=g).double() + 1, torch.randn(6, 4, generator=g).double())
    yield "two sets of six"
    compare(torch.randn(5, 4, generator=g).double(), torch.randn(9, 4, generator=g).double() + 1)
    yield "sets of different sizes"
    law = next(pair for i in range(50) if mmd2(*(pair := _one_law(8, i))) < -0.05)
    compare(*(x.double() for x in law))
    yield "a value below 0"
    x = _seeded(3)
    x = torch.randn(4, 3, generator=x).double()
    before = x.clone()
    answer(x, x + 1)
    expect(torch.equal(x, before), "the features were changed in place: build new tensors")
    yield "the features stay as they were"


# ------------------------------------------------------------------------------------------------ 07.3
# what ± is called, by the factor to the right one, of three subsets
_SPREADS = (
    (3**-0.5, "± was divided by the root of the number of subsets: that is the standard error of the mean"),
    (2**-0.5, "± was divided by the root of the number of subsets: that is the standard error of the mean"),
    (1.5**0.5, "± divides by (subsets - 1); the paper's ± divides by the number of subsets: correction=0"),
)


def _draw_kid(axis: Axes, answer) -> None:
    x, y = _two_kinds(80, 1).split(80)
    y = 0.4 * y + 0.6 * x.flip(0)
    for m in (5, 10, 20, 40):
        mean, std = (float(v) for v in answer(x, y, _seeded(), 40, m)[:2])
        axis.errorbar(m, 100 * mean, yerr=100 * std, fmt="o", color=GREEN, capsize=4)
    axis.axhline(100 * mmd2(x, y), color=ORANGE, ls="--", lw=1.2)
    axis.set_xlabel("pictures in a subset; dashed: all 80 at once", fontsize=8)
    axis.set(xticks=[5, 10, 20, 40])
    axis.set_ylabel("KID × 100", fontsize=8)
    axis.tick_params(labelsize=8)


@checks(
    "07.3",
    kid,
    part="kid",
    equation="Section 4",
    difficulty=1,
    minutes=6,
    hints=[
        "torch.randperm(n, generator=generator)[:size] is a subset without replacement.",
        "Draw for x and for y separately, once per subset; collect the values of mmd2, then take mean and std.",
        "The paper's ± divides by the number of subsets: torch's .std(correction=0).",
    ],
    mistakes=[
        "torch.randint draws with replacement: a picture may meet its own copy, which is the biased estimate again.",
        "One permutation for x and y alike, which fails as soon as the sets differ in size.",
        "Forgetting to hand the generator on: the score changes from call to call, and nobody can repeat it.",
        "Dividing the ± by the root of the number of subsets: that is a standard error, and not what tables show.",
    ],
    draw=_draw_kid,
)
def _kid(answer) -> Iterator[str]:
    def call(x: Tensor, y: Tensor, g: torch.Generator, subsets: int, size: int) -> tuple[float, float]:
        found = answer(x, y, g, subsets, size)
        expect(found is not None, "the result is None: is a `return` missing?")
        expect(isinstance(found, tuple | list) and len(found) >= 2, "return two numbers: the mean and the ±")
        mean, std = (torch.as_tensor(v) for v in found[:2])
        expect(mean.ndim == std.ndim == 0, "mean and ± should be single numbers, not one value per subset")
        return mean.item(), std.item()

    x, y = torch.randn(2, 6, 5, generator=_seeded(4)).double().abs()
    head = mmd2(x[:2], y[:2])
    expect(
        not all(_near(call(x, y, _seeded(seed), 2, 2)[0], head) for seed in range(12)),
        "every subset is the first `size` pictures: `randperm(size)` only shuffles those; draw from all, "
        "`randperm(len(x))[:size]`",
    )
    try:
        call(x, y, _seeded(0), 8, 6)
    except Exception as error:
        try:
            call(x, y, _seeded(0), 1, 6)
        except Exception:
            raise error from None
        raise Wrong(
            "it works for one subset of six pictures out of six, not for eight: subsets may share pictures, so "
            "draw a new permutation for each, instead of cutting one permutation into slices"
        ) from error
    for seed in range(3):
        mean, std = call(x, y, _seeded(seed), 8, 6)
        expect(
            not isnan(mean),
            "from the second subset on there is nothing left to draw: subsets may share pictures, so draw a new "
            "permutation for each, instead of cutting one permutation into slices",
        )
        expect(
            _near(std, 0) and _near(mean, mmd2(x, y)),
            "subsets as large as the set should all be the whole set, so ± is 0; yours differ: pictures are drawn "
            "twice (with replacement), or a subset has the wrong size",
        )
    yield "drawn without replacement"
    state = torch.random.get_rng_state()
    first, again = (call(x, y, _seeded(7), 5, 3) for _ in range(2))
    expect(
        first == again and torch.equal(state, torch.random.get_rng_state()),
        "two calls with equal generators differ, or the global generator was used: hand `generator` to every draw",
    )
    g = _seeded(7)
    several = {call(x, y, g, 2, 2)[0] for _ in range(12)}
    expect(len(several) > 1, "a generator that went on gives the same subsets again: do not seed one inside")
    yield "random numbers from the generator alone"

    # With sets this small every possible outcome of three subsets can be listed.
    x = x[:3]
    y = torch.randn(4, 5, generator=_seeded(5)).double().abs() + 0.3 * torch.arange(4)[:, None]
    of_x, of_y = (list(combinations(range(len(f)), 2)) for f in (x, y))
    value = torch.tensor([mmd2(x[list(i)], y[list(j)]) for i in of_x for j in of_y])
    beyond = torch.tensor([max(j) >= len(x) for _ in of_x for j in of_y])
    triples = torch.cartesian_prod(*3 * [torch.arange(len(value))])
    means, stds = value[triples].mean(1), value[triples].std(1, correction=0)
    spread = reached = False
    for seed in range(30):
        mean, std = call(x, y, _seeded(seed), 3, 2)
        likely = (means - mean).abs() <= 2e-5 * max(1.0, abs(mean))
        expect(
            bool(likely.any()),
            "the mean is not that of the unbiased mmd2 of as many subsets, and as large, as asked for",
        )
        right = likely & ((stds - std).abs() <= 2e-5 * max(1.0, std))
        for factor, sentence in _SPREADS:
            wrong = ((factor * stds[likely] - std).abs() <= 2e-5 * max(1.0, std)) & (stds[likely] > 1e-3)
            expect(bool(right.any()) or not wrong.any(), sentence)
        expect(bool(right.any()), "± is not the standard deviation of the subsets' values")
        spread |= std > 1e-3
        reached |= bool(beyond[triples[right]].any())
    expect(
        spread,
        "every subset is the same: draw anew inside the loop, and from all pictures: `randperm(len(x))[:size]`, since "
        "`randperm(size)` only shuffles the first `size`",
    )
    yield "mean and ± of the subsets' values"
    expect(reached, "pictures of y beyond the length of x are never drawn: each set needs indices of its own")
    x = torch.randn(4, 5, generator=_seeded(9)).double().abs()
    means = [call(x, x + 1, _seeded(seed), 1, 2)[0] for seed in range(40)]
    alike = [mmd2(x[list(c)], x[list(c)] + 1) for c in combinations(range(4), 2)]
    expect(
        any(not any(_near(mean, a) for a in alike) for mean in means),
        "x and y are given the same indices: draw for each set separately",
    )
    yield "each set is drawn for itself"


# ------------------------------------------------------------------------------------------------ 07.4
def _toy(size: int = 32) -> tuple[Tensor, Tensor]:
    """A disc as mask, and soft attention that found it a little too far to the right: both (1, 1, size, size)."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    mask = (x**2 + y**2 < 0.3).float()
    attention = torch.sigmoid(7 * (0.6 - ((x - 0.12) ** 2 + y**2).sqrt()))
    return attention[None, None], mask[None, None]


def _cut_alike(attention: Tensor, masks: Tensor, threshold: float) -> Tensor:
    """The IoU if masks are cut at the threshold as well."""
    found, objects = attention > threshold, masks > threshold
    return ((found & objects).flatten(1).sum(1) / (found | objects).flatten(1).sum(1).clamp(min=1)).mean()


def _draw_iou(axis: Axes, answer) -> None:
    attention, mask = _toy()
    at = torch.linspace(0, 0.95, 20)
    axis.plot(at, [float(answer(attention, mask, float(t))) for t in at], "o-", color=GREEN, ms=3)
    axis.set(ylim=(0, 1.05))
    axis.set_xlabel("threshold", fontsize=8)
    axis.set_ylabel("IoU", fontsize=8)
    axis.tick_params(labelsize=8)


@checks(
    "07.4",
    iou,
    part="masks",
    equation="Section 4",
    difficulty=2,
    minutes=8,
    hints=[
        "Two boolean pictures: attention > threshold, and masks > 0.5. `&` and `|` are intersection and union.",
        "Sum over the pixels of each picture first, (N, 1, H, W) to (N,); divide; only then average over pictures.",
        "No animal and nothing attended is right: where the union is 0, score 1.",
    ],
    mistakes=[
        "Counting pixels over the whole batch: one picture with a large animal then outweighs ten small ones.",
        "Dividing by the object instead of the union: attention of ones would score 1.",
        "0/0 on pictures without an animal.",
    ],
    draw=_draw_iou,
)
def _iou(answer) -> Iterator[str]:
    g = _seeded(6)
    attention = torch.rand(4, 1, 8, 8, generator=g)
    hard = (torch.rand(4, 1, 8, 8, generator=g) < torch.tensor([0.1, 0.3, 0.6, 0.9])[:, None, None, None]).float()
    masks = 0.7 * hard + 0.3 * torch.rand(4, 1, 8, 8, generator=g)  # soft edges: 0 to 0.3, and 0.7 to 1

    def counts(threshold: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        found, objects = attention > threshold, masks > 0.5
        return tuple(b.flatten(1).sum(1).float() for b in (found & objects, found | objects, objects, found))

    for threshold in (0.5, 0.1, 0.9):
        shared, union, objects, found = counts(threshold)
        soft = (attention * masks).flatten(1).sum(1)
        same(
            answer(attention, masks, threshold),
            (shared / union).mean(),
            {
                "pixels of all pictures are counted together; divide for each picture, then average": shared.sum()
                / union.sum(),
                "the overlap is divided by the object alone; attention of ones would then score 1": (
                    shared / objects
                ).mean(),
                "the overlap is divided by what is attended alone; one attended pixel could then score 1": (
                    shared / found
                ).mean(),
                "union counted as sum of both areas: the overlap is in it twice": (shared / (objects + found)).mean(),
                "that is the Dice score, twice the overlap over both areas": (2 * shared / (objects + found)).mean(),
                "the threshold is missing: attention enters as it is": (
                    soft / (attention + masks).flatten(1).sum(1).sub(soft)
                ).mean(),
                "the threshold is ignored: it is always 0.5": (counts(0.5)[0] / counts(0.5)[1]).mean(),
                "that is the share of pixels on which both agree; on pictures that are mostly background "
                "attention of zeros would score nearly 1": (1 - (union - shared) / 64).mean(),
                "one score per picture; average them": shared / union,
                "a 1 was added to overlap and union against 0/0; that bends every score: treat union 0 by itself": (
                    (shared + 1) / (union + 1)
                ).mean(),
                "the masks were cut at the threshold too; an object is where the mask exceeds 0.5": (
                    _cut_alike(attention, masks, threshold)
                ),
            },
            "the IoU",
        )
    yield "averaged over pictures, at three thresholds"
    masks = hard
    same(answer(masks, masks, 0.5), 1.0, what="the IoU of a mask with itself")
    same(answer(1 - masks, masks, 0.5), 0.0, what="the IoU of the complement")
    yield "1 for the mask itself, 0 for its complement"
    nothing = torch.zeros(2, 1, 8, 8)
    attended = torch.tensor([0.0, 1.0])[:, None, None, None].expand(2, 1, 8, 8)
    same(
        answer(attended, nothing, 0.5),
        0.5,
        {
            "a picture without an animal, and nothing attended, is a success: its IoU is 1, not 0": 0.0,
            "attention on a picture without any animal is a failure: its IoU is 0": 1.0,
        },
        "the IoU of two pictures without animals, one of them not attended, one fully,",
    )
    yield "pictures without an animal"


# ------------------------------------------------------------------------------------------------ 07.5
def done_right(source: Tensor, translated: Tensor, masks: Tensor, changed: float = 0.1, kept: float = 0.02) -> Tensor:
    """The share of pictures whose animal changed while their background did not.

    Args:
        source: images (N, 3, H, W) in [-1, 1]; `translated` likewise.
        translated: what became of them.
        masks: (N, 1, H, W) in [0, 1]; animal above 0.5, background below 0.01.
        changed: the animal's mean change, 0 to 1, has to exceed this.
        kept: the background's mean change has to stay below this.

    Returns:
        one number in [0, 1].
    """
    animal, background = _changes(source, translated, masks)
    return ((animal > changed) & (background < kept)).float().mean()


def _changes(source: Tensor, translated: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Mean change of the animal and of the background of each picture, 0 to 1: (N,) twice."""
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    parts = (masks > 0.5, masks < 0.01)
    return tuple((change * part).sum((1, 2, 3)) / part.sum((1, 2, 3)) for part in parts)


def _draw_done_right(axis: Axes, answer) -> None:
    _, mask = _toy()
    source = torch.full((4, 3, 32, 32), -0.2)
    half = torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
    cases = {
        "animal only": mask.expand(4, 1, 32, 32),
        "everything": torch.ones(4, 1, 32, 32),
        "nothing": torch.zeros(4, 1, 32, 32),
        "animal, every 2nd": half * mask,
        "all, every 2nd": half * torch.ones_like(mask),
    }
    found = [float(answer(source, source + 0.7 * m, mask.expand(4, 1, 32, 32))) for m in cases.values()]
    axis.barh(list(cases), found, color=[GREEN, ORANGE, GREY, BLUE, ORANGE])
    axis.invert_yaxis()
    axis.set(xlim=(0, 1.05))
    axis.set_xlabel("share done right, of 4 toy pictures", fontsize=8)
    axis.tick_params(labelsize=8)


@checks(
    "07.5",
    done_right,
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
    mistakes=[
        "Averaging over the whole pile before comparing: pictures left alone hide behind pictures repainted.",
        "The mean of each condition, multiplied: a picture has to meet both at once.",
        "Forgetting that [-1, 1] is twice as long as [0, 1].",
    ],
    draw=_draw_done_right,
)
def _done_right(answer) -> Iterator[str]:
    # twelve pictures, a third of each an animal, a third a soft edge: how much the animal, the edge, the rest change
    animals = torch.tensor([0.03, 0.12, 0.4, 0.12, 0.03, 0.4, 0.12, 0.3, 0.06, 0.0, 0.4, 0.03])
    edges = torch.tensor([0.0, 0.06, 0.5, 0.0, 0.0, 0.06, 0.0, 0.06, 0.06, 0.0, 0.0, 0.5])
    rests = torch.tensor([0.03, 0.03, 0.005, 0.06, 0.001, 0.015, 0.03, 0.005, 0.0, 0.015, 0.015, 0.005])
    steps = torch.stack([animals, edges, rests], 1)
    edge = torch.tensor([0.9, 0.3, 0.0]).repeat_interleave(4)
    masks = edge.view(1, 1, 1, 12).expand(12, 1, 12, 12).clone()
    signs = torch.ones(3, 12, 12)
    signs[:, ::2] = -1
    source = torch.zeros(12, 3, 12, 12)
    translated = source + 2 * steps.repeat_interleave(4, 1).view(12, 1, 1, 12) * signs
    before = source.clone(), translated.clone(), masks.clone()

    def share(a: Tensor, b: Tensor, changed: float = 0.1, kept: float = 0.02) -> Tensor:
        return ((a > changed) & (b < kept)).float().mean()

    def compare(changed: float, kept: float) -> None:
        a, b = _changes(source, translated, masks)
        whole = (source - translated).abs().mean((1, 2, 3)) / 2
        soft = (((source - translated).abs() / 2).mean(1) * (masks[:, 0] < 0.5)).sum((1, 2))
        soft = soft / (masks[:, 0] < 0.5).sum((1, 2))
        both = (a > changed) & (b < kept)
        got = answer(source, translated, masks, changed, kept)
        pile = float(a.mean() > changed and b.mean() < kept)
        same(
            got,
            share(a, b, changed, kept),
            {
                "that judges the pile by its means; judge each picture, then count": pile,
                "one verdict per picture; the share is their mean": both.float(),
                "that is how many; a share is divided by the number of pictures": both.float().sum(),
                "the scale is missing: from -1 to 1 is 2, and black to white should count 1": share(
                    2 * a, 2 * b, changed, kept
                ),
                "the shares that meet each condition were multiplied; a picture has to meet both at once": (
                    (a > changed).float().mean() * (b < kept).float().mean()
                ),
                "one of the two conditions is enough in yours; a picture has to meet both: & and not |": (
                    ((a > changed) | (b < kept)).float().mean()
                ),
                "only the animal is looked at; the background has to be kept as well": (a > changed).float().mean(),
                "only the background is looked at; then doing nothing is perfect": (b < kept).float().mean(),
                "soft edges were counted as background: that is where the mask is below 0.01": share(
                    a, soft, changed, kept
                ),
                "the change of the whole picture was taken for the animal's": share(whole, b, changed, kept),
                "changes up and down cancel out: take absolute values first": share(0 * a, b, changed, kept),
                "both limits are arguments; yours stay at 0.1 and 0.02 whatever they are told": share(a, b),
                "animal and background are swapped": share(b, a, changed, kept),
            },
            "the share of pictures done right",
        )

    compare(0.1, 0.02)
    yield "every picture is judged for itself"
    compare(0.05, 0.02)
    compare(0.1, 0.05)
    yield "both limits are arguments"
    expect(
        all(torch.equal(a, b) for a, b in zip((source, translated, masks), before, strict=True)),
        "your code changed its inputs in place: build new tensors",
    )
    yield "the inputs stay as they were"
    g = _seeded(8)
    source = torch.rand(5, 3, 12, 12, generator=g) * 1.4 - 0.7
    masks = (torch.rand(5, 1, 12, 12, generator=g) > 0.7).float()
    translated = source + 0.3 * masks
    same(answer(source, translated, masks), 1.0, what="the share where every animal changed and no background did")
    same(answer(source, source, masks), 0.0, what="the share where nothing changed")
    yield "1 for a careful painter, 0 for a lazy one"
