"""Every control of every widget is moved, as a hand would; training can be watched, held, ended and gone on with.

All of it runs a second time under ipywidgets 7.7, which is what Colab has.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType

import ipywidgets as widgets
import pytest
import torch
from safetensors.torch import load_file

from uagt_lib.data.pairs import Domain, Pair, to_float
from uagt_lib.errors import UagtError
from uagt_lib.show.figures import kid_histogram, training_curves
from uagt_lib.show.widgets import (
    Dashboard,
    attention_explorer,
    composition_playground,
    dashboard,
    kid_explorer,
    view,
)
from uagt_lib.show.widgets.playground import disc
from uagt_lib.training.checkpoint import checkpoints, find_weights, step_name, step_of, write_weights
from uagt_lib.training.config import Config
from uagt_lib.training.trainer import Trainer

COLAB = ("ipywidgets==7.7.1", "widgetsnbextension~=3.6", "jupyterlab_widgets~=1.0", "ipython_genutils~=0.2")


def walk(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """A widget and all that it contains."""
    yield widget
    yield from chain.from_iterable(walk(child) for child in getattr(widget, "children", ()))


def pictures(widget: widgets.Widget) -> list[bytes]:
    found = [bytes(w.value) for w in walk(widget) if isinstance(w, widgets.Image)]
    assert all(value.startswith(b"\x89PNG") for value in found)
    return found


def text(widget: widgets.Widget) -> str:
    return " ".join(w.value for w in walk(widget) if isinstance(w, widgets.HTML))


def control(widget: widgets.Widget, label: str) -> widgets.Widget:
    (found,) = (w for w in walk(widget) if getattr(w, "description", "") == label)
    return found


def drive(widget: widgets.Widget) -> dict[str, int]:
    """Take every control to its ends and its middle; how many different pictures each made, by label."""
    made = {}
    for w in walk(widget):
        if isinstance(w, (widgets.FloatSlider, widgets.IntSlider)):
            values = [w.min, w.max, type(w.value)((w.min + w.max) / 2)]
        elif hasattr(w, "options"):
            values = [option[1] for option in w.options]
        elif isinstance(w, widgets.Checkbox):
            values = [True, False]
        else:
            continue
        seen, before = set(), w.value
        for value in [*values, before]:
            w.value = value
            seen.add(b"".join(pictures(widget)))
        made[w.description] = len(seen)
    return made


# -- three widgets without a clock -------------------------------------------------------------------------------------


@pytest.fixture
def playground(pair: Pair) -> widgets.VBox:
    image = to_float(pair.source.test[0])
    return composition_playground(image, -image, pair.source.masks[0])


def test_playground_controls(playground):
    control(playground, "matte").value = "disc"
    assert all(count >= 3 for count in drive(playground).values())


def test_playground_is_equation_1(playground, pair):
    """The mask blended all the way is its complement; zeros change nothing, ones everything."""
    matte, blend = control(playground, "matte"), control(playground, "object → background")
    matte.value = "complement"
    complement = pictures(playground)
    matte.value, blend.value = "mask", 1
    assert pictures(playground) == complement
    matte.value = "ones"
    assert blend.value == 0  # a new matte starts as itself
    blend.value = 1  # zeros
    image, paint, _, result = pictures(playground)
    assert result == image and "<b>0%</b>" in text(playground) and "<b>0.000</b>" in text(playground)
    blend.value = 0
    image, paint, _, result = pictures(playground)
    assert result == paint != image and "<b>100%</b>" in text(playground)


def test_playground_shows_disc_sliders_for_a_disc_only(playground):
    radius = control(playground, "disc: radius")
    (box,) = (w for w in walk(playground) if radius in getattr(w, "children", ()))
    assert box.layout.display == "none"
    control(playground, "matte").value = "disc"
    assert box.layout.display == "flex"


def test_a_still_says_what_the_view_says_and_changes_with_it(playground):
    still = playground.still()
    assert still.png.startswith(b"\x89PNG") and "matte: true mask" in still.alt and "Background error" in still.alt
    assert "disc: radius" not in still.alt  # it is hidden
    assert f'alt="{still.alt[:20]}' in still.html()
    control(playground, "matte").value = "disc"
    moved = playground.still()
    assert moved.png != still.png and "matte: a disc of your own" in moved.alt and "disc: radius: 0.3" in moved.alt


def test_a_view_is_displayed_with_its_still_and_draws_it_again_when_told(playground, monkeypatch):
    displayed = []

    class Handle:
        def update(self, page):
            displayed.append(page)

    monkeypatch.setattr(view, "display", lambda page, **_: displayed.append(page) or Handle())
    monkeypatch.setattr(view, "live", lambda: True)
    monkeypatch.setattr(view, "watched", lambda: True)
    playground._ipython_display_()
    page = displayed[-1].data
    assert 'class="uagt-still"' in page and "<style>" in page and "true mask" in page
    control(playground, "matte").value = "zeros"
    playground.refresh()
    assert "zeros: keep everything" in displayed[-1].data
    monkeypatch.setattr(view, "watched", lambda: False)  # a notebook that is built: the picture itself
    playground.refresh()
    assert displayed[-1] == playground.still()


def test_playground_says_which_shapes_do_not_fit(pair):
    image = to_float(pair.source.test[0])
    with pytest.raises(ValueError, match="attention must be"):
        composition_playground(image, image, pair.source.masks[0, :, 1:])


def test_a_disc_is_round_and_where_it_was_put():
    matte = disc(40, 60, 0.5, 0.25, 0.2, 0.0)
    assert matte.shape == (1, 40, 60) and matte.min() == 0 and matte.max() == 1
    down, right = (matte[0].sum(dim) @ torch.arange(n).float() / matte.sum() for dim, n in ((1, 40), (0, 60)))
    assert abs(down - 9.5) < 0.01 and abs(right - 29.5) < 0.01
    assert abs(matte.sum() - torch.pi * 8**2) < 3
    assert ((disc(40, 60, 0.5, 0.5, 0.3, 1.0) > 0) & (disc(40, 60, 0.5, 0.5, 0.3, 1.0) < 1)).float().mean() > 0.5


@pytest.fixture
def run(config: Config, tmp_path: Path) -> Path:
    """A run of three checkpoints, all different."""
    for i, step in enumerate((4, 8, 12)):
        folder = tmp_path / "run" / "checkpoints" / step_name(step)
        folder.mkdir(parents=True)
        write_weights(folder / "weights.safetensors", config.with_(seed=i).model(), config)
    return tmp_path / "run"


def test_explorer_controls(run, pair):
    explorer = attention_explorer(run, pair, pictures=2)
    control(explorer, "threshold τ").value = 0.5
    assert [label for label, _ in control(explorer, "checkpoint").options] == ["step 4", "step 8", "step 12"]
    assert all(count >= 2 for count in drive(explorer).values())
    assert "IoU" in text(explorer)


def test_explorer_takes_a_single_file_and_pairs_without_masks_or_held_out_pictures(run, pair):
    empty = Domain(pair.source.train, pair.source.test[:0])
    explorer = attention_explorer([find_weights(run)], Pair(empty, empty), pictures=1)
    drive(explorer)
    assert "IoU" not in text(explorer)


def test_explorer_refuses_what_is_not_there(run, pair, tmp_path):
    with pytest.raises(UagtError, match="the list is empty"):
        attention_explorer([], pair)
    with pytest.raises(UagtError, match="holds no checkpoint"):
        attention_explorer(tmp_path / "nowhere", pair)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"nothing")
    explorer = attention_explorer([damaged, find_weights(run)], pair)
    with pytest.raises(UagtError):  # and a sentence for the reader, who sees no exception of a callback
        control(explorer, "checkpoint").value = damaged
    assert "damaged.safetensors cannot be read" in text(explorer)


@pytest.fixture
def features() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.randn(n, 8, generator=generator) + shift for name, n, shift in (("a", 40, 0), ("b", 30, 1))}


def test_kid_controls(features):
    explorer = kid_explorer(features, {"b": "B, shifted"})
    control(explorer, "subset size m").value = 12
    assert all(count >= 2 for count in drive(explorer).values())
    assert [label for label, _ in control(explorer, "and").options] == ["a", "B, shifted"]


def test_kid_subsets_never_exceed_the_sets(features):
    explorer = kid_explorer(features)
    size = control(explorer, "subset size m")
    assert size.max == size.value == 30
    control(explorer, "and").value = "a"
    assert size.max == 40
    size.value = 40
    control(explorer, "and").value = "b"
    assert size.value == size.max == 30 and "subsets of 30" in text(explorer)


def test_kid_refuses_other_features(features):
    with pytest.raises(UagtError, match="one extractor"):
        kid_explorer(features | {"c": torch.zeros(30, 9)})
    with pytest.raises(UagtError, match="c holds fewer"):
        kid_explorer(features | {"c": torch.zeros(3, 8)})


def test_figures_of_nothing_and_of_little():
    training_curves([], 100)
    one = {"step": 25, "stage": 1, "rate": 0.1, "adversarial_t": 1.0, "attention_s": 0.5, "attention_t": 0.5}
    training_curves([one, one | {"step": 50, "stage": 2}])
    long = [one | {"step": i, "attention_s": i % 2} for i in range(200)]  # batches differ: a point is the mean of two
    line = training_curves(long).axes[1].lines[0]
    assert len(line.get_xdata()) == 100 and set(line.get_ydata()) == {0.5} and list(line.get_xdata()[:2]) == [0.5, 2.5]
    kid_histogram({5: torch.zeros(3), 50: torch.zeros(3)}, 0.0)


# -- the dashboard -----------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def watched(monkeypatch) -> None:
    """As in a live notebook, looking more often."""
    monkeypatch.delenv(dashboard.HEADLESS, raising=False)
    monkeypatch.setattr(dashboard, "LOOK", 0.02)


@pytest.fixture
def long(config: Config) -> Config:
    return config.with_(steps=100_000)


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def button(board: Dashboard, *labels: str) -> widgets.Button:
    (found,) = (w for w in walk(board) if isinstance(w, widgets.Button) and w.description in labels)
    return found


def test_dashboard_buttons(long, pair, tmp_path, capfd):
    board = Dashboard(long, pair, tmp_path)
    hold, stop = button(board, "Pause"), button(board, "Stop and save")
    assert hold.disabled and stop.disabled and "not started" in text(board)
    before = pictures(board)
    board.start()
    until(lambda: board.trainer.step > 3 and not hold.disabled)

    at = board.trainer.step
    hold.click()
    until(lambda: "paused" in text(board))
    held = board.trainer.step
    time.sleep(1)  # time for many steps
    assert held <= board.trainer.step <= at + 2 and board.running
    until(lambda: f"step {board.trainer.step}</b>, never trained" in text(board))  # samples, also of a run that is held

    assert hold.description == "Resume"
    hold.click()
    until(lambda: board.trainer.step > at + 5)
    assert "paused" not in text(board)

    at = board.trainer.step
    stop.click()
    assert board.wait(20) and not board.running
    assert board.trainer.step <= at + 2
    assert [int(path.name[5:]) for path in board.trainer.folder.own] == [board.trainer.step]
    assert "stopped and saved" in text(board) and stop.disabled and hold.disabled
    assert all(a != b for a, b in zip(before[1:], pictures(board)[1:], strict=True))
    assert capfd.readouterr() == ("", "")  # no progress bar, no callback that failed


def test_stop_ends_a_run_that_is_held(long, pair, tmp_path):
    board = Dashboard(long, pair, tmp_path).start()
    until(lambda: board.trainer.step > 0)
    board.pause()
    assert not board.wait(0.2)
    board.stop()
    assert board.wait(20) and board.trainer.folder.own


def test_a_stopped_run_can_be_started_again(long, pair, tmp_path):
    board = Dashboard(long, pair, tmp_path).start()
    until(lambda: board.trainer.step > 0)
    board.stop()
    board.wait(20)
    at = board.trainer.step
    board.start()
    until(lambda: board.trainer.step > at)
    board.stop()
    assert board.wait(20)


def test_a_second_dashboard_takes_the_run_over(long, pair, tmp_path):
    first = Dashboard(long, pair, tmp_path).start()
    until(lambda: first.trainer.step > 0)
    second = Dashboard(long, pair, tmp_path)
    assert not first.running
    assert second.trainer.step == first.trainer.step > 0
    second.start()
    until(lambda: second.trainer.step > first.trainer.step)
    second.stop()
    assert second.wait(20)


@pytest.mark.slow
def test_watching_changes_no_weight(config, pair, tmp_path, monkeypatch):
    """With samples asked for at every step, the run is still, to the bit, the one that nobody watched."""
    monkeypatch.setattr(dashboard, "LOOK", 0.001)
    monkeypatch.setattr(dashboard._Turn, "__bool__", lambda turn: True)
    sampled = set()
    board = Dashboard(config, pair, tmp_path / "watched")
    sample = board._sample
    monkeypatch.setattr(board, "_sample", lambda: (sampled.add(board.trainer.step), sample()))
    assert board.start().wait(60)
    assert len(sampled) > 3
    Trainer(config, pair, tmp_path / "alone", progress=False).run()
    watched, alone = (load_file(find_weights(tmp_path / name)) for name in ("watched", "alone"))
    assert all(torch.equal(watched[name], alone[name]) for name in alone)


def test_finished_runs_only_show_their_results(config, pair, tmp_path):
    board = Dashboard(config, pair, tmp_path).start()
    assert board.wait(60)
    again = Dashboard(config, pair, tmp_path)
    for shown in (board, again.start()):
        assert "Finished" in text(shown) and "IoU" in text(shown) and not shown.running
        assert button(shown, "Pause").disabled and button(shown, "Stop and save").disabled
    assert pictures(again) == pictures(board)


def test_headless_start_returns_when_all_is_done(config, pair, tmp_path, monkeypatch):
    monkeypatch.setenv(dashboard.HEADLESS, "1")
    board = Dashboard(config, pair, tmp_path).start()
    assert not board.running and board.trainer.step == config.steps and "Finished" in text(board)


def interrupt_after(board: Dashboard, step: int) -> list[str]:
    """Have Ctrl-C pressed when a run has done so many steps; what the dashboard said then."""
    said: list[str] = []

    def press() -> None:
        until(lambda: board.trainer.step >= step and "interrupt this cell" in text(board))
        said.append(text(board))
        said.append(str([button(board, label).disabled for label in ("Pause", "Stop and save")]))
        signal.raise_signal(signal.SIGINT) if os.name == "nt" else os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    return said


def test_in_its_cell_a_run_shows_itself_and_an_interrupt_stops_and_saves_it(long, pair, tmp_path, capfd):
    board = Dashboard(long, pair, tmp_path)
    before, said = pictures(board), interrupt_after(board, 30)
    board.start(mode="here")  # returns: an interrupt is no error
    at = board.trainer.step
    assert 30 <= at < long.steps and not board.running
    assert f"of {long.steps}" in said[0] and "steps/s" in said[0] and said[1] == "[True, True]"
    assert "stopped and saved; run this cell again" in text(board)
    assert [int(path.name[5:]) for path in board.trainer.folder.own] == [at]
    assert all(a != b for a, b in zip(before[1:], pictures(board)[1:], strict=True))
    assert capfd.readouterr() == ("", "")

    again = Dashboard(long, pair, tmp_path)  # the cell run again
    assert again.trainer.step == at
    interrupt_after(again, at + 5)
    again.start(mode="here")
    assert again.trainer.step >= at + 5


@pytest.mark.slow
def test_a_run_in_its_cell_is_the_run_that_nobody_watched(config, pair, tmp_path, monkeypatch):
    monkeypatch.setattr(dashboard._Turn, "__bool__", lambda turn: True)
    board = Dashboard(config, pair, tmp_path / "here")
    board.start(mode="here")
    assert "Finished" in text(board) and "IoU" in text(board)
    Trainer(config, pair, tmp_path / "alone", progress=False).run()
    here, alone = (load_file(find_weights(tmp_path / name)) for name in ("here", "alone"))
    assert all(torch.equal(here[name], alone[name]) for name in alone)


def test_colab_trains_in_the_cell_and_errors_are_raised_there(config, pair, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    board = Dashboard(config, pair, tmp_path)
    monkeypatch.setattr(board.trainer.learner, "advance", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        board.start()
    assert "division by zero" in text(board) and not board.running


def test_another_mode_is_refused(config, pair, tmp_path):
    with pytest.raises(UagtError, match="no mode 'there'"):
        Dashboard(config, pair, tmp_path).start(mode="there")


@pytest.mark.parametrize(
    ("error", "shown"),
    [(UagtError("the disk <b> is full"), "the disk &lt;b&gt; is full"), (KeyError("oops"), "Traceback")],
)
def test_errors_are_shown_and_raised_by_wait(config, pair, tmp_path, error, shown):
    board = Dashboard(config, pair, tmp_path)

    def fail():
        raise error

    board.trainer.learner.advance = fail
    board.start()
    with pytest.raises(type(error)):
        board.wait(20)
    assert shown in text(board) and ("<pre" in text(board)) == (shown == "Traceback")
    assert button(board, "Pause").disabled


@pytest.mark.slow
def test_errors_while_drawing_end_the_run_and_save_it(long, pair, tmp_path, monkeypatch):
    board = Dashboard(long, pair, tmp_path)
    monkeypatch.setattr(dashboard, "_sheet", lambda images, result: 1 / 0)
    board.start()
    with pytest.raises(ZeroDivisionError):
        board.wait(20)
    assert board.trainer.folder.own and "division by zero" in text(board)


def test_another_configuration_is_refused(config, pair, tmp_path):
    Dashboard(config, pair, tmp_path).start().wait(60)
    with pytest.raises(UagtError, match="made by another run"):
        Dashboard(config.with_(seed=1), pair, tmp_path)


# -- Colab -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def colab(tmp_path_factory) -> Path:
    """A folder with Colab's ipywidgets, to be first on the path."""
    folder = tmp_path_factory.mktemp("colab")
    install = ["pip", "install", "--quiet", "--no-deps", "--retries=1", "--timeout=15", f"--target={folder}", *COLAB]
    done = subprocess.run([sys.executable, "-m", *install], capture_output=True, text=True, check=False)
    if "from versions: none" in done.stderr:
        pytest.skip("the package index cannot be reached, so there is no ipywidgets 7.7 to test with")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_everything_again_with_the_ipywidgets_of_colab(colab):
    code = (
        "import sys, ipywidgets, pytest; assert ipywidgets.__version__ == '7.7.1', ipywidgets.__version__; "
        "chosen = ['-k', 'not colab or trains_in_the_cell', '-m', 'not slow']; "
        "sys.exit(pytest.main([*sys.argv[1:], '-p', 'no:cacheprovider', *chosen]))"
    )
    path = os.pathsep.join([str(colab), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code, __file__],
        env=os.environ | {"PYTHONPATH": path},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_kernel_that_is_shut_down_saves(tmp_path):
    code = (
        "import sys, time; from uagt_lib.show.widgets.dashboard import Dashboard; "
        "from uagt_lib.training.presets import preset; from tests.conftest import TINY; "
        "c = preset('savanna-smoke').with_(savanna=4, architecture=TINY, steps=100_000); "
        "board = Dashboard(c, c.drawn(), sys.argv[1]).start(); "
        "[time.sleep(0.01) for _ in iter(lambda: board.trainer.step > 5, True)]; print(board.trainer.step)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "UAGT_HEADLESS"}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr
    assert step_of(checkpoints(tmp_path)[-1]) >= int(done.stdout)
