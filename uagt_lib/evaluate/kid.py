"""Kernel Inception Distance: how far apart two sets of pictures are, from the kernel up (paper, Section 4).

KID is a squared maximum mean discrepancy (MMD) between two sets of feature vectors: pictures alike within their own
set, k(x, x') and k(y, y'), but unlike across the sets, k(x, y), are far apart. Sets of one distribution score 0 on
average. Being unbiased, the estimate is then negative about half of the time; that is no mistake.

The paper's protocol is `protocol`: 10 subsets of 50 without replacement, against the source domain AND against the
target domain; the mean of the two is what its tables show, times 100. The ± is the standard deviation over subsets
(dividing by their number): the spread of ONE subset's score. It shrinks with larger subsets, not with more of them, it
is no standard error, and it says nothing about training again.

Others compute the same kernel and differ around it:
    torch-fidelity   the same estimator and the same ±; its subsets come from a NumPy generator with a seed.
    torchmetrics     the same estimator and ±, but subsets are drawn from torch's global generator: without a global
                     seed every call scores differently. 1000 pictures a subset unless told: an error for 120.
    clean-fid        the mean alone, no ±; drawn from NumPy's global generator; a subset larger than a set is shrunk
                     without a word, so scores of different m can stand in one table.
A ± dividing by (subsets - 1) would be 1.054 times ours at 10 subsets.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from uagt_lib.errors import UagtError

BLOCK = 1024  # rows of a kernel matrix held at once: 10 000 pictures need 40 MB, not 400


class Kid(NamedTuple):
    """KID over subsets, not times 100: mean, standard deviation, and one value per subset, float64 (subsets,)."""

    mean: float
    std: float
    values: Tensor


def kernel(x: Tensor, y: Tensor) -> Tensor:
    """(x · y / d + 1)³ for every pair of rows: features (n, d) and (m, d) to (n, m). Degree 3, gamma 1/d, coef0 1.

    >>> kernel(torch.ones(1, 4), torch.tensor([[1.0, 1, 1, 1], [0, 0, 0, 0]]))
    tensor([[8., 1.]])
    """
    return _cube(x @ y.T, x.shape[1])


def mmd2(x: Tensor, y: Tensor, biased: bool = False) -> float:
    """Squared MMD between all rows of x (n, d) and all rows of y (m, d).

    Unbiased, it leaves out each picture's kernel with itself and averages to 0 over samples of one distribution, so it
    may fall below 0. Biased, it keeps them: never negative, never 0 on average, and more so the smaller the sample;
    only for teaching.

    Raises:
        UagtError: if the features do not fit together, are not finite, or fewer than 2 rows are given.

    >>> x = torch.eye(4)
    >>> mmd2(x, x, biased=True), round(mmd2(x, x), 3)
    (0.0, -0.477)
    """
    _check(x, y, 2)
    (n, all_x), (m, all_y) = ((len(f), torch.ones(1, len(f), dtype=torch.float64)) for f in (x, y))
    xx, yy, xy = _sums(x, x, all_x, all_x), _sums(y, y, all_y, all_y), _sums(x, y, all_x, all_y)
    if biased:
        return (xx / n**2 + yy / m**2 - 2 * xy / (n * m)).item()
    xx, yy = xx - _self(x).sum(), yy - _self(y).sum()
    return (xx / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m)).item()


def draw(n: int, size: int, subsets: int, generator: torch.Generator) -> Tensor:
    """Indices (subsets, size) of random subsets of n pictures, each drawn without replacement.

    >>> draw(120, 50, 10, torch.Generator().manual_seed(0)).shape
    torch.Size([10, 50])
    """
    return torch.stack([torch.randperm(n, generator=generator)[:size] for _ in range(subsets)])


def values(x: Tensor, y: Tensor, of_x: Tensor, of_y: Tensor) -> Tensor:
    """Unbiased squared MMD between x[of_x[i]] and y[of_y[i]] for every i; float64 (subsets,).

    Args:
        x, y: features (n, d) and (m, d).
        of_x, of_y: indices (subsets, size), no index twice in a row.

    Two ways to the same numbers: a loop over small subsets, or, once subsets overlap so much that the loop would meet
    most pairs again and again, the kernel of every pair once and sums over it.

    >>> generator = torch.Generator().manual_seed(0)
    >>> x, y = torch.randn(60, 8, generator=generator), torch.randn(70, 8, generator=generator)
    >>> values(x, y, draw(60, 50, 10, generator), draw(70, 50, 10, generator)).shape
    torch.Size([10])
    """
    subsets, size = of_x.shape
    if 3 * subsets * size**2 > len(x) ** 2 + len(y) ** 2 + len(x) * len(y):
        chosen_x, chosen_y = _indicator(of_x, len(x)), _indicator(of_y, len(y))
        xx, yy = (_sums(f, f, c, c) - c @ _self(f) for f, c in ((x, chosen_x), (y, chosen_y)))
        return (xx + yy) / (size * (size - 1)) - 2 / size**2 * _sums(x, y, chosen_x, chosen_y)
    a, b, both = x.numpy(), y.numpy(), np.empty((2 * size, x.shape[1]), x.numpy().dtype)
    found = []
    for i, j in zip(of_x.numpy(), of_y.numpy(), strict=True):
        np.take(a, i, axis=0, out=both[:size], mode="clip")
        np.take(b, j, axis=0, out=both[size:], mode="clip")
        found.append(_halves(both))
    return torch.tensor(found, dtype=torch.float64)


def kid(x: Tensor, y: Tensor, generator: torch.Generator, subsets: int = 10, subset_size: int = 50) -> Kid:
    """KID between features x (n, d) and y (m, d) over random subsets.

    Raises:
        UagtError: if a subset is larger than a set (says what to pass), or as `mmd2`.

    >>> generator = torch.Generator().manual_seed(0)
    >>> x = torch.randn(60, 8, generator=generator)
    >>> mean, std, values = kid(x, x + 1, generator)
    >>> mean > 10 * std, len(values)
    (True, 10)
    """
    _check(x, y, subset_size)
    of_x, of_y = (draw(len(f), subset_size, subsets, generator) for f in (x, y))
    return _summary(values(x, y, of_x, of_y))


def protocol(
    outputs: Tensor,
    source: Tensor,
    target: Tensor,
    generator: torch.Generator,
    subsets: int = 10,
    subset_size: int = 50,
) -> tuple[Kid, Kid, Kid]:
    """The paper's protocol for translations S -> T: KID to the source, KID to the target, and the mean of the two.

    Each split draws one subset of outputs (n, d), of source and of target pictures; the third KID averages the first
    two split by split.

    Raises:
        UagtError: as `kid`.

    >>> generator = torch.Generator().manual_seed(0)
    >>> horses, zebras = torch.randn(60, 8, generator=generator), torch.randn(60, 8, generator=generator) + 1
    >>> to_source, to_target, both = protocol((horses + zebras) / 2, horses, zebras, generator)
    >>> round(both.mean - (to_source.mean + to_target.mean) / 2, 9)
    0.0
    """
    _check(outputs, source, subset_size), _check(outputs, target, subset_size)
    of_outputs, of_source, of_target = (
        draw(len(f), subset_size, subsets, generator) for f in (outputs, source, target)
    )
    to_source = values(outputs, source, of_outputs, of_source)
    to_target = values(outputs, target, of_outputs, of_target)
    return _summary(to_source), _summary(to_target), _summary((to_source + to_target) / 2)


def _cube(products: Tensor | np.ndarray, d: int) -> Tensor | np.ndarray:
    k = products / d + 1
    return k * k * k  # three times faster than a power, which takes a logarithm


def _halves(both: np.ndarray) -> float:
    """The unbiased estimate between the first and the second half of features (2 m, d).

    NumPy notices that a matrix times its own transpose is symmetric and computes one half of it; torch does not.
    """
    k, m = _cube(both @ both.T, both.shape[1]), len(both) // 2
    (xx, xy), (_, yy) = k.reshape(2, m, 2, m).sum((1, 3), dtype=np.float64)
    return float((xx + yy - k.trace(dtype=np.float64)) / (m * (m - 1)) - 2 / m**2 * xy)


def _indicator(chosen: Tensor, n: int) -> Tensor:
    """Indices (subsets, size) as rows of 0 and 1, float64 (subsets, n)."""
    return torch.zeros(len(chosen), n, dtype=torch.float64).scatter_(1, chosen, 1)


def _self(x: Tensor) -> Tensor:
    """Each picture's kernel with itself, float64 (n,)."""
    return ((x * x).sum(1) / x.shape[1] + 1).double() ** 3


