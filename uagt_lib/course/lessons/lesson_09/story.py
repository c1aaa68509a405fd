"""What a run came to, in numbers and sentences that are computed from that run."""

import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from IPython.display import Markdown
from torch import Tensor

from uagt_lib.course.capstone import World
from uagt_lib.course.places import runs
from uagt_lib.data.pairs import Pair, from_savanna, to_float, to_folders, to_picture, to_uint8
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.attention import Tally
from uagt_lib.evaluate.compare import Protocol, compare
from uagt_lib.evaluate.outputs import FOLDERS
from uagt_lib.evaluate.report import kid_text, plus_minus, table
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.reproduce import paper
from uagt_lib.training.checkpoint import load_model, step_of
from uagt_lib.training.watch import levels

PICTURES = 16  # of each domain, for the table of milestones
COLUMNS = {"kid_to_target": "to target", "kid_to_source": "to source", "kid_mean": "mean of both"}


def covered_since(scores: list[dict[str, Any]], iou: float = 0.5) -> int | None:
    """The step of the first of a run's scores at which both maps overlap their animals by more than `iou`, or None."""
    for score in scores:
        found = [score[domain]["iou@0.5"] for domain in ("source", "target")]
        if None not in found and min(found) > iou:
            return score["step"]
    return None


def losses(history: list[dict[str, float]]) -> Markdown:
    """Each loss, S / T, at the first, the middle and the last record of a run."""
    chosen = {record["step"]: record for record in (history[0], history[len(history) // 2], history[-1])}
    names = {"adversarial": "adversarial (Eq. 2, 7)", "cycle": "cycle (Eq. 3)", "D": "discriminator"}
    rows = [
        [name, *(f"{record[f'{kind}_s']:.3f} / {record[f'{kind}_t']:.3f}" for record in chosen.values())]
        for kind, name in names.items()
        if f"{kind}_s" in history[0]
    ]
    return Markdown(table(["S / T", *(f"step {step}" for step in chosen)], rows))


def milestones_table(milestones: Sequence[Path], pair: Pair) -> Markdown:
    """For each milestone and both maps: where it is, on and off the animals; where nobody knows, mean and spread."""
    masked = pair.source.masks is not None
    header = ["inside", "outside", "IoU"] if masked else ["mean", "spread"]
    rows = []
    for path in milestones:
        model, step = load_model(path), step_of(path)
        cells = [cell for d, domain in zip(Direction, pair.domains, strict=True) for cell in _where(model, domain, d)]
        rows.append(["shipped" if step is None else str(step), *cells])
    return Markdown(table(["step", *(f"A_{d.here.upper()} {name}" for d in Direction for name in header)], rows))


def _where(model: Model, domain: Any, direction: Direction) -> list[str]:
    images = (domain.test if len(domain.test) else domain.train)[:PICTURES]
    height, width = (side - side % model.stride for side in images.shape[-2:])
    found = translate_batch(model, images[..., :height, :width], direction)
    if domain.masks is None:
        return [f"{x.mean():.2f}" for x in levels(found.attention)]
    tally = Tally()
    tally.add(found.attention, to_float(images), found.translated, domain.masks[:PICTURES])
    scores = tally.scores()
    return [f"{scores[name]:.2f}" for name in ("attention_inside", "attention_outside", "iou@0.5")]


def inside_out(milestones: Sequence[Path], pair: Pair) -> list[str]:
    """For each map that was brighter off the animals than on them at some milestones: which, in a sentence."""
    found = []
    for d, domain in zip(Direction, pair.domains, strict=True):
        scores = {path: _where(load_model(path), domain, d) for path in milestones}
        steps = [str(step_of(path)) for path, (inside, outside, _) in scores.items() if float(outside) > float(inside)]
        if steps:
            found.append(f"A_{d.here.upper()} was brighter off the animals at step {', '.join(steps)}")
    return found


def scored(place: World, candidates: dict[str, Path]) -> dict[str, Any] | None:
    """The paper's number for checkpoints and folders of translations, by name, with this world's held-out pictures.

    Drawn pictures are seen through the savanna's features, photographs through EfficientNet's, which need no network.

    Returns:
        The report of `compare`, with these names; None, and a sentence, where nothing can be scored.
    """
    held_out = min(len(domain.test) for domain in place.pair.domains)
    if not candidates or held_out < 2:
        print("Nothing to score yet." if not candidates else "No pictures are held out, so nothing can be scored.")
        return None
    out = runs(f"capstone-report-{place.config.preset}")
    extractor = "efficientnet-lite0" if place.photographs else "savanna"
    protocol = Protocol(subset_size=min(50, held_out - held_out // 5))  # were it all of them, ± would be 0
    try:
        real = place.photographs or _drawn(place, out / "real")
        report = compare(list(candidates.values()), out, data=real, extractor=extractor, protocol=protocol)
    except UagtError as error:
        print(error)
        return None
    own = dict.fromkeys(row["name"] for row in report["kid"] if row["checkpoint"])
    title = dict(zip(own, candidates, strict=True))
    for row in [*report["kid"], *report["attention"]]:
        row["name"] = title.get(row["name"], row["name"])
    return report


def _drawn(place: World, folder: Path) -> Path:
    to_folders(from_savanna(place.config.view, place.config.view, 1, place.config.bias), folder)
    return folder


def halves(place: World) -> dict[str, Path]:
    """CycleGAN's translations cut in two along the true masks: only its animals are new, or only its meadow is.

    Nothing where no CycleGAN ships, or no masks.
    """
    if "CycleGAN" not in place.shipped or place.pair.source.masks is None:
        return {}
    model = load_model(place.shipped["CycleGAN"])
    found = {f"only CycleGAN's {half}": runs(f"capstone-{half}-alone") for half in ("animals", "meadow")}
    for direction, domain in zip(Direction, place.pair.domains, strict=True):
        made, images = translate_batch(model, domain.test, direction).translated, to_float(domain.test)
        for folder, matte in zip(found.values(), (domain.masks, 1 - domain.masks), strict=True):
            (folder / FOLDERS[direction]).mkdir(parents=True, exist_ok=True)
            for i, picture in enumerate(to_uint8(matte * made + (1 - matte) * images)):
                to_picture(picture).save(folder / FOLDERS[direction] / f"{i:04d}.png")
    return found


def splits(report: dict[str, Any], name: str, direction: str) -> Tensor:
    """KID of each split to the source and to the target, (splits, 2)."""
    row = next(row for row in report["kid"] if (row["name"], row["direction"]) == (name, direction))
    return torch.tensor([row["splits"]["to_source"], row["splits"]["to_target"]], dtype=torch.float64).T


def scoreboard(report: dict[str, Any], names: Iterable[str]) -> Markdown:
    """The evaluation's two tables as one: the real pictures' rows, and those of `names`, one for each direction."""
    attention = {(row["name"], row["direction"]): row for row in report["attention"]}
    lines = []
    for row in _rows(report, names):
        found = attention.get((row["name"], row["direction"]), {})
        scores = (_value(found.get("iou@0.5"), 2), _value(found.get("background_error"), 3))
        lines.append([row["name"], row["direction"], *(kid_text(row[key], 1) for key in COLUMNS), *scores])
    header = ["KID x 100", "direction", *COLUMNS.values(), "attention IoU", "background error"]
    return Markdown(table(header, lines).replace(" ± ", "\u00a0±\u00a0"))  # a narrow page leaves them together


def best(report: dict[str, Any], names: Iterable[str], direction: str) -> str:
    """Who of `names` is best by which column, in a sentence."""
    rows = [row for row in _rows(report, names) if row["direction"] == direction and row["checkpoint"]]
    found = (f"{title}: {min(rows, key=lambda row: row[key]['mean'])['name']}" for key, title in COLUMNS.items())
    return f"{direction}, best by KID " + ", ".join(found)


def _rows(report: dict[str, Any], names: Iterable[str]) -> list[dict[str, Any]]:
    chosen = set(names)
    return [row for row in report["kid"] if row["checkpoint"] is None or row["name"] in chosen]


def to_target(report: dict[str, Any], name: str) -> float:
    """KID to the target, the mean of both directions."""
    return statistics.mean(row["kid_to_target"]["mean"] for row in report["kid"] if row["name"] == name)


def flattered_by(report: dict[str, Any], name: str, rival: str) -> str:
    """The column, "target" or "source", in which `name` stands best beside `rival`, over both directions."""

    def behind(key: str) -> float:
        sides = ([row[key]["mean"] for row in report["kid"] if row["name"] == n] for n in (name, rival))
        return sum(a - b for a, b in zip(*sides, strict=True))

    return min(("target", "source"), key=lambda column: behind(f"kid_to_{column}"))


def papers_table() -> Markdown:
    """The paper's Table 1 for horses and zebras, KID x 100; `uagt` is the paper's own method."""
    rows = [[m, *(plus_minus(mean, std) for mean, std in kids)] for m, kids in paper.TABLE_1.items()]
    return Markdown(table(["the paper's Table 1", "horse → zebra", "zebra → horse"], rows))


def _value(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
