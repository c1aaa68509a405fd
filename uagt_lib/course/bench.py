"""Where graded answers are judged: a module of its own, since its kernel would wait for what `grade.py` imports."""

from collections.abc import Callable
from typing import Any

from uagt_lib.course import exercises
from uagt_lib.course.exercises import Exercise, Verdict


def bench(known: dict[str, str]) -> tuple[Callable, Callable, Callable]:
    """What graded code calls instead of `exercise`: for the answer to be judged, for earlier ones; and what was found.

    Args:
        known: the statuses of earlier exercises.
    """
    found: list[Verdict] = []

    def judge(id: str) -> Callable[[Any], Any]:
        task = exercises.find(id)

        def decorate(answer: Any) -> Any:
            found.append(_judged(task, answer))
            return answer if found[-1].status == "passed" else task.reference

        return decorate

    def given(id: str) -> Callable[[Any], Any]:
        return lambda answer: answer if known.get(id) == "passed" else exercises.find(id).reference

    def said() -> tuple[str, str]:
        last = found[-1] if found else Verdict("wrong", "its check did not come to an end")
        return last.status, last.text

    return judge, given, said


def _judged(task: Exercise, answer: Any) -> Verdict:
    verdict = exercises.judge(task, answer)
    if exercises.judge(task, lambda *_, **__: None).status != "wrong":
        return Verdict("wrong", "this answer changes the course's checks: look at it")
    return verdict
