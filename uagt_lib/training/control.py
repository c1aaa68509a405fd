"""Steering a run from outside: buttons, another thread, Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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


@contextmanager
def interruptible(control: Control) -> Iterator[None]:
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
