"""Training runs that are made once: found again by a hash of their configuration, resumed where they stopped."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from uagt_lib import checkpoint
from uagt_lib.config import Config
from uagt_lib.data.pairs import Pair, from_savanna
from uagt_lib.errors import UagtError
from uagt_lib.presets import preset
from uagt_lib.train import Trainer

FIRST_SEED = 10  # chosen before anything was run


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
    default, values = Config().to_dict(), config.to_dict()
    told = {name: value for name, value in values.items() if value != default[name]}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:10]


@lru_cache(maxsize=4)
def drawn(size: int, load: int, images: int, bias: float) -> Pair:
    """The savanna, drawn once a session."""
    return from_savanna(size, load, images, bias)


def pair_of(config: Config) -> Pair:
    """The pictures a run is trained on and looked at with."""
    return drawn(config.whole, config.load, config.savanna, config.bias)


class Runs:
    """A folder of runs.

    Args:
        root: where they are; created if need be.
    """

    def __init__(self, root: Path):
        self.root = root

    def folder(self, config: Config) -> Path:
        """Where this configuration's run is, or will be."""
        return self.root / f"{config.method}-{config.seed}-{digest(config)}"

    def done(self, config: Config) -> bool:
        """Whether it was trained to its end."""
        return _at(self.folder(config), config.steps).is_dir()

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
                self._train(config)
        return [self.folder(config) for config in configs]

    def seconds(self, configs: Sequence[Config]) -> float:
        """Training time of finished runs, all together."""
        return sum(json.loads((self.folder(c) / "metrics.json").read_text())["seconds"] for c in configs)

    def _train(self, config: Config, until: int | None = None) -> None:
        out = self.folder(config)
        # attention at every tenth of a run that never stops it: what Figure 7 shows
        options = {"keep": 11 if config.method == "uagt-D-A" else 1}
        start = Trainer.resume if checkpoint.checkpoints(out) else Trainer
        trainer = start(config, pair_of(config), out, **options)
        trainer.run(until)
        if trainer.step < (until or config.steps):
            raise UagtError(f"stopped at step {trainer.step} of {config.steps}; the same command goes on from there")

    def _left(self, configs: Sequence[Config]) -> str:
        """How long the missing runs will take, judging by finished ones."""
        finished = [config for config in configs if self.done(config)]
        missing = sum(config.steps for config in configs if not self.done(config))
        if not finished:
            return f"{missing} steps to go in all"
        each = self.seconds(finished) / sum(config.steps for config in finished)
        return f"about {each * missing / 60:.0f} min left for all"


def _at(run: Path, step: int) -> Path:
    return run / "checkpoints" / f"step-{step:08d}"
