"""Wrong answers made of every right one: right in all but one respect, which no check of values alone would notice."""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

from uagt_lib.course.exercises import Exercise
from uagt_lib.course.harness import Standard

# change(right, *arguments): what the mutant gives, where `right` is the right answer.
Change = Callable[..., Any]


def mutants(task: Exercise) -> Iterator[tuple[str, Any]]:
    """Kinds and mutants of an exercise's right answer."""
    for kind, change in changes(task.standard):
        yield kind, _instead(task.reference, change)


def changes(standard: Standard) -> Iterator[tuple[str, Change]]:
    """What can be wrong with an answer to this exercise, by kind."""
    name, case = next(iter(standard.cases.items()))
    given = case()
    if isinstance(standard.reference, type):
        given = {name: given[name] for name in list(signature(_used(standard.reference)).parameters)[1:]}
    seen = standard.watch(standard.reference, name)
    ways = seen.gradient.items() if "gradient" in standard.compared else ()
    taught = {name for (_, name), g in ways if g is not None and g.any()}
    is_tensor = isinstance(next(iter(seen.value.values())), Tensor)

    untaught = standard.watch(standard.reference, name, learning=False).error is None

    yield "nothing comes back", lambda right, *x: (right(*x), None)[1]
    if any(extent is not None for extent in _size(given.values())):
        yield "a size that is fitted", lambda right, *x: right(*x) if _size(x) == _size(given.values()) else None
    yield "dice of everybody", lambda right, *x: (torch.rand(1), right(*x))[1]
    yield "hidden state", _counting() if is_tensor else _first_forever()
    if is_tensor:
        yield "another type", lambda right, *x: _map(_other_type, right(*x))
    if is_tensor and untaught and "value" in standard.compared:
        yield "another value under no_grad", lambda right, *x: right(*x) if _learning() else _map(torch.neg, right(*x))
    for i, (name, x) in enumerate(given.items()):
        if _is_changeable(x):
            kind = "in-place change" if isinstance(x, Tensor) else "mutated input"
            yield f"{kind} of {name}", lambda right, *x, i=i: (right(*x), _spoil(x[i]))[0]
            if untaught:
                yield (
                    f"{kind} of {name} under no_grad",
                    lambda right, *x, i=i: (right(*x), _learning() or _spoil(x[i]))[0],
                )
        if any(leaf.split(".")[0].split("[")[0] == name for leaf in taught):
            yield f"cut gradient to {name}", lambda right, *x, i=i: right(*x[:i], _map(_cut, x[i]), *x[i + 1 :])
    if ways and is_tensor and _first_float(given) is not None and all(g is None for _, g in ways):
        yield "a gradient of zeros", lambda right, *x: _map(lambda y: y + 0 * _first_float(x).sum(), right(*x))
    if taught:
        yield "cut gradient, all of it", lambda right, *x: _map(_cut, right(*x))
        yield "twice the gradient", lambda right, *x: _map(lambda y: y + y - y.detach(), right(*x))


def _learning() -> bool:
    return torch.is_grad_enabled()


def _instead(reference: Any, change: Change) -> Any:
    """An answer like `reference` that goes through `change`; of a network, its forward pass does; of a class, calls."""
    if not isinstance(reference, type):
        return lambda *given: change(reference, *given)
    used = _used(reference)
    return type("Mutant", (reference,), {used.__name__: lambda self, *given: change(partial(used, self), *given)})


def _used(reference: type) -> Callable[..., Any]:
    """The method by which an answer that is a class is put to use."""
    return reference.forward if issubclass(reference, nn.Module) else reference.__call__


def _size(given: Any) -> list[Any]:
    """What an answer that is fitted to a case could look at: shapes, lengths, numbers."""
    return [_extent(x) for x in given]


def _extent(x: Any) -> Any:
    if isinstance(x, Tensor):
        return tuple(x.shape)
    return len(x) if hasattr(x, "__len__") else x if isinstance(x, int | float) else None


def _counting() -> Change:
    calls: list[int] = []
    return lambda right, *x: calls.append(1) or _map(lambda y: y + 1e-3 * len(calls), right(*x))


def _first_forever() -> Change:
    kept: list[Any] = []
    return lambda right, *x: (kept.append(right(*x)), kept[0])[1]


def _map(function: Callable[[Any], Any], thing: Any) -> Any:
    """`function` of every tensor of floats and every network in `thing`."""
    if isinstance(thing, Mapping):
        return {key: _map(function, x) for key, x in thing.items()}
    if isinstance(thing, list | tuple):
        return [_map(function, x) for x in thing]
    return function(thing) if isinstance(thing, nn.Module) or _is_float(thing) else thing


def _cut(thing: Any) -> Any:
    """The same numbers, or a network that does the same, which no gradient reaches."""
    return copy.deepcopy(thing) if isinstance(thing, nn.Module) else thing.detach()


def _other_type(x: Tensor) -> Tensor:
    return x.float() if x.dtype == torch.float64 else x.double()


def _first_float(given: Any) -> Tensor | None:
    things = given.values() if isinstance(given, Mapping) else given
    return next((x for x in things if _is_float(x)), None)


def _is_float(thing: Any) -> bool:
    return isinstance(thing, Tensor) and thing.is_floating_point()


def _is_changeable(thing: Any) -> bool:
    return isinstance(thing, Tensor | nn.Module | dict | list) and (not isinstance(thing, dict | list) or bool(thing))


def _spoil(thing: Any) -> None:
    """Change an argument in place."""
    if isinstance(thing, Tensor):
        thing.detach().add_(1)
    elif isinstance(thing, nn.Module):
        next(thing.parameters()).detach().add_(1)
    elif thing:
        thing.popitem() if isinstance(thing, dict) else thing.pop()
