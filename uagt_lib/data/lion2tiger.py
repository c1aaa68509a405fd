"""Lions and tigers out of Animals with Attributes 2, which holds photographs of fifty animals, a folder for each.

The paper took both classes from the data set's first version and does not say which photographs it kept for testing.
The split here is drawn with a seed, so it is the same for everybody.
"""

import os
import random
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from uagt_lib.data.folders import is_image_name
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder

ANIMALS = ("lion", "tiger")  # S, T
HELD_OUT = 0.1  # of each class, at least one photograph: testA and testB
SEED = 0  # of the split
WHERE = "fetch AwA2-data.zip from https://cvml.ista.ac.at/AwA2/ and name it, or the folder it was unpacked to"

Photographs = dict[str, Callable[[], BinaryIO]]  # how to open each, by name


def from_animals(source: str | Path, out: str | Path) -> dict[str, int]:
    """Write trainA, testA (lions), trainB and testB (tigers) to `out`.

    Args:
        source: Animals with Attributes 2, the zip archive or a folder that it was unpacked to.
        out: a folder that does not exist yet, or is empty.

    Returns:
        How many photographs each of the four folders holds.

    Raises:
        UagtError: if `source` cannot be read or holds no lions or no tigers, or something is in the way.
    """
    source, out = Path(source), Path(out)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UagtError(f"{out} is in the way; move it elsewhere, delete it, or choose another --out")
    make_folder(out.parent)
    try:
        if source.is_dir():
            return _write(_in_folder(source), source, out)
        with zipfile.ZipFile(source) as archive:
            return _write(_in_archive(archive), source, out)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as problem:  # RuntimeError: encrypted
        raise UagtError(f"{source} is not a usable zip archive ({problem}): {WHERE}") from problem
    except OSError as problem:
        name = problem.filename or source
        raise UagtError(f"{name} cannot be read or written ({problem.strerror or problem}): {WHERE}") from problem


def split(names: list[str]) -> tuple[list[str], list[str]]:
    """Which photographs of one class are for training and which are held out, both sorted.

    >>> [len(part) for part in split([f"lion_{10001 + i}.jpg" for i in range(1019)])]
    [917, 102]
    """
    shuffled = sorted(names)
    random.Random(SEED).shuffle(shuffled)
    held_out = max(1, round(HELD_OUT * len(shuffled)))
    return sorted(shuffled[held_out:]), sorted(shuffled[:held_out])


def _write(found: dict[str, Photographs], source: Path, out: Path) -> dict[str, int]:
    """Write all beside `out`, and only then rename: a folder of that name is always the whole data set."""
    counts = {}
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
        whole = Path(scratch) / out.name
        for animal, letter in zip(ANIMALS, "AB", strict=True):
            if len(found[animal]) < 2:
                raise UagtError(f"{source} holds {len(found[animal])} photographs in a folder called {animal}: {WHERE}")
            for part, names in zip(("train", "test"), split(list(found[animal])), strict=True):
                folder = whole / f"{part}{letter}"
                folder.mkdir(parents=True)
                for name in names:
                    with found[animal][name]() as photograph, (folder / name).open("wb") as file:
                        shutil.copyfileobj(photograph, file)
                counts[folder.name] = len(names)
        if out.is_dir():
            out.rmdir()  # it is empty; Windows does not rename onto a folder
        os.replace(whole, out)
    return counts


def _in_folder(root: Path) -> dict[str, Photographs]:
    found: dict[str, Photographs] = {animal: {} for animal in ANIMALS}
    for path in root.rglob("*"):
        if path.parent.name in ANIMALS and is_image_name(path.name) and path.is_file():
            found[path.parent.name][path.name] = lambda path=path: path.open("rb")
    return found


def _in_archive(archive: zipfile.ZipFile) -> dict[str, Photographs]:
    found: dict[str, Photographs] = {animal: {} for animal in ANIMALS}
    for member in archive.infolist():
        *_, folder, name = ("", "", *PurePosixPath(member.filename).parts)
        if folder in ANIMALS and is_image_name(name) and not member.is_dir():
            found[folder][name] = lambda member=member: archive.open(member)
    return found
