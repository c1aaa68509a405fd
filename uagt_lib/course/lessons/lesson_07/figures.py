"""Figures of lesson 07, measuring: pure matplotlib."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from torch import Tensor

from uagt_lib.evaluate.kid import kernel, mmd2
from uagt_lib.show.palette import BLUE, GREEN, GREY, ORANGE


def gram(similarities: Tensor, names: Sequence[str]) -> Figure:
    """A kernel matrix (n, n) as a heat map; its rows are equally large sets, called `names`."""
    figure = Figure(figsize=(6.6, 5.2), dpi=110, layout="constrained")
    axis = figure.subplots()
    each = len(similarities) // len(names)
    image = axis.imshow(similarities, cmap="viridis", interpolation="nearest")
    middles = [each * (i + 0.5) - 0.5 for i in range(len(names))]
    axis.set_xticks(middles, names, fontsize=10)
    axis.set_yticks(middles, names, fontsize=10, rotation=90, va="center")
    axis.tick_params(length=0)
    for i in range(1, len(names)):
        axis.axhline(each * i - 0.5, color="white", lw=1.5)
        axis.axvline(each * i - 0.5, color="white", lw=1.5)
    for i, row in enumerate(middles):
        for j, column in enumerate(middles):
            block = similarities[i * each : (i + 1) * each, j * each : (j + 1) * each]
            axis.text(
                column, row, f"{block.mean():.2f}", ha="center", va="center", fontsize=12, weight="bold",
                bbox={"boxstyle": "round,pad=0.25", "fc": "white", "ec": "none", "alpha": 0.85},
            )  # fmt: skip
    figure.colorbar(image, shrink=0.75, label="k(x, y)")
    return figure


def three_blocks(xx: Tensor, yy: Tensor, xy: Tensor) -> Figure:
    """All similarities among x and y, bright where alike, the blocks framed; a picture's with itself crossed out."""
    n, m = len(xx), len(yy)
    whole = torch.cat([torch.cat([xx, xy], 1), torch.cat([xy.T, yy], 1)])
    figure = Figure(figsize=(8.6, 4.2), dpi=110, layout="constrained")
    axis, words = figure.subplots(1, 2, width_ratios=(1.15, 1))
    image = axis.imshow(whole, cmap="gray", vmin=whole.min() - 0.3, interpolation="nearest")
    figure.colorbar(image, ax=axis, shrink=0.75, label="k(x, y)", location="left")
    for start, side, color in ((0, n, BLUE), (n, m, ORANGE)):
        axis.add_patch(Rectangle((start - 0.5, start - 0.5), side, side, fill=False, ec=color, lw=4))
    for (x, y), (w, h) in (((n - 0.5, -0.5), (m, n)), ((-0.5, n - 0.5), (n, m))):
        axis.add_patch(Rectangle((x, y), w, h, fill=False, ec=GREEN, lw=2, ls="--"))
    axis.plot(range(n + m), range(n + m), "x", color="black", ms=9, mew=2)
    axis.set_xticks([(n - 1) / 2, n + (m - 1) / 2], ["x", "y"], fontsize=12)
    axis.set_yticks([(n - 1) / 2, n + (m - 1) / 2], ["x", "y"], fontsize=12)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    off = [(k.sum() - k.trace()) / (len(k) * (len(k) - 1)) for k in (xx, yy)]
    lines = (
        (BLUE, "within x, without the crosses", off[0], ""),
        (ORANGE, "within y, without the crosses", off[1], "+ "),
        (GREEN, "across, counted twice", xy.mean(), "− 2 × "),
        ("black", "MMD², unbiased", off[0] + off[1] - 2 * xy.mean(), "= "),
    )
    words.axis("off")
    for i, (color, name, value, sign) in enumerate(lines):
        y = 0.8 - 0.2 * i
        words.text(0.38, y, f"{sign}{value:.3f}", color=color, fontsize=15, ha="right", va="center", weight="bold")
        words.text(0.44, y, name, color=color, fontsize=11, va="center")
    words.plot([0.02, 1], [0.3, 0.3], color="black", lw=1)
    words.set(xlim=(0, 1.1), ylim=(0, 1))
    return figure


