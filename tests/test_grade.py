"""Grading: submissions that are right, wrong, open, dishonest, endless, or no notebooks at all."""

import csv
import json
import os
from pathlib import Path

import nbformat
import pytest

from uagt_lib.course import bench, build, exercises, grade
from uagt_lib.course.needed import attempts
from uagt_lib.errors import UagtError

IMPORTS = "import torch\nfrom uagt_lib.course import exercise, exercises"
RIGHT = '@exercise("02.1")\ndef compose(s, painted, s_a):\n    return s + s_a * (painted - s)'
THERE = (
    "def twice(f, x):\n    return f(x), f(x)",
    '@exercise("02.3")\ndef there_and_back(s, F_st, A_s, F_ts, A_t):\n'
    "    there = compose(s, F_st(s), A_s(s))\n    return there, compose(there, F_ts(there), A_t(there))",
)
OPEN = '@exercise("02.4")\ndef attended(s_a, tau=0.1):\n    raise NotImplementedError("your code here")'
GRADIENT = '@exercise("02.2")\ndef matte_gradient(upstream, s, painted):\n    '


def submit(path: Path, *cells: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)


def programs(*cells: str) -> list:
    return attempts(list(cells), judge="judge", given="given")


def ran(code: str, known: dict[str, str] | None = None) -> tuple[str, str]:
    """The verdict on an attempt's code, in this very process."""
    judge, given, said = bench.bench(known or {})
    exec(code, {"judge": judge, "given": given})
    return said()


# -- which code is run -------------------------------------------------------------------------------------------------


def test_an_attempt_takes_along_what_it_uses_and_nothing_else():
    [found] = programs(
        "%matplotlib inline\nimport torch, os\nscale = 2",
        "def helper(x):\n    return half(x) * scale",
        "s = train_for_hours()\nprint('✓ 02.1 compose: 5 checks passed')",
        "def half(x):\n    return x / 2",
        "table = {}\ntable['a'] = 1\ntable['b'] = 2",
        "import uagt_lib.course.exercises as e\ne.judge = print",
        '@exercise("02.1")\ndef compose(s, painted, s_a):\n    return helper(s) + len(table)',
    )
    assert found.id == "02.1" and "@judge('02.1')" in found.code
    for part in ("scale = 2", "def helper", "def half", "table['b']"):
        assert part in found.code
    for part in ("train_for_hours", "print", "matplotlib", "import torch", "e.judge", "exercise("):
        assert part not in found.code


def test_earlier_answers_are_used_as_the_notebook_would():
    *_, last = programs(IMPORTS, RIGHT, *THERE)
    assert "given('02.1')" in last.code and "judge('02.3')" in last.code
    assert ran(last.code, {"02.1": "passed"})[0] == "passed"
    *_, last = programs(IMPORTS, RIGHT.replace("s_a * (", "2 * ("), *THERE)
    assert ran(last.code, {"02.1": "wrong"})[0] == "passed", "the library's version stands in for a wrong answer"


def test_an_answer_handed_over_without_a_decorator_and_a_second_try_are_found():
    found = programs(IMPORTS, "def mine(s, painted, s_a):\n    return s", 'compose = exercise("02.1")(mine)', RIGHT)
    assert [ran(attempt.code)[0] for attempt in found] == ["wrong", "passed"]


def test_cells_that_are_no_python_stop_nothing():
    broken = ("return 5", "x = await soon()", "a\0b", "def f(:", "(" * 5000, "%%bash\nls", "!ls", "nonlocal x")
    assert [attempt.id for attempt in programs(IMPORTS, *broken, RIGHT)] == ["02.1"]
    [found] = programs('nonlocal x\n@exercise("02.1")\ndef compose(s, painted, s_a): ...')
    assert found.id == "02.1" and "nonlocal x" in found.code, "it fails as it stands, with Python's own message"


@pytest.mark.slow
@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_every_solution_passes_by_itself_and_every_untouched_exercise_is_open(lesson):
    for folder, status in ((build.SOLUTIONS, "passed"), (build.NOTEBOOKS, "open")):
        [path] = folder.glob(f"{lesson}_*.ipynb")
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
        found = {attempt.id: ran(attempt.code) for attempt in programs(*cells)}
        assert {id: said[0] for id, said in found.items()} == {t.id: status for t in exercises.of_lesson(lesson)}, found


def test_an_answer_that_changes_the_checks_is_found():
    answer = (
        "    import uagt_lib.course.exercises as e\n"
        "    e.harness.check = lambda answer, standard: iter(['all is well'])"
    )
    [found] = programs(f'@exercise("02.1")\ndef compose(s, painted, s_a):\n{answer}')
    check = exercises.harness.check
    try:
        assert ran(found.code) == ("wrong", "this answer changes the course's checks: look at it")
    finally:
        exercises.harness.check = check


