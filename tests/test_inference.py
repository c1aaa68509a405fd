"""Pictures of any size: strips have the bits of the whole, memory is little, and one bad picture stops nobody."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from uagt_lib import inference
from uagt_lib.data import strips
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.errors import UagtError
from uagt_lib.inference import translate_batch, translate_files, translate_image, translate_pixels
from uagt_lib.method.compose import compose
from uagt_lib.method.model import Model, Translation
from uagt_lib.training.config import Config


@pytest.fixture
def model(config: Config) -> Model:
    return config.model().eval().requires_grad_(False)


def noise(*size: int) -> torch.Tensor:
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_zero_attention_returns_the_picture_itself(model: Model) -> None:
    model.A_s.layers[-1].bias.fill_(-200)
    picture = noise(1, 3, 101, 67)
    assert torch.equal(to_uint8(translate_image(model, to_float(picture)).translated), picture)
    assert torch.equal(translate_pixels(model, picture)[1], picture)


@pytest.mark.parametrize("size", [(2, 3, 101, 67), (1, 3, 32, 32), (1, 3, 17, 300), (1, 3, 250, 333)])
@pytest.mark.parametrize("strip", [1, 777, 10**9])
def test_strips_have_the_bits_of_the_whole(model: Model, size: tuple[int, ...], strip: int, monkeypatch) -> None:
    picture = noise(*size)
    whole = translate_image(model, to_float(picture), "t2s")
    monkeypatch.setattr(strips, "STRIP", strip)
    attention, translated = translate_pixels(model, picture, "t2s")
    assert torch.equal(attention, whole.attention)
    assert torch.equal(translated, to_uint8(whole.translated))
    again = translate_image(model, to_float(picture), "t2s")  # what the networks see is put together of strips too
    assert all(map(torch.equal, again, whole))


@pytest.mark.parametrize("size", [(1, 3, 101, 67), (1, 3, 250, 333)])
def test_the_whole_is_what_interpolation_gives(model: Model, size: tuple[int, ...]) -> None:
    """Against PyTorch's own kernels, which round in another order."""
    picture = to_float(noise(*size))
    small = [max(4, round(side * 32 / min(size[2:]) / 4) * 4) for side in size[2:]]
    seen = F.interpolate(picture, small, mode="bicubic", antialias=True).clamp(-1, 1)
    result = model.translate(seen)
    attention, painted, copy = (
        F.interpolate(x, size[2:], mode="bilinear") for x in (result.attention, result.painted, seen)
    )
    painted = (painted + picture - copy).clamp(-1, 1)
    found = translate_image(model, picture)
    torch.testing.assert_close(found.attention, attention, atol=2e-5, rtol=0)
    torch.testing.assert_close(found.translated, compose(picture, painted, attention), atol=2e-5, rtol=0)


def test_a_large_picture_keeps_the_detail_that_its_small_copy_loses(model: Model, monkeypatch) -> None:
    """Networks that repaint all as it was give the picture back, and at their own size Eq. 1 of what they say."""
    wide, own = noise(1, 3, 101, 167), noise(2, 3, 32, 32)
    assert all(map(torch.equal, translate_image(model, to_float(own)), translate_batch(model, own)))
    copyist = lambda seen, direction: Translation(torch.ones_like(seen[:, :1]), seen, seen)  # noqa: E731
    monkeypatch.setattr(model, "translate", copyist)
    assert torch.equal(translate_pixels(model, wide)[1], wide)


def test_networks_that_answer_with_nan_are_not_believed(model: Model) -> None:
    next(model.F_st.parameters()).fill_(float("nan"))
    with pytest.raises(UagtError, match="the networks answer with NaN"):
        translate_pixels(model, noise(1, 3, 32, 32))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows counts memory otherwise")
