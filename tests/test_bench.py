"""The benches run: nobody should wait minutes, or find a GPU, to learn that a name in them has changed."""

import pytest
import torch

from tests import bench_gpu, bench_step
from tests.bench_cyclegan import CycleGAN
from tests.stopwatch import noise, ratio, show, timed
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset


def test_variants_take_turns_and_warm_up_before_they_count() -> None:
    order, now = [], iter(range(100))
    seconds = timed({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3, lambda: next(now))
    assert order == ["a", "b"] * 5 and seconds == {"a": [1, 1, 1], "b": [1, 1, 1]}


def test_ratios_are_taken_round_by_round(capsys) -> None:
    """A machine that is three times as slow in one round is that for both."""
    a, b = [1.0, 3.0, 1.0, 1.0], [2.0, 6.0, 2.0, 2.0]
    assert ratio(a, b) == (0.5, 0.5, 0.5) and ratio([1.0], [4.0]) == (0.25,) * 3
    show("A title", {"slow": b, "quick": a}, "slow")
    assert "quick" in capsys.readouterr().out.splitlines()[-1]


def test_the_step_beside_ours_trains_all_four_networks() -> None:
    theirs = CycleGAN(noise(36), 32, width=4, blocks=1, judges=4)
    networks = (theirs.G_A, theirs.G_B, theirs.D_A, theirs.D_B)
    before = [p.clone() for network in networks for p in network.parameters()]
    theirs.advance()
    after = [p for network in networks for p in network.parameters()]
    assert all(not torch.equal(*pair) for pair in zip(before, after, strict=True) if pair[0].ndim == 4)


@pytest.mark.parametrize("decoder", ["appendix", "released"])
def test_the_savanna_is_measured_with_either_decoder(decoder: str) -> None:
    config = bench_step.with_decoder(preset("savanna"), decoder)
    assert config.architecture.attention_decoder == decoder and config.model().A_s is not None


@pytest.mark.slow
def test_each_identity_can_be_left_out(config: Config, capsys) -> None:
    bench_step.identities("Tiny", config, 2)
    rows = capsys.readouterr().out.strip().splitlines()
    assert len(rows) == 8 and " 1.000 x  [1.000, 1.000]" in rows[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", bench_gpu.WAYS)
def test_every_way_of_the_gpu_bench_runs_on_a_cpu(config: Config, name: str) -> None:
    flags = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    cost = bench_gpu.measure(config, bench_gpu.WAYS[name], 4, device="cpu", backend="eager")
    low, high = cost.seconds[1:]
    assert 0 < low <= cost.seconds[0] <= high and cost.images == pytest.approx(2 / cost.seconds[0])
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32) == flags
    assert f"{1e3 * cost.seconds[0]:.1f} ms" in bench_gpu.row(name, 32, cost)


@pytest.mark.slow
def test_a_row_that_fails_says_why_and_the_rest_goes_on(config: Config, monkeypatch, capsys) -> None:
    def step(learner) -> float:
        if learner.config.precision == "bf16":
            raise RuntimeError("out of memory\nand much more")
        return 0.5

    monkeypatch.setattr(bench_gpu, "step", step)
    bench_gpu.table([config], 4, device="cpu", backend="eager")
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 4 and "500.0 ms" in rows[1] and rows[2].endswith("failed: out of memory")


def test_without_a_gpu_the_bench_says_so(monkeypatch, capsys) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    bench_gpu.gpu()
    assert "none here" in capsys.readouterr().out
