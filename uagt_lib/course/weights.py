"""Networks compared by what they compute: everybody's gets the same weights, in the order in which it uses them.

How a network is put together, and what its layers are called, is its own affair.
"""

from collections import Counter
from collections.abc import Callable
from itertools import zip_longest
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from uagt_lib.course.cases import Draw
from uagt_lib.course.expect import Wrong, difference, expect


class Used(NamedTuple):
    """A parameter: its path in the network, the kind of layer it belongs to, its name there, and its shape."""

    path: str
    kind: str
    name: str
    shape: torch.Size


def random_weights(network: nn.Module, x: Tensor, draw: Draw) -> dict[str, Tensor]:
    """Weights that would fit `network`, in the order of use, by names such as "Conv2d 2.weight".

    Norms get scales and offsets that differ, so that their place shows.
    """
    found: dict[str, Tensor] = {}
    count: Counter[tuple[str, str]] = Counter()
    for _, kind, name, shape in _in_order_of_use(network, x):
        count[kind, name] += 1
        if len(shape) > 1:
            weight = draw.normal(*shape) / prod(shape[1:]) ** 0.5
        else:
            weight = 0.3 * draw.normal(*shape) + (name == "weight")
        found[f"{kind} {count[kind, name]}.{name}"] = weight
    return found


def with_weights(build: Callable[[], nn.Module], weights: dict[str, Tensor], x: Tensor) -> Tensor:
    """What the network that `build` builds makes of `x` with these weights in place of its own.

    Raises:
        Wrong: if they do not fit it; the sentence says where first.
    """
    with torch.random.fork_rng(devices=[]):  # building a network draws its weights; running it should draw nothing
        network = build()
    if not isinstance(network, nn.Module):
        raise Wrong(f"a network should be an nn.Module, not {type(network).__name__}")
    used = _in_order_of_use(network, x)
    if [u.shape for u in used] != [w.shape for w in weights.values()]:
        mine = [(u.name, u.shape, f"{u.path} of shape {tuple(u.shape)}") for u in used]
        right = [(name.split(".")[-1], w.shape, f"{name} of shape {tuple(w.shape)}") for name, w in weights.items()]
        pairs = zip_longest(mine, right, fillvalue=("", torch.Size(), "nothing"))
        got, want = next((m[2], r[2]) for m, r in pairs if m[:2] != r[:2])
        raise Wrong(
            f"the layers differ: in the order of use, {got} comes where {want} is expected",
            kind=tuple(u.shape for u in used),
        )
    parameters = dict(network.named_parameters())
    frozen = [u.path for u in used if not parameters[u.path].requires_grad]
    expect(not frozen, f"{', '.join(frozen)} will never learn: requires_grad is False")
    given = {u.path: w for u, w in zip(used, weights.values(), strict=True)}
    with torch.no_grad():
        resting = functional_call(network.eval(), given, (x.detach().clone(),))
    made = functional_call(network.train(), given, (x,))
    found = difference(resting, made, "what comes out in eval mode")
    expect(not found, f"{found and found.sentence()}, as in train mode: a network that translates is in eval mode")
    return made


def _in_order_of_use(network: nn.Module, x: Tensor) -> list[Used]:
    """A network's parameters in the order in which a forward pass meets them; those that it never meets come last."""
    met: list[Used] = []
    everything = {
        module: [
            Used(f"{path}.{name}".lstrip("."), _kind(module), name, p.shape)
            for name, p in module.named_parameters(recurse=False)
        ]
        for path, module in network.named_modules()
    }
    hooks = [
        module.register_forward_pre_hook(lambda module, _: met.extend(everything[module])) for module in everything
    ]
    with torch.no_grad():
        network.to(x.dtype)(x.detach().clone())
    for hook in hooks:
        hook.remove()
    return met + [used for own in everything.values() for used in own if used not in met]


def _kind(module: nn.Module) -> str:
    """PyTorch's name for a layer, also where ours is a subclass that computes the same otherwise (`exact`)."""
    ancestors = (kind for kind in type(module).__mro__ if kind.__module__.startswith("torch.") and kind != nn.Module)
    return next(ancestors, type(module)).__name__
