"""The course's machinery: what an exercise says and hands back, hints, guesses, progress, quizzes, training runs."""

import json

import pytest
import torch

from uagt_lib.course import build, exercise, exercises, guess, hint, quizzes, tracking, trained
from uagt_lib.course.lessons.lesson_08.figures import league
from uagt_lib.course.symbols import SYMBOLS, symbols
from uagt_lib.errors import UagtError
from uagt_lib.method.compose import compose
from uagt_lib.show import page, system
from uagt_lib.training.checkpoint import checkpoints


@pytest.fixture(autouse=True)
def own_progress(monkeypatch, tmp_path):
    monkeypatch.setenv("UAGT_PROGRESS", str(tmp_path))
    monkeypatch.setenv("UAGT_RUNS", str(tmp_path / "runs"))
    exercises._hints_given.clear()


def right(s, painted, s_a):
    return s + s_a * (painted - s)


def wrong(s, painted, s_a):
    return s_a * s + (1 - s_a) * painted


def open_(s, painted, s_a):
    raise NotImplementedError(exercises.TODO)


@pytest.mark.parametrize(
    ("answer", "mark", "status"), [(right, "✓", "passed"), (wrong, "✗", "wrong"), (open_, "○", "open")]
)
def test_an_exercise_says_one_line_and_hands_back_what_works(answer, mark, status, capsys):
    given = exercise("02.1")(answer)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"{mark} 02.1 compose: ")
    assert given is (answer if status == "passed" else compose)
    assert tracking.load() == {"02.1": status}


def test_a_solved_exercise_stays_solved_and_a_damaged_file_costs_only_progress(capsys):
    for answer in (right, wrong, open_):
        exercise("02.1")(answer)
    assert tracking.load() == {"02.1": "passed"}
    for damage in ("{", "[]", '{"02.1": "cheated"}'):
        tracking.file().write_text(damage)
        assert tracking.load() == {}
    exercise("02.1")(wrong)
    assert json.loads(tracking.file().read_text()) == {"02.1": "wrong"}


def test_checking_leaves_global_randomness_alone_and_says_where_a_crash_was():
    def crash(s, painted, s_a):
        torch.rand(5)
        return s.missing

    before = torch.get_rng_state()
    text = exercises.judge(exercises.find("02.1"), crash).text
    assert "AttributeError" in text and "return s.missing" in text
    assert torch.equal(torch.get_rng_state(), before)


def test_a_not_implemented_error_of_ones_own_is_no_excuse():
    def other(s, painted, s_a):
        raise NotImplementedError("later")

    assert exercises.judge(exercises.find("02.1"), other).status == "wrong"


def test_hints_come_one_at_a_time_and_end_with_the_library(capsys):
    task = exercises.find("02.1")
    said = []
    for _ in range(len(task.hints) + 1):
        hint("02.1")
        said.append(capsys.readouterr().out)
    assert all(text in line for text, line in zip(task.hints, said, strict=False))
    assert "uagt_lib.method.compose" in said[-1]
    with pytest.raises(UagtError, match=r"no exercise '02.77'.*02.1"):
        hint("02.77")
    with pytest.raises(UagtError, match="no lesson '55'"):
        hint("55.1")


@pytest.mark.parametrize(
    ("guessed", "found", "says"),
    [
        (..., 0.5, "no guess"),
        (0.46, 0.5, "close"),
        (0.667, 2 / 3, "exactly"),
        (4, 4.0, "exactly"),
        (1230, 1234, "close"),
        (0.7, 0.5, "too high"),
        (0.3, 0.5, "too low"),
        (" Target", "target", "as you guessed"),
        ("1,1,1", "1, 1, 1", "as you guessed"),
        ("source", "target", "not what you guessed"),
    ],
)
def test_guesses_are_compared_with_what_was_found(guessed, found, says, capsys):
    guess.reveal(guessed, found, "the thing")
    assert says in capsys.readouterr().out


def test_a_quiz_counts_first_tries_and_gives_a_reason_for_every_choice():
    asked = quizzes.questions("02")
    box = quizzes.build(asked)
    score = box.children[-1]
    for block, question in zip(box.children, asked, strict=False):
        _, radio, reason = block.children
        places = [choice.right for choice in question.choices]
        radio.index = places.index(False)
        assert "✗" in reason.value
        radio.index = places.index(True)
        assert "✓" in reason.value
    assert score.value == f"0 of {len(asked)} right at the first try"


