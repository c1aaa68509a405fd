"""Answers to the exercises of lesson 07, beside the mistakes that are registered and those that are generated."""

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


@rejected("07.1", "afterwards x at")
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


@rejected("07.2", "not from the count")
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


@rejected("07.3", "replacement")
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


@rejected("07.3", "your code should")
def _global(x, y, generator, subsets=10, size=50):
    found = _values(x, y, None, subsets, size)
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "seeded inside")
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


@rejected("07.3", "given the same indices")
def _one_draw_for_both(x, y, generator, subsets=10, size=50):
    found = []
    for _ in range(subsets):
        i = torch.randperm(len(x), generator=generator)[:size]
        found.append(mmd2(x[i], y[i]))
    found = torch.tensor(found)
    return found.mean().item(), found.std(correction=0).item()


@rejected("07.3", "before the loop")
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


@rejected("07.4", "0/0")
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


@rejected("07.4", "exceeds 0.5")
def _cut_alike(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > threshold
    union = (found | objects).flatten(1).sum(1)
    return (((found & objects).flatten(1).sum(1) + (union == 0)) / union.clamp(min=1)).mean()


@rejected("07.4", "1 was added")
def _smoothed(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    return (((found & objects).flatten(1).sum(1) + 1) / ((found | objects).flatten(1).sum(1) + 1)).mean()


# ------------------------------------------------------------------------------------------------ 07.1 to 07.3, more
@rejected("07.1", "128 is true of")
def _hard_coded(x, y):
    return (x @ y.T / 128 + 1) ** 3


@rejected("07.1", "brackets")
def _bracket_of_sum(x, y):
    return ((x @ y.T + 1) / x.shape[1]) ** 3


@rejected("07.1", "brackets")
def _power_of_one(x, y):
    return x @ y.T / x.shape[1] + 1**3


@rejected("07.1", "divides the product alone")
def _divided_last(x, y):
    return (x @ y.T + 1) ** 3 / x.shape[1]


@rejected("07.2", "n was used for both")
def _one_size(x, y):
    n = len(x)
    xx, yy = kernel(x, x), kernel(y, y)
    return (xx.sum() - xx.trace() + yy.sum() - yy.trace()) / (n * (n - 1)) - 2 * kernel(x, y).mean()


@rejected("07.2", "n was used for both")
def _one_size_everywhere(x, y):
    n = len(x)
    xx, yy = kernel(x, x), kernel(y, y)
    return (xx.sum() - xx.trace() + yy.sum() - yy.trace()) / (n * (n - 1)) - 2 * kernel(x, y).sum() / n**2


@rejected("07.2", "triangle")
def _triangle(x, y):
    def half(k):
        return k.triu(1).sum() / (len(k) * (len(k) - 1))

    return half(kernel(x, x)) + half(kernel(y, y)) - 2 * kernel(x, y).mean()


@rejected("07.2", "too many")
def _one_less_squared(x, y):
    def off(k):
        return (k.sum() - k.trace()) / (len(k) - 1) ** 2

    return off(kernel(x, x)) + off(kernel(y, y)) - 2 * kernel(x, y).mean()


@rejected("07.2", "not n")
def _diagonal_of_ones(x, y):
    def off(k):
        return (k.sum() - len(k)) / (len(k) * (len(k) - 1))

    return off(kernel(x, x)) + off(kernel(y, y)) - 2 * kernel(x, y).mean()


@rejected("07.3", "only shuffles")
def _shuffles_the_first(x, y, generator, subsets=10, size=50):
    found = []
    for _ in range(subsets):
        i, j = (torch.randperm(size, generator=generator) for _ in range(2))
        found.append(mmd2(x[i], y[j]))
    found = torch.tensor(found)
    return found.mean(), found.std(correction=0)


@rejected("07.3", "slices")
def _slices_of_one_permutation(x, y, generator, subsets=10, size=50):
    p, q = (torch.randperm(len(f), generator=generator) for f in (x, y))
    found = [mmd2(x[p[k : k + size]], y[q[k : k + size]]) for k in range(0, subsets * size, size)]
    found = torch.as_tensor(found)
    return found.mean(), found.std(correction=0)


# ------------------------------------------------------------------------------------------------ 07.5
def _parts(source, translated, masks, scale=2):
    change = (source - translated).abs().mean(1, keepdim=True) / scale
    return [(change * where).flatten(1).sum(1) / where.flatten(1).sum(1) for where in (masks > 0.5, masks < 0.01)]


@accepted("07.5")
def _loop_over_pictures(source, translated, masks, changed=0.1, kept=0.02):
    good = 0
    for s, t, m in zip(source, translated, masks, strict=True):
        d = (s - t).abs().mean(0) / 2
        good += bool(d[m[0] > 0.5].mean() > changed and d[m[0] < 0.01].mean() < kept)
    return good / len(source)


@rejected("07.5", "means")
def _of_the_pile(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return float(animal.mean() > changed and background.mean() < kept)


@rejected("07.5", "scale")
def _twice(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks, scale=1)
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.5", "only the animal")
def _animal_alone(source, translated, masks, changed=0.1, kept=0.02):
    return (_parts(source, translated, masks)[0] > changed).float().mean()


@rejected("07.5", "doing nothing")
def _background_alone(source, translated, masks, changed=0.1, kept=0.02):
    return (_parts(source, translated, masks)[1] < kept).float().mean()


@rejected("07.5", "multiplied")
def _product(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return (animal > changed).float().mean() * (background < kept).float().mean()


@rejected("07.5", "and not |")
def _either(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return ((animal > changed) | (background < kept)).float().mean()


@rejected("07.5", "one verdict per picture")
def _verdicts(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return ((animal > changed) & (background < kept)).float()


@rejected("07.5", "limits are arguments")
def _own_limits(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return ((animal > 0.1) & (background < 0.02)).float().mean()


@rejected("07.5", "soft edges")
def _edges(source, translated, masks, changed=0.1, kept=0.02):
    change, where = (source - translated).abs().mean(1, keepdim=True) / 2, masks < 0.5
    background = (change * where).flatten(1).sum(1) / where.flatten(1).sum(1)
    return ((_parts(source, translated, masks)[0] > changed) & (background < kept)).float().mean()


@rejected("07.5", "cancel out")
def _no_absolute_values(source, translated, masks, changed=0.1, kept=0.02):
    change = (translated - source).mean(1, keepdim=True) / 2
    animal, background = (
        (change * where).flatten(1).sum(1) / where.flatten(1).sum(1) for where in (masks > 0.5, masks < 0.01)
    )
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.5", "largest of the three colours")
def _amax_of_colours(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().amax(1, keepdim=True) / 2
    animal, background = (
        (change * where).flatten(1).sum(1) / where.flatten(1).sum(1) for where in (masks > 0.5, masks < 0.01)
    )
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.5", "soft")
def _weighed_by_masks(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    animal, background = ((change * w).sum((1, 2, 3)) / w.sum((1, 2, 3)) for w in (masks, 1 - masks))
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.5", "afterwards source at")
def _difference_in_place(source, translated, masks, changed=0.1, kept=0.02):
    change = (source.sub_(translated)).abs().mean(1, keepdim=True) / 2
    animal, background = ((change * w).sum((1, 2, 3)) / w.sum((1, 2, 3)) for w in (masks > 0.5, masks < 0.01))
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.3", "yours stays at 50")
def _always_fifty(x, y, generator, subsets=10, size=50):
    found = _values(x, y, generator, subsets, 50)
    return found.mean(), found.std(correction=0)


@rejected("07.3", "are biased")
def _of_biased(x, y, generator, subsets=10, size=50):
    found = []
    for _ in range(subsets):
        i = torch.randperm(len(x), generator=generator)[:size]
        j = torch.randperm(len(y), generator=generator)[:size]
        found.append(kernel(x[i], x[i]).mean() + kernel(y[j], y[j]).mean() - 2 * kernel(x[i], y[j]).mean())
    found = torch.tensor(found)
    return found.mean(), found.std(correction=0)


@accepted("07.1")
def _row_after_row(x, y):
    return torch.stack([(y @ row / len(row) + 1) ** 3 for row in x])


@accepted("07.2")
def _by_filling(x, y):
    xx, yy = (kernel(f, f).fill_diagonal_(0).sum() / (len(f) * (len(f) - 1)) for f in (x, y))
    return xx + yy - 2 * kernel(x, y).mean()


@accepted("07.3")
def _all_drawn_first(x, y, generator, subsets=10, size=50):
    drawn = [[torch.randperm(len(f), generator=generator)[:size] for f in (y, x)] for _ in range(subsets)]
    found = torch.tensor([mmd2(x[i], y[j]) for j, i in drawn])
    return [found.mean().item(), found.var(correction=0).sqrt().item()]


@accepted("07.4")
def _with_where(attention, masks, threshold=0.5):
    found, objects = (attention > threshold).flatten(1), (masks > 0.5).flatten(1)
    union = (found | objects).sum(1)
    return torch.where(union > 0, (found & objects).sum(1) / union, torch.ones(len(masks))).mean()


@accepted("07.4")
def _by_products(attention, masks, threshold=0.5):
    a, m = ((attention > threshold).double(), (masks > 0.5).double())
    shared, union = (x.sum((1, 2, 3)) for x in (a * m, a + m - a * m))
    return ((shared + (union == 0)) / (union + (union == 0))).mean().item()


@accepted("07.5")
def _by_nanmean(source, translated, masks, changed=0.1, kept=0.02):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    gone = torch.full_like(change, float("nan"))
    animal = torch.where(masks > 0.5, change, gone).nanmean((1, 2, 3))
    background = torch.where(masks < 0.01, change, gone).nanmean((1, 2, 3))
    return torch.logical_and(animal > changed, background < kept).double().mean().item()


@accepted("07.5")
def _by_counting(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    good = animal.gt(changed).logical_and(background.lt(kept))
    return good.count_nonzero() / len(good)


# ------------------------------------------------------------------------------------------------ changed or fitted
@rejected("07.1", "right for N, H, W = 2, 5, 4")
def _four_at_a_time(x, y):
    return torch.stack([(x[i] @ y.T / 69 + 1) ** 3 for i in range(4)])


@rejected("07.1", "afterwards y at")
def _scaled_in_place(x, y):
    y.div_(x.shape[1])
    return (x @ y.T + 1) ** 3


@rejected("07.2", "afterwards x at")
def _diagonal_of_the_features(x, y):
    found = mmd2(x, y)
    x.fill_diagonal_(0)
    return found


@rejected("07.2", "right for two sets of six")
def _of_six(x, y):
    xx, yy = kernel(x, x), kernel(y, y)
    return (xx.sum() - xx.trace() + yy.sum() - yy.trace()) / 30 - 2 * kernel(x, y).mean()


@rejected("07.2", "is a `return` missing?")
def _computed_only(x, y):
    _mean_off(kernel(x, x)) + _mean_off(kernel(y, y)) - 2 * kernel(x, y).mean()


@rejected("07.2", "the squared MMD is a tensor of shape (6, 6)")
def _not_averaged(x, y):
    return kernel(x, x) + kernel(y, y) - 2 * kernel(x, y)


@rejected("07.3", "afterwards x at")
def _shuffled_in_place(x, y, generator, subsets=10, size=50):
    found = []
    for _ in range(subsets):
        x[:] = x[torch.randperm(len(x), generator=generator)]
        y[:] = y[torch.randperm(len(y), generator=generator)]
        found.append(mmd2(x[:size], y[:size]))
    found = torch.tensor(found)
    return found.mean(), found.std(correction=0)


@rejected("07.3", "return two numbers")
def _mean_only(x, y, generator, subsets=10, size=50):
    return _values(x, y, generator, subsets, size).mean()


@rejected("07.4", "afterwards attention at")
def _cut_in_place(attention, masks, threshold=0.5):
    attention[attention <= threshold] = 0
    found, objects = attention > 0, masks > 0.5
    union = (found | objects).flatten(1).sum(1)
    return torch.where(union == 0, 1.0, (found & objects).flatten(1).sum(1) / union.clamp(min=1)).mean()


@rejected("07.4", "afterwards masks at")
def _rounded_in_place(attention, masks, threshold=0.5):
    masks.gt_(0.5)
    found = attention > threshold
    union = (found | (masks > 0)).flatten(1).sum(1)
    return torch.where(union == 0, 1.0, (found & (masks > 0)).flatten(1).sum(1) / union.clamp(min=1)).mean()


@rejected("07.4", "right for N, H, W = 2, 5, 4")
def _two_of_them(attention, masks, threshold=0.5):
    found, objects = attention > threshold, masks > 0.5
    scores = [(f & o).sum() / (f | o).sum().clamp(min=1) for f, o in zip(found, objects, strict=True)]
    return sum(scores) / 2


@rejected("07.5", "afterwards masks at")
def _masks_in_place(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    masks.gt_(0.5)
    return ((animal > changed) & (background < kept)).float().mean()


@rejected("07.5", "right for N, H, W = 2, 5, 4")
def _of_forty_two(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _parts(source, translated, masks)
    return ((animal > changed) & (background < kept)).sum() / 42


@rejected("07.5", "the share of pictures done right is")
def _nobody(source, translated, masks, changed=0.1, kept=0.02):
    return 0.0


# ---- right at small sizes, or in what one number says


@rejected("07.2", "for more than 600 pictures")
def _first_hundred(x, y):
    return mmd2(x[:100], y[:100])


@rejected("07.3", "all three subsets of x were the same")
def _x_drawn_once(x, y, generator, subsets=10, size=50):
    i = torch.randperm(len(x), generator=generator)[:size]
    values = [mmd2(x[i], y[torch.randperm(len(y), generator=generator)[:size]]) for _ in range(subsets)]
    return torch.tensor(values).mean(), torch.tensor(values).std(correction=0)


@rejected("07.3", "no two of three subsets of x were the same")
def _dealt_like_cards(x, y, generator, subsets=10, size=50):
    i, j = (torch.randperm(len(f), generator=generator) for f in (x, y))
    values = [mmd2(x[i.roll(-k * size)[:size]], y[j.roll(-k * size)[:size]]) for k in range(subsets)]
    return torch.tensor(values).mean(), torch.tensor(values).std(correction=0)


@rejected("07.3", "with nothing said of subsets, which is 10 then")
def _other_default(x, y, generator, subsets=30, size=50):
    values = [mmd2(*(f[torch.randperm(len(f), generator=generator)[:size]] for f in (x, y))) for _ in range(subsets)]
    return torch.tensor(values).mean(), torch.tensor(values).std(correction=0)


def _shares(source, translated, masks, animal, background):
    change = (translated - source).abs().mean(1, keepdim=True) / 2
    return [(change * w).sum((1, 2, 3)) / w.sum((1, 2, 3)) for w in (animal(masks), background(masks))]


@rejected("07.5", "the share of pictures done right is")
def _weighted_by_soft_masks(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _shares(source, translated, masks, lambda m: m * (m > 0.5), lambda m: (m < 0.01) * 1.0)
    return ((animal > changed) & (background < kept)).double().mean()


@rejected("07.5", "for a painter of traces")
def _traces_are_background(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _shares(source, translated, masks, lambda m: (m > 0.5) * 1.0, lambda m: (m < 0.02) * 1.0)
    return ((animal > changed) & (background < kept)).double().mean()


@rejected("07.5", "for limits of exactly what was changed")
def _at_most_the_limit(source, translated, masks, changed=0.1, kept=0.02):
    animal, background = _shares(source, translated, masks, lambda m: (m > 0.5) * 1.0, lambda m: (m < 0.01) * 1.0)
    return ((animal > changed) & (background <= kept)).double().mean()
