"""Figures of lesson 00: pictures of both domains side by side, given and translated."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.data.pairs import Pair, to_uint8
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, ORANGE


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
