"""A progress bar that can never end the work it tells of: a dead pipe or a closed stream silences it, nothing more."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tqdm.auto import tqdm

HEADLESS = "UAGT_HEADLESS"  # set it to 1 where nobody watches: tests, the notebooks' builder


def in_notebook() -> bool:
    """Whether bars are drawn in a notebook: there a text beside leaves them no room, and a full one says nothing."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return "IPKernelApp" in getattr(shell, "config", ())


class Bar:
    """tqdm, guarded: `with Bar(total=100) as bar: ...; bar.advance()`."""

    def __init__(self, total: int, done: int = 0, unit: str = "step", shown: bool = True, name: str = ""):
        """Args:
        total: units of work.
        done: how many of them were done before.
        unit: what is counted.
        shown: whether to show anything.
        name: what the work is called, before the bar.
        """
        self._bar: tqdm | None = None
        if shown and sys.stderr is not None:  # None: closed, or a program without a console
            with suppress(Exception):
                self._bar = tqdm(
                    total=total,
                    initial=done,
                    unit=unit,
                    desc=name or None,
                    smoothing=0.05,
                    leave=not in_notebook(),
                )

    def advance(self) -> None:
        """One unit is done."""
        self._do(lambda bar: bar.update())

    def beside(self, text: str) -> None:
        """Show a text beside the bar from its next update on; not in a notebook."""
        if not in_notebook():
            self._do(lambda bar: bar.set_postfix_str(text, refresh=False))

    def say(self, text: str) -> None:
        """A line above the bar. In a notebook that somebody watches on stdout: stderr is red there, like a fault."""
        stream = sys.stdout if in_notebook() and not os.environ.get(HEADLESS) else sys.stderr
        self._do(lambda bar: bar.write(text, file=stream))

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_: Any) -> None:
        self._do(lambda bar: bar.close())

    def _do(self, show: Callable[[tqdm], object]) -> None:
        if self._bar is not None:
            try:
                show(self._bar)
            except Exception:  # whatever it is: a picture of the work is not the work
                self._bar = None
