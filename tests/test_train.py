"""The loop: exact resume, whatever interrupts it; checkpoints that survive; trouble told in words."""

import errno
import json
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import torch

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.control import Control
from uagt_lib.training.state import tensors_of
from uagt_lib.training.trainer import Trainer


def state(trainer: Trainer) -> dict[str, torch.Tensor]:
    return trainer.model.state_dict() | tensors_of(trainer.learner)


def assert_equal(a: Trainer, b: Trainer) -> None:
    left, right = state(a), state(b)
    assert left.keys() == right.keys()
    for name in left:
        assert torch.equal(left[name], right[name]), name


@pytest.fixture
def whole(config: Config, pair: Pair, tmp_path: Path) -> Trainer:
    trainer = Trainer(config, pair, tmp_path / "whole")
    trainer.run()
    return trainer


@pytest.mark.parametrize("k", [3, 6, 8])  # before, at and after the stage switch at step 6
def test_k_steps_and_then_the_rest_equal_all_steps_bit_for_bit(config, pair, whole, tmp_path, k: int) -> None:
    Trainer(config, pair, tmp_path / "run").run(until=k)
    resumed = Trainer.open(config, pair, tmp_path / "run")
    assert resumed.step == k
    resumed.run()
    assert_equal(resumed, whole)
    assert resumed.history == whole.history and resumed.scores == whole.scores


def test_training_changes_what_it_should_in_each_stage(config: Config, pair: Pair, tmp_path: Path) -> None:
    trainer = Trainer(config, pair, tmp_path)

    def moved(steps: int) -> set[str]:
        before = {name: p.clone() for name, p in trainer.model.named_parameters()}
        for _ in range(steps):
            trainer.learner.advance()
        return {n.split(".")[0] for n, p in trainer.model.named_parameters() if not torch.equal(p, before[n])}

    assert moved(6) == {"F_st", "F_ts", "A_s", "A_t", "D_s", "D_t"}
    assert trainer.learner.stage == 2
    assert moved(3) == {"F_st", "F_ts", "D_s", "D_t"}


def test_seeds_differ_and_repeat(config: Config, pair: Pair, whole: Trainer, tmp_path: Path) -> None:
    again, other = (Trainer(config.with_(seed=seed), pair, tmp_path / str(seed)) for seed in (0, 1))
    again.run(), other.run()
    assert_equal(again, whole)
    assert not torch.equal(other.model.F_st.layers[0].weight, whole.model.F_st.layers[0].weight)


