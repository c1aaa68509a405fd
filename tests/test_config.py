"""A run's configuration: what it refuses, what follows from what, and that older ones are still read."""

import json
from pathlib import Path

import pytest
import torch

from uagt_lib.data.pairs import Pair, from_folders, to_folders
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.compare import Protocol, compare
from uagt_lib.evaluate.observe import Observer
from uagt_lib.training import checkpoint
from uagt_lib.training.config import Config
from uagt_lib.training.folder import stored_config
from uagt_lib.training.presets import PRESETS, preset
from uagt_lib.training.trainer import Trainer

CHECKPOINTS = Path(__file__).parents[1] / "data" / "checkpoints"


def test_a_configuration_survives_json(config: Config) -> None:
    for one in (config, *(row.config for row in PRESETS.values())):
        assert Config.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_one_of_an_older_version_is_read(config: Config) -> None:
    for view in (None, 64):
        values = config.with_(view=view or 0).to_dict()
        former = {"size" if name == "crop" else name: value for name, value in values.items()} | {"view": view}
        del former["domains"]  # came later
        assert Config.from_dict(former) == config.with_(view=view or 32)
    with pytest.raises(UagtError, match=r"not written by this version .*colour"):
        Config.from_dict(config.to_dict() | {"colour": "grey"})


@pytest.mark.parametrize("name", ["savanna-64", "cyclegan-64"])
def test_what_ships_is_read_from_its_header_alone(name: str, monkeypatch) -> None:
    monkeypatch.setattr(checkpoint, "read_tensors", lambda path: pytest.fail("all weights were read"))
    config = checkpoint.read_config(str(CHECKPOINTS / f"{name}.safetensors"))
    assert (config.load, config.crop, config.view) == (72, 64, 64)


def test_view_is_a_number_and_goes_with_crop_where_the_two_are_one() -> None:
    assert Config().view == Config().crop == 256
    assert Config().with_(crop=128).view == 128 and Config(view=512).with_(crop=128).view == 512
    photographs = preset("horse2zebra-cpu")
    assert photographs.view == 112 and photographs.with_(crop=32).view == 112


def test_a_path_may_be_a_string(config: Config, pair: Pair, tmp_path: Path) -> None:
    out, data = str(tmp_path / "run"), str(tmp_path / "data")
    Trainer(config, pair, out, observer=Observer(pair, out), progress=False).run(until=2)
    assert checkpoint.read_config(out) == config and checkpoint.load_model(out).view == config.view
    assert checkpoint.find_weights(out).parent == checkpoint.checkpoints(out)[-1] and stored_config(out) == config
    assert Trainer.open(config, pair, out, progress=False).step == 2
    to_folders(pair, data)
    again = from_folders(data, config.view, config.load)
    assert torch.equal(again.source.train, pair.source.train)
    options = {"data": data, "extractor": "savanna", "protocol": Protocol(subset_size=3)}
    found = compare(out, str(tmp_path / "scores"), **options)
    assert found["attention"][0]["object_free_attention"] is not None