def around_zero(values: Mapping[str, Tensor]) -> Figure:
    """Histograms of estimates (times 100) whose truth is 0, over each other."""
    figure = Figure(figsize=(7.6, 3.0), dpi=110, layout="constrained")
    axis = figure.subplots()
    every = 100 * torch.cat(list(values.values()))
    bins = np.linspace(every.min(), every.quantile(0.995), 45)
    for (name, found), color in zip(values.items(), (ORANGE, GREEN), strict=False):
        found = 100 * found
        below = (found < 0).float().mean()
        label = f"{name}: mean {found.mean():.2f}, {below:.0%} below 0"
        axis.hist(found.clip(max=bins[-1]), bins, color=color, alpha=0.55, label=label)
        axis.axvline(found.mean(), color=color, lw=2, ls="--")
    axis.axvline(0, color="black", lw=1.2)
    axis.set_xlabel("MMD² × 100 between two samples of ONE distribution; the truth is 0 (black), dashed: the averages")
    axis.set_ylabel("deals")
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def spread(by_size: Mapping[str, Mapping[int, float]], by_count: Mapping[str, Mapping[int, float]]) -> Figure:
    """± (times 100) against the size of subsets (left) and their number (right), a line for each pair of sets."""
    figure = Figure(figsize=(8.6, 3.2), dpi=110, layout="constrained")
    panels = (("pictures in a subset, m", by_size), ("number of subsets", by_count))
    for axis, (label, lines) in zip(figure.subplots(1, 2, sharey=True), panels, strict=True):
        for (name, points), color in zip(lines.items(), (ORANGE, GREEN), strict=True):
            axis.plot(list(points), [100 * v for v in points.values()], "o-", color=color, label=name)
        axis.set(xscale="log", yscale="log")
        axis.set_xlabel(label)
        axis.xaxis.set_minor_locator(NullLocator())
        ticks = list(next(iter(lines.values())))
        axis.set_xticks(ticks, [str(t) for t in ticks])
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="y", color="0.9")
    figure.axes[0].set_ylabel("± × 100")
    figure.axes[0].set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    figure.axes[1].legend(frameon=False, loc="center right")
    return figure


def fid_and_kid(found: Mapping[str, Mapping[int, Tensor]]) -> Figure:
    """FID (left) and KID × 100 (right) against the number of pictures.

    Args:
        found: for each pair of distributions, by number of pictures, a tensor (tries, 2) of FID and KID.
    """
    figure = Figure(figsize=(8.6, 3.4), dpi=110, layout="constrained")
    for k, (axis, title) in enumerate(zip(figure.subplots(1, 2), ("FID", "KID × 100, unbiased"), strict=True)):
        for (name, by_n), color in zip(found.items(), (GREEN, ORANGE), strict=True):
            values = [v[:, k] * (100 if k else 1) for v in by_n.values()]
            mean, std = (torch.stack([f(v) for v in values]) for f in (torch.mean, torch.std))
            axis.plot(list(by_n), mean, "o-", color=color, label=name)
            axis.fill_between(list(by_n), mean - std, mean + std, color=color, alpha=0.18, lw=0)
        axis.axhline(0, color="black", lw=1)
        axis.set_title(title, loc="left", fontsize=11)
        axis.set_xlabel("pictures in each set")
        axis.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(frameon=False)
    return figure


