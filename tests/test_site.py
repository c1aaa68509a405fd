"""The site's pages as they are written: no answer in them, what is told after a guess opens on a click."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from uagt_lib.course import build, exercises, quizzes
from uagt_lib.course.places import ROOT
from uagt_lib.course.site import launch, lessons, models, packages
from uagt_lib.errors import UagtError
from uagt_lib.training.checkpoint import write_weights
from uagt_lib.training.config import Config

SOURCES = build.sources()
HELD_UP = re.compile(r'<details class="result">.*?</details>', re.S)


@pytest.fixture(scope="module")
def pages() -> dict[str, lessons.Page]:
    """Every lesson's page, as a reader gets it."""
    return {source.name: lessons.lesson_page(source) for source in SOURCES}


def answers(source: build.Source) -> list[str]:
    """The lines between a lesson's solution markers that its student notebook does not show anyway."""
    shown = "\n".join(cell.source for cell in build.student(source).cells)
    told = []
    for cell in source.cells:
        for block in re.findall(f"{build.BEGIN}\n(.*?){build.END}", cell.source, re.S):
            told += [line.strip() for line in block.splitlines()]
    return [line for line in told if len(line) > 12 and line not in shown]


def notes(source: build.Source) -> list[str]:
    """What only teachers get to read: their cells, the mistakes of each exercise, the reasons of the quiz.

    A lesson may quote one, to show how checks speak.
    """
    shown = "\n".join(cell.source for cell in build.student(source).cells)
    cells = [cell.source for cell in source.cells if "instructor" in cell.metadata.get("tags", [])]
    told = [line for text in cells for line in text.splitlines() if len(line) > 20]
    told += [mistake for task in exercises.of_lesson(source.lesson) for mistake in task.mistakes]
    told += [choice.reason for question in quizzes.questions(source.lesson) for choice in question.choices]
    return [line for line in told if line not in shown]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_reader_meets_no_answer_and_a_teacher_all(source: build.Source, pages) -> None:
    page, teachers = pages[source.name].markdown, lessons.lesson_page(source, answers=True).markdown
    secret = answers(source) + notes(source)
    assert len(answers(source)) > 3
    assert [line for line in secret if line in page] == []
    assert page.count("checks passed") == "".join(c.source for c in build.student(source).cells).count("checks passed")
    assert [line for line in secret if line not in teachers] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_page_is_the_student_notebook_with_the_outputs_of_the_executed_one(source: build.Source, pages) -> None:
    page, told = pages[source.name], [line for other in SOURCES for line in answers(other)]
    for cell in build.student(source).cells[1:]:
        assert all(line in page.markdown for line in cell.source.splitlines())
    executed = nbformat.read(build.SOLUTIONS / f"{source.name}.ipynb", as_version=4)
    for cell in executed.cells:
        if re.search(r"^(@exercise|progress|quiz)\(", cell.get("source"), re.M):
            continue
        for output in cell.get("outputs", []):
            lines = output.get("text", "").splitlines()
            missing = [line for line in lines if line not in page.markdown and not any(a in line for a in told)]
            assert missing == []
            if png := output.get("data", {}).get("image/png"):
                assert base64.b64decode(png) in page.pictures.values()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_what_a_guess_is_about_opens_on_a_click(source: build.Source, pages) -> None:
    visible = HELD_UP.sub("", pages[source.name].markdown)
    assert "(no guess written down)" in pages[source.name].markdown and "(no guess written down)" not in visible
    guessing = False
    for cell in build.student(source).cells:
        guessing = guessing or bool(lessons.GUESS.search(cell.source))
        if cell.cell_type == "code" and guessing and "@exercise" not in cell.source:
            described = re.findall(r'^\s+(?:\w+\()?f?"[^"]{30,}"', cell.source, re.M) if ".show(" in cell.source else []
            told = re.findall(r"""reveal\(\w+, ["'].*""", cell.source)
            assert [line for line in described + told if line.strip() in visible] == []
        guessing = guessing and "reveal(" not in cell.source


def test_every_picture_is_described(pages) -> None:
    for page in pages.values():
        described = re.findall(r'<img [^>]*alt="([^"]+)">', page.markdown)
        assert len(described) == page.markdown.count("<img ") == len(page.pictures)


@pytest.mark.slow
def test_a_photographs_model_is_listed_behind_the_small_one(config: Config, tmp_path: Path, monkeypatch) -> None:
    pytest.importorskip("onnxruntime", reason="install the extra: pip install -e '.[onnx]'")
    photographs = config.with_(preset="horse2zebra-128", savanna=0, view=48)
    (tmp_path / "checkpoints").mkdir()
    for name, kind in (("animals", photographs), ("savanna-32", config), ("tiny", config.with_(method="cyclegan"))):
        write_weights(tmp_path / "checkpoints" / f"{name}.safetensors", kind.model(), kind)
    shutil.copytree(ROOT / "data" / "samples", tmp_path / "samples")
    monkeypatch.setattr(models, "data", tmp_path.joinpath)
    models.write(tmp_path / "out")
    small, large = json.loads((tmp_path / "out" / "models.json").read_text(encoding="utf-8"))  # CycleGAN has no matte
    assert (small["name"], small["view"], len(small["samples"])) == ("savanna-32", 32, 9)
    assert (large["title"], large["view"]) == ("Photographed horses and zebras", 48)
    assert [(way["from"], way["to"]) for way in large["directions"]] == [("horse", "zebra"), ("zebra", "horse")]
    assert all((tmp_path / "out" / way["file"]).stat().st_size == way["bytes"] for way in large["directions"])


def test_a_notebook_of_another_source_is_refused() -> None:
    source = SOURCES[0]
    changed = build.Source(source.lesson, source.name, [*source.cells, nbformat.v4.new_code_cell("1 + 1")])
    with pytest.raises(UagtError, match="does not come from its source: run `make notebooks`"):
        lessons.lesson_page(changed)


def test_badges_point_at_files_that_exist_and_at_the_tag_of_this_version() -> None:
    address, tag = build.project()
    place = f"https://colab.research.google.com/github/{address.removeprefix('https://github.com/')}/blob/{tag}/"
    for source in SOURCES:
        assert (ROOT / launch.colab(source.name).removeprefix(place)).is_file()
    assert f"-b {tag} {address}" in launch.commands()[0]


def test_a_tagged_build_is_of_the_tagged_version() -> None:
    tags = [os.environ["GITHUB_REF_NAME"]] if os.environ.get("GITHUB_REF_TYPE") == "tag" else []
    if not tags and (ROOT / ".git").exists():
        said = subprocess.run(["git", "-C", ROOT, "tag", "--points-at", "HEAD"], capture_output=True, text=True)
        tags = [tag for tag in said.stdout.split() if tag.startswith("v")]
    assert not tags or build.project()[1] in tags


def test_the_container_has_what_its_commands_need() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("updateContentCommand", "postAttachCommand"):
        make, target = container[command].split()
        assert make == "make" and re.search(rf"^{re.escape(target)}:", makefile, re.M)
    assert re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.1[1-9]-\w+", container["image"])
    assert all((ROOT / path).exists() for path in container["customizations"]["codespaces"]["openFiles"])
    assert all(re.fullmatch(r"[\w-]+\.[\w-]+", name) for name in container["customizations"]["vscode"]["extensions"])


def test_an_archive_that_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / packages.AXE.archive).write_bytes(b"something else")
    with pytest.raises(UagtError, match="is not the file it was when this site was made"):
        packages.unpack(packages.AXE, tmp_path / "out", tmp_path)
    assert not list(tmp_path.iterdir())
