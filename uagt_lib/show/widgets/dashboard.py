"""Training to look at: a run beside the notebook, with buttons, curves and samples, or in the cell that starts it.

Beside, in two threads: one trains; the other looks at the trainer's numbers, draws, and never touches a weight. Samples
need the weights, so the training thread itself translates them, between two steps. In the cell, all of that is done
between two steps. Neither lasts: no picture is drawn more often than every two seconds, nor for more than a twentieth
of the time.
"""

import atexit
import os
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import numpy as np
from IPython import get_ipython
from IPython.display import display
from torch import Tensor

from uagt_lib.data.pairs import Pair, to_float
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.observe import Observer
from uagt_lib.files import from_here
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Translation
from uagt_lib.progress import HEADLESS
from uagt_lib.show.figures import png, training_curves
from uagt_lib.show.palette import BLUE
from uagt_lib.show.widgets import parts
from uagt_lib.show.widgets.parts import widgets
from uagt_lib.show.widgets.view import View
from uagt_lib.training.config import Config
from uagt_lib.training.control import Control
from uagt_lib.training.trainer import RECORD_EVERY, Trainer

PICTURES = 4  # of each domain
CELL = 88  # width of each, in pixels on the screen
GAP = 4  # between them
LOOK = 0.3  # seconds between two looks at the trainer
BESIDE, HERE = "beside", "here"

_running: dict[Path, "Dashboard"] = {}


@atexit.register
def _leave() -> None:
    """A kernel that is shut down or restarted saves what is under way; threads like ours would just be cut off."""
    for board in list(_running.values()):
        board.control.stop()
        board._join(20)


class Desk(Control):
    """A control whose run also does a job now and then, between two steps, where weights are at rest.

    Attributes:
        glance: called before every step.
    """

    def __init__(self) -> None:
        super().__init__()
        self.glance: Callable[[], None] = lambda: None
        self._job: Callable[[], None] | None = None

    def ask(self, job: Callable[[], None]) -> None:
        """Have `job` done by the run's own thread before its next step, also while it is paused."""
        self._job = job

    def hold(self) -> None:
        """As in `Control`; jobs are done meanwhile."""
        self.glance()
        while True:
            job, self._job = self._job, None
            if job:
                job()
            if self._go.wait(timeout=0.05):
                return


