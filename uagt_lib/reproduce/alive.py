"""Whether attention outlives the first steps on photographs: in the presets for a GPU, as printed, and as released.

Nobody needs a GPU to see it die: as the paper prints it, at 128 px, that takes some hundred steps.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.data.folders import load_masked
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import inside, outside
from uagt_lib.evaluate.photographs import folders_of
from uagt_lib.evaluate.report import table
from uagt_lib.files import make_folder
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.reproduce.as_released import AsReleased
from uagt_lib.reproduce.finding import Finding
from uagt_lib.reproduce.runs import Runs, at, trained
from uagt_lib.training.checkpoint import load_model, read_json, write_json
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset

NOTES = """\
Mean attention inside and outside the animals, of A_S on the photographs of horses with masks and of A_T on those of
zebras, at the size of the training crops. Of presets with `average`, the averaged weights. Every run keeps the learning
rates and the share of the whole run that it is the beginning of. As released: the authors' networks, four updates a
step, one Adam for all, see `reproduce.as_released`."""


LINES = {"horses, inside": "C0-", "horses, outside": "C0--", "zebras, inside": "C1-", "zebras, outside": "C1--"}


class Start(NamedTuple):
    """A run whose first `steps` are made and looked at `every` so many; `released`: in the program's order."""

    name: str
    config: Config
    steps: int
    every: int = 250
    released: bool = False


def starts(base: Config) -> list[Start]:
    """What is begun: of a run of 100 steps or fewer (`--quick`) only that."""
    if base.steps <= 100:
        return [Start("quick", base, base.steps, base.steps // 4)]
    ours = preset("horse2zebra-128")
    printed = preset("paper-as-printed").with_(load=ours.load, crop=ours.crop, view=ours.view)
    return [
        Start("horse2zebra-128, seed 31", ours.with_(seed=31), 4000),
        Start("horse2zebra-128, seed 32", ours.with_(seed=32), 4000),
        Start("the same at 128 px as printed, seed 31", printed.with_(seed=31), 1000),
        Start("the same at 128 px as released, seed 31", printed.with_(seed=31), 1500, released=True),
        Start("paper, seed 31", preset("paper").with_(seed=31), 300, every=100),
    ]


def alive(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """Means of both maps inside and outside the animals while the presets for a GPU begin.

    Args:
        runs: where runs are kept; with photographs and masks.
        base: the scale; 100 steps or fewer for a try.
        seeds: not asked, the runs have their own.
    """
    found = {start.name: _course(runs, start) for start in starts(base)}
    text = "\n\n".join(f"## {name}\n\n{_table(rows)}" for name, rows in found.items())
    alt = "Mean attention inside and outside the animals over steps, a panel for each run; outside dashed."
    return Finding(f"# Does attention live?\n\n{text}\n\n{NOTES}", {"runs": found}, _figure(found), alt)


def _course(runs: Runs, start: Start) -> list[dict[str, Any]]:
    """A row of means for each look at a run; what was looked at before is kept beside it."""
    order = "released" if start.released else "start"
    folder = runs.folder(start.config).with_name(f"{runs.folder(start.config).name}-{order}")
    kept = folder / "alive.json"
    rows = read_json(kept)["rows"] if kept.is_file() else []
    steps = [step for step in range(start.every, start.steps + 1, start.every) if step > len(rows) * start.every]
    if steps:
        truth = [load_masked(*folders_of(masks), start.config.crop) for masks in runs.photographs.masks]
        begun = _released(runs, start, steps) if start.released else _trained(runs, start, folder, steps)
        for step, model in zip(steps, begun, strict=True):
            rows.append({"step": step} | _means(model, truth))
            make_folder(folder)
            write_json(kept, {"rows": rows})
    return rows


def _trained(runs: Runs, start: Start, folder: Path, steps: Sequence[int]) -> Iterator[Model]:
    """The networks that are shown after each of `steps`; interrupted, it goes on from the last checkpoint."""
    for step in steps:
        print(f"{start.name}: to step {step} of {start.steps}", flush=True)
        trained(start.config, runs.pair(start.config), folder, until=step, watched=False)
        yield load_model(at(folder, step))


def _released(runs: Runs, start: Start, steps: Sequence[int]) -> Iterator[Model]:
    """The same in the program's order; nothing is saved, so it begins anew after an interruption."""
    run = AsReleased(start.config, runs.pair(start.config), networks=True)
    for step in steps:
        print(f"{start.name}: to step {step} of {start.steps}", flush=True)
        while run.step < step:
            run.advance()
        yield run.model


@torch.no_grad()
def _means(model: Model, truth: Sequence[tuple[Tensor, Tensor]]) -> dict[str, float]:
    """Mean attention inside and outside the animals, for A_S on horses and A_T on zebras."""
    found = {}
    for name, (images, masks), direction in zip(("horses", "zebras"), truth, Direction, strict=True):
        attend = model.route(direction).attend
        attention = torch.cat([attend(to_float(some)) for some in images.split(16)])
        found |= {f"{name}, {f.__name__}": round(f(attention, masks), 4) for f in (inside, outside)}
    return found


def _table(rows: list[dict[str, Any]]) -> str:
    return table(["step", *LINES], [[f"{row['step']}", *(f"{row[name]:.3f}" for name in LINES)] for row in rows])


def _figure(found: dict[str, list[dict[str, Any]]]) -> Figure:
    """One panel a run: four means over steps."""
    figure = Figure(figsize=(3.2 * len(found), 3.2), layout="constrained")
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for panel, (name, rows) in zip(panels, found.items(), strict=True):
        steps = [row["step"] for row in rows]
        for key, line in LINES.items():
            panel.plot(steps, [row[key] for row in rows], line, label=key)
        panel.set_title(name.replace(", ", "\n"), fontsize=10)
        panel.set(xlabel="step", xlim=(0, None), ylim=(0, 1))
    panels[0].set_ylabel("mean attention")
    panels[-1].legend()
    return figure
