"""What students have solved, as one table: `make grade FOLDER=submitted` writes submitted/grades.csv.

The folder holds notebooks, in subfolders or not; a file's path without the lesson's name is the student: `anna.ipynb`,
`anna_02_composition.ipynb`, `anna/02_composition.ipynb`. One row an exercise: student, file, exercise, name, status
("passed", "open" or "wrong") and what the check said of a wrong answer.

Nothing that a notebook says about itself counts. Its answers are cut out (`needed.py`) and judged by the course's own
checks in a fresh kernel, without network and without the environment's secrets, for a limited time. The rest of the
notebook is never run. After each answer the checks must still reject one that returns nothing, so an answer that
switched them off is found.

What this does not prevent: an answer runs in the same Python as its check, so one written to deceive this very program
could. It runs with your rights: programs that it starts are not cut off, and it could read or delete your files. Grade
strangers' notebooks in a container or under another account. And the course is public: an answer may be the library's.
Where it imports it by name, the message says so.
"""

import argparse
import ast
import csv
import os
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import matplotlib
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook

from uagt_lib.course import exercises
from uagt_lib.course.exercises import Verdict
from uagt_lib.course.needed import Attempt, attempts
from uagt_lib.course.offline import OFFLINE
from uagt_lib.course.places import ROOT
from uagt_lib.errors import UagtError

TABLE = "grades.csv"
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")  # to kernels
_RANK = ("open", "wrong", "passed")


@dataclass(frozen=True)
class Row:
    """One line of the table; `exercise` and `name` are empty if nothing could be read."""

    student: str
    file: str
    exercise: str
    name: str
    status: str
    message: str


def grade(folder: Path, seconds: float = 60, notebook_seconds: float = 600) -> list[Row]:
    """Judge all notebooks in a folder.

    Args:
        folder: of notebooks, in subfolders or not.
        seconds: for one answer.
        notebook_seconds: for all answers of one notebook.

    Raises:
        UagtError: if there is no notebook.
    """
    paths = [p for p in sorted(folder.rglob("*.ipynb")) if ".ipynb_checkpoints" not in p.parts]
    if not paths:
        raise UagtError(f"no notebook in {folder}; say which folder holds the students' .ipynb files")
    rows = []
    for path in paths:
        found = list(_grade_notebook(path, folder, seconds, notebook_seconds))
        print(f"{path.relative_to(folder)}: {_count(found)}", flush=True)
        rows += found
    return rows