def crash(config: Config, pair: Pair, out: Path, at: int) -> None:
    """Train in this process and die by SIGKILL at the `at`-th system call that matters to checkpoints."""
    calls = 0

    def counted(function):
        def wrapper(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return wrapper

    os.fsync, Path.rename, Path.replace, os.open = (counted(f) for f in (os.fsync, Path.rename, Path.replace, os.open))
    Trainer.open(config, pair, out).run()


def test_kill_minus_9_at_any_moment_of_saving_loses_nothing(config, pair, whole, tmp_path) -> None:
    out, spawn = tmp_path / "killed", multiprocessing.get_context("fork")
    for at in (3, 6, 9, 14, 21, 27, 30):
        process = spawn.Process(target=crash, args=(config, pair, out, at))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        for folder in checkpoint.checkpoints(out):  # whatever is there is whole
            checkpoint.load_model(folder)
            assert json.loads((folder / "state.json").read_text())["step"] == int(folder.name[-8:])
    resumed = Trainer.open(config, pair, out)
    assert 0 < resumed.step < config.steps
    resumed.run()
    assert_equal(resumed, whole)
    assert not list((out / "checkpoints").glob(".writing*"))


def test_a_full_disk_leaves_the_old_checkpoint_and_says_so(config, pair, whole, tmp_path, monkeypatch) -> None:
    out = tmp_path / "full"
    Trainer(config, pair, out).run(until=4)
    resumed = Trainer.open(config, pair, out)
    real = checkpoint.write_bytes

    def full(path: Path, data: bytes) -> None:
        if path.name == "weights.safetensors":
            path.write_bytes(data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, data)

    monkeypatch.setattr(checkpoint, "write_bytes", full)
    with pytest.raises(UagtError, match=r"step 5 could not be written .*No space left.*step-00000004 is untouched"):
        resumed.run()
    monkeypatch.undo()
    assert [f.name for f in sorted((out / "checkpoints").iterdir())][-1] == "step-00000004"
    assert not list((out / "checkpoints").glob(".writing-*"))  # what is half written would only fill the disk
    again = Trainer.open(config, pair, out)
    again.run()
    assert_equal(again, whole)


def test_only_the_newest_checkpoints_are_kept(whole: Trainer) -> None:
    assert [f.name for f in whole.checkpoints] == ["step-00000011", "step-00000012"]


def test_metrics_and_history_are_written(whole: Trainer) -> None:
    metrics = json.loads((whole.out / "metrics.json").read_text())
    assert {"method", "preset", "seed", "steps", "seconds", "device", "warnings"} <= metrics.keys()
    assert metrics["steps"] == 12 and metrics["method"] == "uagt"
    written = json.loads((whole.out / "history.json").read_text())
    assert [scores["step"] for scores in written["scores"]] == list(range(1, 13))
    history = written["records"]
    assert history[-1]["step"] == 12 and history[-1]["stage"] == 2
    assert history[-1]["rate"] == pytest.approx(1e-3 / 6)  # step 12 is the last of 12, counted from 0 it is 11
    assert {"cycle_s", "D_t", "attention_s", "spread_t", "rate"} <= history[-1].keys()


def test_a_nan_stops_with_a_sentence_and_keeps_what_was_saved(config, pair, tmp_path) -> None:
    trainer = Trainer(config.with_(steps=60), pair, tmp_path)
    trainer.run(until=24)
    with torch.no_grad():
        trainer.model.F_st.layers[0].weight.fill_(float("nan"))
    with pytest.raises(UagtError, match=r"became NaN or infinite by step 25.*lower rate.*step-00000024"):
        trainer.run()


def test_weights_that_are_not_finite_are_never_saved(config, pair, tmp_path) -> None:
    trainer = Trainer(config.with_(steps=300), pair, tmp_path)  # saves every 30 steps, looks at losses every 25
    trainer.run(until=26)
    with torch.no_grad():
        trainer.model.D_s.score.bias.fill_(float("nan"))
    with pytest.raises(UagtError, match=r"D_s.*became NaN or infinite by step 30.*step-00000026"):
        trainer.run()
    assert trainer.checkpoints[-1].name == "step-00000026"


def test_an_observer_that_fails_does_not_cost_the_checkpoint(config, pair, tmp_path) -> None:
    def fail(model, step):
        raise RuntimeError("no picture today")

    with pytest.raises(RuntimeError, match="no picture today"):
        Trainer(config, pair, tmp_path, observer=fail).run(until=1)
    assert Trainer.open(config, pair, tmp_path).step == 1


def test_the_schedule_reaches_the_step(config, pair, tmp_path) -> None:
    config = config.with_(steps=20, switch=0.5, warmup=0.2, attention_cycle=(0.1, 0.6))
    trainer = Trainer(config, pair, tmp_path)
    rates, shares = [], []
    for _ in range(20):
        trainer.learner.advance()
        rates.append(trainer.learner.optimizers[0].param_groups[0]["lr"])
        shares.append(trainer.model.attention_cycle)
    assert rates[:5] == pytest.approx([0, 0.25e-3, 0.5e-3, 0.75e-3, 1e-3]) and rates[-1] == pytest.approx(1e-4)
    assert shares[:3] == pytest.approx([0.1, 0.15, 0.2]) and shares[10:] == pytest.approx([0.6] * 10)


def test_the_configuration_reaches_the_model(config) -> None:
    model = config.with_(cycle_weight=3.0, tau=0.4, attention_cycle=(0.2, 1.0)).model()
    assert (model.cycle_weight, model.tau, model.attention_cycle) == (3.0, 0.4, 0.2)
    for wrong in ({"seed": -1}, {"seed": 2**31}, {"tau": 1.0}, {"load": 31}, {"crop": 34}, {"batch": 0}, {"view": 30}):
        with pytest.raises(UagtError):
            config.with_(**wrong)


@pytest.fixture
def often(monkeypatch) -> None:
    monkeypatch.setattr("uagt_lib.training.trainer.RECORD_EVERY", 5)


@pytest.mark.parametrize(("bias", "kind"), [(20.0, "ones"), (-20.0, "zeros")])
def test_collapse_is_reported_in_words_once(config, pair, tmp_path, capsys, often, bias: float, kind: str) -> None:
    trainer = Trainer(config.with_(steps=60, switch=0.9, rate=1e-9), pair, tmp_path)
    with torch.no_grad():
        trainer.model.A_t.layers[-2].bias.fill_(bias)
    trainer.run(until=35)
    said = [w for w in trainer.warnings if w["attention"] == "t"]
    assert [w["kind"] for w in said] == [kind] and said[0]["step"] == 20
    assert said[0]["text"] in capsys.readouterr().err
    assert json.loads((tmp_path / "metrics.json").read_text())["warnings"] == trainer.warnings
    with torch.no_grad():  # and that it is over
        trainer.model.A_t.layers[-2].weight.mul_(500)
        trainer.model.A_t.layers[-2].bias.fill_(0)
    trainer.run(until=55)
    assert [w["kind"] for w in trainer.warnings if w["attention"] == "t"] == [kind, None]


def test_grey_is_reported_when_the_switch_draws_near(config, pair, tmp_path, often) -> None:
    trainer = Trainer(config.with_(steps=60, switch=0.9, rate=1e-9), pair, tmp_path)
    trainer.run(until=40)
    assert not trainer.warnings
    trainer.run(until=50)
    assert {(w["attention"], w["kind"], w["step"]) for w in trainer.warnings} == {("s", "grey", 45), ("t", "grey", 45)}


def test_pause_resume_and_stop_from_another_thread(config, pair, tmp_path) -> None:
    control = Control()
    trainer = Trainer(config.with_(steps=100_000), pair, tmp_path, control=control)
    thread = threading.Thread(target=trainer.run, daemon=True)  # a failure below must not keep pytest from ending
    thread.start()

    def wait(condition) -> None:
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)

    wait(lambda: trainer.step > 3)
    control.pause()
    wait(lambda: trainer.step == (time.sleep(1), trainer.step)[1] or not thread.is_alive())  # busy machines are slow
    held = trainer.step
    time.sleep(0.3)
    assert trainer.step == held and control.paused
    control.resume()
    wait(lambda: trainer.step > held)
    control.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert checkpoint.checkpoints(tmp_path)[-1].name == f"step-{trainer.step:08d}"


