"""The command line: what it writes, what it prints, and one sentence with exit code 2 when it goes wrong."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uagt_lib import cli
from uagt_lib.method.methods import METHODS
from uagt_lib.training import presets
from uagt_lib.training.config import Config


@pytest.fixture(autouse=True)
def tiny_presets(config: Config, monkeypatch) -> None:
    """`tiny` draws its pictures, `photos` reads them; both train in a second."""
    for name, savanna in (("tiny", config.savanna), ("photos", 0)):
        row = presets.Preset(name, config.with_(preset=name, savanna=savanna), "horse2zebra")
        monkeypatch.setitem(presets.PRESETS, name, row)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for name, count in (("trainA", 3), ("trainB", 2), ("testA", 2), ("testB", 1)):
        folder = tmp_path / "photos" / name
        folder.mkdir(parents=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, (40, 50, 3), np.uint8)).save(folder / f"{i}.jpg")
    return tmp_path / "photos"


def run(*arguments: object) -> int:
    return cli.main([str(a) for a in arguments])


def refused(capsys, *arguments: object) -> str:
    """Run, expect exit code 2 and one sentence; return it."""
    assert run(*arguments) == 2
    err = capsys.readouterr().err
    line = [part for part in err.replace("\r", "\n").splitlines() if part.startswith("uagt: ")]
    assert len(line) == 1 and "Traceback" not in err, err
    return err[err.index("uagt: ") :]


def test_train_resume_and_translate(tmp_path: Path, capsys) -> None:
    out = tmp_path / "run"
    assert run("train", "--preset", "tiny", "--out", out) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["steps"] == 12 and metrics["device"].startswith("cpu")
    for domain in ("source", "target"):
        assert set(metrics[domain]) == {"iou@0.5", "iou@0.1", "attention_inside", "attention_outside",
                                        "background_error", "object_free_attention"}  # fmt: skip
        assert all(isinstance(value, float) for value in metrics[domain].values())
    assert Image.open(out / "samples" / "step-00000012.png").size[0] > 200
    assert "already holds a run" in refused(capsys, "train", "--preset", "tiny", "--out", out)
    assert run("train", "--out", out, "--resume", "--steps", 14) == 0  # the checkpoint knows its preset
    assert json.loads((out / "metrics.json").read_text())["steps"] == 14
    assert "seed: 3, not 0" in refused(capsys, "train", "--out", out, "--resume", "--seed", 3)
    Image.new("RGB", (70, 51), "red").save(tmp_path / "odd.png")
    for direction in ("s2t", "t2s"):
        target = tmp_path / direction
        assert (
            run(
                "translate",
                "--checkpoint",
                out,
                "--input",
                tmp_path / "odd.png",
                "--out",
                target,
                "--direction",
                direction,
            )
            == 0
        )
        assert sorted(p.name for p in target.iterdir()) == ["attention", "contact_sheet.png", "odd.png"]
        assert Image.open(target / "odd.png").size == Image.open(target / "attention" / "odd.png").size == (70, 51)
    results = [np.array(Image.open(tmp_path / direction / "odd.png")) for direction in ("s2t", "t2s")]
    assert not np.array_equal(*results)


def test_photographs_have_no_masks_and_their_scores_are_null(tmp_path: Path, photos: Path) -> None:
    assert run("train", "--preset", "photos", "--data", photos, "--out", tmp_path / "run") == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert set(metrics["source"].values()) == {None}


def test_data_without_test_pictures_trains(tmp_path: Path, photos: Path, config: Config, monkeypatch) -> None:
    shutil.rmtree(photos / "testA"), shutil.rmtree(photos / "testB")
    indivisible = presets.Preset("photographs", config.with_(preset="photos", savanna=0, load=39))
    monkeypatch.setitem(presets.PRESETS, "photos", indivisible)
    assert run("train", "--preset", "photos", "--data", photos, "--out", tmp_path / "run") == 0


def test_the_drawn_set_can_be_written_and_trained_from(tmp_path: Path, config: Config) -> None:
    assert run("data", "savanna", "--out", tmp_path / "drawn", "--size", 36, "--images", 4) == 0
    counts = {p.name: len(list(p.iterdir())) for p in (tmp_path / "drawn").iterdir()}
    assert counts == {
        f"{name}{d}": n for d in "AB" for name, n in (("train", 4), ("test", 64), ("masks", 64), ("empty", 64))
    }
    assert (
        run("train", "--preset", "photos", "--data", tmp_path / "drawn", "--out", tmp_path / "run", "--steps", 2) == 0
    )
    source = json.loads((tmp_path / "run" / "metrics.json").read_text())["source"]
    assert None not in source.values()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--preset", "nope"), "unknown preset 'nope'; known are"),
        (("--preset", "tiny", "--method", "nope"), "unknown method 'nope'; known are"),
        (("--preset", "tiny", "--steps", "0"), "at least one step"),
        (("--preset", "tiny", "--resume"), "no checkpoint to resume from"),
        (("--preset", "photos"), "uagt data download horse2zebra"),
        (("--preset", "summer2winter"), "uagt data download summer2winter_yosemite"),
        (("--preset", "lion2tiger"), "name your own folder with --data"),
        (("--preset", "photos", "--data", "nowhere"), "nowhere is not a folder"),
    ],
)
def test_wrong_requests(arguments, sentence: str, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sentence in refused(capsys, "train", *arguments)


def damage(photos: Path, what: str) -> str:
    """Spoil the data folder in one way; returns what the sentence must contain."""
    folder, bad = photos / "trainB", photos / "trainB" / "1.jpg"
    if what == "missing":
        shutil.rmtree(folder)
        return "trainB does not exist"
    if what == "empty":
        for path in folder.iterdir():
            path.unlink()
        return "trainB holds no image"
    if what == "truncated":
        bad.write_bytes(bad.read_bytes()[:400])
    if what == "text":
        bad.write_text("not a picture")
    if what == "tiny":
        Image.new("RGB", (1, 1)).save(bad)
    if what == "bomb":
        Image.new("1", (40_000, 2_500)).save(folder / "1.png")
        return "1.png"
    return "1.jpg"


@pytest.mark.parametrize("what", ["missing", "empty", "truncated", "text", "tiny", "bomb"])
def test_bad_data_folders(what: str, photos: Path, tmp_path: Path, capsys) -> None:
    sentence = damage(photos, what)
    assert sentence in refused(capsys, "train", "--preset", "photos", "--data", photos, "--out", tmp_path / "run")


def test_an_unwritable_out_folder(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot write to" in refused(capsys, "train", "--preset", "tiny", "--out", tmp_path / "file" / "run")


def test_translate_leaves_damaged_pictures_out_and_does_the_rest(tmp_path: Path, photos: Path, capsys) -> None:
    run("train", "--preset", "tiny", "--out", tmp_path / "run", "--steps", 1)
    capsys.readouterr()
    damage(photos, "truncated")
    said = refused(
        capsys, "translate", "--checkpoint", tmp_path / "run", "--input", photos / "trainB", "--out", tmp_path / "out"
    )
    assert "1 of 2 pictures were left out" in said and "1.jpg" in said
    assert (tmp_path / "out" / "0.png").exists() and (tmp_path / "out" / "contact_sheet.png").exists()
    for checkpoint, sentence in (
        (tmp_path / "none", "holds no checkpoint"),
        (photos / "trainB" / "0.jpg", "cannot be read as safetensors"),
    ):
        assert sentence in refused(
            capsys, "translate", "--checkpoint", checkpoint, "--input", photos, "--out", tmp_path / "out"
        )


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_its_like_save_and_say_how_to_resume(number: int, tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "uagt_lib", "train", "--preset", "savanna-smoke", "--out", str(out)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    end = time.monotonic() + 90
    while not (out / "milestones").exists() and time.monotonic() < end:  # the first comes after 8 steps
        time.sleep(0.1)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"go on with: uagt train --out {out} --resume" in err and "Traceback" not in err
    step = int(err.split("saved at step ")[1].split()[0])
    assert (out / "checkpoints" / f"step-{step:08d}").is_dir()


@pytest.mark.slow
def test_a_dry_run_leaves_nothing_and_a_time_limit_saves(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("uagt_lib.training.clock.SAVING", 2.0)
    threads: list[int] = []  # where cores are busy, a second thread waits for seconds
    monkeypatch.setattr("uagt_lib.training.trainer.computing_with", lambda n: nullcontext(threads.append(n)))
    out = tmp_path / "run"
    assert run("train", "--preset", "tiny", "--out", out, "--steps", 900, "--threads", 2, "--dry-run") == 0
    first, needs = capsys.readouterr().out.splitlines()
    assert "step 0 of 900" in first and first.endswith(", 2 threads") and threads == [2]
    assert needs.startswith("880 steps of ") and "of memory and " in needs
    assert not out.exists()
    said = refused(capsys, "train", "--preset", "tiny", "--out", out, "--steps", 90_000, "--max-minutes", 0.1)
    assert "stopped and saved at step " in said and f"uagt train --out {out} --resume" in said
    assert run("train", "--out", out, "--resume", "--dry-run") == 0
    assert " of 90000, on cpu" in capsys.readouterr().out


def test_help_names_every_preset_and_method_and_does_not_wait_for_torch(capsys, monkeypatch) -> None:
    monkeypatch.undo()  # the real presets
    with pytest.raises(SystemExit):
        cli.main(["train", "--help"])
    help = capsys.readouterr().out
    for name, row in {**presets.PRESETS, **METHODS}.items():
        assert re.search(rf"^  {name} +{re.escape(row.summary)}$", help, re.MULTILINE), name
    code = "import sys, uagt_lib.cli as c\ntry: c.main(['train', '--help'])\nfinally: assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_every_command_starts_and_python_m_is_uagt(capsys) -> None:
    def commands(*words: str) -> list[tuple[str, ...]]:
        with pytest.raises(SystemExit) as left:
            cli.main([*words, "--help"])
        assert left.value.code == 0
        listed = capsys.readouterr().out.partition("\ncommands:\n")[2]
        below = [commands(*words, word) for word in re.findall(r"^    ([\w-]+)", listed, re.MULTILINE)]
        return [words, *(command for found in below for command in found)]

    found = commands()
    assert {("train",), ("translate",), ("evaluate",), ("export",), ("reproduce",), ("data", "verify")} <= set(found)
    ran = subprocess.run([sys.executable, "-m", "uagt_lib", "--help"], capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("usage: uagt ") and all(command[0] in ran.stdout for command in found[1:])


def test_verify_names_what_changed(tmp_path: Path, photos: Path, capsys, monkeypatch) -> None:
    from uagt_lib.data import download
    from uagt_lib.data.manifest import Report

    for missing, code in (((), 0), (("trainA/0.jpg",), 2)):
        monkeypatch.setattr(download, "verify", lambda folder, m=missing: Report("horse2zebra", 5, m, (), ()))
        assert run("data", "verify", photos) == code
    monkeypatch.undo()
    assert "manifest" in refused(capsys, "data", "verify", photos)
    assert "nowhere" in refused(capsys, "data", "verify", tmp_path / "nowhere")
