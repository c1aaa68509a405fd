"""Lesson 09, the full run: checks."""

from collections.abc import Iterator
from math import ceil

import torch
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks, define, mistake
from uagt_lib.course.expect import expect, same
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE
from uagt_lib.training.watch import collapse


def steps_of_run(horses: int, zebras: int, batch: int, processes: int, epochs: int) -> int:
    """Steps of a run of `epochs` passes over the larger domain, in which a step shows `batch` images to each process.

    As `Trainer` counts them (Algorithm 1, line 2; the released program takes the larger set too).
    """
    return epochs * ceil(max(horses, zebras) / (batch * processes))


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


def papers_number(to_source: Tensor, to_target: Tensor) -> tuple[float, float]:
    """Mean and standard deviation over splits of the mean of two KIDs (caption of Table 1), times 100.

    Args:
        to_source, to_target: KID of each split's translations to its source and its target pictures, (splits,).
    """
    both = 100 * (to_source + to_target) / 2
    return both.mean().item(), both.std(unbiased=False).item()


@checks(
    "09.1",
    steps_of_run,
    part="run",
    equation="Algorithm 1",
    difficulty=1,
    minutes=5,
    hints=[
        "How many steps until every picture of the LARGER pile has had its turn, if each step uses batch x processes?",
        "A last batch that is not full still costs a step: round up. `math.ceil`, or -(-a // b).",
    ],
    mistakes=[
        "An epoch over the smaller domain, or over both piles added up.",
        "Rounding down, which loses the last, incomplete batch.",
        "Forgetting that with several GPUs one step consumes a batch on each.",
    ],
)
def _steps_of_run(answer) -> Iterator[str]:
    def epoch(a: int, b: int, batch: int, processes: int, epochs: int) -> tuple[int, dict[str, float]]:
        big, each = max(a, b), batch * processes
        return epochs * ceil(big / each), {
            "an epoch passes over the larger domain, not the smaller": epochs * ceil(min(a, b) / each),
            "the piles are not added up: a step takes a batch of each at once": epochs * ceil((a + b) / each),
            "the last batch of an epoch counts although it is not full: round up": epochs * (big // each),
            "with several processes one step uses a batch on each of them": epochs * ceil(big / batch),
            "round up once per epoch, not once for the whole run": ceil(epochs * big / each),
        }

    for numbers, name in (
        ((1067, 1334, 1, 1, 100), "horse2zebra as in the paper"),
        ((7, 3, 2, 1, 3), "a pile that does not divide"),
        ((10, 4, 1, 4, 2), "four GPUs"),
    ):
        want, mistakes = epoch(*numbers)
        same(answer(*numbers), want, mistakes, f"the number of steps for {numbers}")
        yield name


def _records(means: list[float], spreads: list[float]) -> list[dict[str, float]]:
    pairs = zip(means, spreads, strict=True)
    return [
        {"step": 25 * i, "attention_s": m, "spread_s": s, "attention_t": 0.3, "spread_t": 0.2}
        for i, (m, s) in enumerate(pairs, 1)
    ]


def _swap(records: list[dict[str, float]]) -> list[dict[str, float]]:
    """The same run with the two domains' names exchanged."""
    other = {"attention_s": "attention_t", "attention_t": "attention_s", "spread_s": "spread_t", "spread_t": "spread_s"}
    return [{other.get(name, name): value for name, value in record.items()} for record in records]


_RELAPSE = _records([0.6, 0.5, 0.3, 0.4, 0.5, 0.3, 0.2, 0.15], [0.02, 0.04, 0.09, 0.08, 0.03, 0.1, 0.2, 0.25])


def _draw_found(axis: Axes, answer) -> None:
    """Mean and spread of one map over a run that localises, relapses and localises for good; the answer's line."""
    steps = [record["step"] for record in _RELAPSE]
    axis.plot(steps, [record["attention_s"] for record in _RELAPSE], color=BLUE, label="mean of $A_S$")
    axis.plot(steps, [record["spread_s"] for record in _RELAPSE], color=ORANGE, ls="--", label="spread of $A_S$")
    axis.axhline(0.05, color=GREY, lw=0.8)
    found = answer(_RELAPSE)
    if found is not None:
        axis.axvline(found, color=GREEN, lw=2, label=f"found at {found}")
    axis.set(xlabel="step", ylim=(0, 0.7))
    axis.legend(fontsize=7, frameon=False)


_SIMPLE = _records([0.55, 0.5, 0.4, 0.3], [0.01, 0.03, 0.1, 0.2])

define(
    "09.2",
    healthy_since,
    {
        name: lambda records=records: {"records": records}
        for name, records in {
            "a run that localises at step 75": _SIMPLE,
            "a run whose A_T localises at step 75": _swap(_SIMPLE),
            "a run that is 0.3 everywhere until step 75": _records([0.3] * 4, [0.01, 0.03, 0.1, 0.2]),
            "a run that relapses into grey at step 125 and localises for good at 150": _RELAPSE,
            "a run that is healthy from its first record": _records([0.3, 0.2], [0.2, 0.3]),
            "a run that ends grey": _records([0.3, 0.5], [0.2, 0.01]),
            "a run that ends in zeros": _records([0.3, 0.001, 0.001], [0.2, 0.001, 0.001]),
            "a run whose last record alone is healthy": _records([0.55, 0.3], [0.01, 0.2]),
            "a run without records": [],
        }.items()
    },
    "the step",
    part="run",
    equation="Section 3.2",
    difficulty=2,
    minutes=12,
    hints=[
        "`collapse(mean, spread)` is None for a healthy map. Both maps have to be healthy at the same record.",
        'Walk through the records with `found = None`. When is it set? When must it be forgotten again? ("for good")',
    ],
    draw=_draw_found,
)


def _is_healthy(record: dict[str, float], maps: str = "st") -> bool:
    return all(collapse(record[f"attention_{x}"], record[f"spread_{x}"]) is None for x in maps)


@mistake("09.2", "the run relapses into grey later; only what holds until the last record counts: forget `found` then")
def first_healthy(records):
    return next((r["step"] for r in records if _is_healthy(r)), None)


@mistake("09.2", "only A_S is looked at; a run has found its objects when both maps have")
def only_A_s(records):
    return healthy_since([{**r, "attention_t": 0.3, "spread_t": 0.2} for r in records])


@mistake("09.2", "only A_T is looked at; a run has found its objects when both maps have")
def only_A_t(records):
    return healthy_since([{**r, "attention_s": 0.3, "spread_s": 0.2} for r in records])


@mistake("09.2", "that is the position of the record, counted from 0; what is wanted is its `step`")
def position(records):
    found = healthy_since(records)
    return None if found is None else [r["step"] for r in records].index(found)


@mistake("09.2", "that is the last healthy record; wanted is the first of those that last until the end")
def last_healthy(records):
    return next((r["step"] for r in reversed(records) if _is_healthy(r)), None)


@mistake("09.2", "one healthy map is enough in yours; a run has found its objects when both maps have")
def either(records):
    found = None
    for r in records:
        found = (found or r["step"]) if _is_healthy(r, "s") or _is_healthy(r, "t") else None
    return found


@mistake("09.2", "the other way round: collapse(...) is None for a HEALTHY map, and names the collapse of a sick one")
def collapsed_since(records):
    found = None
    for r in records:
        found = None if _is_healthy(r) else found or r["step"]
    return found


@mistake("09.2", "the mean alone does not tell: 0.3 everywhere and 1 on a third of the pixels have the same mean")
def by_mean(records):
    found = None
    for r in records:
        low = max(r["attention_s"], r["attention_t"]) < 0.5
        found = (found or r["step"]) if low else None
    return found


@mistake("09.2", "collapse wants the mean first and then the spread: collapse(mean, spread)")
def arguments_exchanged(records):
    other = {"attention_s": "spread_s", "spread_s": "attention_s", "attention_t": "spread_t", "spread_t": "attention_t"}
    return healthy_since([{other.get(name, name): value for name, value in r.items()} for r in records])


@mistake("09.2", "the last collapsed record came back; wanted is the first healthy one after it")
def last_collapsed(records):
    return next((r["step"] for r in reversed(records) if not _is_healthy(r)), None)


@checks(
    "09.3",
    papers_number,
    part="kid",
    equation="Table 1",
    difficulty=2,
    minutes=8,
    hints=[
        "There is one paper's number per split: average source and target first, split by split.",
        "Then the mean and the (population) standard deviation of those ten numbers, times 100.",
    ],
    mistakes=[
        "Averaging the two standard deviations: the two columns share their translations, so they vary together.",
        "Forgetting the factor 100 the tables are printed with.",
        "Reporting the KID to the target alone, as many later papers do.",
    ],
)
def _papers_number(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(5)
    a = 0.05 + 0.01 * torch.randn(10, generator=g, dtype=torch.float64)
    b = 0.12 - 0.8 * (a - 0.05) + 0.002 * torch.randn(10, generator=g, dtype=torch.float64)
    got = answer(a, b)
    expect(isinstance(got, tuple) and len(got) == 2, "a pair is wanted: mean and standard deviation")
    both = (a + b) / 2
    same(
        got[0],
        100 * both.mean().item(),
        {
            "the tables print KID times 100": both.mean().item(),
            "that is the distance to the target alone; the paper averages source and target": 100 * b.mean().item(),
            "that is the distance to the source alone; the paper averages source and target": 100 * a.mean().item(),
            "the two distances are averaged, not added": 200 * both.mean().item(),
        },
        "the mean",
    )
    yield "the mean"
    spread = both.std(unbiased=False).item()
    own = (a.std(unbiased=False) + b.std(unbiased=False)).item() / 2
    same(
        got[1],
        100 * spread,
        {
            "averaging the two deviations overstates the spread here: average split by split first": 100 * own,
            "averaging the deviations (n - 1 kind) overstates it: average split by split first": 100
            * (a.std() + b.std()).item()
            / 2,
            "that divides by n - 1; the report divides by n (unbiased=False)": 100 * both.std().item(),
            "that is the deviation of all numbers in one heap; average the two of a split first": 100
            * torch.cat([a, b]).std(unbiased=False).item(),
            "that is the deviation of all numbers in one heap (n - 1 kind); average the two of a split first": 100
            * torch.cat([a, b]).std().item(),
            "the deviation is printed times 100 too": spread,
            "this is the standard error; the table's ± is the deviation over splits": 100 * spread / 10**0.5,
        },
        "the standard deviation",
    )
    yield "the spread over splits"
