"""Figures of lesson 10: columns of pictures of any shape, and what a forged translation costs."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.course.places import data
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.export import Translator
from uagt_lib.method.model import Model
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, ORANGE
from uagt_lib.training.checkpoint import load_model


def columns(
    pictures: Sequence[Sequence[Tensor]], titles: Sequence[str], notes: Sequence[str] = (), width: float = 9.8
) -> Figure:
    """Columns of pictures of any height and width.

    Args:
        pictures: for each column its pictures from top to bottom, uint8 (3, H, W), or maps, float (1, H, W) in [0, 1].
        titles: one a row, at the left.
        notes: one a column, below.
        width: inches.
    """  # fmt: skip
    shares = [column[0].shape[-1] / column[0].shape[-2] for column in pictures]  # all columns equally high
    high = (width - 1.0) / sum(shares) * len(titles) * 1.04 + (0.35 if notes else 0.05)
    figure = Figure(figsize=(width, high), dpi=100, layout="constrained")
    axes = figure.subplots(len(titles), len(pictures), width_ratios=shares, squeeze=False)
    for k, column in enumerate(pictures):
        for line, picture in zip(axes, column, strict=True):
            draw(line[k], picture)
        if notes:
            axes[-1][k].set_xlabel(notes[k], fontsize=8)
    for line, title in zip(axes, titles, strict=True):
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)
    return figure


def prices(costs: Mapping[str, tuple[float, float]], width: float = 7.4) -> Figure:
    """Horizontal bars: adversarial and cycle term of the generator's loss, side by side.

    Args:
        costs: (adversarial, cycle) by name.
        width: inches.
    """
    figure = Figure(figsize=(width, 0.75 + 0.55 * len(costs)), dpi=100, layout="constrained")
    axis = figure.subplots()
    names = list(costs)
    kinds = (("adversarial: does D_T believe it?", BLUE), ("cycle: does the way back lead home?", ORANGE))
    for k, (label, color) in enumerate(kinds):
        bars = axis.barh([i + 0.36 * k for i in range(len(names))], [costs[n][k] for n in names], 0.34, color=color)
        bars.set_label(label)
        axis.bar_label(bars, fmt="%.2f", fontsize=8, padding=3)
    axis.set_yticks([i + 0.18 for i in range(len(names))], names, fontsize=9)
    axis.invert_yaxis()
    axis.set_xlim(0, 1.25 * max(max(pair) for pair in costs.values()))
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=8, frameon=False, loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2)
    axis.set_xlabel("term of the loss that F and A descend", fontsize=8)
    return figure


# ---- what exercises draw of an answer


@cache
def _trained() -> Model:
    return load_model(data("checkpoints", "savanna-64.safetensors"))


def draw_translator(axis: Axes, answer: type) -> None:
    """A horse as the shipped checkpoint translates it."""
    picture, _ = savanna.draw("horse", 1, 64, seed=2, start=4)
    with torch.no_grad():
        translated = answer(_trained())(to_float(picture))
    draw(axis, translated[0])


def draw_any_size(axis: Axes, answer: Callable) -> None:
    """The same horse in a picture of odd height and width."""
    picture, _ = savanna.draw("horse", 1, 64, seed=2, start=4)
    cut = to_float(picture)[..., 13:, :63]
    with torch.no_grad():
        image = answer(Translator(_trained()), cut)
    draw(axis, image[0])
    axis.set_xlabel(f"63 x 51 px in, {image.shape[-1]} x {image.shape[-2]} px out", fontsize=8)
