"""What the benches share: CPU time of variants that take turns in one process, and ratios with their quartiles.

Absolute seconds belong to the machine, and to what else it does just now; what is quoted is the ratio of two runs that
stood beside each other in the same round.
"""

import statistics
import time
from collections.abc import Callable

import torch

from uagt_lib.data.pairs import Domain, Pair

Seconds = dict[str, list[float]]
Clock = Callable[[], float]


def timed(runs: dict[str, Callable[[], object]], rounds: int, clock: Clock = time.process_time) -> Seconds:
    """Seconds of each, run in turn `rounds` times after two rounds that do not count."""
    seconds: Seconds = {name: [] for name in runs}
    for i in range(-2, rounds):
        for name, run in runs.items():
            start = clock()
            run()
            if i >= 0:
                seconds[name].append(clock() - start)
    return seconds


def ratio(seconds: list[float], baseline: list[float]) -> tuple[float, float, float]:
    """Median of the ratios round by round, and their lower and upper quartile."""
    ratios = [a / b for a, b in zip(seconds, baseline, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return middle, low, high


def show(title: str, seconds: Seconds, baseline: str) -> None:
    """A table: median CPU seconds, and times the baseline's with quartiles."""
    print(f"\n{title}")
    for name, values in seconds.items():
        middle, low, high = ratio(values, seconds[baseline])
        print(f"  {name:<58}{statistics.median(values):9.3f} CPU s{middle:8.3f} x  [{low:.3f}, {high:.3f}]", flush=True)


def noise(size: int) -> Pair:
    """Two domains of random bytes: a step costs the same whatever the picture."""
    images = torch.randint(0, 256, (4, 3, size, size), dtype=torch.uint8)
    return Pair(Domain(images, images[:0]), Domain(images, images[:0]))
