"""Lessons go on where something is missing: a kernel without ipywidgets, a course that cannot be written to."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from uagt_lib.course import build, exercise, places, quizzes, runs, tracking, trained
from uagt_lib.data.pairs import Pair
from uagt_lib.show.page import badge
from uagt_lib.show.widgets import still
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config

ABSENT = "raise ImportError('no module named ipywidgets')\n"
SHOWN = """
import torch
from uagt_lib.course import data, quiz
from uagt_lib.data.pairs import from_savanna, to_float
from uagt_lib.show import widgets
from uagt_lib.training.presets import preset

pair = from_savanna(32, 36, images=4, held_out=4)
s, masks = to_float(pair.source.test), pair.source.masks
board = widgets.Dashboard(preset("savanna-smoke").with_(steps=2, savanna=4), pair, {run!r}).start()
assert board.trainer.step == 2 and not board.running
checkpoints = data("checkpoints", "savanna-64.safetensors"), data("checkpoints", "cyclegan-64.safetensors")
for shown in (
    widgets.composition_playground(s[0], s[1], masks[0]),
    widgets.attention_explorer(checkpoints, pair),
    widgets.kid_explorer({{"A": torch.rand(20, 8), "B": torch.rand(20, 8)}}, {{"A": "A, ours"}}),
    board,
):
    print(shown._repr_html_())
quiz("02")
"""


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a kernel that has no ipywidgets."""
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "ipywidgets.py").write_text(ABSENT)
    path = os.pathsep.join([str(tmp_path / "bare"), str(build.ROOT)])
    return os.environ | {"PYTHONPATH": path, "UAGT_PROGRESS": str(tmp_path), "UAGT_RUNS": str(tmp_path / "runs")}


@pytest.mark.slow
def test_without_ipywidgets_every_control_is_a_picture_of_how_it_begins(bare, tmp_path: Path) -> None:
    code = SHOWN.format(run=str(tmp_path / "run"))
    ran = subprocess.run(
        [sys.executable, "-c", code], env=bare, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(still.WAY_OUT) == 4
    pictures = re.findall(r'<img style="width:\w+" src="data:image/png;base64,[\w+/]{100,}=*">', ran.stdout)
    assert len(pictures) == 4 + 5 + 1 + 3
    for words in ("matte: true mask", "checkpoint: cyclegan-64", "KID between: A, ours", "<b>Finished</b>: 2 steps"):
        assert words in ran.stdout, words
    assert "disc: radius" not in ran.stdout  # hidden as long as no disc is chosen


def test_without_ipywidgets_a_choice_of_the_quiz_unfolds_its_reason() -> None:
    (question, *_) = asked = quizzes.questions("02")
    page = quizzes.unfolding(asked)
    assert page.count("<details>") == sum(len(each.choices) for each in asked)
    right = next(choice for choice in question.choices if choice.right)
    assert f"<summary>{right.text}</summary>{badge('passed')} {right.reason}</details>" in page


@pytest.mark.slow
def test_a_lesson_runs_in_a_kernel_without_ipywidgets(bare, tmp_path: Path) -> None:
    notebook = nbformat.read(build.NOTEBOOKS / "00_start_here.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute(env=bare)
    shown = [output.data for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert not [data for data in shown if "application/vnd.jupyter.widget-view+json" in data]
    assert sum(still.WAY_OUT in data.get("text/html", "") for data in shown) == 1
    assert sum(data.get("text/html", "").count("<details>") > 1 for data in shown) == 1  # one: the symbol sheet


@pytest.fixture
def read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nobody, not even root, can write to."""
    shared, touch, mkdir = tmp_path / "shared", Path.touch, Path.mkdir
    shared.mkdir()

    def refusing(function):
        def refused(path: Path, *args, **kwargs) -> None:
            if path.is_relative_to(shared) and not (path.exists() and function is mkdir):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            function(path, *args, **kwargs)

        return refused

    monkeypatch.setattr(Path, "touch", refusing(touch))
    monkeypatch.setattr(Path, "mkdir", refusing(mkdir))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setattr(places, "ROOT", shared)
    monkeypatch.delenv("UAGT_RUNS", raising=False)
    monkeypatch.delenv("UAGT_PROGRESS", raising=False)
    monkeypatch.chdir(shared)
    places.writable.cache_clear()
    return shared


def test_what_a_shared_course_cannot_keep_is_kept_elsewhere_and_that_is_said_once(
    read_only: Path, config: Config, pair: Pair, tmp_path: Path, capsys
) -> None:
    run = trained(config.with_(steps=2), pair, runs("smoke"), watched=False)
    assert run.is_relative_to(tmp_path / "temporary") and checkpoint.step_of(checkpoint.checkpoints(run)[-1]) == 2
    assert runs("other").parent == run.parent
    out = capsys.readouterr().out
    said = f"{read_only / 'data' / 'runs'} cannot be written to; what you make is kept in {run.parent} for now"
    assert out.count("cannot be written to") == 1 and said in out

    exercise("02.1")(lambda s, painted, s_a: s_a * painted + (1 - s_a) * s)
    exercise("02.1")(lambda s, painted, s_a: s)
    assert tracking.load() == {"02.1": "passed"}
    assert capsys.readouterr().out.count("cannot be written to") == 1
    assert list(read_only.iterdir()) == []


def test_where_even_temporary_folders_are_somebody_elses_there_is_one_more(
    read_only: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(read_only))
    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix: str(tmp_path / f"{prefix}own"))
    assert places.writable(read_only / "notebooks") == tmp_path / "uagt-course-own"