def plane(points: Mapping[str, tuple[float, float]], colors: Mapping[str, str], apart: float) -> Figure:
    """Candidates by KID × 100 to source and to target; the curve of mixtures, and lines of equal mean.

    Args:
        points: (to source, to target), not times 100, by name.
        colors: of each point.
        apart: KID between source and target.
    """
    figure = Figure(figsize=(6.8, 5.6), dpi=110, layout="constrained")
    axis = figure.subplots()
    d, w = 100 * apart, torch.linspace(0, 1, 200)
    for mean in (30, 45, 60):
        axis.plot([0, 2 * mean], [2 * mean, 0], color="0.85", lw=1, zorder=0)
        axis.text(2 * mean * 0.33, 2 * mean * 0.67, f"mean {mean}", color="0.55", fontsize=8, rotation=-45,
                  ha="center", va="center", bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
    axis.fill_between(d * w**2, 0, d * (1 - w) ** 2, color="0.94", lw=0, zorder=-1)
    axis.plot(d * w**2, d * (1 - w) ** 2, color=GREY, lw=2, zorder=1)
    axis.text(0.045 * d, 0.07 * d, "no set can\nlie in here", color="0.45", fontsize=9, ha="left", va="center")
    for i, (name, (to_source, to_target)) in enumerate(points.items()):
        x, y = 100 * to_source, 100 * to_target
        axis.plot(x, y, "o", color=colors[name], ms=9, clip_on=False, zorder=3)
        # what lies at the right end would stand on top of each other: a staircase of labels, with lines
        place = (0.56 * d + 0.13 * d * i, 0.12 * d + 0.13 * d * i) if x > 0.6 * d else (x + 0.05 * d, y + 0.05 * d)
        axis.annotate(
            f"{name}\nmean {(x + y) / 2:.1f}", (x, y), place, fontsize=9, color=colors[name], va="center",
            arrowprops={"arrowstyle": "-", "color": colors[name], "lw": 0.8} if x > 0.6 * d else None,
        )  # fmt: skip
    axis.set(xlim=(-2, 1.12 * d), ylim=(-2, 1.12 * d), aspect="equal")
    axis.set_xlabel("KID to the source × 100")
    axis.set_ylabel("KID to the target × 100")
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def overlap(images: Tensor, attention: Tensor, masks: Tensor, threshold: float, scores: Sequence[float]) -> Figure:
    """Pictures in grey with what was found (green), missed (blue), and attended wrongly (orange).

    Args:
        images: uint8 (N, 3, H, W); attention and masks: float (N, 1, H, W).
        threshold: attention above it counts.
        scores: IoU of each picture, for its title.
    """
    figure = Figure(figsize=(1.65 * len(images), 2.15), dpi=120, layout="constrained")
    rgb = [torch.tensor([int(c[i : i + 2], 16) for i in (1, 3, 5)]) / 255 for c in (GREEN, BLUE, ORANGE)]
    for axis, image, a, m, score in zip(figure.subplots(1, len(images)), images, attention, masks, scores, strict=True):
        grey = (image.float().mean(0) / 255)[..., None].expand(-1, -1, 3).clone()
        found, truth = (a > threshold)[0], (m > 0.5)[0]
        for where, color in zip((found & truth, truth & ~found, found & ~truth), rgb, strict=True):
            grey[where] = 0.3 * grey[where] + 0.7 * color
        axis.imshow(grey, interpolation="nearest")
        axis.set_title(f"IoU {score:.2f}", fontsize=10)
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
    figure.supxlabel("green: found   ·   blue: missed   ·   orange: attended, but no animal", fontsize=9)
    return figure


def change_maps(source: Tensor, results: Mapping[str, Tensor], masks: Tensor) -> Figure:
    """Where each result differs from its source: a row a method, the animals' outlines in white.

    Args:
        source: float (N, 3, H, W) in [-1, 1]; results: the same, by method; masks: float (N, 1, H, W).
    """
    figure = Figure(figsize=(9.2, 1.05 * len(results) + 0.2), dpi=120, layout="constrained")
    axes = figure.subplots(len(results), len(source), squeeze=False)
    for line, (name, result) in zip(axes, results.items(), strict=True):
        changes = (source - result).abs().mean(1) / 2
        for axis, change, mask in zip(line, changes, masks, strict=True):
            image = axis.imshow(change, cmap="inferno", vmin=0, vmax=0.5, interpolation="nearest")
            axis.contour(mask[0], [0.5], colors="white", linewidths=0.8)
            axis.set(xticks=[], yticks=[])
        line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)
    figure.colorbar(image, ax=axes, shrink=0.9, label="change", pad=0.01)
    return figure


# ---- what exercises draw of an answer


def draw_kernel(axis: Axes, answer: Callable) -> None:
    """The kernel of every pair of 24 feature vectors, of two kinds."""
    x = _two_kinds(12)
    axis.imshow(torch.as_tensor(answer(x, x)).detach(), cmap="viridis", vmin=1, vmax=kernel(x, x).max())
    axis.set(
        xticks=[5.5, 17.5], yticks=[5.5, 17.5], xticklabels=["12 of a kind", "12 of another"], yticklabels=["", ""]
    )
    axis.tick_params(length=0, labelsize=8)


