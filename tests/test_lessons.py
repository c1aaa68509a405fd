"""Lessons: sources, built notebooks, and what exercises accept and reject."""

import ast
import importlib
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import mutants
from tests.lesson_runs import unit_of
from tests.mutants import generated
from uagt_lib.course import build, exercises, lessons, minutes, quizzes

LESSONS = [s.lesson for s in build.sources()]
for _lesson in LESSONS:
    importlib.import_module(f"tests.mutants.lesson_{_lesson}")
PRINTED = 107  # characters of a line that a cell prints: a longer one is folded where the page is 1280 pixels wide
ALL = [task for lesson in LESSONS for task in exercises.of_lesson(lesson)]


def name(value: object) -> str:
    return value.id if isinstance(value, exercises.Exercise) else getattr(value, "__name__", str(value)[:20])


@pytest.mark.parametrize(("id", "words", "answer"), mutants.REJECTED, ids=name)
def test_wrong_answers_are_rejected_and_what_is_said_fits(id, words, answer):
    verdict = exercises.judge(exercises.find(id), answer)
    assert verdict.status == "wrong", verdict.text
    assert words.lower() in verdict.text.lower(), verdict.text


@pytest.mark.slow
@pytest.mark.parametrize("task", ALL, ids=name)
def test_every_registered_mistake_is_told_its_own_sentence(task):
    for mistake in task.standard.mistakes:
        verdict = exercises.judge(task, mistake.answer)
        assert verdict.status == "wrong", mistake.sentence
        assert verdict.text.endswith(mistake.sentence)


@pytest.mark.slow
@pytest.mark.parametrize("task", ALL, ids=name)
def test_right_answers_spoilt_in_one_respect_are_rejected(task):
    for kind, mutant in generated.mutants(task):
        verdict = exercises.judge(task, mutant)
        assert verdict.status == "wrong", kind
        assert not kind.startswith("cut gradient") or "gradient" in verdict.text or "detach" in verdict.text
        assert not kind.startswith(("in-place", "mutated")) or "your code changes what it is given" in verdict.text
    assert exercises.judge(task, task.reference).status == "passed", "an answer left something behind"


@pytest.mark.parametrize(("id", "answer"), mutants.ACCEPTED, ids=name)
def test_right_answers_are_accepted(id, answer):
    verdict = exercises.judge(exercises.find(id), answer)
    assert verdict.status == "passed", verdict.text


@pytest.mark.parametrize("task", ALL, ids=name)
def test_every_exercise_has_wrong_answers_right_ones_and_hints(task):
    wrong = sum(id == task.id for id, _, _ in mutants.REJECTED) + len(task.standard.mistakes)
    assert wrong >= 8
    assert sum(id == task.id for id, _ in mutants.ACCEPTED) >= 3
    assert exercises.judge(task, task.reference).status == "passed"
    assert task.hints and task.mistakes and 1 <= task.difficulty <= 3 and 1 <= task.minutes <= 40


@pytest.mark.parametrize("task", ALL, ids=name)
def test_an_untouched_answer_is_open_and_a_crash_is_a_sentence(task):
    def untouched(*_, **__):
        raise NotImplementedError(exercises.TODO)

    def crash(*_, **__):
        return 1 / 0

    assert exercises.judge(task, untouched).status == "open"
    assert "ZeroDivisionError" in exercises.judge(task, crash).text
    assert exercises.judge(task, lambda *_, **__: None).status == "wrong"


def test_there_are_eleven_lessons_and_enough_to_do():
    assert list(exercises.LESSONS) == LESSONS
    assert len(ALL) >= 25


def test_the_road_and_each_lesson_say_the_same_minutes():
    texts = {source.name[:2]: "\n".join(cell.source for cell in source.cells) for source in build.sources(LESSONS)}
    road = dict(re.findall(r"\*\*(\d\d) .+?(\d+)&nbsp;min", texts["00"]))
    for lesson, text in texts.items():
        told = re.search(r"\*\*Time\*\* (?:about )?(\d+) min(?:utes)?(?:, (\d+) of them exercises)?", text)
        assert told and told[1] == road[lesson]
        assert told[2] in (None, str(sum(task.minutes for task in exercises.of_lesson(lesson))))


def test_lessons_that_look_at_one_run_are_tested_by_one_worker():
    units: dict[str, set[str]] = {}
    for source in build.sources():
        checks = Path(lessons.__file__).parent / f"lesson_{source.lesson}"
        texts = [cell.source for cell in source.cells if cell.cell_type == "code"]
        texts += [path.read_text(encoding="utf-8") for path in checks.glob("*.py")]
        for run in re.findall(r'\bruns\("([\w-]+)"\)', "\n".join(texts)):
            units.setdefault(run, set()).add(unit_of(f"notebooks/{source.name}.ipynb::Cell 0"))
    assert len(units) > 5 and all(len(found) == 1 for found in units.values()), units


def test_nothing_drifted():
    assert build.drift() == []


def test_no_lesson_takes_longer_than_70_minutes_before_further():
    assert minutes.too_long(build.lengths()) == []


