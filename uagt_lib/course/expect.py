"""What checks of exercises are made of: comparisons that say which thought was wrong."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


class Wrong(Exception):
    """An answer is wrong; the text is a sentence for the learner that names the likely mistake."""


def expect(condition: bool, sentence: str) -> None:
    """Raise `Wrong(sentence)` unless `condition` holds."""
    if not condition:
        raise Wrong(sentence)


def same(
    got: Any,
    want: Tensor | float,
    mistakes: Mapping[str, Tensor | float] | None = None,
    what: str = "the result",
    tolerance: float = 1e-5,
) -> None:
    """Compare an answer's value with the right one.

    Args:
        got: what the learner's code returned.
        want: a tensor or a number.
        mistakes: what comes out of likely mistakes, by the sentence that names the mistake; checked before anything
            general is said. Sentences whose value equals `want` in this check are passed over.
        what: how to call the value in a sentence.
        tolerance: absolute, and relative.

    Raises:
        Wrong: with the mistake's sentence, or with what differs: type, shape, range or value.
    """
    if got is None:
        raise Wrong(f"{what} is None: is a `return` missing?")
    if not isinstance(got, Tensor | int | float):
        kind = "a tensor" if isinstance(want, Tensor) else "a number"
        raise Wrong(f"{what} should be {kind}, not {type(got).__name__}")
    if _equal(got, want, tolerance):
        return
    for sentence, value in (mistakes or {}).items():
        if _equal(got, value, tolerance) and not _equal(value, want, tolerance):
            raise Wrong(sentence)
    mine, right = torch.as_tensor(got), torch.as_tensor(want)
    if mine.shape != right.shape:
        raise Wrong(f"{what} has shape {tuple(mine.shape)}, expected {tuple(right.shape)}")
    mine, right = mine.detach().float(), right.detach().float()
    if not mine.isfinite().all():
        raise Wrong(f"{what} contains NaN or infinity")
    if mine.ndim == 0:
        whole = mine == mine.round() and right == right.round()
        raise Wrong(f"{what} is {mine:.{0 if whole else 4}f}, expected {right:.{0 if whole else 4}f}")
    worst = (mine - right).abs().max()
    raise Wrong(
        f"{what} has the right shape but other values: they lie in [{mine.min():.2f}, {mine.max():.2f}], expected "
        f"[{right.min():.2f}, {right.max():.2f}]; the largest difference is {worst:.2g}"
    )


def _equal(a: Any, b: Any, tolerance: float) -> bool:
    a, b = torch.as_tensor(a).detach().double(), torch.as_tensor(b).detach().double()
    return a.shape == b.shape and torch.allclose(a, b, rtol=tolerance, atol=tolerance)
