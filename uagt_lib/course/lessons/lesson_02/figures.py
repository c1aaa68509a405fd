"""Figures of lesson 02: Eq. 1 drawn out, what a discriminator says of composites, and where attention is pulled."""

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.method.compose import compose
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, GREY, ORANGE


def equation(s: Tensor, painted: Tensor, s_a: Tensor, s_prime: Tensor) -> Figure:
    """Eq. 1 as pictures: s_a ⊙ F(s) + (1 - s_a) ⊙ s = s'.

    Args:
        s: the photo, float (3, H, W) in [-1, 1]; `painted` and `s_prime` likewise.
        painted: the generator's paint.
        s_a: the matte (1, H, W) in [0, 1].
        s_prime: what Eq. 1 makes of them.
    """
    parts = [(s_a, "$s_a$"), (painted, r"$F_{S\to T}(s)$"), (1 - s_a, "$1-s_a$"), (s, "$s$"), (s_prime, "$s'$")]
    figure = Figure(figsize=(10, 2.1), dpi=110)
    width, gap = 0.16, 0.045
    for i, ((picture, title), sign) in enumerate(zip(parts, ["", r"$\odot$", "$+$", r"$\odot$", "$=$"], strict=True)):
        left = 0.005 + i * (width + gap)
        axis = figure.add_axes((left, 0.02, width, 0.82))
        draw(axis, picture)
        axis.set_title(title, fontsize=11)
        figure.text(left - gap / 2, 0.42, sign, ha="center", va="center", fontsize=18)
    return figure


def gallery(titles: Sequence[str], mattes: Tensor, results: Tensor, notes: Sequence[str] | None = None) -> Figure:
    """Mattes above, what each makes of one picture below, and a note under each.

    Args:
        titles: one a column.
        mattes: (N, 1, H, W) in [0, 1].
        results: float (N, 3, H, W) in [-1, 1].
        notes: one line below each column.
    """
    figure = Figure(figsize=(10, 4.1 if notes is None else 4.4), dpi=110, layout="constrained")
    axes = figure.subplots(2, len(titles), squeeze=False)
    for i, title in enumerate(titles):
        draw(axes[0, i], mattes[i])
        draw(axes[1, i], results[i])
        axes[0, i].set_title(title, fontsize=10)
        if notes is not None:
            axes[1, i].set_xlabel(notes[i], fontsize=11)
    axes[0, 0].set_ylabel("$s_a$", rotation=0, ha="right", va="center", fontsize=12)
    axes[1, 0].set_ylabel("$s'$", rotation=0, ha="right", va="center", fontsize=12)
    return figure


def valley(levels: Sequence[float], everywhere: Sequence[float], horse: Sequence[float], real: float) -> Figure:
    """A discriminator's mean score against the height of a matte: one value everywhere, or on the horse only.

    Args:
        levels: heights in [0, 1].
        everywhere: the score where the whole matte has that height.
        horse: the score where only the horse has it.
        real: the score of real zebras.
    """
    figure = Figure(figsize=(7, 3.2), dpi=110, layout="constrained")
    axis = figure.subplots()
    axis.axhline(real, color=GREY, ls="--", lw=1.2)
    axis.text(0.0, real - 0.015, "real zebras", color="#666666", fontsize=9, va="top")
    axis.plot(levels, horse, "-", color=BLUE, lw=2)
    axis.plot(levels, everywhere, "-", color=ORANGE, lw=2)
    middle = len(levels) // 2
    axis.text(levels[middle] - 0.02, horse[middle] + 0.02, "on the horse only", color=BLUE, ha="right", fontsize=10)
    axis.text(levels[middle] + 0.07, everywhere[middle] - 0.02, "on every pixel", color=ORANGE, fontsize=10)
    axis.annotate("the photo", (0, horse[0]), (0.03, horse[0] + 0.07), fontsize=9, color="#333333")
    axis.annotate("CycleGAN", (1, everywhere[-1]), (0.9, everywhere[-1] - 0.1), fontsize=9, color="#333333")
    axis.plot([levels[0], levels[-1], levels[-1]], [horse[0], everywhere[-1], horse[-1]], "o", color="#333333", ms=4)
    axis.set_xlabel("height of the matte $s_a$", fontsize=10)
    axis.set_ylabel("mean score by $D_T$", fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def pull(images: Tensor, painted: Tensor, gradient: Tensor, masks: Tensor) -> Figure:
    """Photos, paint, and where gradient descent pulls the matte: up is orange, down is blue; outlines: true masks.

    Args:
        images: float (N, 3, H, W) in [-1, 1]; `painted` likewise.
        painted: the generator's paint.
        gradient: of the loss with respect to the matte, (N, 1, H, W); descent goes against it.
        masks: (N, 1, H, W) in [0, 1].
    """
    count = len(images)
    figure = Figure(figsize=(10, 10 * 3 / (count + 0.6)), dpi=110, layout="constrained")
    axes = figure.subplots(3, count, squeeze=False)
    limit = 0.25 * gradient.abs().max().item()
    for i in range(count):
        draw(axes[0, i], images[i])
        draw(axes[1, i], painted[i])
        axes[2, i].imshow(-gradient[i, 0], cmap="PuOr_r", vmin=-limit, vmax=limit, interpolation="nearest")
        axes[2, i].contour(masks[i, 0], [0.5], colors="black", linewidths=0.9)
        axes[2, i].set(xticks=[], yticks=[])
    for axis, title in zip(axes[:, 0], ("$s$", "$F(s)$", "pull on $s_a$"), strict=True):
        axis.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=11)
    figure.supxlabel(
        "orange: more paint here, please · purple: less · outline: the horse, for our eyes only", fontsize=10
    )
    return figure


