"""What is saved of a run beside the networks' weights, and how it is put back: from there on, the same bits."""

import zlib
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner


class Saved(NamedTuple):
    """A checkpoint of a run, read."""

    folder: Path
    config: Config
    weights: dict[str, Tensor]  # of the networks
    tensors: dict[str, Tensor]  # of one process: `tensors_of`
    plain: dict[str, Any]  # the rest: state.json


def read(folder: Path, rank: int) -> Saved:
    """Read a checkpoint folder for process `rank`.

    Raises:
        UagtError: if something in it is missing, damaged, or of another kind.
    """
    weights = checkpoint.read_tensors(folder / checkpoint.WEIGHTS)
    tensors = checkpoint.read_tensors(folder / f"training-{rank}.safetensors")
    return Saved(folder, checkpoint.read_config(folder), weights, tensors, checkpoint.read_state(folder))


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
    """The sampler's, pools' and optimizers' states of one process, by names that `restore` knows."""
    state = {"sampler": learner.sampler.get_state()}
    for i, pool in enumerate(learner.pools):
        state |= {f"pool.{i}.{name}": t for name, t in pool.state_dict().items()}
    for i, optimizer in enumerate(learner.optimizers):
        for index, moments in optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{i}.{index}.{name}": t for name, t in moments.items()}
    return state


def plain_of(learner: Learner) -> dict[str, Any]:
    """What is no tensor: the step and, on CUDA with fp16, the loss scale."""
    return {"step": learner.step, "processes": learner.processes, "scaler": learner.scaler.state_dict()}


def restore(learner: Learner, saved: Saved) -> None:
    """Put a checkpoint's state into a learner of the same configuration."""
    checkpoint.load_weights(learner.model, saved.weights, saved.folder / checkpoint.WEIGHTS)
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


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}
