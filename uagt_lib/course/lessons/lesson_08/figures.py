"""Figures of lesson 08, taking it apart: pure matplotlib."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from uagt_lib.course.lessons.lesson_08.answers import SWITCHES, SYSTEMS
from uagt_lib.reproduce import paper
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE

DIRECTIONS = {"horse to zebra": (BLUE, "o"), "zebra to horse": (ORANGE, "s")}

TABLE_2 = {method.removeprefix("uagt") or "full": kids for method, kids in paper.TABLE_2.items()}


def table_2() -> Figure:
    """The paper's ablations: all of them at the left; at the right, enlarged, those that hardly stumble."""
    figure = Figure(figsize=(9.2, 3.3), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    for axis, names in ((left, list(TABLE_2)), (right, [name for name in TABLE_2 if name != "-cycle"])):
        for k, (direction, (color, marker)) in enumerate(DIRECTIONS.items()):
            for i, name in enumerate(names):
                mean, spread = TABLE_2[name][k]
                axis.errorbar(
                    mean, i + 0.16 * (k - 0.5), xerr=spread, fmt=marker, color=color, ms=5, capsize=2,
                    label=direction if i == 0 else None,
                )  # fmt: skip
        axis.set_yticks(range(len(names)), names)
        axis.invert_yaxis()
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="x", color="0.92")
        axis.set_xlabel("KID × 100 of the paper, lower is better")
    left.set_xlim(0)
    left.set_title("seven systems ...", loc="left", fontsize=10)
    right.set_title("... and six of them, enlarged", loc="left", fontsize=10)
    left.legend(frameon=False, fontsize=9, loc="lower right")
    return figure


def strengths(stages: Sequence[Mapping[str, Mapping[str, float | None]]]) -> Figure:
    """Gradient norms: a table a stage, methods down, networks across; each compared with the full method above it.

    Args:
        stages: for stage 1 and 2, by method and network, a norm, 0, or None where there is no such network.
    """
    figure = Figure(figsize=(10, 3.6), dpi=110, layout="constrained")
    for n, (axis, table) in enumerate(zip(figure.subplots(1, 2, sharey=True), stages, strict=True), 1):
        methods, networks = list(table), list(next(iter(table.values())))
        full = table["full"]
        shade = np.full((len(methods), len(networks)), np.nan)
        for i, method in enumerate(methods):
            for j, network in enumerate(networks):
                value = table[method][network]
                if value:
                    shade[i, j] = np.log2(value / full[network]) if full[network] else 1.0
                same = method != "full" and value and abs(value - full[network]) < 1e-4 * value
                text = "none" if value is None else "0" if not value else "=" if same else f"{value:.2g}"
                color = "0.45" if not value else "black"
                axis.text(j, i, text, ha="center", va="center", fontsize=9.5, color=color)
        axis.imshow(shade, cmap="RdBu_r", vmin=-6, vmax=6, aspect="auto", alpha=0.75)
        axis.set_facecolor("#EEEEEE")
        axis.set_xticks(range(len(networks)), networks)
        axis.set_yticks(range(len(methods)), methods)
        axis.tick_params(length=0)
        axis.set_title(f"stage {n}", fontsize=10, loc="left")
        axis.axhline(0.5, color="white", lw=4)
    figure.supxlabel(
        "size of the gradient; red: larger than the full method's, blue: smaller, =: the same, grey: none", fontsize=9
    )
    return figure


