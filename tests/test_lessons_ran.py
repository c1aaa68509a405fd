"""After nbval has run a notebook, in the same worker: what did its exercises say? And was it really cut off?"""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.lesson_runs import KERNELS, LessonRuns, ran_before
from uagt_lib.course import build, exercises

AFTER = [
    pytest.param(lesson, folder, status, id=f"{folder}-{lesson}")
    for lesson in exercises.LESSONS
    for folder, status in (("notebooks", "open"), ("solutions", "passed"))
]


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "folder", "status"), AFTER)
def test_untouched_exercises_stay_open_and_solutions_pass_all_of_them(request, lesson, folder, status):
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if not any(path.parent.name == folder and path.name.startswith(lesson) for path in ran):
        pytest.skip("this notebook was not run in this session")
    runs = next(p for p in request.config.pluginmanager.get_plugins() if isinstance(p, LessonRuns))
    said = json.loads((runs.progress / f".progress-{folder}.json").read_text())
    expected = {task.id: status for task in exercises.of_lesson(lesson)}
    assert {id: said.get(id) for id in expected} == expected
    assert set(said.values()) == {status}


@pytest.mark.slow
def test_kernels_cannot_reach_the_network():
    ways = "create_connection(('192.0.2.1', 80), timeout=5)", "socket().connect_ex(('192.0.2.1', 80))"
    code = "import socket" + "".join(f"\ntry: socket.{way}\nexcept OSError as error: print(error)" for way in ways)
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(KERNELS), str(build.ROOT)])}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert ran.stdout.count("runs offline") == 2


def test_a_solution_runs_its_own_cells_and_all_that_they_need() -> None:
    student = [
        "import sys",  # the set-up
        "s = 0",  # nobody takes it before there is another
        "s = [1, 2]",
        "t = 3",
        "print(s)",  # only shows
        "def f(): ...",
        "run = f()",
        "for s in run: print([run for _ in s])",  # gives away an s that nobody below takes
        "print(run, t)",
    ]
    solution = [*student[:5], "def f(): return s", *student[6:8], "print(run, t, 1)"]
    items = [
        SimpleNamespace(path=Path(folder, "00.ipynb"), name=f"Cell {i}", nodeid="", cell=SimpleNamespace(source=source))
        for folder, cells in (("notebooks", student), ("solutions", solution))
        for i, source in enumerate(cells)
    ]
    assert [item.cell.source for item in ran_before(items)] == [student[7], student[4], student[1]]
    assert ran_before(items[len(student) :]) == []
