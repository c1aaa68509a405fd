"""As on Windows: nothing is forked, texts have CRLF, files that are read cannot be moved, and waiting is deaf."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from uagt_lib import files
from uagt_lib.course.places import ROOT
from uagt_lib.training import checkpoint, forecast
from uagt_lib.training.control import Control
from uagt_lib.training.trainer import Trainer

COPIED = ("uagt_lib", "notebooks", "solutions", "data", "README.md", "pyproject.toml")
KEPT_OUT = shutil.ignore_patterns("__pycache__", "runs", "downloads", ".*")
SCRIPT = '''\
import multiprocessing
import os
from pathlib import Path


def work(folder, config, pair):
    """In a process that inherits nothing, and cannot fork: a run, its continuation, and what is made of it."""
    if hasattr(os, "fork"):
        del os.fork
    from uagt_lib.cli import main
    from uagt_lib.course import build
    from uagt_lib.data import manifest
    from uagt_lib.training.trainer import Trainer

    Trainer(config, pair, folder / "handed over").run()
    run, pictures = str(folder / "run"), str(Path("data", "samples", "testA"))
    train = ["train", "--preset", "savanna-smoke", "--out", run]
    codes = [main(words) for words in (
        [*train, "--steps", "2"],
        [*train, "--steps", "4", "--resume"],
        ["translate", "--checkpoint", run, "--input", pictures, "--out", str(folder / "translated")],
        ["evaluate", run, "--out", str(folder / "report"), "--subset-size", "8"],
        ["data", "savanna", "--out", str(folder / "drawn"), "--images", "4", "--size", "32"],
    )]
    known = manifest._read("horse2zebra")
    return codes, build.drift(), len(known), {name[-4:] for name in known}


if __name__ == "__main__":
    import uagt_lib
    from uagt_lib.data.pairs import from_savanna
    from uagt_lib.training.presets import preset

    here = Path.cwd()
    assert Path(uagt_lib.__file__).is_relative_to(here), uagt_lib.__file__
    assert b"\\r\\n" in Path(uagt_lib.__file__).read_bytes()
    config = preset("savanna-smoke").with_(steps=2, savanna=4)
    pair = from_savanna(config.view, config.load, images=4, held_out=2)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        codes, drift, known, endings = pool.apply(work, (here / "out", config, pair))
    assert codes == [0] * 5, codes
    assert drift == [], drift
    assert known > 2000 and endings == {".jpg"}, (known, endings)
    print("as on Windows: well")
'''


@pytest.mark.slow
def test_a_crlf_checkout_works_in_spawned_processes(tmp_path: Path) -> None:
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=KEPT_OUT)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "work.py").write_text(SCRIPT, encoding="utf-8")
    for path in tmp_path.rglob("*"):
        if path.is_file() and b"\0" not in (content := path.read_bytes()):  # as git tells text from the rest
            path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, "work.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0 and "as on Windows: well" in ran.stdout, ran.stdout[-2000:] + ran.stderr[-4000:]


def test_a_file_that_somebody_reads_is_waited_for(tmp_path: Path, monkeypatch) -> None:
    replace, tries = Path.replace, []

    def busy(path: Path, target: Path) -> None:
        tries.append(path)
        if len(tries) % 3:
            raise PermissionError("WinError 32")
        replace(path, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(files.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(files, "WINDOWS", True)
    checkpoint.write_json(tmp_path / "a.json", 1)
    assert len(tries) == 3 and checkpoint.read_json(tmp_path / "a.json") == 1
    monkeypatch.setattr(Path, "replace", lambda path, target: (_ for _ in ()).throw(PermissionError("for good")))
    with pytest.raises(PermissionError, match="for good"):
        checkpoint.write_json(tmp_path / "a.json", 2)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux what is mapped")
def test_what_was_read_is_not_mapped_and_so_can_be_removed(config, pair, tmp_path: Path) -> None:
    Trainer(config, pair, tmp_path, progress=False).run(until=2)
    model, trainer = checkpoint.load_model(tmp_path), Trainer.open(config, pair, tmp_path, progress=False)
    assert trainer.step == 2 and model.view == config.view
    assert str(tmp_path) not in Path("/proc/self/maps").read_text()


def test_a_held_run_waits_a_little_at_a_time_and_so_hears_ctrl_c() -> None:
    control, waits = Control(), []
    control._go = SimpleNamespace(wait=lambda timeout=None: waits.append(timeout) or len(waits) == 3)
    control.hold()
    assert len(waits) == 3 and None not in waits


def test_memory_is_told_without_the_module_resource(config, pair, tmp_path: Path, monkeypatch) -> None:
    learner, told = Trainer(config, pair, tmp_path).learner, SimpleNamespace(peak_wset=7 * 10**9)
    monkeypatch.setattr(forecast, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(forecast.psutil, "Process", lambda: SimpleNamespace(memory_info=lambda: told))
    assert 7 * 10**9 < forecast.memory(learner) < 7.1 * 10**9
