"""How fast attention may move: one run at several speeds of its maps, and what became of them when they freeze.

The paper does not ask this. Adam moves a weight by about the learning rate a step, however small its gradient; so a map
moves as fast as its last layers let it, see `method.speed`. Too fast, and attention falls to zero before anything can
be painted; too slow, and it has not closed around the animals when stage 2 begins.
"""

import statistics
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from matplotlib.figure import Figure

from uagt_lib.evaluate.observe import tally_of
from uagt_lib.evaluate.report import table
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import attention_network
from uagt_lib.method.networks import initialise
from uagt_lib.method.pieces import Architecture
from uagt_lib.method.speed import logit_speed
from uagt_lib.reproduce.finding import Finding
from uagt_lib.reproduce.runs import Runs
from uagt_lib.training.checkpoint import load_model, read_json
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset

SPEEDS = (0.009, 0.027, 0.081, 0.243, 0.729)  # logits a step, a factor 3 apart
ZEROS = 0.02  # a map whose mean is below has fallen to zero
OPEN = 0.1  # a map with as much outside the animals has not closed around them
FATES = {
    "zeros": ("x", "tab:red"),
    "never closes": ("^", "tab:blue"),
    "found in part": ("s", "tab:olive"),
    "found": ("o", "tab:green"),
}
COLUMNS = {"iou@0.5": "IoU", "attention_inside": "inside", "attention_outside": "outside"}
NOTES = """\
Speed: logits that the mean of a map moves in a step when all its weights pull together, `method.speed.logit_speed`, at
the run's full learning rate. A fate is read where stage 1 ends, on pictures with masks, for the horses' map and for the
zebras': zeros, a mean below 0.02; never closes, 0.1 or more outside the animals; found, IoU at 0.5 of at least 0.5;
found in part, all else. Attention: the released program's decoder, enlarged bilinearly, starting at 0.73; the learning
rate is full from the first step, and {share} of the cycle loss's gradient reaches attention."""


class World(NamedTuple):
    """A size of pictures, the run on them, and which speeds and how many seeds of it are tried."""

    name: str
    base: Config
    speeds: Sequence[float]
    seeds: int


def worlds(base: Config) -> list[World]:
    """Sizes of pictures, and at the middle speed what else is said to keep attention alive.

    The savanna at 32 and 64 px; of a smaller `base` than 64 px, and of photographs, that size alone.
    """
    plain = _plain(base)
    if not base.savanna:
        name, whole = f"photographs, crops of {base.crop} px", plain.with_(attention_cycle=(1.0, 1.0))
        return [
            World(name, plain, SPEEDS, 2),
            World(f"{name}, all of the cycle loss's gradient", whole, SPEEDS[2:3], 2),
        ]
    if base.crop < 64:
        return [World(f"{base.crop} px", plain, SPEEDS, 3)]
    plain = _plain(preset("savanna"))
    half = plain.with_(architecture=replace(plain.architecture, attention_start=0.0))
    return [
        World("32 px", _plain(preset("savanna-smoke")), SPEEDS, 3),
        World("64 px", plain, SPEEDS, 3),
        World("64 px, maps starting at 0.5", half, SPEEDS[2:3], 3),
        World("64 px, warm-up over the first quarter", plain.with_(warmup=0.25), SPEEDS[2:3], 3),
    ]


def large() -> list[World]:
    """The savanna at 128 px, where a run takes as long as eight at 64 px."""
    plain = _plain(preset("savanna"))
    sizes = replace(plain.architecture, attention_levels=2, discriminator_halvings=3)
    return [World("128 px", plain.with_(load=144, crop=128, batch=1, architecture=sizes), SPEEDS[1:4], 2)]


