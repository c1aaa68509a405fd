"""Files and folders we are told to read from or write to: what may be opened, and how text becomes bytes."""

import codecs
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from uagt_lib.errors import UagtError

WINDOWS = os.name == "nt"
LOOK_ALIKES = {"→": "->", "±": "+-", "×": "x", "…": "...", "✓": "+", "✗": "x", "○": "o"}
KINDS = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}  # what else there is: devices


def from_here(path: str | Path) -> str:
    """A path as one would type it here: relative to the present folder, where there is a way.

    >>> from_here(Path.cwd() / "runs" / "mine") == str(Path("runs", "mine"))
    True
    """
    try:
        return os.path.relpath(path)
    except ValueError:  # another drive of Windows
        return str(path)


def make_folder(path: str | Path) -> Path:
    """Create a folder if need be and make sure it can be written to.

    Raises:
        UagtError: if it cannot.
    """
    path = Path(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".probe"
        probe.touch()
        probe.unlink(missing_ok=True)  # several processes may probe at once
    except OSError as error:
        raise UagtError(f"cannot write to {path}: {error.strerror or error}; choose another --out") from error
    return path


def put_in_place(finished: Path, path: Path) -> None:
    """Give a file or folder its name, in place of a file of that name.

    On Windows nobody may be reading either just then, a virus scanner for instance: a second is spent on waiting.
    """
    for _ in range(10 if WINDOWS else 0):
        with suppress(PermissionError):
            finished.replace(path)
            return
        time.sleep(0.1)
    finished.replace(path)


def check_regular(path: Path) -> None:
    """Before anything is opened: a pipe would keep us waiting for ever, and a device has no end.

    Raises:
        UagtError: if `path` is not, or does not lead to, a regular file.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:  # missing, forbidden, or a link that leads in a circle
        raise UagtError(f"{path} cannot be read ({error.strerror}); check name and permissions.") from error
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "a device")
        raise UagtError(f"{path} cannot be read (it is {kind}, not a file); take it out of the way.")


def to_bytes(text: str) -> bytes:
    """Text as we write it to files: UTF-8, line ends as they are, and no character an error."""
    return text.encode("utf-8", "plain")


@contextmanager
def utf8_name(path: Path) -> Iterator[str]:
    """A name for a file that libraries in other languages take: many refuse one that is no UTF-8, as Linux allows."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        with path.open("rb") as file:
            yield f"/proc/self/fd/{file.fileno()}"
    else:
        yield str(path)


def plain_streams() -> None:
    """What a terminal or a redirected output cannot show is written in ASCII; one that was closed, or whose reader goes
    away, takes everything."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (for as long as we run)
            continue
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="plain")
        if not isinstance(stream, _Patient):
            setattr(sys, name, _Patient(stream))


class _Patient:
    """A stream that bears to be read no more (a dead pipe, a closed terminal): what is written then is lost."""

    def __init__(self, stream: TextIO):
        self._stream = stream

    def write(self, text: str) -> int:
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._try(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError:
            with suppress(OSError, ValueError):  # whatever waits in its buffer goes the same way
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Our own few characters by look-alikes; others, and the stray bytes that a file's name may hold, by number."""
    characters = error.object[error.start : error.end]
    return "".join(LOOK_ALIKES.get(c) or ascii(c)[1:-1] for c in characters), error.end


codecs.register_error("plain", _plain)
