"""A run is gone on with, to the bit, whatever interrupts it; and two runs never share a folder."""

import errno
import json
import multiprocessing
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import torch

from tests.same import assert_same
from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint, lock
from uagt_lib.training.config import Config
from uagt_lib.training.control import Control
from uagt_lib.training.trainer import Trainer

ROUNDS = int(os.environ.get("UAGT_ROUNDS", "2"))  # of interruptions of each kind; 20 make a long night
fork = multiprocessing.get_context("fork")


@pytest.mark.parametrize("k", [3, 6, 8])  # before, at and after the stage switch at step 6
def test_k_steps_and_then_the_rest_equal_all_steps_bit_for_bit(config, pair, whole, tmp_path, k: int) -> None:
    Trainer(config, pair, tmp_path / "run").run(until=k)
    resumed = Trainer.open(config, pair, tmp_path / "run")
    assert resumed.step == k
    resumed.run()
    assert_same(resumed, whole)
    assert resumed.history == whole.history and resumed.scores == whole.scores


def test_seeds_differ_and_repeat(config: Config, pair: Pair, whole: Trainer, tmp_path: Path) -> None:
    again, other = (Trainer(config.with_(seed=seed), pair, tmp_path / str(seed)) for seed in (0, 1))
    again.run(), other.run()
    assert_same(again, whole)
    assert not torch.equal(other.model.F_st.layers[0].weight, whole.model.F_st.layers[0].weight)


