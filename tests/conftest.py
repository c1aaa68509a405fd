"""Small things that many tests share: a tiny configuration and a tiny pair of image sets."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch; kernels and commands that tests start inherit it

import signal

import pytest
import torch

from tests.lesson_runs import LessonRuns
from uagt_lib.data.pairs import Pair, from_savanna
from uagt_lib.method.pieces import Architecture
from uagt_lib.training.config import Config
from uagt_lib.training.trainer import Trainer

TINY = Architecture(
    generator_width=4,
    generator_blocks=1,
    attention_width=4,
    attention_levels=1,
    discriminator_width=4,
    discriminator_halvings=2,
    end_kernel=3,
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, up to four: each takes about 1 GB, and many wait for a kernel or a browser."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(1 + (cores or 1), 4)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LessonRuns())


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Tiny tensors gain nothing from threads, and bit-for-bit comparisons must not depend on how many there are."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def as_in_a_terminal() -> None:
    """A shell starts what it puts in the background with Ctrl-C ignored; tests press it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def config() -> Config:
    return Config(
        preset="tiny", load=36, crop=32, batch=1, steps=12, switch=0.5, rate=1e-3, pool=3, savanna=6, architecture=TINY
    )


@pytest.fixture(scope="session")
def pair() -> Pair:
    return from_savanna(32, 36, images=6, held_out=3)


@pytest.fixture(scope="session")
def whole(config: Config, pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run that was never interrupted, at its end; to be looked at only, since many tests do."""
    trainer = Trainer.open(config, pair, tmp_path_factory.mktemp("whole"), progress=False)
    trainer.run()
    return trainer