def draw_mmd2(axis: Axes, answer: Callable) -> None:
    """What comes out for two samples of one distribution, 200 times."""
    found = torch.tensor([float(answer(*_one_law(12, i))) for i in range(200)])
    axis.hist(found.clip(max=1.9), torch.linspace(-0.6, 2.0, 53).numpy(), color=GREEN, alpha=0.7)
    axis.axvline(0, color="black", lw=1)
    axis.axvline(found.mean(), color=ORANGE, lw=2, ls="--")
    axis.set_xlabel(f"200 times two samples of ONE distribution; mean {found.mean():.2f}", fontsize=8)
    axis.set(yticks=[])
    axis.tick_params(labelsize=8)


def draw_kid(axis: Axes, answer: Callable) -> None:
    """Mean and ± of 40 subsets, by their size."""
    x, y = _two_kinds(80, 1).split(80)
    y = 0.4 * y + 0.6 * x.flip(0)
    for m in (5, 10, 20, 40):
        mean, std = (float(v) for v in answer(x, y, torch.Generator().manual_seed(0), 40, m)[:2])
        axis.errorbar(m, 100 * mean, yerr=100 * std, fmt="o", color=GREEN, capsize=4)
    axis.axhline(100 * mmd2(x, y), color=ORANGE, ls="--", lw=1.2)
    axis.set_xlabel("pictures in a subset; dashed: all 80 at once", fontsize=8)
    axis.set(xticks=[5, 10, 20, 40])
    axis.set_ylabel("KID × 100", fontsize=8)
    axis.tick_params(labelsize=8)


def draw_iou(axis: Axes, answer: Callable) -> None:
    """The IoU of a soft disc beside its mask, by threshold."""
    attention, mask = _toy()
    at = torch.linspace(0, 0.95, 20)
    axis.plot(at, [float(answer(attention, mask, float(t))) for t in at], "o-", color=GREEN, ms=3)
    axis.set(ylim=(0, 1.05))
    axis.set_xlabel("threshold", fontsize=8)
    axis.set_ylabel("IoU", fontsize=8)
    axis.tick_params(labelsize=8)


def draw_done_right(axis: Axes, answer: Callable) -> None:
    """Five painters of toy pictures."""
    _, mask = _toy()
    source = torch.full((4, 3, 32, 32), -0.2)
    half = torch.tensor([0.0, 1.0, 0.0, 1.0])[:, None, None, None]
    cases = {
        "animal only": mask.expand(4, 1, 32, 32),
        "everything": torch.ones(4, 1, 32, 32),
        "nothing": torch.zeros(4, 1, 32, 32),
        "animal, every 2nd": half * mask,
        "all, every 2nd": half * torch.ones_like(mask),
    }
    found = [float(answer(source, source + 0.7 * m, mask.expand(4, 1, 32, 32))) for m in cases.values()]
    axis.barh(list(cases), found, color=[GREEN, ORANGE, GREY, BLUE, ORANGE])
    axis.invert_yaxis()
    axis.set(xlim=(0, 1.05))
    axis.set_xlabel("share done right, of 4 toy pictures", fontsize=8)
    axis.tick_params(labelsize=8)


def _two_kinds(n: int, seed: int = 0) -> Tensor:
    """`n` feature vectors (n, 16) of each of two kinds, one kind after the other."""
    x = torch.rand(2 * n, 16, generator=torch.Generator().manual_seed(seed))
    x[:n, :8] += 0.6
    x[n:, 8:] += 0.6
    return x


def _one_law(n: int, i: int) -> tuple[Tensor, Tensor]:
    """Two samples (n, 8) of one and the same distribution."""
    return tuple(torch.randn(2, n, 8, generator=torch.Generator().manual_seed(i)).abs())


def _toy(size: int = 32) -> tuple[Tensor, Tensor]:
    """A disc as mask, and soft attention that found it a little too far to the right: both (1, 1, size, size)."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    mask = (x**2 + y**2 < 0.3).float()
    attention = torch.sigmoid(7 * (0.6 - ((x - 0.12) ** 2 + y**2).sqrt()))
    return attention[None, None], mask[None, None]
