"""Photographs in the place of drawn pictures: what tables are trained on, and what their attention is held against."""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from uagt_lib.data.pairs import Pair, from_folders
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.observe import scores
from uagt_lib.evaluate.photographs import score_photographs
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import load_model, read_config
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset

FIRST_SEED = 21  # of runs to the preset's end; chosen before anything was run
OBJECT_FREE = "object_free_attention"


class Photographs(NamedTuple):
    """Where they are.

    Attributes:
        data: a folder with trainA, trainB, testA and testB; in emptyA and emptyB, photographs without the animals.
        masks: of S and of T, a folder with photographs and their masks, as `uagt evaluate attention` takes it.
    """

    data: Path
    masks: tuple[Path, Path]

    def pair(self, config: Config) -> Pair:
        """The photographs at the sizes of a configuration; read once for configurations that share them."""
        return _read(self.data, config.view, config.load)

    def attention(self, run: Path) -> list[dict[str, Any]]:
        """What a run's attention scores against the masks, and without animals, a row for each direction."""
        rows = []
        for direction, masks in zip(Direction, self.masks, strict=True):
            out = run / "evaluation" / f"masks-{direction.value}"
            kept = out / "attention.json"
            if not kept.is_file():
                score_photographs([run], masks, out, direction)
            rows += [row for row in json.loads(kept.read_text(encoding="utf-8"))["attention"] if row["checkpoint"]]
        model = load_model(run)
        for row, domain, side in zip(rows, self.pair(read_config(run)).domains, Direction, strict=True):
            row |= {OBJECT_FREE: scores(model, replace(domain, masks=None), side)[OBJECT_FREE]}
        return rows

    def check(self, empty: bool = False) -> None:
        """Raises UagtError if a folder is missing, before hours of training; `empty`: one without animals, too."""
        for folder in (self.data, *self.masks):
            if not folder.is_dir():
                raise UagtError(f"{folder} is not a folder; see `uagt reproduce --help`")
        for folder in (self.data / "emptyA", self.data / "emptyB"):
            if empty and not folder.is_dir():
                raise UagtError(f"{folder} is missing: any photographs without animals, for this figure")


def whole(quick: bool) -> Config:
    """The photographs' preset for a processor, to its end."""
    config = preset("horse2zebra-cpu")
    return config.with_(steps=100) if quick else config


def scale(quick: bool) -> Config:
    """What the paper's tables are trained at: a quarter of its steps."""
    config = whole(quick)
    return config if quick else config.with_(steps=config.steps // 4)


@lru_cache(maxsize=1)
def _read(data: Path, view: int, load: int) -> Pair:
    return from_folders(data, view, load)
