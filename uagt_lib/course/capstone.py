"""The capstone's worlds, what a run there takes on this machine, and what it has come to so far."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

import torch

from uagt_lib.course.places import ROOT, data, runs
from uagt_lib.data.download import download
from uagt_lib.data.pairs import Pair, from_folders
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset
from uagt_lib.training.trainer import Trainer

WORLDS = ("savanna", "horse2zebra", "mine")
PHOTO_WEIGHTS = ROOT / "data" / "checkpoints" / "horse2zebra-cpu.safetensors"


class World(NamedTuple):
    """A place to train in.

    Attributes:
        config: what is trained.
        pair: its pictures.
        run: the folder of your run.
        photographs: the folder of its pictures; None where they are drawn.
        shipped: weights of this world that come with the course, by name; some have none.
    """

    config: Config
    pair: Pair
    run: Path
    photographs: Path | None
    shipped: dict[str, Path]


def world(name: str) -> World:
    """The world called `name`.

    Args:
        name: "savanna", drawn and small enough for a processor; "horse2zebra", photographs, downloaded to
            `data/downloads/` the first time (110 MB); or "mine", your own photographs, see `own_pictures`. Where
            photographs cannot be had, says why and gives the savanna instead.

    Raises:
        UagtError: if there is no such world.
    """
    if name not in WORLDS:
        raise UagtError(f"there is no world {name!r}; choose {', '.join(WORLDS[:-1])} or {WORLDS[-1]}")
    if name != "savanna":
        config = _shortened(preset("horse2zebra-128" if torch.cuda.is_available() else "horse2zebra-cpu"))
        try:
            folder = own_pictures() if name == "mine" else download(name, ROOT / "data" / "downloads")
            pair = from_folders(folder, config.view, config.load)
        except UagtError as error:
            print(f"{error}\nGoing on with the savanna.")
        else:
            found = {"shipped": PHOTO_WEIGHTS} if name == "horse2zebra" and PHOTO_WEIGHTS.exists() else {}
            return World(config, pair, runs(f"capstone-{name}-{config.preset}"), folder, found)
    config = _shortened(preset("savanna"))
    shipped = {
        "shipped": data("checkpoints", "savanna-64.safetensors"),
        "CycleGAN": data("checkpoints", "cyclegan-64.safetensors"),
    }
    return World(config, config.drawn(), runs("capstone-savanna"), None, shipped)


def _shortened(config: Config) -> Config:
    """Tests have less patience than learners."""
    steps = os.environ.get("UAGT_CAPSTONE_STEPS")
    return config.with_(steps=int(steps)) if steps else config


def own_pictures() -> Path:
    """The folder of your own pictures: trainA (S) and trainB (T), and testA and testB for those held out.

    On Colab it asks for uploads, the first time, and holds out every fifth picture.

    Raises:
        UagtError: if a pile is empty; says where pictures belong.
    """
    folder = runs("my-pictures")
    for letter, pile in (("A", "source"), ("B", "target")):
        train = folder / f"train{letter}"
        train.mkdir(parents=True, exist_ok=True)
        if not any(train.iterdir()) and "google.colab" in sys.modules:
            from google.colab import files

            print(f"Choose the pictures of the {pile} pile:")
            for i, (name, content) in enumerate(files.upload().items()):
                where = folder / f"test{letter}" if i % 5 == 4 else train
                where.mkdir(exist_ok=True)
                (where / Path(name).name).write_bytes(content)
                Path(name).unlink(missing_ok=True)  # Colab leaves a copy where the notebook is
        if not any(train.iterdir()):
            raise UagtError(
                f"there are no pictures in {train}: put those of the source pile into trainA and of the target pile "
                f"into trainB there, some to test with into testA and testB, and run this cell again"
            )
    return folder


def facts(place: World) -> str:
    """What will be trained, counted, and what it takes on this machine, measured on twenty steps that are thrown away.

    Where a run is under way, they are its next twenty; where it is done, nothing is measured.

    Raises:
        UagtError: if another run lies there, or none of its checkpoints can be read.
    """
    trainer = Trainer.open(place.config, place.pair, place.run, progress=False)
    pictures = " and ".join(f"{len(d.train)} pictures ({len(d.test)} held out)" for d in place.pair.domains)
    weights = sum(p.numel() for p in trainer.model.parameters()) / 1e6
    switch = round(place.config.switch * trainer.steps)
    lines = [
        f"{place.config.preset}: {pictures} of {place.config.view} px; {weights:.1f} million weights",
        f"{trainer.steps} steps; stage 2 begins at step {switch}",
    ]
    if trainer.step >= trainer.steps:
        return "\n".join([*lines, f"Your run is finished ({trainer.step} steps): starting it only shows it."])
    done = trainer.step
    lines += trainer.dry_run()
    if done:
        lines.append(f"Your run is at step {done} already; starting it goes on from there.")
    return "\n".join(lines)


def so_far(place: World) -> list[Path]:
    """The milestones of your run that exist by now, oldest first; before the first, what ships. Says which.

    Empty where there is neither.
    """
    if found := checkpoint.moments(place.run):
        count, step = len(found), checkpoint.step_of(found[-1])
        print(f"{count} milestone{'s' * (count > 1)} of your run so far, the newest of step {step}")
        return found
    if "shipped" in place.shipped:
        print("No milestone of your run yet; weights that ship with the course stand in. Run this cell again later.")
        return [place.shipped["shipped"]]
    print("No milestone of your run yet, and none ships for this world. Run this cell again later.")
    return []
