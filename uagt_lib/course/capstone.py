"""The capstone's two worlds, where its run is kept, and what that run has come to so far."""

import os
from pathlib import Path

from uagt_lib.course.places import ROOT, data, runs
from uagt_lib.data.download import download
from uagt_lib.data.pairs import Pair, from_folders
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset

WORLDS = ("savanna", "horse2zebra")


def world(name: str) -> tuple[Config, Pair]:
    """Configuration and pictures of a world.

    Args:
        name: "savanna", drawn and small enough for a processor; or "horse2zebra", photographs at 128 px for a GPU,
            downloaded to `data/downloads/` the first time (110 MB). Where they cannot be had, says why and gives the
            savanna instead.

    Raises:
        UagtError: if there is no such world.
    """
    if name not in WORLDS:
        raise UagtError(f"there is no world {name!r}; choose {' or '.join(WORLDS)}")
    if name == "horse2zebra":
        config = preset("horse2zebra-128")
        try:
            folder = download(name, ROOT / "data" / "downloads")
            return config, from_folders(folder, config.view, config.load)
        except UagtError as error:
            print(f"{error}\nGoing on with the savanna.")
    config = preset("savanna")
    if steps := os.environ.get("UAGT_CAPSTONE_STEPS"):  # tests have less patience than learners
        config = config.with_(steps=int(steps))
    return config, config.drawn()


def folder(name: str, on_drive: bool = False) -> Path:
    """Where the capstone's run of a world is kept: `data/runs/`, or on Colab, with `on_drive`, your Google Drive.

    A Colab machine forgets everything when it disconnects; what lies on Drive is gone on with by the next one.
    """
    if not on_drive:
        return runs(f"capstone-{name}")
    try:
        from google.colab import drive
    except ImportError:
        print("There is no Google Drive here: the run is kept in data/runs/ instead.")
        return folder(name)
    drive.mount("/content/drive")
    return Path("/content/drive/MyDrive/uagt-course") / f"capstone-{name}"


def so_far(run: Path) -> list[Path]:
    """The milestones of a run that exist by now, oldest first; before the first, the shipped checkpoint. Says which."""
    found = checkpoint.moments(run)
    if found:
        count, step = len(found), checkpoint.step_of(found[-1])
        print(f"{count} milestone{'s' * (count > 1)} of your run so far, the newest of step {step}")
        return found
    print("No milestone of your run yet; the one that ships with the course stands in. Run this cell again later.")
    return [data("checkpoints", "savanna-64.safetensors")]
