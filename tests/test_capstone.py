"""The capstone's helpers: they agree with the trainer and the report, and fall back where photographs cannot be had."""

import sys
from types import ModuleType

import pytest
import torch

from uagt_lib.course import capstone
from uagt_lib.course.lessons.lesson_09 import answers as lesson_09
from uagt_lib.course.lessons.lesson_09 import figures
from uagt_lib.data import download
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import kid
from uagt_lib.training.checkpoint import step_of
from uagt_lib.training.config import Config


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

    monkeypatch.setattr(capstone, "download", unreachable)
    monkeypatch.setattr(Config, "drawn", lambda config: "drawn")
    config, pair = capstone.world("horse2zebra")
    assert (config.preset, pair) == ("savanna", "drawn")
    assert "no network" in capsys.readouterr().out
    with pytest.raises(UagtError, match="choose savanna or horse2zebra"):
        capstone.world("apples")
    assert "horse2zebra" in download.ARCHIVES


def test_a_run_on_drive_only_where_there_is_one(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("UAGT_RUNS", str(tmp_path))
    assert capstone.folder("savanna", on_drive=True) == tmp_path / "capstone-savanna"
    assert "no Google Drive" in capsys.readouterr().out
    mounted = []
    colab = ModuleType("google.colab")
    colab.drive = ModuleType("drive")
    colab.drive.mount = mounted.append
    monkeypatch.setitem(sys.modules, "google", ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    assert str(capstone.folder("savanna", on_drive=True)).startswith("/content/drive/MyDrive")
    assert mounted == ["/content/drive"]


def test_so_far_shows_the_newest_or_what_ships(tmp_path, capsys):
    assert capstone.so_far(tmp_path)[0].name == "savanna-64.safetensors"
    assert "No milestone of your run yet" in capsys.readouterr().out
    for step in (20, 10):
        (tmp_path / "checkpoints" / f"step-{step:08d}").mkdir(parents=True)
    (tmp_path / "milestones").mkdir()
    (tmp_path / "milestones" / "step-00000005.safetensors").touch()
    assert [step_of(p) for p in capstone.so_far(tmp_path)] == [5, 10, 20]
    assert "3 milestones of your run so far, the newest of step 20" in capsys.readouterr().out
