"""All that a call lets be seen from outside: what comes out, what it does to its arguments, which gradients it sends.

Every call is made on fresh arguments. Tensors are handed in as a training step would, as results of an earlier
computation, with a gradient that somebody is adding up: how theirs arrive there is seen, and so is a change in place.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from uagt_lib.course import world
from uagt_lib.course.cases import Case
from uagt_lib.course.kept import version

TODO = "your code here"  # what an untouched answer raises NotImplementedError with
DRAWN = "drawn from"  # what a generator is after a call that used it


class Open(Exception):
    """The answer was not attempted."""


@dataclass(frozen=True)
class Seen:
    """What one call let be seen.

    Attributes:
        error: what it raised.
        value: what came out, by name; {"the result": ...} if there were not as many things as names.
        after: what the arguments were afterwards, piece by piece, whose random numbers were drawn, and what of all that
            everybody shares is another.
        carries: whether what came out has a history, where nobody asks for gradients.
        unit: numbers much smaller than this are rounding.
        pull: computes `gradient`.
        repeat: makes the same call on equal arguments.
    """

    error: Exception | None = None
    value: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    carries: bool = False
    unit: float = 1.0
    pull: Callable[[], dict[tuple[str, str], Tensor | None] | str] = dict
    repeat: Callable[[], "Seen"] | None = None

    @cached_property
    def gradient(self) -> dict[tuple[str, str], Tensor | None] | str:
        """By output and input, None where no way leads there. A sentence where it cannot be computed."""
        return self.pull()

    @cached_property
    def again(self) -> dict[str, Any]:
        """What comes out of a second call, after whatever was called since the first."""
        second = self.repeat() if self.repeat else self
        return dict.fromkeys(self.value, second.error) if second.error else second.value


def see(
    function: Callable,
    case: Case,
    gives: str | tuple[str, ...],
    gradient: bool,
    learning: bool = True,
    unit: float = 1.0,
) -> Seen:
    """Call a function on fresh arguments, and note all that can be seen.

    Args:
        function: what to call.
        case: makes its arguments.
        gives: what comes out is called; several names for several results.
        gradient: tensors are handed in with a history, so that gradients have somewhere to go.
        learning: whether gradients are kept; without, as when pictures are translated, nothing guards tensors against
            changes in place.
        unit: numbers much smaller than this are rounding.

    Raises:
        Open: if it is an untouched answer.
    """
    leaves: dict[str, Tensor] = {}
    given = copy.deepcopy(case())
    if gradient:
        given = {name: rebuilt(x, name, lambda n, leaf: _lent(n, leaf, leaves)) for name, x in given.items()}
    dice = {name: x for name, x in given.items() if isinstance(x, torch.Generator)}
    dice["torch's global generator"] = torch.default_generator
    states = {name: die.get_state() for name, die in dice.items()}
    try:
        with world.watched() as shared, torch.set_grad_enabled(learning):
            result = function(*given.values())
    except Exception as error:  # whatever a learner's code does, it gets a sentence
        if isinstance(error, NotImplementedError) and str(error) == TODO:
            raise Open from error
        return Seen(error)
    value = _named(result, gives)
    after = dict(piece for name, x in given.items() for piece in _pieces(x, name))
    for name, leaf in leaves.items():
        after[f"the .grad of {name}"] = _of_gradient(leaf)
    for name, die in dice.items():
        after[name] = "untouched" if torch.equal(states[name], die.get_state()) else DRAWN
    carries: list[bool] = []
    rebuilt(value, "", lambda _, x: carries.append(isinstance(x, Tensor) and x.requires_grad))
    return Seen(
        value={name: rebuilt(x, name, lambda _, leaf: _copied(leaf)) for name, x in value.items()},
        after=after | shared,
        carries=any(carries) and not gradient,
        unit=unit,
        pull=lambda: _gradients(value, leaves),
        repeat=lambda: see(function, case, gives, gradient, learning, unit),
    )


def _named(result: Any, gives: str | tuple[str, ...]) -> dict[str, Any]:
    """What came out, by name."""
    if isinstance(gives, str):
        return {gives: result}
    if isinstance(result, list | tuple) and len(result) == len(gives):
        return dict(zip(gives, result, strict=True))
    return {"the result": result}


def rebuilt(thing: Any, name: str, of_leaf: Callable[[str, Any], Any]) -> Any:
    """The same lists, tuples and dictionaries, in which each other thing is replaced by `of_leaf(its name, it)`."""
    if isinstance(thing, Mapping):
        return {key: rebuilt(x, f"{name}[{key!r}]", of_leaf) for key, x in thing.items()}
    if isinstance(thing, list | tuple):
        parts = (rebuilt(x, f"{name}[{i}]", of_leaf) for i, x in enumerate(thing))
        return thing._make(parts) if hasattr(thing, "_make") else type(thing)(parts)
    return of_leaf(name, thing)


def _lent(name: str, thing: Any, leaves: dict[str, Tensor]) -> Any:
    """A thing as it is handed in; where its gradients will arrive is noted in `leaves`."""
    if isinstance(thing, nn.Module):
        leaves |= {f"{name}.{key}": parameter for key, parameter in thing.named_parameters()}
        for parameter in thing.parameters():
            parameter.grad = torch.ones_like(parameter)
    elif isinstance(thing, Tensor) and thing.is_floating_point():
        leaves[name] = thing.requires_grad_()
        thing.grad = torch.ones_like(thing)
        return thing if isinstance(thing, nn.Parameter) else thing.clone()
    return thing


def _of_gradient(leaf: Tensor) -> str:
    """What has become of the gradient that was there before the call: somebody may be adding up there."""
    if leaf.grad is None or not leaf.grad.any():
        return "emptied"
    return "left alone" if torch.equal(leaf.grad, torch.ones_like(leaf)) else "filled by a backward()"


def _copied(thing: Any) -> Any:
    return thing.detach().clone() if isinstance(thing, Tensor) else thing


def _pieces(thing: Any, name: str) -> Iterator[tuple[str, Any]]:
    """All of an argument that a call could change, by name: numbers, lengths, keys, attributes, whether it learns."""
    if isinstance(thing, nn.Module):
        yield f"the list of attributes of {name}", ", ".join(key for key in vars(thing) if key[0] != "_")
        yield from ((f"{name}.{key}.training".replace("..", "."), x.training) for key, x in thing.named_modules())
        for key, x in [*thing.named_parameters(), *thing.named_buffers()]:
            yield from _pieces(x, f"{name}.{key}")
    elif isinstance(thing, Tensor):
        yield name, _copied(thing)
        yield f"{name}'s count of writes", version(thing)
        yield f"{name}.requires_grad", thing.requires_grad
        yield f"the .grad of {name}", _of_gradient(thing) if thing.is_leaf else "left alone"
    elif isinstance(thing, Mapping):
        yield f"the list of keys of {name}", ", ".join(map(str, thing))
        for key, x in thing.items():
            yield from _pieces(x, f"{name}[{key!r}]")
    elif isinstance(thing, list | tuple):
        yield f"the length of {name}", len(thing)
        for i, x in enumerate(thing):
            yield from _pieces(x, f"{name}[{i}]")
    elif isinstance(thing, bool | int | float | str | set | None):
        yield name, copy.copy(thing)
    elif not callable(thing):
        for key, x in getattr(thing, "__dict__", {}).items():
            yield from _pieces(x, f"{name}.{key}")


def _gradients(value: dict[str, Any], leaves: dict[str, Tensor]) -> dict[tuple[str, str], Tensor | None] | str:
    """The gradient of every output, its numbers weighted at random, with respect to every leaf; None without a way."""
    outputs: dict[str, Tensor] = {}
    for name, x in value.items():
        rebuilt(x, name, lambda n, leaf: outputs.update({n: leaf}) if isinstance(leaf, Tensor) else None)
    learning = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    found = {}
    for output, y in outputs.items():
        arrived: dict[str, Tensor | None] = {}
        if y.requires_grad:
            weights = torch.randn(y.shape, generator=torch.Generator().manual_seed(7), dtype=y.dtype)
            try:
                got, again = (
                    torch.autograd.grad(y, list(learning.values()), weights, retain_graph=True, allow_unused=True)
                    for _ in range(2)
                )
            except RuntimeError as error:
                return str(error).split(": [")[0].splitlines()[0]
            if any(g is not None and not g.allclose(h, 0, 0, equal_nan=True) for g, h in zip(got, again, strict=True)):
                return "a second backward() gives another one"
            arrived = dict(zip(learning, got, strict=True))
        for name in leaves:
            found[output, name] = arrived.get(name)
    return found