def crash(config: Config, pair: Pair, out: Path, at: int, removing: bool = False) -> None:
    """Train in this process and die by SIGKILL at the `at`-th system call that matters to writing or removing."""
    calls = 0

    def counted(function):
        def wrapper(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return wrapper

    if removing:
        os.unlink = counted(os.unlink)
    else:
        os.fsync, Path.rename, Path.replace, os.open = map(counted, (os.fsync, Path.rename, Path.replace, os.open))
    Trainer.open(config, pair, out).run()


@pytest.mark.slow
def test_kill_minus_9_at_any_moment_of_saving_loses_nothing(config, pair, whole, tmp_path) -> None:
    out = tmp_path / "killed"
    for at in (3, 6, 9, 14, 21, 27, 30):
        process = fork.Process(target=crash, args=(config, pair, out, at))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        for folder in checkpoint.checkpoints(out):  # whatever is there is whole
            checkpoint.load_model(folder)
            assert json.loads((folder / "state.json").read_text())["step"] == int(folder.name[-8:])
    resumed = Trainer.open(config, pair, out)
    assert 0 < resumed.step < config.steps
    resumed.run()
    assert_same(resumed, whole)
    assert not list((out / "checkpoints").glob(".writing*"))


@pytest.mark.slow
def test_kill_minus_9_while_old_checkpoints_are_removed_leaves_whole_ones(config, pair, whole, tmp_path) -> None:
    out = tmp_path / "killed"
    for at in (2, 3, 4):  # the first tries whether the folder can be written to
        process = fork.Process(target=crash, args=(config, pair, out, at, True))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        for folder in checkpoint.checkpoints(out):
            assert {path.name for path in folder.iterdir()} == {
                "weights.safetensors",
                "training-0.safetensors",
                "state.json",
            }
    resumed = Trainer.open(config, pair, out)
    resumed.run()
    assert_same(resumed, whole)
    assert sorted((out / "checkpoints").iterdir()) == resumed.folder.own


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
    assert_same(again, whole)


def test_only_the_newest_checkpoints_are_kept(whole: Trainer) -> None:
    assert [f.name for f in whole.folder.own] == ["step-00000011", "step-00000012"]


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
    with pytest.raises(UagtError, match="holds another run, or this one went on elsewhere"):
        Trainer(config, pair, tmp_path).run()


def test_a_longer_run_can_be_made_of_a_shorter_one(config, pair, tmp_path) -> None:
    Trainer(config.with_(steps=4), pair, tmp_path).run()
    longer = Trainer.open(config.with_(steps=6), pair, tmp_path)
    longer.run()
    assert longer.step == 6


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_mixed_precision_trains_and_resumes(config, pair, tmp_path, precision: str) -> None:
    config = config.with_(precision=precision, steps=6)
    whole = Trainer(config, pair, tmp_path / "whole")
    whole.run()
    Trainer(config, pair, tmp_path / "run").run(until=2)
    resumed = Trainer.open(config, pair, tmp_path / "run")
    resumed.run()
    assert_same(resumed, whole)


def test_the_loss_scale_of_fp16_is_kept(config, pair, tmp_path, monkeypatch) -> None:
    scaler = torch.amp.GradScaler
    monkeypatch.setattr(torch.amp, "GradScaler", lambda device, enabled: scaler(device, enabled=True))  # not only CUDA
    config = config.with_(precision="fp16")
    first = Trainer(config, pair, tmp_path)
    first.learner.advance()
    first.learner.scaler.update(1024.0)
    first.run(until=1)
    assert Trainer.open(config, pair, tmp_path).learner.scaler.get_scale() == 1024


def test_the_average_goes_on_to_the_bit_and_is_what_is_shown(config, pair, tmp_path) -> None:
    config, seen = config.with_(average=0.9, steps=8), []
    straight = Trainer(config, pair, tmp_path / "straight", observer=lambda m, _: seen.append(m) or {}, progress=False)
    straight.run()
    Trainer(config, pair, tmp_path / "cut", progress=False).run(until=5)
    resumed = Trainer.open(config, pair, tmp_path / "cut", progress=False)
    resumed.run()
    assert_same(resumed, straight)
    assert set(seen) == {straight.learner.shown}
    shipped, shown = checkpoint.load_model(tmp_path / "cut").state_dict(), straight.learner.shown.state_dict()
    assert all(torch.equal(shipped[name], shown[name]) for name in shown)
    assert not torch.equal(shipped["F_st.layers.0.weight"], straight.model.F_st.layers[0].weight)


# -- whatever interrupts it ------------------------------------------------------------------------------------------


def train(config: Config, pair: Pair, out: Path, begun: Event | None = None) -> None:
    control = Control()
    if begun:  # says so before every step: signals are heeded by then
        hold = control.hold
        control.hold = lambda: (begun.set(), hold())
    Trainer.open(config, pair, out, control=control, progress=False).run()


def interrupted(config: Config, pair: Pair, out: Path, by: int, chance: random.Random) -> None:
    """Train in another process, and send it a signal at a random moment."""
    begun = fork.Event()
    process = fork.Process(target=train, args=(config, pair, out, begun))
    process.start()
    while by != signal.SIGKILL and process.is_alive() and not begun.wait(0.05):
        pass
    time.sleep(chance.uniform(0.2, 1.5))
    os.kill(process.pid, by)
    process.join(60)
    assert process.exitcode in (0, -by) and (process.exitcode == 0 or by == signal.SIGKILL)


def cut_short(out: Path, chance: random.Random) -> str:
    """What a power cut may leave: a file of the newest checkpoint ends somewhere. Returns the checkpoint's name."""
    newest = checkpoint.checkpoints(out)[-1]
    path = chance.choice(sorted(newest.iterdir()))
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) - 1)])
    return newest.name


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0])
def test_kills_signals_and_power_cuts_at_random_end_in_the_same_bits(config, pair, tmp_path, seed: int) -> None:
    config, chance, out = config.with_(steps=80 * ROUNDS), random.Random(seed), tmp_path / "run"
    whole = Trainer(config, pair, tmp_path / "whole", progress=False)
    whole.run()
    for by in [signal.SIGKILL, signal.SIGTERM, None] * ROUNDS:
        if by is not None:
            interrupted(config, pair, out, by, chance)
        elif len(checkpoint.checkpoints(out)) > 1:
            name = cut_short(out, chance)
            assert f"/{name}/" in Trainer.open(config, pair, out).notes[0]
            continue
        for folder in checkpoint.checkpoints(out):  # whatever is there is whole
            assert checkpoint.read_json(folder / checkpoint.STATE)["step"] == checkpoint.step_of(folder)
            checkpoint.load_model(folder)
    last = Trainer.open(config, pair, out, progress=False)
    last.run()
    assert_same(last, whole)
    assert last.history == whole.history
    assert sorted(path.name for path in (out / "checkpoints").iterdir()) == [
        checkpoint.step_name(step) for step in (72 * ROUNDS, 80 * ROUNDS)
    ]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_the_first_signal_stops_and_saves_and_an_ignored_one_does_not(config, pair, tmp_path, name: str) -> None:
    number = getattr(signal, name)

    def strike(model, step) -> dict:
        if step == 4:
            signal.raise_signal(number)
        return {}

    before = signal.getsignal(number)
    try:
        for handler, steps in ((signal.default_int_handler, 4), (signal.SIG_IGN, 6)):
            signal.signal(number, handler)
            trainer = Trainer(config.with_(steps=6), pair, tmp_path / str(steps), observer=strike, progress=False)
            trainer.run()
            assert trainer.step == steps and trainer.folder.own[-1].name == checkpoint.step_name(steps)
            assert signal.getsignal(number) == handler
    finally:
        signal.signal(number, before)


