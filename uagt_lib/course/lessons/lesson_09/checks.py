"""Lesson 09, the full run: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from uagt_lib.course.cases import Case, Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_09 import figures
from uagt_lib.course.lessons.lesson_09.answers import healthy_since, lead, snapshot
from uagt_lib.course.lessons.lesson_09.figures import RELAPSE, records
from uagt_lib.course.lessons.lesson_09.toys import TinyRun
from uagt_lib.training.watch import collapse

# ------------------------------------------------------------------------------------------------ 09.1 a snapshot


def run_of(size: int, steps: int, dtype: torch.dtype = torch.float32) -> Case:
    """A run that has done some steps, and has as many to come."""
    return lambda: {"run": TinyRun(size, steps, dtype).advance(steps), "more": 6}


def gone_on(answer: Callable, run: TinyRun, more: int) -> tuple[Tensor, Tensor, list[Tensor], int]:
    """The plug is pulled some steps after the snapshot: what the first run came to, and what another makes of it."""
    saved = answer(run)
    expect(isinstance(saved, dict), f"a dictionary is wanted: name of the attribute -> value; not {_kind(saved)}")
    unknown = [str(name) for name in saved if not hasattr(run, str(name))]
    expect(not unknown, f"a run has no attribute called {', '.join(unknown)}")
    straight = run.advance(more).weights.clone()
    other = TinyRun(len(run.weights), 1234, run.weights.dtype).advance(2).load(saved)
    other.advance(more)
    return straight, other.weights, other.pool, other.step


def _kind(thing: Any) -> str:
    return "None: is a `return` missing?" if thing is None else type(thing).__name__


define(
    "09.1",
    snapshot,
    {
        "a run that has done 5 steps": run_of(4, 5),
        "a run at its very start": run_of(3, 0),
        "a run whose pool is not full yet": run_of(6, 2),
        "a run in float64": run_of(5, 9, torch.float64),
    },
    (
        "the weights of the run that went on",
        "the weights of the run that took over",
        "the pool of the run that took over",
        "the step of the run that took over",
    ),
    part="run",
    equation="Algorithm 1",
    difficulty=2,
    minutes=10,
    draw=figures.draw_snapshot,
    hints=[
        "Read `advance`: on which attributes does the next step depend, directly or by way of the step after it?",
        "Tensors that change in place change in your dictionary too, unless you put copies there: `.clone()`. So does "
        "a list to which somebody appends.",
        "Of a generator you need its present state, `generator.get_state()`, which is a copy already.",
    ],
    compared=("value",),
    run=gone_on,
)


def _without(*names: str) -> Callable[[TinyRun], dict[str, Any]]:
    return lambda run: {name: value for name, value in snapshot(run).items() if name not in names}


@mistake(
    "09.1", "those are the run's own tensors, and the next step changes them in place: put copies into the snapshot"
)
def references(run):
    return snapshot(run) | {"weights": run.weights, "momentum": run.momentum}


@mistake("09.1", "that is the run's own list, and the next step puts another fake into it: copy the list")
def own_list(run):
    return snapshot(run) | {"pool": run.pool}


@mistake(
    "09.1", "the dictionary is yours, but what is in it is the run's, and changes with the next step: put copies there"
)
def everything_itself(run):
    return dict(vars(run))


@mistake(
    "09.1", "the dictionary is yours, but what is in it is the run's, and changes with the next step: put copies there"
)
def one_by_one(run):
    return {name: getattr(run, name) for name in ("weights", "momentum", "pool", "generator", "step")}


@mistake(
    "09.1", "the dictionary is yours, but what is in it is the run's, and changes with the next step: put copies there"
)
def all_but_the_dice(run):
    return one_by_one(run) | {"generator": run.generator.get_state()}


@mistake("09.1", "that is the run's own dictionary, and it goes on with the run: make one of your own, of copies")
def its_own_dictionary(run):
    return vars(run)


@mistake(
    "09.1",
    "the generator and the pool are the run's own, and change with the next step: a state, and a copy of the list",
)
def own_generator_and_pool(run):
    return snapshot(run) | {"pool": run.pool, "generator": run.generator}


for _names, _sentence in (
    (
        ("momentum", "pool", "generator", "step"),
        "weights alone: no momentum, an empty pool, other pictures, the first rate",
    ),
    (("momentum", "pool", "generator"), "weights and step are not all: momentum, pool and generator have a memory too"),
    (("pool", "generator", "step"), "weights and momentum are not all: what of the pool, the dice and the rate?"),
    (("pool", "generator"), "the pool starts empty, and other pictures are drawn: a similar run, not the same"),
    (("momentum",), "the optimizer has lost its momentum: its first steps are too short"),
    (("pool",), "the pool is forgotten: the new run goes on with somebody else's fakes"),
    (("generator",), "the dice are forgotten: the new run draws other pictures"),
    (("step",), "the step is forgotten, and the learning rate depends on it"),
):
    mistake("09.1", _sentence)(_without(*_names))


@mistake("09.1", "that is the weights themselves; they are the run's own, and by themselves they are not enough")
def weights_themselves(run):
    return {"weights": run.weights}


@mistake("09.1", "the generator itself goes on being drawn from: what you need is its state at this moment")
def generator_itself(run):
    return snapshot(run) | {"generator": run.generator}


@mistake("09.1", "a seed leads back to the first picture; what you need is the generator's present state")
def from_the_seed(run):
    again = torch.Generator().manual_seed(run.generator.initial_seed())
    return snapshot(run) | {"generator": again.get_state()}


@mistake("09.1", "the step is one too many: at this moment as many are done as `run.step` says")
def step_ahead(run):
    return snapshot(run) | {"step": run.step + 1}


@law("09.1", "the run that took over has the same bits")
def same_bits(answer):
    run = TinyRun(64).advance(20)
    saved = answer(run)
    run.advance(5)
    other = TinyRun(64, 1).load(saved).advance(5)
    same = int((run.weights == other.weights).sum())
    expect(same == 64, f"{same} of 64 weights have the same bits five steps later: something was rounded on the way")


# ------------------------------------------------------------------------------------------------ 09.2 healthy since


def _swap(records: list[dict[str, float]]) -> list[dict[str, float]]:
    """The same run with the two domains' names exchanged."""
    other = {"attention_s": "attention_t", "attention_t": "attention_s", "spread_s": "spread_t", "spread_t": "spread_s"}
    return [{other.get(name, name): value for name, value in record.items()} for record in records]


