"""Two things compared, and what can be said about the place where they differ first."""

import traceback
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

# How far apart two numbers of one meaning may lie, as a share of the largest: sums differ with their order. Every
# exercise of tensors is tried in float64 too, where little is forgiven.
_ROUNDING = {torch.float64: 1e-9, torch.float32: 2e-5}


class Wrong(Exception):
    """An answer is wrong; the text is a sentence for the learner.

    Attributes:
        kind: equal for two that are the same mistake, although their sentences name other variables.
    """

    def __init__(self, sentence: str, kind: Hashable = None):
        super().__init__(sentence)
        self.kind = sentence if kind is None else kind


def expect(condition: bool, sentence: str) -> None:
    """Raise `Wrong(sentence)` unless `condition` holds."""
    if not condition:
        raise Wrong(sentence)


class Difference(NamedTuple):
    """The first place where two things differ, in words: "s' at [0, 2, 1, 3]", "0.1234", "0.5678"."""

    where: str
    got: str
    want: str
    more: str = ""

    def sentence(self) -> str:
        """What came out, what was expected, and where."""
        hint = ": is a `return` missing?" if self.got == "None" else ""
        return f"{self.where} is {self.got}, expected {self.want}{hint}{self.more}"


def difference(got: Any, want: Any, name: str, unit: float = 1.0) -> Difference | None:
    """Where `got` first differs from `want`, called `name`; None if both say the same.

    Lists may stand for tuples, and tensors without dimensions for numbers. Tensors need one shape and one type; their
    numbers may differ by rounding, of numbers around `unit` at least. Mappings and sequences are compared entry by
    entry.
    """
    if isinstance(want, Tensor) and isinstance(got, Tensor):
        return _of_tensors(got, want, name, unit)
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        keys = f"the keys of {name}", ", ".join(map(str, got)), ", ".join(map(str, want))
        return _of_entries(got, want, name, unit, *keys)
    if isinstance(want, list | tuple) and isinstance(got, list | tuple):
        mine, right = dict(enumerate(got)), dict(enumerate(want))
        return _of_entries(mine, right, name, unit, f"the length of {name}", str(len(got)), str(len(want)))
    if _is_number(want) and (_is_number(got) or (isinstance(got, Tensor) and got.ndim == 0)):
        number = got.item() if isinstance(got, Tensor) else got
        close = number == want or abs(number - want) <= 1e-6 * max(abs(want), 1e-3 * unit)
        return None if close or (number != number and want != want) else Difference(name, *apart(number, want))
    if isinstance(got, Tensor) or isinstance(want, Tensor) or type(got) is not type(want) or got != want:
        return Difference(name, describe(got), describe(want))
    return None


def describe(thing: Any) -> str:
    """A value in a few words."""
    if isinstance(thing, Tensor):
        return f"a tensor of shape {tuple(thing.shape)}"
    if isinstance(thing, list | tuple):
        return f"a {type(thing).__name__} of {len(thing)}"
    if thing is None or isinstance(thing, bool | int | float | str | set | frozenset):
        return repr(thing)
    return f"a {type(thing).__name__}"


def apart(got: float, want: float) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to see that they are."""
    if isinstance(got, int) and isinstance(want, int):
        return str(got), str(want)
    for digits in range(4, 17):
        pair = f"{got:.{digits}g}", f"{want:.{digits}g}"
        if pair[0] != pair[1]:
            return pair
    return repr(got), repr(want)


def stumble(error: Exception) -> str:
    """An error in a learner's code as a sentence, with the line where it happened."""
    if isinstance(error, Wrong):
        return str(error)
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "uagt_lib" not in f.filename]
    own = [f for f in frames if "site-packages" not in f.filename and "dist-packages" not in f.filename]
    where = f" in line {own[-1].lineno}, `{own[-1].line}`" if own and own[-1].line else ""
    text = str(error).splitlines()[0] if str(error) else "no message"
    return f"your code raised {type(error).__name__}{where}: {text}"


def _is_number(thing: Any) -> bool:
    return isinstance(thing, int | float) and not isinstance(thing, bool)


def _of_entries(got: Mapping, want: Mapping, name: str, unit: float, *keys: str) -> Difference | None:
    if set(got) != set(want):
        return Difference(*keys)
    found = (difference(got[key], want[key], f"{name}[{key!r}]", unit) for key in want)
    return next((d for d in found if d), None)


def _of_tensors(got: Tensor, want: Tensor, name: str, unit: float) -> Difference | None:
    if got.shape != want.shape:
        return Difference(f"the shape of {name}", str(tuple(got.shape)), str(tuple(want.shape)))
    if got.dtype != want.dtype:
        return Difference(f"the type of {name}", str(got.dtype), str(want.dtype))
    if want.numel() == 0:
        return None
    mine, right = got.detach().double(), want.detach().double()
    largest = right[right.isfinite()].abs().max().item() if right.isfinite().any() else 0.0
    near = (mine - right).abs() <= _ROUNDING.get(want.dtype, 0.0) * max(largest, 0.05 * unit)
    wrong = ~(near | (mine == right) | (mine.isnan() & right.isnan()))
    if not wrong.any():
        return None
    first = tuple(wrong.nonzero()[0].tolist())
    if not first:
        return Difference(name, *apart(mine.item(), right.item()))
    more = f"; {int(wrong.sum())} of {wrong.numel()} numbers differ" if wrong.numel() > 1 else ""
    return Difference(f"{name} at {list(first)}", *apart(mine[first].item(), right[first].item()), more)
