"""Several processes: the gradients of two with batch 1 are those of one with batch 2, and their run resumes exactly."""

import os
import socket
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as mp

from uagt_lib.data.pairs import Pair
from uagt_lib.training.checkpoint import checkpoints, read_tensors
from uagt_lib.training.config import Config
from uagt_lib.training.step import average_gradients
from uagt_lib.training.trainer import Trainer

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def enter(rank: int, port: int) -> None:
    """What `accelerate launch` does for process `rank` of two."""
    torch.set_num_threads(1)
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
                   "MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true"}  # fmt: skip


def gradients(trainer: Trainer, s: torch.Tensor, t: torch.Tensor, stage: int) -> dict[str, torch.Tensor]:
    """The averaged gradients of both losses, without any update."""
    model, found = trainer.model, {}
    model.enter_stage(stage)
    trips = model.trips(s, t)
    for terms, parameters in (
        (model.generator_loss(trips, stage), model.translators()),
        (model.discriminator_loss(trips, trainer.learner.pools, stage), model.judges()),
    ):
        model.zero_grad(set_to_none=True)
        sum(terms.values()).backward(inputs=[p for p in parameters if p.requires_grad])
        average_gradients(parameters)
        found |= {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    return found


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(5)
    return tuple(torch.rand(2, 3, 32, 32, generator=g) * 2 - 1 for _ in range(2))


def worker(rank: int, port: int, config: Config, pair: Pair, out: Path) -> None:
    enter(rank, port)
    trainer = Trainer(config, pair, out / "ddp")
    assert trainer.learner.processes == 2
    s, t = batch()
    for stage in (1, 2):
        mine = gradients(trainer, s[rank : rank + 1], t[rank : rank + 1], stage)
        if rank == 0:
            torch.save(mine, out / f"stage{stage}.pt")
    trainer.learner.pools[0].pairs.clear(), trainer.learner.pools[1].pairs.clear()
    trainer.run(until=3)
    Trainer.open(config, pair, out / "ddp").run()
    whole = Trainer(config, pair, out / "whole")
    whole.run()
    stopped = Trainer(config.with_(steps=100), pair, out / "stopped")
    if rank == 1:  # one process is told; all must leave together, at the next record
        stopped.control.stop()
    stopped.learner.step = 1
    stopped.run()
    torch.distributed.destroy_process_group()


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("processes")


@pytest.fixture
def two(config: Config, pair: Pair, out: Path) -> Path:
    if not (out / "whole").exists():
        mp.spawn(worker, args=(free_port(), config.with_(steps=6), pair, out), nprocs=2)
    return out


def test_gradients_equal_those_of_one_process_with_both_images(
    two: Path, config: Config, pair: Pair, tmp_path: Path
) -> None:
    one = Trainer(config.with_(steps=6, batch=2), pair, tmp_path)
    for stage in (1, 2):
        want, found = gradients(one, *batch(), stage), torch.load(two / f"stage{stage}.pt")
        assert found.keys() == want.keys()
        for name in want:
            torch.testing.assert_close(found[name], want[name], rtol=1e-4, atol=1e-6, msg=name)


def test_two_processes_resume_exactly_and_draw_different_images(two: Path) -> None:
    for file in ("weights", "training-0", "training-1"):
        a, b = (
            read_tensors(two / run / "checkpoints/step-00000006" / f"{file}.safetensors") for run in ("ddp", "whole")
        )
        assert a.keys() == b.keys()
        assert all(torch.equal(a[name], b[name]) for name in a), file
    assert checkpoints(two / "stopped")[-1].name == "step-00000025"
    samplers = [
        read_tensors(two / f"whole/checkpoints/step-00000006/training-{i}.safetensors")["sampler"] for i in (0, 1)
    ]
    assert not torch.equal(*samplers)