def write(rows: list[Row], path: Path) -> None:
    """Write the table, as UTF-8 with the mark by which spreadsheets know it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([field.name for field in fields(Row)])
        table.writerows(astuple(row) for row in rows)


def _grade_notebook(path: Path, folder: Path, seconds: float, notebook_seconds: float) -> Iterator[Row]:
    file, student = path.relative_to(folder), _student(path.relative_to(folder))
    try:
        notebook = nbformat.read(path, as_version=4)
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    except Exception as error:  # whatever somebody calls .ipynb
        yield Row(student, file.as_posix(), "", "", "wrong", f"this is no notebook: {error!s:.80}")
        return
    mark = secrets.token_hex(8)
    known = {task.id for lesson in exercises.LESSONS for task in exercises.of_lesson(lesson)}
    tried = [a for a in attempts(cells, judge=f"judge_{mark}", given=f"given_{mark}") if a.id in known]
    lessons = {attempt.id[:2] for attempt in tried}
    lessons |= {name[:2] for name in _lesson_names() if name in path.stem}
    if not lessons:
        yield Row(student, file.as_posix(), "", "", "wrong", "there is no exercise of the course in it")
    best = _judge(tried, mark, seconds, notebook_seconds)
    for task in (task for lesson in sorted(lessons) for task in exercises.of_lesson(lesson)):
        verdict = best.get(task.id, Verdict("open", "its cell is not in this notebook"))
        message = verdict.text.removeprefix(f"✗ {task.id} {task.name}: ")
        yield Row(student, file.as_posix(), task.id, task.name, verdict.status, message)


def _judge(tried: list[Attempt], mark: str, seconds: float, notebook_seconds: float) -> dict[str, Verdict]:
    """The best verdict on each exercise that was attempted."""
    best: dict[str, Verdict] = {}
    end = time.monotonic() + notebook_seconds
    with _Kernel(mark) as kernel:
        for attempt in tried:
            left = min(seconds, end - time.monotonic())
            verdict = (
                kernel.judge(attempt, {id: v.status for id, v in best.items()}, left)
                if left > 0
                else Verdict("wrong", f"not judged: the notebook's {notebook_seconds:g} s were used up before")
            )
            if attempt.id not in best or _RANK.index(verdict.status) > _RANK.index(best[attempt.id].status):
                best[attempt.id] = verdict
    return best


class _Kernel:
    """A kernel that judges; started when it is needed, and again after one was lost."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.folder = tempfile.TemporaryDirectory(prefix="grade-", ignore_cleanup_errors=True)
        self.client: NotebookClient | None = None
        self.running: AbstractContextManager | None = None

    def __enter__(self) -> "_Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.folder.cleanup()

    def judge(self, attempt: Attempt, known: dict[str, str], seconds: float) -> Verdict:
        """What the course's check says of an attempt; `known` are the statuses of earlier exercises."""
        task = exercises.find(attempt.id)
        try:
            if self.client is None:
                self.start()
            self.run(f"judge_{self.mark}, given_{self.mark}, said_{self.mark} = bench({known!r})", 120)
            self.run(attempt.code, seconds)
            status, text = ast.literal_eval(self.run(f"said_{self.mark}()", seconds))
        except CellTimeoutError:
            self.stop()
            return Verdict("wrong", f"stopped after {seconds:.0f} s: an endless loop?")
        except DeadKernelError:
            self.stop()
            return Verdict("wrong", "the kernel died of this answer")
        except CellExecutionError as error:
            return Verdict("wrong", f"the cell does not run: {error.ename}: {error.evalue}")
        copied = f"{task.reference.__module__}.{task.reference.__name__}" in attempt.imports
        note = "it imports the library's own version" if copied and status == "passed" else ""
        return Verdict(status, text if status == "wrong" else note)

    def run(self, code: str, seconds: float) -> str:
        """Run a cell; what its last expression gave, as text."""
        cell = new_code_cell(code)
        self.client.nb.cells, self.client.timeout = [cell], max(1, round(seconds))
        self.client.execute_cell(cell, 0, store_history=False)
        return next((o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"), "")

    def start(self) -> None:
        """Start a kernel that knows the course's checks and cannot reach the network."""
        home, here = self.folder.name, os.environ.get("PYTHONPATH")
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {
            **dict.fromkeys(("HOME", "USERPROFILE", "IPYTHONDIR", "UAGT_PROGRESS", "UAGT_RUNS"), home),
            "MPLCONFIGDIR": matplotlib.get_configdir(),  # or each kernel would look for fonts anew
            "UAGT_HEADLESS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(OFFLINE), str(ROOT), here])),
        }
        client = NotebookClient(
            new_notebook(), kernel_name="python3", shutdown_kernel="immediate", resources={"metadata": {"path": home}}
        )
        self.running = client.setup_kernel(env=environment)
        self.running.__enter__()
        self.client = client
        self.run("from uagt_lib.course.bench import bench", 120)

    def stop(self) -> None:
        """Kill the kernel."""
        if self.running is not None:
            self.running.__exit__(None, None, None)
        self.client = self.running = None


def _lesson_names() -> list[str]:
    return [path.stem for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]


def _student(file: Path) -> str:
    """Whose notebook it is: its path without the lesson's name."""
    text = file.with_suffix("").as_posix()
    for name in _lesson_names():
        text = text.replace(name, "")
    return re.sub(r"[\s/_()-]+", " ", text).strip() or file.stem


def _count(rows: list[Row]) -> str:
    counted = Counter(row.status for row in rows)
    return ", ".join(f"{counted[status]} {status}" for status in ("passed", "open", "wrong"))


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m uagt_lib.course.grade", description="Judge students' notebooks.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the notebooks are; grades.csv goes there")
    options = parser.parse_args()
    try:
        rows = grade(options.folder)
        write(rows, options.folder / TABLE)
    except (UagtError, OSError) as error:
        print(f"grade: {error}", file=sys.stderr)
        return 2
    for student in sorted({row.student for row in rows}):
        print(f"{student}: {_count([row for row in rows if row.student == student])}")
    print(options.folder / TABLE)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
