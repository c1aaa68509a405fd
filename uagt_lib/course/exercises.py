"""Exercises: a cell that defines something, checks it, and lets the notebook go on whatever the outcome.

In a lesson:

    @exercise("02.1")
    def compose(s, painted, s_a): ...

    ✓ 02.1 compose: 5 checks passed           the learner's version is used from here on
    ○ 02.1 compose: not attempted yet         the library's version is used
    ✗ 02.1 compose: image and attention ...   the library's version is used, the learner's result is drawn beside it

In `lessons/lesson_02/checks.py`:

    define("02.1", compose, at_sizes(photo_paint_matte), "s'", part="compose", ...)

    @mistake("02.1", "image and paint are swapped: ...")
    def swapped(s, painted, s_a): ...

    @law("02.1", "zeros give back the photo to the bit")
    def zeros(answer): ...

How an answer is checked is in `harness.py`.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from uagt_lib.course import harness, tracking
from uagt_lib.course.cases import Case
from uagt_lib.course.expect import stumble
from uagt_lib.course.harness import Law, Mistake, Standard
from uagt_lib.course.seen import TODO, Open
from uagt_lib.errors import UagtError
from uagt_lib.show import figures, page
from uagt_lib.show.system import PARTS

LESSONS = tuple(f"{i:02}" for i in range(11))
SHOWN_TO_TEACHERS = 4  # of an exercise's mistakes, the commonest


@dataclass(frozen=True)
class Exercise:
    """One exercise, as `define` registers it; see there."""

    id: str
    name: str
    reference: Any
    standard: Standard
    part: str
    equation: str
    difficulty: int
    minutes: int
    hints: tuple[str, ...]
    draw: Callable[[Axes, Any], None] | None

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What learners get wrong here, for whoever teaches it."""
        once = dict.fromkeys(found.sentence for found in self.standard.mistakes)  # several mistakes may share one
        return tuple(once)[:SHOWN_TO_TEACHERS]


@dataclass(frozen=True)
class Verdict:
    """What checking an answer found: `status` is "passed", "open" (not attempted) or "wrong"; `text` says it."""

    status: str
    text: str


EXERCISES: dict[str, Exercise] = {}
_hints_given: dict[str, int] = {}


def define(
    id: str,
    reference: Any,
    cases: Mapping[str, Case],
    gives: str | tuple[str, ...],
    *,
    part: str,
    equation: str,
    difficulty: int,
    minutes: int,
    hints: list[str],
    draw: Callable[[Axes, Any], None] | None = None,
    compared: tuple[str, ...] = ("value", "gradient"),
    run: Callable[..., Any] = harness.call,
) -> None:
    """Register an exercise.

    Args:
        id: lesson and number, "02.1".
        reference: the right answer answers are compared with; the notebook goes on with it until the learner's passes.
        cases: what answers are tried on, by name; see `cases.at_sizes`.
        gives: what comes out is called in sentences: one name, or one for each of several results.
        part: which part of the system it builds, a key of `PARTS`.
        equation: of the paper, "Eq. 1" or "Section 3.2" or "Appendix A".
        difficulty: 1, 2 or 3.
        minutes: what an average learner needs.
        hints: from a nudge to nearly the answer, without giving it.
        draw: draws what an answer, the learner's or the library's, computes onto an axis.
        compared: what has to be the reference's, of "value" and "gradient"; nothing where many answers are right.
        run: run(answer, *arguments): how an answer is put to use, a class for instance.
    """
    if part not in PARTS:
        raise ValueError(f"unknown part {part!r}; known are {', '.join(PARTS)}")
    standard = Standard(reference, cases, gives, compared, run)
    EXERCISES[id] = Exercise(
        id, reference.__name__, reference, standard, part, equation, difficulty, minutes, tuple(hints), draw
    )


def mistake(id: str, sentence: str) -> Callable[[Any], Any]:
    """Register a wrong answer that learners give to exercise `id`, commonest first.

    Whoever gives one that does the same is told the sentence: which thought was wrong, and what it costs.
    """
    return lambda answer: EXERCISES[id].standard.mistakes.append(Mistake(sentence, answer)) or answer


