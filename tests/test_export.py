"""Export to ONNX: the file computes what PyTorch computes, at other sizes too, or it does not appear."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from uagt_lib import export
from uagt_lib.cli import main
from uagt_lib.errors import UagtError
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import load_model

CHECKPOINTS = Path(__file__).parents[1] / "data" / "checkpoints"


def pictures(height: int, width: int) -> torch.Tensor:
    return torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(3)) * 2 - 1


@pytest.fixture
def packages() -> None:
    for name in ("onnx", "onnxruntime"):
        pytest.importorskip(name, reason="install the extra: pip install -e '.[onnx]'")


@pytest.mark.parametrize("direction", Direction)
def test_a_translator_is_eq_1_with_the_networks_of_its_direction_only(direction: Direction) -> None:
    model = load_model(CHECKPOINTS / "savanna-64.safetensors")
    translator, x = export.Translator(model, direction), pictures(32, 48)
    with torch.no_grad():
        assert torch.equal(translator(x), model.translate(x, direction).translated)
    names = {Direction.S2T: (model.F_st, model.A_s), Direction.T2S: (model.F_ts, model.A_t)}[direction]
    own = {id(p) for network in names for p in network.parameters()}
    assert {id(p) for p in translator.parameters()} == own


@pytest.mark.slow
@pytest.mark.parametrize(("name", "direction"), [("savanna-64", "t2s"), ("cyclegan-64", "s2t")], ids=lambda x: x)
def test_the_graph_agrees_with_torch_at_any_size(packages: None, name: str, direction: str, tmp_path: Path) -> None:
    checkpoint, path = CHECKPOINTS / f"{name}.safetensors", tmp_path / "new" / "x.onnx"
    assert export.export_onnx(checkpoint, path, direction) < export.TOLERANCE
    model = load_model(checkpoint)
    for height, width in ((64, 64), (32, 100)):
        x = pictures(height, width)
        with torch.no_grad():
            wanted = model.translate(x, direction)
        for output in export.OUTPUTS:
            found = torch.from_numpy(export.run_onnx(path, x.numpy(), output))
            torch.testing.assert_close(found, getattr(wanted, output), atol=1e-4, rtol=0, msg=output)
    assert [p.name for p in path.parent.iterdir()] == ["x.onnx"]


@pytest.mark.slow
@pytest.mark.parametrize("wrong", export.OUTPUTS)
def test_a_graph_that_computes_something_else_is_not_kept(
    packages: None, wrong: str, tmp_path: Path, monkeypatch
) -> None:
    right = export.run_onnx
    monkeypatch.setattr(export, "run_onnx", lambda path, x, output: right(path, x, output) + 1e-3 * (output == wrong))
    with pytest.raises(UagtError, match="differs from PyTorch by"):
        export.export_onnx(CHECKPOINTS / "savanna-64.safetensors", tmp_path / "x.onnx")
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_are_named(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    checkpoint = str(CHECKPOINTS / "savanna-64.safetensors")
    assert main(["export", "--checkpoint", checkpoint, "--out", str(tmp_path / "x.onnx")]) == 2
    assert "pip install onnx onnxruntime" in capsys.readouterr().err


def test_the_command_writes_the_file_and_says_how_exact_it_is(packages: None, tmp_path: Path, capsys) -> None:
    checkpoint, path = str(CHECKPOINTS / "savanna-64.safetensors"), tmp_path / "x.onnx"
    assert main(["export", "--checkpoint", checkpoint, "--out", str(path), "--direction", "t2s"]) == 0
    assert path.stat().st_size > 500_000 and "differs from PyTorch by at most" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere every name is Unicode")
def test_a_folder_whose_name_is_no_utf8_gets_its_graph(packages: None, tmp_path: Path) -> None:
    folder, words = os.fsencode(tmp_path) + b"/bad\xff", ("-m", "uagt_lib", "export", "--out")
    checkpoint = os.fsencode(CHECKPOINTS / "savanna-64.safetensors")
    ran = subprocess.run(
        [sys.executable, *words, folder + b"/x.onnx", "--checkpoint", checkpoint],
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(CHECKPOINTS.parents[1])},
        capture_output=True,
    )
    assert ran.returncode == 0 and b"Traceback" not in ran.stderr, ran.stderr[-2000:]
    assert os.listdir(folder) == [b"x.onnx"]
