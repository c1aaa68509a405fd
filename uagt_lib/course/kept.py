"""What an answer could put aside for later calls: the state of all that it names outside of itself.

That is globals, variables of functions around it, default values and attributes; and of functions and classes beside
it, in the same notebook or module, whatever they name in turn. What libraries keep is their own affair.
"""

from collections.abc import Hashable, Iterator
from types import CodeType, FunctionType
from typing import Any

import torch
from torch import Tensor

LONG = 1000  # of longer lists only the length is looked at


def kept(answer: Any) -> dict[str, Hashable]:
    """By name: numbers, lengths, and what else would be another if an answer had kept something there."""
    answer = getattr(answer, "__wrapped__", answer)
    return dict(_below(answer, getattr(answer, "__name__", "it"), getattr(answer, "__module__", ""), set()))


def version(x: Tensor) -> int:
    """How many times a tensor was written to; 0 where PyTorch does not count."""
    return 0 if x.is_inference() else x._version


def _below(thing: Any, name: str, module: str, met: set[int]) -> Iterator[tuple[str, Hashable]]:
    """The state of a thing and of everything that it leads to."""
    if (state := _state(thing)) is not None:
        yield name, state
    if id(thing) in met:
        return
    met.add(id(thing))
    for key, x in _leads_to(thing, name, module):
        yield from _below(x, key, module, met)


def _state(thing: Any) -> Hashable:
    if isinstance(thing, bool | int | float | str):
        return thing
    if isinstance(thing, Tensor):
        return id(thing), version(thing)
    if isinstance(thing, torch.Generator):
        return thing.get_state().numpy().tobytes()
    if isinstance(thing, list | tuple | set | dict):
        return len(thing)
    return repr(thing) if type(thing).__module__ == "itertools" else None


def _leads_to(thing: Any, name: str, module: str) -> Iterator[tuple[str, Any]]:
    """What a thing names or holds, by name."""
    if isinstance(thing, list | tuple | set | dict):
        parts = thing.values() if isinstance(thing, dict) else thing
        yield from ((f"{name}[{i}]", x) for i, x in enumerate(parts) if len(thing) <= LONG)
    elif isinstance(thing, staticmethod | classmethod):
        yield name, thing.__func__
    elif isinstance(thing, FunctionType) and thing.__module__ == module:
        yield from ((key, thing.__globals__[key]) for key in sorted(_names(thing.__code__) & set(thing.__globals__)))
        yield from zip(thing.__code__.co_freevars, map(_content, thing.__closure__ or ()), strict=True)
        yield from (
            ("a default value", x) for x in [*(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
        )
        yield from ((f"{name}.{key}", x) for key, x in vars(thing).items())
    elif getattr(thing if isinstance(thing, type) else type(thing), "__module__", None) == module:
        own = getattr(thing, "__dict__", {})
        yield from ((f"{name}.{key}", x) for key, x in own.items() if isinstance(x, FunctionType) or key[:2] != "__")


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a variable that is not bound yet
        return None


def _names(code: CodeType) -> set[str]:
    return set(code.co_names).union(*(_names(c) for c in code.co_consts if isinstance(c, CodeType)))
