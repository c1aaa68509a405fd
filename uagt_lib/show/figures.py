"""Figures for lessons and README: pure matplotlib, one style.

    python -m uagt_lib.show.figures OURS CYCLEGAN OUT.png

draws what attention buys: the same held-out savanna pictures, translated by two checkpoints.
"""

import base64
import html
import io
import os
import statistics
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from IPython import get_ipython
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.data.pairs import to_uint8
from uagt_lib.evaluate.report import plus_minus
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.progress import HEADLESS
from uagt_lib.show.palette import AMBER, BLUE, GREEN, ORANGE, PURPLE, SKY, YELLOW
from uagt_lib.training.checkpoint import load_model, read_config

# Okabe and Ito's colours, told apart by everybody: orange, sky blue, green, yellow, blue, vermilion, purple, black.

POINTS = 100  # of a curve, at most


def live() -> bool:
    """Whether a notebook is there to show pictures in."""
    return get_ipython() is not None


def watched() -> bool:
    """Whether somebody looks at that notebook while it runs, and so gets HTML."""
    return live() and not os.environ.get(HEADLESS)


def show(figure: Figure, alt: str) -> None:
    """Display a figure in a notebook, with a text for those who cannot see it. Elsewhere nothing happens."""
    if live():
        display(Shown(png(figure), alt))


@dataclass(frozen=True)
class Shown:
    """A PNG file with a text for those who cannot see it, for a notebook.

    JupyterLab reads no text from an image output, so whoever watches gets HTML; a notebook that is built gets the
    image, with its text beside it, as GitHub, nbviewer and the site expect.
    """

    png: bytes
    alt: str
    sharp: int = 1  # of its pixels for each on the screen

    def html(self) -> str:
        """The picture in HTML."""
        width = int.from_bytes(self.png[16:20], "big") // self.sharp  # where a PNG file keeps it
        words, code = html.escape(" ".join(self.alt.split())), base64.b64encode(self.png).decode()
        return f'<img width="{width}" style="max-width:100%" alt="{words}" src="data:image/png;base64,{code}">'

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        text = {"text/plain": "<IPython.core.display.Image object>"}
        if not watched():
            return text | {"image/png": base64.b64encode(self.png).decode()}, {"image/png": {"alt": self.alt}}
        return text | {"text/html": self.html()}, {}


def png(figure: Figure) -> bytes:
    """A figure as the bytes of a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def draw(axis: Axes, picture: Tensor) -> None:
    """Put one picture on an axis, without ticks; a map gets a thin frame, or white would end nowhere.

    Args:
        axis: where.
        picture: uint8 (3, H, W), float (3, H, W) in [-1, 1], or a map, float (1, H, W) in [0, 1]: white is 1.
    """
    picture = picture.detach()
    if len(picture) == 3 and picture.is_floating_point():
        picture = to_uint8(picture)
    pixels = picture.permute(1, 2, 0).squeeze(-1).numpy()
    axis.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set(visible=len(picture) == 1, color="#BBBBBB")


def rows(titles: list[str], batches: list[Tensor], caption: str = "", width: float = 10.0) -> Figure:
    """Rows of pictures with their titles at the left.

    Args:
        titles: one a row.
        batches: uint8 pictures (N, 3, H, W) or attention maps, float (N, 1, H, W) in [0, 1]; the same N for all.
        caption: a line below.
        width: inches.
    """
    count = len(batches[0])
    side = width / (count + 1)
    figure = Figure(figsize=(width, side * len(batches) + (0.4 if caption else 0)), dpi=150, layout="constrained")
    axes = figure.subplots(len(batches), count, squeeze=False)
    for line, title, batch in zip(axes, titles, batches, strict=True):
        for axis, picture in zip(line, batch, strict=True):
            draw(axis, picture)
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)
    if caption:
        figure.supxlabel(caption, fontsize=8)
    return figure


def what_attention_buys(ours: str | Path, cyclegan: str | Path, pictures: int = 4) -> Figure:
    """Held-out horses (left) and zebras (right): the picture, our attention map, our result, CycleGAN's result."""
    model, other = load_model(ours), load_model(cyclegan)
    pair = read_config(ours).with_(savanna=1).drawn()
    parts = []
    for direction, domain in zip(Direction, pair.domains, strict=True):
        shown = domain.test[:pictures]
        result, rival = translate_batch(model, shown, direction), translate_batch(other, shown, direction)
        parts.append((shown, result.attention, to_uint8(result.translated), to_uint8(rival.translated)))
    return rows(["input", "attention", "ours", "CycleGAN"], [torch.cat(pair) for pair in zip(*parts, strict=True)])


