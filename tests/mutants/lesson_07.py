"""Answers to the exercises of lesson 07."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.evaluate.kid import kernel, mmd2


# ------------------------------------------------------------------------------------------------ 07.1
@accepted("07.1")
def _by_einsum(x, y):
    u = torch.einsum("nd,md->nm", x, y) / x.size(-1)
    return 1 + 3 * u + 3 * u**2 + u**3


@accepted("07.1")
def _by_broadcasting(x, y):
    return ((x[:, None] * y[None]).mean(-1) + 1).pow(3)


@rejected("07.1", "not divided by d")
def _undivided(x, y):
    return (x @ y.T + 1) ** 3


@rejected("07.1", "number of pictures")
def _by_rows(x, y):
    return (x @ y.T / len(x) + 1) ** 3


@rejected("07.1", "every row has to meet every row")
def _row_by_row(x, y):
    return ((x * y).sum(1) / x.shape[1] + 1) ** 3


@rejected("07.1", "inside")
def _one_outside(x, y):
    return (x @ y.T / x.shape[1]) ** 3 + 1


@rejected("07.1", "+ 1 is missing")
def _no_one(x, y):
    return (x @ y.T / x.shape[1]) ** 3


@rejected("07.1", "in place")
def _in_place(x, y):
    d = x.shape[1]
    product = x @ y.T
    x /= d
    return (product / d + 1) ** 3


@rejected("07.1", "normalised")
def _cosine(x, y):
    x, y = (v / v.norm(dim=1, keepdim=True) for v in (x, y))
    return (x @ y.T + 1) ** 3


# ------------------------------------------------------------------------------------------------ 07.2
def _mean_off(k):
    n = len(k)
    return k[~torch.eye(n, dtype=torch.bool)].mean()


@accepted("07.2")
def _by_mask(x, y):
    return _mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - 2 * kernel(x, y).mean()


@accepted("07.2")
def _by_loops(x, y):
    xx = sum(kernel(x[i : i + 1], torch.cat([x[:i], x[i + 1 :]])).mean() for i in range(len(x))) / len(x)
    yy = sum(kernel(y[i : i + 1], torch.cat([y[:i], y[i + 1 :]])).mean() for i in range(len(y))) / len(y)
    return float(xx + yy - 2 * kernel(x, y).mean())


@rejected("07.2", "compared with itself")
def _biased(x, y):
    return kernel(x, x).mean() + kernel(y, y).mean() - 2 * kernel(x, y).mean()


@rejected("07.2", "n (n - 1) pairs")
def _counts_all(x, y):
    xx, yy = kernel(x, x), kernel(y, y)
    return xx.fill_diagonal_(0).mean() + yy.fill_diagonal_(0).mean() - 2 * kernel(x, y).mean()


@rejected("07.2", "subtracted twice")
def _halved(x, y):
    return _mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - kernel(x, y).mean()


@rejected("07.2", "no diagonal to drop")
def _cross_diagonal(x, y):
    xy = kernel(x, y)
    n = min(xy.shape)
    across = (xy.sum() - xy.diagonal().sum()) / (xy.numel() - n)
    return _mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - 2 * across


@rejected("07.2", "cut off")
def _clamped(x, y):
    return (_mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - 2 * kernel(x, y).mean()).clamp(min=0)


@rejected("07.2", "root")
def _root(x, y):
    return (_mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - 2 * kernel(x, y).mean()).clamp(min=0).sqrt()


# ------------------------------------------------------------------------------------------------ 07.3
def _values(x, y, generator, subsets, size):
    found = []
    for _ in range(subsets):
        i = torch.randperm(len(x), generator=generator)[:size]
        j = torch.randperm(len(y), generator=generator)[:size]
        found.append(mmd2(x[i], y[j]))
    return torch.tensor(found)


@accepted("07.3")
def _other_order(x, y, generator, subsets=10, size=50):
    of_y = [torch.randperm(len(y), generator=generator)[-size:] for _ in range(subsets)]
    of_x = [torch.randperm(len(x), generator=generator)[-size:] for _ in range(subsets)]
    found = torch.tensor([mmd2(x[i], y[j]) for i, j in zip(of_x, of_y, strict=True)])
    return found.mean(), found.std(correction=0)


@accepted("07.3")
def _by_multinomial(x, y, generator, subsets=10, size=50):
    ones_x, ones_y = torch.ones(len(x)), torch.ones(len(y))
    found = [
        mmd2(
            x[torch.multinomial(ones_x, size, generator=generator)],
            y[torch.multinomial(ones_y, size, generator=generator)],
        )
        for _ in range(subsets)
    ]
    mean = sum(found) / subsets
    return mean, (sum((v - mean) ** 2 for v in found) / subsets) ** 0.5


@rejected("07.3", "drawn twice")
def _with_replacement(x, y, generator, subsets=10, size=50):
    found = torch.tensor(
        [
            mmd2(
                x[torch.randint(len(x), (size,), generator=generator)],
                y[torch.randint(len(y), (size,), generator=generator)],
            )
            for _ in range(subsets)
        ]
    )
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "hand `generator` to every draw")
def _global(x, y, generator, subsets=10, size=50):
    found = _values(x, y, None, subsets, size)
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "do not seed one inside")
def _seeds_inside(x, y, generator, subsets=10, size=50):
    found = _values(x, y, torch.Generator().manual_seed(0), subsets, size)
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "standard error")
def _standard_error(x, y, generator, subsets=10, size=50):
    found = _values(x, y, generator, subsets, size)
    return found.mean().item(), found.std(correction=0).item() / subsets**0.5


@rejected("07.3", "subsets - 1")
def _corrected(x, y, generator, subsets=10, size=50):
    found = _values(x, y, generator, subsets, size)
    return found.mean().item(), found.std().item()


@rejected("07.3", "indices of its own")
def _one_draw_for_both(x, y, generator, subsets=10, size=50):
    found = []
    for _ in range(subsets):
        i = torch.randperm(len(x), generator=generator)[:size]
        found.append(mmd2(x[i], y[i]))
    found = torch.tensor(found)
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "every subset is the same")
def _one_subset(x, y, generator, subsets=10, size=50):
    i, j = (torch.randperm(len(f), generator=generator)[:size] for f in (x, y))
    found = torch.tensor([mmd2(x[i], y[j]) for _ in range(subsets)])
    return found.mean().item(), found.std(correction=0).item()


# ------------------------------------------------------------------------------------------------ 07.4
@accepted("07.4")
def _loop(attention, masks, threshold=0.5):
    scores = []
    for a, m in zip(attention, masks, strict=True):
        a, m = a > threshold, m > 0.5
        union = (a | m).sum().item()
        scores.append((a & m).sum().item() / union if union else 1.0)
    return sum(scores) / len(scores)


@rejected("07.4", "counted together")
def _over_the_batch(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    return (found & objects).sum() / (found | objects).sum()


@rejected("07.4", "object alone")
def _recall(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    return ((found & objects).flatten(1).sum(1) / objects.flatten(1).sum(1)).mean()


@rejected("07.4", "Dice")
def _dice(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    both = found.flatten(1).sum(1) + objects.flatten(1).sum(1)
    return (2 * (found & objects).flatten(1).sum(1) / both).mean()


@rejected("07.4", "nan")
def _nothing_by_nothing(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    return ((found & objects).flatten(1).sum(1) / (found | objects).flatten(1).sum(1)).mean()


@rejected("07.4", "its IoU is 1")
def _nothing_scores_nothing(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    return ((found & objects).flatten(1).sum(1) / (found | objects).flatten(1).sum(1).clamp(min=1)).mean()


@rejected("07.4", "always 0.5")
def _fixed(attention, masks, threshold=0.5):
    found, objects = attention > 0.5, masks > 0.5
    union = (found | objects).flatten(1).sum(1)
    return (((found & objects).flatten(1).sum(1) + (union == 0)) / union.clamp(min=1)).mean()


# ------------------------------------------------------------------------------------------------ 07.5
@accepted("07.5")
def _by_selection(source, translated, masks):
    where = (masks < 0.01).expand_as(source)
    return (source[where] - translated[where]).abs().mean() / 2


@rejected("07.5", "divide by 2")
def _twice(source, translated, masks):
    where = (masks < 0.01).expand_as(source)
    return (source[where] - translated[where]).abs().mean()


@rejected("07.5", "divided by all pixels")
def _all_pixels(source, translated, masks):
    return ((source - translated).abs() * (masks < 0.01)).mean() / 2


@rejected("07.5", "whole picture")
def _everything(source, translated, masks):
    return (source - translated).abs().mean() / 2


@rejected("07.5", "average over the colours")
def _colours(source, translated, masks):
    where = masks < 0.01
    return ((source - translated).abs() * where).sum() / where.sum() / 2


@rejected("07.5", "on the animals")
def _inside(source, translated, masks):
    where = (masks > 0.5).expand_as(source)
    return (source[where] - translated[where]).abs().mean() / 2


@rejected("07.5", "1 - masks")
def _weighted(source, translated, masks):
    weights = (1 - masks).expand_as(source)
    return ((source - translated).abs() * weights).sum() / weights.sum() / 2
