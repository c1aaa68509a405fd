"""WHAT IS SAVED AND RESTORED of a run, beside its shown networks: from there on it is the same run, to the bit."""

import zlib
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.crew import Crew
from uagt_lib.training.step import Learner


class Saved(NamedTuple):
    """A checkpoint of a run, read."""

    folder: Path
    config: Config
    weights: dict[str, Tensor]  # of the networks that are shown
    tensors: dict[str, Tensor]  # of one process: `tensors_of`
    plain: dict[str, Any]  # the rest: state.json


def read(folder: Path, rank: int) -> Saved:
    """Read a checkpoint folder for process `rank`, and see that nothing of the others is missing.

    Raises:
        UagtError: if something in it is missing, damaged, or of another kind.
    """
    plain = checkpoint.read_json(folder / checkpoint.STATE)
    weights = checkpoint.read_tensors(folder / checkpoint.WEIGHTS)
    try:
        files = [folder / f"training-{i}.safetensors" for i in range(plain["processes"])]
    except (KeyError, TypeError) as error:
        raise UagtError(f"{folder} was not written by this version of uagt_lib: {error!r}") from error
    for path in files:
        checkpoint.check_tensors(path)
    tensors = checkpoint.read_tensors(files[rank]) if rank < len(files) else {}
    return Saved(folder, checkpoint.read_config(folder), weights, tensors, plain)


def write(folder: Path, learner: Learner, crew: Crew, plain: dict[str, Any]) -> None:
    """Write this process's part of a checkpoint to its folder: `tensors_of`; the main process's, everything else."""
    checkpoint.write_tensors(folder / f"training-{crew.rank}.safetensors", tensors_of(learner))
    if crew.main:
        checkpoint.write_weights(folder / checkpoint.WEIGHTS, learner.shown, learner.config)
        checkpoint.write_json(folder / checkpoint.STATE, plain_of(learner) | plain)


def fitting(saved: Saved, learner: Learner, images: list[list[int]]) -> None:
    """Make sure that a checkpoint is one of this run.

    Raises:
        UagtError: with what differs, if it is not.
    """
    folder, plain = saved.folder, saved.plain
    if differences := learner.config.differences(saved.config):
        raise UagtError(f"{folder} was made by another run: {'; '.join(differences)}. Choose another --out")
    if plain["processes"] != learner.processes:
        raise UagtError(f"{folder} was made by {plain['processes']} process(es), this run has {learner.processes}")
    if plain["images"] != images:
        raise UagtError(f"{folder} was made with other training images; name them with --data, as in the first run")
    if plain["step"] > learner.steps:
        raise UagtError(f"{folder} is already past step {learner.steps}; --steps must be at least {plain['step']}")


def tensors_of(learner: Learner) -> dict[str, Tensor]:
    """The sampler's, pools' and optimizers' states of one process; with an average, the trained F and A as well."""
    state = {"sampler": learner.sampler.get_state()}
    for i, pool in enumerate(learner.pools):
        state |= {f"pool.{i}.{name}": t for name, t in pool.state_dict().items()}
    for i, optimizer in enumerate(learner.optimizers):
        for index, moments in optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{i}.{index}.{name}": t for name, t in moments.items()}
    if learner.average:
        state |= {f"trained.{name}": t for name, t in learner.model.state_dict().items() if not name.startswith("D_")}
    return state


def plain_of(learner: Learner) -> dict[str, Any]:
    """What is no tensor: the step and, on CUDA with fp16, the loss scale."""
    return {"step": learner.step, "processes": learner.processes, "scaler": learner.scaler.state_dict()}


def restore(learner: Learner, saved: Saved) -> None:
    """Put a checkpoint's state into a learner of the same configuration."""
    checkpoint.load_weights(learner.shown, saved.weights, saved.folder / checkpoint.WEIGHTS)
    if learner.average:
        judges = {name: t for name, t in saved.weights.items() if name.startswith("D_")}
        trained = _under(saved.tensors, "trained.") | judges
        checkpoint.load_weights(learner.model, trained, saved.folder)
    learner.sampler.set_state(saved.tensors["sampler"])
    for i, pool in enumerate(learner.pools):
        pool.load_state_dict(_under(saved.tensors, f"pool.{i}."), learner.device)
    for i, optimizer in enumerate(learner.optimizers):
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in _under(saved.tensors, f"optimizer.{i}.").items():
            index, kind = name.split(".", 1)
            moments.setdefault(int(index), {})[kind] = tensor
        optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    if saved.plain["scaler"] and learner.scaler.is_enabled():
        learner.scaler.load_state_dict(saved.plain["scaler"])
    learner.step = saved.plain["step"]


def fingerprint(pair: Pair) -> list[list[int]]:
    """Number and checksum of each domain's training images."""
    return [[len(d.train), zlib.crc32(d.train.contiguous().numpy())] for d in pair.domains]


def arithmetic(device: torch.device, threads: int) -> dict[str, Any]:
    """All that sums round differently for, beside the run itself: the device, the number of threads, PyTorch."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        name = f"{device.type} ({torch.backends.cpu.get_cpu_capability()})"
    return {"device": name, "threads": threads, "torch": torch.__version__}


def where(arithmetic: dict[str, Any]) -> str:
    """Device and threads, in words."""
    return f"{arithmetic['device']}, {arithmetic['threads']} thread{'s' * (arithmetic['threads'] > 1)}"


def rounding(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    """The sentence on what a resumed run no longer equals to the bit; None where all is as it was.

    Args:
        before: the `arithmetic` it was saved with; empty, if by a version that did not store it.
        now: that of today.
    """
    changes = [f"{name} {now[name]}, not {old}" for name, old in before.items() if now[name] != old]
    if not before:
        changes = ["an older version of this program began it"]
    if not changes:
        return None
    return (
        f"{', '.join(changes)}: weights, optimizers, pools and random states go on as they were, to the bit, but sums "
        "round differently from here on, so the end will equal the uninterrupted run's roughly, no longer to the bit"
    )


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
