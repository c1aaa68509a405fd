"""The documents: links arrive, tables name what there is, and README says nothing that its commands do not."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import uagt_lib
from uagt_lib import cli
from uagt_lib.course.places import ROOT, data
from uagt_lib.course.site.pages import results
from uagt_lib.evaluate.compare import compare
from uagt_lib.training import presets

DOCUMENTS = [
    path
    for folder in (".", "data", "data/reproduced", "notebooks/sources", "tests")
    for path in sorted((ROOT / folder).glob("*.md"))
]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(markdown: str) -> set[str]:
    """The headings of a document as GitHub addresses them."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.M | re.S)
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_arrive(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        name, _, heading = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), f"{path.name} links to {target}"
        assert not heading or heading in anchors(there.read_text(encoding="utf-8")), f"{path.name} links to {target}"


def test_readme_is_a_page() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 8192


def test_the_version_is_told_the_same_everywhere() -> None:
    for name, pattern in (("CITATION.cff", r"^version: (.+)$"), ("CHANGELOG.md", r"^## \[(.+?)\]")):
        found = re.search(pattern, read(name), re.M)
        assert found and found[1] == uagt_lib.__version__, name


def test_every_dependency_has_its_reason() -> None:
    project, contributing = read("pyproject.toml"), read("CONTRIBUTING.md")
    needed = project.split("\ndependencies = [")[1].split("\n[project.urls]")[0]
    rows = contributing.split("| package |")[1].split("\n\n")[0].splitlines()[2:]
    packages = ",".join(re.sub(r"\(.*?\)", "", row.split("|")[1]) for row in rows)
    assert {name.strip() for name in packages.split(",")} == set(re.findall(r'"([a-z0-9-]+)[>=]', needed))


def test_the_table_of_presets_is_true() -> None:
    rows = {line.split()[0]: line for line in presets.__doc__.splitlines() if line.split(" ")[0] in presets.PRESETS}
    assert list(rows) == list(presets.PRESETS)
    for name, (_, config, _) in presets.PRESETS.items():
        length = f"{config.steps} steps" if config.steps else f"{config.epochs} epochs"
        assert f" {config.crop} " in rows[name] and length in rows[name], name
        assert ("drawn" in rows[name]) == bool(config.savanna), name
        assert ("no Eq. 7" in rows[name]) == (config.method == "uagt-D"), name


def test_samples_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    assert cli.main(["data", "savanna", "--out", str(tmp_path), "--images", "1"]) == 0
    shipped = sorted((ROOT / "data" / "samples").rglob("*.png"))
    assert len(shipped) == 2 * (8 + 8 + 2)
    for path in shipped:
        drawn = tmp_path / path.relative_to(ROOT / "data" / "samples")
        assert np.array_equal(np.asarray(Image.open(path)), np.asarray(Image.open(drawn))), path


def test_whatever_ships_is_listed() -> None:
    shipped = {path.name for path in (ROOT / "data").iterdir()} - {"README.md", "downloads", "runs"}
    assert {name for name in shipped if f"`{name}" not in read("data/README.md")} == set()


def commands() -> list[str]:
    """Every command line the documents and the site's pages of results show, from `uagt` on."""
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS] + list(results().values())
    return [line for text in texts for line in re.findall(r"(?:`|^|^ {4}|^ {4}\.venv\S+)(uagt \w[^`\n#]*)", text, re.M)]


def test_commands_are_understood(capsys) -> None:
    """A command with what it needs is parsed to its end; a bare name has its help. Nothing is run."""
    assert len(commands()) > 20
    for line in commands():
        words = shlex.split(re.sub(r"[][]", "", line.replace("reproduce NAME", "reproduce table1")))[1:]
        two = words[0] == "data" or words[:2] == ["evaluate", "attention"]
        bare = len(words) == (2 if two else 1)
        try:
            cli._parsed([*words, "--help"] if bare else words)
        except SystemExit as stop:
            assert not stop.code, f"{line}: {capsys.readouterr().err}"


@pytest.mark.slow
def test_readmes_three_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What README says attention buys is what its command finds, up to how other machines round."""
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path / "cache"))
    rows = read("README.md").split("| attention IoU |")[1].splitlines()[2:5]
    told = [[[float(x) for x in re.findall(r"\d[\d.]*", cell)] for cell in row.split("|")[2:5]] for row in rows]
    found = compare([data("checkpoints", f"{name}-64.safetensors") for name in ("savanna", "cyclegan")], tmp_path)
    kid = [100 * row["kid_mean"]["mean"] for row in found["kid"]]
    scores = found["attention"]
    for i, (iou, background, both) in enumerate(told[:2]):
        mine = scores[2 * i : 2 * i + 2]
        assert not iou or iou == pytest.approx([row["iou@0.5"] for row in mine], abs=0.01)
        assert background == pytest.approx([row["background_error"] for row in mine], abs=0.002)
        assert both == pytest.approx(kid[2 * i + 2 : 2 * i + 4], abs=0.3)
    assert told[2] == [[], [0, 0], pytest.approx(kid[:2], abs=0.3)]
