"""An answer goes on into a later lesson: the learner's own, if it passes; found by what is saved, by nothing else."""

from pathlib import Path

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook

from uagt_lib.course import carried
from uagt_lib.course.lessons.lesson_02.answers import there_and_back

EQ_1 = """
from uagt_lib.course import exercise
@exercise("02.1")
def compose(s, painted, s_a):
    return s + s_a * (painted - s)
"""
HELPER = "def go(x, F, A):\n    return compose(x, F(x), A(x))\n1 / 0"
TRIP = """
@exercise("02.3")
def there_and_back(s, F_st, A_s, F_ts, A_t):
    s_prime = go(s, F_st, A_s)
    return s_prime, go(s_prime, F_ts, A_t)
"""
WRONG = TRIP.replace("go(s_prime", "go(s")


def save(name: str, *cells: str) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), name)


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_answer_that_passes_goes_on_with_what_it_uses_and_is_shown(capsys):
    save("02_composition.ipynb", EQ_1, HELPER, TRIP)
    mine = carried("02.3")
    assert mine is not there_and_back
    F, A = torch.tanh, lambda x: x[:, :1].sigmoid()
    given = torch.randn(2, 3, 5, 4), F, A, torch.sin, A
    for got, want in zip(mine(*given), there_and_back(*given), strict=True):
        torch.testing.assert_close(got, want)
    said = capsys.readouterr().out
    assert said.startswith("✓ 02.3 there_and_back: yours, from 02_composition.ipynb\n\ndef there_and_back(")
    assert "go(s_prime, F_ts, A_t)" in said and "02.1" not in said


def test_an_answer_is_built_on_the_librarys_where_an_earlier_one_is_wrong():
    save("02_composition.ipynb", EQ_1.replace("+ s_a", "- s_a"), HELPER, TRIP)
    assert carried("02.3") is not there_and_back


@pytest.mark.parametrize(
    "cells", [(), (EQ_1, HELPER, WRONG), (EQ_1, TRIP), (TRIP.replace("return", "return return"),)], ids=len
)
def test_else_it_is_the_librarys(capsys, cells):
    save("02_composition.ipynb", *cells)
    assert carried("02.3") is there_and_back
    assert capsys.readouterr().out.startswith("○ 02.3 there_and_back: the library's version")


def test_no_notebook_and_one_that_is_none_are_no_obstacle():
    assert carried("02.3") is there_and_back
    Path("02_composition.ipynb").write_text("not a notebook")
    assert carried("02.3") is there_and_back


def test_of_two_copies_and_two_attempts_the_one_that_passes_counts():
    save("02_composition-Copy1.ipynb", EQ_1, HELPER, TRIP, WRONG)
    save("02_composition.ipynb", EQ_1, WRONG)
    assert carried("02.3") is not there_and_back
