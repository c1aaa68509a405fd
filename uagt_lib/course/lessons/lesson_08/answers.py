"""Lesson 08, taking it apart: right answers."""

from collections.abc import Mapping, Sequence
from itertools import product
from statistics import mean, stdev

from uagt_lib.method.pieces import Pieces

# Table 2 of the paper: what each ablation is, in the order of the paper
ABLATIONS: dict[str, Pieces] = {
    "-cycle": Pieces(cycle=False),
    "-cycleAtt": Pieces(cycle_attention=False),
    "-As": Pieces(attention_s=False),
    "-At": Pieces(attention_t=False),
    "-D": Pieces(masked_discriminator=False),
    "-D-A": Pieces(masked_discriminator=False, stop_attention=False),
}
SYSTEMS = {"full": Pieces(), **ABLATIONS}
SWITCHES = ("attention_s", "attention_t", "cycle", "cycle_attention", "masked_discriminator", "stop_attention")


def pieces_of(name: str) -> Pieces:
    """The pieces of "full" or of an ablation in Table 2: "-cycle", "-cycleAtt", "-As", "-At", "-D", "-D-A"."""
    return SYSTEMS[name]


def loss_terms(pieces: Pieces) -> set[str]:
    """The names of what the generators and attention minimise: the keys of `Model.generator_loss`."""
    return {"adversarial_s", "adversarial_t"} | ({"cycle_s", "cycle_t"} if pieces.cycle else set())


def learners(pieces: Pieces, stage: int) -> set[str]:
    """Which of F_st, F_ts, A_s, A_t get a gradient from `Model.generator_loss` in a stage."""
    attention = {name for name, there in (("A_s", pieces.attention_s), ("A_t", pieces.attention_t)) if there}
    return {"F_st", "F_ts"} | (set() if stage == 2 and pieces.stop_attention else attention)


def rank(scores: Mapping[str, Sequence[float]]) -> list[tuple[str, float, float | None]]:
    """Methods as (name, mean, ±), lowest mean first; ± over runs divides by their number - 1, None for a single run."""
    rows = [(name, mean(runs), stdev(runs) if len(runs) > 1 else None) for name, runs in scores.items()]
    return sorted(rows, key=lambda row: row[1])


def beats(a: Sequence[float], b: Sequence[float]) -> float:
    """How often a run of `a` scores lower than a run of `b`, over all pairs of runs; a tie counts half."""
    return mean(1.0 if x < y else 0.5 if x == y else 0.0 for x, y in product(a, b))