class Dashboard(View):
    """A run with pause, resume and stop, its losses, attention and samples: `Dashboard(config, pair, out).start()`.

    What `out` already holds is gone on with; a finished run is only shown. Google Colab shows nothing that a thread
    changes: there the run is in the cell that starts it, and interrupting the cell stops and saves it.

    Attributes:
        trainer: the run itself, with its model, history and scores.
        error: what ended the run before its time, or None.
    """

    def __init__(self, config: Config, pair: Pair, out: Path):
        """Args:
        config: what to train.
        pair: the images; of each domain four held-out ones are shown (training pictures where none are held out).
        out: the run's folder. Another dashboard that is still training there is stopped first, and saves.

        Raises:
            UagtError: if `out` cannot be written, or holds a run of another configuration.
        """
        self.out, self.error = Path(out), None
        if former := _running.get(self.out.resolve()):
            former.stop()
            former._join()
        self.control = Desk()
        self.trainer = Trainer.open(
            config, pair, self.out, observer=Observer(pair, self.out), control=self.control, progress=not parts.MOVING
        )
        self._threads: tuple[threading.Thread, ...] = ()
        self._here = self._began = self._displayed = False
        self._pace = deque([(self.trainer.seconds, self.trainer.step)], maxlen=round(10 / LOOK))
        self._curves_due, self._samples_due, self._still_due = _Turn(), _Turn(), _Turn(20.0)
        self._records = -1  # what is on the curves
        self._sampled = (-1, ())  # the step that was sampled last, and its pictures
        self._seen = -1  # the step whose samples are on the screen
        self._pictures = [
            (direction, (domain.test if len(domain.test) else domain.train)[:PICTURES])
            for direction, domain in zip(Direction, pair.domains, strict=True)
        ]
        self._build()
        self._sample()
        self._look(everything=True)

    # -- what the user does ------------------------------------------------------------------------------------------

    def start(self, mode: str | None = None) -> "Dashboard":
        """Train, unless the run is under way or finished.

        Args:
            mode: "beside": in a thread, and return at once (where UAGT_HEADLESS is set, when the run has ended).
                "here": in this cell, until the run ends or the kernel is interrupted, which stops and saves it. By
                default beside; here on Colab, and in a kernel without ipywidgets, where no button could stop it.

        Raises:
            UagtError: if there is no such mode.
            Exception: where it waits for the end, whatever went wrong while training.
        """
        mode = mode or (BESIDE if parts.MOVING and "google.colab" not in sys.modules else HERE)
        if mode not in (BESIDE, HERE):
            raise UagtError(f"there is no mode {mode!r}; a run is {BESIDE!r} the notebook or {HERE!r}, in the cell")
        if not self.running and self.trainer.step < self.trainer.steps:
            self.error, self.control.stopped, self._began = None, False, True
            self._train_here() if mode == HERE else self._train_beside()
        if os.environ.get(HEADLESS):
            self.wait()
        return self

    def pause(self) -> None:
        """Hold the run after the current step."""
        self.control.pause()
        self._tell()

    def resume(self) -> None:
        """Let a held run go on."""
        self.control.resume()
        self._tell()

    def stop(self) -> None:
        """End the run after the current step; it saves a checkpoint first."""
        self.control.stop()
        self._tell()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the run to end, `timeout` seconds at most; returns whether it has ended.

        A kernel that waits hears no click: use this in programs, not below a dashboard in a notebook.

        Raises:
            Exception: whatever went wrong while training or drawing.
        """
        ended = self._join(timeout)
        if ended and self.error is not None:
            raise self.error
        return ended

    @property
    def running(self) -> bool:
        """Whether the run is under way, perhaps paused."""
        return self._here or any(thread.is_alive() for thread in self._threads)

    @property
    def _training(self) -> bool:
        """Whether there are steps to come; not so when the watching thread looks for the last time."""
        return self._here or (bool(self._threads) and self._threads[0].is_alive())

    # -- in the cell, or in two threads ------------------------------------------------------------------------------

    def _train_here(self) -> None:
        self.control.glance, self._here = _now_and_then(self._look), True
        if parts.MOVING and get_ipython() is not None:
            display(self)  # now, not when the cell has run
            self._displayed = True
        try:
            self.trainer.run()
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.control.glance, self._here = lambda: None, False
            self._sample()
            self._look(everything=True)

    def _ipython_display_(self, **options: object) -> None:
        if self._displayed:  # by the run in this cell, whose result it is as well
            self._displayed = False
        else:
            super()._ipython_display_(**options)

    def _train_beside(self) -> None:
        _running[self.out.resolve()] = self
        train = threading.Thread(target=self._train, daemon=True, name="train")
        watch = threading.Thread(target=self._watch, args=(train,), daemon=True, name="watch")
        self._threads = (train, watch)
        train.start()
        watch.start()

    def _train(self) -> None:
        try:
            self.trainer.run()
        except BaseException as error:  # `_tell` shows it, `wait` raises it
            self.error = error

    def _watch(self, training: threading.Thread) -> None:
        try:
            while training.is_alive():
                self._look()
                training.join(LOOK)
            self._sample()
            self._look(everything=True)
        except BaseException as error:  # as above; nobody could see what the run does, so it saves and ends
            self.error = self.error or error
            self.control.stop()
            training.join()
            self._tell()
        finally:
            _running.pop(self.out.resolve(), None)

    def _join(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        for thread in self._threads:
            thread.join(None if end is None else max(0, end - time.monotonic()))
        return not self.running

    def _sample(self) -> None:
        """Translate the samples; only where no step is under way."""
        with self._samples_due.taken():
            model = self.trainer.learner.shown
            self._sampled = (
                self.trainer.step,
                [translate_batch(model, images, direction) for direction, images in self._pictures],
            )

    # -- what is shown -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._hold = widgets.Button()
        self._stop = widgets.Button(description="Stop and save", icon="stop")
        self._hold.on_click(lambda _: self.resume() if self.control.paused else self.pause())
        self._stop.on_click(lambda _: self.stop())
        self._bar = widgets.IntProgress(max=self.trainer.steps, layout=widgets.Layout(flex="1", min_width="100px"))
        self._bar.style.bar_color = BLUE
        self._status, self._warnings, self._recorded, self._scores, self._step = (widgets.HTML() for _ in range(5))
        self._curves = widgets.Image(format="png", layout=widgets.Layout(width="900px", max_width="100%"))
        self._sheets = []
        groups = []
        for direction, images in self._pictures:
            width = len(images) * (CELL + GAP) - GAP
            sheet = widgets.Image(format="png", layout=widgets.Layout(width=f"{width}px"))
            group = widgets.VBox(
                [widgets.HTML(f"<b>{direction.label}</b>"), sheet], layout=widgets.Layout(margin="0 8px 0 0")
            )
            self._sheets.append(sheet)
            groups.append(group)
        controls = widgets.HBox([self._hold, self._stop, self._bar], layout=widgets.Layout(max_width="900px"))
        super().__init__(
            [
                controls,
                self._status,
                self._warnings,
                self._curves,
                widgets.VBox([self._recorded, self._scores, self._step]),
                widgets.HBox(groups, layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start")),
            ]
        )

    def _look(self, everything: bool = False) -> None:
        """Bring the screen up to date: words at once, pictures when they are due."""
        trainer = self.trainer
        if not self.control.paused:  # or a pause would wear the measured pace away
            self._pace.append((trainer.seconds, trainer.step))
        self._tell()
        history = list(trainer.history)
        if len(history) != self._records and (everything or self._curves_due):
            with self._curves_due.taken():
                self._curves.value = png(training_curves(history, trainer.steps))
            self._recorded.value = _recorded(history)
            self._records = len(history)
        step, results = self._sampled
        if step != self._seen:
            for sheet, (_, images), result in zip(self._sheets, self._pictures, results, strict=True):
                sheet.value = parts.encode(_sheet(to_float(images), result))
            self._step.value = parts.lines(
                f"Pictures below at <b>step {step}</b>, never trained on: the input, what attention will have "
                "repainted (white), and the result."
            )
            self._seen = step
        elif step != trainer.step and self._samples_due and self.running:
            self.control.ask(self._sample)
        if everything or self._still_due:  # a kernel that dies leaves what was to be seen not long before
            with self._still_due.taken():
                self.refresh()

    def _tell(self) -> None:
        """What can be said in words, and what the buttons offer."""
        trainer, paused = self.trainer, self.control.paused
        active = self._training and self.error is None and not self.control.stopped
        self._bar.value = trainer.step
        self._hold.description, self._hold.icon = ("Resume", "play") if paused else ("Pause", "pause")
        self._hold.disabled = self._stop.disabled = self._here or not active  # a cell that runs hears no button
        self._status.value = _state(self)
        self._warnings.value = "".join(parts.lines(escape(note)) for note in trainer.notes) + "".join(
            parts.lines(f"⚠ step {w['step']}, A<sub>{w['attention'].upper()}</sub>: {escape(w['text'])}")
            for w in trainer.warnings[-3:]
        )
        self._scores.value = _scores(trainer.scores)


class _Turn:
    """Whose turn it is: true again `rest` seconds after the work, later where the work took over a 20th of the time."""

    def __init__(self, rest: float = 2.0) -> None:
        self._rest, self._next = rest, 0.0

    def __bool__(self) -> bool:
        return time.monotonic() >= self._next

    @contextmanager
    def taken(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self._next = ended + max(self._rest, 19 * (ended - began))


def _now_and_then(work: Callable[[], None]) -> Callable[[], None]:
    """A function that does the work when its turn has come, and nothing otherwise."""
    due = _Turn(LOOK)

    def when_due() -> None:
        if due:
            with due.taken():
                work()

    return when_due


def _state(board: Dashboard) -> str:
    """How far a run is, how fast, and what one can do."""
    trainer = board.trainer
    where = f"step <b>{trainer.step}</b> of {trainer.steps}"
    if board.error is not None:
        return _failure(board.error)
    if trainer.step >= trainer.steps and not board._training:
        took = f"{trainer.steps} steps in {_duration(trainer.seconds)}"
        return f"<b>Finished</b>: {took}; everything is in {escape(from_here(board.out))}."
    if not board._training:
        again = "stopped and saved; run this cell again to go on" if board._began else "not started"
        return f"{where}, {again}"
    if board.control.stopped:
        return f"{where}, stopping …"
    facts = [where, f"stage {trainer.learner.stage}", f"learning rate {trainer.learner.rate:.2g}"]
    (before, first), (now, last) = board._pace[0], board._pace[-1]
    if last > first and now > before:
        rate = (last - first) / (now - before)
        facts += [f"{rate:.3g} steps/s", f"{_duration((trainer.steps - last) / rate)} to go"]
    facts += ["interrupt this cell (■) to stop and save"] * board._here
    return ("<b>paused</b> at " if board.control.paused else "") + " · ".join(facts)


def _sheet(images: Tensor, result: Translation) -> np.ndarray:
    """Input, attention and result in rows, the pictures in columns: bytes (H, W, 3)."""
    rows = []
    for row in (images, result.attention, result.translated):
        cells = [parts.enlarge(parts.pixels(picture), CELL) for picture in row]
        gap = round(GAP * cells[0].shape[1] / CELL)
        cells = [np.pad(cell, ((0, gap), (0, gap), (0, 0)), constant_values=255) for cell in cells]
        rows.append(np.concatenate(cells, 1))
    return np.concatenate(rows)[:-gap, :-gap]


def _recorded(history: list[dict[str, float]]) -> str:
    """What the curves show, in words."""
    if not history:
        return parts.lines(f"Losses and mean attention, recorded every {RECORD_EVERY} steps.")
    last = history[-1]
    attention = f"<b>{last['attention_s']:.2f} / {last['attention_t']:.2f}</b>"
    return parts.lines(f"Curves up to step {last['step']}: solid S, dashed T. Mean attention S / T: {attention}.")


def _scores(scores: list[dict]) -> str:
    """The observer's latest, where pictures have masks: one line."""
    if not scores:
        return ""
    latest = scores[-1]
    pairs = [(latest[d]["iou@0.5"], latest[d]["background_error"]) for d in ("source", "target")]
    if any(value is None for pair in pairs for value in pair):
        return ""
    (iou_s, error_s), (iou_t, error_t) = pairs
    return parts.lines(
        f"All held-out pictures at step {latest['step']}, S / T: attention IoU <b>{iou_s:.2f} / {iou_t:.2f}</b>, "
        f"background error <b>{error_s:.3f} / {error_t:.3f}</b>."
    )


def _failure(error: BaseException) -> str:
    """An error for the reader: a sentence where it is one, everything where it is not."""
    if isinstance(error, UagtError):
        return parts.lines(f'<span role="alert"><b>Training stopped.</b> {escape(str(error))}</span>')
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return f'<div role="alert"><b>Training stopped.</b><pre style="white-space:pre-wrap">{escape(text)}</pre></div>'


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
