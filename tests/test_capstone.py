"""The capstone's helpers: they agree with the trainer and the report, and fall back where photographs cannot be had."""

import os
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from nbclient import NotebookClient

from tests.conftest import TINY
from tests.lesson_runs import KERNELS
from uagt_lib.course import build, capstone, places, tracking
from uagt_lib.course.lessons.lesson_09 import answers as lesson_09
from uagt_lib.course.lessons.lesson_09 import figures, story
from uagt_lib.data import download
from uagt_lib.data.pairs import from_savanna, to_folders
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import kid
from uagt_lib.inference import translate_batch
from uagt_lib.training.checkpoint import load_model, read_config, step_of
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset
from uagt_lib.training.trainer import Trainer


def test_a_run_that_relapses_has_not_found_its_objects_yet():
    assert lesson_09.healthy_since(figures.RELAPSE) == 150
    assert lesson_09.healthy_since(figures.RELAPSE[:5]) is None
    assert lesson_09.healthy_since([]) is None


def test_the_mean_lead_is_the_difference_of_the_reports_third_columns():
    def scored(shift: int) -> tuple[torch.Tensor, float]:
        features = [torch.randn(60, 8, generator=torch.Generator().manual_seed(i)) + i for i in (shift, 1, 2)]
        *both, mean = kid.protocol(*features, torch.Generator().manual_seed(0), 5, 20)
        return torch.stack([x.values for x in both], 1), 100 * mean.mean

    (mine, my_mean), (rival, rivals_mean) = scored(1), scored(5)
    assert lesson_09.lead(mine, rival)[0] == pytest.approx(rivals_mean - my_mean, rel=1e-9)


def test_the_savanna_stands_in_where_photographs_cannot_be_had(monkeypatch, tmp_path, capsys):
    def unreachable(name: str, root: object) -> None:
        raise UagtError(f"{name} could not be fetched: no network")

    monkeypatch.setenv("UAGT_RUNS", str(tmp_path))
    monkeypatch.setattr(capstone, "download", unreachable)
    monkeypatch.setattr(Config, "drawn", lambda config: "drawn")
    place = capstone.world("horse2zebra")
    assert (place.config.preset, place.pair, place.photographs) == ("savanna", "drawn", None)
    assert "no network" in capsys.readouterr().out
    assert capstone.world("mine").config.preset == "savanna"
    said = capsys.readouterr().out
    assert f"no pictures in {tmp_path / 'my-pictures' / 'trainA'}" in said and "run this cell again" in said
    with pytest.raises(UagtError, match="choose savanna, horse2zebra or mine"):
        capstone.world("apples")
    assert "horse2zebra" in download.ARCHIVES


