"""A dead pipe, a closed stream: nothing that shows progress can end the work."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from uagt_lib.data.pairs import Pair
from uagt_lib.files import plain_streams
from uagt_lib.progress import Bar
from uagt_lib.training.checkpoint import checkpoints
from uagt_lib.training.config import Config
from uagt_lib.training.trainer import Trainer


class Dead(io.StringIO):
    """What stderr is once its reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("stream", [Dead(), None], ids=["dead", "closed"])
def test_a_run_outlives_the_stream_it_is_shown_on(stream, config: Config, pair: Pair, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    trainer = Trainer(config, pair, tmp_path)
    trainer.run()
    assert trainer.step == 12


def test_a_bar_counts_and_says(capsys) -> None:
    with Bar(3, 1, "picture", name="zebras") as bar:
        bar.say("a line")
        bar.advance(), bar.beside("more"), bar.advance()
    err = capsys.readouterr().err
    assert "a line\n" in err and "3/3" in err and "picture" in err and "zebras" in err and "more" in err
    with Bar(3, shown=False) as bar:
        bar.say("nothing"), bar.advance()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("headless", ["", "1"])
def test_in_a_notebook_a_line_is_no_alarm(headless: str, capsys, monkeypatch) -> None:
    monkeypatch.setattr("uagt_lib.progress.in_notebook", lambda: True)
    monkeypatch.setenv("UAGT_HEADLESS", headless)
    with Bar(3) as bar:
        bar.say("a line")
    out, err = capsys.readouterr()
    assert ("a line" in out, "a line" in err) == (not headless, bool(headless))  # built notebooks keep stdout


def test_printing_to_a_reader_that_left_is_no_error(monkeypatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(sys, "stdout", os.fdopen(write, "w", encoding="utf-8"))
    plain_streams()
    os.close(read)
    for _ in range(2):
        print("x" * 100_000, flush=True)
    assert sys.stdout.encoding == "utf-8"
    plain_streams()
    print("wrapped once", flush=True)


@pytest.mark.slow
def test_a_command_ends_well_without_a_reader(tmp_path: Path) -> None:
    code = (
        "import sys; from uagt_lib import cli; from uagt_lib.training import presets; from tests.conftest import TINY; "
        "p = presets.PRESETS; p['tiny'] = p['savanna-smoke'].__class__('', p['savanna-smoke'].config.with_("
        "preset='tiny', steps=6, savanna=4, architecture=TINY)); sys.exit(cli.main(sys.argv[1:]))"
    )
    words = f'{sys.executable} -c "{code}" train --preset tiny --out {tmp_path}'
    command = ["bash", "-c", f"set -o pipefail; {words} 2>&1 | true"]
    assert subprocess.run(command, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[1]).returncode == 0
    assert checkpoints(tmp_path)[-1].name == "step-00000006"
