"""One table or figure of the paper, by name. Imports nothing heavy before one is made, so that help can list them."""

from pathlib import Path
from typing import TYPE_CHECKING

from uagt_lib.errors import UagtError

if TYPE_CHECKING:
    from uagt_lib.reproduce.finding import Finding
    from uagt_lib.reproduce.photographs import Photographs

REPRODUCED = {
    "table1": "ours and five rivals: KID, attention, background",
    "table2": "ours and six ablations: the same",
    "fig3": "what attention marks, with animals and without",
    "fig7": "when to stop attention, for backgrounds that tell ever more",
    "fig8": "the threshold of Eq. 6",
    "fig9": "a holistic change: seasons instead of animals",
    "fig17": "what each method does to scenes without animals",
    "speed": "how fast attention may move: falls to zero, finds the animals, never closes",
    "speed128": "the same at 128 px: half an hour of a core",
    "horse2zebra": "of photographs only: the preset for one core to its end, and CycleGAN beside it",
    "alive": "of photographs only: do the presets for a GPU keep attention alive?",
}
NEVER_DRAWN = ("horse2zebra", "alive")
EMPTY = ("fig3", "fig17")  # of photographs they need some without animals
PHOTOGRAPHED = ("table1", "table2", *EMPTY, "speed", *NEVER_DRAWN)


def reproduce(
    name: str, out: str | Path, count: int = 3, quick: bool = False, photographs: "Photographs | None" = None
) -> "Finding":
    """Train what is missing in `out`/runs, and write NAME.md, NAME.json and NAME.png to `out`.

    Args:
        name: a key of `REPRODUCED`.
        out: where everything goes.
        count: training seeds.
        quick: pictures of 32 px and 400 steps, of photographs 100 steps (`speed128` stays as it is); the files'
            names then end in -quick.
        photographs: what `PHOTOGRAPHED` has, of photographs instead of drawn pictures; the files' names then say so.

    Raises:
        UagtError: if there is no such table or figure, or training was stopped; calling again goes on from there.
    """
    if name not in REPRODUCED:
        raise UagtError(f"there is no {name!r} to make again; there are {', '.join(REPRODUCED)}")
    from uagt_lib.reproduce import figures, runs, tables
    from uagt_lib.reproduce import photographs as photographed

    table = name in tables.PAPER
    if photographs and name not in PHOTOGRAPHED:
        raise UagtError(f"only {', '.join(PHOTOGRAPHED)} are made of photographs, not {name}")
    if photographs is None and name in NEVER_DRAWN:
        raise UagtError(f"{name} is made of photographs: --photographs DIR and --masks HORSES ZEBRAS")
    if photographs:
        photographs.check(empty=name in EMPTY)
    base, seeds = (photographed if photographs else runs).scale(quick), runs.seeds(count)
    if name == "horse2zebra":
        base, seeds = photographed.whole(quick), [photographed.FIRST_SEED + i for i in range(count)]
    kept = runs.Runs(Path(out, "runs"), photographs)
    finding = tables.make_table(name, kept, base, seeds) if table else figures.FIGURES[name](kept, base, seeds)
    finding.write(out, name + "-photographs" * (photographs is not None) + "-quick" * quick)
    return finding