def test_minutes_are_exercises_words_and_seconds_up_to_further():
    head = [new_markdown_cell("eighteen " * 18 + "| - 1"), new_code_cell('@exercise("00.3")\ndef f(): ...')]
    tail = [new_markdown_cell("## Further\n" + "more " * 1800), new_code_cell('@exercise("00.1")\ndef g(): ...')]
    for cell in (head[1], tail[1]):
        cell.metadata["seconds"] = 6.0
    found = minutes.of(new_notebook(cells=head + tail), new_notebook(cells=head + tail))
    assert found == (10, 0.1, 0.1) and minutes.too_long({"short": found}) == []
    [sentence] = minutes.too_long({"long": found._replace(exercises=70)})
    assert sentence.startswith("long takes 70 minutes, more than 70")


def test_a_build_keeps_how_long_cells_ran():
    stamps = {"iopub.execute_input": "2026-01-01T00:00:59.90Z", "shell.execute_reply": "2026-01-01T00:01:02.11Z"}
    assert build._seconds(stamps) == 2.2
    assert build._seconds({}) == 0.0


def test_a_line_that_does_not_fit_the_page_is_told(monkeypatch):
    source, *_ = build.sources(["02"])
    wide = nbformat.v4.new_code_cell("short = 1\n" + "x" * 93 + " = 1")
    told = build.Source(source.lesson, source.name, [*source.cells, wide])
    monkeypatch.setattr(build, "sources", lambda: [told])
    (found,) = (line for line in build.drift() if "fit the page" in line and "xxx" in line)
    assert found.startswith("notebooks/sources/02_composition.py: 97 characters")


@pytest.mark.parametrize("lesson", LESSONS)
def test_pictures_have_a_text_and_controls_leave_a_still(lesson):
    [source] = build.sources([lesson])
    cells = nbformat.read(build.SOLUTIONS / f"{source.name}.ipynb", as_version=4).cells
    for outputs in (cell.outputs for cell in cells if cell.cell_type == "code"):
        pictures = [output for output in outputs if "image/png" in output.get("data", {})]
        assert all(len(picture.metadata.get("image/png", {}).get("alt", "")) > 10 for picture in pictures)
        assert pictures or not any("(controls" in output.get("data", {}).get("text/plain", "") for output in outputs)


@pytest.mark.parametrize("lesson", LESSONS)
def test_student_notebooks_parse_and_hide_every_answer(lesson):
    [source] = build.sources([lesson])
    student = nbformat.read(build.NOTEBOOKS / f"{source.name}.ipynb", as_version=4)
    assert student.metadata.kernelspec.name == "python3" and "jupytext" not in student.metadata
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert [i for i, cell in enumerate(code) if cell.metadata.get("jupyter") == {"source_hidden": True}] == [0]
    everything = "\n".join(cell.source for cell in student.cells)
    for cell in code:
        ast.parse(cell.source)
    ids = re.findall(r'@exercise\("(.+?)"\)', everything)
    assert ids == [task.id for task in exercises.of_lesson(lesson)]
    assert everything.count(f'NotImplementedError("{exercises.TODO}")') >= len(ids)
    for cell in source.cells:
        for answer in re.findall(rf"{build.BEGIN}\n(.*?)\s*{build.END}", cell.source, re.S):
            lines = [line.strip() for line in answer.splitlines() if len(line.strip()) > 3]
            for pair in pairwise(lines):
                assert "\n".join(pair) not in re.sub(r"\n\s+", "\n", everything), "two lines of an answer leaked"
            assert all(line not in everything for line in lines if line.startswith("return") and len(line) > 25)


@pytest.mark.parametrize("lesson", LESSONS)
def test_solution_notebooks_ran_and_stay_small(lesson):
    [source] = build.sources([lesson])
    path = build.SOLUTIONS / f"{source.name}.ipynb"
    assert path.stat().st_size < build.LARGEST
    text = path.read_text(encoding="utf-8")
    assert "widget-view" not in text
    for cell in nbformat.reads(text, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error" and output.get("name") != "stderr"
            assert "✗" not in output.get("text", "") and "○" not in output.get("text", "")
            assert not [line for line in output.get("text", "").splitlines() if len(line) > PRINTED]


@pytest.mark.parametrize("lesson", LESSONS)
def test_quizzes_have_one_right_choice_and_do_not_give_it_away(lesson):
    asked = quizzes.questions(lesson)
    assert len(asked) >= 3
    for question in asked:
        assert len(question.choices) >= 3
        assert sum(choice.right for choice in question.choices) == 1
        assert all(choice.reason for choice in question.choices)
    places = [[choice.right for choice in q.choices].index(True) for q in asked]
    assert len(set(places)) > 1, "the right choice always stands at the same place"
    longest = [max(q.choices, key=lambda c: len(c.text)).right for q in asked]
    assert not all(longest), "the right choice is always the longest"


def test_answers_cannot_stand_outside_functions_or_without_an_end():
    for code in ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "def f():\n    ### BEGIN SOLUTION\n    return 1"):
        with pytest.raises(build.UagtError):
            build.without_answers(code)


def test_a_source_says_first_that_answers_follow(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(build, "SOURCES", tmp_path)
    source = tmp_path / "02_composition.py"
    source.write_text("# %% [markdown]\n# # 02 · Composition\n")
    with pytest.raises(build.UagtError, match=r"02_composition\.py must begin with the line\n# Answers follow"):
        build.sources()
    source.write_text(build.WARNING.format(name=source.stem) + source.read_text())
    assert [cell.source for cell in build.sources()[0].cells] == ["# 02 · Composition"]
