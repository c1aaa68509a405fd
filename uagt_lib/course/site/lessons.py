"""A lesson as a page: the student notebook's text and cells, with the outputs its executed solution has.

The page holds no answer. A cell with an exercise says where to solve it, not how it ends; what follows a guess opens on
a click; where the notebook has controls, the page says which. Teachers get a page of the solution notebook instead.
"""

import base64
import inspect
import re
from dataclasses import dataclass, field
from functools import cache

import nbformat
from nbformat import NotebookNode

from uagt_lib.course import build, exercises, quizzes
from uagt_lib.course.site import launch
from uagt_lib.course.site.markup import directive, fence, figure, folded
from uagt_lib.course.symbols import symbols
from uagt_lib.errors import UagtError
from uagt_lib.show import figures, widgets

TITLE = re.compile(r"\A(?:\[Open in Colab\].*\n+)?# (?P<title>.+)\n+(?P<rest>(?P<teaser>(?:.+\n?)+)[\s\S]*)")
GUESS = re.compile(r'^\w+ = (\.\.\.|"\.\.\.") +#.*', re.M)  # a line that a reader replaces by a prediction
TOLD = re.compile(r"""\breveal\(\s*\w+,\s*["']|figures\.show\(""")  # code that says what comes out, to eyes or ears
TASK = re.compile(r"^(#+ |\*\*(Your turn|Predict))", re.M)  # where the talk about a result ends
CONTROLS = "(controls: run this notebook to use them)"
GAP = "...  # an exercise"
SHORT = 12  # characters; such lines as `return x` are no answer by themselves
RESULT = "My guess is made: show what happens"


@dataclass
class Page:
    """A lesson's page: its name "02_composition", title, first paragraph, Markdown, and pictures by file name."""

    name: str
    title: str
    teaser: str
    blocks: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def markdown(self) -> str:
        """The whole text."""
        return "\n\n".join([f"# {self.title}", *self.blocks]) + "\n"

    def picture(self, png: bytes, alt: str) -> str:
        """Keep a picture; returns the Markdown that shows it."""
        name = f"pictures/{self.name[:2]}-{len(self.pictures):02}.png"
        self.pictures[name] = png
        return figure(name, png, alt)


def lesson_page(source: build.Source, answers: bool = False) -> Page:
    """A lesson's page; with `answers`, the solution notebook as it was executed, for teachers.

    Raises:
        UagtError: if the solution notebook was not made from this source.
    """
    executed = nbformat.read(build.SOLUTIONS / f"{source.name}.ipynb", as_version=4)
    notebook = executed if answers else build.student(source)
    _lend_outputs(executed, notebook, source)
    found = TITLE.match(notebook.cells[0].source)
    if not found:
        raise UagtError(f"notebooks/sources/{source.name}.py must start with a title and a paragraph")
    page = Page(source.name, found["title"], " ".join(found["teaser"].split()))
    page.blocks += [launch.buttons(source.name), found["rest"]]
    if answers:
        for cell in notebook.cells[1:]:
            page.blocks += _for_teachers(cell, page)
    else:
        _keep_answers_back(notebook)
        _for_readers(notebook.cells[1:], page)
    return page


def _lend_outputs(executed: NotebookNode, notebook: NotebookNode, source: build.Source) -> None:
    """Give the notebook's code cells the outputs of the executed ones."""
    ran, cells = ([c for c in book.cells if c.cell_type == "code"] for book in (executed, notebook))
    again = [c.source for c in build.solution(source).cells if c.cell_type == "code"]
    if [c.source for c in ran] != again:
        raise UagtError(f"solutions/{source.name}.ipynb does not come from its source: run `make notebooks` first")
    for cell, done in zip(cells, ran, strict=True):
        cell.outputs = done.outputs


@cache
def _answers() -> tuple[str, ...]:
    """The lines of every exercise's answer that its student notebook does not show anyway."""
    lines = set()
    for source in build.sources():
        shown = {line.strip() for cell in build.student(source).cells for line in cell.source.splitlines()}
        for cell in source.cells:
            for block in re.findall(f"{build.BEGIN}\n(.*?){build.END}", cell.source, re.S):
                lines |= {line.strip() for line in block.splitlines()} - shown
    return tuple(line for line in lines if len(line) > SHORT)


def _keep_answers_back(notebook: NotebookNode) -> None:
    """Leave gaps where cells print lines that are answers: lessons print whole programs."""

    def gap(line: str) -> str:
        return re.match(r"[-+ ]*", line)[0] + GAP if any(answer in line for answer in _answers()) else line

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            holder, key = (output, "text") if "text" in output else (output.get("data", {}), "text/plain")
            if key in holder:
                holder[key] = "\n".join(map(gap, holder[key].split("\n")))


