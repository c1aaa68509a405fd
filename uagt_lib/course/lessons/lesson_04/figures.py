"""Figures of lesson 04: score maps, losses and their gradients, three games on a line, and what attention costs."""

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE

GAMES = (ORANGE, BLUE, GREEN)  # log(1 - D), -log D, least squares: the same colour in every figure


def score_maps(titles: Sequence[str], images: Tensor, scores: Tensor) -> Figure:
    """Pictures above, a discriminator's scores for their patches below.

    Args:
        titles: one a picture.
        images: float (N, 3, H, W) in [-1, 1].
        scores: raw scores (N, 1, h, w).
    """
    figure = Figure(figsize=(10, 4.6 * 4 / len(titles)), dpi=110, layout="constrained")
    axes = figure.subplots(2, len(titles))
    for i, title in enumerate(titles):
        draw(axes[0, i], images[i])
        axes[0, i].set_title(title, fontsize=10)
        shown = axes[1, i].imshow(scores[i, 0], cmap="cividis", vmin=-0.3, vmax=1, interpolation="nearest")
        axes[1, i].set_xlabel(f"mean {scores[i].mean().item():.2f}", fontsize=11)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[])
    axes[1, 0].set_ylabel("$D_T$'s scores", fontsize=10)
    figure.colorbar(shown, ax=axes, shrink=0.45, anchor=(0, 0.06), label="0: fake · 1: real")
    return figure


def curves(x: Tensor, losses: Mapping[str, Tensor], gradients: Mapping[str, Tensor], mark: float) -> Figure:
    """Generator losses (left) and the size of their gradient with respect to the score (right).

    Args:
        x: scores, (n,).
        losses: by name, (n,); `gradients` likewise.
        gradients: their derivatives.
        mark: a score to mark with a line: a fake that a confident discriminator has seen through.
    """
    figure = Figure(figsize=(10, 3.3), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, color, line in zip(losses, GAMES, ("-", "-", "-"), strict=True):
        left.plot(x, losses[name], line, color=color, lw=2, label=name)
        right.semilogy(x, gradients[name].abs(), line, color=color, lw=2, label=name)
    left.set(ylim=(-8, 12))
    left.set_title("what the generator minimises", fontsize=10, loc="left")
    right.set_title("size of its gradient, on a logarithmic axis", fontsize=10, loc="left")
    right.set_ylim(1e-3, 50)
    for axis in (left, right):
        axis.axvline(mark, color=GREY, ls=":", lw=1.3)
        axis.set_xlabel("score of a fake", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    left.legend(fontsize=9, frameon=False, loc="lower left")
    return figure


def judges(x: Tensor, middles: tuple[float, float], best: Tensor, found: Mapping[str, Tensor]) -> Figure:
    """What trained judges say along a line, beside the best answer there is.

    Args:
        x: points of the line (n, 1).
        middles: where real points and fakes lie.
        best: p / (p + q) at x.
        found: by name, a judge's answers at x.
    """
    figure = Figure(figsize=(7, 3.0), dpi=110, layout="constrained")
    axis = figure.subplots()
    axis.plot(x, best, color="black", lw=6, alpha=0.2, label="p / (p + q), the best there is")
    for (name, values), color in zip(found.items(), (BLUE, GREEN), strict=True):
        axis.plot(x, values, color=color, lw=1.8, label=name)
    for middle, name, color in zip(middles, ("real", "fake"), ("#444444", "#A04C80"), strict=True):
        bell = 0.35 * torch.exp(-2 * (x - middle) ** 2)
        axis.fill_between(x[:, 0], bell[:, 0], color=color, alpha=0.25, lw=0)
        axis.text(middle, 0.37, name, color=color, ha="center", fontsize=10)
    axis.set(ylim=(-0.12, 1.5), xlim=(x.min().item(), x.max().item()))
    axis.set_ylabel("chance that x is real", fontsize=9)
    axis.set_xlabel("x", fontsize=9)
    axis.legend(fontsize=9, frameon=False, loc="upper left")
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def games(panels: Mapping[str, Mapping[str, Sequence[Sequence[float]]]], goal: float) -> Figure:
    """Where the generator's fakes lie over the steps of a game: a panel a start, a colour a game, a line a seed.

    Args:
        panels: by title, by game, one list of positions a seed.
        goal: where the real points lie.
    """
    figure = Figure(figsize=(10, 3.3), dpi=110, layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True)
    for axis, (title, runs) in zip(axes, panels.items(), strict=True):
        axis.axhline(goal, color=GREY, ls="--", lw=1.2)
        for (name, seeds), color in zip(runs.items(), GAMES, strict=True):
            for i, path in enumerate(seeds):
                axis.plot(path, color=color, lw=1.6, alpha=0.85, label=name if i == 0 else None)
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlabel("step", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("middle of the fakes", fontsize=9)
    axes[0].text(1, goal + 0.06, "real points", color="#666666", fontsize=9, va="bottom")
    axes[-1].legend(fontsize=9, frameon=False, loc="lower right")
    return figure


def bill(prices: Mapping[str, tuple[float, float]], upto: float = 50, paper: float = 10) -> Figure:
    """What each matte costs F and A, adversarial + weight * cycle, against the weight: straight lines.

    Args:
        prices: by name of the matte, (adversarial loss, cycle loss).
        upto: the largest weight.
        paper: the paper's weight, marked.
    """
    figure = Figure(figsize=(7.4, 3.5), dpi=110, layout="constrained")
    axis = figure.subplots()
    colors = {"zeros": GREY, "ones": ORANGE, "horse": BLUE}
    top = 2.0
    for name, (adversarial, cycle) in prices.items():
        axis.plot([0, upto], [adversarial, adversarial + upto * cycle], color=colors[name], lw=2.2)
        at = upto if adversarial + upto * cycle < top else (top - adversarial) / cycle
        axis.text(
            at * 1.01, min(adversarial + at * cycle, top), f" {name}", color=colors[name], fontsize=10, va="center"
        )
    axis.axvline(paper, color="black", ls=":", lw=1.2)
    axis.text(paper, 0.02, " the paper's 10", fontsize=9)
    axis.set(xlim=(0, upto), ylim=(0, top))
    axis.set_xlabel(r"$\lambda_{cyc}$", fontsize=11)
    axis.set_ylabel("adversarial + λ · cycle", fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


# ---- what exercises draw of an answer


def draw_painter(axis: Axes, answer: Callable) -> None:
    """What a fake of that score costs the generator."""
    x = torch.linspace(-1, 2, 61)
    _curve(axis, x, {"a fake": [answer(v[None]) for v in x]})
    axis.set_ylim(-0.2, 4.2)


def draw_log(axis: Axes, answer: Callable) -> None:
    """What a real and a fake cost the judge, each while the other is judged perfectly, far out too."""
    x = torch.linspace(-200, 200, 81)
    far = torch.tensor([300.0])
    _curve(axis, x, {"a real one": [answer(v[None], -far) for v in x], "a fake": [answer(far, v[None]) for v in x]})
    axis.set_ylim(-5, 110)


def _curve(axis: Axes, x: Tensor, lines: Mapping[str, list]) -> None:
    for (name, values), color in zip(lines.items(), (BLUE, ORANGE), strict=False):
        axis.plot(x, [float(v) for v in values], color=color, lw=2, label=name)
    axis.set_xlabel("score", fontsize=9)
    axis.tick_params(labelsize=9)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=9, frameon=False)