def test_the_map_shows_every_part_once_and_lights_what_is_solved():
    parts = {task.part for lesson in exercises.LESSONS for task in exercises.of_lesson(lesson)}
    assert parts == set(system.PARTS), "a box on the map that no exercise lights"
    lit = system.system_map(dict.fromkeys(system.PARTS, 1.0)).axes[0].texts
    assert sum(text.get_text().startswith("✓") for text in lit) == len(system.PARTS)


def test_a_run_is_trained_once_gone_on_with_and_never_mixed_up(config, pair, capsys, tmp_path):
    short = config.with_(steps=4)
    out = trained(short, pair, tmp_path / "short")
    assert [p.name for p in sorted((out / "checkpoints").iterdir())][-1] == "step-00000004"
    stamp = (out / "metrics.json").stat().st_mtime_ns
    assert trained(short, pair, tmp_path / "short") == out
    assert "already trained" in capsys.readouterr().out
    assert (out / "metrics.json").stat().st_mtime_ns == stamp
    cut = trained(short, pair, tmp_path / "cut", until=2)
    assert checkpoints(cut)[-1].name == "step-00000002" and checkpoints(out)[-1].name == "step-00000004"
    assert checkpoints(trained(short, pair, cut))[-1].name == "step-00000004"
    for name in ("short", "cut"):  # held-out pictures are looked at on the way
        scores = json.loads((tmp_path / name / "history.json").read_text())["scores"]
        assert [score["step"] for score in scores] == [1, 2, 3, 4] and "source" in scores[0]
    with pytest.raises(UagtError, match="another run"):
        trained(short.with_(seed=9), pair, tmp_path / "short")


def test_whoever_watches_sees_marks_in_colour_and_nothing_is_lost(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(exercises.figures, "watched", lambda: True)
    monkeypatch.setattr(exercises, "display", lambda data, raw: shown.append(data))
    exercise("02.1")(wrong)
    assert capsys.readouterr().out == "" and shown[0]["text/plain"].startswith("✗ 02.1 compose: ")
    assert page.badge("wrong") in shown[0]["text/html"] and "02.1 compose" in shown[0]["text/html"]


def test_marks_can_be_read_on_any_page():
    def light(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    marks = page.MARKS.values()
    assert len({mark for mark, _ in marks}) == len({colour for _, colour in marks}) == 3
    assert all(1.05 / (light(colour) + 0.05) >= 4.5 for _, colour in marks)  # white on each, as WCAG counts


def test_every_lesson_opens_with_the_symbol_sheet_and_names_what_it_introduces() -> None:
    texts = {source.lesson: "\n".join(cell.source for cell in source.cells) for source in build.sources()}
    for symbol, _, _, lesson in SYMBOLS:
        letter = {"τ": "tau", "λ": "lambda", "s″": "s''", "s′": "s'"}.get(symbol.split(",")[0].split("_")[0])
        assert (letter or symbol.split(",")[0].split("_")[0]) in texts[lesson], symbol
    for source in build.sources():
        cell = next(cell for cell in build.student(source).cells if cell.cell_type == "code")
        assert cell.source.endswith("\nsymbols()")
    assert "<i>A</i><sub>S</sub>" in symbols()._repr_html_()


def test_a_league_shows_every_run_as_a_dot_or_as_a_number_beyond_the_edge() -> None:
    """Two runs of three are near 2, whose fivefold is the edge; the third would squeeze them into a corner."""
    axis = league({"KID × 100": {"uagt": [1.0, 2.0, 300.0], "unit": [2.0, 3.0], "untouched": [2.0]}}).axes[0]
    dots = [list(line.get_xdata()) for line in axis.lines if line.get_marker() == "o"]
    means = [list(line.get_xdata()) for line in axis.lines if line.get_marker() == "|"]
    assert dots == [[1, 2], [2, 3], [2]]
    assert means == [[2.5]]  # that of three lies beyond the edge, one run has none
    assert [(text.get_text(), text.get_position()) for text in axis.texts] == [("300 ▸", (1, 0))]
    assert 10 <= axis.get_xlim()[1] < 300
    shown = league({"attention IoU": {"uagt": [0.1, 0.9]}}).axes[0]
    assert [list(line.get_xdata()) for line in shown.lines if line.get_marker() == "o"] == [[0.1, 0.9]]
