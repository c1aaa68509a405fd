"""The quiz at the end of a lesson: one question after the other, with a reason for every choice."""

import html
import importlib
from dataclasses import dataclass

from IPython.display import HTML, display

from uagt_lib.show.page import badge
from uagt_lib.show.widgets.parts import MOVING, widgets
from uagt_lib.show.widgets.view import View


@dataclass(frozen=True)
class Choice:
    """One answer: its text, whether it is right, and why it is or is not."""

    text: str
    right: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A question with exactly one right choice."""

    text: str
    choices: tuple[Choice, ...]


def questions(lesson: str) -> tuple[Question, ...]:
    """The quiz of a lesson, "02"."""
    return importlib.import_module(f"uagt_lib.course.lessons.lesson_{lesson}.quiz").QUIZ


def quiz(lesson: str) -> None:
    """Show a lesson's quiz. Every choice answers with its reason; only the first choice of a question counts."""
    display(build(questions(lesson)) if MOVING else HTML(unfolding(questions(lesson))))


def unfolding(asked: tuple[Question, ...]) -> str:
    """The quiz without widgets: a choice unfolds when it is clicked, and nobody counts."""
    return "".join(
        f"<p><b>{number}. {html.escape(question.text)}</b></p>"
        + "".join(
            f"<details><summary>{html.escape(choice.text)}</summary>{badge('passed' if choice.right else 'wrong')} "
            f"{html.escape(choice.reason)}</details>"
            for choice in question.choices
        )
        for number, question in enumerate(asked, 1)
    )


def build(asked: tuple[Question, ...]) -> View:
    """The quiz as widgets: per question a text, radio buttons and the reason for what is chosen; a score below."""
    first: dict[int, bool] = {}
    score = widgets.HTML()

    def block(number: int, question: Question) -> widgets.VBox:
        reason = widgets.HTML()
        radio = widgets.RadioButtons(
            options=[choice.text for choice in question.choices], index=None, layout=widgets.Layout(width="max-content")
        )

        def chosen(change: dict) -> None:
            choice = question.choices[radio.index]
            first.setdefault(number, choice.right)
            reason.value = f"{badge('passed' if choice.right else 'wrong')} {html.escape(choice.reason)}"
            score.value = f"{sum(first.values())} of {len(asked)} right at the first try" + (
                "" if len(first) == len(asked) else f", {len(asked) - len(first)} to go"
            )

        radio.observe(chosen, names="index")
        title = widgets.HTML(f"<b>{number}. {html.escape(question.text)}</b>")
        return widgets.VBox([title, radio, reason])

    return View([*(block(i, q) for i, q in enumerate(asked, 1)), score])
