"""Lesson 08, taking it apart: which pieces a method has, what goes with them, and who is better; checks and quiz."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from statistics import mean, stdev

from matplotlib.axes import Axes

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import Wrong, expect, same
from uagt_lib.method.pieces import Pieces
from uagt_lib.show.palette import GREEN, GREY

# Table 2 of the paper: what each ablation is, in the order of the paper
ABLATIONS: dict[str, Pieces] = {
    "-cycle": Pieces(cycle=False),
    "-cycleAtt": Pieces(cycle_attention=False),
    "-As": Pieces(attention_s=False),
    "-At": Pieces(attention_t=False),
    "-D": Pieces(masked_discriminator=False),
    "-D-A": Pieces(masked_discriminator=False, stop_attention=False),
}
METHODS = {"full": Pieces(), **ABLATIONS}


def pieces_of(name: str) -> Pieces:
    """The pieces of "full" or of an ablation in Table 2: "-cycle", "-cycleAtt", "-As", "-At", "-D", "-D-A"."""
    return METHODS[name]


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


_ROLES = {
    "attention_s": "A_S",
    "attention_t": "A_T",
    "cycle": "the cycle loss, Eq. 3",
    "cycle_attention": "the map of its own on the way back",
    "masked_discriminator": "Eq. 7, discriminators that see attended pixels only",
    "stop_attention": "stopping the attention networks in stage 2",
}


# ------------------------------------------------------------------------------------------------ 08.1
def _draw_pieces(axis: Axes, answer) -> None:
    """A grid of methods and switches, blue where on."""
    shown = ["-cycle", "-As", "-cycleAtt", "-D", "-D-A"]
    grid = [[float(getattr(answer(name), field)) for field in _ROLES] for name in shown]
    axis.imshow(grid, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    for (i, row), j in product(enumerate(grid), range(len(_ROLES))):
        axis.text(
            j, i, "on" if row[j] else "off", ha="center", va="center", fontsize=7, color="white" if row[j] else "k"
        )
    axis.set_xticks(range(len(_ROLES)), list(_ROLES), fontsize=6.5, rotation=30, ha="right")
    axis.set_yticks(range(len(shown)), shown, fontsize=8)
    axis.tick_params(length=0)


@checks(
    "08.1",
    pieces_of,
    part="beyond",
    equation="Table 2",
    difficulty=1,
    minutes=6,
    hints=[
        "Pieces() is the full method. Name only what is switched off: Pieces(cycle=False).",
        "-D-A takes away two: what the discriminators see in stage 2, and that attention stops there.",
    ],
    mistakes=[
        "Reading -D as a method without discriminators: nothing would ask for zebras any more. Only their mask goes.",
        "Reading -D-A as a method without attention networks: that is CycleGAN. Attention stays, and goes on learning.",
        "Taking -cycleAtt for -cycle: the loss stays, the way back uses another map.",
    ],
    draw=_draw_pieces,
)
def _pieces_of(answer) -> Iterator[str]:
    say = {
        ("-cycleAtt", "cycle"): "-cycleAtt keeps the cycle loss; what goes is the map of its own on the way back",
        ("-D", "stop_attention"): "-D changes what discriminators see; attention still stops in stage 2",
        ("-D-A", "attention_s"): "-D-A keeps both attention networks; what goes is that they STOP in stage 2",
        ("-D-A", "attention_t"): "-D-A keeps both attention networks; what goes is that they STOP in stage 2",
    }
    for name in ("full", "-cycle", "-As", "-cycleAtt", "-D", "-D-A"):
        found = answer(name)
        expect(isinstance(found, Pieces), f"pieces_of({name!r}) should be a Pieces, not {type(found).__name__}")
        want = METHODS[name]
        for field in fields(Pieces):
            got, right = getattr(found, field.name), getattr(want, field.name)
            if got != right:
                role = _ROLES.get(field.name, field.name)
                usual = f"{name} {'keeps' if right else 'does without'} {role}: {field.name} should be {right}"
                raise Wrong(say.get((name, field.name), usual))
        yield name


# ------------------------------------------------------------------------------------------------ 08.2
@checks(
    "08.2",
    loss_terms,
    part="beyond",
    equation="Eq. 4",
    difficulty=1,
    minutes=4,
    hints=[
        "Eq. 4 has four terms. Which switch makes a term disappear, rather than change what is in it?",
        "Without A_S the map is all ones, and s' is still judged. Without Eq. 7, too.",
    ],
    mistakes=[
        "Dropping adversarial_t where A_S is missing: horses are repainted whole, but D_T judges them all the same.",
        "Writing D_s and D_t into the set: they have a loss of their own, which is not minimised by F and A.",
    ],
)
def _loss_terms(answer) -> Iterator[str]:
    four = {"adversarial_s", "adversarial_t", "cycle_s", "cycle_t"}

    def ask(pieces: Pieces) -> set:
        found = answer(pieces)
        expect(found is not None, "the result is None: is a `return` missing?")
        expect(isinstance(found, set | frozenset), f"return a set of names, not {type(found).__name__}")
        expect(
            not found & {"D_s", "D_t"}, "D_s and D_t have a loss of their own; F and A minimise the other four terms"
        )
        expect(found <= four, f"{sorted(found - four)[:1]} is no term of Eq. 4; the four are {', '.join(sorted(four))}")
        return set(found)

    expect(ask(Pieces()) == four, "the full method has all four terms of Eq. 4")
    yield "the full method"
    expect(
        ask(Pieces(cycle=False)) == {"adversarial_s", "adversarial_t"},
        "without the cycle loss exactly cycle_s and cycle_t vanish: nobody asks whether s'' is still s",
    )
    yield "without the cycle loss"
    for pieces, sentence in (
        (Pieces(attention_s=False), "without A_S the map is all ones; s' is still judged and still sent back"),
        (Pieces(attention_t=False), "without A_T the map is all ones; t' is still judged and still sent back"),
        (
            Pieces(cycle_attention=False),
            "-cycleAtt changes the map on the way back; the way back is still compared with s",
        ),
        (Pieces(masked_discriminator=False), "discriminators that see whole images still judge: nothing vanishes"),
        (METHODS["-D-A"], "who learns when is no matter of the loss's terms: nothing vanishes"),
    ):
        expect(ask(pieces) == four, sentence)
    yield "what changes a term does not remove it"


# ------------------------------------------------------------------------------------------------ 08.3
def _draw_learners(axis: Axes, answer) -> None:
    networks = ("F_st", "F_ts", "A_s", "A_t")
    grid = [
        [float(network in answer(pieces, stage)) for stage in (1, 2) for network in networks]
        for pieces in METHODS.values()
    ]
    axis.imshow(grid, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    axis.axvline(3.5, color="white", lw=4)
    axis.set_xticks(range(8), 2 * networks, fontsize=7, rotation=45)
    axis.set_yticks(range(len(METHODS)), list(METHODS), fontsize=8)
    axis.set_xlabel("stage 1                      stage 2", fontsize=8)
    axis.tick_params(length=0)


@checks(
    "08.3",
    learners,
    part="beyond",
    equation="Section 3.2",
    difficulty=2,
    minutes=8,
    hints=[
        "The generators always learn. An attention network can learn only if it exists ...",
        "... and, in stage 2, only if attention is not stopped. Stage 1 never stops anybody.",
    ],
    mistakes=[
        "Letting attention stop because of masked_discriminator: Eq. 7 and the stop are two switches.",
        "Freezing attention in stage 1 as well.",
        "Thinking that A_T rests without a cycle loss: it still decides what t' looks like, and D_S judges t'.",
    ],
    draw=_draw_learners,
)
def _learners(answer) -> Iterator[str]:
    def ask(pieces: Pieces, stage: int) -> set:
        found = answer(pieces, stage)
        expect(found is not None, "the result is None: is a `return` missing?")
        expect(isinstance(found, set | frozenset), f"return a set of names, not {type(found).__name__}")
        expect(not found & {"D_s", "D_t"}, "D_s and D_t learn from their own loss; here we ask about F and A")
        expect({"F_st", "F_ts"} <= found, "the generators learn in both stages, whatever else is missing")
        return set(found)

    both = {"F_st", "F_ts", "A_s", "A_t"}
    expect(ask(Pieces(), 1) == both, "in stage 1 of the full method all four learn")
    expect(ask(Pieces(), 2) == both - {"A_s", "A_t"}, "in stage 2 of the full method attention is stopped")
    yield "the full method"
    expect(ask(METHODS["-As"], 1) == both - {"A_s"}, "without A_S only A_S is missing; A_T still learns in stage 1")
    expect(ask(METHODS["-At"], 1) == both - {"A_t"}, "without A_T only A_T is missing; A_S still learns in stage 1")
    yield "a network that is not there cannot learn"
    expect(
        ask(METHODS["-D"], 2) == both - {"A_s", "A_t"},
        "-D takes away Eq. 7 only; whether attention stops is decided by stop_attention",
    )
    expect(ask(METHODS["-D-A"], 2) == both, "-D-A never stops attention: in stage 2 all four go on learning")
    expect(
        ask(Pieces(stop_attention=False), 2) == both,
        "whether attention stops is decided by stop_attention, not by masked_discriminator",
    )
    yield "two switches, not one"
    for switches in product((True, False), repeat=6):
        pieces = replace(Pieces(), **dict(zip(_ROLES, switches, strict=True)))
        for stage in (1, 2):
            found, want = ask(pieces, stage), learners(pieces, stage)
            off = ", ".join(f for f, on in zip(_ROLES, switches, strict=True) if not on) or "nothing"
            expect(
                found == want,
                f"with {off} switched off, stage {stage}: you say {', '.join(sorted(found))} learn; gradients "
                f"reach {', '.join(sorted(want))}",
            )
    yield "all 64 combinations, both stages"


# ------------------------------------------------------------------------------------------------ 08.4
_TABLE = {
    "calm": [8.9, 9.1, 9.0],
    "lucky": [6.2, 11.9, 10.4],
    "better": [7.4, 8.8, 8.1],
    "once": [8.0],
}


def _draw_rank(axis: Axes, answer) -> None:
    for i, (name, centre, spread) in enumerate(answer(_TABLE)):
        axis.plot(_TABLE[name], [i] * len(_TABLE[name]), "o", color=GREY, ms=5)
        if spread:
            axis.plot(
                [float(centre) - float(spread), float(centre) + float(spread)], [i, i], color=GREEN, lw=3, alpha=0.6
            )
        axis.plot(float(centre), i, "D", color=GREEN, ms=7)
        axis.text(13.0, i, name, fontsize=9, va="center")
    axis.set(ylim=(3.6, -0.6), yticks=range(4), xlim=(5.8, 15.4))
    axis.set_yticks(range(4), ["1st", "2nd", "3rd", "4th"], fontsize=8)
    axis.set_xlabel("score, lower is better; grey: single runs", fontsize=8)
    axis.tick_params(labelsize=8)


@checks(
    "08.4",
    rank,
    part="beyond",
    equation="Table 1",
    difficulty=2,
    minutes=10,
    hints=[
        "Build the rows first, (name, mean, ±), then sorted(rows, key=lambda row: row[1]).",
        "statistics.mean and statistics.stdev; stdev divides by n - 1, and refuses a single value: return None there.",
    ],
    mistakes=[
        "Reporting each method's best run: the method that was tried most often, or is least stable, then wins.",
        "± of 0 for a single run: that claims certainty where nothing is known.",
        "Dividing by n: with three runs the ± is then a fifth too small.",
    ],
    draw=_draw_rank,
)
def _rank(answer) -> Iterator[str]:
    scores = {name: list(runs) for name, runs in _TABLE.items()}
    found = answer(scores)
    expect(found is not None, "the result is None: is a `return` missing?")
    expect(
        isinstance(found, list) and all(isinstance(row, tuple | list) and len(row) == 3 for row in found),
        "return a list of rows (name, mean, ±)",
    )
    expect(sorted(row[0] for row in found) == sorted(_TABLE), "every method should have exactly one row")
    rows = {row[0]: row for row in found}
    best = {name: min(runs) for name, runs in _TABLE.items()}
    middle = {name: sorted(runs)[len(runs) // 2] for name, runs in _TABLE.items()}
    for name, runs in _TABLE.items():
        same(
            rows[name][1],
            mean(runs),
            {
                "that is the best run; whoever trains most often, or least stably, would win: take the mean": best[
                    name
                ],
                "that is the median run; the table wants the mean": middle[name],
                "that is the sum; divide by the number of runs": sum(runs),
            }
            if len(runs) > 1
            else {},
            f"the mean of {name!r}",
        )
    yield "the mean of all runs"
    for name, runs in _TABLE.items():
        spread = rows[name][2]
        if len(runs) == 1:
            expect(
                spread is None,
                "one run has no spread that anybody knows: ± should be None; 0 would claim certainty",
            )
            continue
        expect(spread is not None, f"{name!r} has several runs, so it has a ±")
        right = stdev(runs)
        same(
            spread,
            right,
            {
                "± divides by the number of runs; of so few it should divide by one less (statistics.stdev)": right
                * math.sqrt((len(runs) - 1) / len(runs)),
                "that is the standard error; the table wants the spread of single runs": right / math.sqrt(len(runs)),
                "that is the variance; take its root": right**2,
                "that is the range, highest minus lowest": max(runs) - min(runs),
            },
            f"± of {name!r}",
        )
    yield "± over runs, none for a single one"
    order = [row[0] for row in found]
    right = [row[0] for row in rank(_TABLE)]
    expect(order != right[::-1], "lower is better, so the lowest mean comes first")
    expect(order != sorted(_TABLE, key=best.get), "the order is that of the best runs; sort by the mean")
    expect(order == right, f"sorted by mean the order is {', '.join(right)}; yours is {', '.join(order)}")
    yield "lowest mean first"
    expect(scores == _TABLE, "the table you were given was changed; sort a copy")
    yield "the table stays as it was"


# ------------------------------------------------------------------------------------------------ 08.5
def _draw_beats(axis: Axes, answer) -> None:
    """The share against how far b is shifted away from a."""
    a = [7.4, 8.8, 8.1]
    shifts = [x / 4 for x in range(-10, 11)]
    axis.step(shifts, [float(answer(a, [x + shift for x in a])) for shift in shifts], where="mid", color=GREEN, lw=2)
    axis.axhline(0.5, color=GREY, lw=1)
    axis.set(ylim=(-0.05, 1.05))
    axis.set_xlabel("b is a, moved up by", fontsize=8)
    axis.set_ylabel("share that a wins", fontsize=8)
    axis.tick_params(labelsize=8)


@checks(
    "08.5",
    beats,
    part="beyond",
    equation="Table 1",
    difficulty=2,
    minutes=6,
    hints=[
        "Every run of a meets every run of b: three runs each make nine games.",
        "Lower wins 1, a tie is worth 0.5. itertools.product, or a[:, None] < b[None] with tensors.",
    ],
    mistakes=[
        "Pairing run i with run i: seeds are not partners, run 0 of a and run 0 of b share nothing but a number.",
        "Counting a tie as a loss: then two equal methods do not stand at one half.",
    ],
    draw=_draw_beats,
)
def _beats(answer) -> Iterator[str]:
    a, b = [7.4, 8.8, 8.1, 9.4], [8.9, 9.1, 8.5, 9.0]
    same(
        answer(a, b),
        beats(a, b),
        {
            "lower is better: count the games in which a's score is below b's": 1 - beats(a, b),
            "only run i met run i; let every run of a meet every run of b": mean(
                float(x < y) for x, y in zip(a, b, strict=True)
            ),
            "that compares the means only, or the best runs; count games between single runs": float(mean(a) < mean(b)),
            "a count of games; divide by their number": beats(a, b) * len(a) * len(b),
        },
        "the share",
    )
    yield "every run against every run"
    same(
        answer([1.0, 2.0], [2.0, 3.0, 1.0]),
        beats([1.0, 2.0], [2.0, 3.0, 1.0]),
        {
            "a tie should count half: two equal methods stand at one half": 3 / 6,
            "a tie counts half, not whole": 5 / 6,
        },
        "the share with ties and unequal numbers of runs",
    )
    same(
        answer([5.0, 6.0], [5.0, 6.0]),
        0.5,
        {"a tie should count half: two equal methods stand at one half": 0.25, "a tie counts half, not whole": 0.75},
        "the share of a method against itself",
    )
    yield "ties"
    same(answer([1.0], [2.0, 3.0]), 1.0, what="the share of one that always wins")
    yield "always and never"
