"""How pytest runs notebooks: offline, without anybody at the controls, and with folders of their own to write to."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

OFFLINE = Path(__file__).parent / "offline"


class LessonRuns:
    """A pytest plugin, registered in conftest.py: conftest's own hooks would see the tests of its folder only."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lessons-")
        self.progress, self.runs = Path(self.folder.name), Path(self.folder.name) / "runs"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Iterator[None]:
        """nbval starts a kernel in the set-up of a notebook's first cell; it inherits this environment."""
        if item.path.suffix != ".ipynb":
            return (yield)
        before = dict(os.environ)
        os.environ |= {
            "UAGT_HEADLESS": "1",
            "OMP_NUM_THREADS": "1",  # two threads on two busy cores wait for each other more than they work
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

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """What looks at the outcome of the notebooks comes after them."""
        items.sort(key=lambda item: item.path.name == "test_lessons_ran.py")

    def pytest_unconfigure(self) -> None:
        """Remove what the notebooks wrote."""
        self.folder.cleanup()
