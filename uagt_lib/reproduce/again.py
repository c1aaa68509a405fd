"""One table or figure of the paper, by name."""

from pathlib import Path

from uagt_lib.reproduce.figures import FIGURES
from uagt_lib.reproduce.finding import Finding
from uagt_lib.reproduce.runs import Runs, scale, seeds
from uagt_lib.reproduce.tables import PAPER, make_table


def reproduce(name: str, out: Path, count: int = 3, quick: bool = False) -> Finding:
    """Train what is missing in `out`/runs, and write NAME.md, NAME.json and NAME.png to `out`.

    Args:
        name: table1, table2, fig3, fig7, fig8, fig9 or fig17.
        out: where everything goes.
        count: training seeds.
        quick: pictures of 32 px and 400 steps; the names of the files then end in -quick.

    Raises:
        UagtError: if training was stopped; calling again goes on from there.
    """
    runs, base = Runs(out / "runs"), scale(quick)
    table = name in PAPER
    finding = make_table(name, runs, base, seeds(count)) if table else FIGURES[name](runs, base, seeds(count))
    finding.write(out, f"{name}-quick" if quick else name)
    return finding
