"""A case's call in other circumstances, on which what comes out should depend as the reference's does, or not at all.

At real sizes, with much smaller and much larger numbers, with nothing but zeros, at limits and next to them, with
views instead of tensors, networks in the other mode, longer lists, and without what may be left out. An
answer is tried on these once it is right in every case.
"""

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle, islice
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from uagt_lib.course.cases import Case, Sized
from uagt_lib.course.seen import rebuilt

ALL = ("error", "mode", "value", "after", "gradient")
LESS = 2**-17  # about 1e-5, and exact in any type
MORE = 10007  # a prime, so that nothing that counts in tens or hundreds comes out even
LIMITS = (0.01, 0.05, 0.1, 0.5, 0.95)  # that the course knows: a background, a grey map, tau, an object, a map of ones
LONG = 150  # entries of a long list
SOON = 2 * 10**6  # numbers in arguments that cost a check next to no time


class Trial(NamedTuple):
    """One circumstance.

    Attributes:
        words: what it is, as in "(with zeros in all tensors; right for N, H, W = 2, 5, 4 in float32)".
        case: makes the arguments.
        aspects: what is compared; see `harness`.
        unit: numbers much smaller than this are rounding.
        answer: what is called, made of an answer.
        itself: what it is compared with, made of the answer; the reference if None.
    """

    words: str
    case: Case
    aspects: tuple[str, ...] = ALL
    unit: float = 1.0
    answer: Callable[[Any], Any] = lambda answer: answer
    itself: Callable[[Any], Any] | None = None


def trials(case: Case, reference: Any) -> Iterator[Trial]:
    """All circumstances that change anything about the call of a case."""
    yield from _real_sizes(case, isinstance(reference, type))
    yield from _left_out(case, reference)
    yield from _of_numbers(case)
    given = copy.deepcopy(case())
    for words, change, more in (
        ("with tensors that are views of others, not contiguous", _views, {}),
        ("with zeros in all tensors", _zeros, {"aspects": (*ALL[:-1], "finite")}),
        ("with values of exactly 0.01, 0.1, 0.5 and other limits, and next to them", _limits, {}),
        ("with its networks in the other mode, and frozen if they learn", _other_mode, {}),
        ("with one network in two places", _one_network, {}),
        (f"with lists of {LONG}", _long, {}),
    ):
        if change(given) is not None:
            yield Trial(words, lambda change=change: change(copy.deepcopy(case())), **more)
    exact = replace(case, dtype=torch.float64) if isinstance(case, Sized) else case
    for words, change, unit in (
        (f"with numbers divided by {1 / LESS:.0f}", _small, LESS),
        (f"with numbers above 1 multiplied by {MORE}", _large, 1.0),
    ):
        if change(given) is not None:
            yield Trial(f"{words}, in float64", lambda change=change: change(copy.deepcopy(exact())), unit=unit)


def _real_sizes(case: Case, is_class: bool) -> Iterator[Trial]:
    """As many pictures, as large ones, and as square ones as people have, where that is soon done."""
    if not isinstance(case, Sized):
        return
    many, exact = 2 if is_class else 70, torch.float64
    yield Trial(f"for N, H, W = {many}, 11, 11 in float64", replace(case, n=many, height=11, width=11, dtype=exact))
    given = case()
    numbers = sum(x.numel() for x in given.values() if isinstance(x, Tensor)) * 260 * 132 / (case.height * case.width)
    if not is_class and not _networks(given) and numbers < SOON:
        yield Trial(
            "for N, H, W = 1, 260, 132 in float64", replace(case, n=1, height=260, width=132, dtype=exact), ALL[:-1]
        )


def _left_out(case: Case, reference: Any) -> Iterator[Trial]:
    """Without the arguments that have default values, against the same answer that is told these values."""
    parameters = inspect.signature(reference).parameters.values()
    defaults = [p.default for p in parameters if p.default is not p.empty]
    if defaults:
        needed = len(parameters) - len(defaults)
        told = zip(list(case())[needed:], defaults, strict=False)
        yield Trial(
            "with nothing said of " + " and ".join(f"{name}, which is {x} then" for name, x in told),
            case,
            ("error", "value"),
            answer=lambda answer: lambda *given: answer(*given[:needed]),
            itself=lambda answer: lambda *given: answer(*given[:needed], *defaults),
        )


def _of_numbers(case: Case) -> Iterator[Trial]:
    """Where nothing but numbers is handed in, each of them may be large."""
    given = case()
    if not _are_numbers(given):
        return
    for names in [*([name] for name in given), list(given)]:
        larger = {name: x * MORE if name in names else x for name, x in given.items()}
        yield Trial(f"with {MORE} times {' and '.join(names)}", lambda larger=larger: larger)


