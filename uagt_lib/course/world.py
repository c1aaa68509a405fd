"""What all code of a process shares, and an answer should leave as it is."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

CHANGED = "changed"


@contextmanager
def watched() -> Iterator[dict[str, str]]:
    """What is "changed" at the end of the block, by name, the rest "untouched". What others need is put back."""
    before, found = _state(), {}
    try:
        yield found
    finally:
        found |= {name: "untouched" if x == before[name] else CHANGED for name, x in _state().items()}
        torch.set_default_dtype(before["torch's default type"])


def _state() -> dict[str, Any]:
    kind, numbers, *more = np.random.get_state()
    return {
        "torch's default type": torch.get_default_dtype(),
        "the number of threads": torch.get_num_threads(),
        "the environment's variables": dict(os.environ),
        "the folder": os.getcwd(),
        "the state of Python's random numbers": random.getstate(),
        "the state of NumPy's random numbers": (kind, numbers.tobytes(), *more),
    }
