"""Where lessons find what ships with the course, and where they put what they make."""

import os
from pathlib import Path

import uagt_lib
from uagt_lib.errors import UagtError

ROOT = Path(uagt_lib.__file__).resolve().parents[1]


def data(*names: str) -> Path:
    """A file or folder under the course's `data/`.

    Raises:
        UagtError: if it is not there (the library was installed without the rest of the course).
    """
    path = ROOT.joinpath("data", *names)
    if not path.exists():
        raise UagtError(f"{path} is missing; lessons need the whole course, so clone its repository and run `make lab`")
    return path


def runs(name: str) -> Path:
    """The folder for a lesson's training run: `data/runs/NAME`, or under the folder that UAGT_RUNS names."""
    return Path(os.environ.get("UAGT_RUNS", ROOT / "data" / "runs")) / name
