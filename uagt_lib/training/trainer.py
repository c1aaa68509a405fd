"""The training loop: Algorithm 1 with joint updates, on whatever device `accelerate` finds, resumable to the bit."""

import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm.auto import tqdm

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder
from uagt_lib.method.model import Model, Trips
from uagt_lib.method.pool import Pool
from uagt_lib.method.schedule import between, learning_rate, stage
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.watch import ADVICE, broken, collapse, levels

RECORD_EVERY = 25  # steps between two records of losses and attention: reading them makes a GPU wait

Observer = Callable[[Model, int], dict[str, Any]]


class Control:
    """Pause, resume and stop one training run from another thread (a notebook's buttons); acts before the next step."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self.stopped = False

    def pause(self) -> None:
        """Hold the run before its next step."""
        self._go.clear()

    def resume(self) -> None:
        """Let a held run go on."""
        self._go.set()

    def stop(self) -> None:
        """End the run after the current step; it saves a checkpoint first."""
        self.stopped = True
        self._go.set()

    @property
    def paused(self) -> bool:
        """Whether the run is held."""
        return not self._go.is_set()

    def hold(self) -> None:
        """Called by the run before each step: returns at once, or when `resume` or `stop` is called."""
        self._go.wait()


class Trainer:
    """One training run: `Trainer(config, pair, out).run()`, or `Trainer.resume(...)` to go on with one.

    Attributes:
        model: the six networks.
        step: steps done so far.
        steps: steps of the whole run.
        history: a record every 25 steps: losses, learning rate, stage, mean and spread of both attention maps.
        scores: the observer's, with the step they belong to, oldest first.
        warnings: what went wrong so far, in words.
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
        resuming: bool = False,
    ):
        """Args:
        config: what to train.
        pair: the images.
        out: the run's folder; checkpoints, metrics.json and history.json go there.
        observer: called with (model, step) about ten times a run, at most every 1000 steps; returns scores to keep.
        control: to pause, resume and stop from another thread.
        keep: how many checkpoints to keep.
        tensorboard: also log to `out`/tensorboard.
        progress: show a progress bar, with warnings above it; not where somebody else shows the run.
        resuming: set by `resume`.

        Raises:
            UagtError: if `out` cannot be written or already holds a run, or TensorBoard is missing.
        """
        from accelerate import Accelerator  # takes seconds to import
        from accelerate.state import AcceleratorState

        self.config, self.pair, self.out = config, pair, Path(out)
        self.observer, self.control, self.keep = observer, control or Control(), keep
        self.progress = progress
        make_folder(self.out)
        if self.checkpoints and not resuming:
            raise UagtError(f"{self.out} already holds a run: add --resume to go on with it, or choose another --out")
        if tensorboard and find_spec("tensorboard") is None:
            raise UagtError("--tensorboard needs a package that is not here: pip install tensorboard")
        precision = "no" if config.precision == "fp32" else config.precision
        logging = {"log_with": "tensorboard", "project_dir": self.out} if tensorboard else {}
        if AcceleratorState._shared_state and AcceleratorState().mixed_precision != precision:
            AcceleratorState._reset_state()  # or a second run in one notebook could not choose another precision
        self.accelerator = Accelerator(mixed_precision=precision, **logging)
        self.rank, self.processes = self.accelerator.process_index, self.accelerator.num_processes
        if tensorboard:
            self.accelerator.init_trackers("tensorboard")
        device = self.accelerator.device
        self.model = config.model().to(device)
        self.images = tuple(domain.train.to(device) for domain in (pair.source, pair.target))
        self.optimizers = tuple(
            self.accelerator.prepare_optimizer(self.model.optimizer(parameters))
            for parameters in (self.model.translators(), self.model.judges())
        )
        streams = [torch.Generator().manual_seed(config.seed * 10_007 + 101 * self.rank + i) for i in range(1, 4)]
        self.sampler = streams[0]
        self.pools = (Pool(config.pool, streams[1]), Pool(config.pool, streams[2]))
        longest = max(len(images) for images in self.images)
        self.steps = config.steps or config.epochs * -(-longest // (config.batch * self.processes))
        self.step, self.seconds = 0, 0.0
        self.history: list[dict[str, float]] = []
        self.warnings: list[dict[str, Any]] = []
        self.scores: list[dict[str, Any]] = []

    # -- one step ----------------------------------------------------------------------------------------------------

    def advance(self) -> tuple[dict[str, Tensor], Trips]:
        """Do one step: draw a batch, update F, A and D. Returns the losses by name and the step's two trips."""
        s, t = (sample(images, self.config.batch, self.config.crop, self.sampler) for images in self.images)
        self.model.enter_stage(self.stage)
        self.model.attention_cycle = between(self.step, self.config.switch * self.steps, *self.config.attention_cycle)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate
        update = self.joint_update if self.config.updates == "joint" else self.sequential_update
        terms, trips = update(s, t)
        self.step += 1
        return terms, trips

    @property
    def stage(self) -> int:
        """The stage the next step belongs to."""
        return stage(self.step, self.config.switch * self.steps)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self.step, self.steps, self.config.rate, self.config.warmup * self.steps)

    def joint_update(self, s: Tensor, t: Tensor) -> tuple[dict[str, Tensor], Trips]:
        """One forward pass; F and A descend Eq. 4 together, then both D descend theirs on the same fakes."""
        translators, judges = self.optimizers
        with self.accelerator.autocast():
            trips = self.model.trips(s, t)
            terms = self.model.generator_loss(trips, self.stage)
        self._descend(translators, sum(terms.values()), self.model.translators())
        with self.accelerator.autocast():
            judge_terms = self.model.discriminator_loss(trips, self.pools, self.stage)
        self._descend(judges, sum(judge_terms.values()), self.model.judges())
        return terms | judge_terms, trips

    def sequential_update(self, s: Tensor, t: Tensor) -> tuple[dict[str, Tensor], Trips]:
        """The released program's order, for comparison: F_st+A_s, D_t, F_ts+A_t, D_s.

        As in its graph, an update of F and A computes the forward pass anew but only the gradients it needs, and an
        update of D takes its fakes from the update before.
        """
        seen: dict[str, Tensor] = {}
        for i, (direction, there) in enumerate(self.model.routes().items()):
            with self.accelerator.autocast():
                trips = self.model.trips(s, t)
                terms = self.model.generator_loss(trips, self.stage)
            loss = sum(term for name, term in terms.items() if name != f"adversarial_{direction.here}")
            networks = [net for net in (there.paint, there.attend) if net is not None]
            self._descend(
                self.optimizers[0], loss, [p for net in networks for p in net.parameters() if p.requires_grad]
            )
            with self.accelerator.autocast():
                judge_term = self.model.judge_loss(direction, trips, self.pools[i], self.stage)
            self._descend(self.optimizers[1], judge_term, list(there.judge.parameters()))
            seen |= terms | {f"D_{direction.to}": judge_term}
        return seen, trips

    def _descend(self, optimizer: Any, loss: Tensor, parameters: list[Tensor]) -> None:
        """Gradient of `loss` for `parameters` only, averaged over processes, and one optimizer step."""
        optimizer.zero_grad()
        self.accelerator.backward(loss, inputs=[p for p in parameters if p.requires_grad])
        self.average_gradients(parameters)
        optimizer.step()

    def average_gradients(self, parameters: list[Tensor]) -> None:
        """Replace each gradient by its mean over all processes: with equal batches, the gradient of the joint batch.

        Losses are means over a batch and instance norm knows no batch, so nothing else has to be synchronised.
        """
        if self.processes == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        mean = self.accelerator.reduce(torch.cat([g.flatten() for g in gradients]), reduction="mean")
        for g, part in zip(gradients, mean.split([g.numel() for g in gradients]), strict=True):
            g.copy_(part.view_as(g))

    # -- the run -----------------------------------------------------------------------------------------------------

    def run(self, until: int | None = None) -> None:
        """Train to the end, to step `until`, or until stopped; always leaves a checkpoint behind.

        Ctrl-C (in the main thread) stops after the current step, like `control.stop()`; a second one at once.

        Raises:
            UagtError: if a loss becomes NaN or infinite, or a checkpoint cannot be written; what was saved before
            stays.
        """
        goal = min(self.steps, until or self.steps)
        every = max(1, min(1000, self.steps // 10))
        shown = self.progress and self.accelerator.is_main_process
        with (
            _interrupt(self.control),
            tqdm(total=self.steps, initial=self.step, disable=not shown, unit="step", smoothing=0.05) as bar,
        ):
            self._bar = bar
            while self.step < goal:
                self.control.hold()
                if self._stopping():
                    break
                started = time.perf_counter()
                record = {"step": self.step + 1, "stage": self.stage, "rate": self.rate}
                terms, trips = self.advance()
                if self.step % RECORD_EVERY == 0 or self.step == self.steps:
                    self._record(record, terms, trips)
                self.seconds += time.perf_counter() - started
                bar.update()
                if self.step % every == 0 and self.step < goal:
                    self.save()
            self.save()

    def _stopping(self) -> bool:
        """Whether to stop; processes must agree, so several ask each other, at records only."""
        if self.processes == 1:
            return self.control.stopped
        if self.step % RECORD_EVERY:
            return False
        flag = torch.tensor(float(self.control.stopped), device=self.accelerator.device)
        return bool(self.accelerator.reduce(flag, reduction="sum") > 0)

    def _record(self, record: dict[str, float], terms: dict[str, Tensor], trips: Trips) -> None:
        """Complete the step's record, show it beside the progress bar, complain where there is cause."""
        values = {name: value.item() for name, value in terms.items()}
        for direction, trip in trips.items():
            means, spreads = levels(trip.attention.detach().float())
            values[f"attention_{direction.here}"] = means.mean().item()
            values[f"spread_{direction.here}"] = spreads.mean().item()
        self._refuse(broken(values))
        self.history.append(record | values)
        self.accelerator.log(values, step=self.step)
        self._bar.set_postfix_str(_short(values), refresh=False)
        self._complain()

    def _refuse(self, names: list[str]) -> None:
        """Raise if anything is named: losses or networks that are not finite any more."""
        if names:
            last = self.checkpoints[-1] if self.checkpoints else None
            raise UagtError(
                f"{', '.join(names)} became NaN or infinite by step {self.step}, so training stopped. "
                "Try another seed, --precision fp32 or, in a configuration of your own, a lower rate; "
                + (f"the last good checkpoint is {last}" if last else "nothing was saved yet")
            )

    def _complain(self) -> None:
        """Say, once, that attention has collapsed: after 100 steps of it; grey only when the switch draws near."""
        networks = {"s": self.model.A_s, "t": self.model.A_t}
        if len(self.history) < 4 or (self.history[-1]["stage"] == 2 and self.model.pieces.stop_attention):
            return  # frozen attention cannot collapse any more
        for name, network in networks.items():
            recent = {collapse(r[f"attention_{name}"], r[f"spread_{name}"]) for r in self.history[-4:]}
            kind = recent.pop() if len(recent) == 1 else None
            early = kind == "grey" and self.step < 0.75 * self.config.switch * self.steps
            said = [w["kind"] for w in self.warnings if w["attention"] == name][-1:]
            if network is None or early or [kind] == said or (kind is None and not said):
                continue
            mean = self.history[-1][f"attention_{name}"]
            text = (
                ADVICE[kind].format(mean=mean) if kind else "attention has recovered: it differs between pixels again."
            )
            self.warnings.append({"step": self.step, "attention": name, "kind": kind, "text": text})
            if self.progress and self.accelerator.is_main_process:
                self._bar.write(f"step {self.step}, A_{name}: {text}")

    # -- checkpoints -------------------------------------------------------------------------------------------------

    @property
    def checkpoints(self) -> list[Path]:
        """Finished checkpoint folders, oldest first."""
        return checkpoint.checkpoints(self.out)

    def save(self) -> None:
        """Observe, write metrics.json and history.json, and save a checkpoint of this step, unless there is one.

        Raises:
            UagtError: if it cannot be written (disk full, say) or weights are not finite; earlier checkpoints stay.
        """
        self._refuse([name for name, net in self.model.named_children() if not _finite(net)])
        try:
            try:
                if self.accelerator.is_main_process:
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
        if self.accelerator.is_main_process:
            checkpoint.begin(self.out, self.step)
        self.accelerator.wait_for_everyone()
        checkpoint.write_tensors(folder / f"training-{self.rank}.safetensors", self._training_state())
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            checkpoint.write_weights(folder / checkpoint.WEIGHTS, self.model, self.config)
            checkpoint.write_json(folder / checkpoint.STATE, self._plain_state())
            checkpoint.write_json(self.out / "history.json", {"records": self.history, "scores": self.scores})
            checkpoint.write_json(self.out / "metrics.json", self.metrics())
            checkpoint.commit(folder, self.keep)
        self.accelerator.wait_for_everyone()

    def metrics(self) -> dict[str, Any]:
        """Who trained what, how long, where, and the observer's latest scores."""
        device = self.accelerator.device
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

    def _training_state(self) -> dict[str, Tensor]:
        state = {"sampler": self.sampler.get_state()}
        for i, pool in enumerate(self.pools):
            state |= {f"pool.{i}.{name}": t for name, t in pool.state_dict().items()}
        for i, optimizer in enumerate(self.optimizers):
            for index, moments in optimizer.state_dict()["state"].items():
                state |= {f"optimizer.{i}.{index}.{name}": torch.as_tensor(t) for name, t in moments.items()}
        return state

    def _plain_state(self) -> dict[str, Any]:
        scaler = self.accelerator.scaler
        return {
            "step": self.step,
            "seconds": self.seconds,
            "processes": self.processes,
            "images": self._fingerprint,
            "scaler": scaler.state_dict() if scaler is not None else None,
            "history": self.history,
            "scores": self.scores,
            "warnings": self.warnings,
        }

    @cached_property  # hundreds of megabytes to read, and every checkpoint asks
    def _fingerprint(self) -> list[list[int]]:
        """Number and checksum of each domain's training images."""
        domains = (self.pair.source, self.pair.target)
        return [[len(d.train), zlib.crc32(d.train.contiguous().numpy())] for d in domains]

    @classmethod
    def resume(cls, config: Config, pair: Pair, out: str | Path, **options: Any) -> "Trainer":
        """Go on from the newest checkpoint in `out`: from there on, exactly the run that was never interrupted.

        Args:
            config: as for `Trainer`. It must equal the checkpoint's, but for `steps` (which stretches the schedule)
                and `precision`.
            pair: the same images as before.
            out: the run's folder.
            options: as for `Trainer`.

        Raises:
            UagtError: if there is no checkpoint, it is damaged, or it belongs to another configuration.
        """
        folder = newest(out)
        try:
            weights = checkpoint.read_tensors(folder / checkpoint.WEIGHTS)
            stored = checkpoint.read_config(folder)
            state = checkpoint.read_state(folder)
            tensors = {path.name: checkpoint.read_tensors(path) for path in folder.glob("training-*.safetensors")}
        except UagtError as error:
            older = [path.name for path in checkpoint.checkpoints(out)[:-1]]
            way_out = f"; delete {folder.name} to go on from {older[-1]}" if older else ""
            raise UagtError(f"{error}{way_out}") from error
        if differences := config.differences(stored):
            raise UagtError(f"{folder} was made by another run: {'; '.join(differences)}. Choose another --out")
        trainer = cls(config, pair, out, resuming=True, **options)
        try:
            trainer._restore(folder, weights, tensors, state)
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise UagtError(f"{folder} was not written by this version of uagt_lib: {error!r}") from error
        return trainer

    def _restore(
        self, folder: Path, weights: dict[str, Tensor], training: dict[str, Any], state: dict[str, Any]
    ) -> None:
        if state["processes"] != self.processes:
            raise UagtError(f"{folder} was made by {state['processes']} process(es), this run has {self.processes}")
        if state["images"] != self._fingerprint:
            raise UagtError(f"{folder} was made with other training images; name them with --data, as in the first run")
        if state["step"] > self.steps:
            raise UagtError(f"{folder} is already past step {self.steps}; --steps must be at least {state['step']}")
        checkpoint.load_weights(self.model, weights, folder / checkpoint.WEIGHTS)
        tensors = training[f"training-{self.rank}.safetensors"]
        self.sampler.set_state(tensors.pop("sampler"))
        for i, pool in enumerate(self.pools):
            pool.load_state_dict(_under(tensors, f"pool.{i}."), self.accelerator.device)
        for i, optimizer in enumerate(self.optimizers):
            moments: dict[int, dict[str, Tensor]] = {}
            for name, tensor in _under(tensors, f"optimizer.{i}.").items():
                index, kind = name.split(".", 1)
                moments.setdefault(int(index), {})[kind] = tensor
            optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
        if self.accelerator.scaler is not None and state["scaler"]:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.history, self.scores, self.warnings = state["history"], state["scores"], state["warnings"]


def newest(out: str | Path) -> Path:
    """The newest checkpoint folder of a run.

    Raises:
        UagtError: if there is none.
    """
    found = checkpoint.checkpoints(out)
    if not found:
        raise UagtError(f"{out} holds no checkpoint to resume from; leave out --resume to start a new run there")
    return found[-1]


def _finite(network: torch.nn.Module) -> bool:
    return all(bool(p.isfinite().all()) for p in network.parameters())


def _short(values: dict[str, float]) -> str:
    """The losses and mean attention for the progress bar, S and T side by side."""
    kinds = {"fool": "adversarial", "cycle": "cycle", "D": "D", "attention": "attention"}
    pairs = ((label, values.get(f"{kind}_s"), values.get(f"{kind}_t")) for label, kind in kinds.items())
    return ", ".join(f"{label} {s:.2f}/{t:.2f}" for label, s, t in pairs if s is not None)


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}


@contextmanager
def _interrupt(control: Control) -> Iterator[None]:
    """Turn the first Ctrl-C into `control.stop()`, so that a step is never left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        control.stop()

    previous = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
