"""What is scored, and against what: checkpoints or folders of translated pictures, against the real ones."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from uagt_lib.data import pairs
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.pictures import Drawn, Folder, Pictures, folder, whose
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import checkpoints, find_weights, read_config, step_of
from uagt_lib.training.config import Config

FOLDERS = {Direction.S2T: "fakeB", Direction.T2S: "fakeA"}  # the usual names of translations to T and to S


@dataclass(frozen=True)
class Real:
    """The real pictures to score against.

    Attributes:
        source, target: the two domains' held-out pictures.
        empty: pictures without any object, of the domain that is translated in a direction, where there are some.
    """

    source: Pictures
    target: Pictures
    empty: dict[Direction, Pictures]

    @property
    def drawn(self) -> bool:
        """Whether they are the savanna's."""
        return isinstance(self.source, Drawn)

    def sides(self, direction: Direction) -> tuple[Pictures, Pictures]:
        """Where a translation in this direction comes from, and where it should arrive."""
        return (self.source, self.target) if direction is Direction.S2T else (self.target, self.source)


@dataclass(frozen=True)
class Candidate:
    """One thing to be scored.

    Attributes:
        name: what tables call it.
        path: as it was given.
        selection: which checkpoint this is, and by what rule it was chosen.
        weights: its file, or None for folders of pictures.
        config: of the checkpoint.
        outputs: for folders of pictures, the folder of each direction there is.
    """

    name: str
    path: Path
    selection: str
    weights: Path | None = None
    config: Config | None = None
    outputs: dict[Direction, Folder] = field(default_factory=dict)


def identify(paths: list[Path], only: str | None = None) -> list[Candidate]:
    """What was given: checkpoints, or folders of pictures, of which only those count whose names match `only`.

    Raises:
        UagtError: if something is neither, or named twice.
    """
    return [_identify(path, name, only) for path, name in zip(paths, names(paths), strict=True)]


def _identify(path: Path, name: str, only: str | None) -> Candidate:
    if path.is_dir() and not checkpoints(path) and not any(path.glob("*.safetensors")):
        inside = {d: path / sub for d, sub in FOLDERS.items() if (path / sub).is_dir()} or {Direction.S2T: path}
        try:
            found = {direction: folder(where) for direction, where in inside.items()}
        except UagtError as error:
            raise UagtError(
                f"{path} can be neither translated with nor scored: it should be a run's folder, a checkpoint, or hold "
                "translated pictures (or fakeB: S to T, and fakeA: T to S)"
            ) from error
        if only is None:
            return Candidate(name, path, "as given", outputs=found)
        matching = {direction: pictures.only(only) for direction, pictures in found.items()}
        return Candidate(name, path, f"as given, only {only}", outputs=matching)
    weights = find_weights(path)
    newest = path.is_dir() and weights.parent != path
    step = weights.name if step_of(weights.parent) is None else weights.parent.name
    return Candidate(
        name, path, f"{step}, {'newest of its run' if newest else 'as given'}", weights, read_config(weights)
    )


def names(paths: list[Path]) -> list[str]:
    """As many last parts of each path as tell them apart."""
    parts = [Path(os.path.realpath(path).removesuffix(".safetensors")).parts for path in paths]
    if len(set(parts)) < len(parts):
        raise UagtError("the same thing is to be scored twice: name every checkpoint and folder once")
    depth = next(k for k in range(1, 100) if len({p[-k:] for p in parts}) == len(parts))
    return [re.sub(r"[/\\:]", "", "-".join(p[-depth:])) for p in parts]  # a root is no name: /, or C:\


