"""Figures of lesson 00: pictures of both domains side by side, given and translated."""

from collections.abc import Callable, Mapping, Sequence

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.data.pairs import Pair, to_uint8
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import AMBER, BLUE, GREEN, GREY, ORANGE


def two_sides(
    titles: Sequence[str], left: Sequence[Tensor], right: Sequence[Tensor], heads: tuple[str, str], caption: str = ""
) -> Figure:
    """Rows of pictures in two blocks with a gap between them.

    Args:
        titles: one a row.
        left: the left block's rows, uint8 (N, 3, H, W) or maps, float (N, 1, H, W) in [0, 1]; the same N for all.
        right: the right block's rows, likewise.
        heads: what stands above the blocks, in the colours of S and T.
        caption: a line below.
    """
    count, other = len(left[0]), len(right[0])
    side = 8.6 / (count + other)
    figure = Figure(figsize=(10, side * len(titles) + 0.35 + (0.3 if caption else 0)), dpi=130, layout="constrained")
    axes = figure.subplots(
        len(titles), count + 1 + other, squeeze=False, width_ratios=[1] * count + [0.18] + [1] * other
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
    for line, title, here, there in zip(axes, titles, left, right, strict=True):
        line[count].axis("off")
        for axis, picture in zip([*line[:count], *line[count + 1 :]], [*here, *there], strict=True):
            draw(axis, picture)
        line[0].set_ylabel(title, rotation=0, ha="right", va="center", fontsize=9)
    for axis, head, colour in ((axes[0][0], heads[0], BLUE), (axes[0][count + 1], heads[1], ORANGE)):
        axis.set_title(head, fontsize=10, color=colour, loc="left", fontweight="bold")
    if caption:
        figure.supxlabel(caption, fontsize=8.5)
    return figure


def opening(pair: Pair, models: Mapping[str, Model], pictures: int = 4) -> Figure:
    """The first held-out horses and zebras, and what each of `models` turns them into, one row a model."""
    sides = []
    for direction, domain in zip(Direction, pair.domains, strict=True):
        given = domain.test[:pictures]
        sides.append(
            [given, *(to_uint8(translate_batch(model, given, direction).translated) for model in models.values())]
        )
    return two_sides(["given", *models], *sides, ("horse to zebra", "zebra to horse"))


# ---- what exercises draw of an answer


def draw_coverage(axis: Axes, answer: Callable) -> None:
    """Four masks and what the answer says of each."""
    half = torch.zeros(1, 1, 48, 48)
    half[..., 24:] = 1
    masks = torch.cat([_disc(0, 0, 0.25), _disc(0.1, -0.1, 0.5), _disc(0, 0.1, 0.8), half])
    shares = torch.as_tensor(answer(masks)).reshape(-1).tolist()
    canvas = torch.full((102, 102), 0.5)
    for i, (mask, share) in enumerate(zip(masks[:, 0], shares if len(shares) == 4 else 4 * [None], strict=True)):
        top, left = 2 + 50 * (i // 2), 2 + 50 * (i % 2)
        canvas[top : top + 48, left : left + 48] = mask
        text = "?" if share is None else f"{share:.0%}" if abs(share) <= 1 else f"{share:.4g}"
        axis.text(left + 3, top + 7, text, fontsize=11, color=AMBER, fontweight="bold")
    axis.imshow(canvas, cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


def draw_range(axis: Axes, answer: Callable) -> None:
    """Float against byte."""
    values = torch.as_tensor(answer(torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16))).reshape(-1).float()
    axis.plot(range(256), values, color=BLUE, lw=2)
    axis.axhspan(-1, 1, color=GREEN, alpha=0.12, lw=0)
    axis.set(xlabel="byte", ylabel="float", xlim=(0, 255), xticks=[0, 127.5, 255])
    axis.spines[["top", "right"]].set_visible(False)


def draw_error(axis: Axes, answer: Callable) -> None:
    """Background error as a disc of paint grows beyond the object."""
    source = torch.full((1, 3, 48, 48), -1.0)
    mask = (_disc(0, 0, 0.4) > 0.5).float()
    radii = torch.linspace(0, 1, 21)
    found = [float(answer(source, source + 2 * (_disc(0, 0, r) > 0.5), mask)) for r in radii.tolist()]
    axis.plot(radii, found, color=ORANGE, lw=2)
    axis.axvline(0.4, color=GREY, ls="--", lw=1)
    axis.text(0.38, max(found), "edge of\nthe animal", ha="right", va="top", fontsize=8, color="#666666")
    axis.set(xlabel="radius that is repainted, black to white", ylabel="background error")
    axis.spines[["top", "right"]].set_visible(False)


def _disc(x: float, y: float, radius: float, side: int = 48) -> Tensor:
    """A soft disc as a mask (1, 1, side, side)."""
    down, right = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    return torch.sigmoid(20 * (radius - ((right - x) ** 2 + (down - y) ** 2).sqrt()))[None, None]
