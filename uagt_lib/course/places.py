"""Where lessons find what ships with the course, and where they put what they make."""

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import uagt_lib
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder

ROOT = Path(uagt_lib.__file__).resolve().parents[1]
DRIVE = Path("/content/drive/MyDrive/uagt-course")  # where Colab shows Google Drive


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
    return writable(Path(os.environ.get("UAGT_RUNS", ROOT / "data" / "runs"))) / name


@cache
def writable(folder: Path) -> Path:
    """`folder`, or, where it cannot be written to (a course that is shared, say), a temporary one; says so once."""
    try:
        return make_folder(folder)
    except UagtError:
        user = getattr(os, "getuid", str)()  # on Windows temporary folders are each user's own
        try:
            stand_in = make_folder(Path(tempfile.gettempdir(), f"uagt-course-{user}", folder.name))
        except UagtError:
            stand_in = Path(tempfile.mkdtemp(prefix="uagt-course-"))
    print(f"{folder} cannot be written to; what you make is kept in {stand_in} for now")
    return stand_in


def keep_on_drive() -> None:
    """From here on, runs and progress are kept on Google Drive: a Colab machine that disconnects forgets its own disk.

    Says where. Elsewhere than on Colab it says that there is no Drive, and changes nothing.
    """
    if "google.colab" not in sys.modules:
        print("There is no Google Drive here: runs and progress are kept in the course's folder.")
        return
    from google.colab import drive

    drive.mount("/content/drive")
    make_folder(DRIVE)
    os.environ["UAGT_RUNS"], os.environ["UAGT_PROGRESS"] = str(DRIVE / "runs"), str(DRIVE)
    print(f"Runs and progress are kept in {DRIVE}. Drive keeps what is deleted in its trash: empty that now and then.")
