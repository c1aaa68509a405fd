"""Figures of lesson 01: a savanna of two numbers, round trips, and how a background turns."""

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.course.lessons.lesson_01.answers import cheat
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import background_error
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
    every = [value for values in lines.values() for value in values]
    for (name, values), colour, mark in zip(lines.items(), (ORANGE, BLUE, GREEN), "osD", strict=False):
        axis.plot(steps, values, color=colour, marker=mark, ms=4, lw=1.8)
        near = (max(every) - min(every)) / 12
        beside = [v[-1] for n, v in lines.items() if n != name and abs(v[-1] - values[-1]) < near]
        up = 0 if not beside else 6 if values[-1] >= max(beside) else -6  # or two names would overlap
        axis.annotate(
            name, (steps[-1], values[-1]), (8, up), textcoords="offset points", va="center", fontsize=9, color=colour
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


# ---- what exercises draw of an answer


def draw_judge(axis: Axes, answer: Callable) -> None:
    """The loss of a judge who gives every real picture 1 and every fake the score on the axis; and the reverse."""
    scores = torch.linspace(-1, 2, 31)
    real_right = [float(answer(torch.ones(4), x.repeat(4))) for x in scores]
    fake_right = [float(answer(x.repeat(4), torch.zeros(4))) for x in scores]
    axis.plot(scores, real_right, color=ORANGE, lw=2, label="x = score of the fakes")
    axis.plot(scores, fake_right, color=BLUE, lw=2, ls="--", label="x = score of the real ones")
    axis.set(xlabel="score x, the other side perfect", ylabel="judge's loss", xticks=[-1, 0, 1, 2])
    axis.legend(fontsize=7, frameon=False, loc="upper center")
    axis.spines[["top", "right"]].set_visible(False)


def draw_cycle(axis: Axes, answer: Callable) -> None:
    """The loss as a round trip misses by more and more."""
    x = torch.zeros(2, 3, 8, 8)
    misses = torch.linspace(-1, 1, 21)
    axis.plot(misses, [float(answer(x, x + d)) for d in misses], color=BLUE, lw=2)
    axis.set(xlabel="by how much s'' misses s, everywhere", ylabel="cycle loss", xticks=[-1, 0, 1])
    axis.spines[["top", "right"]].set_visible(False)


def draw_trips(axis: Axes, answer: Callable) -> None:
    """Two patches of colour on their way: there, and back."""
    s = torch.tensor([-0.6, 0.4, -0.5]).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)
    t = torch.tensor([0.7, 0.4, -0.3]).reshape(1, 3, 1, 1).expand(1, 3, 8, 8)
    warmer = torch.tensor([0.5, 0.0, 0.1]).reshape(1, 3, 1, 1)
    found = answer(lambda x: x + warmer, lambda x: x - warmer, s, t)
    rows = [torch.cat([x, found[2 * i][:, :3], found[2 * i + 1][:, :3]], 3)[0] for i, x in enumerate((s, t))]
    axis.imshow(torch.cat(rows, 1).permute(1, 2, 0).add(1).div(2).clamp(0, 1))
    axis.set_xticks([3.5, 11.5, 19.5], ["given", "there ( ' )", "back ( '' )"])
    axis.set_yticks([3.5, 11.5], ["s", "t"])
    axis.tick_params(length=0)


def draw_cheat(axis: Axes, answer: Callable) -> None:
    """A horse, cheated, cheated again, and what is then left to complain about.

    Of the library's own answer only what it achieves is drawn: there are many, and each is for the learner to find.
    """
    horse, mask = savanna.draw("horse", 1, 32, seed=3)
    image = to_float(horse)
    once = answer(image.clone())
    twice = answer(once.clone())
    missed = (image - twice).abs() - 1
    canvas = torch.ones(3, 66, 66)
    pictures = {"s": image, "s'": once, "s''": twice, "|s - s''|": missed}
    if answer is cheat:
        pictures["s'"] = torch.full_like(image, 0.8)
        error = background_error(image, once, mask)
        axis.text(50, 17, f"background\nerror {error:.2f}", fontsize=9, ha="center", va="center")
    for i, (name, picture) in enumerate(pictures.items()):
        top, left = 34 * (i // 2), 34 * (i % 2)
        canvas[:, top : top + 32, left : left + 32] = picture[0]
        box = {"facecolor": "white", "alpha": 0.8, "lw": 0, "pad": 1.5}
        axis.text(left + 1, top + 2.5, name, fontsize=8, va="center", bbox=box)
    axis.imshow(canvas.permute(1, 2, 0).add(1).div(2).clamp(0, 1))
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
