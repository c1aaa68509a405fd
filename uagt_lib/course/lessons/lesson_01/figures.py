"""Figures of lesson 01: a savanna of two numbers, round trips, and how a background turns."""

from collections.abc import Mapping, Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE


def journeys(games: Mapping[str, tuple[Tensor, Tensor, Tensor]], arrows: int = 14) -> Figure:
    """Where translations take the points of a flat savanna: one panel a game.

    Args:
        games: by title, points before and after, (n, 2) each, and points of pile T: how dry the grass, how striped
            the animal.
        arrows: how many of the journeys are drawn, spread evenly over the dryness of the start.
    """
    figure = Figure(figsize=(10, 3.1 if len(games) > 2 else 3.4), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(games), sharey=True, squeeze=False)[0]
    for axis, (title, (before, after, target)) in zip(axes, games.items(), strict=True):
        axis.scatter(*target.T, s=7, color=ORANGE, alpha=0.3, lw=0, label="pile T: zebras")
        axis.scatter(*before.T, s=7, color=BLUE, alpha=0.35, lw=0, label="pile S: horses")
        order = before[:, 0].argsort()
        for i in order[torch.linspace(0, len(order) - 1, arrows).long()].tolist():
            (x, y), (u, v) = before[i].tolist(), after[i].tolist()
            axis.annotate("", (u, v), (x, y), arrowprops={"arrowstyle": "->", "color": "#444444", "lw": 0.9})
        axis.set_title(title, fontsize=9)
        axis.set(xlim=(-1.25, 1.25), ylim=(-1.9, 1.5), xticks=[-1, 1], xticklabels=["green", "dry"])
        axis.set_yticks([-1, 1], ["plain", "striped"])
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(fontsize=7.5, frameon=False, loc="lower left", markerscale=2, borderpad=0, handletextpad=0.1)
    figure.supxlabel("grass", fontsize=9)
    return figure


def curves(
    steps: Sequence[float], lines: Mapping[str, Sequence[float]], title: str, ylabel: str, levels: Mapping[str, float]
) -> Figure:
    """Lines over training steps.

    Args:
        steps: where the values belong.
        lines: values by name.
        title: above.
        ylabel: at the left.
        levels: dashed grey lines to compare with, by name.
    """
    figure = Figure(figsize=(8, 3.2), dpi=110, layout="constrained")
    axis = figure.subplots()
    for (name, values), colour, mark in zip(lines.items(), (ORANGE, BLUE, GREEN), "osD", strict=False):
        axis.plot(steps, values, color=colour, marker=mark, ms=4, lw=1.8)
        axis.annotate(
            name, (steps[-1], values[-1]), (8, 0), textcoords="offset points", va="center", fontsize=9, color=colour
        )
    for name, level in levels.items():
        axis.axhline(level, color=GREY, ls="--", lw=1)
        axis.annotate(name, (0, level), (2, 3), textcoords="offset points", fontsize=8, color="#666666")
    axis.set_title(title, fontsize=10, loc="left")
    axis.set_xlabel("step", fontsize=9)
    axis.set_ylabel(ylabel, fontsize=9)
    axis.set_xlim(0, 1.32 * steps[-1])
    axis.set_xticks([s for s in steps if s % 80 == 0])
    axis.set_ylim(min(0.0, *(1.2 * min(values) for values in lines.values())))
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    return figure
