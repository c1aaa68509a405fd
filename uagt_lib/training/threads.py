"""How many threads a run computes with: told by the size of its networks, so that it is the same on every machine.

Sums are split among threads, so another number of threads rounds differently. And small networks gain little from
threads but lose much: beside another busy program, threads that wait for each other make a step tens of times slower.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn as nn

from uagt_lib.errors import UagtError

SMALL = 4_000_000  # weights; all presets that train on a CPU have less than a quarter of that


def threads_for(model: nn.Module, asked: int | None = None) -> int:
    """As many as were `asked` for; otherwise 1 for small networks and 2 for larger ones.

    Raises:
        UagtError: if fewer than one are asked for.
    """
    if asked is not None and asked < 1:
        raise UagtError(f"a run computes with at least one thread, not {asked}")
    return asked or (1 if sum(p.numel() for p in model.parameters()) < SMALL else 2)


@contextmanager
def computing_with(threads: int) -> Iterator[None]:
    """Let torch compute with so many threads, and with as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
