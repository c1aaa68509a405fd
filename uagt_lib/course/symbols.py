"""The symbol sheet: what each letter stands for, what the code calls it, and the lesson that introduces it."""

import re

from uagt_lib.show.figures import watched
from uagt_lib.show.page import PAGE

# symbol, where "_" lowers what follows it; the name in the code; what it is; the lesson
SYMBOLS = (
    ("S, T", "source, target", "the two piles of pictures, of horses and of zebras", "00"),
    ("s, t", "s, t", "pictures from them, (N, 3, H, W) in [-1, 1]", "00"),
    ("F_S→T, F_T→S", "F_st, F_ts", "generators: paint a whole picture anew", "00"),
    ("F(s)", "painted", "the paint", "00"),
    ("A_S, A_T", "A_s, A_t", "attention networks: where to paint", "00"),
    ("s_a = A_S(s)", "s_a, attention", "the matte, (N, 1, H, W) in [0, 1]: 1 paints, 0 keeps", "00"),
    ("s′, t′", "translated", "the result (Eq. 1): paint where the matte is 1, the picture where it is 0", "00"),
    ("inside, outside", "inside, outside", "mean attention on the animals' pixels, and on all others", "00"),
    ("s″, t″", "cycled", "there and back: s′ translated home again", "01"),
    ("D_S, D_T", "D_s, D_t", "discriminators: real or made, patch by patch", "01"),
    ("λ_cyc", "cycle_weight", "how much the round trip counts beside the discriminators: 10", "01"),
    ("IoU", "iou", "overlap of two areas, as a share of what both cover", "02"),
    ("τ", "tau", "attention above it is shown to the discriminators of stage 2: 0.1", "06"),
    ("KID", "kid", "distance between two sets of pictures, by their features", "07"),
)


class Symbols:
    """The sheet: a table that opens on a click in a notebook, lines of text elsewhere."""

    def __repr__(self) -> str:
        return "\n".join(f"{lesson}  {symbol:16} {what}" for symbol, _, what, lesson in SYMBOLS)

    def _repr_html_(self) -> str:
        return (PAGE if watched() else "") + self.table()  # a lesson's first output: what its page has to know

    def table(self) -> str:
        """The sheet as HTML."""
        cell = '<td style="text-align:left">'
        rows = "".join(
            f"<tr>{cell}{_set(symbol)}</td>{cell}<code>{name}</code></td>{cell}{what}</td>{cell}{lesson}</td></tr>"
            for symbol, name, what, lesson in SYMBOLS
        )
        heads = "".join(
            f'<th scope="col" style="text-align:left">{head}</th>' for head in ("symbol", "in code", "what", "lesson")
        )
        opens = "<summary>Symbols, and the lesson that introduces each: click to open</summary>"
        sheet = f'<table class="docutils"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return f'<details>{opens}<div class="table-wrapper" style="overflow-x:auto">{sheet}</div></details>'


def symbols() -> Symbols:
    """What each symbol of the course stands for, with the lesson that introduces it.

    >>> symbols()  # doctest: +ELLIPSIS
    00  S, T             the two piles of pictures, of horses and of zebras
    ...
    """
    return Symbols()


def _set(symbol: str) -> str:
    """A symbol as HTML: letters that stand alone in italics, what follows "_" lowered."""
    letter = r"(?<![A-Za-z])([A-Za-zλτ])(?![A-Za-z])(?:_([\w→]+))?"
    return re.sub(letter, lambda m: f"<i>{m[1]}</i>" + (f"<sub>{m[2]}</sub>" if m[2] else ""), symbol)
