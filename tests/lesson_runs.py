"""How pytest runs notebooks: offline, nobody at the controls, folders of their own; with several workers, each by one.

A lesson's two notebooks stay in one worker, in order: nbval's kernel lives there, and the solution finds the run that
the student notebook has trained. So do lessons that share a run, and no run is ever trained twice, or by two at once.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from uagt_lib.course.offline import OFFLINE

SHARING = {"08": "01"}  # lesson 08 looks at a run that lesson 01 trains


class LessonRuns:
    """A pytest plugin, registered in conftest.py: conftest's own hooks would see the tests of its folder only."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lessons-")
        self.progress, self.runs = Path(self.folder.name), Path(self.folder.name) / "runs"

    def pytest_xdist_auto_num_workers(self) -> int:
        """As many as there are cores, up to four: each takes about 1 GB, and long lessons are few."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        return min(cores or 1, 4)

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
            "UAGT_CAPSTONE_STEPS": "400",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(OFFLINE), before.get("PYTHONPATH")])),
        }
        try:
            return (yield)
        finally:
            os.environ.clear()
            os.environ |= before

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Long ones first, so that workers end together: lessons, then slow tests, then the others."""

        def rank(item: pytest.Item) -> tuple:
            if group := lesson_of(item):
                return 0, SHARING.get(group, group), group, item.path.suffix != ".ipynb"
            return (1 if item.get_closest_marker("slow") else 2,)

        for item in items:
            if group := lesson_of(item):
                item.add_marker(pytest.mark.xdist_group(f"lesson {SHARING.get(group, group)}"))
        items.sort(key=rank)

    def pytest_unconfigure(self) -> None:
        """Remove what the notebooks wrote."""
        self.folder.cleanup()


def lesson_of(item: pytest.Item) -> str | None:
    """The lesson, "02", of a notebook's cell or of a test of what the notebook did; None for any other test."""
    if item.path.suffix == ".ipynb":
        return item.path.name[:2]
    marker = item.get_closest_marker("lesson")
    return marker.args[0] if marker else None
