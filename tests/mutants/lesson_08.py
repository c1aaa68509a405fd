"""Answers to the exercises of lesson 08, beside the mistakes that are registered and those that are generated."""

import statistics
from dataclasses import replace

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


@rejected("08.1", "-D once more")
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


@rejected("08.3", "without a cycle loss too")
def _nothing_without_a_cycle(pieces, stage):
    there = {n for n, on in (("A_s", pieces.attention_s), ("A_t", pieces.attention_t)) if on and pieces.cycle}
    return {"F_st", "F_ts"} | (set() if stage == 2 and pieces.stop_attention else there)


@rejected("08.3", "in stage 1 it learns")
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


@rejected("08.4", "sorted by name")
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


# ------------------------------------------------------------------------------------------------ more, of every kind
@accepted("08.1")
def _by_replacing(name):
    full = Pieces()
    off = {"-D-A": ["masked_discriminator", "stop_attention"], "-D": ["masked_discriminator"], "-cycle": ["cycle"]}
    off |= {"-As": ["attention_s"], "-At": ["attention_t"], "-cycleAtt": ["cycle_attention"], "full": []}
    return replace(full, **dict.fromkeys(off[name], False))


@accepted("08.1")
def _by_cases(name):
    match name:
        case "full":
            return Pieces()
        case "-cycle":
            return Pieces(True, True, False)
        case "-cycleAtt":
            return Pieces(True, True, True, False)
        case "-As" | "-At":
            return Pieces(name == "-At", name == "-As")
    return Pieces(masked_discriminator=False, stop_attention=name == "-D")


@rejected("08.1", "KeyError")
def _one_of_three(name):
    rows = {"full": Pieces(), "-cycle": Pieces(cycle=False), "-As": Pieces(attention_s=False)}
    rows |= {"-At": Pieces(attention_t=False), "-cycleAtt": Pieces(cycle_attention=False)}
    return rows[name]


@rejected("08.1", "should be a Pieces, not a tuple")
def _with_a_comma(name):
    return (_pieces(name),)


@rejected("08.1", "switches['raw_foreground'] is True, expected False (for -D")
def _another_switch(name):
    return _pieces(name, **{"-D": {"masked_discriminator": False, "raw_foreground": True}})


@accepted("08.2")
def _one_after_the_other(pieces):
    terms = set()
    for domain in ("s", "t"):
        terms.add("adversarial_" + domain)
        if pieces.cycle:
            terms.add("cycle_" + domain)
    return terms


@accepted("08.2")
def _by_discarding(pieces):
    return {"adversarial_s", "adversarial_t", "cycle_s", "cycle_t"} - (
        set() if pieces.cycle else {"cycle_t", "cycle_s"}
    )


@rejected("08.2", "a system without cycle, stop_attention")
def _only_as_in_table_2(pieces):
    return {"adversarial_s", "adversarial_t"} | ({"cycle_s", "cycle_t"} if pieces != Pieces(cycle=False) else set())


@rejected("08.2", "expected 'adversarial_s, adversarial_t, cycle_s, cycle_t' (for full)")
def _in_capitals(pieces):
    return {"adversarial_S", "adversarial_T", "cycle_S", "cycle_T"}


@accepted("08.3")
def _by_removing(pieces, stage):
    networks = {"F_st": True, "F_ts": True, "A_s": pieces.attention_s, "A_t": pieces.attention_t}
    if stage == 2 and pieces.stop_attention:
        networks["A_s"] = networks["A_t"] = False
    return {name for name, learns in networks.items() if learns}


@accepted("08.3")
def _by_the_model(pieces, stage):
    asleep = stage == 2 and pieces.stop_attention
    attention = [] if asleep else [n for n in ("A_s", "A_t") if getattr(pieces, "attention" + n[1:])]
    return frozenset(["F_st", "F_ts", *attention])


@rejected("08.3", "return a set of names, not a list")
def _in_a_list(pieces, stage):
    return ["F_st", "F_ts", "A_s", "A_t"]


@rejected("08.3", "a system without")
def _only_seven_systems(pieces, stage):
    resting = stage == 2 and pieces != Pieces(masked_discriminator=False, stop_attention=False)
    return {"F_st", "F_ts"} | {n for n in ("A_s", "A_t") if getattr(pieces, "attention" + n[1:]) and not resting}


