"""Figures of lesson 09: a run looked back on."""

from collections.abc import Callable
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from uagt_lib.course.lessons.lesson_09.toys import TinyRun
from uagt_lib.data.pairs import Pair, to_uint8
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.show import figures
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE
from uagt_lib.training.checkpoint import load_model, step_of


def results(path: Path, pair: Pair, pictures: int = 3) -> Figure:
    """Held-out pictures of both domains: input, attention, paint before composition, result."""
    model = load_model(path)
    columns = []
    for direction, domain in zip(Direction, pair.domains, strict=True):
        shown = domain.test[:pictures]
        found = translate_batch(model, shown, direction)
        columns.append((shown, found.attention, to_uint8(found.painted), to_uint8(found.translated)))
    titles = ["input", "attention", "paint", "result"]
    return figures.rows(titles, [torch.cat(parts) for parts in zip(*columns, strict=True)], width=8.5)


def attention_over_time(checkpoints: list[Path], pair: Pair, picture: int = 0, columns: int = 8) -> Figure:
    """Attention to one held-out horse and one zebra at up to `columns` checkpoints, the first and last among them."""
    count = min(columns, len(checkpoints))
    places = torch.linspace(0, len(checkpoints) - 1, count).round().int().tolist()
    chosen = [checkpoints[i] for i in places]
    size = 1.15 * (count + 1)
    figure = Figure(figsize=(size, 2.7), dpi=100, layout="constrained")
    axes = figure.subplots(2, count + 1, squeeze=False)
    for line, direction, domain in zip(axes, Direction, pair.domains, strict=True):
        shown = domain.test[picture : picture + 1]
        figures.draw(line[0], shown[0])
        line[0].set_ylabel(f"$A_{direction.here.upper()}$", rotation=0, ha="right", va="center")
        for axis, path in zip(line[1:], chosen, strict=True):
            model = load_model(path)
            figures.draw(axis, translate_batch(model, shown, direction).attention[0])
            axis.set_title("shipped" if (step := step_of(path)) is None else f"step {step}", fontsize=8)
    return figure


# ---- what exercises draw of an answer


def records(means: list[float], spreads: list[float]) -> list[dict[str, float]]:
    """A run's history: mean and spread of A_S as given, A_T healthy throughout."""
    pairs = zip(means, spreads, strict=True)
    return [
        {"step": 25 * i, "attention_s": m, "spread_s": s, "attention_t": 0.3, "spread_t": 0.2}
        for i, (m, s) in enumerate(pairs, 1)
    ]


RELAPSE = records([0.6, 0.5, 0.3, 0.4, 0.5, 0.3, 0.2, 0.15], [0.02, 0.04, 0.09, 0.08, 0.03, 0.1, 0.2, 0.25])


def draw_snapshot(axis: Axes, answer: Callable) -> None:
    """A weight of a run that was never interrupted, and of the one that goes on from the snapshot."""
    run, path = TinyRun(), []
    for step in range(24):
        if step == 8:
            saved = answer(run)
        path.append(run.advance().weights[0].item())
    other = TinyRun(seed=1).load(saved)
    after = [other.advance().weights[0].item() for _ in range(16)]
    axis.plot(range(1, 25), path, color=BLUE, lw=4, alpha=0.35, label="never interrupted")
    axis.plot(range(9, 25), after, color=ORANGE, lw=1.5, label="from the snapshot")
    axis.axvline(8, color=GREY, lw=0.8)
    axis.set(xlabel="step", ylabel="a weight")
    axis.legend(fontsize=7, frameon=False)


def draw_found(axis: Axes, answer: Callable) -> None:
    """Mean and spread of one map over a run that localises, relapses and localises for good; the answer's line."""
    steps = [record["step"] for record in RELAPSE]
    axis.plot(steps, [record["attention_s"] for record in RELAPSE], color=BLUE, label="mean of $A_S$")
    axis.plot(steps, [record["spread_s"] for record in RELAPSE], color=ORANGE, ls="--", label="spread of $A_S$")
    axis.axhline(0.05, color=GREY, lw=0.8)
    found = answer(RELAPSE)
    if found is not None:
        axis.axvline(found, color=GREEN, lw=2, label=f"found at {found}")
    axis.set(xlabel="step", ylim=(0, 0.7))
    axis.legend(fontsize=7, frameon=False)
