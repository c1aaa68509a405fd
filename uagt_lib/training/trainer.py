"""THE LOOP: step after step, records and warnings, when to look, to keep and to save, and how a run ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.method.model import Model
from uagt_lib.progress import Bar
from uagt_lib.training import checkpoint, state, watch
from uagt_lib.training.clock import MEASURED, Clock
from uagt_lib.training.config import Config
from uagt_lib.training.control import Control, interruptible
from uagt_lib.training.crew import Crew
from uagt_lib.training.folder import RunFolder, milestones
from uagt_lib.training.forecast import forecast
from uagt_lib.training.step import Learner
from uagt_lib.training.threads import computing_with, threads_for

RECORD_EVERY = 25  # steps between two records of losses and attention: reading them makes a GPU wait

Observer = Callable[[Model, int], dict[str, Any]]
Log = Callable[[dict[str, float], int], None]


class Trainer:
    """One training run: `Trainer.open(config, pair, out).run()` starts it, or goes on with the one that lies in `out`.

    Attributes:
        learner: the networks, and what one step computes.
        threads: the run computes with so many.
        history: a record every 25 steps: losses, learning rate, stage, mean and spread of both attention maps.
        scores: the observer's, with the step they belong to, oldest first.
        warnings: what went wrong so far, in words.
        notes: what was found when the run was opened, in words.
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
        threads: int | None = None,
        tensorboard: bool = False,
        progress: bool = True,
    ):
        """A run at its first step; see `open`, which also goes on with one. Nothing is written before `run`.

        Args:
            config: what to train.
            pair: the images.
            out: the run's folder; checkpoints, milestones, metrics.json and history.json go there.
            observer: called with (model, step) about ten times a run, at most every 1000 steps; returns scores to keep.
            control: to pause, resume and stop from another thread, or at a time.
            threads: compute with so many; by default with as many as before, or, at first, as `threads_for` has it.
            tensorboard: also log to `out`/tensorboard.
            progress: show a progress bar, with warnings above it; not where somebody else shows the run.

        Raises:
            UagtError: if TensorBoard is missing, or fewer than one thread is asked for.
        """
        if tensorboard and find_spec("tensorboard") is None:
            raise UagtError("--tensorboard needs a package that is not here: pip install tensorboard")
        self.config, self.observer, self.control = config, observer, control or Control()
        self.crew = Crew()
        self.learner = Learner(config, pair, self.crew.device, self.crew.rank, self.crew.count)
        self.threads = threads_for(self.learner.model, threads)
        self.folder = RunFolder(out)
        self.history: list[dict[str, float]] = []
        self.scores: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        self.notes = self.folder.notes
        self.seconds = 0.0
        self._told, self._saved = threads, -1  # threads asked for; the step of the newest checkpoint
        self._images = state.fingerprint(pair)
        self._shown = progress and self.crew.main
        self._tensorboard = self.folder.path / "tensorboard" if tensorboard and self.crew.main else None

    @classmethod
    def open(cls, config: Config, pair: Pair, out: str | Path, **options: Any) -> "Trainer":
        """Start a run in `out`, or go on with the one that lies there: exactly the run that was never interrupted.

        A checkpoint that is damaged (the power failed, say) is passed over for the one before it.

        Args:
            config: what to train; that of the run that lies there, but for `steps` (they stretch it) and `precision`.
            pair: the images; the same as before.
            out: the run's folder.
            options: as for `Trainer`.

        Raises:
            UagtError: if another run lies there, or none of its checkpoints can be read.
        """
        trainer, damaged = cls(config, pair, out, **options), []
        for folder in trainer.folder.look():
            try:
                saved = state.read(folder, trainer.crew.rank)
            except checkpoint.Damaged as error:
                damaged.append(str(error))
                continue
            trainer.notes += [f"{error}; going on from {folder.name}" for error in damaged[:1]]
            trainer._restore(saved)
            return trainer
        if damaged:
            raise UagtError(f"{damaged[0]}; no checkpoint of {out} can be read: choose another --out")
        return trainer

    def _restore(self, saved: state.Saved) -> None:
        try:
            state.fitting(saved, self.learner, self._images)
            state.restore(self.learner, saved)
            plain = saved.plain
            self.seconds = plain["seconds"]
            past = self.folder.history() if "history" not in plain else plain | {"records": plain["history"]}
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise UagtError(f"{saved.folder} was not written by this version of uagt_lib: {error!r}") from error
        self.history, self.scores, self.warnings = (past.get(name, []) for name in ("records", "scores", "warnings"))
        self._saved = self.step
        before = plain.get("arithmetic", {})
        self.threads = self._told or before.get("threads", self.threads)
        if note := state.rounding(before, self._arithmetic()):
            self.notes.append(note)

    @property
    def model(self) -> Model:
        """The six networks that learn."""
        return self.learner.model

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self.learner.step

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.learner.steps

    def metrics(self) -> dict[str, Any]:
        """Who trained what, how long, where, and the observer's latest scores."""
        return {
            "method": self.config.method,
            "preset": self.config.preset,
            "seed": self.config.seed,
            "steps": self.step,
            "seconds": round(self.seconds, 1),
            "device": state.where(self._arithmetic()),
            **{name: value for name, value in (self.scores or [{}])[-1].items() if name != "step"},
            "warnings": self.warnings,
        }

    def run(self, until: int | None = None) -> None:
        """Train to the end, to step `until`, or until stopped; always leaves a checkpoint behind.

        In the main thread, Ctrl-C, SIGTERM and SIGHUP stop it after the current step, like `control.stop()`; a second
        Ctrl-C at once.

        Raises:
            UagtError: if `out` cannot be written or is not ours, a loss becomes NaN or infinite, or a checkpoint cannot
                be written; what was saved before stays.
        """
        goal = min(self.steps, until or self.steps)
        with (
            interruptible(self.control),
            self.folder.held() if self.crew.main else nullcontext(),
            computing_with(self.threads),
            Bar(goal, self.step, "step", self._shown, self.folder.path.name) as bar,
            _scalars(self._tensorboard) as log,
        ):
            bar.say("\n".join(self.introduction()))
            clock = Clock(self.crew.finish, self.control.deadline)
            while self.step < goal:
                self.control.hold()
                if self._agreed(self.control.stopped or clock.late):
                    break
                with clock.stepping():
                    self._advance(bar, log)
                self.seconds += clock.last
                bar.advance()
                if clock.steps == MEASURED and self.step < goal:
                    bar.say(forecast(self.learner, goal, clock.pace, self.folder.path))
                self._keep(clock)
            self.save()

    def dry_run(self) -> list[str]:
        """What `run` would say: its first twenty steps are done, in memory, and nothing is written."""
        first, clock = self.introduction(), Clock(self.crew.finish)
        with computing_with(self.threads):
            for _ in range(min(MEASURED, self.steps - self.step)):
                with clock.stepping():
                    self.learner.advance()
        return [*first, forecast(self.learner, self.steps, clock.pace, self.folder.path)]

    def introduction(self) -> list[str]:
        """The run's first lines: what it computes with, and what was found when it was opened."""
        run = f"{self.config.preset}, {self.config.method}, seed {self.config.seed}"
        return [f"{run}: step {self.step} of {self.steps}, on {state.where(self._arithmetic())}", *self.notes]

    def _advance(self, bar: Bar, log: Log) -> None:
        """Do a step; now and then keep and show what it came to, and complain where there is cause."""
        when = {"step": self.step + 1, "stage": self.learner.stage, "rate": self.learner.rate}
        terms, trips = self.learner.advance()
        if self.step % RECORD_EVERY and self.step < self.steps:
            return
        values = watch.reading(terms, trips)
        watch.refuse(watch.broken(values), self.step, self.folder.own)
        self.history.append(when | values)
        log(values, self.step)
        bar.beside(watch.short(values))
        near = self.step >= 0.75 * self.config.switch * self.steps
        for warning in watch.complaints(self.model, self.history, self.warnings, near):
            self.warnings.append(warning)
            bar.say(f"step {self.step}, A_{warning['attention']}: {warning['text']}")

    def _keep(self, clock: Clock) -> None:
        """What is due after a step: a milestone and a look at the networks, at fixed steps; a checkpoint."""
        tenth, failure = max(1, self.steps // 10), None
        if self.crew.main:
            if self.step in milestones(self.steps):
                watch.refuse(watch.broken_networks(self.model), self.step, self.folder.own)
                with self.folder.writing("milestone", self.step):
                    self.folder.milestone(self.step, self.learner.shown, self.config)
            if self.step % min(1000, tenth) == 0 or self.step == self.steps:
                found, failure = _looked(self.observer, self.learner.shown, self.step)
                self.scores += [{"step": self.step, **found}] * (failure is None)
        if self.step % tenth == 0 or self._agreed(clock.due or failure is not None):
            with clock.saving():
                self.save()
        if failure:
            raise failure

    def _agreed(self, flag: bool) -> bool:
        """Whether any process says so; several ask each other at records only, since asking makes a GPU wait."""
        return (self.crew.count == 1 or self.step % RECORD_EVERY == 0) and self.crew.any(flag)

    def save(self) -> None:
        """Save a checkpoint of this step, unless there is one, with history.json and metrics.json.

        Raises:
            UagtError: if it cannot be written (disk full, say) or weights are not finite; earlier checkpoints stay.
        """
        if self._saved == self.step:
            return
        watch.refuse(watch.broken_networks(self.model), self.step, self.folder.own)
        plain = {"images": self._images, "seconds": self.seconds, "arithmetic": self._arithmetic()}
        with self.folder.writing("checkpoint", self.step):
            if self.crew.main:
                self.folder.begin(self.step)
            self.crew.wait()
            state.write(self.folder.unfinished(self.step), self.learner, self.crew, plain)
            self.crew.wait()
            if self.crew.main:
                past = {"records": self.history, "scores": self.scores, "warnings": self.warnings}
                checkpoint.write_json(self.folder.path / "history.json", past)
                checkpoint.write_json(self.folder.path / "metrics.json", self.metrics())
                self.folder.commit(self.step)
            self.crew.wait()
        self._saved = self.step

    def _arithmetic(self) -> dict[str, Any]:
        return state.arithmetic(self.crew.device, self.threads)


def _looked(observer: Observer, model: Model, step: int) -> tuple[dict[str, Any], Exception | None]:
    """An observer's scores, or what went wrong there: that must not cost the run its checkpoint."""
    try:
        return observer(model, step), None
    except OSError as error:
        return {}, UagtError(f"step {step} was saved, but its samples were not ({error}); go on with --resume")
    except Exception as error:
        return {}, error


@contextmanager
def _scalars(folder: Path | None) -> Iterator[Log]:
    """A function that logs values of a step for TensorBoard, if there is a folder to log to."""
    if folder is None:
        yield lambda values, step: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(folder) as writer:
        yield lambda values, step: [writer.add_scalar(name, value, step) for name, value in values.items()]
