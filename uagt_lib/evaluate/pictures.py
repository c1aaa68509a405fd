"""A set of pictures to be scored, read one at a time: a folder's files, or drawn ones already in memory."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property
from itertools import combinations, repeat
from pathlib import Path

from torch import Tensor

from uagt_lib.data.folders import list_images, load_image, load_mask_of, name_of, pair_masks
from uagt_lib.data.picture import size_of
from uagt_lib.errors import UagtError
from uagt_lib.files import check_regular


@dataclass(frozen=True)
class Folder:
    """The pictures of a folder, in the order of their names.

    Attributes:
        path: the folder.
        paths: its pictures.
        masks: of the pictures, by their names.
        size: pixels of the square to which pictures and masks are stretched, as for training; None: their own size.

    Iterating gives (name, uint8 (3, H, W)), `masked` also the pictures' masks. A damaged file does not hide the next
    one: all are named, at the end, in one UagtError.
    """

    path: Path
    paths: tuple[Path, ...]
    masks: dict[str, Path] = field(default_factory=dict)
    size: int | None = None

    def __str__(self) -> str:
        return f"{self.path} at {self.size} px" if self.size else str(self.path)

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[tuple[str, Tensor]]:
        refused = []
        for name, path in zip(self.names, self.paths, strict=True):
            try:
                picture = load_image(path, self.size)
            except UagtError as error:
                refused.append(str(error))
                continue
            yield name, picture
            del picture  # before the next is read
        if refused:
            raise UagtError(
                f"{len(refused)} of the {len(self)} pictures in {self.path} cannot be used, and a score without them "
                "would be one of another set:\n  " + "\n  ".join(refused)
            )

    def masked(self) -> Iterator[tuple[str, Tensor, Tensor | None]]:
        """(name, uint8 (3, H, W), mask (1, H, W) in [0, 1], or None where nobody has drawn any)."""
        files = dict(zip(self.names, self.paths, strict=True))
        for name, picture in self:
            yield name, picture, load_mask_of(files[name], self.masks[name], self.size) if self.masks else None

    def only(self, pattern: str) -> "Folder":
        """Those whose file names match a pattern as shells have it: "*_fake_B*".

        Raises:
            UagtError: if none does.
        """
        paths = tuple(path for path in self.paths if fnmatch(path.name, pattern))
        if not paths:
            raise UagtError(f"{self.path} holds no picture named like {pattern}; {self.paths[0].name} is one of them")
        return replace(self, paths=paths)

    @property
    def names(self) -> list[str]:
        """The files' names, without suffix unless two would be the same."""
        stems = [name_of(path) for path in self.paths]
        return stems if len(set(stems)) == len(stems) else [path.name for path in self.paths]

    @cached_property
    def pixels(self) -> str:
        """Width x height, of files from their headers: "64x64", or "64x64 ... 512x384 (3 sizes)"."""
        if self.size:
            return f"{self.size}x{self.size}"
        found = set()
        for path in self.paths:
            with suppress(UagtError):  # what cannot be read is refused elsewhere
                found.add(size_of(path))
        ends = "{}x{}".format(*min(found, default=(0, 0))), "{}x{}".format(*max(found, default=(0, 0)))
        return ends[0] if len(found) < 2 else f"{ends[0]} ... {ends[1]} ({len(found)} sizes)"

    @cached_property
    def digest(self) -> str:
        """A sha256 of the files' contents, in order, and of the size to which they are stretched."""
        whole = hashlib.sha256(f"{self.size} px".encode() if self.size else b"")
        for path in self.paths:
            check_regular(path)
            try:
                whole.update(hashlib.sha256(path.read_bytes()).digest())
            except OSError as error:
                raise UagtError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
        return whole.hexdigest()


def whose(name: str, sources: Collection[str]) -> str | None:
    """The source that the name of an output tells of: the longest that stands in it whole. None if there is none.

    >>> whose("AtoB_n02_1000_fake", ["n02", "n02_100", "n02_1000"])
    'n02_1000'
    """
    kinds = ["digit" if c.isdigit() else "letter" if c.isalpha() else c for c in name]  # words and numbers stay whole
    cuts = [i for i in range(len(name) + 1) if i in (0, len(name)) or kinds[i - 1] != kinds[i]]
    parts = (name[i:j] for i, j in combinations(cuts, 2))
    return max((part for part in parts if part in sources), key=len, default=None)


def folder(path: str | Path, masks: Path | None = None, size: int | None = None) -> Folder:
    """The pictures in `path`, with their masks, of the same names, in another folder, if there is one; see `Folder`.

    Raises:
        UagtError: if there is no such folder or no picture in it, or masks and pictures do not match.
    """
    there = masks is not None and masks.is_dir()
    return Folder(Path(path), tuple(list_images(path)), pair_masks(path, masks) if there else {}, size)


@dataclass(frozen=True)
class Drawn:
    """Pictures in memory, uint8 (N, 3, H, W), perhaps with masks (N, 1, H, W) in [0, 1]; used like a `Folder`."""

    name: str
    images: Tensor
    masks: Tensor | None = None

    def __str__(self) -> str:
        return self.name

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[tuple[str, Tensor]]:
        yield from zip(self.names, self.images, strict=True)

    def masked(self) -> Iterator[tuple[str, Tensor, Tensor | None]]:
        """(name, uint8 (3, H, W), mask (1, H, W) in [0, 1], or None where nobody knows)."""
        yield from zip(self.names, self.images, repeat(None) if self.masks is None else self.masks, strict=False)

    @property
    def pixels(self) -> str:
        """Width x height."""
        return f"{self.images.shape[-1]}x{self.images.shape[-2]}"

    @property
    def names(self) -> list[str]:
        """0000, 0001, ..."""
        return [f"{i:04d}" for i in range(len(self))]

    @cached_property
    def digest(self) -> str:
        """A sha256 of shape and pixels."""
        return hashlib.sha256(f"{tuple(self.images.shape)}".encode() + self.images.numpy().tobytes()).hexdigest()


Pictures = Folder | Drawn
