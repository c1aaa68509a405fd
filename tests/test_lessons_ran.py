"""After nbval has run the notebooks: what did exercises say? And were they really cut off from the network?"""

import json
import os
import subprocess
import sys

import pytest

from tests.lesson_runs import OFFLINE, LessonRuns
from uagt_lib.course import build, exercises


@pytest.fixture
def runs(request: pytest.FixtureRequest) -> LessonRuns:
    ran = {item.path for item in request.session.items if item.path.suffix == ".ipynb"}
    if len(ran) < 2 * len(build.sources()):
        pytest.skip("not all notebooks were run in this session")
    return next(p for p in request.config.pluginmanager.get_plugins() if isinstance(p, LessonRuns))


@pytest.mark.parametrize(("folder", "status"), [("notebooks", "open"), ("solutions", "passed")])
def test_untouched_exercises_stay_open_and_solutions_pass_all_of_them(runs, folder, status):
    said = json.loads((runs.progress / f".progress-{folder}.json").read_text())
    expected = {task.id: status for lesson in exercises.LESSONS for task in exercises.of_lesson(lesson)}
    assert said == expected


def test_kernels_cannot_reach_the_network():
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    env = os.environ | {"PYTHONPATH": str(OFFLINE)}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60)
    assert "lessons run offline" in ran.stderr
