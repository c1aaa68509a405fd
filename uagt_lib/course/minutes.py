"""How long a lesson takes: minutes of its exercises, words to read, seconds that its cells ran, up to "Further".

`python -m uagt_lib.course.build --check` prints the table, and refuses a lesson of more than 70 minutes. What stands
below the heading "Further" is extra. The seconds are those of the machine that ran the solution notebook.
"""

import re
from typing import NamedTuple

from nbformat import NotebookNode

from uagt_lib.course import exercises

LONGEST = 70
WORDS_A_MINUTE = 180
FURTHER = "## Further"
SECONDS = "seconds"  # a code cell's metadata: how long it ran when the notebook was built


class Minutes(NamedTuple):
    """What a lesson takes, in minutes."""

    exercises: float
    reading: float
    running: float

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self)


def of(student: NotebookNode, solution: NotebookNode) -> Minutes:
    """What a lesson takes: exercises and words of the student notebook, seconds of the solution notebook."""
    cells, solved = _before_further(student), _before_further(solution)
    tasks = [id for cell in cells for id in re.findall(r'^@exercise\("(.+?)"\)', cell.source, re.M)]
    words = [word for cell in cells if cell.cell_type == "markdown" for word in cell.source.split()]
    return Minutes(
        exercises=sum(exercises.find(id).minutes for id in tasks),
        reading=sum(any(map(str.isalpha, word)) for word in words) / WORDS_A_MINUTE,
        running=sum(cell.metadata.get(SECONDS, 0.0) for cell in solved) / 60,
    )


def _before_further(notebook: NotebookNode) -> list[NotebookNode]:
    at = [i for i, cell in enumerate(notebook.cells) if cell.source.startswith(FURTHER)]
    return notebook.cells[: at[0]] if at else notebook.cells


def table(lessons: dict[str, Minutes]) -> str:
    """A line a lesson: exercises, reading, running, and their sum."""
    lines = [f"{'minutes':28}{'exercises':>10}{'reading':>10}{'running':>10}{'sum':>8}"]
    lines += [
        f"{name:28}{m.exercises:10.0f}{m.reading:10.1f}{m.running:10.1f}{m.total:8.1f}" for name, m in lessons.items()
    ]
    return "\n".join(lines)


def too_long(lessons: dict[str, Minutes]) -> list[str]:
    """Lessons that take more than 70 minutes, a sentence each."""
    return [
        f"{name} takes {found.total:.0f} minutes, more than {LONGEST}: what may wait goes below {FURTHER!r}"
        for name, found in lessons.items()
        if found.total > LONGEST
    ]
