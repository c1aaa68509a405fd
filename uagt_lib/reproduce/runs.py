"""Training runs that are made once: found again the next time, and gone on with after an interruption."""

import hashlib
import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.observe import Observer
from uagt_lib.method.pieces import Architecture
from uagt_lib.reproduce.photographs import Photographs
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.folder import RunFolder
from uagt_lib.training.migrate import FORMER
from uagt_lib.training.presets import preset
from uagt_lib.training.trainer import Trainer

FIRST_SEED = 10  # chosen before anything was run
# to the architecture, since then
_ADDED = ("attention_decoder", "attention_enlarge", "attention_gain", "attention_blocks")


def seeds(count: int) -> list[int]:
    """The seeds every table uses: 10, 11, 12 and so on."""
    if count < 1:
        raise UagtError(f"a table needs at least one seed, not {count}")
    return list(range(FIRST_SEED, FIRST_SEED + count))


def scale(quick: bool) -> Config:
    """What everything is trained at: half the steps of the savanna preset; with `quick` the smoke test's 32 px."""
    return preset("savanna-smoke") if quick else preset("savanna").with_(steps=800)


def digest(config: Config) -> str:
    """Names a configuration. Values at their default do not count, so a field that is added later changes nothing."""
    default, values = (_as_first_named(each) for each in (Config(), config))
    told = {name: value for name, value in values.items() if value != default[name]}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]


def _as_first_named(config: Config) -> dict[str, Any]:
    """A configuration's values under the names they had when the first runs were kept, which are so found again."""
    values = config.to_dict() | {"view": None if config.view == config.crop else config.view}
    sizes, default = values["architecture"], asdict(Architecture())
    values["architecture"] = {n: v for n, v in sizes.items() if n not in _ADDED or v != default[n]}
    return {FORMER.get(name, name): value for name, value in values.items()}


def trained(config: Config, pair: Pair, out: Path, *, until: int | None = None, watched: bool = True) -> Path:
    """The folder of a run of `config` on `pair`: trained now, unless it is there; an interrupted run is gone on with.

    >>> import tempfile
    >>> config = preset("savanna-smoke").with_(steps=2, savanna=4)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = trained(config, config.drawn(), Path(folder, "smoke"), watched=False)
    ...     [checkpoint.step_of(path) for path in checkpoint.checkpoints(run)]
    [1, 2]

    Args:
        config: what to train.
        pair: the images.
        out: the run's folder.
        until: the step to train to, instead of the last.
        watched: whether held-out pictures are scored and drawn on the way.

    Raises:
        UagtError: if another run lies there, or this one was stopped or failed.
    """
    observer = {"observer": Observer(pair, out)} if watched else {}
    trainer = Trainer.open(config, pair, out, **observer)
    goal = until or trainer.steps
    if trainer.step >= goal:
        print(f"already trained, kept in {out.name}/: delete that folder to train again")
        return out
    trainer.run(goal)
    if trainer.step < goal:
        raise UagtError(f"stopped at step {trainer.step} of {goal}; the same again goes on from there")
    return out


class Runs:
    """A folder of runs, each named by its configuration, which is all that is compared.

    Whoever changes what training computes deletes it.

    Args:
        root: where they are; created if need be.
        photographs: what is trained on where a configuration does not say that pictures are drawn.
    """

    def __init__(self, root: str | Path, photographs: Photographs | None = None):
        self.root, self.photographs = Path(root), photographs

    def pair(self, config: Config) -> Pair:
        """What a configuration is trained on and looked at with."""
        return self.photographs.pair(config) if self.photographs else config.drawn()

    def folder(self, config: Config) -> Path:
        """Where this configuration's run is, or will be."""
        return self.root / f"{config.method}-{config.seed}-{digest(config)}"

    def done(self, config: Config) -> bool:
        """Whether it was trained to its end."""
        return at(self.folder(config), config.steps).is_dir()

    def train(self, configs: Sequence[Config]) -> list[Path]:
        """Train what is missing, one after the other, saying how far we are; returns the runs' folders.

        Interrupted, it goes on from the last checkpoint when it is called again.

        Raises:
            UagtError: if it was stopped, or a run failed.
        """
        for i, config in enumerate(configs):
            if not self.done(config):
                name = f"[{i + 1}/{len(configs)}] {config.method}, seed {config.seed}, {config.steps} steps"
                print(f"{name}; {self._left(configs)}", flush=True)
                trained(config, self.pair(config), self.folder(config), watched=False)
        return [self.folder(config) for config in configs]

    def stage_1(self, config: Config) -> Path:
        """The checkpoint at which stage 1 of a run ends; trained now, unless it is there."""
        switch = math.ceil(config.switch * config.steps)
        trunk = self.folder(config).with_name(f"{self.folder(config).name}-stage-1")
        if not at(trunk, switch).is_dir():
            print(f"stage 1 of {config.method}, seed {config.seed}, {switch} steps", flush=True)
            trained(config, self.pair(config), trunk, until=switch, watched=False)
        return at(trunk, switch)

    def branch(self, parent: Config, configs: Sequence[Config]) -> list[Path]:
        """Train runs that differ from `parent` only in what stage 2 reads, all from ONE stage-1 checkpoint of it.

        Stage 1 never looks at such values, so each run is, to the bit, the one `train` would have made.
        """
        if fresh := [config for config in configs if not checkpoint.checkpoints(self.folder(config))]:
            trunk = self.stage_1(parent)
            for config in fresh:
                _graft(trunk, self.folder(config), config)
        return self.train(configs)

    def seconds(self, configs: Sequence[Config]) -> float:
        """Training time of finished runs, all together."""
        return sum(
            json.loads((self.folder(c) / "metrics.json").read_text(encoding="utf-8"))["seconds"] for c in configs
        )

    def _left(self, configs: Sequence[Config]) -> str:
        """How long the missing runs will take, judging by finished ones."""
        finished = [config for config in configs if self.done(config)]
        missing = sum(config.steps for config in configs if not self.done(config))
        if not finished:
            return f"{missing} steps to go in all"
        each = self.seconds(finished) / sum(config.steps for config in finished)
        return f"about {each * missing / 60:.0f} min left for all"


def at(run: Path, step: int) -> Path:
    """The checkpoint of a step, which need not be there."""
    return run / "checkpoints" / checkpoint.step_name(step)


def _graft(trunk: Path, run: Path, config: Config) -> None:
    """Make a checkpoint, with the history that led to it, the first one of another run, of that configuration."""
    step, folder = checkpoint.step_of(trunk), RunFolder(run)
    model = checkpoint.load_model(trunk)
    with folder.held():
        folder.begin(step)
        shutil.copytree(trunk, folder.unfinished(step), dirs_exist_ok=True)
        shutil.copyfile(trunk.parents[1] / "history.json", run / "history.json")
        checkpoint.write_weights(folder.unfinished(step) / checkpoint.WEIGHTS, model, config)
        folder.commit(step)