def find_real(
    candidates: list[Candidate], data: Path | None, source: Path | None, target: Path | None
) -> dict[str, Real]:
    """What each candidate, by name, is scored against.

    A checkpoint's real pictures have the size it was trained for, as in the paper: held against larger ones, part of
    its score would be blur. Folders of pictures are held against the real ones as they are.
    """
    if (data and (source or target)) or bool(source) != bool(target):
        raise UagtError("give either --data DIR, with testA and testB inside, or both --source DIR and --target DIR")
    if data or source:
        sizes = {candidate.name: candidate.config and candidate.config.view for candidate in candidates}
        of = {size: _from_data(data, size) if data else _from_folders(source, target, size) for size in sizes.values()}
        return {name: of[size] for name, size in sizes.items()}
    drawn: dict[tuple, Real] = {}
    for candidate in candidates:
        if not (candidate.config and candidate.config.savanna):
            raise UagtError(
                f"{candidate.path} needs real pictures to be compared with: give --data DIR, with testA and testB "
                "inside, or --source DIR and --target DIR"
            )
        scene = _scene(candidate)
        if scene not in drawn:
            drawn[scene] = _draw(*scene)
    return {candidate.name: drawn[_scene(candidate)] for candidate in candidates}


def _from_folders(source: Path, target: Path, size: int | None) -> Real:
    """Two folders of real pictures."""
    return Real(folder(source, size=size), folder(target, size=size), {})


def _from_data(root: Path, size: int | None) -> Real:
    """The held-out pictures of a data folder, and what it knows of them: masksA, masksB, emptyA, emptyB."""
    source, target = (folder(root / f"test{letter}", root / f"masks{letter}", size) for letter in "AB")
    empty = {d: root / f"empty{letter}" for d, letter in zip(Direction, "AB", strict=True)}
    return Real(source, target, {d: folder(path, size=size) for d, path in empty.items() if path.is_dir()})


def _scene(candidate: Candidate) -> tuple[int, float, str]:
    config = candidate.config
    return config.view, config.bias, config.domains


def _draw(view: int, bias: float, domains: str) -> Real:
    """The savanna's held-out pictures."""
    pair = pairs.from_savanna(view, view, 1, bias, domains=domains)
    kinds = {"animals": ("horses", "zebras"), "seasons": ("green meadows", "dry meadows")}[domains]
    source, target = (
        Drawn(f"drawn {kind}, {view} px, bias {bias}", domain.test, domain.masks)
        for kind, domain in zip(kinds, pair.domains, strict=True)
    )
    empty = {d: Drawn(f"nobody, {d.here}", domain.empty) for d, domain in zip(Direction, pair.domains, strict=True)}
    return Real(source, target, empty)


def check_outputs(candidate: Candidate, real: Real, only: str | None) -> None:
    """Raise where a folder of pictures holds more than the translations: maps, inputs, pictures of the way back.

    They would be scored like translations. Who knows and wants that names all of them: `only` is "*".
    """
    for direction, outputs in candidate.outputs.items() if only != "*" else ():
        sources, several = set(real.sides(direction)[0].names), {}
        for name, path in zip(outputs.names, outputs.paths, strict=True):
            several.setdefault(whose(name, sources), []).append(path.name)
        several.pop(None, None)
        most = max(several, key=lambda source: len(several[source]), default=None)
        if most is not None and len(several[most]) > 1:
            found = f"{', '.join(several[most][:3])} are all of {most}"
        elif len(outputs) > len(sources):
            found = f"{len(outputs)} pictures, where there are {len(sources)} sources"
        else:
            continue
        raise UagtError(
            f"{outputs}: {found}. Which are the translations? Say it with --only '*_fake_B*', for instance, or take "
            "all with --only '*'"
        )


def check_sizes(candidates: list[Candidate], real: dict[str, Real], subset_size: int) -> None:
    """Raise before hours of work if a subset will not fit into some set."""
    sets = [p for r in real.values() for p in (r.source, r.target)]
    sets += [p for c in candidates for p in c.outputs.values()]
    smallest = min(sets, key=len)
    if len(smallest) < 2:
        raise UagtError(f"{smallest} holds one picture; KID compares sets and needs at least 2, better 50")
    if len(smallest) < subset_size:
        raise UagtError(
            f"subsets of {subset_size} do not fit into the {len(smallest)} pictures of {smallest}: pass --subset-size "
            f"{len(smallest)} or less, and compare only with scores of that size"
        )
