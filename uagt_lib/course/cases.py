"""What answers are tried on: cases, each of which makes the arguments of one call anew, at sizes that vary.

def photo_paint_matte(draw: Draw) -> dict[str, Any]:
    return {"s": draw.picture(), "painted": draw.picture(), "s_a": draw.matte()}

at_sizes(photo_paint_matte)      # three cases: batches of 2, 1 and 3, height != width, float32 and float64
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

# A case makes the arguments of one call, by name and in their order. It makes them anew, and equal, every time.
Case = Callable[[], dict[str, Any]]

# N, H, W: each grows and shrinks, so that whatever is fitted to one of them shows; H is never W.
SIZES = ((2, 5, 4, torch.float32), (1, 4, 6, torch.float64), (3, 7, 3, torch.float32))


class Draw:
    """Random arguments of one size; the same again for every `Draw` of that size.

    Attributes:
        n, height, width, dtype: of what it draws.
        generator: what all of it is drawn from.
    """

    def __init__(self, n: int, height: int, width: int, dtype: torch.dtype):
        self.n, self.height, self.width, self.dtype = n, height, width, dtype
        self.generator = torch.Generator().manual_seed(1000 * n + 10 * height + width)

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Numbers between `low` and `high`."""
        return torch.rand(shape, generator=self.generator, dtype=self.dtype) * (high - low) + low

    def normal(self, *shape: int) -> Tensor:
        """Numbers around 0."""
        return torch.randn(shape, generator=self.generator, dtype=self.dtype)

    def picture(self) -> Tensor:
        """A batch of pictures, (n, 3, height, width) in [-1, 1], black and white among it."""
        return _to_both_ends(self.uniform(self.n, 3, self.height, self.width), -1, 1)

    def matte(self) -> Tensor:
        """A batch of mattes, (n, 1, height, width) in [0, 1], 0 and 1 among it."""
        return _to_both_ends(self.uniform(self.n, 1, self.height, self.width), 0, 1)

    def network(self, outputs: int, last: Callable[[Tensor], Tensor] = torch.tanh) -> nn.Module:
        """A network with weights of its own: pictures to `outputs` channels in the range of `last`."""
        return Toy(self.normal(outputs, 3), last)


def _to_both_ends(x: Tensor, low: float, high: float) -> Tensor:
    """Numbers stretched until the smallest is `low` and the largest `high`: who cuts off a little there is seen."""
    return (x - x.min()) / (x.max() - x.min()) * (high - low) + low


class Toy(nn.Module):
    """The smallest network that can be told from others: mixes a pixel's three colours, and bends the result.

    In eval mode it gives a little less, so that it shows in which mode it was called.
    """

    def __init__(self, weight: Tensor, last: Callable[[Tensor], Tensor]):
        super().__init__()
        self.weight, self.last = nn.Parameter(weight), last

    def forward(self, x: Tensor) -> Tensor:
        return self.last(torch.einsum("oc,nc...->no...", self.weight, x)) * (1.0 if self.training else 0.9)


@dataclass(frozen=True)
class Sized:
    """A case of one size, of which `dataclasses.replace` makes others."""

    make: Callable[[Draw], dict[str, Any]]
    n: int
    height: int
    width: int
    dtype: torch.dtype

    def __call__(self) -> dict[str, Any]:
        return self.make(Draw(self.n, self.height, self.width, self.dtype))


def at_sizes(make: Callable[[Draw], dict[str, Any]]) -> dict[str, Case]:
    """A case for each of `SIZES`, by a name that says the size."""
    return {
        f"N, H, W = {n}, {height}, {width} in {str(dtype).removeprefix('torch.')}": Sized(make, n, height, width, dtype)
        for n, height, width, dtype in SIZES
    }
