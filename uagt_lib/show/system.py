"""The whole system as one picture: boxes for its parts, which light up as they are built."""

from collections.abc import Collection, Mapping

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from uagt_lib.show.palette import ORANGE, SKY

# name: (x, y, width, label); y = 3 and 2 is the way there, 1 the way back and the losses, 0 what is built around it
PARTS: dict[str, tuple[float, float, float, str]] = {
    "pictures": (0.0, 2.5, 1.3, "pictures\n$s$, $t$"),
    "attention": (1.7, 3.0, 1.3, "attention\n$A_S$, $A_T$"),
    "generator": (1.7, 2.0, 1.3, "generators\n$F_{ST}$, $F_{TS}$"),
    "compose": (3.4, 2.5, 1.3, "composition\nEq. 1"),
    "foreground": (5.1, 3.0, 1.3, "foreground\nEq. 6"),
    "pool": (5.1, 2.0, 1.3, "image\npool"),
    "discriminator": (6.8, 2.5, 1.3, "discriminators\n$D_S$, $D_T$"),
    "adversarial": (8.5, 2.5, 1.3, "adversarial\nloss, Eq. 2, 7"),
    "cycle": (3.4, 1.2, 1.3, "cycle loss\nEq. 3"),
    "step": (0.0, 0.1, 1.3, "one training\nstep"),
    "stages": (1.7, 0.1, 1.3, "two stages"),
    "run": (3.4, 0.1, 1.3, "the full run"),
    "kid": (5.1, 0.1, 1.3, "KID"),
    "masks": (6.8, 0.1, 1.3, "attention\nagainst masks"),
    "beyond": (8.5, 0.1, 1.3, "taken apart,\nand beyond"),
}
_ARROWS = [
    ("pictures", "attention"),
    ("pictures", "generator"),
    ("attention", "compose"),
    ("generator", "compose"),
    ("compose", "foreground"),
    ("compose", "pool"),
    ("foreground", "discriminator"),
    ("pool", "discriminator"),
    ("discriminator", "adversarial"),
    ("compose", "cycle"),
]
_LIT, _DARK, _FRAME = SKY, "#EEEEEE", ORANGE
_HEIGHT = 0.72


def system_map(share: Mapping[str, float], framed: Collection[str] = ()) -> Figure:
    """Draw the system.

    Args:
        share: how much of a part is built, 0 to 1; parts that are not named are 0.
        framed: parts to draw a thick frame around.
    """
    figure = Figure(figsize=(9.8, 3.9), dpi=100, layout="constrained")
    axis = figure.subplots()
    axis.set(xlim=(-0.1, 9.9), ylim=(-0.1, 3.85))
    axis.axis("off")
    for a, b in _ARROWS:
        (xa, ya, wa, _), (xb, yb, wb, _) = PARTS[a], PARTS[b]
        down = xa == xb
        start = (xa + wa / 2, ya) if down else (xa + wa, ya + _HEIGHT / 2)
        end = (xb + wb / 2, yb + _HEIGHT) if down else (xb, yb + _HEIGHT / 2)
        axis.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, color="#777777", lw=1))
    back = FancyArrowPatch(
        (3.4, 1.2 + _HEIGHT / 2), (0.65, 2.5), arrowstyle="-|>", mutation_scale=11, color="#777777", lw=1, ls="--",
        connectionstyle="arc3,rad=-0.25",
    )  # fmt: skip
    axis.add_patch(back)
    axis.text(1.3, 1.35, "and back: is $s''$ still $s$?", fontsize=8, color="#555555", ha="center")
    for name, (x, y, width, label) in PARTS.items():
        built = share.get(name, 0.0)
        edge, thick = (_FRAME, 2.4) if name in framed else ("#777777", 1)
        style = "round,pad=0,rounding_size=0.08"
        for part, colour, line in ((1.0, _DARK, 0), (built, _LIT, 0)):
            if part:
                box = FancyBboxPatch((x, y), width * part, _HEIGHT, boxstyle=style, fc=colour, lw=line, ec="none")
                axis.add_patch(box)
        axis.add_patch(FancyBboxPatch((x, y), width, _HEIGHT, boxstyle=style, fc="none", ec=edge, lw=thick))
        tick = "✓ " if built == 1 else ""
        axis.text(x + width / 2, y + _HEIGHT / 2, tick + label, ha="center", va="center", fontsize=8.5)
    return figure
