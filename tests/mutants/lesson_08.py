"""Answers to the exercises of lesson 08."""

import statistics

import torch

from tests.mutants import accepted, rejected
from uagt_lib.method.pieces import Pieces


# ------------------------------------------------------------------------------------------------ 08.1
def _pieces(name, **changed):
    """The right switches, but for what is `changed`."""
    off = {
        "full": {},
        "-cycle": {"cycle": False},
        "-As": {"attention_s": False},
        "-At": {"attention_t": False},
        "-cycleAtt": {"cycle_attention": False},
        "-D": {"masked_discriminator": False},
        "-D-A": {"masked_discriminator": False, "stop_attention": False},
    }
    return Pieces(**(off | changed)[name])


@accepted("08.1")
def _by_words(name):
    return Pieces(
        cycle=name != "-cycle",
        cycle_attention=name != "-cycleAtt",
        attention_s=name != "-As",
        attention_t=name != "-At",
        masked_discriminator=not name.startswith("-D"),
        stop_attention=not name.endswith("-A"),
    )


@rejected("08.1", "keeps the cycle loss")
def _cycle_for_cycle_attention(name):
    return _pieces(name, **{"-cycleAtt": {"cycle": False}})


@rejected("08.1", "STOP")
def _no_attention_at_all(name):
    return _pieces(name, **{"-D-A": {"masked_discriminator": False, "attention_s": False, "attention_t": False}})


@rejected("08.1", "attention still stops")
def _d_is_d_a(name):
    return _pieces(name, **{"-D": {"masked_discriminator": False, "stop_attention": False}})


@rejected("08.1", "stop_attention should be False")
def _d_a_is_d(name):
    return _pieces(name, **{"-D-A": {"masked_discriminator": False}})


@rejected("08.1", "should be a Pieces")
def _dictionary(name):
    return {"cycle": name != "-cycle"}


# ------------------------------------------------------------------------------------------------ 08.2
@accepted("08.2")
def _by_filter(pieces):
    names = [f"{kind}_{domain}" for kind in ("adversarial", "cycle") for domain in "st"]
    return frozenset(name for name in names if pieces.cycle or not name.startswith("cycle"))


@rejected("08.2", "the map is all ones")
def _unattended_is_unjudged(pieces):
    terms = {"adversarial_s", "adversarial_t"} | ({"cycle_s", "cycle_t"} if pieces.cycle else set())
    return terms - ({"adversarial_t"} if not pieces.attention_s else set())


@rejected("08.2", "map on the way back")
def _no_way_back(pieces):
    ways = {"cycle_s", "cycle_t"} if pieces.cycle and pieces.cycle_attention else set()
    return {"adversarial_s", "adversarial_t"} | ways


@rejected("08.2", "loss of their own")
def _with_judges(pieces):
    return {"adversarial_s", "adversarial_t", "D_s", "D_t"} | ({"cycle_s", "cycle_t"} if pieces.cycle else set())


@rejected("08.2", "cycle_s and cycle_t vanish")
def _always_four(pieces):
    return {"adversarial_s", "adversarial_t", "cycle_s", "cycle_t"}


@rejected("08.2", "a set of names")
def _list(pieces):
    return ["adversarial_s", "adversarial_t"] + (["cycle_s", "cycle_t"] if pieces.cycle else [])


# ------------------------------------------------------------------------------------------------ 08.3
@accepted("08.3")
def _one_by_one(pieces, stage):
    found = {"F_ts", "F_st"}
    rests = pieces.stop_attention and stage > 1
    if pieces.attention_s and not rests:
        found.add("A_s")
    if pieces.attention_t and not rests:
        found.add("A_t")
    return found


@rejected("08.3", "stop_attention")
def _stopped_by_the_mask(pieces, stage):
    resting = stage == 2 and pieces.masked_discriminator
    return {"F_st", "F_ts"} | (set() if resting else {"A_s", "A_t"} if pieces.attention_s and pieces.attention_t else
                               {"A_s"} if pieces.attention_s else {"A_t"} if pieces.attention_t else set())  # fmt: skip


@rejected("08.3", "attention is stopped")
def _never_stopped(pieces, stage):
    return {"F_st", "F_ts"} | {n for n, on in (("A_s", pieces.attention_s), ("A_t", pieces.attention_t)) if on}


@rejected("08.3", "A_T still learns")
def _both_or_none(pieces, stage):
    attention = {"A_s", "A_t"} if pieces.attention_s and pieces.attention_t else set()
    return {"F_st", "F_ts"} | (set() if stage == 2 and pieces.stop_attention else attention)


@rejected("08.3", "switched off")
def _nothing_without_a_cycle(pieces, stage):
    there = {n for n, on in (("A_s", pieces.attention_s), ("A_t", pieces.attention_t)) if on and pieces.cycle}
    return {"F_st", "F_ts"} | (set() if stage == 2 and pieces.stop_attention else there)


@rejected("08.3", "all four learn")
def _stopped_in_both_stages(pieces, stage):
    there = {n for n, on in (("A_s", pieces.attention_s), ("A_t", pieces.attention_t)) if on}
    return {"F_st", "F_ts"} | (set() if pieces.stop_attention else there)


# ------------------------------------------------------------------------------------------------ 08.4
@accepted("08.4")
def _by_torch(scores):
    rows = []
    for name, runs in scores.items():
        runs = torch.tensor(runs, dtype=torch.float64)
        rows.append((name, runs.mean(), runs.std() if len(runs) > 1 else None))
    rows.sort(key=lambda row: row[1].item())
    return rows


def _rows(scores, centre=statistics.mean, spread=statistics.stdev, alone=None, reverse=False):
    rows = [(name, centre(runs), spread(runs) if len(runs) > 1 else alone) for name, runs in scores.items()]
    return sorted(rows, key=lambda row: row[1], reverse=reverse)


@rejected("08.4", "best run")
def _best(scores):
    return _rows(scores, min)


@rejected("08.4", "one less")
def _by_n(scores):
    return _rows(scores, spread=statistics.pstdev)


@rejected("08.4", "claim certainty")
def _certain(scores):
    return _rows(scores, alone=0.0)


@rejected("08.4", "lowest mean comes first")
def _downwards(scores):
    return _rows(scores, reverse=True)


@rejected("08.4", "order")
def _unsorted(scores):
    return [(name, mean, spread) for name, mean, spread in sorted(_rows(scores), key=lambda row: row[0])]


@rejected("08.4", "standard error")
def _standard_error(scores):
    return _rows(scores, spread=lambda runs: statistics.stdev(runs) / len(runs) ** 0.5)


# ------------------------------------------------------------------------------------------------ 08.5
@accepted("08.5")
def _by_sign(a, b):
    a, b = torch.tensor(a), torch.tensor(b)
    return ((b[None] - a[:, None]).sign().mean() + 1) / 2


@rejected("08.5", "lower is better")
def _higher(a, b):
    return statistics.mean(1.0 if x > y else 0.5 if x == y else 0.0 for x in a for y in b)


@rejected("08.5", "run i met run i")
def _partners(a, b):
    return sum(x < y for x, y in zip(a, b, strict=False)) / min(len(a), len(b))


@rejected("08.5", "tie should count half")
def _ties_lose(a, b):
    return statistics.mean(float(x < y) for x in a for y in b)


@rejected("08.5", "means only")
def _means(a, b):
    return float(statistics.mean(a) < statistics.mean(b))
