"""Damaged pictures: for each a picture or one sentence with the file's name; no traceback, no crash, no waiting.

Sixty of them daily; `UAGT_FUZZ=500 python -m pytest tests/test_fuzz_pictures.py` for all five hundred.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uagt_lib.data.folders import list_images, load_image, load_images
from uagt_lib.data.picture import read_mask, size_of
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.pictures import folder
from uagt_lib.inference import translate_files
from uagt_lib.training.config import Config

COUNT = int(os.environ.get("UAGT_FUZZ", "60"))
SIDEWAYS = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"  # turn clockwise
SLOW = 20  # seconds that no picture of these sizes may take, on the slowest machine
FORMS = {  # how each is written; the first five are asked for, the others are opened here as well
    "jpg": [{"format": "JPEG"}, {"format": "JPEG", "progressive": True}, {"format": "JPEG", "mode": "CMYK"},
            {"format": "JPEG", "mode": "L", "exif": SIDEWAYS}],
    "png": [{"format": "PNG"}, {"format": "PNG", "mode": "P", "transparency": 3}, {"format": "PNG", "mode": "I;16"},
            {"format": "PNG", "mode": "RGBA"}, {"format": "PNG", "mode": "1"}],
    "webp": [{"format": "WEBP"}, {"format": "WEBP", "lossless": True}, {"format": "WEBP", "mode": "RGBA"}],
    "tif": [{"format": "TIFF"}, {"format": "TIFF", "compression": "tiff_lzw"}, {"format": "TIFF", "mode": "I;16"},
            {"format": "TIFF", "compression": "tiff_adobe_deflate"}, {"format": "TIFF", "compression": "jpeg"}],
    "gif": [{"format": "GIF", "mode": "P"}, {"format": "GIF", "mode": "P", "transparency": 3}],
    "other": [{"format": name} for name in ("BMP", "JPEG2000", "AVIF", "PPM", "SGI", "PCX", "DDS", "ICO", "TGA")],
}  # fmt: skip


def whole(rng: np.random.Generator, form: dict) -> bytes:
    """A picture with something to compress, smooth and noisy, in one form."""
    save = dict(form)
    height, width = rng.integers(24, 96, 2)
    smooth = rng.integers(0, 256, (4, 4, 3)).astype(np.uint8)
    picture = Image.fromarray(smooth).resize((int(width), int(height)), Image.Resampling.BICUBIC)
    if (mode := save.pop("mode", "RGB")) == "I;16":
        picture = Image.fromarray(np.asarray(picture)[..., 0].astype(np.uint16) * 257)
    elif mode == "RGBA":
        picture.putalpha(Image.fromarray(rng.integers(0, 256, (int(height), int(width))).astype(np.uint8)))
    else:
        picture = picture.convert(mode)
    picture.save(buffer := io.BytesIO(), **save)
    return buffer.getvalue()


def damaged(rng: np.random.Generator, content: bytes) -> bytes:
    """Bytes flipped, anywhere or in the header; or cut off; or a stretch of zeros; or a stretch twice."""
    data, size = bytearray(content), len(content)
    kind = rng.integers(6)
    if kind <= 2:
        reach = size if kind < 2 else min(size, 64)
        for at in rng.integers(0, reach, rng.integers(1, 20)):
            data[at] = rng.integers(256)
    elif kind == 3:
        del data[rng.integers(0, size) :]
    else:
        start, length = rng.integers(0, size), rng.integers(1, 200)
        data[start : start + length] = bytes(length) if kind == 4 else data[start : start + length] * 2
    return bytes(data)


def write_damaged(where: Path, count: int) -> None:
    """`count` pictures of the five formats, and a quarter as many of the others."""
    where.mkdir()
    known = Image.registered_extensions().values()
    for i in range(count + count // 4):
        rng = np.random.default_rng(i)
        suffix = list(FORMS)[i % 5] if i < count else "other"
        forms = [form for form in FORMS[suffix] if form["format"] in known]
        form = forms[rng.integers(len(forms))]
        name = f"{i:04d}.{suffix if suffix != 'other' else form['format'].lower()}"
        (where / name).write_bytes(damaged(rng, whole(rng, form)))


def answers(where: Path) -> Iterator[dict]:
    """What reading each file gives, for training and translation, as a mask, and from its header."""
    for path in sorted(where.iterdir()):
        for read in (load_image, read_mask, size_of):
            started, sentence = time.monotonic(), None
            try:
                read(path)
            except UagtError as error:
                sentence = str(error)
            yield {"name": path.name, "sentence": sentence, "seconds": time.monotonic() - started}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    where = tmp_path_factory.mktemp("fuzz") / "damaged"
    write_damaged(where, COUNT)
    return where


@pytest.mark.slow
def test_every_damaged_picture_has_an_answer(pictures: Path) -> None:
    """In a process of its own, so that a decoder that crashes or hangs is seen as one."""
    command = [sys.executable, "-m", "tests.test_fuzz_pictures", str(pictures)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SLOW * COUNT)
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == 3 * len(list(pictures.iterdir()))
    for answer in found:
        sentence = answer["sentence"]
        assert answer["seconds"] < SLOW, answer
        assert sentence is None or (answer["name"] in sentence and "\n" not in sentence), answer
    refused = sum(answer["sentence"] is not None for answer in found)
    assert 0 < refused < len(found)  # both kinds of answers occur


@pytest.mark.filterwarnings("ignore::uagt_lib.errors.UagtWarning")
def test_training_stops_at_the_first_and_evaluation_names_them_all(pictures: Path) -> None:
    good, bad = [], []
    for path in list_images(pictures):
        try:
            load_image(path)
            good.append(path)
        except UagtError:
            bad.append(path)
    with pytest.raises(UagtError) as told:
        load_images(pictures, 32)
    assert bad[0].name in str(told.value)
    with pytest.raises(UagtError, match=f"{len(bad)} of the {len(good) + len(bad)} pictures") as told:
        assert len(list(folder(pictures))) == 0
    assert all(path.name in str(told.value) for path in bad)


@pytest.mark.filterwarnings("ignore::uagt_lib.errors.UagtWarning")
def test_translation_does_the_others_and_names_them_all(pictures: Path, config: Config, tmp_path: Path) -> None:
    done, refused = translate_files(config.model().eval(), pictures, tmp_path / "out")
    assert done > 0 and len(refused) > 0 and done + len(refused) == len(list_images(pictures))
    assert len(list((tmp_path / "out").glob("*.png"))) == done + 1  # and the contact sheet


if __name__ == "__main__":
    for answer in answers(Path(sys.argv[1])):
        print(json.dumps(answer), flush=True)
