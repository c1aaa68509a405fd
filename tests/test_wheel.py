"""The wheel, alone in an environment of its own: what an editable install would hide, such as lost package data."""

import re
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from uagt_lib.course.places import ROOT

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> str:
    """Run a program; what it printed. Fails with what it complained about."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, since setuptools leaves its workings beside the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "uagt_lib", copy / "uagt_lib", ignore=shutil.ignore_patterns("__pycache__"))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q")
    run(*pip, "--no-deps", "--no-index", "--no-build-isolation", "-w", copy, copy, cwd=copy)
    return next(copy.glob("*.whl"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and of this one everything but the editable install.

    A path file adds our packages' folder; path files inside such a folder, the editable install's, are not obeyed.
    """
    root = tmp_path_factory.mktemp("alone")
    venv.create(root, with_pip=False)
    programs = root / ("Scripts" if sys.platform == "win32" else "bin")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", programs / "python")
    run(*pip, "install", "-q", "--no-deps", "--no-index", wheel, cwd=root)
    (packages,) = root.rglob("site-packages")
    (packages / "torch.pth").write_text("\n".join(site.getsitepackages()))
    return programs


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with what README's lines read, and nothing else of the course."""
    for name in ("checkpoints", "samples"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    return tmp_path


def test_everything_but_caches_is_packed(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = {p.relative_to(ROOT).as_posix() for p in (ROOT / "uagt_lib").rglob("*") if p.is_file()}
    assert {name for name in files if "__pycache__" not in name} <= packed


def test_readmes_lines_run_there(alone: Path, beside: Path) -> None:
    lines = re.findall(r"^```python\n(.+?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(lines) == 1
    said = run(alone / "python", "-I", "-c", lines[0], cwd=beside)
    assert re.fullmatch(r"\d+% of the picture was repainted\n", said)
    assert {"zebra.png", "attention.png"} <= {path.name for path in beside.iterdir()}
    where = run(alone / "python", "-I", "-c", "import uagt_lib; print(uagt_lib.__file__)", cwd=beside)
    assert Path(where.strip()).is_relative_to(alone.parent)


def test_its_command_scores_with_the_features_it_brought(alone: Path, beside: Path) -> None:
    checkpoint = "data/checkpoints/savanna-64.safetensors"
    assert "savanna-64" in run(alone / "uagt", "evaluate", checkpoint, "--features", "savanna", cwd=beside)