def law(id: str, name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register what must hold of every right answer to exercise `id`: a function that raises `Wrong` where it fails."""
    return lambda test: EXERCISES[id].standard.laws.append(Law(name, test)) or test


def find(id: str) -> Exercise:
    """The exercise called `id`.

    Raises:
        UagtError: if there is none; the message lists the lesson's.
    """
    known = of_lesson(id.split(".")[0])
    if id not in EXERCISES:
        raise UagtError(f"there is no exercise {id!r}; this lesson has {', '.join(e.id for e in known) or 'none'}")
    return EXERCISES[id]


def of_lesson(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, "02", in order.

    Raises:
        UagtError: if there is no such lesson.
    """
    if lesson not in LESSONS:
        raise UagtError(f"there is no lesson {lesson!r}; lessons are {LESSONS[0]} to {LESSONS[-1]}")
    importlib.import_module(f"uagt_lib.course.lessons.lesson_{lesson}.checks")
    return [e for id, e in sorted(EXERCISES.items()) if id.startswith(f"{lesson}.")]


def exercise(id: str) -> Callable[[Any], Any]:
    """Check the function or class that follows, say what was found, and hand back what the notebook goes on with.

    The learner's version where it passes, the library's otherwise, so that one open exercise never blocks the next
    cell.
    """
    task = find(id)

    def decorate(answer: Any) -> Any:
        verdict = judge(task, answer)
        say(verdict.status, verdict.text)
        tracking.record(id, verdict.status)
        if task.draw is not None and figures.live():
            figures.show(picture(task, answer, verdict.status), f"Exercise {id}, {task.name}: {verdict.text}")
        return answer if verdict.status == "passed" else task.reference

    return decorate


def say(status: str, text: str) -> None:
    """Tell a learner a sentence that begins with its mark: in colour where somebody watches, in letters elsewhere."""
    if figures.watched():
        display({"text/plain": text, "text/html": page.verdict(status, text)}, raw=True)
    else:
        print(text)


def judge(task: Exercise, answer: Any) -> Verdict:
    """Run an exercise's checks on an answer. The global random state is left as it was."""
    title = f"{task.id} {task.name}"
    passed = 0
    try:
        with torch.random.fork_rng(devices=[]):
            for _ in harness.check(answer, task.standard):
                passed += 1
    except Exception as error:  # whatever a learner's code does, it gets a sentence
        if isinstance(error, Open) or (isinstance(error, NotImplementedError) and str(error) == TODO):
            text = f"○ {title}: not attempted yet, the library's version is used; hint: hint({task.id!r})"
            return Verdict("open", text)
        return Verdict("wrong", f"✗ {title}: {stumble(error)}")
    return Verdict("passed", f"✓ {title}: {passed} checks passed, yours is used from here on")


def hint(id: str) -> None:
    """Print the next hint for an exercise, "02.1": the first call gives a nudge, later ones more."""
    task = find(id)
    given = _hints_given.get(id, 0)
    if given < len(task.hints):
        _hints_given[id] = given + 1
        print(f"Hint {given + 1} of {len(task.hints)}: {task.hints[given]}")
        return
    print(
        f"That was the last hint. The library's own version: `??{task.reference.__name__}` after "
        f"`from {task.reference.__module__} import {task.reference.__name__}`"
    )


def picture(task: Exercise, answer: Any, status: str) -> Figure:
    """The learner's result beside the expected one; before an attempt, only what to aim at."""
    shown = {"open": {"aim at this": task.reference}, "passed": {"yours": answer}}.get(
        status, {"yours": answer, "expected": task.reference}
    )
    figure = Figure(figsize=(3.4 * len(shown), 3), dpi=100, layout="constrained")
    for axis, (title, function) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown.items(), strict=True):
        axis.set_title(title, fontsize=9)
        try:
            task.draw(axis, function)
        except Exception as error:  # an answer wrong enough may leave nothing to draw
            axis.clear()
            axis.set(xticks=[], yticks=[], title=title)
            axis.text(0.5, 0.5, f"nothing to draw:\n{type(error).__name__}", ha="center", va="center")
    return figure
