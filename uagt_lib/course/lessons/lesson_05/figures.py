"""Figures of lesson 05: a pair being learned, who gets which gradient, and how old the pool's fakes are."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
import torch.nn as nn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.course.cases import Draw
from uagt_lib.course.places import data
from uagt_lib.method.compose import compose
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, GREEN, ORANGE

NETWORKS = ("F_st", "A_s", "F_ts", "A_t", "D_t", "D_s")
_NETWORK_NAMES = ("$F_{S→T}$", "$A_S$", "$F_{T→S}$", "$A_T$", "$D_T$", "$D_S$")
_LOSSES = {
    "adversarial_t": "fool $D_T$ with $s'$",
    "adversarial_s": "fool $D_S$ with $t'$",
    "cycle_s": "come home: $s''$ to $s$",
    "cycle_t": "come home: $t''$ to $t$",
    "D_t": "judge: $t$ or $s'$",
    "D_s": "judge: $s$ or $t'$",
}


def films(s: Tensor, t: Tensor, strips: Mapping[str, Tensor], steps: int) -> Figure:
    """Programs that learn one pair: s, s' over the steps, and t, one row a program.

    Args:
        s: (1, 3, H, W) in [-1, 1].
        t: likewise.
        strips: by the row's name, s' at evenly spaced steps, (frames, 3, H, W) in [-1, 1].
        steps: when the last frame was taken.
    """
    frames = len(next(iter(strips.values())))
    figure = Figure(figsize=(10, 1.32 * len(strips) + 0.35), dpi=130, layout="constrained")
    axes = figure.subplots(len(strips), frames + 2, squeeze=False)
    heads = ["$s$", *(f"step {i * steps // (frames - 1)}" for i in range(frames)), "$t$"]
    for axis, head in zip(axes[0], heads, strict=True):
        axis.set_title(head, fontsize=9)
    for row, (name, film) in zip(axes, strips.items(), strict=True):
        for axis, picture in zip(row, torch.cat([s, film, t]), strict=True):
            draw(axis, picture)
        for axis, colour in ((row[0], BLUE), (row[-1], ORANGE)):
            axis.spines[:].set(visible=True, color=colour, linewidth=2.5)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=10)
    return figure


def loss_curves(runs: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """The losses of several runs side by side, both directions averaged: fool D, come home, judge."""
    kinds = {"fool D": "adversarial", "come home": "cycle", "judge": "D"}
    figure = Figure(figsize=(10, 2.5), dpi=110, layout="constrained")
    styles = zip((GREEN, ORANGE, BLUE), ("-", "--", ":"), strict=True)
    for (name, records), (colour, line) in zip(runs.items(), styles, strict=False):
        axes = figure.axes or figure.subplots(1, 3)
        for axis, (title, kind) in zip(axes, kinds.items(), strict=True):
            values = np.array([(r[f"{kind}_s"] + r[f"{kind}_t"]) / 2 for r in records])
            axis.plot(range(1, len(values) + 1), values, color=colour, lw=0.6, alpha=0.35)
            axis.plot(range(1, len(values) + 1), _smooth(values), line, color=colour, lw=1.8, label=name)
            axis.set_title(title, fontsize=10, loc="left")
            axis.set_xlabel("step", fontsize=9)
            axis.set_ylim(0)
            axis.tick_params(labelsize=8)
            axis.spines[["top", "right"]].set_visible(False)
    figure.axes[-1].legend(fontsize=8, frameon=False)
    return figure


def gradient_matrix(norms: Mapping[str, Mapping[str, float]], wanted: Mapping[str, set[str]] | None = None) -> Figure:
    """Rows losses, columns networks; a filled cell is a gradient, its number the norm.

    Args:
        norms: gradient norm by loss and network; 0 leaves a cell empty.
        wanted: the networks that should learn, by loss; other filled cells are drawn orange. Without it all are blue.
    """
    figure = Figure(figsize=(7.6, 3.6), dpi=110, layout="constrained")
    axis = figure.subplots()
    for y, loss in enumerate(norms):
        for x, network in enumerate(NETWORKS):
            value = norms[loss][network]
            right = wanted is None or network in wanted[loss]
            face = "white" if not value else BLUE if right else ORANGE
            axis.add_patch(_cell(x, y, face, "////" if value and not right else None))
            if value:
                box = {"fc": face, "ec": "none", "pad": 1.2}
                axis.text(x, y, _short(value), ha="center", va="center", fontsize=9, color="white", bbox=box)
    axis.set(xlim=(-0.5, 5.5), ylim=(5.5, -0.5), xticks=range(6), yticks=range(6))
    axis.set_xticklabels(_NETWORK_NAMES, fontsize=11)
    axis.set_yticklabels([_LOSSES[name] for name in norms], fontsize=10)
    axis.xaxis.tick_top()
    axis.tick_params(length=0)
    axis.axvline(3.5, color="black", lw=1.5)
    axis.axhline(3.5, color="black", lw=1.5)
    axis.spines[:].set_visible(False)
    return figure


def gradient_norm(network: nn.Module) -> float:
    """The length of a network's gradient, all parameters together; 0 where it has none."""
    return sum(p.grad.square().sum().item() for p in network.parameters() if p.grad is not None) ** 0.5


