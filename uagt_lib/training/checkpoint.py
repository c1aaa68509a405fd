"""Checkpoints: safetensors and JSON that appear whole or not at all, and never contain pickle.

RUN/checkpoints/step-00001000/
    weights.safetensors     the networks; its header carries the configuration, so the file alone can translate
    training-0.safetensors  optimizers, pools and random states of process 0 (and -1, ... under several)
    state.json              the step, and what else is not a tensor
RUN/milestones/step-00001000.safetensors
                            F and A alone: what the run could do then; to look back, not to go on from
"""

import json
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from uagt_lib.errors import UagtError, UagtWarning
from uagt_lib.files import put_in_place, utf8_name
from uagt_lib.method.model import Model
from uagt_lib.training.config import Config

FORMAT, FORMATS = "uagt-2", ("uagt-1", "uagt-2")  # what is written, and what is read
WEIGHTS, STATE = "weights.safetensors", "state.json"


class Damaged(UagtError):
    """A file of a checkpoint is missing, cut short or no longer what it was."""


def step_name(step: int) -> str:
    """What a checkpoint, a milestone or a sheet of samples is called after its step."""
    return f"step-{step:08d}"


def step_of(path: Path) -> int | None:
    """The step that a name made by `step_name` tells, with or without a suffix; None where it tells none."""
    found = re.fullmatch(r"step-(\d{8,})", path.stem)
    return int(found[1]) if found else None


