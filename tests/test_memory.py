"""What is free is what the machine, the container and the shell's limit leave; who needs more is told beforehand."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image

from uagt_lib import memory
from uagt_lib.data import folders, pairs
from uagt_lib.errors import UagtError, UagtWarning

GB = 10**9


def group(folder: Path, most: str, used: int, cached: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(most)
    (folder / "memory.current").write_text(str(used))
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {cached}\n")


def test_the_tightest_group_above_counts(tmp_path: Path) -> None:
    group(tmp_path / "job", str(4 * GB), 2 * GB, GB)
    group(tmp_path / "job" / "step", "max", GB, 0)
    group(tmp_path, str(64 * GB), 2 * GB, 0)
    found = list(memory._of_group(tmp_path, "/job/step", "max", "current", "inactive_file"))
    assert min(found) == 3 * GB  # what was only read from files can go, and a group without limit sets none
    assert len(found) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ulimit -v means something on Linux only")
def test_the_shells_limit_counts() -> None:
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (10**9,) * 2); from uagt_lib.memory import free; print(free())"
    )
    free = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert 0 < free < GB


def test_who_needs_more_is_told_the_way_out(monkeypatch) -> None:
    monkeypatch.setattr(memory, "free", lambda: 3 * GB)
    memory.check(3 * GB, "all of it")
    with pytest.raises(UagtError, match=r"all of it need 4\.0 GB of memory and 3\.0 GB are free: take fewer"):
        memory.check(4 * GB, "all of it")


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you"), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 576000000 bytes."), True),
        (RuntimeError("shapes cannot be multiplied"), False),
        (OSError("out of memory"), False),
    ],
)
def test_what_means_that_memory_ran_out(error: Exception, is_memory: bool) -> None:
    assert memory.ran_out(error) == is_memory


def test_training_pictures_are_counted_before_any_is_read(tmp_path: Path, monkeypatch) -> None:
    for name in ("trainA", "trainB", "testA", "emptyB"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (40, 40)).save(tmp_path / name / "a.png")
    need = 2 * 3 * 36**2 + 2 * 3 * 32**2
    monkeypatch.setattr(memory, "free", lambda: need)
    monkeypatch.setattr(pairs, "MUCH", need - 1)
    with pytest.warns(UagtWarning, match=r"the 4 pictures of .* need 0\.0 GB of memory, at 36 pixels"):
        pairs.from_folders(tmp_path, 32, 36)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")  # two processes on this machine, and each holds all of them
    monkeypatch.setattr(folders, "read_image", lambda _: pytest.fail("read"))
    with pytest.raises(UagtError, match=r"the 4 pictures of .*, 2 times, need .*: take a part of them, or a preset of"):
        pairs.from_folders(tmp_path, 32, 36)