def taught(runs: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Mean attention on the horses and off them, over the steps of a few trainings, side by side.

    Args:
        runs: by title, records with `step`, `inside` and `outside`.
    """
    figure = Figure(figsize=(4.6 * len(runs), 3), dpi=110, layout="constrained")
    for axis, (title, records) in zip(figure.subplots(1, len(runs), squeeze=False)[0], runs.items(), strict=True):
        steps = [record["step"] for record in records]
        apart = max(0.0, 0.08 - (records[-1]["inside"] - records[-1]["outside"]))  # or the two labels would overlap
        for name, color, label, up in (("inside", BLUE, "on horses", apart), ("outside", ORANGE, "elsewhere", 0)):
            values = [record[name] for record in records]
            axis.plot(steps, values, "-", color=color, lw=2)
            axis.text(steps[-1], values[-1] + up, f" {label} {values[-1]:.2f}", color=color, va="center", fontsize=9)
        axis.set(ylim=(-0.03, 1.02), xlim=(0, steps[-1] * 1.38))
        axis.set_xticks([s for s in steps if s % 20 == 0])
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlabel("step", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("mean attention", fontsize=10)
    return figure


def greenness(images: Tensor, masks: Tensor) -> Tensor:
    """How much greener than red the background of each picture is, mean over its pixels: (N,).

    Args:
        images: float (N, 3, H, W) in [-1, 1].
        masks: (N, 1, H, W) in [0, 1]; background is below 0.01.
    """
    background = (masks < 0.01)[:, 0]
    return ((images[:, 1] - images[:, 0]) * background).sum((1, 2)) / background.sum((1, 2))


# ---- what exercises draw of an answer


def _scene(side: int = 48) -> tuple[Tensor, Tensor, Tensor]:
    """A picture, paint of another colour, and a soft disc as matte: (1, 3, side, side) twice, (1, 1, side, side)."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    matte = torch.sigmoid(12 * (0.6 - (x**2 + y**2).sqrt()))[None, None]
    source = torch.stack([-0.6 + 0.2 * y, 0.3 + 0.2 * x, -0.5 + 0 * x])[None]
    paint = torch.stack([0.9 + 0 * x, 0.3 * torch.sign(torch.sin(20 * x)), -0.2 + 0 * x])[None]
    return source, paint, matte


def draw_compose(axis: Axes, answer: Callable) -> None:
    """Paint of one colour over a picture of another, kept inside a disc."""
    draw(axis, answer(*_scene())[0])


def draw_gradient(axis: Axes, answer: Callable) -> None:
    """The pull on a matte where paint and photo differ inside a disc only, and D wants more red on the left half."""
    s, paint, matte = _scene()
    painted = compose(s, paint, matte)
    upstream = torch.zeros_like(s)
    upstream[:, 0, :, :24], upstream[:, 0, :, 24:] = -1, 1
    found = -answer(upstream, s, painted)[0].detach()
    axis.imshow(found[0] if len(found) == 1 else found.mean(0), cmap="PuOr_r", vmin=-1.6, vmax=1.6)
    axis.set(xticks=[], yticks=[])
    axis.set_xlabel("orange: the matte will rise", fontsize=8)


def draw_trip(axis: Axes, answer: Callable) -> None:
    """A brown disc that is turned grey and back, by networks that know their own domain only: s, s', s''."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    disc = torch.sigmoid(12 * (0.6 - (x**2 + y**2).sqrt()))[None, None]
    meadow, brown, grey = (
        torch.tensor(c)[None, :, None, None] for c in ((-0.6, 0.3, -0.5), (0.4, -0.3, -0.7), (0.5,) * 3)
    )
    s = disc * brown + (1 - disc) * meadow

    def finds(color: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda image: torch.exp(-8 * (image - color).square().sum(1, keepdim=True))

    def paints(color: Tensor) -> Callable[[Tensor], Tensor]:
        return lambda image: color.expand_as(image) + 0.15 * torch.sin(18 * x)

    s_prime, s_cycled = answer(s, paints(grey), finds(brown), paints(brown), finds(grey))
    change = (s_cycled - s).abs() - 1  # no change is black
    draw(axis, torch.cat([torch.cat([s, s_prime], -1), torch.cat([s_cycled, change], -1)], -2)[0])
    for place, text in zip(((2, 6), (50, 6), (2, 54), (50, 54)), ("s", "s'", "s''", "|s'' - s|"), strict=True):
        axis.text(*place, text, color="white", fontsize=9)


def draw_attended(axis: Axes, answer: Callable) -> None:
    """What is left of a soft disc."""
    axis.imshow(answer(_scene()[2], 0.5)[0, 0].detach().float(), cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])
