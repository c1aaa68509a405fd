"""One run writes to a folder at a time: a lock of the operating system's, which is free again when its holder dies."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from uagt_lib.errors import UagtError

NAME = ".lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` (which exists) for this run; the file `.lock` in it stays behind, the lock does not.

    Over NFS the lock holds between machines as well. A file system that knows no locks (some mounted cloud drives) is
    written to without one.

    Raises:
        UagtError: if another run holds it, or `.lock` cannot be opened (somebody else's, say).
    """
    try:
        file = open(folder / NAME, "a+b")  # noqa: SIM115
    except OSError as error:
        raise UagtError(f"cannot write to {folder / NAME}: {error.strerror}; choose another --out") from error
    with file:
        try:
            _take(file)
        except BlockingIOError as error:
            raise UagtError(
                f"another run is writing to {folder}{_holder(file)}: wait for its end, stop it, or choose another --out"
            ) from error
        except OSError:  # no locks here
            pass
        else:
            with suppress(OSError):
                file.truncate(0)
                file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
                file.flush()
        yield


def _holder(file: BinaryIO) -> str:
    """Who holds the lock, in parentheses, where it can be read."""
    with suppress(OSError):
        file.seek(0)
        if said := file.read(200).decode(errors="replace").strip():
            return f" ({said})"
    return ""


if os.name == "posix":
    import fcntl

    def _take(file: BinaryIO) -> None:
        """Lock an open file until it is closed; BlockingIOError if somebody else has."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import errno
    import msvcrt

    def _take(file: BinaryIO) -> None:
        """As above. Windows locks bytes, here one far behind the words, so that they can be read meanwhile."""
        file.seek(1 << 20)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise BlockingIOError(*error.args) from error
            raise
