"""Score checkpoints and folders of translated pictures against the real ones: the paper's tables, for anything.

A checkpoint first becomes folders of pictures, fakeB (S -> T) and fakeA (T -> S); from there on everyone is treated
alike: what is scored are files that can be looked at, and scored again by other tools.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from uagt_lib.data.sheets import small
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import kid, report
from uagt_lib.evaluate.candidates import Candidate, Real, check_outputs, check_sizes, find_real, identify
from uagt_lib.evaluate.features import Extractor, features, load_extractor
from uagt_lib.evaluate.outputs import SHOWN, Sample, check_free, make_outputs
from uagt_lib.evaluate.pictures import Pictures
from uagt_lib.files import make_folder
from uagt_lib.method.direction import Direction


@dataclass(frozen=True)
class Protocol:
    """How KID is taken; the defaults are the paper's."""

    subsets: int = 10
    subset_size: int = 50
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises UagtError for numbers that cannot work."""
        if self.subsets < 1 or self.subset_size < 2:
            raise UagtError(
                f"KID needs at least 1 subset of at least 2 pictures, not {self.subsets} of {self.subset_size}"
            )


def compare(
    paths: str | Path | Sequence[str | Path],
    out: str | Path,
    *,
    data: str | Path | None = None,
    source: str | Path | None = None,
    target: str | Path | None = None,
    extractor: str | None = None,
    protocol: Protocol = Protocol(),
    only: str | None = None,
) -> dict[str, Any]:
    """Score everything in `paths` and write report.md, report.json, contact_sheet.png and outputs/ to `out`.

    Args:
        paths: runs, checkpoints, .safetensors files; or folders of translated pictures (S -> T), or folders holding
            fakeB (S -> T), fakeA (T -> S) or both.
        out: where everything goes.
        data: a data folder with testA and testB, and perhaps masksA/B and emptyA/B.
        source, target: instead of `data`, two folders of real pictures.
        extractor: a key of `EXTRACTORS`; by default savanna for drawn pictures, else fid-inception.
        protocol: how KID is taken.
        only: in folders of pictures, the names that count, as shells have it: "*_fake_B*". Needed where a folder holds
            more than the translations.

    Without `data`, `source` and `target`, a checkpoint of drawn pictures is scored on the savanna's held-out ones.

    Returns:
        What report.json holds, and report.md as `markdown`.

    Raises:
        UagtError: for whatever cannot be scored; everything that can be known beforehand is said before the work.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     found = compare("data/checkpoints/savanna-64.safetensors", out)
    >>> [(row["direction"], row["iou@0.5"] > 0.8) for row in found["attention"]]
    [('S→T', True), ('T→S', True)]
    """
    given = [paths] if isinstance(paths, str | Path) else paths
    candidates = identify([Path(path) for path in given], only)
    real = find_real(candidates, *(where and Path(where) for where in (data, source, target)))
    for candidate in candidates:
        check_outputs(candidate, real[candidate.name], only)
    check_sizes(candidates, real, protocol.subset_size)
    network = load_extractor(extractor or ("savanna" if all(r.drawn for r in real.values()) else "fid-inception"))
    out = make_folder(out)
    for candidate in candidates:
        check_free(candidate, real[candidate.name], out)
    rows = list(_scales(real, network, protocol))
    for pictures in (p for candidate in candidates for p in candidate.outputs.values()):
        features(pictures, network)  # remembered; a damaged picture shows now, not after an hour of translating
    scores, sheet = [], []
    for candidate in candidates:
        outputs, samples, attention = make_outputs(candidate, real[candidate.name], out)
        scores += attention
        sheet.append((candidate.name, samples))
        for direction, pictures in outputs.items():
            sets = (pictures, *real[candidate.name].sides(direction))
            rows.append(_row(candidate, direction, sets, network, protocol))
    return report.write(out, rows, scores, _sheet(sheet, next(iter(real.values()))))


def _scales(real: dict[str, Real], network: Extractor, protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The rows of real pictures, once for each pair of sets that somebody is scored against."""
    different = {id(one): (name, one) for name, one in real.items()}.values()
    for name, one in different:
        title = "real" if len(different) == 1 else f"real ({real[name].source})"
        for row in _scale(one, network, protocol):
            yield row | {"name": f"{title}: {row['name']}"}