def training_curves(history: list[dict[str, float]], steps: int | None = None, width: float = 9.0) -> Figure:
    """A run's losses (left) and mean attention (right) over its steps; stage 2 is shaded.

    A record is of one batch, and batches of photographs differ: a point of a long run is the mean of several records.

    Args:
        history: the trainer's records, oldest first.
        steps: where the axis ends; at the last record unless told.
        width: inches.
    """
    figure = Figure(figsize=(width, 0.33 * width), dpi=100)
    left, right = figure.subplots(1, 2)
    second = next((record["step"] for record in history if record["stage"] == 2), None)
    end = max([steps or 1, *(record["step"] for record in history)])
    history = _thinned(history)
    at = [record["step"] for record in history]
    names = list(history[-1]) if history else []
    dot = "." if len(history) == 1 else None  # a line through one point is none
    kinds = sorted({name[:-2] for name in names if name[-2:] in ("_s", "_t")} - {"attention", "spread"})
    for kind, color in zip(kinds, (AMBER, SKY, GREEN, YELLOW, PURPLE), strict=False):
        for domain, line in (("s", "-"), ("t", "--")):
            if f"{kind}_{domain}" in names:
                values = [record[f"{kind}_{domain}"] for record in history]
                left.plot(at, values, line, color=color, lw=1.2, marker=dot, label=f"{kind} {domain.upper()}")
    for domain, line, color in (("s", "-", BLUE), ("t", "--", ORANGE)):
        values = [record[f"attention_{domain}"] for record in history]
        right.plot(at, values, line, color=color, lw=1.8, marker=dot, label=f"A_{domain.upper()}")
    for axis, title in ((left, "losses"), (right, "mean attention")):
        axis.set_title(title, fontsize=10, loc="left")
        axis.set_xlabel("step", fontsize=9)
        axis.tick_params(labelsize=8)
        axis.set_xlim(0, end)
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.spines[["top", "right"]].set_visible(False)
        if second:
            axis.axvspan(second, end, color="0.5", alpha=0.12, lw=0)
            side = "left" if second < 0.8 * end else "right"
            axis.text(second, 0.97, " stage 2 ", transform=axis.get_xaxis_transform(), fontsize=8, va="top", ha=side)
        if not history:
            axis.text(0.5, 0.5, "nothing recorded yet", transform=axis.transAxes, ha="center", color="0.5", fontsize=9)
        else:
            axis.legend(fontsize=8, frameon=False, ncols=3, loc="lower right", bbox_to_anchor=(1.02, 0.98))
    left.set_ylim(min([0, *(line.get_ydata().min() for line in left.lines)]))  # Wasserstein losses fall below 0
    right.set_ylim(0, 1)
    figure.subplots_adjust(0.06, 0.17, 0.975, 0.82, wspace=0.14)
    return figure


def _thinned(history: list[dict[str, float]]) -> list[dict[str, float]]:
    """At most `POINTS` records, each the mean of as many that follow each other."""
    count = -(-len(history) // POINTS) or 1
    groups = [history[i : i + count] for i in range(0, len(history), count)]
    return [{name: statistics.fmean(r[name] for r in group) for name in group[-1]} for group in groups]


def kid_histogram(
    values_by_m: Mapping[int, Tensor],
    full: float | None = None,
    limits: tuple[float, float] | None = None,
    width: float = 7.6,
) -> Figure:
    """How one subset's KID scatters: a histogram for each subset size, with mean and ±, on one axis (times 100).

    Args:
        values_by_m: KID of each subset, float (subsets,), by subset size.
        full: the unbiased value of the full sets, a dashed line.
        limits: ends of the axis; the values' own unless told. Values outside are counted in the outermost bars.
        width: inches.
    """
    every = 100 * torch.cat([v.flatten() for v in values_by_m.values()]).double().numpy()
    low, high = (every.min(), every.max()) if limits is None else (100 * limit for limit in limits)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    figure = Figure(figsize=(width, 1.0 + 1.5 * len(values_by_m)), dpi=100)
    axes = figure.subplots(len(values_by_m), 1, sharex=True, squeeze=False)[:, 0]
    bins = np.linspace(low, high, 51)
    for axis, (m, values) in zip(axes, values_by_m.items(), strict=True):
        x = 100 * values.double().numpy()
        tallest = axis.hist(x.clip(low, high), bins, color=SKY, alpha=0.75)[0].max()
        mean, spread = x.mean(), x.std()
        axis.errorbar(mean, 1.15 * tallest, xerr=spread, fmt="o", color="black", capsize=4, lw=1.5, ms=5)
        if full is not None:
            axis.axvline(100 * full, color=ORANGE, ls="--", lw=1.8)
        axis.set_ylim(0, 1.35 * tallest)
        axis.yaxis.get_major_locator().set_params(integer=True)
        axis.set_ylabel(f"m = {m}\nsubsets", fontsize=9)
        axis.set_title(f"mean {plus_minus(mean, spread)}", fontsize=9, loc="right", pad=3)
        axis.tick_params(labelsize=8)
        axis.spines[["top", "right"]].set_visible(False)
    dashed = "" if full is None else "; dashed: all pictures, unbiased"
    axes[-1].set_xlabel(f"KID × 100 of one subset; dot and bar: mean and ±{dashed}", fontsize=9)
    axes[-1].set_xlim(low, high)
    bottom = 0.5 / figure.get_figheight()
    figure.subplots_adjust(0.1, bottom, 0.98, 1 - 0.55 * bottom, hspace=0.35)
    return figure


if __name__ == "__main__":
    what_attention_buys(Path(sys.argv[1]), Path(sys.argv[2])).savefig(sys.argv[3])
