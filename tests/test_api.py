"""What `import uagt_lib` promises: names that come when they are asked for, and pictures in, pictures out."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import uagt_lib
from uagt_lib.course.places import data
from uagt_lib.method.model import Model


@pytest.fixture(scope="module")
def model() -> Model:
    return uagt_lib.load_model(str(data("checkpoints", "savanna-64.safetensors")))


@pytest.fixture
def picture() -> Image.Image:
    return Image.open(data("samples", "testA", "0001.png"))


@pytest.mark.slow
def test_importing_waits_for_nothing_and_every_name_comes() -> None:
    code = (
        "import sys, uagt_lib; assert 'torch' not in sys.modules and 'numpy' not in sys.modules;"
        "assert set(uagt_lib.__all__) <= set(dir(uagt_lib));"
        "from uagt_lib import *; assert all(name in globals() for name in uagt_lib.__all__); print(translate.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "translate\n", done.stderr
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        uagt_lib.nonsense  # noqa: B018


def test_its_docstring_names_every_name() -> None:
    told = {line.split()[0] for line in uagt_lib.__doc__.splitlines() if line.startswith("    ")}
    assert told == set(uagt_lib.__all__)


def test_a_picture_in_pictures_out(model: Model, picture: Image.Image, tmp_path: Path) -> None:
    wide = picture.resize((97, 60))
    result = uagt_lib.translate(model, wide, "s2t")
    assert result.translated.size == result.attention.size == (97, 60)
    assert (result.translated.mode, result.attention.mode) == ("RGB", "L")
    assert result.attention_array.shape == (60, 97) and result.attention_array.dtype == np.float32
    assert np.abs(np.asarray(result.attention) / 255 - result.attention_array).max() < 0.01  # white is repainted
    away = result.attention_array == 0
    assert np.array_equal(result.translated_array[away], np.asarray(wide)[away])
    wide.save(tmp_path / "wide.png")
    for path in (tmp_path / "wide.png", str(tmp_path / "wide.png")):
        assert np.array_equal(uagt_lib.translate(model, path, "s2t").translated_array, result.translated_array)
    assert not np.array_equal(uagt_lib.translate(model, wide, "t2s").translated_array, result.translated_array)


def convert(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    return picture.convert(mode)


def test_any_kind_of_picture_and_a_wrong_word(model: Model, picture: Image.Image) -> None:
    for mode in ("L", "LA", "RGBA", "P", "CMYK", "I;16"):
        assert uagt_lib.translate(model, convert(picture, mode)).translated.mode == "RGB"
    with pytest.raises(uagt_lib.UagtError, match="a direction is s2t"):
        uagt_lib.translate(model, picture, "t")
    with pytest.raises(uagt_lib.UagtError, match=r"nowhere\.png"):
        uagt_lib.translate(model, "nowhere.png")


def test_networks_know_their_scale(model: Model) -> None:
    assert model.view == 64
    seen = []
    hook = model.F_st.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape[-2:]))
    uagt_lib.translate(model, Image.new("RGB", (300, 200), "green"))
    hook.remove()
    assert seen == [torch.Size([64, 96])]