# -- whole folders -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> dict[tuple[str, str], grade.Row]:
    """Four students' folders, judged."""
    folder = tmp_path_factory.mktemp("submitted")
    submit(folder / "anna_02_composition.ipynb", IMPORTS, RIGHT, GRADIENT + "return upstream * painted", *THERE, OPEN)
    submit(
        folder / "ben" / "02_composition.ipynb",
        f"while True: pass\n{IMPORTS}",
        RIGHT.replace("return", "import time\n    while True: time.sleep(0.1)\n    return"),
        GRADIENT + "import os; os._exit(1)",
        *THERE,
        OPEN.replace("def attended(", "def attended(("),
    )
    submit(
        folder / "00_start_here (carla).ipynb",
        IMPORTS,
        '@exercise("00.1")\ndef coverage(masks):\n    import socket\n    socket.create_connection(("192.0.2.1", 80))',
        '@exercise("00.2")\ndef to_float(images):\n'
        "    from uagt_lib.data.pairs import to_float\n    return to_float(images)",
        '@exercise("00.3")\ndef background_error(source, translated, masks):\n'
        "    import os\n    raise KeyError(os.environ['A_SECRET'])",
    )
    submit(folder / "dora.ipynb", "print('✓ 02.1 compose: 5 checks passed')")
    (folder / "emil.ipynb").write_text("PK and other bytes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_SECRET", "hush")
        rows = grade.grade(folder, seconds=8)
    grade.write(rows, folder / grade.TABLE)
    with (folder / grade.TABLE).open(encoding="utf-8-sig", newline="") as file:
        read = [grade.Row(**row) for row in csv.DictReader(file)]
    assert read == rows
    return {(row.student, row.exercise): row for row in rows}


@pytest.mark.slow
def test_right_wrong_and_open(graded):
    anna = {exercise: row for (student, exercise), row in graded.items() if student == "anna"}
    assert [anna[f"02.{i}"].status for i in (1, 2, 3, 4)] == ["passed", "wrong", "passed", "open"]
    assert anna["02.1"].message == anna["02.4"].message == ""
    assert anna["02.1"].name == "compose" and anna["02.1"].file == "anna_02_composition.ipynb"
    assert anna["02.2"].message and "matte_gradient" not in anna["02.2"].message


@pytest.mark.slow
def test_loops_crashes_and_no_python_give_their_rows(graded):
    ben = {exercise: row for (student, exercise), row in graded.items() if student == "ben"}
    assert [ben[f"02.{i}"].status for i in (1, 2, 3, 4)] == ["wrong", "wrong", "passed", "wrong"]
    assert "stopped after 8 s: an endless loop?" in ben["02.1"].message
    assert "kernel died" in ben["02.2"].message
    assert "SyntaxError" in ben["02.4"].message


@pytest.mark.slow
def test_no_network_no_secrets_and_a_copy_is_told(graded):
    carla = {exercise: row for (student, exercise), row in graded.items() if student == "carla"}
    assert carla["00.1"].status == "wrong" and "runs offline" in carla["00.1"].message
    assert carla["00.2"].status == "passed" and carla["00.2"].message == "it imports the library's own version"
    assert carla["00.3"].status == "wrong" and "A_SECRET" in carla["00.3"].message
    assert "hush" not in json.dumps([row.message for row in graded.values()])


@pytest.mark.slow
def test_what_is_printed_counts_for_nothing_and_other_files_give_a_row(graded):
    assert graded["dora", ""].message == "there is no exercise of the course in it"
    assert "this is no notebook" in graded["emil", ""].message


def test_students_are_named_by_their_files():
    for file, student in {
        "anna_02_composition.ipynb": "anna",
        "02_composition-anna b.ipynb": "anna b",
        "anna/02_composition.ipynb": "anna",
        "class 3/anna/02_composition (1).ipynb": "class 3 anna 1",
        "anna.ipynb": "anna",
        "02_composition.ipynb": "02_composition",
    }.items():
        assert grade._student(Path(file)) == student


def test_a_notebook_has_only_so_much_time_and_an_empty_folder_is_named(tmp_path):
    submit(tmp_path / "anna.ipynb", IMPORTS, RIGHT)
    rows = {row.exercise: row for row in grade.grade(tmp_path, notebook_seconds=0)}
    assert rows["02.1"].status == "wrong" and "not judged: the notebook's 0 s" in rows["02.1"].message
    assert rows["02.2"].status == "open" and "not in this notebook" in rows["02.2"].message
    (tmp_path / "none").mkdir()
    with pytest.raises(UagtError, match=r"no notebook in .*none"):
        grade.grade(tmp_path / "none")
    assert os.listdir(tmp_path / "none") == []