def long_run(relapse: int | None = None) -> list[dict[str, float]]:
    """150 records that start at step 0, all healthy but one, which is grey."""
    past = [record | {"step": 25.0 * i} for i, record in enumerate(records([0.3] * 150, [0.2] * 150))]
    if relapse is not None:
        past[relapse] |= {"attention_t": 0.5, "spread_t": 0.01}
    return past


def at_the_limits() -> list[dict[str, float]]:
    """A record whose A_S is nearly one, spread out, and whose A_T is low and nearly flat: both are healthy, not ill."""
    low, high = {"attention_t": 0.09, "spread_t": 0.045}, {"attention_s": 0.95, "spread_s": 0.05}
    return [records([0.5], [0.01])[0] | {"step": 25.0}, records([0.3], [0.2])[0] | low | high | {"step": 50.0}]


_SIMPLE = records([0.55, 0.5, 0.4, 0.3], [0.01, 0.03, 0.1, 0.2])

define(
    "09.2",
    healthy_since,
    {
        name: lambda past=past: {"records": past}
        for name, past in {
            "a run that localises at step 75": _SIMPLE,
            "a run whose A_T localises at step 75": _swap(_SIMPLE),
            "a run that is 0.3 everywhere until step 75": records([0.3] * 4, [0.01, 0.03, 0.1, 0.2]),
            "a run that relapses into grey at step 125 and localises for good at 150": RELAPSE,
            "a run that is healthy from its first record": records([0.3, 0.2], [0.2, 0.3]),
            "a run that ends grey": records([0.3, 0.5], [0.2, 0.01]),
            "a run that ends in zeros": records([0.3, 0.001, 0.001], [0.2, 0.001, 0.001]),
            "a run whose last record alone is healthy": records([0.55, 0.3], [0.01, 0.2]),
            "a run without records": [],
            "a run of 150 records that is healthy from its first, at step 0": long_run(),
            "a run of 150 records that relapses late": long_run(relapse=120),
            "a run whose maps lie at the limits of what is healthy": at_the_limits(),
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
    draw=figures.draw_found,
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


# ------------------------------------------------------------------------------------------------ 09.3 who leads


def two_systems(draw: Draw) -> dict[str, Any]:
    """Scores that vary from split to split, much and for both alike; the first split is level. As reports have them."""
    splits = 2 * draw.height
    hard = draw.uniform(splits, 1, low=0.0, high=0.2)  # which pictures a split holds: for both the same
    mine = 0.1 * draw.uniform(splits, 2) + hard
    rival = mine + 0.02 * draw.normal(splits, 2) + 0.01 * torch.tensor([1.0, -0.5], dtype=draw.dtype)
    rival[0] = mine[0]
    return {"mine": mine.double(), "rival": rival.double()}


define(
    "09.3",
    lead,
    at_sizes(two_systems)
    | {
        "a rival that is ahead by its target column": lambda: {
            "mine": torch.tensor([[0.2, 0.3], [0.3, 0.4], [0.1, 0.6]]),
            "rival": torch.tensor([[0.3, 0.1], [0.4, 0.2], [0.3, 0.5]]),
        },
        "two systems that are level": lambda: {"mine": torch.full((3, 2), 0.5), "rival": torch.full((3, 2), 0.5)},
    },
    ("the mean lead", "its standard deviation", "the number of splits won"),
    part="kid",
    equation="Table 1",
    difficulty=3,
    minutes=12,
    hints=[
        "First one number for each split and system: the mean of its two columns, times 100. Low is good.",
        "Both systems meet the same pictures in a split. So subtract split by split, and only then look at the spread.",
        "`std(correction=0)` divides by the number of splits. A split is won where the lead is above 0.",
    ],
    compared=("value",),
)


def _papers(x: Tensor) -> Tensor:
    return 100 * x.mean(1)


def _summary(ahead: Tensor, correction: int = 0) -> tuple[float, float, int]:
    return ahead.mean().item(), ahead.std(correction=correction).item(), int((ahead > 0).sum())


@mistake("09.3", "the spreads are combined as if the systems had met different pictures; subtract split by split first")
def as_if_independent(mine, rival):
    mean, _, won = lead(mine, rival)
    a, b = (_papers(x).std(correction=0) for x in (mine, rival))
    return mean, (a.square() + b.square()).sqrt().item(), won


@mistake("09.3", "that is the difference of two spreads; wanted is the spread of the difference")
def difference_of_spreads(mine, rival):
    mean, _, won = lead(mine, rival)
    return mean, (_papers(rival).std(correction=0) - _papers(mine).std(correction=0)).item(), won


@mistake("09.3", "the sign is the wrong way round: KID is a distance, so who has LESS of it is ahead")
def more_is_better(mine, rival):
    return _summary(_papers(mine) - _papers(rival))


@mistake(
    "09.3", "the two columns of a split are taken for two splits; they share their translations: average them first"
)
def one_heap(mine, rival):
    return _summary(100 * (rival - mine).flatten())


@mistake("09.3", "that is your own spread; wanted is the spread of the lead")
def own_spread(mine, rival):
    mean, _, won = lead(mine, rival)
    return mean, _papers(mine).std(correction=0).item(), won


@mistake(
    "09.3", "that is the distance to the target alone, the column that forgives a repainted meadow; average the two"
)
def target_alone(mine, rival):
    return _summary(100 * (rival - mine)[:, 1])


@mistake("09.3", "that is the distance to the source alone, by which doing nothing is best; average the two")
def source_alone(mine, rival):
    return _summary(100 * (rival - mine)[:, 0])


@mistake("09.3", "the tables print KID times 100")
def unscaled(mine, rival):
    return _summary(rival.mean(1) - mine.mean(1))


@mistake("09.3", "the two distances are averaged, not added")
def added(mine, rival):
    return _summary(100 * (rival - mine).sum(1))


@mistake("09.3", "that divides by n - 1; the report divides by n (correction=0)")
def sample_deviation(mine, rival):
    return _summary(_papers(rival) - _papers(mine), 1)


@mistake("09.3", "this is the standard error; the table's ± is the deviation over splits")
def standard_error(mine, rival):
    mean, spread, won = lead(mine, rival)
    return mean, spread / len(mine) ** 0.5, won


@mistake("09.3", "where both are level, nobody has won")
def ties_won(mine, rival):
    ahead = _papers(rival) - _papers(mine)
    return ahead.mean().item(), ahead.std(correction=0).item(), int((ahead >= 0).sum())


@mistake("09.3", "that is the share of splits won; wanted is their number")
def share(mine, rival):
    mean, spread, won = lead(mine, rival)
    return mean, spread, won / len(mine)


@mistake("09.3", "the lead is wanted x 100, as in Table 1; and its ± divides by the number of splits (correction=0)")
def unscaled_sample_deviation(mine, rival):
    return _summary(rival.mean(1) - mine.mean(1), 1)


@mistake("09.3", "± is a standard error, and divides by n - 1; take the spread of the lead itself, .std(correction=0)")
def corrected_standard_error(mine, rival):
    mean, spread, won = sample_deviation(mine, rival)
    return mean, spread / len(mine) ** 0.5, won
