"""A training step on a GPU: time, images a second and peak memory, at 128 and 256 px, in four ways of computing.

`python -m tests.bench_gpu`, or with everything else by `make bench`; without a GPU it says so and returns. The paper's
widths and batch 1 unless told otherwise (`--batch 4 --decoder released`). Each row is printed once measured.
"""

import argparse
import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import torch

from tests.stopwatch import noise
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner


class Way(NamedTuple):
    """How to compute: the configuration's precision, whether fp32 may round to tf32, whether networks are compiled."""

    precision: str = "fp32"
    tf32: bool = False
    compiled: bool = False


WAYS = {
    "fp32": Way(),
    "tf32": Way(tf32=True),  # what PyTorch does with convolutions unless told otherwise
    "bf16": Way("bf16", tf32=True),
    "bf16, compiled": Way("bf16", tf32=True, compiled=True),
}


class Cost(NamedTuple):
    """Of one step: seconds (median, quartiles), images a second (of both domains), peak memory in bytes, and what the
    first step took, which compiles and chooses kernels."""

    seconds: tuple[float, float, float]
    images: float
    memory: int
    first: float


def measure(config: Config, way: Way, rounds: int, device: str = "cuda", backend: str = "inductor") -> Cost:
    """Time steps of stage 1 on `device`: wall time, synchronised."""
    reset()
    with rounding(way.tf32):
        learner = Learner(config.with_(precision=way.precision), noise(config.load), device)
        if way.compiled:
            for network in learner.model.children():
                network.compile(backend=backend, dynamic=False)
        first = step(learner)
        for _ in range(rounds // 4):
            step(learner)
        seconds = [step(learner) for _ in range(rounds)]
        low, middle, high = statistics.quantiles(seconds, n=4)
        return Cost((middle, low, high), 2 * config.batch / middle, peak(), first)


def step(learner: Learner) -> float:
    """Seconds of one step, with all that it started on the device."""
    synchronise()
    start = time.perf_counter()
    learner.advance()
    synchronise()
    return time.perf_counter() - start


@contextmanager
def rounding(tf32: bool) -> Iterator[None]:
    """Let convolutions and products of fp32 be computed in tf32, or forbid it; as before afterwards."""
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = tf32
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before


def synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def reset() -> None:
    """Forget compiled graphs, memory and its peak of whoever was measured before."""
    torch.compiler.reset()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak() -> int:
    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0


def row(name: str, size: int, cost: Cost) -> str:
    middle, low, high = (1e3 * seconds for seconds in cost.seconds)
    return (
        f"  {name:<16}{size:4} px{middle:9.1f} ms  [{low:.1f}, {high:.1f}]{cost.images:9.1f} images/s"
        f"{cost.memory / 2**30:8.2f} GiB   first step {cost.first:.1f} s"
    )


def table(configs: list[Config], rounds: int, device: str = "cuda", backend: str = "inductor") -> None:
    """A row for each size and way; one that fails (no memory, no compiler, no bf16) says why and the rest goes on."""
    for config in configs:
        for name, way in WAYS.items():
            try:
                print(row(name, config.crop, measure(config, way, rounds, device, backend)), flush=True)
            except Exception as error:  # a bench by strangers on unknown hardware: any failure is a row of its own
                sentence = (str(error).strip() or type(error).__name__).splitlines()[0]
                print(f"  {name:<16}{config.crop:4} px   failed: {sentence}", flush=True)


def gpu(rounds: int = 20, batch: int = 1, decoder: str = "appendix") -> None:
    if not torch.cuda.is_available():
        print("\nA step on a GPU: there is none here that PyTorch can use")
        return
    print(f"\nA training step on {torch.cuda.get_device_name()}, the paper's widths, batch {batch}, {decoder} decoder")
    paper = Config(batch=batch, steps=1000)
    paper = paper.with_(architecture=replace(paper.architecture, attention_decoder=decoder))
    table([paper.with_(load=144, crop=128, view=128), paper.with_(load=288, crop=256, view=256)], rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="steps to time in each row")
    parser.add_argument("--batch", type=int, default=1, help="images a domain and step")
    parser.add_argument("--decoder", default="appendix", choices=("appendix", "released"))
    options = parser.parse_args()
    print(f"torch {torch.__version__}")
    gpu(options.rounds, options.batch, options.decoder)


if __name__ == "__main__":
    main()
