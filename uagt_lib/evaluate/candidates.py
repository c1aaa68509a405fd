"""What is scored, and against what: checkpoints or folders of translated pictures, against the real ones."""

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from uagt_lib.data import folders, pairs
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.pictures import Drawn, Folder, Pictures, folder
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import checkpoints, find_weights, read_config
from uagt_lib.training.config import Config

FOLDERS = {Direction.S2T: "fakeB", Direction.T2S: "fakeA"}  # the usual names of translations to T and to S


@dataclass(frozen=True)
class Real:
    """The real pictures to score against.

    Attributes:
        source, target: the two domains' held-out pictures.
        root: a data folder that may hold masksA, masksB, emptyA and emptyB.
        drawn: the same domains in memory, with masks and object-free scenes, where they are drawn.
    """

    source: Pictures
    target: Pictures
    root: Path | None = None
    drawn: pairs.Pair | None = None

    def sides(self, direction: Direction) -> tuple[Pictures, Pictures]:
        """Where a translation in this direction comes from, and where it should arrive."""
        return (self.source, self.target) if direction is Direction.S2T else (self.target, self.source)

    def truth(self, direction: Direction, view: int) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        """Pictures uint8, their masks, and object-free pictures for the domain that is translated; None if unknown."""
        if self.drawn:
            domain = dict(zip(Direction, self.drawn.domains, strict=True))[direction]
            return domain.test, domain.masks, domain.empty
        letter, images, masks, empty = {"s": "A", "t": "B"}[direction.here], None, None, None
        if self.root and (self.root / f"masks{letter}").is_dir():
            images, masks = folders.load_masked(self.root / f"test{letter}", self.root / f"masks{letter}", view)
        if self.root and (self.root / f"empty{letter}").is_dir():
            empty = folders.load_images(self.root / f"empty{letter}", view)
        return images, masks, empty


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


def identify(path: Path, name: str) -> Candidate:
    """What `path` is: a checkpoint, or folders of pictures."""
    if path.is_dir() and not checkpoints(path) and not any(path.glob("*.safetensors")):
        found = {d: folder(path / sub) for d, sub in FOLDERS.items() if (path / sub).is_dir()}
        try:
            return Candidate(name, path, "as given", outputs=found or {Direction.S2T: folder(path)})
        except UagtError as error:
            raise UagtError(
                f"{path} can be neither translated with nor scored: it should be a run's folder, a checkpoint, or hold "
                "translated pictures (or fakeB: S to T, and fakeA: T to S)"
            ) from error
    weights = find_weights(path)
    newest = path.is_dir() and weights.parent != path
    step = weights.parent.name if weights.parent.name.startswith("step-") else weights.name
    return Candidate(
        name, path, f"{step}, {'newest of its run' if newest else 'as given'}", weights, read_config(weights)
    )


def names(paths: list[Path]) -> list[str]:
    """As many last parts of each path as tell them apart."""
    parts = [Path(str(path.resolve()).removesuffix(".safetensors")).parts for path in paths]
    if len(set(parts)) < len(parts):
        raise UagtError("the same thing is to be scored twice: name every checkpoint and folder once")
    depth = next(k for k in range(1, 100) if len({p[-k:] for p in parts}) == len(parts))
    return ["-".join(p[-depth:]).replace("/", "") for p in parts]


def find_real(
    candidates: list[Candidate], data: Path | None, source: Path | None, target: Path | None
) -> dict[str, Real]:
    """What each candidate, by name, is scored against."""
    if (data and (source or target)) or bool(source) != bool(target):
        raise UagtError("give either --data DIR, with testA and testB inside, or both --source DIR and --target DIR")
    if data or source:
        two = (data / "testA", data / "testB") if data else (source, target)
        one = Real(*map(folder, two), root=data)
        return {candidate.name: one for candidate in candidates}
    drawn: dict[tuple, Real] = {}
    for candidate in candidates:
        if not (candidate.config and candidate.config.savanna):
            raise UagtError(
                f"{candidate.path} needs real pictures to be compared with: give --data DIR, with testA and testB "
                "inside, or --source DIR and --target DIR"
            )
        scene = _scene(candidate)
        if scene not in drawn:
            view, bias, domains = scene
            pair = pairs.from_savanna(view, view, 1, bias, domains=domains)
            kinds = {"animals": ("horses", "zebras"), "seasons": ("green meadows", "dry meadows")}[domains]
            titles = (f"drawn {kind}, {view} px, bias {bias}" for kind in kinds)
            drawn[scene] = Real(*map(Drawn, titles, (pair.source.test, pair.target.test)), drawn=pair)
    return {candidate.name: drawn[_scene(candidate)] for candidate in candidates}


def _scene(candidate: Candidate) -> tuple[int, float, str]:
    config = candidate.config
    return config.view, config.bias, config.domains


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
