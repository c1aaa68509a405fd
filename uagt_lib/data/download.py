"""The public data sets of the paper's tables: fetched with patience, checked before use, unpacked with care.

Where a manifest ships, every photograph is checked (see manifest.py), so a mirror may have packed them anew. Where none
does, the archive as a whole must have the hash recorded for the official one.
"""

import errno
import hashlib
import http.client
import os
import shutil
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tqdm.auto import tqdm

from uagt_lib.data.folders import is_image_name
from uagt_lib.data.manifest import SPLITS, has_manifest, photographs, sha256, verify
from uagt_lib.errors import UagtError

MAX_BYTES = 2 * 10**9  # of an archive, and of what it says it unpacks to; ours stay under a tenth of it
ATTEMPTS = 4  # at one address, counted anew whenever more of the file has arrived
WAIT = 2.0  # seconds before an address is tried again


@dataclass(frozen=True)
class Archive:
    """Where a data set can be had, best address first, and the sha256 of the official archive."""

    sha256: str
    urls: tuple[str, ...]


# The authors' host, then mirrors, then the host's address until 2023. The hashes are those that TensorFlow Datasets
# records for the official archives (tensorflow_datasets/url_checksums/cycle_gan.txt).
ARCHIVES = {
    "horse2zebra": Archive(
        "a74d9d392eecca9966b51287a76ca126af473d9de4f3e8fc0e9cda08fa1730a1",
        (
            "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/horse2zebra.zip",
            "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets/horse2zebra.zip",
            "https://huggingface.co/datasets/kerls/cyclegan-horse2zebra/resolve/main/horse2zebra.zip",
            "https://github.com/akanametov/cyclegan/releases/download/1.0/horse2zebra.zip",
            "https://joligen.com/datasets/horse2zebra.zip",
            "https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets/horse2zebra.zip",
        ),
    ),
    "apple2orange": Archive(
        "845a191e9af8926408ea597001cd03a452e3300a1f44a79fe329b3d59f6e3eb8",
        (
            "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/apple2orange.zip",
            "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets/apple2orange.zip",
            "https://github.com/akanametov/cyclegan/releases/download/1.0/apple2orange.zip",
            "https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets/apple2orange.zip",
        ),
    ),
    "summer2winter_yosemite": Archive(
        "167fe1726807a9d22bd106b4a6c0bd7953b688af924ac1bf967439c4961e49f9",
        (
            "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/summer2winter_yosemite.zip",
            "http://efrosgans.eecs.berkeley.edu/cyclegan/datasets/summer2winter_yosemite.zip",
            "https://people.eecs.berkeley.edu/~taesung_park/CycleGAN/datasets/summer2winter_yosemite.zip",
        ),
    ),
}


def download(name: str, root: str | Path) -> Path:
    """Fetch the data set `name` to root/name (trainA, trainB, testA, testB inside) and return that folder.

    A complete copy already there is left alone. A cut download goes on where it stopped, in a later call too. An
    archive fetched by hand and placed at root/name.zip is tried first, and stays where it is.
    Raises UagtError if the name is unknown, something else is in the way, the disk refuses, or every address failed.
    """
    if name not in ARCHIVES:
        raise UagtError(f"{name} is not a data set known here; choose from {', '.join(ARCHIVES)}.")
    root = Path(root)
    target, by_hand = root / name, root / f"{name}.zip"
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        if problem := _problem(name, target):
            raise UagtError(f"{target} is in the way: {problem}. Move it elsewhere or delete it, then download again.")
        return target
    reasons = []
    for source in ([str(by_hand)] if by_hand.exists() else []) + list(ARCHIVES[name].urls):
        # One partial file per address: the rest of one archive must not be glued to the start of another.
        part = root / f".{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.part"
        try:
            root.mkdir(parents=True, exist_ok=True)
            if source == str(by_hand):
                _install(name, by_hand, target)
            else:
                _fetch(source, part, name)
                _install(name, part, target)
        except _Unusable as problem:
            reasons.append(f"  {source}: {problem}")
            part.unlink(missing_ok=True)
        except (OSError, http.client.HTTPException) as problem:  # the partial file stays, for the next call
            if _is_ours(problem):
                raise UagtError(
                    f"{root} cannot be written to ({problem.strerror}); make room there or choose another folder."
                ) from problem
            reasons.append(f"  {source}: {_told(problem)}")
        else:
            for leftover in root.glob(f".{name}-*.part"):
                leftover.unlink()
            return target
    check = f" and run `uagt data verify {target}`" if has_manifest(name) else ""
    raise UagtError(
        f"{name} could not be downloaded. Tried\n" + "\n".join(reasons) + "\nFetch the archive by hand, in "
        f"a browser say, place it at {by_hand} and repeat the command; or unpack it yourself so that "
        f"{target} holds {', '.join(SPLITS)}{check}."
    )