@pytest.fixture
def colab(monkeypatch) -> ModuleType:
    """As if google.colab were there, and imported, as Colab's kernels have it."""
    colab = ModuleType("google.colab")
    monkeypatch.setitem(sys.modules, "google", ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    return colab


def test_runs_and_progress_are_kept_on_drive_only_where_there_is_one(monkeypatch, capsys, request, tmp_path):
    monkeypatch.setenv("UAGT_RUNS", str(tmp_path))
    monkeypatch.setenv("UAGT_PROGRESS", str(tmp_path))
    places.keep_on_drive()
    assert places.runs("x") == tmp_path / "x" and "no Google Drive" in capsys.readouterr().out
    mounted = []
    colab = request.getfixturevalue("colab")
    colab.drive = ModuleType("drive")
    colab.drive.mount = mounted.append
    monkeypatch.setattr(places, "DRIVE", tmp_path / "MyDrive")
    places.keep_on_drive()
    assert mounted == ["/content/drive"]
    assert places.runs("x") == tmp_path / "MyDrive" / "runs" / "x"
    assert tracking.file().parent == tmp_path / "MyDrive"


def test_own_pictures_are_uploaded_into_two_piles_and_every_fifth_is_held_out(monkeypatch, tmp_path, colab):
    monkeypatch.setenv("UAGT_RUNS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    piles = iter([{f"horse {i}.png": b"h" for i in range(6)}, {f"zebra {i}.png": b"z" for i in range(4)}])
    colab.files = ModuleType("files")
    colab.files.upload = lambda: next(piles)
    folder = capstone.own_pictures()
    count = {part.name: len(list(part.iterdir())) for part in folder.iterdir()}
    assert count == {"trainA": 5, "testA": 1, "trainB": 4}
    assert capstone.own_pictures() == folder  # it does not ask again


def test_the_weights_of_photographs_are_of_the_preset_and_small_enough(monkeypatch, tmp_path):
    assert capstone.PHOTO_WEIGHTS.stat().st_size <= 2.5e6
    config = read_config(capstone.PHOTO_WEIGHTS)
    assert config == preset("horse2zebra-cpu").with_(seed=config.seed)
    pair = from_savanna(112, 112, images=1, held_out=4)
    to_folders(pair, tmp_path)
    monkeypatch.setattr(capstone, "download", lambda name, root: tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert capstone.world("horse2zebra").shipped == {"shipped": capstone.PHOTO_WEIGHTS}
    found = translate_batch(load_model(capstone.PHOTO_WEIGHTS), pair.source.test, "s2t").attention
    assert 0 < found.mean() < 0.9 and found.std() > 0.1  # drawn horses: something is attended, not everything


def a_place(tmp_path: Path, **shipped: Path) -> capstone.World:
    return capstone.World(preset("savanna-smoke"), None, tmp_path, None, shipped)


def test_so_far_shows_the_newest_or_what_ships_or_nothing(tmp_path, capsys):
    assert capstone.so_far(a_place(tmp_path)) == []
    assert "none ships" in capsys.readouterr().out
    place = a_place(tmp_path, shipped=tmp_path / "x.safetensors")
    assert capstone.so_far(place)[0].name == "x.safetensors"
    assert "No milestone of your run yet" in capsys.readouterr().out
    for step in (20, 10):
        (tmp_path / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    (tmp_path / "milestones").mkdir()
    (tmp_path / "milestones" / "step-00000005.safetensors").touch()
    assert [step_of(p) for p in capstone.so_far(place)] == [5, 10, 20]
    assert "3 milestones of your run so far, the newest of step 20" in capsys.readouterr().out


@pytest.mark.slow
def test_facts_forecast_the_steps_that_are_left_and_nothing_where_none_is(tmp_path):
    config = preset("savanna-smoke").with_(steps=24, savanna=4, architecture=TINY)
    place = capstone.World(config, from_savanna(32, 36, images=4, held_out=2), tmp_path, None, {})
    Trainer.open(config, place.pair, tmp_path, progress=False).run(until=3)
    said = capstone.facts(place)
    assert "step 3 of 24" in said and "\n1 steps of " in said
    assert said.endswith("Your run is at step 3 already; starting it goes on from there.")
    Trainer.open(config, place.pair, tmp_path, progress=False).run()
    said = capstone.facts(place)
    assert said.endswith("Your run is finished (24 steps): starting it only shows it.") and "to the end" not in said


@pytest.mark.slow
def test_the_world_of_photographs_runs_from_the_first_cell_to_the_last(tmp_path):
    """The solution of lesson 09 on a dozen made-up photographs, with a run of a few steps."""
    to_folders(from_savanna(64, 64, images=6, held_out=4), tmp_path / "runs" / "my-pictures")
    for pile in ("masksA", "masksB", "emptyA", "emptyB"):
        shutil.rmtree(tmp_path / "runs" / "my-pictures" / pile)
    [source] = build.sources(["09"])
    notebook = build.solution(source)
    changed = [cell for cell in notebook.cells if 'WORLD = "savanna"' in cell.source]
    assert len(changed) == 1
    changed[0].source = changed[0].source.replace('WORLD = "savanna"', 'WORLD = "mine"')
    environment = {
        "UAGT_HEADLESS": "1",
        "UAGT_CAPSTONE_STEPS": "30",
        "UAGT_RUNS": str(tmp_path / "runs"),
        "UAGT_PROGRESS": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(KERNELS), str(build.ROOT)]),
    }
    client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute(env=os.environ | environment)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    words = "\n".join(o.get("text", "") + o.get("data", {}).get("text/markdown", "") for o in outputs)
    assert "horse2zebra-cpu: 6 pictures (4 held out) and 6 pictures (4 held out)" in words
    assert "steps of" in words and "to the end; needs" in words  # the forecast
    assert "milestones of your run so far, the newest of step 30" in words
    assert re.search(r"\| your run \| T→S \|.*±", words), "the table of KIDs"
    assert "has collapsed" in words and "Going on with the savanna" not in words  # 30 steps: the maps are grey still
    assert not [o for o in outputs if o.get("name") == "stderr" and "%|" not in o.text]


def test_a_run_with_one_record_has_one_column_of_losses() -> None:
    record = {"step": 25} | {f"{kind}_{side}": 0.5 for kind in ("adversarial", "cycle", "D") for side in "st"}
    header = story.losses([record]).data.splitlines()[0]
    assert header.count("step 25") == 1
