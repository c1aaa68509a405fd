"""Lesson 09, the full run: right answers that are not functions of the library already."""

from typing import Any

from torch import Tensor

from uagt_lib.course.lessons.lesson_09.toys import TinyRun
from uagt_lib.training.watch import collapse


def snapshot(run: TinyRun) -> dict[str, Any]:
    """All that a run needs to go on in the same bits, by the names of its attributes; of the generator, its state.

    Nothing in it changes when the run goes on. What `training.state` writes into a checkpoint, in miniature.
    """
    return {
        "weights": run.weights.clone(),
        "momentum": run.momentum.clone(),
        "pool": [fake.clone() for fake in run.pool],
        "generator": run.generator.get_state(),
        "step": run.step,
    }


def healthy_since(records: list[dict[str, float]]) -> int | None:
    """The first step from which on neither map is collapsed, up to the last record; None if there is no such step.

    Args:
        records: a run's history: `step`, and mean and spread of both maps, `attention_s`, `spread_s`, `attention_t`,
            `spread_t`.
    """
    found = None
    for record in records:
        kinds = {collapse(record[f"attention_{x}"], record[f"spread_{x}"]) for x in "st"}
        if kinds != {None}:
            found = None
        elif found is None:
            found = record["step"]
    return found


def lead(mine: Tensor, rival: Tensor) -> tuple[float, float, int]:
    """By how much one system's number (Table 1: the mean of two KIDs, times 100) is below another's, split by split.

    Args:
        mine, rival: KID of the same splits to the source and to the target pictures, (splits, 2).

    Returns:
        Mean and standard deviation of the difference over splits (positive: mine is better), and the splits won.
    """
    ahead = 100 * (rival.mean(1) - mine.mean(1))
    return ahead.mean().item(), ahead.std(correction=0).item(), int((ahead > 0).sum())