def _for_teachers(cell: NotebookNode, page: Page) -> list[str]:
    if cell.cell_type == "code":
        return [fence(cell.source, "python"), *_printed(cell, page)]
    if cell.source.startswith("**For teachers"):
        return [directive("admonition", "For teachers", cell.source, class_="teachers")]
    return [cell.source]


def _for_readers(cells: list[NotebookNode], page: Page) -> None:
    """Add the cells; behind a curtain goes what a guess is about, and the first words about it."""
    curtain: list[str] = []

    def draw_curtain() -> None:
        if curtain:
            page.blocks.append(folded(RESULT, *curtain, classes="result"))
            curtain.clear()

    guessing = False
    for cell in cells:
        if cell.cell_type == "markdown":
            end = 0
            if curtain:
                end = next((found.start() for found in TASK.finditer(cell.source)), len(cell.source))
                curtain.append(cell.source[:end])
            draw_curtain()
            page.blocks.append(cell.source[end:])
            continue
        draw_curtain()
        code, shown = cell.source, _shown(cell, page)
        guess = GUESS.search(code)
        guessing = guessing or bool(guess) or "reveal(" in code  # some guesses were made long before
        revealed = guessing and "reveal(" in code
        if code.startswith("# Set-up"):
            page.blocks.append(folded("Set-up: the cell that finds the course, or fetches it", fence(code, "python")))
            page.blocks.append(symbols().table())
        elif guessing and "@exercise" not in code:
            end = (guess.end() if guess else 0) if TOLD.search(code) else len(code)
            page.blocks += [fence(part, "python") for part in [code[:end].rstrip()] if part]
            curtain += [fence(part, "python") for part in [code[end:].strip("\n")] if part] + shown
        else:
            page.blocks += [fence(code, "python"), *shown]
        if not revealed:
            draw_curtain()
        guessing = guessing and not revealed
    draw_curtain()


def _shown(cell: NotebookNode, page: Page) -> list[str]:
    """What a reader sees below a cell."""
    if found := re.search(r'^@exercise\("(.+?)"\)', cell.source, re.M):
        return _exercise(exercises.find(found[1]), page)
    if found := re.search(r'^quiz\("(.+?)"\)', cell.source, re.M):
        return [_quiz(found[1], page.name)]
    if cell.source.startswith("progress("):
        maps = [output.data["image/png"] for output in cell.outputs if "image/png" in output.get("data", {})]
        alt = "The map of the system: boxes for its parts, filled as far as the lessons up to this one build them."
        return [page.picture(base64.b64decode(png), alt) for png in maps]
    return _printed(cell, page)


def _printed(cell: NotebookNode, page: Page) -> list[str]:
    """A code cell's outputs as Markdown; where it shows controls, their still picture, and a way to where they move."""
    blocks, controls = [], []
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            blocks.append(fence(output.text.rstrip("\n"), "text", "output"))
        elif "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt", "")
            blocks.append(page.picture(base64.b64decode(data["image/png"]), alt))
        elif "text/markdown" in data:
            blocks.append(data["text/markdown"])
        elif data["text/plain"] == CONTROLS:
            controls.append(_controls(cell.source, page.name))
        else:
            diff = data.get("text/html", "").startswith("<pre")  # what `growing.difference` returns
            blocks.append(fence(data["text/plain"], "diff" if diff else "text", "output"))
    return blocks + controls


def _controls(code: str, lesson: str) -> str:
    """What the controls that a cell shows in a notebook are for, in the first words of their docstring."""
    names = [name for name in widgets.__all__ if f"widgets.{name}(" in code]
    about = [inspect.getdoc(getattr(widgets, name)).split("\n")[0].split(": `")[0].rstrip(".") for name in names]
    text = "; ".join(about) if about else "A quiz: every choice answers with its reason"
    return launch.invitation("controls", f"In the notebook these are controls. {text}.", lesson)


def _exercise(task: exercises.Exercise, page: Page) -> list[str]:
    """Where to solve an exercise, and what to aim at."""
    blocks = []
    if task.draw is not None:
        figure = exercises.picture(task, None, "open")
        blocks.append(page.picture(figures.png(figure), f"Exercise {task.id}, {task.name}: what to aim at."))
    text = f"Exercise {task.id} checks itself in the notebook, names a likely mistake, and has {len(task.hints)} hints."
    return [*blocks, launch.invitation("exercise", text, page.name)]


def _quiz(lesson: str, name: str) -> str:
    """A lesson's questions and their choices; which is right, and why, is in the notebook."""
    lines = []
    for number, question in enumerate(quizzes.questions(lesson), 1):
        lines += [f"{number}. {question.text}", *(f"   * {choice.text}" for choice in question.choices)]
    text = "In the notebook every choice, right or wrong, answers with a reason."
    return "\n".join([*lines, "", launch.invitation("controls", text, name)])
