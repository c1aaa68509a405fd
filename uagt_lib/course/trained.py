"""Training runs of lessons: made once, gone on with after an interruption, found again the next time."""

from pathlib import Path

from uagt_lib.course.places import runs
from uagt_lib.data.pairs import Pair
from uagt_lib.evaluate.observe import Observer
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.trainer import Trainer


def trained(config: Config, pair: Pair, name: str) -> Path:
    """The folder of a finished run of `config` on `pair`, kept as `runs(name)`; trained now, unless it is there.

    An interrupted run is gone on with. All checkpoints are kept, so that a lesson can look back.

    Raises:
        UagtError: if another run, of another configuration, lies there.
    """
    out = runs(name)
    found = checkpoint.checkpoints(out)
    finished = found and config.steps and found[-1].name == f"step-{config.steps:08d}"
    if finished and checkpoint.read_config(found[-1]) == config:
        print(f"already trained, kept in {out.name}/: delete that folder to train again")
        return out
    Trainer.open(config, pair, out, observer=Observer(pair, out), keep=100).run()
    return out