def speed(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """What becomes of attention at each speed: IoU and fate of both maps where stage 1 ends.

    Args:
        runs: where runs are kept.
        base: the smoke test's scale, for the smallest world alone, or another one, for all.
        seeds: a run of each speed and seed; photographs take the first two.
    """
    return _law(runs, worlds(base), seeds)


def speed_128(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """The same at 128 px, three speeds; `base` is not asked, and of `seeds` only the first two."""
    return _law(runs, large(), seeds)


def _law(runs: Runs, worlds: Sequence[World], seeds: Sequence[int]) -> Finding:
    found: dict[str, list[dict[str, Any]]] = {}
    for world in worlds:
        for moving in world.speeds:
            for seed in seeds[: world.seeds]:
                config = at_speed(world.base.with_(seed=seed), moving)
                found.setdefault(world.name, []).append(_outcome(runs, config, moving))
    text = "\n\n".join(f"## {name}\n\n{_table(rows)}" for name, rows in found.items())
    pull = worlds[0].base.attention_cycle
    share = "all" if pull == (1, 1) else "{} rising to {}".format(*pull)
    text = f"# How fast may attention move?\n\n{text}\n\n{NOTES.format(share=share)}"
    drawn = {name: rows for name, rows in found.items() if len({row["speed"] for row in rows}) > 1}
    alt = "IoU of both maps over their speed, one panel for each size of pictures; colour and marker tell the fate."
    tried = list(seeds[: max(world.seeds for world in worlds)])
    return Finding(text, {"seeds": tried, "runs": found}, _figure(drawn), alt)


def at_speed(config: Config, moving: float) -> Config:
    """`config` with the gain at which its maps move by `moving` logits a step: the speed is proportional to the gain.

    >>> config = at_speed(preset("savanna"), 0.03)
    >>> round(config.architecture.attention_gain / at_speed(config, 0.01).architecture.attention_gain, 2)
    3.0
    """
    plain = replace(config.architecture, attention_gain=1.0)
    gain = moving / _speed(plain, config.crop, config.rate)
    return config.with_(architecture=replace(plain, attention_gain=float(f"{gain:.4g}")))


@lru_cache
def _speed(architecture: Architecture, size: int, rate: float) -> float:
    """The speed of fresh maps with this architecture: the mean of four networks, each on two pictures of noise."""
    speeds = []
    for seed in range(4):
        generator, network = torch.Generator().manual_seed(seed), attention_network(architecture)
        initialise(network, generator)
        noise = torch.rand(2, 3, size, size, generator=generator) * 2 - 1
        speeds.append(logit_speed(network, noise, rate))
    return statistics.mean(speeds)


def _plain(config: Config) -> Config:
    """Without what else keeps attention from moving: the released decoder, the full rate from the first step."""
    sizes = replace(config.architecture, attention_decoder="released", attention_enlarge="bilinear")
    return config.with_(warmup=0.0, architecture=sizes)


def _outcome(runs: Runs, config: Config, moving: float) -> dict[str, Any]:
    """Speed, seed, gain, scores and fates of one run where its stage 1 ends, and the means of its maps on the way."""
    folder = runs.stage_1(config)
    maps = {}
    for name, counted in zip(("horses", "zebras"), _scores(runs, config, folder), strict=True):
        kept = {key: round(counted[key], 4) for key in ("iou@0.5", "attention_inside", "attention_outside", "mean")}
        maps[name] = kept | {"fate": fate(counted)}
    records = read_json(folder.parents[1] / "history.json")["records"][1::2]
    means = {key: [round(record[key], 3) for record in records] for key in ("attention_s", "attention_t")}
    return {"speed": moving, "seed": config.seed, "gain": config.architecture.attention_gain} | maps | {"curve": means}


def _scores(runs: Runs, config: Config, folder: Path) -> list[dict[str, Any]]:
    """What both maps of a checkpoint score on held-out drawings, or on photographs with masks."""
    if runs.photographs:
        return runs.photographs.attention(folder.parents[1])
    model = load_model(folder)
    sides = zip(config.drawn().domains, Direction, strict=True)
    return [tally_of(model, domain.test, direction, domain.masks).scores() for domain, direction in sides]


def fate(scores: dict[str, float]) -> str:
    """What has become of a map, from its scores: a key of `FATES`.

    >>> fate({"mean": 0.001, "iou@0.5": 0.0, "attention_outside": 0.001})
    'zeros'
    """
    if scores["mean"] < ZEROS:
        return "zeros"
    if scores["attention_outside"] >= OPEN:
        return "never closes"
    return "found" if scores["iou@0.5"] >= 0.5 else "found in part"


def _table(rows: list[dict[str, Any]]) -> str:
    lines = [
        [f"{row['speed']:g}", f"{row['gain']:g}", f"{row['seed']}"]
        + [f"{row[name][key]:.2f}" for name in ("horses", "zebras") for key in COLUMNS]
        + [f"{row['horses']['fate']} / {row['zebras']['fate']}"]
        for row in rows
    ]
    header = [f"{name}, {short}" for name in ("horses", "zebras") for short in COLUMNS.values()]
    return table(["speed", "gain", "seed", *header, "fate"], lines)


def _figure(found: dict[str, list[dict[str, Any]]]) -> Figure:
    """One panel a world: IoU over speed, a marker for each map."""
    figure = Figure(figsize=(4 * len(found), 3.4), layout="constrained")
    panels = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
    for panel, (name, rows) in zip(panels, found.items(), strict=True):
        for kind, (marker, colour) in FATES.items():
            points = [(r["speed"], r[m]["iou@0.5"]) for r in rows for m in ("horses", "zebras") if r[m]["fate"] == kind]
            panel.scatter(*zip(*points, strict=True) if points else ([], []), marker=marker, color=colour, label=kind)
        speeds = sorted({row["speed"] for row in rows})
        panel.set(xscale="log", title=name, xlabel="speed (logits a step)", ylim=(-0.05, 1))
        panel.set_xticks(speeds, [f"{moving:g}" for moving in speeds])
        panel.set_xticks([], minor=True)
    panels[0].set_ylabel("IoU at 0.5, where stage 1 ends")
    panels[-1].legend()
    return figure
