"""Figures of lesson 03: sizes through a stack of layers, receptive fields as squares, maps beside pictures."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import torch.nn as nn
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from uagt_lib.course.lessons.lesson_03.toys import MENDED, PRINTED, SMALL
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.method import networks
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE


def panels(
    titles: Sequence[str],
    pictures: Sequence[Tensor],
    notes: Sequence[str] = (),
    *,
    stretch: bool = False,
    to_scale: bool = False,
    width: float = 9.8,
) -> Figure:
    """One row of pictures.

    Args:
        titles: one a picture.
        pictures: uint8 (3, H, W), or maps, float (1, H, W) in [0, 1].
        notes: a line below each, or nothing.
        stretch: show each map from its own smallest value (black) to its largest (white).
        to_scale: a picture of twice the height is drawn twice as high.
        width: inches.
    """
    tallest = max(p.shape[-2] for p in pictures)
    scale = [p.shape[-2] / tallest if to_scale else 1.0 for p in pictures]
    high = width / (sum(scale) + 0.12 * (len(scale) - 1)) + 0.65
    figure = Figure(figsize=(width, high), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(pictures), width_ratios=scale, squeeze=False)[0]
    for i, (axis, title, picture) in enumerate(zip(axes, titles, pictures, strict=True)):
        limits = {} if stretch else {"vmin": 0, "vmax": 1}
        axis.imshow(picture.detach().permute(1, 2, 0).squeeze(-1), cmap="gray", interpolation="nearest", **limits)
        axis.set(xticks=[], yticks=[], anchor="S")
        axis.set_title(title, fontsize=9)
        if notes:
            axis.set_xlabel(notes[i], fontsize=9)
    return figure


def draw_sizes(axis: Axes, names: Sequence[str], sizes: Sequence[int], size: int) -> None:
    """A staircase: the size that goes in and the size after each layer; a dashed line where it should end."""
    heights = [size, *sizes]
    labels = ["picture", *names]
    colors = [GREY] + [BLUE] * (len(sizes) - 1) + [GREEN if sizes[-1] == size else ORANGE]
    bars = axis.bar(range(len(heights)), heights, color=colors, width=0.85)
    axis.bar_label(bars, fontsize=9)
    axis.axhline(size, color="0.3", ls="--", lw=1)
    axis.set_xticks(range(len(heights)), labels, rotation=60, ha="right", rotation_mode="anchor", fontsize=9)
    axis.set_yticks([])
    axis.set_ylim(0, 1.15 * max(heights))
    axis.spines[["top", "right", "left"]].set_visible(False)


def staircases(stacks: Mapping[str, tuple[Sequence[str], Sequence[int]]], size: int, width: float = 9.8) -> Figure:
    """Staircases side by side on one scale.

    Args:
        stacks: names of layers and sizes after them, by title.
        size: of the picture that goes in.
        width: inches.
    """
    figure = Figure(figsize=(width, 3.4), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(stacks), sharey=True, squeeze=False)[0]
    for axis, (title, (names, sizes)) in zip(axes, stacks.items(), strict=True):
        draw_sizes(axis, names, sizes, size)
        axis.set_title(title, fontsize=9)
    axes[0].set_ylim(0, 1.15 * max(size, *(max(sizes) for _, sizes in stacks.values())))
    return figure


def draw_squares(axis: Axes, picture: Tensor, fields: Mapping[str, float]) -> None:
    """Receptive fields as squares around the middle of a picture (3, H, W), uint8; larger ones may leave it."""
    height, wide = picture.shape[-2:]
    axis.imshow(picture.permute(1, 2, 0))
    for color, (name, field) in zip((ORANGE, "white", BLUE, GREEN), fields.items(), strict=False):
        corner = (wide / 2 - field / 2 - 0.5, height / 2 - field / 2 - 0.5)
        axis.add_patch(Rectangle(corner, field, field, fill=False, ec=color, lw=2.2))
        axis.plot([], [], color=color if color != "white" else "0.75", lw=2.5, label=f"{field:.0f} px: {name}")
    axis.set(xticks=[], yticks=[], xlim=(-0.5, wide - 0.5), ylim=(height - 0.5, -0.5))
    axis.legend(fontsize=9, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 0.0))


def gradients(maps: Mapping[str, Tensor], width: float = 9.8) -> Figure:
    """How strongly each input pixel moves one output pixel, on one logarithmic scale; white: not at all.

    Args:
        maps: sums of absolute gradients, float (H, W), by title.
        width: inches.
    """
    figure = Figure(figsize=(width, width / len(maps) + 0.1), dpi=100, layout="constrained")
    axes = figure.subplots(1, len(maps), squeeze=False)[0]
    for axis, (title, gradient) in zip(axes, maps.items(), strict=True):
        values = gradient.detach().double().numpy()
        values = np.ma.masked_equal(values / values.max(), 0)
        image = axis.imshow(values, norm=LogNorm(1e-6, 1), cmap="viridis", interpolation="nearest")
        axis.set(xticks=[], yticks=[])
        seen = 1 - values.mask.mean() if values.mask.shape else 1.0
        axis.set_title(title, fontsize=9)
        axis.set_xlabel(f"{seen:.1%} of the pixels count" if seen < 1 else "every pixel counts", fontsize=9)
    bar = figure.colorbar(image, ax=axes, fraction=0.025, pad=0.01)
    bar.set_label("influence, strongest pixel = 1", fontsize=9)
    bar.ax.tick_params(labelsize=9)
    return figure


def number_maps(titles: Sequence[str], maps: Sequence[Tensor], width: float = 7.6) -> Figure:
    """Small maps (H, W) with their numbers written into them."""
    figure = Figure(figsize=(width, width / len(maps) + 0.2), dpi=100, layout="constrained")
    for axis, title, values in zip(figure.subplots(1, len(maps)), titles, maps, strict=True):
        values = values.detach()
        axis.imshow(values, cmap="Blues", vmin=0, vmax=1.6 * values.max())
        for y, row in enumerate(values.tolist()):
            for x, value in enumerate(row):
                axis.text(x, y, f"{value:.0f}", ha="center", va="center", fontsize=9)
        axis.set(xticks=[], yticks=[])
        axis.set_title(title, fontsize=9)
    return figure


# ---- what exercises draw of an answer


def draw_answer_sizes(axis: Axes, answer: Callable) -> None:
    """The staircase of the printed attention network."""
    layers = PRINTED["attention"]
    draw_sizes(axis, [layer.name for layer in layers], answer(list(layers), 256), 256)


def draw_answer_fields(axis: Axes, answer: Callable) -> None:
    """Three receptive fields on a picture."""
    picture, _ = savanna.draw("zebra", 1, 128, seed=2, start=18)
    stacks = {
        "attention, mended": MENDED["attention"],
        "D, two halvings": SMALL["discriminator"],
        "D of the paper": PRINTED["discriminator"],
    }
    draw_squares(axis, picture[0], {name: float(answer(list(stack))) for name, stack in stacks.items()})


def draw_attention(axis: Axes, answer: Callable) -> None:
    """The map of a network with random weights."""
    picture, _ = savanna.draw("zebra", 1, 64, seed=2, start=18)
    network = answer(16)
    networks.initialise(network, torch.Generator().manual_seed(0))
    with torch.no_grad():
        axis.imshow(network(to_float(picture))[0, 0], cmap="gray", interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    axis.set_xlabel("map with random weights, contrast stretched", fontsize=9)


def draw_blocks(axis: Axes, answer: Callable) -> None:
    """A picture after nine blocks with random weights, each turned down to a fifth."""
    picture, _ = savanna.draw("zebra", 1, 64, seed=2, start=18)
    x, g = to_float(picture), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _ in range(9):
            block = answer(3)
            networks.initialise(block, g)
            for module in block.modules():
                if isinstance(module, nn.InstanceNorm2d):
                    module.weight.mul_(0.2)
            x = block(x)
    draw(axis, x[0])
    axis.set_xlabel("a picture after nine random blocks", fontsize=9)


def draw_counts(axis: Axes, answer: Callable) -> None:
    """Parameters of each network, the paper's and ours."""
    names = ["generator", "attention", "discriminator"]
    rows = [("the paper", MENDED, ORANGE), ("ours, small", SMALL, BLUE)]
    for k, (label, nets, color) in enumerate(rows):
        counts = [answer(list(nets[name])) / 1e3 for name in names]
        bars = axis.barh([i + 0.4 * k for i in range(3)], counts, 0.38, color=color, label=label)
        axis.bar_label(bars, fmt="%.0f", fontsize=9, padding=2)
    axis.set_yticks([0.2, 1.2, 2.2], names, fontsize=9)
    axis.set_xlabel("thousand parameters, one network", fontsize=9)
    axis.set_xlim(0, 3700)
    axis.tick_params(labelsize=9)
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=9, frameon=False, loc="center right")