# ---- what becomes of the arguments of a call; None where nothing changes


def _each(given: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any] | None:
    """Arguments in which each thing that is no list or dictionary went through `change`."""
    changed = False

    def of_leaf(_: str, x: Any) -> Any:
        nonlocal changed
        new = change(x)
        changed |= new is not x
        return new

    new = {name: rebuilt(x, name, of_leaf) for name, x in given.items()}
    return new if changed else None


def _is_float(x: Any) -> bool:
    return isinstance(x, Tensor) and x.is_floating_point() and not isinstance(x, nn.Parameter)


def _are_numbers(given: dict[str, Any]) -> bool:
    return all(isinstance(x, int | float) for x in given.values())


def _is_map(x: Any) -> bool:
    return _is_float(x) and x.ndim > 2 and not bool(((x < 0) | (x > 1)).any())


def _views(given: dict[str, Any]) -> dict[str, Any] | None:
    def view(x: Any) -> Any:
        is_plane = isinstance(x, Tensor) and x.ndim > 1 and not isinstance(x, nn.Parameter)
        return x.transpose(-1, -2).contiguous().transpose(-1, -2) if is_plane else x

    return _each(given, view)


def _small(given: dict[str, Any]) -> dict[str, Any] | None:
    """Tensors but maps, and numbers in lists. A number beside other things is a setting, and stays."""
    settings = {} if _are_numbers(given) else {name: x for name, x in given.items() if isinstance(x, float)}
    changed = _each(given, lambda x: x * LESS if (_is_float(x) and not _is_map(x)) or isinstance(x, float) else x)
    return changed and changed | settings


def _large(given: dict[str, Any]) -> dict[str, Any] | None:
    """Only what is free to be large: scores and features, no pictures and no maps."""

    def larger(x: Any) -> Any:
        is_free = (_is_float(x) and bool((x.abs() > 1).any())) or (isinstance(x, float) and abs(x) > 1)
        return x * MORE if is_free else x

    return _each(given, larger)


def _zeros(given: dict[str, Any]) -> dict[str, Any] | None:
    return _each(given, lambda x: torch.zeros_like(x) if _is_float(x) else x)


def _limits(given: dict[str, Any]) -> dict[str, Any] | None:
    """Maps that hold limits, those of the call too, and the numbers next to them on both sides."""
    limits = [*LIMITS, *(x for x in given.values() if isinstance(x, float) and 0 < x < 1)]

    def planted(x: Any) -> Any:
        if not _is_map(x):
            return x
        exact = torch.tensor(limits, dtype=x.dtype)
        near = [torch.nextafter(exact, torch.full_like(exact, end)) for end in (0, 1)]
        values = torch.stack([exact, *near], 1).flatten()[: x.numel()]
        return torch.cat([values, x.flatten()[len(values) :]]).reshape(x.shape)

    return _each(given, planted)


def _networks(given: dict[str, Any]) -> list[nn.Module]:
    return [x for x in given.values() if isinstance(x, nn.Module)]


def _other_mode(given: dict[str, Any]) -> dict[str, Any] | None:
    """Networks in eval mode if they were in train mode, and frozen if they learn; and both the other way round."""
    for network in _networks(given):
        network.train(not network.training)
        for parameter in network.parameters():
            parameter.requires_grad_(not parameter.requires_grad)
    return given if _networks(given) else None


def _one_network(given: dict[str, Any]) -> dict[str, Any] | None:
    """Networks whose weights are of one shape are one and the same."""
    first: dict[Any, nn.Module] = {}
    for network in _networks(given):
        first.setdefault(tuple(p.shape for p in network.parameters()), network)
    if len(first) == len(_networks(given)):
        return None
    return _each(given, lambda x: first[tuple(p.shape for p in x.parameters())] if isinstance(x, nn.Module) else x)


def _long(given: dict[str, Any]) -> dict[str, Any] | None:
    """Lists of numbers or tensors that go on from the start again."""
    changed = False

    def longer(x: Any) -> Any:
        nonlocal changed
        if isinstance(x, dict):
            return {key: longer(entry) for key, entry in x.items()}
        if not isinstance(x, list) or not x or isinstance(x[0], tuple | dict | nn.Parameter):
            return x
        changed = True
        return list(islice(cycle(x), LONG))

    new = {name: longer(x) for name, x in given.items()}
    return new if changed else None