def test_a_picture_of_48_megapixels_takes_less_than_a_gigabyte(tmp_path: Path) -> None:
    """Peak of a process that has the model and a small picture behind it, before and after the large one."""
    rows, columns = np.mgrid[0:6000, 0:8000].astype(np.uint8)
    Image.fromarray(np.stack([rows, columns, rows ^ columns], -1)).save(tmp_path / "large.jpg", quality=60)
    code = f"""
import resource
from uagt_lib import load_model
from uagt_lib.inference import translate
def peak(path):
    translate(model, path)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
model = load_model("data/checkpoints/savanna-64.safetensors")
peak("data/samples/testA/0000.png")
peak({str(tmp_path / "large.jpg")!r})
"""
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True)
    before, after = (int(line) * (1 if sys.platform == "darwin" else 1024) for line in done.stdout.split())
    assert after - before < 1e9, done.stderr


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        Image.fromarray(noise(40, 50, 3).numpy()).save(folder / f"{name}.png")
    return folder


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_translations_maps_and_sheet_are_kept_apart(model: Model, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert translate_files(model, pictures, out) == (3, [])
    assert names(out) == {f"{where}{name}.png" for where in ("", "attention/") for name in "abc"} | {
        "contact_sheet.png"
    }
    with Image.open(out / "attention" / "a.png") as attention:
        assert attention.mode == "L" and attention.size == (50, 40)


def out_of_memory(kind: str) -> Exception:
    return MemoryError() if kind == "python" else RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried")


@pytest.mark.parametrize("kind", ["python", "torch"])
def test_a_picture_too_large_for_the_memory_does_not_take_the_others_along(
    model: Model, pictures: Path, tmp_path: Path, monkeypatch, kind: str
) -> None:
    real = inference.translate_pixels

    def scarce(model: Model, pixels: torch.Tensor, direction: str) -> tuple[torch.Tensor, torch.Tensor]:
        if pixels.shape[-1] > 50:
            raise out_of_memory(kind)
        return real(model, pixels, direction)

    monkeypatch.setattr(inference, "translate_pixels", scarce)
    Image.new("RGB", (60, 60)).save(pictures / "b.png")
    done, refused = translate_files(model, pictures, tmp_path / "out")
    assert done == 2 and refused == [f"{pictures / 'b.png'} needs more memory than is free; scale it down first."]
    assert {"a.png", "c.png"} <= names(tmp_path / "out") and "b.png" not in names(tmp_path / "out")


def test_a_name_too_long_for_a_result_does_not_either(model: Model, pictures: Path, tmp_path: Path) -> None:
    long = "n" * 255  # fits, but not with .png behind it
    (pictures / "b.png").rename(pictures / long)
    Image.new("RGB", (40, 40)).save(pictures / ("m" * 251 + ".png"))
    done, refused = translate_files(model, pictures, tmp_path / "out")
    assert done == 3 and len(refused) == 1
    assert f"the result of {pictures / long} cannot be written (" in refused[0] and "rename the picture" in refused[0]


def test_other_errors_are_not_hidden(model: Model, pictures: Path, tmp_path: Path, monkeypatch) -> None:
    for error in (OSError(errno.ENOSPC, "No space left on device"), RuntimeError("a mistake of ours")):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(inference, "translate_pixels", fail)
        with pytest.raises(type(error)):
            translate_files(model, pictures, tmp_path / "out")


def test_loops_and_pipes_are_a_sentence(model: Model, pictures: Path, tmp_path: Path) -> None:
    (pictures / "b.png").unlink()
    (pictures / "b.png").symlink_to("b.png")
    (pictures / "d.png").symlink_to("nowhere.png")
    if hasattr(os, "mkfifo"):
        os.mkfifo(pictures / "e.png")
    done, refused = translate_files(model, pictures, tmp_path / "out")
    assert done == 2 and len(refused) == len(names(pictures) | {"b.png", "d.png", "e.png"}) - 2
    assert "b.png cannot be read (" in refused[0] and "d.png cannot be read (" in refused[1]
    for name in ("b.png", "d.png"):
        assert translate_files(model, pictures / name, tmp_path / "one")[0] == 0
    (tmp_path / "loop").symlink_to("loop")
    assert translate_files(model, tmp_path / "loop", tmp_path / "one")[0] == 0
    with pytest.raises(UagtError, match="cannot write to"):
        translate_files(model, pictures, tmp_path / "loop")


def test_results_never_overwrite_pictures_or_each_other(model: Model, pictures: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in pictures.iterdir()}
    with pytest.raises(UagtError, match=r"a\.png would overwrite"):
        translate_files(model, pictures, pictures)
    assert {path.name: path.read_bytes() for path in pictures.iterdir() if path.is_file()} == before
    (tmp_path / "attention").mkdir()
    (pictures / "a.png").rename(tmp_path / "attention" / "a.png")
    with pytest.raises(UagtError, match="would overwrite"):
        translate_files(model, tmp_path / "attention", tmp_path)
    Image.new("RGB", (40, 40)).save(tmp_path / "contact_sheet.jpg")
    with pytest.raises(UagtError, match="would overwrite"):
        translate_files(model, tmp_path / "contact_sheet.jpg", tmp_path / "out")
    with pytest.raises(UagtError, match="nothing does not exist"):
        translate_files(model, tmp_path / "nothing", tmp_path / "out")


def test_the_same_name_twice_keeps_both_results(model: Model, pictures: Path, tmp_path: Path) -> None:
    Image.new("RGB", (40, 40)).save(pictures / "a.jpg")
    translate_files(model, pictures, tmp_path / "out")
    assert {"a.jpg.png", "a.png.png", "attention/a.jpg.png", "b.png"} <= names(tmp_path / "out")
