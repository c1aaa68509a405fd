"""What lesson 06 plays with: three runs that differ in the step at which attention was frozen."""

import time
from pathlib import Path

from uagt_lib.course.growing import step_attention
from uagt_lib.course.places import runs
from uagt_lib.data.pairs import Pair, from_savanna
from uagt_lib.reproduce.runs import trained
from uagt_lib.training.checkpoint import checkpoints, step_of
from uagt_lib.training.config import Config


def three_runs(config: Config, pair: Pair) -> tuple[Path, Path, Path]:
    """The opening's runs X, Y and Z: attention frozen at step 280, 40 and 0. Y and Z end at 80: their maps rest.

    Says before each how long it will take on this computer.
    """
    few = from_savanna(config.view, config.load, held_out=16)  # the same training pictures, fewer to test with
    wanted = (
        ("X", config, pair, runs("smoke")),
        ("Y", config.with_(steps=80, switch=0.5), few, runs("smoke-y")),
        ("Z", config.with_(steps=80, switch=0.0), few, runs("smoke-z")),
    )
    each = None
    for name, of_run, pictures, out in wanted:
        left = of_run.steps - (step_of(done[-1]) if (done := checkpoints(out)) else 0)
        if left:
            each = each or seconds_a_step(config, few)
            print(f"run {name}: {left} steps of about {each:.2f} s, {each * left:.0f} s on this computer", flush=True)
        trained(of_run, pictures, out)
    return wanted[0][3], wanted[1][3], wanted[2][3]


def seconds_a_step(config: Config, pair: Pair, steps: int = 4) -> float:
    """How long a training step takes here, now: the mean of a few, after one that does not count."""
    program = step_attention.train(config.model(), pair, config)
    next(program)
    start = time.perf_counter()
    for _ in range(steps):
        next(program)
    return (time.perf_counter() - start) / steps