def test_a_second_ctrl_c_ends_it_at_once(config, pair, tmp_path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background

    def strike(model, step) -> dict:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        return {}

    try:
        with pytest.raises(KeyboardInterrupt):
            Trainer(config, pair, tmp_path, observer=strike, progress=False).run()
    finally:
        signal.signal(signal.SIGINT, before)


def test_where_a_signal_does_not_exist_it_is_passed_over(config, pair, tmp_path, monkeypatch) -> None:
    monkeypatch.delattr(signal, "SIGHUP")
    trainer = Trainer(config, pair, tmp_path, progress=False)
    trainer.run(until=1)
    assert trainer.step == 1


# -- two runs in one folder ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(config: Config, pair: Pair, tmp_path: Path) -> Iterator[Trainer]:
    """A run in `tmp_path` that is under way, and paused."""
    trainer = Trainer(config.with_(steps=200), pair, tmp_path, control=Control(), progress=False)
    thread = threading.Thread(target=trainer.run, daemon=True)
    thread.start()
    while trainer.step < 30:
        time.sleep(0.01)
    trainer.control.pause()
    time.sleep(0.3)
    yield trainer
    trainer.control.stop()
    thread.join(60)
    assert trainer.folder.own[-1].is_dir() and trainer.folder.own == checkpoint.checkpoints(tmp_path)


def test_a_second_run_is_refused_as_long_as_the_first_is_under_way(busy, config, pair, tmp_path) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    for second in (
        Trainer.open(config.with_(steps=200), pair, tmp_path, progress=False),  # the same
        Trainer(config.with_(steps=27), pair, tmp_path, progress=False),  # another, begun before
    ):
        with pytest.raises(UagtError, match=rf"another run is writing to .* \(process {os.getpid()} on "):
            second.run()
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_the_lock_is_free_when_its_holder_dies(config, pair, tmp_path) -> None:
    process = fork.Process(target=train, args=(config.with_(steps=100_000), pair, tmp_path))
    process.start()
    while not checkpoint.moments(tmp_path):
        time.sleep(0.05)
        if time.monotonic() and (tmp_path / ".lock").exists() and process.is_alive():
            break
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    shutil.rmtree(tmp_path / "milestones", ignore_errors=True)
    Trainer.open(config.with_(steps=100_000), pair, tmp_path, progress=False).run(until=1)


def test_a_lock_that_cannot_be_opened_is_said(config, pair, tmp_path) -> None:
    (tmp_path / lock.NAME).mkdir()  # for root, too, who may write to everybody's
    with pytest.raises(UagtError, match=r"cannot write to .*\.lock: .*; choose another --out"):
        Trainer(config, pair, tmp_path, progress=False).run()


def test_a_run_that_went_on_elsewhere_is_opened_again(config, pair, tmp_path) -> None:
    late = Trainer.open(config, pair, tmp_path, progress=False)
    Trainer.open(config, pair, tmp_path, progress=False).run(until=5)
    with pytest.raises(UagtError, match="went on elsewhere"):
        late.run()
    assert Trainer.open(config, pair, tmp_path).step == 5


def test_where_there_are_no_locks_nothing_of_another_run_is_touched(config, pair, tmp_path, monkeypatch) -> None:
    def none(file) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_take", none)
    folder = tmp_path / "checkpoints"

    def another(model, step) -> dict:
        if step == 3:
            shutil.copytree(folder / "step-00000002", folder / "step-00000099")
        if step == 8:
            shutil.copytree(folder / "step-00000099", folder / "step-00000010")
        return {}

    with pytest.raises(UagtError, match=r"another run has written .*step-00000010 meanwhile"):
        Trainer(config, pair, tmp_path, observer=another, progress=False).run()
    assert [p.name for p in checkpoint.checkpoints(tmp_path)] == [checkpoint.step_name(step) for step in (8, 9, 10, 99)]
