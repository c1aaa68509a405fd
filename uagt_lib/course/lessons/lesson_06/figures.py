"""Figures of lesson 06: attention over a run, and a discriminator's scores of one cut-out in two frames."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn as nn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, GREEN, ORANGE

COLOURS = {"zeros": ORANGE, "found": GREEN, "never closes": BLUE}


def attention_film(
    pictures: Tensor, maps: Sequence[Tensor], scores: Sequence[Mapping[str, Any]], domain: str, switch: int
) -> Figure:
    """Attention maps of the same pictures at every checkpoint, above mean attention on and off the animals.

    Args:
        pictures: uint8 (n, 3, H, W).
        maps: at each checkpoint, float (n, 1, H, W) in [0, 1].
        scores: the observer's at the same checkpoints.
        domain: "source" or "target".
        switch: the step at which stage 2 begins.
    """
    count, steps = len(pictures), [score["step"] for score in scores]
    every = steps[1] - steps[0]
    figure = Figure(figsize=(10, 0.9 * count + 2.1), dpi=120)
    left, width = 0.11, 0.87 / (len(steps) + 1)
    height = width * 10 / figure.get_figheight()
    for row in range(count):
        bottom = 1 - (row + 1) * height * 1.05
        for column, picture in enumerate([pictures[row], *(m[row] for m in maps)]):
            axis = figure.add_axes((left - width * 1.02 + column * width, bottom, 0.95 * width, 0.97 * height))
            draw(axis, picture)
    bottom = 0.44 / figure.get_figheight()
    axis = figure.add_axes((left, bottom, width * len(steps), 1 - count * height * 1.05 - bottom - 0.03))
    axis.set_xlim(steps[0] - every / 2, steps[-1] + every / 2)
    for name, label, colour, line in (
        ("attention_inside", "on the animals", ORANGE, "-o"),
        ("attention_outside", "on the background", BLUE, "--s"),
    ):
        values = [score[domain][name] for score in scores]
        axis.plot(steps, values, line, color=colour, ms=4, lw=1.8, label=label)
    if switch < steps[-1]:
        axis.axvspan(switch, axis.get_xlim()[1], color="0.5", alpha=0.14, lw=0)
        axis.text(switch + every / 10, 0.9, "stage 2: frozen", fontsize=8.5)
    axis.set(ylim=(0, 1), xticks=steps)
    axis.set_xlabel("step", fontsize=9)
    axis.set_ylabel("mean attention", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.legend(fontsize=8.5, frameon=False, loc="upper left", ncols=2)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def fates(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Mean attention to horses over stage 1: a panel for each speed of `uagt reproduce speed`, a line for each seed."""
    speeds = sorted({row["speed"] for row in rows})
    figure = Figure(figsize=(10, 2.4), dpi=110, layout="constrained")
    panels = figure.subplots(1, len(speeds), sharey=True)
    for panel, speed in zip(panels, speeds, strict=True):
        for row in (row for row in rows if row["speed"] == speed):
            curve = row["curve"]["attention_s"]
            panel.plot([50 * (i + 1) for i in range(len(curve))], curve, color=COLOURS[row["horses"]["fate"]], lw=1.6)
        panel.set(title=f"{speed} a step", ylim=(0, 0.8), xlabel="step")
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("mean attention")
    for name, colour in COLOURS.items():
        panels[-1].plot([], [], color=colour, label=name)
    panels[-1].legend(fontsize=8.5, frameon=False)
    return figure


def two_frames(frames: Sequence[Tensor], scores: Mapping[str, Sequence[float]]) -> Figure:
    """One cut-out in grey frames of different size, and the scores a discriminator gives the same patches.

    Args:
        frames: pictures (3, H, W) in [-1, 1] of growing size.
        scores: by "with instance norm" and "without", one mean score a frame.
    """
    figure = Figure(figsize=(9.6, 2.9), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(frames) + 1, width_ratios=[1] * len(frames) + [1.7])
    largest = frames[-1].shape[-1]
    for axis, frame in zip(axes, frames, strict=False):
        draw(axis, frame)
        edge = (largest - frame.shape[-1]) / 2
        axis.set(xlim=(-edge, frame.shape[-1] + edge), ylim=(frame.shape[-1] + edge, -edge), xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
        axis.set_title(f"{frame.shape[-1]} px", fontsize=9)
    axis, x = axes[-1], torch.arange(len(frames))
    for (name, values), colour, shift, hatch in zip(
        scores.items(), (ORANGE, BLUE), (-0.19, 0.19), ("//", None), strict=True
    ):
        bars = axis.bar(x + shift, values, 0.36, color=colour, label=name, hatch=hatch, edgecolor="white")
        axis.bar_label(bars, fmt="%.2f", fontsize=8.5)
    axis.set_xticks(x, [f"{frame.shape[-1]} px" for frame in frames], fontsize=9)
    axis.set_title("score of the same patches", fontsize=9)
    axis.set_ylim(0, 1.35 * max(max(v) for v in scores.values()))
    axis.legend(fontsize=8.5, frameon=False, loc="upper left")
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


@torch.no_grad()
def inner_scores(judge: nn.Module, frame: Tensor, margin: int, normalise: bool) -> Tensor:
    """A discriminator's scores (4 px apart, 34-px patches) of patches that lie on the picture inside a frame.

    Args:
        judge: a discriminator with two halvings.
        frame: a picture with `margin` zeros on each side, (N, 3, H, W).
        margin: at least 16, divisible by 4.
        normalise: with instance norm.
    """
    scores, skip = judge(frame, normalise=normalise), 6 + (margin - 16) // 4
    return scores[..., skip:-skip, skip:-skip]


def contrast(images: Tensor, masks: Tensor) -> float:
    """How strong stripes are: the standard deviation of brightness over an animal's pixels, averaged over pictures.

    Args:
        images: (N, 3, H, W) in [-1, 1].
        masks: (N, 1, H, W), where the animals are.
    """
    found = [image.mean(0)[mask[0] > 0.5].std() for image, mask in zip(images, masks, strict=True)]
    return torch.stack(found).mean().item()


# ---- what exercises draw of an answer


def draw_foreground(axis: Axes, answer: Callable) -> None:
    """A soft disc cut out of a colourful picture."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    attention = torch.sigmoid(8 * (0.55 - (x**2 + y**2).sqrt()))[None, None]
    picture = torch.stack([0.8 * torch.sign(torch.sin(14 * x)), 0.4 * y, 0.5 - 0.5 * x])[None]
    draw(axis, answer(picture, attention)[0])


def draw_rate(axis: Axes, answer: Callable) -> None:
    """The learning rate over a run of 100 epochs."""
    epochs = [e / 2 for e in range(201)]
    axis.plot(epochs, [answer(e, 100, 1e-4) for e in epochs], color=BLUE, lw=2)
    axis.axvspan(30, 100, color="0.5", alpha=0.12, lw=0)
    axis.text(31, 2e-6, "stage 2", fontsize=8)
    axis.set(xlim=(0, 100), ylim=(-4e-6, 1.15e-4))
    axis.set_xlabel("epoch", fontsize=8)
    axis.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
    axis.spines[["top", "right"]].set_visible(False)
