"""How pytest runs notebooks: offline, nobody at the controls, folders of their own, and training narrow networks.

A lesson's two notebooks stay in one worker, in order: nbval's kernel lives there, and the solution finds the run that
the student notebook has trained. So do lessons that share a run: nothing is trained twice, or by two at a time.
"""

import dis
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest
from xdist.scheduler import LoadScopeScheduling

from uagt_lib.course.offline import OFFLINE

KERNELS = Path(__file__).parent / "kernels"  # its sitecustomize.py
SHARING = {"06": "01", "08": "01"}  # 08 looks at runs that 01 and 06 train


def start_of(notebook: Path) -> Path:
    """The folder of the sitecustomize.py a notebook's kernel starts with; lesson 03 counts the weights of a preset."""
    return OFFLINE if notebook.name.startswith("03") else KERNELS


def names(code: CodeType) -> tuple[set[str], set[str]]:
    """The names a cell gives away, and those it takes from cells above it."""
    given: set[str] = set()
    taken: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname == "STORE_NAME":
            given.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            taken |= {step.argval} - given
        elif isinstance(step.argval, CodeType):  # a function, whose own names are not the cell's
            taken |= names(step.argval)[1] - given
    return given, taken


def ran_before(items: list[pytest.Item]) -> list[pytest.Item]:
    """Cells of solutions that run word for word in the student notebook too, and that no cell run further down needs.

    With the solutions' own cells goes all that they take; what only shows or plays the same again does not. A
    notebook's first cell stays, and all of a solution whose student notebook is not among the items.
    """
    cells = [item for item in items if hasattr(item, "cell")]
    student = {(item.path.name, item.cell.source) for item in cells if item.path.parent.name != "solutions"}
    found, needed = [], {}
    for item in reversed([item for item in cells if item.path.parent.name == "solutions"]):
        below, number = needed.setdefault(item.path, set()), item.name.rpartition(" ")[2]
        given, taken = names(compile(item.cell.source, item.nodeid, "exec"))
        if number != "0" and not given & below and (item.path.name, item.cell.source) in student:
            found.append(item)
        else:
            needed[item.path] = (below - given) | taken
    return found


def unit_of(nodeid: str) -> str:
    """What stays in one worker: "lesson 02", its notebooks and the tests of what they did; else a file."""
    file, _, name = nodeid.partition("::")
    lesson = re.search(r"(\d\d)_\w+\.ipynb$", file) or re.search(r"-(\d\d)\]$", name)
    if file.endswith((".ipynb", "test_lessons_ran.py")) and lesson:
        return f"lesson {SHARING.get(lesson[1], lesson[1])}"
    return file


class Units(LoadScopeScheduling):
    """Hands out a unit after the other, in the order in which `LessonRuns` has sorted them."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


class LessonRuns:
    """A pytest plugin, registered in conftest.py: conftest's own hooks would see the tests of its folder only."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lessons-")
        self.progress, self.runs = Path(self.folder.name), Path(self.folder.name) / "runs"

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: object) -> Units:
        """Ours, whatever --dist says."""
        config.option.loadscopereorder = False
        return Units(config, log)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """nbval starts a kernel in the set-up of a notebook's first cell; it inherits this environment."""
        if item.path.suffix != ".ipynb":
            return (yield)
        before = dict(os.environ)
        os.environ |= {
            "UAGT_HEADLESS": "1",
            "UAGT_PROGRESS": str(self.progress),
            "UAGT_RUNS": str(self.runs),
            "UAGT_CAPSTONE_STEPS": "120",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(start_of(item.path)), before.get("PYTHONPATH")])),
        }
        try:
            return (yield)
        finally:
            os.environ.clear()
            os.environ |= before

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Large units first, so that workers end together: lessons, then files with slow tests, then the others."""
        again = ran_before(items)
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if item not in again]
        size = Counter(unit_of(item.nodeid) for item in items)
        slow = {unit_of(item.nodeid) for item in items if item.get_closest_marker("slow")}

        def rank(item: pytest.Item) -> tuple[int, int, str, bool]:
            unit = unit_of(item.nodeid)
            kind = 0 if unit.startswith("lesson") else 1 if unit in slow else 2
            return kind, -size[unit], unit, item.path.suffix != ".ipynb"  # a lesson's tests after its notebooks

        items.sort(key=rank)

    def pytest_unconfigure(self) -> None:
        """Remove what the notebooks wrote."""
        self.folder.cleanup()
