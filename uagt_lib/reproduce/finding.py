"""What a reproduced table or figure is: words, numbers and a picture, written side by side."""

import statistics
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image

from uagt_lib.evaluate.report import plus_minus
from uagt_lib.files import make_folder, to_bytes
from uagt_lib.training.checkpoint import write_bytes, write_json


class Finding(NamedTuple):
    """A table or figure of the paper, again: Markdown, plain values for JSON, a picture, and what it shows in words."""

    markdown: str
    values: dict[str, Any]
    figure: Figure
    alt: str

    def write(self, out: str | Path, name: str) -> None:
        """Write NAME.md, NAME.json and NAME.png (of 256 colours, a third of the bytes) to `out`."""
        out = make_folder(out)
        write_json(out / f"{name}.json", self.values)
        self.figure.savefig(buffer := BytesIO())
        Image.open(buffer).convert("RGB").quantize(256).save(out / f"{name}.png", optimize=True)
        write_bytes(out / f"{name}.md", to_bytes(f"{self.markdown}\n\n![{self.alt}]({name}.png)\n"))


def over_seeds(values: Sequence[float], times: float = 1.0, digits: int = 1) -> str:
    """Mean ± standard deviation (dividing by their number - 1) of one value a seed; the mean alone of one seed.

    >>> over_seeds([1.0, 3.0]), over_seeds([0.123], times=100, digits=2)
    ('2.0 ± 1.4', '12.30')
    """
    spread = times * statistics.stdev(values) if len(values) > 1 else None
    return plus_minus(times * statistics.mean(values), spread, digits)
