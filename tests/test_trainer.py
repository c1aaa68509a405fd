"""The loop: records, warnings in words, looks, control, and what it says before it starts."""

import json
import threading
import time

import pytest
import torch

from tests.same import assert_same
from uagt_lib.errors import UagtError
from uagt_lib.training import checkpoint
from uagt_lib.training.clock import Clock
from uagt_lib.training.control import Control
from uagt_lib.training.forecast import disk, duration
from uagt_lib.training.threads import threads_for
from uagt_lib.training.trainer import Trainer


def test_metrics_and_history_are_written(whole: Trainer) -> None:
    metrics = json.loads((whole.folder.path / "metrics.json").read_text())
    assert {"method", "preset", "seed", "steps", "seconds", "device", "warnings"} <= metrics.keys()
    assert metrics["steps"] == 12 and metrics["method"] == "uagt"
    written = json.loads((whole.folder.path / "history.json").read_text())
    assert [scores["step"] for scores in written["scores"]] == list(range(1, 13))
    history = written["records"]
    assert history[-1]["step"] == 12 and history[-1]["stage"] == 2
    assert history[-1]["rate"] == pytest.approx(1e-3 / 6)  # step 12 is the last of 12, counted from 0 it is 11
    assert {"cycle_s", "D_t", "attention_s", "spread_t", "rate"} <= history[-1].keys()


def test_a_nan_stops_with_a_sentence_and_keeps_what_was_saved(config, pair, tmp_path, often) -> None:
    trainer = Trainer(config.with_(steps=60), pair, tmp_path)
    trainer.run(until=4)
    with torch.no_grad():
        trainer.model.F_st.layers[0].weight.fill_(float("nan"))
    with pytest.raises(UagtError, match=r"became NaN or infinite by step 5.*lower rate.*step-00000004"):
        trainer.run()


def test_weights_that_are_not_finite_are_never_saved(config, pair, tmp_path, often) -> None:
    trainer = Trainer(config.with_(steps=80), pair, tmp_path)  # saves every 8 steps, looks at losses every 5
    trainer.run(until=6)
    with torch.no_grad():
        trainer.model.D_s.score.bias.fill_(float("nan"))
    with pytest.raises(UagtError, match=r"D_s.*became NaN or infinite by step 8.*step-00000006"):
        trainer.run()
    assert trainer.folder.own[-1].name == "step-00000006"


@pytest.mark.parametrize("error", [RuntimeError("no picture today"), OSError(28, "No space left on device")])
def test_an_observer_that_fails_does_not_cost_the_checkpoint(config, pair, tmp_path, error) -> None:
    def fail(model, step):
        raise error

    with pytest.raises((RuntimeError, UagtError)) as raised:
        Trainer(config, pair, tmp_path, observer=fail).run(until=1)
    if isinstance(error, OSError):
        assert "step 1 was saved, but its samples were not ([Errno 28] No space left" in str(raised.value)
    assert Trainer.open(config, pair, tmp_path).step == 1


def test_pictures_are_looked_at_at_fixed_steps_wherever_a_run_stops(config, pair, tmp_path) -> None:
    config, seen = config.with_(steps=20), []
    for until in (3, 7, None):
        trainer = Trainer.open(config, pair, tmp_path, observer=lambda model, step: seen.append(step) or {})
        trainer.run(until)
    assert seen == [score["step"] for score in trainer.scores] == list(range(2, 21, 2))


def test_a_checkpoint_is_due_after_ten_minutes(config, pair, tmp_path, monkeypatch) -> None:
    trainer, saved = Trainer(config.with_(steps=100), pair, tmp_path), []
    monkeypatch.setattr("uagt_lib.training.clock.SAVE_EVERY", 0.0)
    save = trainer.save
    monkeypatch.setattr(trainer, "save", lambda: (saved.append(trainer.step), save()))
    trainer.run(until=3)
    assert saved[:3] == [1, 2, 3]


def test_before_it_starts_a_run_says_what_it_needs(config, pair, tmp_path, capsys, monkeypatch) -> None:
    for module in ("clock", "trainer"):
        monkeypatch.setattr(f"uagt_lib.training.{module}.MEASURED", 4)
    trainer = Trainer(config.with_(steps=100), pair, tmp_path / "run")
    first, needs = trainer.dry_run()
    assert first.startswith("tiny, uagt, seed 0: step 0 of 100, on cpu") and first.endswith(", 1 thread")
    assert needs.startswith("96 steps of ") and " to the end; needs " in needs and " MB of disk (" in needs
    assert not (tmp_path / "run").exists()
    again = Trainer(config.with_(steps=100), pair, tmp_path / "run")
    again.run(until=7)
    said = capsys.readouterr().err
    assert first in said and "3 steps of " in said and " 7/7 " in said  # a bar that is not full would end in red
    Trainer(config.with_(steps=4), pair, tmp_path / "short").run()
    assert " to the end; needs " not in capsys.readouterr().err  # nothing is left to be foretold
    straight = Trainer(config.with_(steps=100), pair, tmp_path / "straight")
    for _ in range(7):
        straight.learner.advance()
    assert_same(again, straight)  # the measured steps were its own


