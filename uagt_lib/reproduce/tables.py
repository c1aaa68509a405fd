"""Every rival and every ablation, over seeds: the paper's number, and beside it what masks allow.

The paper's number is the mean of KID to the target and KID to the source; both are shown as well, because leaving a
picture untouched already scores half the distance between the domains.
"""

import statistics
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from uagt_lib.data.pairs import Pair, to_uint8
from uagt_lib.evaluate.report import table
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.reproduce.finding import Finding, over_seeds
from uagt_lib.reproduce.paper import TABLE_1, TABLE_2
from uagt_lib.reproduce.runs import Runs
from uagt_lib.reproduce.scores import extractors, score
from uagt_lib.show.figures import rows
from uagt_lib.training.checkpoint import load_model
from uagt_lib.training.config import Config

Means = dict[Direction, float]

TITLES = {
    "table1": "Table 1 of the paper",
    "table2": "Table 2 of the paper",
    "horse2zebra": "Photographs, and an hour of one core",
}
_TWO = {method: TABLE_1[method] for method in ("cyclegan", "uagt")}
# KID x 100 in the paper, by method and direction; worst first, as printed
PAPER: dict[str, dict[str, Means]] = {
    name: {method: {d: mean for d, (mean, _) in zip(Direction, kids, strict=True)} for method, kids in printed.items()}
    for name, printed in zip(TITLES, (TABLE_1, TABLE_2, _TWO), strict=True)
}
DIRECTIONS = tuple(direction.label for direction in Direction)
KIDS = {"mean": "kid_mean", "to target": "kid_to_target", "to source": "kid_to_source"}
ATTENTION = {
    "IoU": "iou@0.5",
    "inside": "attention_inside",
    "outside": "attention_outside",
    "background error": "background_error",
    "object-free": "object_free_attention",
}
NOTES = """\
S are horses, T zebras. KID x 100, 10 subsets of 50 of 64 held-out pictures; `mean`, of KID to target and to source, is
the paper's number. ± is the standard deviation over training seeds (dividing by their number - 1). Two extractors are
two scales. `paper`: KID x 100 of the paper's table, on photographs: only its order can be compared."""
PHOTOGRAPHED = """\
S are horses, T zebras. KID x 100, 10 subsets of 50 of the held-out photographs at {view} px, the size at which networks
look; `mean`, of KID to target and to source, is the paper's number. ± is the standard deviation over training seeds
(dividing by their number - 1). `paper`: KID x 100 of the paper's table, with other features: only its order can be
compared."""
ATTENTION_NOTES = """\
Horses / zebras. IoU: overlap of {attention > 0.5} with the animals. inside, outside: mean attention on and off them.
background error: mean absolute change, 0 to 1, of pixels that are no animal. object-free: mean attention on scenes
without animals. Methods without attention repaint everything: 1."""


