"""Checkpoints and milestones as files: written whole, read with care."""

import os
from pathlib import Path

import pytest
import torch

from uagt_lib.errors import UagtError, UagtWarning
from uagt_lib.training import checkpoint
from uagt_lib.training.trainer import Trainer


def test_damaged_files_are_named_and_passed_over_for_an_older_checkpoint(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path, progress=False).run(until=2)
    older, newest = checkpoint.checkpoints(tmp_path)
    for name in ("training-0.safetensors", "weights.safetensors", "state.json"):
        path = newest / name
        whole = path.read_bytes()
        for bad in (whole[: len(whole) // 2], b"", b"\x80\x04}q\x00.", os.urandom(300)):
            path.write_bytes(bad)
            trainer = Trainer.open(config, pair, tmp_path)
            assert trainer.step == 1 and name in trainer.notes[0] and "going on from step-00000001" in trainer.notes[0]
        path.write_bytes(whole)
    (newest / "weights.safetensors").write_bytes(b"")
    with pytest.warns(UagtWarning, match=r"weights.safetensors cannot be read.*; taking step-00000001"):
        assert checkpoint.find_weights(tmp_path).parent == older
    (older / "weights.safetensors").unlink()
    with pytest.raises(UagtError, match=r"no checkpoint of .* can be read"):
        Trainer.open(config, pair, tmp_path)
    with pytest.raises(UagtError, match=r"step-00000002/weights\.safetensors cannot be read"):
        checkpoint.find_weights(tmp_path)


def test_a_lost_history_costs_nothing_but_itself(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path, progress=False).run(until=2)
    for lose in (lambda path: path.write_text("{"), lambda path: path.write_text("[]"), Path.unlink):
        lose(tmp_path / "history.json")
        trainer = Trainer.open(config, pair, tmp_path)
        assert (trainer.step, trainer.history, len(trainer.notes)) == (2, [], 1)
        assert trainer.notes[0].startswith("what was recorded before step 2 is lost: ")


def test_what_another_version_wrote_is_no_damage(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path, progress=False).run(until=2)
    newest = checkpoint.checkpoints(tmp_path)[-1]
    for strange in ("{}", "[]"):
        (newest / "state.json").write_text(strange)
        with pytest.raises(UagtError, match="not written by this version"):
            Trainer.open(config, pair, tmp_path)
    (newest.parent / "step-old").mkdir()  # strays are passed over
    assert checkpoint.checkpoints(tmp_path)[-1] == newest
    assert checkpoint.find_weights(tmp_path) == newest / "weights.safetensors"


def test_names_tell_steps() -> None:
    assert checkpoint.step_name(40) == "step-00000040"
    names = ("step-00000040", "step-00000040.safetensors", "step-123456789", "step-40", "weights.safetensors")
    assert [checkpoint.step_of(Path(name)) for name in names] == [40, 40, 123456789, None, None]


@pytest.mark.slow
def test_twelve_milestones_stay_and_translate(config, pair, tmp_path) -> None:
    config = config.with_(steps=50, average=0.5)
    trainer = Trainer(config, pair, tmp_path, progress=False)
    trainer.run(until=20)
    shown, x = trainer.learner.shown, torch.rand(1, 3, 32, 32)
    model = checkpoint.load_model(checkpoint.moment(tmp_path, 20))
    assert checkpoint.read_config(checkpoint.moment(tmp_path, 20)) == config and model.D_s is None and model.D_t is None
    torch.testing.assert_close(model.translate(x).translated, shown.translate(x).translated, rtol=0, atol=0.01)
    trainer.run()
    steps = [checkpoint.step_of(path) for path in checkpoint.moments(tmp_path)]
    assert steps == [1, 2, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]
    assert len(list((tmp_path / "milestones").iterdir())) == 12
    with pytest.raises(UagtError, match=r"did not keep step 3; kept are 1, 2, 5, 10, "):
        checkpoint.moment(tmp_path, 3)


def test_milestones_are_halved_and_loaded_whole(config, pair, tmp_path) -> None:
    Trainer(config, pair, tmp_path, progress=False).run(until=1)
    path = checkpoint.moment(tmp_path, 1)
    assert {t.dtype for t in checkpoint.read_tensors(path).values()} == {torch.float16}
    assert {p.dtype for p in checkpoint.load_model(path).parameters()} == {torch.float32}


def test_a_loaded_model_can_be_trained_on(whole: Trainer) -> None:
    model = checkpoint.load_model(whole.folder.path)
    assert all(p.requires_grad for p in model.parameters()) and not model.training


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
    model = checkpoint.load_model(whole.folder.path)
    assert checkpoint.read_config(whole.folder.path) == whole.config and model.view == whole.config.view
    x = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(model.translate(x).translated, whole.model.translate(x).translated)