@accepted("08.4")
def _by_insertion(scores):
    rows = []
    for name, runs in scores.items():
        centre = sum(runs) / len(runs)
        spread = None
        if len(runs) > 1:
            spread = (sum((x - centre) ** 2 for x in runs) / (len(runs) - 1)) ** 0.5
        at = sum(other < centre for _, other, _ in rows)
        rows.insert(at, [name, centre, spread])
    return rows


@accepted("08.4")
def _single_precision(scores):
    found = [(name, torch.tensor(runs).mean().item(), runs) for name, runs in scores.items()]
    order = sorted(range(len(found)), key=[centre for _, centre, _ in found].__getitem__)
    rows = [found[i] for i in order]
    return [(n, c, torch.tensor(runs).std().item() if len(runs) >= 2 else None) for n, c, runs in rows]


@rejected("08.4", "afterwards the length of scores['calm'] is 0 instead of 3")
def _empties_the_table(scores):
    rows = _rows({name: list(runs) for name, runs in scores.items() if name})
    scores["calm"].clear() if "calm" in scores else None
    return rows


@rejected("08.4", "your code changes what it is given")
def _sorts_the_runs(scores):
    for runs in scores.values():
        runs.sort()
    return _rows(scores)


@rejected("08.4", "return a list of rows")
def _a_dictionary(scores):
    return {name: (mean, spread) for name, mean, spread in _rows(scores)}


@rejected("08.4", "rows[1][1] is 8.08")
def _rounded(scores):
    return [(name, round(mean, 2), spread) for name, mean, spread in _rows(scores)]


@rejected("08.4", "the length of rows")
def _best_three(scores):
    return _rows(scores)[:3]


@accepted("08.5")
def _by_counting(a, b):
    wins = sum(x < y for x in a for y in b)
    ties = sum(x == y for x in a for y in b)
    return (wins + ties / 2) / (len(a) * len(b))


@accepted("08.5")
def _by_comparing(a, b):
    a, b = torch.tensor(a)[:, None], torch.tensor(b)[None]
    return (a < b).float().mean() + (a == b).float().mean() / 2


@rejected("08.5", "your code changes what it is given")
def _sorts(a, b):
    a.sort()
    return statistics.mean(1.0 if x < y else 0.5 if x == y else 0.0 for x in a for y in b)


@rejected("08.5", "right for four runs each")
def _sixteen_games(a, b):
    return sum(1.0 if x < y else 0.5 if x == y else 0.0 for x in a for y in b) / 16


@rejected("08.5", "the share that a wins is 69, expected 0.6875")
def _in_percent(a, b):
    return round(100 * statistics.mean(1.0 if x < y else 0.5 if x == y else 0.0 for x in a for y in b))


@rejected("08.5", "your code changes what it is given")
def _takes_runs_out(a, b):
    games = []
    while a:
        x = a.pop()
        games += [1.0 if x < y else 0.5 if x == y else 0.0 for y in b]
    return statistics.mean(games)


# ---- right for few runs that are far apart


@rejected("08.3", "for Eq. 6 as printed, with logarithms")
def _attention_needs_the_composed_picture(pieces, stage):
    learning = stage == 1 or not pieces.stop_attention
    there = {"A_s": pieces.attention_s and not pieces.raw_foreground, "A_t": pieces.attention_t}
    return {"F_st", "F_ts"} | {name for name, here in there.items() if here and learning}


def _table(scores, key=lambda row: row[1], spread=statistics.stdev):
    rows = [(name, statistics.mean(x), spread(x) if len(x) > 1 else None) for name, x in scores.items()]
    return sorted(rows, key=key)


@rejected("08.4", "for a dozen methods of seven runs")
def _best_ten(scores):
    return _table(scores)[:10]


@rejected("08.4", "for a dozen methods of seven runs")
def _sorted_as_printed(scores):
    return _table(scores, key=lambda row: round(row[1], 2))


@rejected("08.4", "for a dozen methods of seven runs")
def _other_spread_of_many(scores):
    return _table(scores, spread=lambda x: statistics.pstdev(x) if len(x) > 5 else statistics.stdev(x))


@rejected("08.4", "for runs that are all the same")
def _no_spread_is_none(scores):
    return _table(scores, spread=lambda x: statistics.stdev(x) or None)


@rejected("08.5", "for scores that differ by a millionth")
def _nearly_a_tie(a, b):
    return sum(0.5 if abs(x - y) < 1e-3 else x < y for x in a for y in b) / (len(a) * len(b))


@rejected("08.5", "for scores that differ by a millionth")
def _each_score_once(a, b):
    return sum(0.5 if x == y else x < y for x in set(a) for y in set(b)) / (len(set(a)) * len(set(b)))
