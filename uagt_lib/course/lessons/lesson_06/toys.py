"""What lesson 06 plays with: three runs that differ in the step at which attention was frozen."""

from pathlib import Path

from uagt_lib.course.places import runs
from uagt_lib.data.pairs import Pair, from_savanna
from uagt_lib.reproduce.runs import trained
from uagt_lib.training.config import Config


def three_runs(config: Config, pair: Pair) -> tuple[Path, Path, Path]:
    """The opening's runs X, Y and Z: attention frozen at step 280, 40 and 0. Y and Z end at 80: their maps rest."""
    few = from_savanna(config.view, config.load, held_out=16)  # the same training pictures, fewer to test with
    return (
        trained(config, pair, runs("smoke")),
        trained(config.with_(steps=80, switch=0.5), few, runs("smoke-early")),
        trained(config.with_(steps=80, switch=0.0), few, runs("smoke-grey")),
    )