def test_the_disk_that_was_forecast_is_taken(config, pair, tmp_path) -> None:
    trainer = Trainer(config, pair, tmp_path, progress=False)
    trainer.run(until=1)
    expected = disk(trainer.learner)
    trainer.run()
    kept = sum(path.stat().st_size for path in tmp_path.rglob("*.safetensors"))
    one = sum(path.stat().st_size for path in trainer.folder.own[-1].iterdir())
    assert kept + one == pytest.approx(expected, rel=0.07)


def test_durations_are_told_as_people_do() -> None:
    assert [duration(s) for s in (0.4, 35, 12 * 60, 3 * 3600 + 20 * 60, 52 * 3600)] == [
        "0 s", "35 s", "12 min", "3 h 20 min", "2 days 4 h"]  # fmt: skip


def test_threads_are_told_by_the_networks_size_and_kept(config, pair, tmp_path) -> None:
    seen = []
    options = {"observer": lambda model, step: seen.append(torch.get_num_threads()) or {}, "progress": False}
    assert Trainer(config, pair, tmp_path).threads == 1
    assert threads_for(torch.nn.Linear(2000, 2000)) == 2
    Trainer.open(config, pair, tmp_path, threads=3, **options).run(until=1)
    assert seen == [3] and torch.get_num_threads() == 1
    again = Trainer.open(config, pair, tmp_path)
    assert again.threads == 3 and again.notes == []
    told = Trainer.open(config, pair, tmp_path, threads=1)
    assert told.threads == 1 and "threads 1, not 3" in told.notes[0] and "no longer to the bit" in told.notes[0]
    with pytest.raises(UagtError, match="at least one thread, not 0"):
        Trainer(config, pair, tmp_path, threads=0)


def test_a_run_stops_in_time(config, pair, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("uagt_lib.training.clock.SAVING", 2.0)
    config = config.with_(steps=100_000)
    trainer = Trainer(config, pair, tmp_path, control=Control(time.monotonic() + 5))
    trainer.run()
    assert time.monotonic() < trainer.control.deadline
    assert 0 < trainer.step == Trainer.open(config, pair, tmp_path).step


def test_a_slow_disk_and_a_slow_step_are_reckoned_with(monkeypatch) -> None:
    now = [0.0]
    for name in ("monotonic", "perf_counter"):
        monkeypatch.setattr(f"uagt_lib.training.clock.time.{name}", lambda: now[0])
    clock = Clock(lambda: now.__setitem__(0, now[0] + 25), deadline=1000.0)  # what a GPU is still busy with counts
    with clock.stepping():
        now[0] += 5
    with clock.saving():
        now[0] += 100
    now[0] = 1000 - 230
    assert not clock.late
    now[0] += 1
    assert clock.late and (clock.steps, clock.last, clock.pace) == (1, 30, 30)


@pytest.fixture
def often(monkeypatch) -> None:
    """Records every fifth step."""
    monkeypatch.setattr("uagt_lib.training.trainer.RECORD_EVERY", 5)


@pytest.mark.slow
@pytest.mark.parametrize(("bias", "kind"), [(20.0, "ones"), (-20.0, "zeros")])
def test_collapse_is_reported_in_words_once(config, pair, tmp_path, capsys, often, bias: float, kind: str) -> None:
    trainer = Trainer(config.with_(steps=60, switch=0.9, rate=1e-9), pair, tmp_path)
    with torch.no_grad():
        trainer.model.A_t.layers[-1].bias.fill_(bias)
    trainer.run(until=35)
    said = [w for w in trainer.warnings if w["attention"] == "t"]
    assert [w["kind"] for w in said] == [kind] and said[0]["step"] == 20
    assert said[0]["text"] in capsys.readouterr().err
    assert json.loads((tmp_path / "metrics.json").read_text())["warnings"] == trainer.warnings
    with torch.no_grad():  # and that it is over
        trainer.model.A_t.layers[-1].weight.mul_(500)
        trainer.model.A_t.layers[-1].bias.fill_(0)
    trainer.run(until=55)
    assert [w["kind"] for w in trainer.warnings if w["attention"] == "t"] == [kind, None]


@pytest.mark.slow
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
