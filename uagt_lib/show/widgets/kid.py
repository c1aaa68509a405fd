"""KID as a random number: what subset size, number of subsets and bias do to it."""

from collections.abc import Mapping
from functools import cache

import torch
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.evaluate import kid
from uagt_lib.evaluate.report import plus_minus
from uagt_lib.show.figures import kid_histogram, png
from uagt_lib.show.widgets import parts
from uagt_lib.show.widgets.parts import widgets
from uagt_lib.show.widgets.view import View

SMALLEST = 5  # pictures in a subset; with fewer, one value can be larger than everything else on the axis


def kid_explorer(features: Mapping[str, Tensor], labels: Mapping[str, str] = {}) -> View:
    """KID between two sets of pictures: a histogram of the subsets' values, their mean and ±, and the full sets' value.

    Args:
        features: sets of pictures by name, float (n, d) each, from one extractor.
        labels: what to call a set in the list; its name where nothing is said.

    Raises:
        UagtError: if features do not fit together, or a set is too small (below 6 pictures).
    """
    if not features or len({f.shape[1:] for f in features.values()}) > 1:
        raise UagtError(f"features must be (n, d) of one extractor, not {[tuple(f.shape) for f in features.values()]}")
    if small := [name for name, f in features.items() if len(f) <= SMALLEST]:
        raise UagtError(f"subsets need sets of more than {SMALLEST} pictures: {', '.join(small)} holds fewer")
    names = list(features)
    options = [(labels.get(name, name), name) for name in names]
    one, other = parts.choice("KID between", options, names[0]), parts.choice("and", options, names[-1])
    size = parts.whole_slider("subset size m", 20, SMALLEST, SMALLEST + 1)
    subsets = parts.whole_slider("number of subsets", 10, 2, 100)
    biased = parts.tick("biased: also count each picture with itself")
    picture = widgets.Image(format="png", layout=widgets.Layout(width="760px", max_width="100%"))
    line = widgets.HTML()

    fixed = cache(lambda a, b: _fixed(features[a], features[b]))

    def redraw() -> None:
        x, y = features[one.value], features[other.value]
        most = min(len(x), len(y))
        if size.max != most:
            size.max = most  # changes the value, and so draws again, where that was larger
        found = _sample(x, y, size.value, subsets.value, biased.value)
        full, limits = fixed(one.value, other.value)
        picture.value = png(kid_histogram({size.value: found}, full, limits))
        mean, spread = 100 * found.mean().item(), 100 * found.std(correction=0).item()
        line.value = parts.lines(
            f"KID × 100, {subsets.value} subsets of {size.value}: <b>{plus_minus(mean, spread)}</b>. "
            f"All {len(x)} and {len(y)} pictures at once, unbiased: <b>{100 * full:.2f}</b>. "
            "The ± is the spread of one subset's value: it shrinks with larger subsets, not with more of them."
        )

    size.max = min(len(features[name]) for name in (names[0], names[-1]))
    size.value = min(50, size.max)
    parts.on_change(redraw, one, other, size, subsets, biased)
    redraw()
    return View([one, other, size, subsets, biased, picture, line])


def _sample(x: Tensor, y: Tensor, m: int, count: int, biased: bool) -> Tensor:
    """KID of `count` subsets of m: the same slider positions always show the same picture."""
    generator = torch.Generator().manual_seed(0)
    of_x, of_y = (kid.draw(len(f), m, count, generator) for f in (x, y))
    if not biased:
        return kid.values(x, y, of_x, of_y)
    pairs = zip(of_x, of_y, strict=True)
    return torch.tensor([kid.mmd2(x[i], y[j], biased=True) for i, j in pairs], dtype=torch.float64)


def _fixed(x: Tensor, y: Tensor) -> tuple[float, tuple[float, float]]:
    """What stays while sliders move: the full sets' value, and an axis wide enough for subsets of 10."""
    m = min(10, len(x), len(y))
    wide = torch.cat([_sample(x, y, m, 100, biased) for biased in (False, True)])
    low, high = wide.min().item(), wide.max().item()
    return kid.mmd2(x, y), (low - 0.05 * (high - low), high + 0.05 * (high - low))
