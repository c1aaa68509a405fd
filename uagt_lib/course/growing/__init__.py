"""The training program in three sizes: CycleGAN, with attention, with two stages. Each is a small change of the last.

`step_cyclegan`, `step_attention` and `step_two_stages` are complete and plain; the library's `Model` and `Trainer`
compute the same numbers (tests/test_growing.py). `difference` shows what a size adds.
"""

import difflib
import html
import inspect
from types import ModuleType
from typing import Any

# A blue bar and + for what is added, an orange bar and - for what goes: readable without seeing colours, on white and
# on black; where a page strips styles, the signs remain.
_STYLES = {
    "+": "border-left:5px solid #0072B2;background:rgba(0,114,178,.14)",
    "-": "border-left:5px solid #D55E00;background:rgba(213,94,0,.12);opacity:.8",
    " ": "border-left:5px solid transparent",
    "@": "border-left:5px solid transparent;opacity:.55",
}


class Difference:
    """Two programs, line by line: HTML in a notebook, a unified diff as text."""

    def __init__(self, lines: list[str]):
        """Args:
        lines: of a unified diff, without its two lines of file names.
        """
        self.lines = lines

    @property
    def changed(self) -> int:
        """How many lines are added or removed, empty ones not counted."""
        return sum(line[0] in "+-" and bool(line[1:].strip()) for line in self.lines)

    def __repr__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<div style="{_STYLES[line[0]]};padding-left:6px;white-space:pre-wrap">{html.escape(line)}\n</div>'
            for line in self.lines
        )
        style = "font-family:monospace;font-size:12px;line-height:1.45;overflow-wrap:anywhere;text-align:left"
        return f'<pre style="{style}">{rows}</pre>'


def difference(before: Any, after: Any, context: int = 2) -> Difference:
    """What changes from one program, or one function, to the next.

    Args:
        before: a module or function.
        after: its successor.
        context: unchanged lines shown around each change.
    """
    lines = difflib.unified_diff(_code(before), _code(after), lineterm="", n=context)
    shown = ["@ ..." if line.startswith("@@") else line for line in list(lines)[2:]]
    return Difference(shown)


def _code(program: Any) -> list[str]:
    """The lines of a program, without the first line, the docstring, of a module."""
    lines = inspect.getsource(program).splitlines()
    return lines[1:] if isinstance(program, ModuleType) else lines