def inside_and_outside(runs: Mapping[str, list[dict[str, Any]]], steps: int) -> Figure:
    """Mean attention on the animals (solid) and off them (dashed) over the steps of runs: S left, T right.

    Args:
        runs: by name, the observer's scores over time.
        steps: where the axis ends.
    """
    figure = Figure(figsize=(8.8, 3.0), dpi=110, layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, side, title in zip(axes, ("source", "target"), ("horses, $A_S$", "zebras, $A_T$"), strict=True):
        for (name, scores), color in zip(runs.items(), (GREEN, ORANGE), strict=True):
            at = [score["step"] for score in scores]
            for where, line in (("inside", "-"), ("outside", "--")):
                values = [score[side][f"attention_{where}"] for score in scores]
                axis.plot(at, values, line, color=color, lw=1.8, label=f"{name}, {where}")
        axis.set(ylim=(0, 1), xlim=(0, steps))
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_xlabel("step")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("mean attention")
    axes[1].legend(frameon=False, fontsize=8.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def luck(spreads: Sequence[float], first: Sequence[float], order: Sequence[float]) -> Figure:
    """How often a table of one training each tells the truth, against the spread over trainings."""
    figure = Figure(figsize=(6.6, 3.1), dpi=110, layout="constrained")
    axis = figure.subplots()
    axis.plot(spreads, first, "o-", color=BLUE, label="the truly best method stands first")
    axis.plot(spreads, order, "s-", color=ORANGE, label="all six stand in their true order")
    axis.set(ylim=(0, 1.03), xlim=(0, max(spreads) * 1.02))
    axis.set_xlabel("± over trainings (KID × 100)")
    axis.set_ylabel("share of tables")
    axis.legend(frameon=False, fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def league(panels: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """One panel a number: methods down, a dot a run, a bar at the mean; at the edge, numbers that lie far beyond it.

    Args:
        panels: by what is measured, by method, one value a run.
    """
    methods = list(next(iter(panels.values())))
    figure = Figure(figsize=(10, 0.9 + 0.3 * len(methods)), dpi=110, layout="constrained")
    for axis, (title, scores) in zip(figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels.items(),
                                     strict=True):  # fmt: skip
        everything = [value for values in scores.values() for value in values]
        # KID has no upper end: one run that went wrong would squeeze all others into a corner
        edge = 5 * float(np.median(everything)) if title.startswith("KID") else max(everything)
        for i, method in enumerate(methods):
            values = list(scores[method])
            color = GREEN if method in ("uagt", "full") else GREY if method == "untouched" else BLUE
            near, far = [v for v in values if v <= edge], sorted(v for v in values if v > edge)
            axis.plot(near, [i] * len(near), "o", color=color, ms=5, alpha=0.75)
            if far:
                words = ", ".join(f"{value:.3g}" for value in far) + " ▸"
                axis.text(1, i, words, color=color, fontsize=9, ha="right", va="center",
                          transform=axis.get_yaxis_transform())  # fmt: skip
            if len(values) > 1 and np.mean(values) <= edge:
                axis.plot(np.mean(values), i, "|", color="black", ms=13, mew=2)
        axis.set_yticks(range(len(methods)), methods)
        axis.set_title(title, fontsize=10, loc="left")
        axis.grid(color="0.93")
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_xlim(min(0, axis.get_xlim()[0]), 1.3 * edge if max(everything) > edge else 1.04 * axis.get_xlim()[1])
        axis.xaxis.set_major_locator(MaxNLocator(4))
    figure.axes[0].set_ylim(len(methods) - 0.5, -0.5)
    return figure


def panels(table: Mapping[str, Any], direction: str) -> dict[str, dict[str, list[float]]]:
    """What `league` draws, from the stored values of a reproduced table.

    Args:
        table: as `uagt reproduce` writes it.
        direction: "S→T" or "T→S".
    """
    kid = table["kid"]["savanna"]
    methods, untouched = kid["methods"], kid["untouched"][direction]
    found: dict[str, dict[str, list[float]]] = {}
    for title, key in (("KID × 100, mean of both", "mean"), ("KID × 100, to target", "to target")):
        found[title] = {m: [100 * v for v in by[direction][key]] for m, by in methods.items()}
        found[title]["untouched"] = [100 * v for v in untouched[key]]
    for title, key, still in (("background error", "background_error", [0.0]), ("attention IoU", "iou@0.5", [])):
        found[title] = {m: list(by[direction][key]) for m, by in table["attention"].items()}
        found[title]["untouched"] = still
    return found


# ---- what exercises draw of an answer


def draw_pieces(axis: Axes, answer: Callable) -> None:
    """Methods down, switches across: blue where on."""
    found = {name: asdict(answer(name)) for name in ("-cycle", "-As", "-cycleAtt", "-D", "-D-A")}
    rows = {name: {switch: by[switch] for switch in SWITCHES} for name, by in found.items()}
    _grid(axis, rows)
    for i, row in enumerate(rows.values()):
        for j, on in enumerate(row.values()):
            axis.text(j, i, "on" if on else "off", ha="center", va="center", fontsize=7, color="white" if on else "k")


def draw_learners(axis: Axes, answer: Callable) -> None:
    """Methods down, networks across, for stage 1 and 2: blue where a network learns."""
    networks = ("F_st", "F_ts", "A_s", "A_t")
    _grid(
        axis,
        {
            name: {f"{network}, {stage}": network in answer(pieces, stage) for stage in (1, 2) for network in networks}
            for name, pieces in SYSTEMS.items()
        },
    )
    axis.axvline(3.5, color="white", lw=4)
    axis.set_xlabel("network, stage", fontsize=8)


def _grid(axis: Axes, rows: Mapping[str, Mapping[str, bool]]) -> None:
    """A blue square for every yes."""
    columns = list(next(iter(rows.values())))
    axis.imshow([list(row.values()) for row in rows.values()], cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    axis.set_xticks(range(len(columns)), columns, fontsize=6.5, rotation=30, ha="right")
    axis.set_yticks(range(len(rows)), list(rows), fontsize=8)
    axis.tick_params(length=0)


TRYOUT = {"calm": [8.9, 9.1, 9.0], "lucky": [6.2, 11.9, 10.4], "better": [7.4, 8.8, 8.1], "once": [8.0]}


def draw_rank(axis: Axes, answer: Callable) -> None:
    """Four methods in the answer's order: grey single runs, a green mean with its ±."""
    for i, (name, centre, spread) in enumerate(answer({name: list(runs) for name, runs in TRYOUT.items()})):
        axis.plot(TRYOUT[name], [i] * len(TRYOUT[name]), "o", color=GREY, ms=5)
        if spread:
            ends = float(centre) - float(spread), float(centre) + float(spread)
            axis.plot(ends, [i, i], color=GREEN, lw=3, alpha=0.6)
        axis.plot(float(centre), i, "D", color=GREEN, ms=7)
        axis.text(13.0, i, name, fontsize=9, va="center")
    axis.set(ylim=(3.6, -0.6), yticks=range(4), xlim=(5.8, 15.4))
    axis.set_yticks(range(4), ["1st", "2nd", "3rd", "4th"], fontsize=8)
    axis.set_xlabel("score, lower is better; grey: single runs", fontsize=8)
    axis.tick_params(labelsize=8)


def draw_beats(axis: Axes, answer: Callable) -> None:
    """The share against how far b is shifted away from a."""
    a = [7.4, 8.8, 8.1]
    shifts = [x / 4 for x in range(-10, 11)]
    found = [float(answer(list(a), [x + shift for x in a])) for shift in shifts]
    axis.step(shifts, found, where="mid", color=GREEN, lw=2)
    axis.axhline(0.5, color=GREY, lw=1)
    axis.set(ylim=(-0.05, 1.05))
    axis.set_xlabel("b is a, moved up by", fontsize=8)
    axis.set_ylabel("share that a wins", fontsize=8)
    axis.tick_params(labelsize=8)
