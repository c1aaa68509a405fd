"""Figures for lessons and README: pure matplotlib, one style.

    python -m uagt_lib.show.figures OURS CYCLEGAN OUT.png

draws what attention buys: the same held-out savanna pictures, translated by two checkpoints.
"""

import sys
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.checkpoint import load_model
from uagt_lib.data.pairs import from_savanna, to_uint8
from uagt_lib.evaluate.observe import translate


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
            pixels = picture.permute(1, 2, 0).squeeze(-1).numpy()
            axis.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            axis.set(xticks=[], yticks=[])
            axis.spines[:].set_visible(False)
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)
    if caption:
        figure.supxlabel(caption, fontsize=8)
    return figure


def what_attention_buys(ours: Path, cyclegan: Path, pictures: int = 4) -> Figure:
    """Held-out horses (left) and zebras (right): the picture, our attention map, our result, CycleGAN's result."""
    model, config = load_model(ours)
    other, _ = load_model(cyclegan)
    pair = from_savanna(config.whole, config.load, images=1, bias=config.bias)
    parts = []
    for domain, to in ((pair.source, "t"), (pair.target, "s")):
        shown = domain.test[:pictures]
        result, rival = translate(model, shown, to), translate(other, shown, to)
        parts.append((shown, result.attention, to_uint8(result.image), to_uint8(rival.image)))
    return rows(["input", "attention", "ours", "CycleGAN"], [torch.cat(pair) for pair in zip(*parts, strict=True)])


if __name__ == "__main__":
    what_attention_buys(Path(sys.argv[1]), Path(sys.argv[2])).savefig(sys.argv[3])