def _sums(x: Tensor, y: Tensor, chosen_x: Tensor, chosen_y: Tensor) -> Tensor:
    """For every subset, the sum of kernel(x, y) over its pairs; float64 (subsets,)."""
    total, a, b = np.zeros(len(chosen_x)), x.numpy(), y.numpy()
    of_x, of_y = chosen_x.numpy(), chosen_y.numpy()
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        k = _cube(a[rows] @ b.T, a.shape[1])
        total += ((of_x[:, rows] @ k.astype(np.float64)) * of_y).sum(1)
    return torch.from_numpy(total)


def _summary(per_subset: Tensor) -> Kid:
    return Kid(per_subset.mean().item(), per_subset.std(correction=0).item(), per_subset)


def _check(x: Tensor, y: Tensor, size: int) -> None:
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise UagtError(f"features must be (n, d) and (m, d) of one extractor, not {tuple(x.shape)}, {tuple(y.shape)}")
    few = min(len(x), len(y))
    if few < 2 or size < 2:
        raise UagtError(f"KID compares pictures in pairs: sets and subsets need at least 2, not {min(few, size)}")
    if size > few:
        raise UagtError(
            f"a subset of {size} does not fit into a set of {few} pictures: pass a subset size of {few} or less "
            f"(--subset-size {few}), and compare only with scores of that size"
        )
    if not (x.sum() + y.sum()).isfinite():  # one NaN or infinity anywhere shows in the sum, which costs least
        raise UagtError("features hold NaN or infinite values: the pictures or the feature network are broken")
