"""How pytest runs notebooks: offline, nobody at the controls, folders of their own, and training narrow networks.

A lesson's two notebooks stay in one worker, in order: nbval's kernel lives there, and the solution finds the run that
the student notebook has trained. So do lessons that share a run: nothing is trained twice, or by two at a time.
"""

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from uagt_lib.course.offline import OFFLINE

KERNELS = Path(__file__).parent / "kernels"  # its sitecustomize.py
SHARING = {"06": "01", "08": "01"}  # 08 looks at runs that 01 and 06 train

# Games that take seconds, and on which nothing further down depends: in a solution notebook they would be played again.
PLAYED = ("play_five(", "newborn(10)", "games = {", "with_cycle = teach(", "sixty_steps(")


def start_of(notebook: Path) -> Path:
    """The folder of the sitecustomize.py a notebook's kernel starts with; lesson 03 counts the weights of a preset."""
    return OFFLINE if notebook.name.startswith("03") else KERNELS


def played_before(item: pytest.Item) -> bool:
    """Whether it is a cell of a solution that only plays what the student notebook has played."""
    code = item.cell.source if item.path.parent.name == "solutions" and hasattr(item, "cell") else ""
    return any(game in code for game in PLAYED)


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
        played = {item for item in items if played_before(item)}
        config.hook.pytest_deselected(items=list(played))
        items[:] = [item for item in items if item not in played]
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