class _Unusable(Exception):
    """What an address gave is all there, but is not the data set: asking for the rest would be of no use."""


def _fetch(url: str, part: Path, name: str) -> None:
    """Bring all of `url` into `part`, going on from what is there. Plain urllib, because pooch cannot resume."""
    most, failures = 0, 0
    while True:
        try:
            return _fetch_rest(url, part, name)
        except (OSError, http.client.HTTPException) as problem:
            size = part.stat().st_size if part.exists() else 0
            most, failures = max(most, size), 1 if size > most else failures + 1
            refused = isinstance(problem, urllib.error.HTTPError) and problem.code < 500 and problem.code != 429
            unreachable = type(problem) is urllib.error.URLError and not most  # no such host, say: do not keep on
            if refused or unreachable or _is_ours(problem) or failures >= ATTEMPTS:
                raise
        time.sleep(WAIT)


def _fetch_rest(url: str, part: Path, name: str) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "uagt_lib"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30)
    except urllib.error.HTTPError as problem:
        if problem.code != 416:
            raise
        if problem.headers.get("Content-Range") == f"bytes */{have}":
            return  # there is no rest: an earlier call had it all
        part.unlink()
        raise ConnectionError("the file there changed while it was fetched") from problem
    with answer:
        if answer.status != 206:  # the server ignores ranges and sends all from the start
            have = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            raise _Unusable("the server sent another part of the file than was asked for")
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with (
            part.open("ab" if have else "wb") as file,
            tqdm(total=total, initial=have, desc=name, unit="B", unit_scale=True) as bar,
        ):
            while block := answer.read(1 << 16):
                have += len(block)
                if have > MAX_BYTES:
                    raise _Unusable(f"the archive is larger than {MAX_BYTES / 1e9:g} GB")
                file.write(block)
                bar.update(len(block))
    if total is not None and have < total:
        raise ConnectionError(f"the connection was cut after {have} of {total} bytes")


def _install(name: str, archive: Path, target: Path) -> None:
    """Unpack beside `target`, check, and only then rename: a folder of that name is always a whole data set."""
    if not has_manifest(name) and sha256(archive) != ARCHIVES[name].sha256:
        raise _Unusable("its sha256 is not that of the official archive")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{name}-") as scratch:
        folder = Path(scratch) / name
        folder.mkdir()
        try:
            _unpack(archive, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as problem:  # RuntimeError: encrypted
            raise _Unusable(f"it is not a usable zip archive ({problem})") from problem
        if problem := _problem(name, folder):
            raise _Unusable(problem)
        if target.is_dir():
            target.rmdir()  # it is empty, `download` saw to that; Windows does not rename onto a folder
        os.replace(folder, target)


def _unpack(archive: Path, folder: Path) -> None:
    """Take SPLIT/image and NAME/SPLIT/image out of a zip into folder/SPLIT/image, after a look at all it declares."""
    with zipfile.ZipFile(archive) as file:
        members = file.infolist()
        if sum(member.file_size for member in members) > MAX_BYTES:  # zipfile never unpacks more than is declared
            raise _Unusable(f"it would unpack to more than {MAX_BYTES / 1e9:g} GB")
        for member in members:
            path = PurePosixPath(member.filename)
            if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in member.filename:
                raise _Unusable(f"it holds the unsafe name {member.filename}")
            if member.external_attr >> 28 == 0o12:  # the top four bits are Unix's file type: a symbolic link
                raise _Unusable(f"it holds the link {member.filename}")
        for member in members:
            parts = PurePosixPath(member.filename).parts
            if len(parts) in (2, 3) and parts[-2] in SPLITS and is_image_name(parts[-1]) and not member.is_dir():
                to = folder.joinpath(*parts[-2:])
                to.parent.mkdir(exist_ok=True)
                with file.open(member) as source, to.open("wb") as sink:
                    shutil.copyfileobj(source, sink)


def _problem(name: str, folder: Path) -> str:
    """What keeps `folder` from being the data set, "" if nothing. Without a manifest only its layout can be seen."""
    if not folder.is_dir():
        return "it is not a folder"
    if has_manifest(name):
        report = verify(folder, name)
        return "" if report.complete else str(report)
    filled = {path.split("/")[0] for path in photographs(folder)}
    empty = [split for split in SPLITS if split not in filled]
    return f"it has no image in {', '.join(empty)}" if empty else ""


def _is_ours(problem: Exception) -> bool:
    """Whether this computer's disk is to blame, so that no other address will help."""
    return getattr(problem, "errno", None) in (errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EEXIST, errno.ENOTDIR)


def _told(problem: Exception) -> str:
    if isinstance(problem, urllib.error.HTTPError):
        return f"{problem.code} {problem.reason}"
    return str(getattr(problem, "reason", problem)) or type(problem).__name__
