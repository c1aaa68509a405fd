"""From what a person asks for, a preset with changes or a run to go on with, to a configuration and its pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from uagt_lib.errors import UagtError
from uagt_lib.training.config import Config
from uagt_lib.training.presets import PRESETS, preset

if TYPE_CHECKING:
    from uagt_lib.data.pairs import Pair

DOWNLOADS = Path("data/downloads")  # where `uagt data download` puts data sets


def configure(name: str | None, out: Path | None, resume: bool, **changes: Any) -> tuple[Config, Path]:
    """What to train, and where.

    Args:
        name: a preset; "savanna" unless told, or that of the run to resume.
        out: the run's folder; runs/PRESET-METHOD-SEED unless told.
        resume: go on with the run in `out`, whose length and precision stay unless they are changed.
        changes: values of the configuration that shall differ; None changes nothing.

    Raises:
        UagtError: if a value cannot work, there is nothing to resume, or a run already lies in `out`.

    >>> config, out = configure("savanna", None, resume=False, seed=3, steps=None)
    >>> config.seed, config.steps, out.as_posix()
    (3, 1600, 'runs/savanna-uagt-3')
    """
    from uagt_lib.training import checkpoint
    from uagt_lib.training.folder import stored_config

    changes = {key: value for key, value in changes.items() if value is not None}
    config = preset(name or "savanna").with_(**changes)
    out = out or Path("runs") / f"{config.preset}-{config.method}-{config.seed}"
    if resume:
        stored = stored_config(out)
        same = {"steps": stored.steps, "precision": stored.precision}
        config = (preset(name).with_(**same) if name else stored).with_(**changes)
    elif checkpoint.checkpoints(out):  # the trainer says so too, but only after all pictures have been read
        raise UagtError(f"{out} already holds a run: add --resume to go on with it, or choose another --out")
    return config, out


def pictures(config: Config, data: str | Path | None = None) -> "Pair":
    """The pictures a run is trained on and looked at with.

    Args:
        config: what to train.
        data: a folder with trainA, trainB and perhaps more, see `from_folders`. Unless told, drawn pictures, or the
            preset's data set where `uagt data download` put it.

    Raises:
        UagtError: if the pictures are not there, or cannot be read.
    """
    from uagt_lib.data.pairs import from_folders

    if config.savanna and data is None:
        return config.drawn()
    data_set = PRESETS[config.preset].data_set if config.preset in PRESETS else None
    if data is None and data_set is None:
        raise UagtError(f"preset {config.preset} has no data set to download: name your own folder with --data")
    root = Path(data) if data is not None else DOWNLOADS / data_set
    if data is None and not root.is_dir():
        how = f"fetch it with `uagt data download {data_set}`, or name your own folder with --data"
        raise UagtError(f"{root} is not there yet: {how}")
    return from_folders(root, config.view, config.load)
