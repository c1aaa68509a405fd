"""How much memory this process may still take, and what to say where that is not enough."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from uagt_lib.errors import UagtError

CGROUPS = Path("/sys/fs/cgroup")


def free() -> int:
    """Bytes this process may still take: of the machine, of its container or batch job, of `ulimit -v`."""
    return max(0, min(psutil.virtual_memory().available, *_of_groups(), *_of_limit()))


def check(needed: int, what: str, way_out: str = "take fewer or smaller ones") -> None:
    """Before `needed` bytes are taken.

    Raises:
        UagtError: "`what` need ... GB of memory and ... GB are free: `way_out`", where they are more than is free.
    """
    if needed > (there := free()):
        raise UagtError(f"{what} need {_gb(needed)} of memory and {_gb(there)} are free: {way_out}")


def ran_out(error: Exception) -> bool:
    """Whether an error means that memory, of the machine or of the GPU, was refused."""
    words = ("out of memory", "can't allocate memory", "not enough memory")  # PyTorch's: CUDA, Linux, Windows
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and any(w in str(error) for w in words))


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _of_groups() -> list[int]:
    """What Linux control groups leave: those of Docker and Slurm, of version 2 and of version 1."""
    found = []
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, name = line.split(":", 2)
            if not controllers:
                found += _of_group(CGROUPS, name, "max", "current", "inactive_file")
            elif "memory" in controllers.split(","):
                old = "limit_in_bytes", "usage_in_bytes", "total_inactive_file"
                found += _of_group(CGROUPS / "memory", name, *old)
    return found


def _of_group(root: Path, name: str, most: str, used: str, cached: str) -> Iterator[int]:
    """For a group and those above it, any of which may set a limit. Files that were read and may go do not count."""
    for group in [root / name.lstrip("/"), *(root / name.lstrip("/")).parents]:
        with suppress(OSError, ValueError, KeyError):  # no such file, or no limit: "max"
            limit, taken = (int((group / f"memory.{x}").read_text(encoding="utf-8")) for x in (most, used))
            stat = dict(x.split() for x in (group / "memory.stat").read_text(encoding="utf-8").splitlines())
            yield limit - taken + int(stat[cached])


def _of_limit() -> list[int]:
    """What `ulimit -v` leaves, where there is such a thing."""
    with suppress(ImportError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most != resource.RLIM_INFINITY:
            return [most - psutil.Process(os.getpid()).memory_info().vms]
    return []
