"""Checkpoints: folders of safetensors and JSON that appear whole or not at all, and never contain pickle.

RUN/checkpoints/step-00001000/
    weights.safetensors     the networks; its header carries the configuration, so the file alone can translate
    training-0.safetensors  optimizers, pools and random states of process 0 (and -1, ... under several)
    state.json              step, history and what else is not a tensor
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_bytes
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.files import utf8_name
from uagt_lib.method.model import Model
from uagt_lib.training.config import Config

FORMAT = "uagt-1"
WEIGHTS, STATE = "weights.safetensors", "state.json"


def begin(run: Path, step: int) -> Path:
    """The temporary folder for a checkpoint of `run` at `step`; what a killed process left behind is removed first."""
    discard(run)
    folder = run / "checkpoints" / f".writing-{step:08d}"
    folder.mkdir(parents=True)
    return folder


def discard(run: Path) -> None:
    """Remove unfinished checkpoints of a run."""
    for folder in (run / "checkpoints").glob(".writing-*"):
        shutil.rmtree(folder, ignore_errors=True)


def commit(folder: Path, keep: int) -> Path:
    """Give the finished temporary folder its name and remove all but the newest `keep` checkpoints of the run."""
    final = folder.with_name(folder.name.replace(".writing-", "step-"))
    folder.rename(final)
    _sync(final.parent)
    for old in checkpoints(final.parent.parent)[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
    return final


def write_tensors(path: str | Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write and sync one safetensors file."""
    write_bytes(path, to_bytes({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, metadata))


def write_weights(path: str | Path, model: Model, config: Config) -> None:
    """Write the networks with their configuration: a file that `load_model` can read without anything else."""
    write_tensors(path, model.state_dict(), {"format": FORMAT, "config": json.dumps(config.to_dict())})


def write_json(path: Path, value: Any) -> None:
    """Write JSON to a temporary name, sync, rename: readers see the old file or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    write_bytes(partial, (json.dumps(value, indent=1) + "\n").encode())
    partial.replace(path)


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write a file and wait until the disk has it."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def read_tensors(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file.

    Raises:
        UagtError: if the file is missing, damaged or something else (a pickle, say); it is never executed.
    """
    with _opened(path) as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def read_config(path: str | Path) -> Config:
    """The configuration of a checkpoint (`path` as in `find_weights`), from its header alone.

    Raises:
        UagtError: if there is no checkpoint, or it is damaged or foreign.
    """
    path = find_weights(path)
    with _opened(path) as file:
        metadata = file.metadata() or {}
    if metadata.get("format") != FORMAT:
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
        raise UagtError(f"{path} does not exist") from error
    except (SafetensorError, OSError, ValueError) as error:
        kind = _kind(Path(path))
        raise UagtError(f"{path} cannot be read as safetensors: {kind} ({error})") from error


def read_state(folder: Path) -> dict[str, Any]:
    """`state.json` of a checkpoint folder.

    Raises:
        UagtError: if it is missing or damaged.
    """
    try:
        return json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UagtError(f"{folder / STATE} cannot be read: {error}") from error


def checkpoints(run: str | Path) -> list[Path]:
    """The finished checkpoint folders of a run, oldest first.

    >>> checkpoints(Path("runs/nothing-here"))
    []
    """
    return sorted(path for path in (Path(run) / "checkpoints").glob("step-*") if re.fullmatch(r"step-\d{8}", path.name))


def find_weights(path: str | Path) -> Path:
    """The weights meant by a .safetensors file, a checkpoint folder, or a run's folder (its newest checkpoint).

    Raises:
        UagtError: if there are none.
    """
    path = Path(path)
    if path.is_file():
        return path
    for folder in (path, *reversed(checkpoints(path))):
        if (folder / WEIGHTS).is_file():
            return folder / WEIGHTS
    raise UagtError(f"{path} holds no checkpoint: give a run's folder, one of its checkpoints, or a .safetensors file")


def load_model(path: str | Path) -> Model:
    """The networks of a checkpoint, ready to translate; on the CPU (`path` as in `find_weights`).

    How they were trained says `read_config`.

    Raises:
        UagtError: if there is no checkpoint, or it is damaged or foreign.

    >>> model = load_model("data/checkpoints/savanna-64.safetensors")
    >>> model.view, sum(p.numel() for p in model.parameters())
    (64, 788618)
    """
    path = find_weights(path)
    model = read_config(path).model(initial=False)
    load_weights(model, read_tensors(path), path)
    return model.eval().requires_grad_(False)


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


def _sync(folder: Path) -> None:
    """Make a rename last: sync the folder that holds the name (not possible, nor needed, on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