def _scale(real: Real, network: Extractor, protocol: Protocol) -> Iterator[dict[str, Any]]:
    """The two ends of the scale: each real domain in the role of the translation.

    Against itself, one random half is held against the other: disjoint, so that no picture meets itself.
    """
    sets = [features(p, network) for p in (real.source, real.target)]
    across_all = round(kid.mmd2(*sets), 8)
    for i, name in enumerate(("source untouched", "target itself")):
        generator = torch.Generator().manual_seed(protocol.seed)
        across = kid.kid(sets[i], sets[1 - i], generator, protocol.subsets, protocol.subset_size)
        half = len(sets[i]) // 2
        size, own = min(protocol.subset_size, half), None
        if size >= 2:
            order = torch.randperm(len(sets[i]), generator=generator)
            own = kid.kid(sets[i][order[:half]], sets[i][order[half:]], generator, protocol.subsets, size)
            own = own._replace(std=None) if size == half else own  # every subset is the whole half
        to_source, to_target = (own, across) if i == 0 else (across, own)
        yield {
            "name": name,
            "direction": Direction.S2T.label,
            "kid_to_target": report.kid_values(to_target),
            "kid_to_source": report.kid_values(to_source),
            "kid_mean": None if own is None else {"mean": round((across.mean + own.mean) / 2, 8), "std": None},
            "kid_of_all": [None if j == i else across_all for j in (1, 0)],
            "n_outputs": len(sets[i]),
            "n_source": len(sets[0]),
            "n_target": len(sets[1]),
            "subset_size": protocol.subset_size,
            "subset_size_against_itself": size,
            "subsets": protocol.subsets,
            "seed": protocol.seed,
            "extractor": network.name,
            "extractor_version": network.version,
            "checkpoint": None,
            "selection": "real pictures",
        }


def _row(
    candidate: Candidate,
    direction: Direction,
    sets: tuple[Pictures, Pictures, Pictures],
    network: Extractor,
    protocol: Protocol,
) -> dict[str, Any]:
    """The paper's protocol for one candidate in one direction; `sets`: outputs, source, target."""
    outputs, source, target = (features(p, network) for p in sets)
    generator = torch.Generator().manual_seed(protocol.seed)
    to_source, to_target, both = kid.protocol(
        outputs, source, target, generator, protocol.subsets, protocol.subset_size
    )
    kids = {"to_source": to_source, "to_target": to_target}
    return {
        "name": candidate.name,
        "direction": direction.label,
        "kid_to_target": report.kid_values(to_target),
        "kid_to_source": report.kid_values(to_source),
        "kid_mean": report.kid_values(both),
        "splits": {name: [round(v, 8) for v in x.values.tolist()] for name, x in kids.items()},
        "kid_of_all": [round(kid.mmd2(outputs, real), 8) for real in (target, source)],
        **dict(zip(("n_outputs", "n_source", "n_target"), map(len, sets), strict=True)),
        "subset_size": protocol.subset_size,
        "subsets": protocol.subsets,
        "seed": protocol.seed,
        "extractor": network.name,
        "extractor_version": network.version,
        "trained": _training(candidate),
        "checkpoint": str(candidate.path),
        "weights": candidate.weights and str(candidate.weights),
        "sha256": hashlib.sha256(candidate.weights.read_bytes()).hexdigest() if candidate.weights else None,
        "pixels": [p.pixels for p in sets],
        "sha256_of_sets": [p.digest for p in sets],
        "selection": candidate.selection,
    }


def _training(candidate: Candidate) -> dict[str, Any] | None:
    """How a checkpoint was trained: its configuration, with the seed apart."""
    if candidate.config is None:
        return None
    values = candidate.config.to_dict()
    return {"seed": values.pop("seed"), "config": values}


def _sheet(
    rows: list[tuple[str, dict[Direction, list[Sample | None]]]], real: Real
) -> tuple[list[str], list[list[Image.Image]]]:
    """Captions of the sheet's rows, and its columns: input, then attention and output of everyone."""
    captions = ["input"]
    for name, samples in rows:
        shows = any(s and s.attention is not None for found in samples.values() for s in found)
        captions += [f"{name}: attention", f"{name}: output"] if shows else [f"{name}: output"]
    columns = []
    for direction in Direction:
        if not any(direction in samples for _, samples in rows):
            continue
        inputs = [small(image) for _, image in islice(real.sides(direction)[0], SHOWN)]
        for i, image in enumerate(inputs):
            column, blank = {"input": image}, Image.new("RGB", image.size, "white")
            for name, samples in rows:
                found = dict(enumerate(samples.get(direction, []))).get(i) or Sample(None, blank)
                column |= {f"{name}: attention": found.attention, f"{name}: output": found.translated}
            columns.append([blank if column[c] is None else column[c] for c in captions])
    return captions, columns
