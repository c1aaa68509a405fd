"""The models that run in the browser: one ONNX graph a model and direction, samples, and a list of them all."""

import json
import shutil
from pathlib import Path
from typing import Any

from uagt_lib.course.places import data
from uagt_lib.export import export_onnx
from uagt_lib.method.direction import Direction
from uagt_lib.method.methods import METHODS
from uagt_lib.training.checkpoint import read_config
from uagt_lib.training.config import Config


def write(folder: Path) -> None:
    """Export every shipped checkpoint that has attention on both sides, and write `models.json` beside the graphs."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shipped = {path: read_config(path) for path in sorted(data("checkpoints").glob("*.safetensors"))}
    listed = []
    for path, config in sorted(shipped.items(), key=lambda item: item[1].view):  # small first: the page begins with it
        pieces = METHODS[config.method].pieces
        if pieces.attention_s and pieces.attention_t:
            listed.append(_write_one(path, config, folder))
    (folder / "models.json").write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_one(path: Path, config: Config, folder: Path) -> dict[str, Any]:
    names = _names(config)
    directions = []
    for direction, (source, target) in zip(Direction, (names, names[::-1]), strict=True):
        graph = folder / f"{path.stem}-{direction.value}.onnx"
        export_onnx(path, graph, direction)
        size = graph.stat().st_size
        directions.append({"word": direction.value, "from": source, "to": target, "file": graph.name, "bytes": size})
    return {
        "name": path.stem,
        "title": f"{'Drawn' if config.savanna else 'Photographed'} {names[0]}s and {names[1]}s",
        "view": config.view,
        "stride": METHODS[config.method].stride,
        "directions": directions,
        "samples": _samples(folder) if config.savanna and config.domains == "animals" else [],
    }


def _names(config: Config) -> tuple[str, str]:
    """What the two domains show, for people: of photographs, the preset's name says it ("horse2zebra-cpu")."""
    if config.savanna:
        return ("horse", "zebra") if config.domains == "animals" else ("green meadow", "dry meadow")
    source, _, target = config.preset.split("-")[0].partition("2")
    return (source, target) if target else ("source", "target")


def _samples(folder: Path) -> list[dict[str, str]]:
    """Copy some of the shipped samples; returns where they are, what they show, and which direction suits them."""
    (folder / "samples").mkdir(exist_ok=True)
    shown = []
    for pile, count, word, what in (
        ("testA", 4, "s2t", "Drawn horse on a green meadow"),
        ("testB", 4, "t2s", "Drawn zebra on dry grass"),
        ("emptyA", 1, "s2t", "A meadow without animals, with a stone"),
    ):
        for i in range(count):
            name = f"samples/{pile}-{i}.png"
            shutil.copy(data("samples", pile, f"{i:04}.png"), folder / name)
            shown.append({"file": name, "direction": word, "alt": what + (f", picture {i + 1}" if count > 1 else "")})
    return shown
