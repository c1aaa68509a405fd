"""What a lesson imports: exercises that check themselves, hints, quizzes, guesses, symbols, a map of what is built."""

from uagt_lib.course.carried import carried
from uagt_lib.course.exercises import exercise, hint
from uagt_lib.course.guess import reveal
from uagt_lib.course.overview import progress
from uagt_lib.course.places import data, keep_on_drive, runs
from uagt_lib.course.quizzes import quiz
from uagt_lib.course.symbols import symbols
from uagt_lib.reproduce.runs import trained

__all__ = [
    "carried",
    "data",
    "exercise",
    "hint",
    "keep_on_drive",
    "progress",
    "quiz",
    "reveal",
    "runs",
    "symbols",
    "trained",
]
