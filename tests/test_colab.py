"""The set-up cell where Google Colab would run it: torch and the rest are there, the course is not."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

from uagt_lib.course import build

SITE = Path(sysconfig.get_paths()["purelib"])
ABSENT = ("uagt", "__editable__", "safetensors")  # what a fresh runtime lacks
KEPT = ("torch", "torchvision", "numpy", "ipywidgets")


@pytest.fixture(scope="module")
def colab(tmp_path_factory) -> Path:
    """A Python whose packages are this one's, links to them, without the course, and with google.colab."""
    folder = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = Path(subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip())
    for entry in SITE.iterdir():
        if not entry.name.startswith(ABSENT) and not (site / entry.name).exists() and entry.suffix != ".pth":
            (site / entry.name).symlink_to(entry)
    (site / "google").unlink(missing_ok=True)
    (site / "google" / "colab").mkdir(parents=True)
    (site / "google" / "colab" / "__init__.py").touch()
    return python


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> dict[str, str]:
    """An environment in which git finds this repository, with the tag of its version, at its public address."""
    if not (build.ROOT / ".git").exists():
        pytest.skip("this copy of the course is not a git repository")
    address, tag = build.project()
    bare = tmp_path_factory.mktemp("published") / "course.git"
    subprocess.run(["git", "clone", "-q", "--bare", build.ROOT, bare], check=True)
    subprocess.run(["git", "-C", bare, "tag", "-f", tag], check=True, capture_output=True)
    names = ("PATH", "HOME", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "PIP_FIND_LINKS", "SYSTEMROOT")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bare.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }


def packages(python: Path) -> dict[str, str]:
    """Where each package that must not be touched lies, its version, and when its folder last changed."""
    code = f"""
import importlib, os
for name in {KEPT}:
    module = importlib.import_module(name)
    print(name, module.__file__, module.__version__, os.stat(os.path.dirname(module.__file__)).st_mtime_ns)
"""
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in found.splitlines())


def run(python: Path, cell: str, folder: Path, environment: dict[str, str]) -> Path:
    """Run the set-up cell in a folder; returns the course that is imported after it."""
    code = f"{cell}\nimport google.colab, uagt_lib.training.checkpoint\nprint(uagt_lib.__file__)\n"
    ran = subprocess.run([python, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)
    if "No matching distribution" in ran.stderr or "Failed to establish" in ran.stderr:
        pytest.skip("the package index cannot be reached")
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.splitlines()[-1]).parents[1]


@pytest.mark.slow
def test_set_up_twice_in_an_empty_folder_and_in_a_clone_leaves_torch_alone(colab, published, tmp_path):
    source = build.sources()[0]
    notebook = nbformat.read(build.NOTEBOOKS / f"{source.name}.ipynb", as_version=4)
    cell = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    before = packages(colab)
    assert set(before) == set(KEPT)

    course = run(colab, cell, tmp_path, published)
    assert course == tmp_path / "uagt-course"
    assert (course / "data" / "checkpoints" / "savanna-64.safetensors").exists()
    first = sorted(course.rglob("*.py"))
    assert run(colab, cell, tmp_path, published) == course
    assert sorted(course.rglob("*.py")) == first

    offline = published | {"GIT_CONFIG_VALUE_0": "nowhere"}  # in a clone there is nothing to fetch
    assert run(colab, cell, course / "notebooks", offline) == course
    assert packages(colab) == before


def test_notebooks_are_pinned_to_the_version_and_name_one_address():
    address, tag = build.project()
    for source in build.sources():
        text = (build.NOTEBOOKS / f"{source.name}.ipynb").read_text(encoding="utf-8")
        place = address.removeprefix("https://github.com/")
        assert f"github/{place}/blob/{tag}/notebooks/{source.name}.ipynb" in text
        assert address not in (build.SOURCES / f"{source.name}.py").read_text(encoding="utf-8")