def write_tensors(path: str | Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write and sync one safetensors file."""
    write_bytes(path, to_bytes({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, metadata))


def write_weights(path: str | Path, model: Model, config: Config) -> None:
    """Write the networks with their configuration: a file that `load_model` can read without anything else."""
    write_tensors(path, model.state_dict(), _header(config))


def write_translators(path: Path, model: Model, config: Config) -> None:
    """Write a milestone, for `load_model` to translate with."""
    unfinished = path.with_name(f".{path.name}.partial")
    write_tensors(unfinished, translators(model), _header(config))
    put_in_place(unfinished, path)


def translators(model: Model) -> dict[str, Tensor]:
    """What a milestone holds: all networks but D, in half precision: twelve are kept, and they are only looked at."""
    return {name: t.half() for name, t in model.state_dict().items() if not name.startswith("D_")}


def _header(config: Config) -> dict[str, str]:
    return {"format": FORMAT, "config": json.dumps(config.to_dict())}


def write_json(path: Path, value: Any) -> None:
    """Write JSON to a temporary name, sync, rename: readers see the old file or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    write_bytes(partial, (json.dumps(value, indent=1) + "\n").encode())
    put_in_place(partial, path)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_tensors(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file: copies, since what is mapped from a file can on Windows not be removed.

    Raises:
        UagtError: if the file is missing, damaged or something else (a pickle, say); it is never executed.
    """
    with _opened(path) as file:
        return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118


def read_config(path: str | Path) -> Config:
    """The configuration of a checkpoint (`path` as in `find_weights`), from its header alone.

    >>> read_config("data/checkpoints/savanna-64.safetensors").crop
    64

    Raises:
        UagtError: if there is no checkpoint, or it is damaged or foreign.
    """
    path = find_weights(path)
    with _opened(path) as file:
        metadata = file.metadata() or {}
    if metadata.get("format") not in FORMATS:
        raise UagtError(f"{path} is a safetensors file, but not a checkpoint of uagt_lib (format {FORMAT})")
    try:
        return Config.from_dict(json.loads(metadata["config"]))
    except (KeyError, ValueError) as error:
        raise UagtError(f"{path} has no readable configuration: {error}") from error


@contextmanager
def _opened(path: str | Path) -> Iterator[safe_open]:
    """A safetensors file, open for reading; what can go wrong with it, said in a sentence."""
    try:
        with utf8_name(Path(path)) as name, safe_open(name, framework="pt") as file:
            yield file
    except FileNotFoundError as error:
        raise Damaged(f"{path} does not exist") from error
    except (SafetensorError, OSError, ValueError) as error:
        kind = _kind(Path(path))
        raise Damaged(f"{path} cannot be read as safetensors: {kind} ({error})") from error


def check_tensors(path: str | Path) -> None:
    """Make sure that a safetensors file is there and whole, without reading its tensors.

    Raises:
        UagtError: as `read_tensors`.
    """
    with _opened(path):
        pass


def read_json(path: Path) -> Any:
    """What `write_json` wrote.

    Raises:
        UagtError: if the file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Damaged(f"{path} cannot be read: {error}") from error


def checkpoints(run: str | Path) -> list[Path]:
    """The finished checkpoint folders of a run, oldest first.

    >>> checkpoints(Path("runs/nothing-here"))
    []
    """
    return sorted(path for path in (Path(run) / "checkpoints").glob("step-*") if step_of(path) is not None)


def moments(run: str | Path) -> list[Path]:
    """What can be looked back at, oldest first: a run's milestones, and its checkpoints of other steps."""
    found = {step_of(path): path for path in checkpoints(run)}
    found |= {step_of(path): path for path in (Path(run) / "milestones").glob("step-*.safetensors")}
    return [found[step] for step in sorted(step for step in found if step is not None)]


def moment(run: str | Path, step: int) -> Path:
    """What a run was at a step.

    >>> moment("runs/nowhere", 100)
    Traceback (most recent call last):
    ...
    uagt_lib.errors.UagtError: runs/nowhere did not keep step 100; kept are none. Delete the folder to train again

    Raises:
        UagtError: if that was not kept.
    """
    found = {step_of(path): path for path in moments(run)}
    if step not in found:
        kept = ", ".join(map(str, found)) or "none"
        raise UagtError(f"{run} did not keep step {step}; kept are {kept}. Delete the folder to train again")
    return found[step]


def find_weights(path: str | Path) -> Path:
    """The weights meant by a .safetensors file, a checkpoint folder, or a run's folder (its newest whole checkpoint).

    Raises:
        UagtError: if there are none, or none is whole.
    """
    path = Path(path)
    if path.is_file():
        return path
    if (path / WEIGHTS).is_file():
        return path / WEIGHTS
    damaged = None
    for folder in reversed(checkpoints(path)):
        try:
            check_tensors(folder / WEIGHTS)
        except Damaged as error:
            damaged = damaged or error
            continue
        if damaged:
            warnings.warn(f"{damaged}; taking {folder.name}", UagtWarning, stacklevel=2)
        return folder / WEIGHTS
    raise damaged or UagtError(
        f"{path} holds no checkpoint: give a run's folder, one of its checkpoints, or a .safetensors file"
    )


def load_model(path: str | Path) -> Model:
    """The networks of a checkpoint or milestone, on the CPU (`path` as in `find_weights`).

    How they were trained says `read_config`. A milestone's model has no D: they are None.

    Raises:
        UagtError: if there is no checkpoint, or it is damaged or foreign.

    >>> model = load_model("data/checkpoints/savanna-64.safetensors")
    >>> model.view, sum(p.numel() for p in model.parameters())
    (64, 781834)
    """
    path = find_weights(path)
    model, tensors = read_config(path).model(initial=False), read_tensors(path)
    if not any(name.startswith("D_") for name in tensors):
        for name in [name for name, _ in model.named_children() if name.startswith("D_")]:
            setattr(model, name, None)
    load_weights(model, tensors, path)
    return model.eval()


def load_weights(model: Model, tensors: dict[str, Tensor], path: Path) -> None:
    """Copy weights into a model.

    Raises:
        UagtError: if names or shapes differ.
    """
    expected = {name: tuple(t.shape) for name, t in model.state_dict().items()}
    found = {name: tuple(t.shape) for name, t in tensors.items()}
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        raise UagtError(
            f"{path} does not fit its networks: {wrong[0]} is {found.get(wrong[0], 'missing')}, "
            f"expected {expected.get(wrong[0], 'nothing')}"
        )
    model.load_state_dict(tensors)


def _kind(path: Path) -> str:
    """A guess at what a file is that is not safetensors."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError:
        return "it cannot be opened"
    if start[:2] in (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05") or start == b"PK\x03\x04":
        return "it looks like a pickle or a torch.save file, which could run code and is never loaded"
    return "it is damaged, cut short or of another kind"
