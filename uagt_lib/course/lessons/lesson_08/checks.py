"""Lesson 08, taking it apart: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from itertools import product
from statistics import mean, median, pstdev, stdev, variance
from typing import Any

from uagt_lib.course.cases import Case
from uagt_lib.course.exercises import define, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_08 import figures
from uagt_lib.course.lessons.lesson_08.answers import SWITCHES, SYSTEMS, beats, learners, loss_terms, pieces_of, rank
from uagt_lib.method.pieces import Pieces

# ------------------------------------------------------------------------------------------------ 08.1 switches


def switches(answer: Callable, name: str) -> dict[str, Any]:
    """What an answer switches on and off for a name."""
    found = answer(name)
    expect(found is not None, f"pieces_of({name!r}) is None: is a `return` missing?")
    expect(isinstance(found, Pieces), f"pieces_of({name!r}) should be a Pieces, not a {type(found).__name__}")
    return asdict(found)


define(
    "08.1",
    pieces_of,
    {name: lambda name=name: {"name": name} for name in SYSTEMS},
    "switches",
    part="beyond",
    equation="Table 2",
    difficulty=1,
    minutes=6,
    hints=[
        "Pieces() is the full method. Name only what is switched off: Pieces(cycle=False).",
        "-D-A takes away two: what the discriminators see in stage 2, and that attention stops there.",
    ],
    draw=figures.draw_pieces,
    compared=("value",),
    run=switches,
)


def _but(name: str, instead: dict[str, Pieces]) -> Pieces:
    """The right pieces, but for those `instead`."""
    return instead.get(name, SYSTEMS[name])


WHOLE = Pieces(masked_discriminator=False)


@mistake("08.1", "-D-A keeps both attention networks, or it would be CycleGAN; what goes is that they STOP in stage 2")
def without_attention(name):
    return _but(name, {"-D-A": replace(WHOLE, attention_s=False, attention_t=False)})


@mistake("08.1", "-D-A keeps both attention networks, or it would be CycleGAN; what goes is that they STOP in stage 2")
def without_attention_to_stop(name):
    return _but(name, {"-D-A": replace(WHOLE, attention_s=False, attention_t=False, stop_attention=False)})


@mistake("08.1", "-cycleAtt keeps the cycle loss; what goes is the map of its own on the way back")
def no_cycle_loss(name):
    return _but(name, {"-cycleAtt": Pieces(cycle=False)})


@mistake("08.1", "-cycleAtt keeps the cycle loss; what goes is the map of its own on the way back, and nothing else")
def neither_cycle(name):
    return _but(name, {"-cycleAtt": Pieces(cycle=False, cycle_attention=False)})


@mistake("08.1", "-D changes what discriminators see; attention still stops in stage 2")
def both_are_without_the_stop(name):
    return _but(name, {"-D": SYSTEMS["-D-A"]})


@mistake("08.1", "-D-A takes away two things: yours keeps stopping attention in stage 2, so it is -D once more")
def both_are_with_the_stop(name):
    return _but(name, {"-D-A": WHOLE})


@mistake("08.1", "-D-A takes away two things: its discriminators see whole images as well, as in -D")
def stop_alone(name):
    return _but(name, {"-D-A": Pieces(stop_attention=False)})


@mistake("08.1", "-D and -D-A are exchanged: the one with the A lets attention go on learning")
def exchanged(name):
    return _but(name, {"-D": SYSTEMS["-D-A"], "-D-A": WHOLE})


@mistake("08.1", "-cycleAtt has both attention networks; that the way back uses A_S(s) again is a switch of its own")
def no_way_back_map(name):
    return _but(name, {"-cycleAtt": Pieces(attention_t=False)})


@mistake("08.1", "switches were turned on; they are on in the full method already, an ablation turns some off")
def turned_on(name):
    on = {
        "-cycleAtt": {"cycle_attention": True},
        "-D": {"masked_discriminator": True},
        "-D-A": {"stop_attention": True},
    }
    return Pieces(**on[name]) if name in on else SYSTEMS[name]


# ------------------------------------------------------------------------------------------------ 08.2 terms


def every_system() -> dict[str, Pieces]:
    """The seven systems by name; then the rest of the 64 that six switches make, and what is no switch."""
    found = dict(SYSTEMS)
    found["Eq. 6 as printed, with logarithms"] = Pieces(raw_foreground=True, adversarial="log")
    for on in product((True, False), repeat=len(SWITCHES)):
        pieces = Pieces(**dict(zip(SWITCHES, on, strict=True)))
        if pieces not in found.values():
            found["a system without " + ", ".join(f for f, here in zip(SWITCHES, on, strict=True) if not here)] = pieces
    return found


def named(found: Any) -> str:
    """A set of names as words, in one order."""
    expect(found is not None, "the result is None: is a `return` missing?")
    expect(isinstance(found, set | frozenset), f"return a set of names, not a {type(found).__name__}")
    return ", ".join(sorted(map(str, found)))


define(
    "08.2",
    loss_terms,
    {name: lambda pieces=pieces: {"pieces": pieces} for name, pieces in every_system().items()},
    "the set of terms",
    part="beyond",
    equation="Eq. 4",
    difficulty=1,
    minutes=4,
    hints=[
        "Eq. 4 has four terms. Which switch makes a term disappear, rather than change what is in it?",
        "Without A_S the map is all ones, and s' is still judged. Without Eq. 7, too.",
    ],
    compared=("value",),
    run=lambda answer, pieces: named(answer(pieces)),
)

FOUR = {"adversarial_s", "adversarial_t", "cycle_s", "cycle_t"}


def _without(missing: Iterable[str], pieces: Pieces) -> set[str]:
    return loss_terms(pieces) - set(missing)


@mistake("08.2", "without A_S the map is all ones: horses are repainted whole, and D_T judges s' all the same")
def unattended_is_unjudged(pieces):
    gone = {"adversarial_t": pieces.attention_s, "adversarial_s": pieces.attention_t}
    return _without((term for term, there in gone.items() if not there), pieces)


@mistake("08.2", "without A_S the map is all ones: horses are repainted whole, and D_T judges s' all the same")
def unattended_horses_are_unjudged(pieces):
    return _without(set() if pieces.attention_s else {"adversarial_t"}, pieces)


@mistake("08.2", "D_s and D_t have a loss of their own; what F and A minimise is four other terms")
def with_judges(pieces):
    return loss_terms(pieces) | {"D_s", "D_t"}


@mistake("08.2", "-cycleAtt changes the map on the way back; the way back is still compared with s")
def no_way_back(pieces):
    return _without(set() if pieces.cycle_attention else {"cycle_s", "cycle_t"}, pieces)


@mistake("08.2", "without the cycle loss cycle_s and cycle_t vanish: nobody asks whether s'' is still s")
def always_four(pieces):
    return set(FOUR)


@mistake("08.2", "without A_S the map is all ones; s' is still judged and still sent back: all four terms are left")
def one_way_only(pieces):
    gone = {"adversarial_t": pieces.attention_s, "cycle_s": pieces.attention_s}
    gone |= {"adversarial_s": pieces.attention_t, "cycle_t": pieces.attention_t}
    return _without((term for term, there in gone.items() if not there), pieces)


@mistake("08.2", "discriminators that see whole images still judge: no term vanishes")
def unmasked_is_unjudged(pieces):
    return _without(set() if pieces.masked_discriminator else {"adversarial_s", "adversarial_t"}, pieces)


@mistake("08.2", "who learns when is no matter of the loss's terms: attention that never stops adds and removes none")
def by_the_stop(pieces):
    return _without(set() if pieces.stop_attention else {"cycle_s", "cycle_t"}, pieces)


@mistake("08.2", "both ways have their cycle loss, and one switch for both: cycle_t goes with cycle_s")
def one_cycle_goes(pieces):
    return set(FOUR) - (set() if pieces.cycle else {"cycle_s"})


@mistake("08.2", "without the cycle loss exactly the two cycle terms go; the game with the discriminators goes on")
def everything_goes(pieces):
    return set(FOUR) if pieces.cycle else set()


@mistake("08.2", "these are the terms that vanish; the ones that are left are asked for")
def those_that_vanish(pieces):
    return FOUR - loss_terms(pieces)


@mistake("08.2", "attention has no loss of its own in this paper: it learns from the same four terms")
def loss_of_attention(pieces):
    there = {"attention_s": pieces.attention_s, "attention_t": pieces.attention_t}
    return loss_terms(pieces) | {name for name, here in there.items() if here}


# ------------------------------------------------------------------------------------------------ 08.3 who learns


def pieces_and_stage(pieces: Pieces, stage: int) -> Case:
    return lambda: {"pieces": pieces, "stage": stage}


define(
    "08.3",
    learners,
    {
        f"{name}, stage {stage}": pieces_and_stage(pieces, stage)
        for name, pieces in every_system().items()
        for stage in (1, 2)
    },
    "the set of those that learn",
    part="beyond",
    equation="Section 3.2",
    difficulty=2,
    minutes=8,
    hints=[
        "The generators always learn. An attention network can learn only if it exists ...",
        "... and, in stage 2, only if attention is not stopped. Stage 1 never stops anybody.",
    ],
    draw=figures.draw_learners,
    compared=("value",),
    run=lambda answer, pieces, stage: named(answer(pieces, stage)),
)


def _learn(pieces: Pieces, attention: bool, s: bool = True, t: bool = True) -> set[str]:
    """Generators; and of the attention networks that are there those that may, if attention learns at all."""
    there = {"A_s": s and pieces.attention_s, "A_t": t and pieces.attention_t}
    return {"F_st", "F_ts"} | {name for name, here in there.items() if here and attention}


@mistake("08.3", "whether attention stops is decided by stop_attention; Eq. 7, masked_discriminator, is another switch")
def stopped_by_the_mask(pieces, stage):
    return _learn(pieces, stage == 1 or not pieces.masked_discriminator)


@mistake("08.3", "attention is stopped in stage 2 only; in stage 1 it learns")
def stopped_in_both_stages(pieces, stage):
    return _learn(pieces, not pieces.stop_attention)


@mistake("08.3", "attention learns without a cycle loss too: it decides what s' and t' look like, and D judges them")
def nothing_without_a_cycle(pieces, stage):
    return _learn(pieces, (stage == 1 or not pieces.stop_attention) and pieces.cycle)


@mistake("08.3", "a network that is not there cannot learn: look at attention_s and attention_t")
def absent_ones_learn(pieces, stage):
    return {"F_st", "F_ts"} | ({"A_s", "A_t"} if stage == 1 or not pieces.stop_attention else set())


@mistake("08.3", "in stage 2 attention is stopped, unless stop_attention is off")
def never_stopped(pieces, stage):
    return _learn(pieces, True)


@mistake("08.3", "in stage 2 attention goes on learning where stop_attention is off, as in -D-A")
def always_stopped(pieces, stage):
    return _learn(pieces, stage == 1)


@mistake("08.3", "without A_S only A_S is missing: A_T still learns in stage 1, and the other way round")
def both_or_none(pieces, stage):
    both = pieces.attention_s and pieces.attention_t
    return _learn(pieces, both and (stage == 1 or not pieces.stop_attention))


@mistake("08.3", "the stages are exchanged: attention learns in stage 1, and in stage 2 only if it is not stopped")
def stages_exchanged(pieces, stage):
    return _learn(pieces, stage == 2 or not pieces.stop_attention)


@mistake("08.3", "the generators learn in both stages, whatever else is missing")
def generators_rest(pieces, stage):
    return learners(pieces, stage) - ({"F_st", "F_ts"} if stage == 2 and not pieces.stop_attention else set())


@mistake("08.3", "the generators learn in both stages, whatever else is missing")
def attention_only(pieces, stage):
    return learners(pieces, stage) - {"F_st", "F_ts"}


@mistake("08.3", "D_s and D_t learn from a loss of their own; here we ask about F and A")
def with_discriminators(pieces, stage):
    return learners(pieces, stage) | {"D_s", "D_t"}


@mistake("08.3", "A_S and A_T are exchanged: attention_s is whether there is an A_s")
def attention_exchanged(pieces, stage):
    return learners(replace(pieces, attention_s=pieces.attention_t, attention_t=pieces.attention_s), stage)


@mistake("08.3", "stopping needs no Eq. 7: in stage 2 attention learns if stop_attention is off, and only then")
def either_switch(pieces, stage):
    return _learn(pieces, stage == 1 or not (pieces.stop_attention and pieces.masked_discriminator))


@mistake("08.3", "A_T is used without a map of its own on the way back, too: it decides where t is painted")
def no_second_look(pieces, stage):
    return _learn(pieces, stage == 1 or not pieces.stop_attention, t=pieces.cycle_attention)


# ------------------------------------------------------------------------------------------------ 08.4 rows of a table

# Multiples of 1/8, so that single precision is as good as double. No two orders that learners think of agree.
TABLES: dict[str, dict[str, list[float]]] = {
    "four methods, one of them run once": {
        "lucky": [6.25, 11.875, 10.375],
        "calm": [8.875, 9.125, 9.0],
        "once": [8.0],
        "better": [7.375, 8.875, 8.0],
    },
    "runs of different numbers, some below 0": {"b": [0.5, -0.25], "c": [0.75, 0.125, 0.25, 0.375], "a": [-0.5]},
    "every method run once": {"slow": [3.0], "fast": [1.0], "middle": [2.0]},
    "a method alone": {"alone": [4.0, 6.0]},
    "a dozen methods of seven runs, very near to each other": {
        f"method {7 * i % 12}": [3 + (5 * i % 12) / 4096 + run / 8 for run in range(7)] for i in range(12)
    },
    "runs that are all the same": {"late": [2.5, 2.5], "early": [2.25, 2.25, 2.25]},
    "no method": {},
}


def _as_rows(answer: Callable, scores: dict[str, list[float]]) -> list[tuple[Any, ...]]:
    """The rows, of whatever kind they are."""
    found = answer(scores)
    expect(found is not None, "the result is None: is a `return` missing?")
    rows = isinstance(found, list | tuple) and all(isinstance(row, list | tuple) and len(row) == 3 for row in found)
    expect(rows, "return a list of rows (name, mean, ±)")
    return [tuple(row) for row in found]


define(
    "08.4",
    rank,
    {name: lambda table=table: {"scores": table} for name, table in TABLES.items()},
    "rows",
    part="beyond",
    equation="Table 1",
    difficulty=2,
    minutes=10,
    hints=[
        "Build the rows first, (name, mean, ±), then sorted(rows, key=lambda row: row[1]).",
        "statistics.mean and statistics.stdev; stdev divides by n - 1, and refuses a single value: return None there.",
    ],
    draw=figures.draw_rank,
    compared=("value",),
    run=_as_rows,
)


def _rows(
    scores: dict[str, list[float]],
    centre: Callable[[list[float]], float] = mean,
    spread: Callable[[list[float]], float] = stdev,
    alone: float | None = None,
    key: Callable[[tuple], Any] = lambda row: row[1],
) -> list[tuple[str, float, float | None]]:
    rows = [(name, centre(runs), spread(runs) if len(runs) > 1 else alone) for name, runs in scores.items()]
    return sorted(rows, key=key)


@mistake("08.4", "that is the best run; whoever trains most often, or least stably, would win: take the mean")
def best_run(scores):
    return _rows(scores, min)


@mistake("08.4", "one run has no spread that anybody knows: ± should be None; 0 would claim certainty")
def certain(scores):
    return _rows(scores, alone=0.0)


@mistake("08.4", "± divides by the number of runs, for three of them a fifth too small; divide by one less, stdev")
def by_n(scores):
    return _rows(scores, spread=pstdev)


@mistake("08.4", "± divides by the number of runs, and claims certainty for one; divide by one less, and say None")
def by_n_and_certain(scores):
    return _rows(scores, spread=pstdev, alone=0.0)


@mistake("08.4", "that is the standard error; the table wants the spread of single runs")
def standard_error(scores):
    return _rows(scores, spread=lambda runs: stdev(runs) / len(runs) ** 0.5)


@mistake("08.4", "that is the variance; take its root")
def squared(scores):
    return _rows(scores, spread=variance)


@mistake("08.4", "± is the range, highest minus lowest; take the standard deviation")
def whole_range(scores):
    return _rows(scores, spread=lambda runs: max(runs) - min(runs))


@mistake("08.4", "lower is better, so the lowest mean comes first")
def highest_first(scores):
    return _rows(scores, key=lambda row: -row[1])


@mistake("08.4", "the rows come in the order they were given; the lowest mean comes first")
def unsorted(scores):
    return _rows(scores, key=lambda row: 0)


@mistake("08.4", "the rows are sorted by name; the lowest mean comes first")
def by_name(scores):
    return _rows(scores, key=lambda row: row[0])


@mistake("08.4", "the order is that of the best runs; sort by the mean")
def by_best_run(scores):
    return _rows(scores, key=lambda row: min(scores[row[0]]))


@mistake("08.4", "that is the median run; the table wants the mean")
def middle_run(scores):
    return _rows(scores, median)


@mistake("08.4", "that is the sum; divide by the number of runs")
def total(scores):
    return _rows(scores, sum)


@mistake("08.4", "stdev refuses a single value: of one run nobody knows the spread, so its ± is None")
def no_care_for_one(scores):
    return sorted([(name, mean(runs), stdev(runs)) for name, runs in scores.items()], key=lambda row: row[1])


@mistake("08.4", "a method that was run once has a row, too; only its ± is None")
def without_single_runs(scores):
    return [row for row in rank(scores) if row[2] is not None]


@mistake("08.4", "± comes after the mean: a row is (name, mean, ±)")
def spread_before_mean(scores):
    return [(name, spread, centre) for name, centre, spread in rank(scores)]


# ------------------------------------------------------------------------------------------------ 08.5 games

RUNS: dict[str, tuple[list[float], list[float]]] = {
    "four runs each": ([7.4, 8.8, 8.1, 9.4], [8.9, 9.1, 8.5, 9.0]),
    "two runs and three, with ties": ([1.0, 2.0], [2.0, 3.0, 1.0]),
    "three runs and one, a tie": ([5.0, 4.0, 6.0], [5.0]),
    "a method against itself": ([5.0, 6.0], [5.0, 6.0]),
    "one that always wins": ([1.0], [2.0, 3.0]),
    "one that never wins, by scores below 0": ([-1.0, 2.0], [-2.0, -1.5, -3.0]),
    "scores that differ by a millionth, and twice the same": (
        [1.0, 1.0, 1.0, 2.0],
        [1 + 2**-20, 2 - 2**-20, 1.0, 3.0],
    ),
    "one that has the better mean and loses most games": ([0.0, 3.0, 3.1, 3.2], [2.5, 2.6, 2.7, 2.8]),
}

define(
    "08.5",
    beats,
    {name: lambda a=a, b=b: {"a": a, "b": b} for name, (a, b) in RUNS.items()},
    "the share that a wins",
    part="beyond",
    equation="Table 1",
    difficulty=2,
    minutes=6,
    hints=[
        "Every run of a meets every run of b: three runs each make nine games.",
        "Lower wins 1, a tie is worth 0.5. itertools.product, or a[:, None] < b[None] with tensors.",
    ],
    draw=figures.draw_beats,
    compared=("value",),
)


def _games(a: Sequence[float], b: Sequence[float], tie: float = 0.5) -> list[float]:
    return [1.0 if x < y else tie if x == y else 0.0 for x in a for y in b]


@mistake("08.5", "only run i met run i, but seeds are no partners; let every run of a meet every run of b")
def partners(a, b):
    return mean(1.0 if x < y else 0.5 if x == y else 0.0 for x, y in zip(a, b, strict=False))


@mistake("08.5", "only run i met run i, but seeds are no partners; let every run of a meet every run of b")
def partners_without_ties(a, b):
    return mean(float(x < y) for x, y in zip(a, b, strict=False))


@mistake("08.5", "a tie should count half: two equal methods stand at one half")
def ties_lose(a, b):
    return mean(_games(a, b, 0.0))


@mistake("08.5", "a tie counts half, not whole: two equal methods stand at one half")
def ties_win(a, b):
    return mean(_games(a, b, 1.0))


@mistake("08.5", "lower is better: count the games in which a's score is below b's")
def higher(a, b):
    return 1 - beats(a, b)


@mistake("08.5", "lower is better, and a tie counts half: count the games in which a's score is below b's")
def strictly_higher(a, b):
    return 1 - mean(_games(a, b, 1.0))


@mistake("08.5", "that compares the means only; count games between single runs")
def means_only(a, b):
    return 1.0 if mean(a) < mean(b) else 0.5 if mean(a) == mean(b) else 0.0


@mistake("08.5", "that compares the means only; count games between single runs")
def means_only_without_ties(a, b):
    return float(mean(a) < mean(b))


@mistake("08.5", "that compares the best runs only; count games between all of them")
def best_only(a, b):
    return float(min(a) < min(b))


@mistake("08.5", "a count of games; divide by their number")
def count(a, b):
    return sum(_games(a, b))


@mistake("08.5", "the number of games is len(a) times len(b); the two need not have equally many runs")
def by_a_squared(a, b):
    return sum(_games(a, b)) / len(a) ** 2


@mistake("08.5", "divided by the runs of a alone; the number of games is len(a) times len(b)")
def by_a(a, b):
    return sum(_games(a, b)) / len(a)


@mistake("08.5", "ties were left out, and the rest divided by their number; a tie is a game, and counts half")
def decided_only(a, b):
    decided = [float(x < y) for x in a for y in b if x != y]
    return mean(decided)


@mistake("08.5", "that is by how much a wins on average; how often is asked for")
def by_how_much(a, b):
    return mean(b) - mean(a)


@mistake("08.5", "each run of a met only the mean of b; let it meet every run")
def against_the_mean(a, b):
    return mean(1.0 if x < mean(b) else 0.5 if x == mean(b) else 0.0 for x in a)
