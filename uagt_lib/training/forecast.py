"""What a run will take - time, memory, disk - said once its own first steps have shown how fast it goes."""

import shutil
import sys
from pathlib import Path

import psutil
import torch
from torch import Tensor

from uagt_lib.training.checkpoint import translators
from uagt_lib.training.folder import KEPT, SHARES
from uagt_lib.training.state import tensors_of
from uagt_lib.training.step import Learner


def forecast(learner: Learner, goal: int, pace: float, out: Path) -> str:
    """A sentence on a run to step `goal`, a step in `pace` seconds; `out` is, or will be, its folder."""
    left = goal - learner.step
    there = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    needs = f"{_size(memory(learner))} of memory and {_size(disk(learner))} of disk"
    free = f"({_size(shutil.disk_usage(there).free)} free)"
    return f"{left} steps of {pace:.2g} s, {duration(left * pace)} to the end; needs {needs} {free}"


def disk(learner: Learner) -> int:
    """Bytes of a run's checkpoints at their largest, one that is being written counted in, and of its milestones."""
    checkpoint = _bytes(learner.shown.state_dict()) + _bytes(tensors_of(learner)) + _to_come(learner)
    return (KEPT + 1) * checkpoint + len(SHARES) * _bytes(translators(learner.shown))


def memory(learner: Learner) -> int:
    """Bytes of memory, on CUDA the GPU's, at the worst moment so far, with what pools will add."""
    if learner.device.type == "cuda":
        return torch.cuda.max_memory_allocated(learner.device) + _to_come(learner)
    if sys.platform == "win32":
        return psutil.Process().memory_info().peak_wset + _to_come(learner)
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) + _to_come(learner)


def duration(seconds: float) -> str:
    """ "35 s", "12 min", "3 h 20 min", "2 days 4 h"."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    if minutes < 100:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def _to_come(learner: Learner) -> int:
    """Bytes that pools will still grow by: pictures of three channels, and their maps, in float32."""
    free = sum(pool.capacity - len(pool.pairs) for pool in learner.pools)
    return free * 4 * (3 + 1) * learner.config.crop**2


def _bytes(tensors: dict[str, Tensor]) -> int:
    return sum(t.numel() * t.element_size() for t in tensors.values())


def _size(count: int) -> str:
    """ "31 MB" or "1.2 GB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
