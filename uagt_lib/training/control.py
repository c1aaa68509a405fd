"""Steering a run from outside: buttons, another thread, signals, a time limit."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Ctrl-C; what batch systems, containers and `kill` send; a closed terminal; Windows' Ctrl-Break. No system has all.
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Control:
    """Pause, resume and stop one training run from another thread (a notebook's buttons); acts before the next step."""

    def __init__(self, deadline: float | None = None) -> None:
        """`deadline`, as `time.monotonic` tells it: the run stops and saves by itself in time for it."""
        self._go = threading.Event()
        self._go.set()
        self.stopped, self.deadline = False, deadline

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
        while not self._go.wait(0.5):  # on Windows, who waits without an end hears no Ctrl-C
            pass


@contextmanager
def interruptible(control: Control) -> Iterator[None]:
    """Turn Ctrl-C and its like into `control.stop()`, so that a step is never left half done; of each, the first only.

    A signal that is ignored (nohup; a job in the background) stays ignored. Only the main thread hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    known = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    former = {number: signal.getsignal(number) for number in known}
    heard = {number: handler for number, handler in former.items() if handler not in (signal.SIG_IGN, None)}

    def stop(number: int, _: Any) -> None:
        signal.signal(number, heard[number])
        control.stop()

    for number in heard:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in heard.items():
            signal.signal(number, handler)
