"""Folders we are asked to write into."""

from pathlib import Path

from uagt_lib.errors import UagtError


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
