"""The zip for students: nobody who reads or searches its files comes across an answer, and all of it works."""

import importlib
import inspect
import io
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest

from tests import mutants
from uagt_lib.course import build, exercises, quizzes
from uagt_lib.course.handout import handout

ALL = [task for lesson in exercises.LESSONS for task in exercises.of_lesson(lesson)]
PEEK = """
import inspect
from uagt_lib.course import exercises, hint, quizzes
for lesson in exercises.LESSONS:
    for task in exercises.of_lesson(lesson):
        assert exercises.judge(task, task.reference).status == "passed", task.id
        assert exercises.judge(task, lambda *_, **__: None).status == "wrong", task.id
        assert "def " in inspect.getsource(task.reference) or "class " in inspect.getsource(task.reference)
    assert quizzes.questions(lesson)
print(exercises.__file__, __import__("uagt_lib.course.lessons.lesson_02.checks", fromlist=["_"]).__file__)
"""


def squeezed(text: str) -> str:
    """Text without indents, empty lines and comment signs, so that it is found wherever it was copied to."""
    return "\n".join(line.strip().removeprefix("# ") for line in text.splitlines() if line.strip())


@pytest.fixture(scope="module")
def students(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("handout") / "handout.zip"
    handout(path)
    return path


@pytest.fixture(scope="module")
def readable(students) -> dict[str, str]:
    """What a student finds who opens files: names and squeezed texts, empty for pictures and weights."""
    with zipfile.ZipFile(students) as archive:
        files = {name.removeprefix("uagt-course/"): archive.read(name) for name in archive.namelist()}
    texts = {name: b"" if name.endswith((".png", ".safetensors")) else file for name, file in files.items()}
    return {name: squeezed(text.decode("utf-8", "replace").replace("\\n", "\n")) for name, text in texts.items()}


def found(readable: dict[str, str], text: str, allowed: tuple[str, ...] = ()) -> list[str]:
    return [name for name, content in readable.items() if name not in allowed and squeezed(text) in content]


def test_it_is_the_same_every_time_and_has_what_a_student_needs(students, readable, tmp_path):
    handout(tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == students.read_bytes()
    assert sum(name.endswith(".ipynb") for name in readable) == len(exercises.LESSONS)
    assert {"README.md", "Makefile", "data/checkpoints/savanna-64.safetensors"} <= set(readable)
    assert not [name for name in readable if re.match(r"solutions/|tests/|notebooks/sources|\.", name)]


def test_links_of_its_documents_arrive_inside_it(readable):
    there = set(readable) | {str(folder) for name in readable for folder in PurePosixPath(name).parents}
    links = [
        (name, posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))
        for name, text in readable.items()
        if name.endswith(".md") and "/site/" not in name  # there they lead to pages that are built
        for target in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", text)
    ]
    assert len(links) > 15 and [(name, target) for name, target in links if target not in there] == []


def test_answers_stand_nowhere_but_in_the_library(readable):
    """Two lines of an answer in a row are in no notebook, no document and nothing of the course around them.

    The growing program is library too: lessons print it, after the exercises that it is made of.
    """
    library = tuple(name for name in readable if re.match(r"uagt_lib/(?!course/(?!growing/))", name))
    for source in build.sources():
        for cell in source.cells:
            for answer in re.findall(rf"{build.BEGIN}\n(.*?)\s*{build.END}", cell.source, re.S):
                lines = [line for line in answer.splitlines() if len(line.strip()) > 3]
                for pair in pairwise(lines):
                    assert not found(readable, "\n".join(pair), library), pair


def test_what_is_for_teachers_is_not_in_it(readable):
    for source in build.sources():
        for cell in source.cells:
            if "instructor" in cell.metadata.get("tags", []):
                assert not found(readable, cell.source.split("\n\n")[-1])
    told = {(task.id, name) for task in ALL for mistake in task.mistakes for name in found(readable, mistake)}
    assert told == {("00.1", "notebooks/00_start_here.ipynb")}  # which shows what a ✗ looks like


@pytest.mark.slow
def test_references_of_lessons_wrong_answers_and_quizzes_cannot_be_read_by_accident(readable):
    for lesson in exercises.LESSONS:
        importlib.import_module(f"tests.mutants.lesson_{lesson}")
        for question in quizzes.questions(lesson):
            assert not [name for choice in question.choices for name in found(readable, choice.reason)]
    own = [task.reference for task in ALL if ".lessons." in task.reference.__module__]
    assert own, "no exercise has an answer of its own any more: drop this line"
    wrong = [answer for _, _, answer in mutants.REJECTED if inspect.isroutine(answer) or inspect.isclass(answer)]
    for secret in [*own, *wrong]:
        try:
            lines = inspect.getsource(secret).splitlines()
        except (OSError, TypeError):  # made by another function
            continue
        if len(lines) > 3:
            assert not found(readable, "\n".join(lines[-3:])), secret


@pytest.mark.slow
def test_every_exercise_works_in_it_and_shows_its_reference_to_whoever_asks(students, tmp_path):
    with zipfile.ZipFile(io.BytesIO(students.read_bytes())) as archive:
        archive.extractall(tmp_path)
    here = tmp_path / "uagt-course"
    ran = subprocess.run(
        [sys.executable, "-c", PEEK],
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(here)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(str(here)) == 2 and "closed.zip" in ran.stdout
