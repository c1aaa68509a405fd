"""What is written, and where: no character of ours or of a file's name is an error, whatever the encoding."""

import ast
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import uagt_lib
from uagt_lib import cli
from uagt_lib.errors import UagtError
from uagt_lib.files import check_regular, plain_streams, to_bytes
from uagt_lib.training.checkpoint import read_tensors, write_tensors

STRAY = "bad\udcff"  # a byte that is no UTF-8, as Python keeps it in a file's name


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [
        ("utf-8", "S→T 1 ± 2 ü bad\\udcff"),
        ("cp1252", "S->T 1 ± 2 ü bad\\udcff"),
        ("ascii", "S->T 1 +- 2 \\xfc bad\\udcff"),
    ],
)
def test_what_cannot_be_shown_is_written_plainly(encoding: str, seen: str, monkeypatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    plain_streams()
    for stream in (sys.stdout, sys.stderr):
        print(f"S→T 1 ± 2 ü {STRAY}", file=stream, flush=True)
        assert stream.buffer.getvalue().decode(encoding).rstrip() == seen


def test_a_closed_output_takes_everything(monkeypatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    plain_streams()
    print("into nothing")
    assert cli.main(["data", "verify", "nowhere"]) == 2


def test_text_becomes_utf_8_whatever_is_in_it() -> None:
    assert to_bytes(f"S→T {STRAY}\n").decode() == "S→T bad\\udcff\n"


def test_no_file_of_ours_depends_on_the_systems_encoding() -> None:
    """Whoever reads or writes text names its encoding."""
    forgotten = []
    for path in Path(uagt_lib.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(k.arg == "encoding" for k in node.keywords):
                continue
            called = ast.unparse(node.func)
            mode = node.args[1].value if called == "open" and len(node.args) > 1 else ""
            if called.endswith((".read_text", ".write_text")) or (called == "open" and "b" not in mode):
                forgotten.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    assert forgotten == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of a name here")
def test_what_is_no_regular_file_is_called_by_its_kind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, sentence in ((tmp_path / "pipe", "a pipe"), (tmp_path, "a folder"), (Path("/dev/null"), "a device")):
        with pytest.raises(UagtError, match=sentence):
            check_regular(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are text here")
def test_a_checkpoint_in_a_folder_of_stray_bytes_is_read(tmp_path: Path) -> None:
    """safetensors, in Rust, refuses such a path."""
    where = tmp_path / STRAY / "weights.safetensors"
    where.parent.mkdir()
    write_tensors(where, {"x": torch.arange(3)})
    assert torch.equal(read_tensors(where)["x"], torch.arange(3))


@pytest.mark.slow
def test_a_file_name_of_stray_bytes_goes_all_the_way(tmp_path: Path) -> None:
    """Only a process of its own has an output of its own."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("names are text here")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "uagt_lib", "data", "savanna", "--images", "1", "--size", "32", "--out", STRAY]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "are in bad\\udcff" in done.stdout, done
    assert (tmp_path / STRAY / "trainA" / "0000.png").exists()
