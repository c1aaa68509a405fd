"""Is this the data set it says it is? The sha256 of every photograph, compared with a list that ships with the library.

The lists (manifests/NAME.sha256) have sha256sum's format, so anyone can check them: `sha256sum --check`.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from tqdm.auto import tqdm

from uagt_lib.data.folders import MANY, is_image_name
from uagt_lib.errors import UagtError

SPLITS = ("trainA", "trainB", "testA", "testB")
MANIFESTS = Path(__file__).parent / "manifests"


@dataclass(frozen=True)
class Report:
    """What `verify` found: how many files are as the manifest says, and which are not (paths like trainA/x.jpg)."""

    name: str
    ok: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Every file of the manifest is there, unchanged; extra files do not spoil that."""
        return not (self.missing or self.changed)

    def __str__(self) -> str:
        kinds = {"missing": self.missing, "changed": self.changed, "extra": self.extra}
        found = [f"{len(paths)} {kind} (such as {paths[0]})" for kind, paths in kinds.items() if paths]
        return f"{self.name}: " + ", ".join([f"{self.ok} files as they should be", *found])


def verify(root: str | Path, name: str | None = None) -> Report:
    """Compare the photographs under `root` with the manifest of the data set `name`.

    Without a name the folder's own decides, or else the manifest that shares most file names with it.
    Raises UagtError if the folder does not exist, a file cannot be read, or no manifest is known for it.
    """
    root = Path(root)
    if not root.is_dir():
        raise UagtError(f"{root} is not a folder; give the one that holds {', '.join(SPLITS)}.")
    known, found = sorted(path.stem for path in MANIFESTS.glob("*.sha256")), photographs(root)
    if name is None and root.resolve().name in known:
        name = root.resolve().name
    elif name is None:
        shared = {candidate: len(found.keys() & _read(candidate).keys()) for candidate in known}
        name = max(shared, key=shared.get) if any(shared.values()) else None
    if name not in known:
        raise UagtError(
            f"no manifest is known for {name or root}, so its files cannot be checked one by one; there "
            f"are manifests for {', '.join(known)}."
        )
    expected = _read(name)
    common = sorted(expected.keys() & found.keys())
    bar = tqdm(common, desc=f"checking {name}", unit="file", leave=False, disable=len(common) <= MANY)
    changed = tuple(path for path in bar if sha256(found[path]) != expected[path])
    return Report(
        name,
        len(common) - len(changed),
        tuple(sorted(expected.keys() - found.keys())),
        changed,
        tuple(sorted(found.keys() - expected.keys())),
    )


def write_manifest(root: str | Path, out: str | Path) -> int:
    """Write the sha256 of every photograph under root/{trainA,trainB,testA,testB} to `out`, sorted; returns how many.

    Raises UagtError if there is none or one cannot be read.
    """
    files = photographs(Path(root))
    if not files:
        raise UagtError(f"{root} has no image in {', '.join(SPLITS)}; give the folder that holds these.")
    text = "".join(f"{sha256(files[path])}  {path}\n" for path in sorted(files))
    Path(out).write_bytes(text.encode())  # bytes, so that line ends are the same on every system
    return len(files)


def has_manifest(name: str) -> bool:
    """Whether the data set's files can be checked one by one."""
    return (MANIFESTS / f"{name}.sha256").exists()


def photographs(root: Path) -> dict[str, Path]:
    """The images in the four folders of a data set, keyed by "trainA/x.jpg"; hidden files and others are not seen."""
    return {
        unicodedata.normalize("NFC", f"{split}/{path.name}"): path
        for split in SPLITS
        if (root / split).is_dir()
        for path in (root / split).iterdir()
        if is_image_name(path.name) and path.is_file()
    }


def sha256(path: Path) -> str:
    """The file's hash in hexadecimal. Raises UagtError if it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as problem:
        raise UagtError(f"{path} cannot be read ({problem.strerror}); check its permissions.") from problem
    return digest.hexdigest()


def _read(name: str) -> dict[str, str]:
    lines = (MANIFESTS / f"{name}.sha256").read_text(encoding="utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}
