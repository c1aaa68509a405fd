"""THE LOOP: step after step, records and warnings, when to observe and to save, and how it ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder
from uagt_lib.method.model import Model, Trips
from uagt_lib.progress import Bar
from uagt_lib.training import checkpoint, state, watch
from uagt_lib.training.config import Config
from uagt_lib.training.control import Control, interruptible
from uagt_lib.training.step import Learner

RECORD_EVERY = 25  # steps between two records of losses and attention: reading them makes a GPU wait

Observer = Callable[[Model, int], dict[str, Any]]


class Trainer:
    """One training run: `Trainer.open(config, pair, out).run()` starts it, or goes on with the one that lies in `out`.

    Attributes:
        learner: the networks, and what one step computes.
        history: a record every 25 steps: losses, learning rate, stage, mean and spread of both attention maps.
        scores: the observer's, with the step they belong to, oldest first.
        warnings: what went wrong so far, in words.
        seconds: spent on steps so far.

    >>> import tempfile
    >>> from uagt_lib import preset
    >>> config = preset("savanna-smoke").with_(steps=4, savanna=8)
    >>> with tempfile.TemporaryDirectory() as out:
    ...     Trainer.open(config, config.drawn(), out, progress=False).run(until=2)
    ...     trainer = Trainer.open(config, config.drawn(), out, progress=False)  # goes on at step 2
    ...     trainer.run()
    >>> trainer.step, len(trainer.history)
    (4, 1)
    """

    def __init__(
        self,
        config: Config,
        pair: Pair,
        out: str | Path,
        *,
        observer: Observer = lambda model, step: {},
        control: Control | None = None,
        keep: int = 2,
        tensorboard: bool = False,
        progress: bool = True,
    ):
        """A run at its first step; see `open`, which also goes on with one. Nothing is written before `run`.

        Args:
            config: what to train.
            pair: the images.
            out: the run's folder; checkpoints, metrics.json and history.json go there.
            observer: called with (model, step) about ten times a run, at most every 1000 steps; returns scores to keep.
            control: to pause, resume and stop from another thread.
            keep: how many checkpoints to keep.
            tensorboard: also log to `out`/tensorboard.
            progress: show a progress bar, with warnings above it; not where somebody else shows the run.

        Raises:
            UagtError: if TensorBoard is missing.
        """
        from accelerate import PartialState  # takes seconds to import
        from accelerate.utils import parse_flag_from_env

        if tensorboard and find_spec("tensorboard") is None:
            raise UagtError("--tensorboard needs a package that is not here: pip install tensorboard")
        self.config, self.out = config, Path(out)
        self.observer, self.control, self.keep = observer, control or Control(), keep
        self.tensorboard = tensorboard
        # the processes that train together, mostly one; accelerate's launcher asks for a CPU by this variable
        self.crew = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))
        self.learner = Learner(config, pair, self.crew.device, self.crew.process_index, self.crew.num_processes)
        self.shown = progress and self.crew.is_main_process
        self.seconds = 0.0
        self.history: list[dict[str, float]] = []
        self.warnings: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []
        self._images = state.fingerprint(pair)
        self._known: list[Path] = []  # the checkpoints in `out` that this run made

    @classmethod
    def open(cls, config: Config, pair: Pair, out: str | Path, **options: Any) -> "Trainer":
        """Start a run in `out`, or go on with the one that lies there: exactly the run that was never interrupted.

        Args:
            config: what to train. It must equal that of the run that lies there, but for `steps` (which stretches the
                schedule) and `precision`.
            pair: the images; the same as before.
            out: the run's folder.
            options: as for `Trainer`.

        Raises:
            UagtError: if another run lies there, or a damaged one.
        """
        trainer = cls(config, pair, out, **options)
        if found := trainer.checkpoints:
            trainer._restore(found)
        return trainer

    def _restore(self, found: list[Path]) -> None:
        folder = found[-1]
        try:
            saved = state.read(folder, self.crew.process_index)
        except UagtError as error:
            way_out = f"; delete {folder.name} to go on from {found[-2].name}" if found[:-1] else ""
            raise UagtError(f"{error}{way_out}") from error
        try:
            state.fitting(saved, self.learner, self._images)
            state.restore(self.learner, saved)
            plain = saved.plain
            self.seconds, self.history = plain["seconds"], plain["history"]
            self.scores, self.warnings = plain["scores"], plain["warnings"]
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise UagtError(f"{folder} was not written by this version of uagt_lib: {error!r}") from error
        self._known = found

    # -- where the run is --------------------------------------------------------------------------------------------

    @property
    def model(self) -> Model:
        """The six networks."""
        return self.learner.model

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self.learner.step

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.learner.steps

    @property
    def checkpoints(self) -> list[Path]:
        """Finished checkpoint folders, oldest first."""
        return checkpoint.checkpoints(self.out)

    def metrics(self) -> dict[str, Any]:
        """Who trained what, how long, where, and the observer's latest scores."""
        device = self.crew.device
        name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
        return {
            "method": self.config.method,
            "preset": self.config.preset,
            "seed": self.config.seed,
            "steps": self.step,
            "seconds": round(self.seconds, 1),
            "device": f"{device.type} ({name})",
            **{name: value for name, value in (self.scores or [{}])[-1].items() if name != "step"},
            "warnings": self.warnings,
        }

    # -- the loop ----------------------------------------------------------------------------------------------------

    def run(self, until: int | None = None) -> None:
        """Train to the end, to step `until`, or until stopped; always leaves a checkpoint behind.

        Ctrl-C (in the main thread) stops after the current step, like `control.stop()`; a second one at once.

        Raises:
            UagtError: if `out` cannot be written or holds another run, a loss becomes NaN or infinite, or a checkpoint
                cannot be written; what was saved before stays.
        """
        goal = min(self.steps, until or self.steps)
        every = max(1, min(1000, self.steps // 10))
        make_folder(self.out)
        if self.crew.is_main_process and self.checkpoints != self._known:
            raise UagtError(f"{self.out} already holds another run, or this one went on elsewhere: open it again")
        with (
            interruptible(self.control),
            Bar(self.steps, self.step, "step", self.shown) as bar,
            _scalars(self.out / "tensorboard" if self.tensorboard and self.crew.is_main_process else None) as log,
        ):
            while self.step < goal:
                self.control.hold()
                if self._stopping():
                    break
                started = time.perf_counter()
                when = {"step": self.step + 1, "stage": self.learner.stage, "rate": self.learner.rate}
                terms, trips = self.learner.advance()
                if self.step % RECORD_EVERY == 0 or self.step == self.steps:
                    self._record(when, terms, trips, bar, log)
                self.seconds += time.perf_counter() - started
                bar.advance()
                if self.step % every == 0 and self.step < goal:
                    self.save()
            self.save()

    def _stopping(self) -> bool:
        """Whether to stop; processes must agree, so several ask each other, at records only."""
        if self.crew.num_processes == 1:
            return self.control.stopped
        if self.step % RECORD_EVERY:
            return False
        from accelerate.utils import reduce

        flag = torch.tensor(float(self.control.stopped), device=self.crew.device)
        return bool(reduce(flag, reduction="sum") > 0)

    def _record(
        self,
        when: dict[str, float],
        terms: dict[str, Tensor],
        trips: Trips,
        bar: Bar,
        log: Callable[[dict[str, float], int], None],
    ) -> None:
        """Keep and show what a step came to, and complain where there is cause."""
        values = watch.reading(terms, trips)
        self._refuse(watch.broken(values))
        self.history.append(when | values)
        log(values, self.step)
        bar.beside(watch.short(values))
        if when["stage"] == 2 and self.model.pieces.stop_attention:
            return  # frozen attention cannot collapse any more
        near = self.step >= 0.75 * self.config.switch * self.steps
        for name, network in (("s", self.model.A_s), ("t", self.model.A_t)):
            warning = network and watch.complaint(name, self.history, self.warnings, near)
            if warning:
                self.warnings.append(warning)
                bar.say(f"step {self.step}, A_{name}: {warning['text']}")

    def _refuse(self, names: list[str]) -> None:
        """Raise if anything is named: losses or networks that are not finite any more."""
        if names:
            last = self.checkpoints[-1] if self.checkpoints else None
            raise UagtError(
                f"{', '.join(names)} became NaN or infinite by step {self.step}, so training stopped. "
                "Try another seed, --precision fp32 or, in a configuration of your own, a lower rate; "
                + (f"the last good checkpoint is {last}" if last else "nothing was saved yet")
            )

    # -- saving ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Observe, write metrics.json and history.json, and save a checkpoint of this step, unless there is one.

        Raises:
            UagtError: if it cannot be written (disk full, say) or weights are not finite; earlier checkpoints stay.
        """
        self._refuse([name for name, network in self.model.named_children() if not _finite(network)])
        try:
            try:
                if self.crew.is_main_process:
                    self.scores = [old for old in self.scores if old["step"] != self.step]
                    self.scores.append({"step": self.step, **self.observer(self.model, self.step)})
            finally:  # an observer that fails must not cost the checkpoint
                self._save()
        except OSError as error:
            checkpoint.discard(self.out)
            last = self.checkpoints[-1] if self.checkpoints else None
            kept = f"{last} is untouched: make room and add --resume" if last else "no earlier one exists"
            raise UagtError(f"the checkpoint of step {self.step} could not be written ({error}); {kept}") from error

    def _save(self) -> None:
        name = f"step-{self.step:08d}"
        if self.checkpoints and self.checkpoints[-1].name == name:
            return
        folder = self.out / "checkpoints" / f".writing-{self.step:08d}"
        if self.crew.is_main_process:
            checkpoint.begin(self.out, self.step)
        self.crew.wait_for_everyone()
        checkpoint.write_tensors(
            folder / f"training-{self.crew.process_index}.safetensors", state.tensors_of(self.learner)
        )
        self.crew.wait_for_everyone()
        if self.crew.is_main_process:
            checkpoint.write_weights(folder / checkpoint.WEIGHTS, self.model, self.config)
            checkpoint.write_json(folder / checkpoint.STATE, self._plain())
            checkpoint.write_json(self.out / "history.json", {"records": self.history, "scores": self.scores})
            checkpoint.write_json(self.out / "metrics.json", self.metrics())
            checkpoint.commit(folder, self.keep)
        self.crew.wait_for_everyone()
        self._known = self.checkpoints

    def _plain(self) -> dict[str, Any]:
        return state.plain_of(self.learner) | {
            "images": self._images,
            "seconds": self.seconds,
            "history": self.history,
            "scores": self.scores,
            "warnings": self.warnings,
        }


def newest(out: str | Path) -> Path:
    """The newest checkpoint folder of a run.

    Raises:
        UagtError: if there is none.
    """
    found = checkpoint.checkpoints(out)
    if not found:
        raise UagtError(f"{out} holds no checkpoint to resume from; leave out --resume to start a new run there")
    return found[-1]


@contextmanager
def _scalars(folder: Path | None) -> Iterator[Callable[[dict[str, float], int], None]]:
    """A function that logs values of a step for TensorBoard, if there is a folder to log to."""
    if folder is None:
        yield lambda values, step: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(folder) as writer:
        yield lambda values, step: [writer.add_scalar(name, value, step) for name, value in values.items()]


def _finite(network: torch.nn.Module) -> bool:
    return all(bool(p.isfinite().all()) for p in network.parameters())
