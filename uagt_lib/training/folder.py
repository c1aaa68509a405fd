"""A run's folder: who may write there, what is kept, and which checkpoint to go on from."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from uagt_lib.errors import UagtError
from uagt_lib.files import make_folder, put_in_place
from uagt_lib.method.model import Model
from uagt_lib.training import checkpoint
from uagt_lib.training.checkpoint import checkpoints, step_name, step_of
from uagt_lib.training.config import Config
from uagt_lib.training.lock import locked

KEPT = 2  # checkpoints
# Milestones, as shares of a run: close together where attention finds its objects, then every tenth.
SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


class RunFolder:
    """One run's view of its folder. Whatever another run wrote there is neither overwritten nor removed.

    Attributes:
        path: the folder; it need not exist yet.
        own: this run's checkpoints, oldest first.
        notes: what was found there, in words.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.own: list[Path] = []
        self.notes: list[str] = []
        self._found: list[Path] = []  # all there were when we looked last, whole or not

    @property
    def step(self) -> int | None:
        """The step of the newest of them."""
        return step_of(self.own[-1]) if self.own else None

    def look(self) -> Iterator[Path]:
        """The checkpoints that lie there, newest first; the one at which the caller stops is gone on from."""
        self._found = checkpoints(self.path)
        for count in range(len(self._found), 0, -1):
            self.own = self._found[:count]
            yield self.own[-1]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Write to the folder, as long as nobody else does.

        Checkpoints that are newer than the one gone on from are damaged; they make room now.

        Raises:
            UagtError: if it cannot be written, another run writes to it, or one has written to it since we looked.
        """
        make_folder(self.path)
        with locked(self.path):
            if checkpoints(self.path) != self._found:
                raise UagtError(f"{self.path} holds another run, or this one went on elsewhere; choose another --out")
            self.discard()
            for damaged in self._found[len(self.own) :]:
                _remove(damaged)
            self._found = list(self.own)
            yield

    @contextmanager
    def writing(self, what: str, step: int) -> Iterator[None]:
        """Where `what` of a step is written: an error of the file system's becomes a sentence.

        Raises:
            UagtError: for an OSError, with what is still there.
        """
        try:
            yield
        except OSError as error:
            self.discard()
            kept = f"{self.own[-1]} is untouched: make room and add --resume" if self.own else "no earlier one exists"
            raise UagtError(f"the {what} of step {step} could not be written ({error}); {kept}") from error

    def unfinished(self, step: int) -> Path:
        """Where the checkpoint of a step lies while it is being written."""
        return self.path / "checkpoints" / f".writing-{step_name(step)}"

    def begin(self, step: int) -> None:
        """Make that folder; what a killed process left behind is removed first."""
        self.discard()
        self.unfinished(step).mkdir(parents=True)

    def discard(self) -> None:
        """Remove what is left of checkpoints that were never finished, or not quite removed."""
        for folder in (self.path / "checkpoints").glob(".*-step-*"):
            shutil.rmtree(folder, ignore_errors=True)

    def commit(self, step: int) -> None:
        """Give the finished checkpoint its name, and remove all of this run's but the newest two.

        Raises:
            UagtError: if there is one of that name: another run's.
        """
        folder, final = self.unfinished(step), self.path / "checkpoints" / step_name(step)
        if final.exists():
            raise UagtError(f"another run has written {final} meanwhile; choose another --out")
        put_in_place(folder, final)
        _sync(final.parent)
        for old in [*self.own, final][:-KEPT]:
            _remove(old)
        self.own = [*self.own, final][-KEPT:]
        self._found = checkpoints(self.path)

    def milestone(self, step: int, model: Model, config: Config) -> None:
        """Keep what the run can do at a step, for good."""
        folder = self.path / "milestones"
        folder.mkdir(exist_ok=True)
        checkpoint.write_translators(folder / f"{step_name(step)}.safetensors", model, config)

    def history(self) -> dict[str, list[dict[str, Any]]]:
        """`records`, `scores` and `warnings` up to the checkpoint gone on from; none, and a note, if they are lost."""
        try:
            stored = checkpoint.read_json(self.path / "history.json")
            return {name: [x for x in entries if x["step"] <= self.step] for name, entries in stored.items()}
        except (UagtError, AttributeError, KeyError, TypeError) as error:
            self.notes.append(f"what was recorded before step {self.step} is lost: {error}")
            return {}


def stored_config(run: str | Path) -> Config:
    """The configuration of the run that lies in a folder, by its newest checkpoint that can be read.

    Raises:
        UagtError: if there is none.
    """
    damaged = []
    for folder in reversed(checkpoints(run)):
        try:
            return checkpoint.read_config(folder)
        except checkpoint.Damaged as error:
            damaged.append(str(error))
    raise UagtError(
        *damaged[:1] or [f"{run} holds no checkpoint to resume from; leave out --resume to start a new run there"]
    )


def milestones(steps: int) -> frozenset[int]:
    """The steps of a run's milestones."""
    return frozenset(max(1, round(share * steps)) for share in SHARES)


def _remove(folder: Path) -> None:
    """Remove a checkpoint; whoever is killed meanwhile leaves nothing that looks like one."""
    gone = folder.with_name(f".removing-{folder.name}")
    with suppress(OSError):  # on Windows, if somebody reads it: then it stays
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Make a rename last: sync the folder that holds the name (not possible, nor needed, on Windows)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
