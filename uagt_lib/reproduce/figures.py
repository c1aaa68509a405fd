"""Figures 3, 7, 8, 9 and 17 of the paper, again on drawn pictures, with the numbers that masks allow beside them.

The first and the last also of photographs.

Each function trains what is missing and returns a `Finding`; pictures are of the first seed, numbers of all.
"""

import statistics
from collections.abc import Callable, Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from uagt_lib.data.pairs import Domain, Pair, to_float, to_grey, to_uint8
from uagt_lib.evaluate import attention as attend
from uagt_lib.evaluate.observe import scores
from uagt_lib.evaluate.report import table
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.reproduce.alive import alive
from uagt_lib.reproduce.finding import Finding, over_seeds
from uagt_lib.reproduce.runs import Runs
from uagt_lib.reproduce.scores import score
from uagt_lib.reproduce.speed import speed, speed_128
from uagt_lib.reproduce.tables import KIDS, PAPER
from uagt_lib.show.figures import rows
from uagt_lib.training.checkpoint import load_model, moment
from uagt_lib.training.config import Config

BIASES = (0.7, 0.9, 1.0)
SWITCHES = (0.2, 0.4, 0.6, 0.8, 1.0)
TAUS = (0.1, 0.3, 0.5, 0.7, 0.9)


def figure_3(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """What attention finds on animals, and on scenes without any."""
    configs = [base.with_(seed=seed) for seed in seeds]
    folders = runs.train(configs)
    shown, maps, lines = [], [], {}
    for i, folder in enumerate(folders):
        model, sides = load_model(folder), _sides(runs.pair(base))
        if runs.photographs:
            counted = runs.photographs.attention(folder)
        else:
            counted = [scores(model, domain, direction) for _, domain, direction in sides]
        for (name, domain, direction), found in zip(sides, counted, strict=True):
            for key in ("iou@0.5", "attention_inside", "attention_outside", "object_free_attention"):
                lines.setdefault(name, {}).setdefault(key, []).append(found[key])
            if i == 0:
                shown += [domain.test[:3], domain.empty[:1]]
                maps += [translate_batch(model, x, direction).attention for x in shown[-2:]]
    header = ["", "IoU@0.5", "inside", "outside", "on scenes without animals"]
    text = table(header, [[name, *(over_seeds(v, digits=2) for v in found.values())] for name, found in lines.items()])
    picture = rows(["input", "attention"], [torch.cat(shown), torch.cat(maps)])
    alt = "Animals, and scenes without any; below each, what attention finds in it."
    return _finding("Figure 3: attention, on animals and without", text, {"scores": lines}, seeds, picture, alt)


def figure_7(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """What attention would be frozen as, for several switch steps and background biases.

    Stage 1 knows nothing of the switch, so ONE run that never switches holds every column: its attention at step k is,
    to the bit, what a run with its switch at k is left with.
    """
    configs = {(bias, seed): base.with_(method="uagt-D-A", bias=bias, seed=seed) for seed in seeds for bias in BIASES}
    folders = dict(zip(configs, runs.train(list(configs.values())), strict=True))
    steps = [round(share * base.steps) for share in SWITCHES]
    found, titles, lines = {}, [], []
    for bias in BIASES:
        for seed in seeds:
            pair, models = configs[bias, seed].drawn(), [load_model(moment(folders[bias, seed], k)) for k in steps]
            for name, domain, direction in _sides(pair):
                maps = [translate_batch(model, domain.test, direction).attention for model in models]
                for key, measure in (("inside", attend.inside), ("outside", attend.outside)):
                    for k, attention in zip(steps, maps, strict=True):
                        place = found.setdefault(f"{bias}", {}).setdefault(f"{name}, {key}", {}).setdefault(f"{k}", [])
                        place.append(round(measure(attention, domain.masks), 5))
                if seed == seeds[0]:
                    titles.append(f"bias {bias}")
                    lines.append(torch.cat([domain.test[:1], *(to_uint8(to_grey(m[:1])) for m in maps)]))
    text = table(
        ["bias", "attention", *(f"switch at {k}" for k in steps)],
        [
            [bias, name, *(over_seeds(v, digits=2) for v in by_step.values())]
            for bias, kinds in found.items()
            for name, by_step in kinds.items()
        ],
    )
    caption = f"input, then attention at the switch: steps {', '.join(map(str, steps))} of {base.steps}"
    values = {"attention": found, "steps": steps}
    alt = "Rows: a horse and a zebra for each bias of the backgrounds. Columns: attention for ever later switches."
    return _finding("Figure 7: when to stop attention", text, values, seeds, rows(titles, lines, caption, 7.0), alt)


def figure_8(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """What the threshold of Eq. 6 does, from one stage-1 checkpoint a seed: compare within a seed, not over seeds."""
    lines = {f"{tau}": {"object change": [], "background error": [], **{k: [] for k in KIDS}} for tau in TAUS}
    shown: dict[str, list[Tensor]] = {}
    for seed in seeds:
        parent = base.with_(seed=seed)
        folders = runs.branch(parent, [parent.with_(tau=tau) for tau in TAUS])
        for tau, folder in zip(lines, folders, strict=True):
            model, pair, line = load_model(folder), parent.drawn(), lines[tau]
            results = [
                (domain, translate_batch(model, domain.test, direction)) for _, domain, direction in _sides(pair)
            ]
            line["object change"].append(statistics.mean(_object_change(d, r.translated) for d, r in results))
            line["background error"].append(
                statistics.mean(attend.background_error(to_float(d.test), r.translated, d.masks) for d, r in results)
            )
            kid = [row for row in score(folder, "savanna")["kid"] if row["checkpoint"] is not None]
            for kind, key in KIDS.items():
                line[kind].append(statistics.mean(100 * row[key]["mean"] for row in kid))
            if seed == seeds[0]:
                shown.setdefault("input", [d.test[:3] for d, _ in results])
                shown.setdefault("attention", [to_uint8(to_grey(r.attention[:3])) for _, r in results])
                shown[f"tau {tau}"] = [to_uint8(r.translated[:3]) for _, r in results]
    header = ["tau", "object change", "background error", *(f"KID {kind}" for kind in KIDS)]
    digits = (3, 4, 1, 1, 1)
    text = table(
        header,
        [
            [tau, *(" / ".join(f"{x:.{n}f}" for x in v) for v, n in zip(line.values(), digits, strict=True))]
            for tau, line in lines.items()
        ],
    )
    text += "\n\nBoth directions averaged; KID x 100 with savanna features; changes are 0 to 1. One number a seed."
    picture = rows(list(shown), [torch.cat(parts) for parts in shown.values()])
    alt = "Three horses and three zebras, their attention, and a row of translations for each threshold."
    return _finding("Figure 8: the threshold", text, {"scores": lines}, seeds, picture, alt)


def figure_9(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """A change of the whole picture: green meadows become dry, and back. No Eq. 7, twice the steps, as in the paper."""
    base = base.with_(method="uagt-D", domains="seasons", bias=1.0, steps=2 * base.steps)
    configs = [base.with_(seed=seed) for seed in seeds]
    lines: dict[str, dict[str, list[float]]] = {}
    shown: list[tuple[Tensor, Tensor, Tensor]] = []
    for config, folder in zip(configs, runs.train(configs), strict=True):
        model, pair = load_model(folder), config.drawn()
        for name, (_, domain, direction) in zip(("green to dry", "dry to green"), _sides(pair), strict=True):
            result, line = translate_batch(model, domain.test, direction), lines.setdefault(name, {})
            for key, value in (
                ("off animals", attend.outside(result.attention, domain.masks)),
                ("on animals", attend.inside(result.attention, domain.masks)),
                ("change off animals", attend.background_error(to_float(domain.test), result.translated, domain.masks)),
                ("change on animals", _object_change(domain, result.translated)),
            ):
                line.setdefault(key, []).append(round(value, 5))
            if config is configs[0]:
                few = [0, 1, len(domain.test) - 2, len(domain.test) - 1]  # horses, then zebras
                shown.append(
                    (domain.test[few], to_uint8(to_grey(result.attention[few])), to_uint8(result.translated[few]))
                )
    header = ["", "attention off animals", "on animals", "change off animals", "on animals"]
    text = table(header, [[name, *(over_seeds(v, digits=2) for v in line.values())] for name, line in lines.items()])
    picture = rows(["input", "attention", "result"], [torch.cat(parts) for parts in zip(*shown, strict=True)])
    alt = "Scenes on green meadows and on dry grass, what attention marks, and each scene in the other season."
    return _finding("Figure 9: a holistic change", text, {"scores": lines, "steps": base.steps}, seeds, picture, alt)


def figure_17(runs: Runs, base: Config, seeds: Sequence[int]) -> Finding:
    """What every method of Table 1 does to scenes without animals; the best answer is nothing."""
    configs = {(m, seed): base.with_(method=m, seed=seed) for seed in seeds for m in PAPER["table1"]}
    folders = dict(zip(configs, runs.train(list(configs.values())), strict=True))
    lines, sides = {}, _sides(runs.pair(base))
    shown = {"input": torch.cat([domain.empty[:4] for _, domain, _ in sides])}
    for method, seed in configs:
        model, line = load_model(folders[method, seed]), lines.setdefault(method, {})
        results = [(domain.empty, d.label, translate_batch(model, domain.empty, d)) for _, domain, d in sides]
        for empty, label, result in results:
            change = (to_float(empty) - result.translated).abs().mean().item() / 2
            line.setdefault(f"{label} change", []).append(round(change, 5))
            line.setdefault(f"{label} attention", []).append(round(result.attention.mean().item(), 5))
        if seed == seeds[0]:
            shown[method] = torch.cat([to_uint8(result.translated[:4]) for *_, result in results])
    header = ["", *next(iter(lines.values()))]
    text = table(header, [[m, *(over_seeds(v, digits=3) for v in line.values())] for m, line in lines.items()])
    picture = rows(list(shown), list(shown.values()))
    alt = "Scenes without animals; below, a row for each method, what it makes of them."
    return _finding("Figure 17: scenes without animals", text, {"scores": lines}, seeds, picture, alt)


FIGURES: dict[str, Callable[[Runs, Config, Sequence[int]], Finding]] = {
    "fig3": figure_3,
    "fig7": figure_7,
    "fig8": figure_8,
    "fig9": figure_9,
    "fig17": figure_17,
    "speed": speed,
    "speed128": speed_128,
    "alive": alive,
}


def _sides(pair: Pair) -> list[tuple[str, Domain, Direction]]:
    """Name, domain and where its pictures are translated to, for S and for T."""
    return list(zip(("horses", "zebras"), pair.domains, Direction, strict=True))


def _object_change(domain: Domain, translated: Tensor) -> float:
    """Mean absolute change of animals' pixels, 0 to 1."""
    return attend.inside((to_float(domain.test) - translated).abs().mean(1, keepdim=True) / 2, domain.masks)


def _finding(title: str, text: str, values: dict, seeds: Sequence[int], picture: Figure, alt: str) -> Finding:
    named = f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"
    about = f"± is over training {named}" if "±" in text else f"Training {named}"
    text = f"# {title}\n\n{text}\n\n{about}; the picture is of seed {seeds[0]}."
    return Finding(text, {"seeds": list(seeds)} | values, picture, alt)