def pool_ages(ages: Sequence[int], batch: int = 1) -> Figure:
    """How old the fakes are that come out of a pool: a histogram, the fresh ones apart."""
    figure = Figure(figsize=(7.6, 2.4), dpi=110, layout="constrained")
    axis = figure.subplots()
    old = [age for age in ages if age]
    bins = np.arange(1, 401, 10)
    axis.hist(old, bins, color=BLUE)
    fresh, mean = 1 - len(old) / len(ages), np.mean(ages)
    axis.bar(-12, len(ages) - len(old), 12, color=ORANGE)
    axis.annotate(
        f"{fresh:.0%} are fresh", (-6, len(ages) - len(old)), (70, 0.9 * (len(ages) - len(old))), fontsize=9,
        color=ORANGE, arrowprops={"arrowstyle": "-", "color": ORANGE},
    )  # fmt: skip
    axis.axvline(mean, color="black", ls="--", lw=1.2)
    axis.text(mean + 5, axis.get_ylim()[1] * 0.55, f"mean of all: {mean:.0f} steps", fontsize=9)
    axis.set_xlabel("age of the fake that D meets, steps", fontsize=9)
    axis.set_ylabel("how many", fontsize=9)
    axis.set_xticks([-12, 50, 100, 200, 300, 400], ["0 (fresh)", "50", "100", "200", "300", "400"])
    axis.set_xlim(-22, 400)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def _cell(x: int, y: int, face: str, hatch: str | None):
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, facecolor=face, edgecolor="#bbbbbb", hatch=hatch, lw=0.8)


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _smooth(values: np.ndarray, width: int = 9) -> np.ndarray:
    """A running mean that keeps the ends."""
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


# ---- what exercises draw of an answer


def draw_trips(axis: Axes, answer: Callable) -> None:
    """A held-out horse and a zebra on their way, with trained networks: s, s', s'' above t, t', t''."""
    from uagt_lib.data.folders import load_images
    from uagt_lib.data.pairs import to_float
    from uagt_lib.training.checkpoint import load_model

    m = load_model(data("checkpoints", "savanna-64.safetensors"))
    s, t = (to_float(load_images(data("samples", folder), m.view)[1:2]) for folder in ("testA", "testB"))
    with torch.no_grad():
        s_prime, s_cycled, t_prime, t_cycled = answer(m, s, t)
    gap = torch.ones(3, m.view, 4)
    lines = [
        torch.cat([part for x in line for part in (x[0, :3], gap)], 2)
        for line in ((s, s_prime, s_cycled), (t, t_prime, t_cycled))
    ]
    shown = torch.cat([lines[0], torch.ones(3, 4, lines[0].shape[2]), lines[1]], 1).add(1).div(2).clamp(0, 1)
    axis.imshow(shown.permute(1, 2, 0), interpolation="nearest")
    for i, name in enumerate(("$s$", "$s'$", "$s''$", "$t$", "$t'$", "$t''$")):
        place = 2 + (m.view + 4) * (i % 3), 2 + (m.view + 4) * (i // 3)
        axis.text(*place, name, fontsize=9, va="top", bbox={"fc": "white", "ec": "none", "pad": 1.5, "alpha": 0.85})
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


def draw_judge(axis: Axes, answer: Callable) -> None:
    """Who learns from D's loss."""
    _bars(axis, answer)


def draw_fool(axis: Axes, answer: Callable) -> None:
    """Who learns from the translators' loss."""
    _bars(axis, lambda D_t, t, s_prime: answer(D_t, s_prime))


def _bars(axis: Axes, loss: Callable[[nn.Module, Tensor, Tensor], Tensor]) -> None:
    """How strong a gradient each network gets from a loss of (D_t, t, s')."""
    scene = Draw(2, 8, 8, torch.float32)
    s, t, F_st, A_s = scene.picture(), scene.picture(), scene.network(3), scene.network(1, torch.sigmoid)
    D_t = scene.network(1)
    loss(D_t, t, compose(s, F_st(s), A_s(s))).backward()
    names, colours = ("$F_{S→T}$", "$A_S$", "$D_T$"), (BLUE, BLUE, ORANGE)
    size = [gradient_norm(network) for network in (F_st, A_s, D_t)]
    axis.bar(names, size, color=colours)
    for i, value in enumerate(size):
        axis.text(i, value, f"{value:.2f}" if value else "none", ha="center", va="bottom", fontsize=9)
    axis.set_ylabel("gradient, norm", fontsize=8)
    axis.set_ylim(0, 1.25 * max([*size, 0.1]))
    axis.spines[["top", "right"]].set_visible(False)


def draw_pool(axis: Axes, answer: Callable) -> None:
    """How many steps old each fake is that comes out of a pool of 10, one fake a step."""
    pool, found = answer(10, torch.Generator().manual_seed(0)), []
    for step in range(1000):
        image, _ = pool(torch.full((1, 3, 2, 2), float(step)), torch.zeros(1, 1, 2, 2))
        found.append(step - int(image.mean().round()))
    axis.plot(found, ".", ms=2.5, color=BLUE)
    axis.axvspan(0, 10, color="0.5", alpha=0.2, lw=0)
    axis.set_xlabel("step (grey: the pool of 10 fills)", fontsize=8)
    axis.set_ylabel("age of the fake that comes out", fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
