"""A learner's hands: Run all, pause, resume and stop a training, move a slider with the keyboard. In a real browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from tests.browser import (
    as_started,
    assert_no_dialog,
    assert_no_error,
    chromium,
    close_notebook,
    open_notebook,
    run_all,
    wait_for_kernel,
)
from uagt_lib.training.config import Config

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(chromium() is None, reason="no Chromium: `.venv/bin/playwright install chromium`"),
]
COURSE = Path(__file__).parents[1]
LESSONS = COURSE / "notebooks"

SET_UP = """
from uagt_lib.training.config import Config
from uagt_lib.data.pairs import from_savanna, to_float
from uagt_lib.method.pieces import Architecture
from uagt_lib.show.widgets import Dashboard, composition_playground

pair = from_savanna(32, 36, images=6, held_out=4)
"""
PLAY = """
image = to_float(pair.source.test[0])
composition_playground(image, -image, pair.source.masks[0])
"""


def notebook(path: Path, *cells: str) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)


def step(page: Page) -> int:
    """What the dashboard's status line says."""
    return int(re.search(r"step (\d+) of", page.locator(".widget-html", has_text=" of 100000").inner_text())[1])


def moves_on(page: Page, after: int) -> None:
    page.wait_for_function(
        "after => Number(document.body.innerText.match(/step (\\d+) of 100000/)?.[1]) > after + 3", arg=after
    )


def picture(page: Page, i: int) -> str:
    """The bytes behind the i-th picture of the playground."""
    image = page.locator(".jp-Cell").nth(2).locator("img").nth(i)
    return image.evaluate("async image => new Uint8Array(await (await fetch(image.src)).arrayBuffer()).join()")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the course lies, and room for notebooks of these tests."""
    folder = tmp_path_factory.mktemp("course")
    for path in COURSE.iterdir():
        if not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def started(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """What `make lab` shows."""
    recipe = re.search(r"^lab:.*\n\t\$\(BIN\)/jupyter lab (.+)$", (COURSE / "Makefile").read_text(), re.M)
    with as_started(recipe[1].split(), course, tmp_path_factory.mktemp("scratch")) as page:
        wait_for_kernel(page, "notebooks/00_start_here.ipynb")
        yield page


def test_make_lab_opens_lesson_00_beside_the_other_lessons_and_with_all_of_the_course_in_reach(started: Page, tmp_path):
    assert_no_dialog(started)
    expect(started.locator(".jp-LauncherCard")).to_have_count(0)
    listed = started.locator(".jp-DirListing-item")
    expect(listed.filter(has_text="00_start_here.ipynb")).to_be_visible()
    names = listed.locator(".jp-DirListing-itemText").all_inner_texts()
    assert sorted(names) == sorted([path.name for path in LESSONS.glob("*.ipynb")] + ["sources"])
    started.screenshot(path=tmp_path / "lab.png")
    started.locator(".jp-BreadCrumbs-home").click()
    expect(listed.filter(has_text="README.md")).to_be_visible()


@pytest.fixture
def page(started: Page) -> Page:
    """The same without lesson 00."""
    if started.locator(".jp-NotebookPanel").count():
        close_notebook(started)
    return started


def test_a_training_and_a_slider_under_a_learners_hands(config: Config, course: Path, page: Page, tmp_path):
    train = f"dashboard = Dashboard({config.with_(steps=100_000)!r}, pair, 'run')\ndashboard.start()"
    notebook(course / "hands.ipynb", SET_UP, train, PLAY)
    open_notebook(page, "hands.ipynb")
    assert_no_dialog(page)
    run_all(page)  # returns, though the training goes on
    assert_no_error(page)

    moves_on(page, 0)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("paused at")).to_be_visible()
    held = step(page)
    page.wait_for_timeout(500)  # the step that was under way ends and is shown
    at_rest = step(page)
    page.wait_for_timeout(1000)
    assert held <= step(page) == at_rest <= held + 2

    page.get_by_role("button", name="Resume").focus()
    page.keyboard.press("Enter")
    moves_on(page, at_rest)
    expect(page.get_by_text("paused at")).to_have_count(0)

    result = picture(page, 3)
    slider = page.locator(".widget-slider", has_text="object → background")
    slider.get_by_role("slider").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(slider).to_contain_text("0.15")
    expect(page.locator(".jp-Cell").nth(2)).to_contain_text(re.compile("paint for (?!0%)"))
    assert picture(page, 3) != result

    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_text("stopped and saved")).to_be_visible()
    assert list((course / "run" / "checkpoints").glob("step-*"))
    page.screenshot(path=tmp_path / "hands.png")
    assert_no_dialog(page)
    assert_no_error(page)
    close_notebook(page)


def seen(page: Page) -> dict:
    """What shows of the one view on the page: its controls, its still; and the texts of all pictures to be seen."""
    return page.evaluate("""() => ({
        view: document.querySelector(".uagt-view")?.offsetWidth > 0,
        still: document.querySelector(".uagt-still img").offsetWidth > 0,
        texts: [...document.querySelectorAll(".jp-Notebook img")].filter(i => i.offsetWidth).map(i => i.alt),
        names: [...document.querySelectorAll("[role=slider]")].map(s => s.getAttribute("aria-label")),
    })""")


def test_controls_have_names_and_where_they_are_dead_there_is_a_still(course: Path, page: Page):
    notebook(course / "still.ipynb", SET_UP, PLAY)
    open_notebook(page, "still.ipynb")
    run_all(page)
    assert_no_error(page)
    page.wait_for_timeout(1000)  # names are given a moment after a change
    found = seen(page)
    assert found["view"] and not found["still"]
    assert len(found["texts"]) == 4 and all(found["texts"]) and "disc: radius" in found["names"]

    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function("document.querySelector('.uagt-still').offsetWidth > 0")
    found = seen(page)
    assert not found["view"] and found["texts"][0].startswith("matte: true mask")

    page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
    page.wait_for_timeout(1000)
    close_notebook(page)
    open_notebook(page, "still.ipynb")
    page.wait_for_timeout(3000)  # ipywidgets looks for the controls for two seconds
    assert seen(page) == {"view": False, "still": True, "texts": found["texts"], "names": []}
    expect(page.get_by_text("Error displaying widget")).not_to_be_visible()
    close_notebook(page)


def test_every_lesson_opens_without_a_question(page: Page):
    books = sorted(LESSONS.glob("*.ipynb"))
    asked = {json.dumps(nbformat.read(path, as_version=4).metadata, sort_keys=True) for path in books}
    assert len(asked) == 1  # what JupyterLab asks about: so three speak for all
    for path in books[::5]:
        open_notebook(page, f"notebooks/{path.name}")
        assert_no_dialog(page)
        close_notebook(page)