def test_resuming_something_else_is_refused(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path).run(until=2)
    with pytest.raises(UagtError, match=r"made by another run: crop: 36, not 32"):
        Trainer.open(config.with_(crop=36), pair, tmp_path)
    fewer = Pair(type(pair.source)(pair.source.train[:5], pair.source.test), pair.target)
    other = Pair(type(pair.source)(pair.source.train.flip(0), pair.source.test), pair.target)
    for changed in (fewer, other):
        with pytest.raises(UagtError, match="made with other training images; name them with --data"):
            Trainer.open(config, changed, tmp_path)
    with pytest.raises(UagtError, match="already past step 1; --steps must be at least 2"):
        Trainer.open(config.with_(steps=1), pair, tmp_path)
    with pytest.raises(UagtError, match="already holds another run"):
        Trainer(config, pair, tmp_path).run()


def test_a_longer_run_can_be_made_of_a_shorter_one(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path).run()
    longer = Trainer.open(config.with_(steps=20), pair, tmp_path)
    longer.run()
    assert longer.step == 20


def test_damaged_files_are_named(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path).run(until=2)
    folder = checkpoint.checkpoints(tmp_path)[-1]
    for name in ("training-0.safetensors", "weights.safetensors"):
        path = folder / name
        whole = path.read_bytes()
        for bad in (whole[: len(whole) // 2], b"", b"\x80\x04}q\x00.", os.urandom(300)):
            path.write_bytes(bad)
            with pytest.raises(UagtError, match=name):
                Trainer.open(config, pair, tmp_path)
        path.write_bytes(whole)
    (folder / "state.json").write_text("{")
    with pytest.raises(
        UagtError, match=r"state\.json cannot be read.*delete step-00000002 to go on from step-00000001"
    ):
        Trainer.open(config, pair, tmp_path)
    for strange in ("{}", "[]"):
        (folder / "state.json").write_text(strange)
        with pytest.raises(UagtError, match="not written by this version"):
            Trainer.open(config, pair, tmp_path)
    (folder.parent / "step-old").mkdir()  # strays are passed over
    assert checkpoint.checkpoints(tmp_path)[-1] == folder
    assert checkpoint.find_weights(tmp_path) == folder / "weights.safetensors"


def test_pickles_are_recognised_and_never_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    for name, options in (("new", {}), ("old", {"_use_new_zipfile_serialization": False})):
        torch.save(Bomb(), tmp_path / f"{name}.safetensors", **options)
        with pytest.raises(UagtError, match="looks like a pickle"):
            checkpoint.load_model(tmp_path / f"{name}.safetensors")
    assert not (tmp_path / "exploded").exists()


def test_foreign_safetensors_and_other_sizes_are_named(config, pair, tmp_path) -> None:
    path = tmp_path / "weights.safetensors"
    checkpoint.write_tensors(path, {"a": torch.zeros(1)})
    with pytest.raises(UagtError, match="not a checkpoint of uagt_lib"):
        checkpoint.load_model(path)
    checkpoint.write_weights(path, config.with_(architecture=type(config.architecture)(4, 1)).model(), config)
    with pytest.raises(UagtError, match=r"does not fit its networks: A_s"):
        checkpoint.load_model(path)


def test_a_checkpoint_translates_like_the_model_it_came_from(whole: Trainer) -> None:
    model = checkpoint.load_model(whole.out)
    assert checkpoint.read_config(whole.out) == whole.config and model.view == whole.config.view
    x = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(model.translate(x).translated, whole.model.translate(x).translated)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_trains_and_resumes(config, pair, tmp_path, precision: str) -> None:
    config = config.with_(precision=precision)
    whole = Trainer(config, pair, tmp_path / "whole")
    whole.run()
    Trainer(config, pair, tmp_path / "run").run(until=5)
    resumed = Trainer.open(config, pair, tmp_path / "run")
    resumed.run()
    assert_equal(resumed, whole)


def test_the_loss_scale_of_fp16_is_kept(config, pair, tmp_path, monkeypatch) -> None:
    scaler = torch.amp.GradScaler
    monkeypatch.setattr(
        torch.amp, "GradScaler", lambda device, enabled: scaler(device, enabled=True)
    )  # not on CUDA only
    config = config.with_(precision="fp16")
    first = Trainer(config, pair, tmp_path)
    first.learner.advance()
    first.learner.scaler.update(1024.0)
    first.save()
    assert Trainer.open(config, pair, tmp_path).learner.scaler.get_scale() == 1024
