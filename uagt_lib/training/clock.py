"""Time: what a step takes, when a checkpoint is due, and when to stop so that the last one is written in time."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SAVE_EVERY = 600.0  # seconds between two checkpoints, at most
SAVING = 10.0  # seconds that writing a checkpoint takes: a guess, before the first
MEASURED = 20  # steps, before a run says how long it will take


class Clock:
    """The clock of one call of `Trainer.run`.

    Attributes:
        steps: how many were timed.
        last: seconds the last one took.
    """

    def __init__(self, finish: Callable[[], None], deadline: float | None = None):
        """Args:
        finish: waits for the device.
        deadline: when the run should have stopped and saved, as `time.monotonic` tells it.
        """
        self.steps, self.last = 0, 0.0
        self._finish, self._deadline, self._saved = finish, deadline, time.monotonic()
        self._first: list[float] = []
        self._slowest, self._saving = 0.0, SAVING  # seconds

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Time a step; the first ones are waited for, so that they are measured and not only asked for."""
        started = time.perf_counter()
        yield
        if self.steps < MEASURED:
            self._finish()
        self.last = time.perf_counter() - started
        self.steps += 1
        self._slowest = max(self._slowest, self.last)
        if self.steps <= MEASURED:
            self._first.append(self.last)

    @contextmanager
    def saving(self) -> Iterator[None]:
        """Time what is saved; from its end on, the next is awaited."""
        started = time.monotonic()
        yield
        self._saved = time.monotonic()
        self._saving = max(self._saving, self._saved - started)

    @property
    def pace(self) -> float:
        """What a step takes: the median of those first ones, in seconds."""
        return statistics.median(self._first or [0.0])

    @property
    def due(self) -> bool:
        """Whether the last checkpoint is ten minutes old."""
        return time.monotonic() - self._saved >= SAVE_EVERY

    @property
    def late(self) -> bool:
        """Whether another step, and then saving, may not be done before the deadline."""
        return self._deadline is not None and time.monotonic() + self._slowest + 2 * self._saving > self._deadline