def make_table(name: str, runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """Train, score and lay out a table.

    Args:
        name: a key of `PAPER`.
        runs: where runs are kept.
        base: what is trained, but for method and seed.
        seeds: one run of each method a seed; seed by seed, so that an interrupted table is complete for the first.
    """
    paper, networks = PAPER[name], extractors(runs.photographs is not None)  # what is missing is said before training
    configs = {(m, seed): base.with_(method=m, seed=seed) for seed in seeds for m in paper}
    folders = dict(zip(configs, runs.train(list(configs.values())), strict=True))
    values: dict[str, Any] = {
        "table": name,
        "seeds": list(seeds),
        "scale": {key: value for key, value in base.to_dict().items() if key not in ("method", "seed")},
        "hours": round(runs.seconds(list(configs.values())) / 3600, 2),
        "kid": {},
    }
    text = [f"# {TITLES[name]}, at {base.crop} px and {base.steps} steps"]
    for extractor in networks:
        reports = {key: score(folder, extractor, runs.photographs) for key, folder in folders.items()}
        kid = {m: _kid([reports[m, seed] for seed in seeds]) for m in paper}
        untouched = _untouched(next(iter(reports.values())))
        order = {d.label: ordering(kid, paper, d) for d in Direction}
        values["kid"][extractor] = {"methods": kid, "untouched": untouched, "ordering": order}
        text += [f"## KID, {extractor} features", _kid_table(kid, untouched, paper), _order_text(order)]
    values["attention"] = {m: _attention([reports[m, seed] for seed in seeds]) for m in paper}
    text += [
        PHOTOGRAPHED.format(view=base.view) if runs.photographs else NOTES,
        "## Attention and background",
        _attention_table(values["attention"]),
        ATTENTION_NOTES,
    ]
    count = f"{len(configs)} runs, seeds {', '.join(map(str, seeds))}"
    text.append(f"{count}: {values['hours']:.1f} hours of training on the machine that made this.")
    alt = "Four horses and four zebras; below, a row for each method, what it makes of them."
    shown = pictures({m: folders[m, seeds[0]] for m in paper}, runs.pair(base))
    return Finding("\n\n".join(text), values, shown, alt)


def pictures(folders: dict[str, Path], pair: Pair, count: int = 4) -> Figure:
    """Held-out horses and zebras, and what each run (by name) makes of them."""
    titles, lines = ["input"], []
    for name, folder in folders.items():
        model = load_model(folder)
        shown = [(direction, domain.test[:count]) for direction, domain in zip(Direction, pair.domains, strict=True)]
        if not lines:
            lines.append(torch.cat([images for _, images in shown]))
        titles.append(name)
        lines.append(torch.cat([to_uint8(translate_batch(model, images, d).translated) for d, images in shown]))
    return rows(titles, lines)


def ordering(kid: dict[str, Any], paper: dict[str, Means], direction: Direction) -> dict[str, Any]:
    """How far the order of methods, by their means over seeds, is the paper's.

    Returns:
        `agree` of `pairs` in the paper's order; `against`: pairs (better here, worse here) in the other order whose
        difference exceeds both standard deviations over seeds, None of one seed, which has none; `best`: here.
    """
    of_seeds = {m: kid[m][direction.label]["mean"] for m in paper}
    mean = {m: statistics.mean(values) for m, values in of_seeds.items()}
    spread = {m: statistics.stdev(values) if len(values) > 1 else None for m, values in of_seeds.items()}
    pairs = list(combinations(paper, 2))
    reversed_ = [(a, b) for a, b in pairs if (mean[a] < mean[b]) != (paper[a][direction] < paper[b][direction])]
    against = None
    if None not in spread.values():
        clear = [(a, b) for a, b in reversed_ if abs(mean[a] - mean[b]) > max(spread[a], spread[b])]
        against = [sorted(pair, key=mean.get) for pair in clear]
    agree = len(pairs) - len(reversed_)
    return {"agree": agree, "pairs": len(pairs), "against": against, "best": min(mean, key=mean.get)}


def _kid(reports: list[dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """By direction and kind, one value a seed."""
    found = {d: {kind: [] for kind in KIDS} for d in DIRECTIONS}
    for report in reports:
        for row in report["kid"]:
            if row["checkpoint"] is not None:
                for kind, key in KIDS.items():
                    found[row["direction"]][kind].append(row[key]["mean"])
    return found


def _untouched(report: dict[str, Any]) -> dict[str, dict[str, list[float]]]:
    """What leaving every picture as it is would score; zebras against zebras, in T→S, are the source."""
    horses, zebras = (row for row in report["kid"] if row["checkpoint"] is None)
    there = {kind: [horses[key]["mean"]] for kind, key in KIDS.items()}
    swapped = dict(zip(KIDS, ("kid_mean", "kid_to_source", "kid_to_target"), strict=True))
    back = {kind: [zebras[key]["mean"]] for kind, key in swapped.items()}
    return {Direction.S2T.label: there, Direction.T2S.label: back}


def _attention(reports: list[dict[str, Any]]) -> dict[str, dict[str, list[float]]]:
    """By direction and score, one value a seed."""
    found = {d: {key: [] for key in ATTENTION.values()} for d in DIRECTIONS}
    for report in reports:
        for row in report["attention"]:
            for key in ATTENTION.values():
                if row.get(key) is not None:  # photographs without animals have not been collected
                    found[row["direction"]][key].append(row[key])
    return found


def _kid_table(kid: dict[str, Any], untouched: dict[str, Any], paper: dict[str, Means]) -> str:
    header = ["", *(f"{d} {kind}" for d in DIRECTIONS for kind in KIDS), *(f"paper {d}" for d in DIRECTIONS)]
    lines = [
        [
            m,
            *(over_seeds(v[d][kind], 100) for d in DIRECTIONS for kind in KIDS),
            *(f"{p:.2f}" for p in paper[m].values()),
        ]
        for m, v in kid.items()
    ]
    still = ["source untouched", *(over_seeds(untouched[d][kind], 100) for d in DIRECTIONS for kind in KIDS), "-", "-"]
    return table(header, [*lines, still])


def _attention_table(attention: dict[str, Any]) -> str:
    def cell(values: dict[str, dict[str, list[float]]], key: str) -> str:
        digits = 2 + (key == "background_error")
        return " / ".join(over_seeds(values[d][key], digits=digits) if values[d][key] else "-" for d in DIRECTIONS)

    lines = [[m, *(cell(values, key) for key in ATTENTION.values())] for m, values in attention.items()]
    return table(["", *ATTENTION], lines)


def _order_text(order: dict[str, Any]) -> str:
    said = []
    for direction, found in order.items():
        against = "; ".join(f"{better} before {worse}" for better, worse in found["against"] or [])
        said.append(
            f"{direction}: best is {found['best']}; {found['agree']} of {found['pairs']} pairs in the paper's order"
            + (f", clearly against it: {against}." if against else ".")
        )
    return " ".join(said)
