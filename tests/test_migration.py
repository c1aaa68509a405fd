"""What older versions stored is read, and gone on with: `fixtures/uagt-1` is a run of the first format, at step 30."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from uagt_lib.data.pairs import Pair
from uagt_lib.training.checkpoint import load_model, read_config
from uagt_lib.training.config import Config
from uagt_lib.training.trainer import Trainer

STORED = Path(__file__).parent / "fixtures" / "uagt-1"


def test_a_run_of_the_first_format_is_gone_on_with(config: Config, pair: Pair, tmp_path: Path) -> None:
    config = config.with_(steps=50, pool=2)
    assert read_config(STORED) == config
    shutil.copytree(STORED, tmp_path / "run")
    trainer = Trainer.open(config, pair, tmp_path / "run")
    assert len(trainer.notes) == 1 and trainer.notes[0].startswith(
        "an older version of this program began it: weights,"
    )
    assert trainer.step == 30 and trainer.history[0]["step"] == 25
    assert [score["seen"] for score in trainer.scores] == [5, 10, 15, 20, 25, 30]
    trainer.run()
    assert [score["seen"] for score in trainer.scores if "seen" in score] == [5, 10, 15, 20, 25, 30]
    assert Trainer.open(config, pair, tmp_path / "run").history == trainer.history
    expected = json.loads((STORED / "expected.json").read_text())  # the last record, by the program that made the run
    assert trainer.history[-1] == pytest.approx(expected, rel=0.01)


def test_a_checkpoint_of_the_first_format_translates() -> None:
    model, config = load_model(STORED), read_config(STORED)
    with torch.no_grad():
        result = model.translate(torch.zeros(1, 3, 32, 32))
    assert config.crop == config.view == 32 and result.translated.isfinite().all()
