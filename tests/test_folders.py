"""Photographs from folders: which files count, what of the others is said, and how they are put together."""

import os
import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uagt_lib import memory
from uagt_lib.data import folders, savanna
from uagt_lib.data.folders import list_images, load_images, load_masked
from uagt_lib.errors import UagtError, UagtWarning

RED, WHITE = (255, 0, 0), (255, 255, 255)


def solid(path: Path, colour=RED, mode: str = "RGB", size=(32, 24), **save) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **save)
    return path


def noise(path: Path, size=(64, 48)) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


# --- folders ----------------------------------------------------------------------------------------------------------


def test_list_is_sorted_and_takes_images_only(tmp_path):
    for name in ("b.JPG", "a.png", "c.jpeg", "d.WebP", "e.bmp", "f.tif", "g.TIFF", ".hidden.jpg", "note.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    with pytest.warns(UagtWarning, match=r"1 other file and 1 folder passed over: note\.txt, folder\.png/"):
        names = [p.name for p in list_images(tmp_path)]
    assert names == ["a.png", "b.JPG", "c.jpeg", "d.WebP", "e.bmp", "f.tif", "g.TIFF"]


def test_every_picture_is_found_and_the_rest_is_counted_and_named(tmp_path):
    for i in range(3):
        solid(tmp_path / f"{i}.png")
        solid(tmp_path / f"{i}.jfif", format="JPEG")
        solid(tmp_path / f"{i}.jpe", format="JPEG")  # a name that promises nothing
        (tmp_path / f"{i}.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    for name in ("a.gif", "a.jp2", "a.ppm", "contact_sheet.png"):
        solid(tmp_path / name)
    (tmp_path / "more").mkdir()
    with pytest.warns(UagtWarning) as said:
        assert len(list_images(tmp_path)) == len(load_images(tmp_path, 8)) == 12
    assert str(said[0].message) == (
        f"{tmp_path}: 4 other files and 1 folder passed over: 0.HEIC and 2 more .HEIC, contact_sheet.png, more/ "
        "(HEIC is read after pip install pillow-heif)"
    )


def test_nothing_is_said_where_nothing_is_passed_over(tmp_path):
    solid(tmp_path / "a.png")
    (tmp_path / ".DS_Store").touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list_images(tmp_path)


def test_pictures_one_folder_too_deep(tmp_path):
    solid(tmp_path / "one" / "a.png")
    with pytest.raises(UagtError, match=r"holds no image \(1 folder passed over: one/\).*images directly inside"):
        list_images(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of a name here")
def test_pipes_and_loops_are_never_opened(tmp_path):
    solid(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.warns(UagtWarning, match="2 other files passed over"):
        assert len(list_images(tmp_path)) == 1
    os.mkfifo(tmp_path / "pipe.png")  # its name promises a picture, so a set without it would be another
    with pytest.raises(UagtError, match=r"pipe\.png cannot be read \(it is a pipe"), pytest.warns(UagtWarning):
        load_images(tmp_path, 8)


def test_list_says_what_is_expected(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for name, words in (("none", "does not exist"), ("file", "is a file"), ("empty", "holds no image")):
        with pytest.raises(UagtError, match=rf"{name} {words}.*trainA and trainB"):
            list_images(tmp_path / name)


def test_load_images(tmp_path):
    solid(tmp_path / "b.png", (0, 0, 255), size=(100, 20))
    solid(tmp_path / "a.png", RED, size=(20, 100))
    images = load_images(tmp_path, 16)
    assert images.dtype == torch.uint8 and images.shape == (2, 3, 16, 16)
    assert images[0, :, 8, 8].tolist() == list(RED) and images[1, :, 8, 8].tolist() == [0, 0, 255]
    assert load_images(tmp_path, (8, 24)).shape == (2, 3, 8, 24)


def test_load_images_keeps_the_orientation_and_antialiases(tmp_path):
    picture = Image.new("RGB", (64, 32), "black")
    picture.paste(WHITE, (0, 0, 64, 16))
    picture.save(tmp_path / "a.png")
    image = load_images(tmp_path, (32, 64))[0]
    assert (image[:, :16] == 255).all() and (image[:, 16:] == 0).all()
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    Image.fromarray(stripes).save(tmp_path / "a.png")
    middle = load_images(tmp_path, 16)[0][:, 4:-4, 4:-4].float()
    assert (middle - 127.5).abs().max() < 3  # taking every fourth pixel would give 0 or 255


def test_one_damaged_file_stops_with_its_name(tmp_path):
    noise(tmp_path / "a.jpg")
    bad = noise(tmp_path / "b.jpg")
    bad.write_bytes(bad.read_bytes()[:500])
    with pytest.raises(UagtError, match=r"b\.jpg is damaged"):
        load_images(tmp_path, 16)


@pytest.mark.parametrize("size", [0, -4, (16, 0)])
def test_senseless_sizes(tmp_path, size):
    solid(tmp_path / "a.png")
    with pytest.raises(UagtError, match="is not a picture's size"):
        load_images(tmp_path, size)


def test_progress_bar_only_for_many(tmp_path, monkeypatch, capsys):
    for i in range(3):
        solid(tmp_path / f"{i}.png")
    load_images(tmp_path, 16)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(folders, "MANY", 2)
    load_images(tmp_path, 16)
    assert "3/3" in capsys.readouterr().err


# --- masks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "top, dtype, name",
    [
        (1, np.uint8, "m.png"),
        (255, np.uint8, "m.png"),
        (65535, np.uint16, "m.png"),
        (1, np.uint16, "m.png"),
        (255, np.uint8, "m.jpg"),
    ],
)
def test_masks_of_every_range(tmp_path, top, dtype, name):
    values = np.zeros((32, 64), dtype)
    values[:, :32] = top
    Image.fromarray(values).save(tmp_path / name)
    _, mask = load_masked(tmp_path, tmp_path, (16, 32))
    assert mask.dtype == torch.float32 and mask.shape == (1, 1, 16, 32)
    assert mask.min() >= 0 and mask.max() <= 1
    assert (mask[..., :14] > 0.98).all() and (mask[..., 18:] < 0.02).all()


def test_empty_and_coloured_masks(tmp_path):
    solid(tmp_path / "a.png", 0, "L")
    solid(tmp_path / "b.png", WHITE, "RGB")
    solid(tmp_path / "c.png", 1, "1")
    assert load_masked(tmp_path, tmp_path, 16)[1].mean(dim=(1, 2, 3)).tolist() == [0, 1, 1]


def test_class_numbers_are_no_mask(tmp_path):
    solid(tmp_path / "classes.png", 7, "L")
    with pytest.raises(UagtError, match=r"classes\.png is not a mask: it has values from 7 to 7"):
        load_masked(tmp_path, tmp_path, 8)


def pairs(root: Path, *stems: str) -> tuple[Path, Path]:
    for i, stem in enumerate(stems):
        solid(root / "images" / f"{stem}.jpg", (40 * i,) * 3)
        solid(root / "masks" / f"{stem}.png", i % 2, "L")
    return root / "images", root / "masks"


def test_masked_pictures_go_together(tmp_path):
    images, masks = load_masked(*pairs(tmp_path, "a", "b", "c"), 16)
    assert images.shape == (3, 3, 16, 16) and images.dtype == torch.uint8
    assert masks.shape == (3, 1, 16, 16) and masks.dtype == torch.float32
    assert images[:, 0, 0, 0].tolist() == [0, 40, 80] and masks[:, 0, 0, 0].tolist() == [0, 1, 0]


@pytest.mark.parametrize("lost", ["masks/b.png", "images/b.jpg"])
def test_a_missing_partner_is_named(tmp_path, lost):
    folders_ = pairs(tmp_path, "a", "b")
    (tmp_path / lost).unlink()
    with pytest.raises(UagtError, match=rf"{lost.split('/')[0]} has no partner for b\."):
        load_masked(*folders_, 16)


def test_a_mask_of_another_size_is_named(tmp_path):
    folders_ = pairs(tmp_path, "a", "b")
    solid(tmp_path / "masks" / "b.png", 1, "L", size=(24, 32))
    with pytest.raises(UagtError, match=r"b\.png has 24 x 32 pixels but .*b\.jpg has 32 x 24"):
        load_masked(*folders_, 16)


def test_two_pictures_of_one_name(tmp_path):
    folders_ = pairs(tmp_path, "a", "b")
    solid(tmp_path / "images" / "b.png")
    with pytest.raises(UagtError, match=r"has both b\.jpg and b\.png"):
        load_masked(*folders_, 16)


def test_names_are_compared_in_one_normal_form(tmp_path):
    """macOS writes letters with accents as two characters, into zip archives too."""
    for form in ("NFC", "NFD"):
        solid(tmp_path / form / (unicodedata.normalize(form, "Zèbre") + ".png"), 1, "L")
    images, masks = load_masked(tmp_path / "NFC", tmp_path / "NFD", 16)
    assert len(images) == len(masks) == 1
    solid(tmp_path / "NFD" / (unicodedata.normalize("NFC", "Zèbre") + ".jpg"), 1, "L")
    if len(list(tmp_path.joinpath("NFD").iterdir())) == 2:
        with pytest.raises(UagtError, match="has both"):
            load_masked(tmp_path / "NFC", tmp_path / "NFD", 16)


def test_what_does_not_fit_into_memory_is_refused_beforehand(tmp_path, monkeypatch):
    folders_ = pairs(tmp_path, "a", "b")
    monkeypatch.setattr(memory, "free", lambda: 2 * 16 * 16 * 7 - 1)
    monkeypatch.setattr(folders, "read_image", lambda _: pytest.fail("read"))
    with pytest.raises(UagtError, match=r"the 2 pictures of .*their masks need .* GB of memory and .* are free"):
        load_masked(*folders_, 16)
    monkeypatch.setattr(memory, "free", lambda: 2 * 16 * 16 * 3 - 1)
    with pytest.raises(UagtError, match=r"the 2 pictures of .*images, 16 x 16 pixels, need"):
        load_images(folders_[0], 16)


def test_a_folder_like_the_weizmann_horses(tmp_path):
    """Drawn, in its manner: jpg beside png, every picture of another size, masks of bytes 0 and 1 instead of 255."""
    drawn, masks = savanna.draw("horse", 4, 256)
    for i, (width, height) in enumerate([(200, 148), (99, 66), (226, 251), (160, 125)]):
        for kind, array in (("horse", drawn[i].permute(1, 2, 0).numpy()), ("mask", (masks[i, 0] > 0.5).byte().numpy())):
            (tmp_path / kind).mkdir(exist_ok=True)
            suffix = "jpg" if kind == "horse" else "png"
            Image.fromarray(array).resize((width, height), 0).save(tmp_path / kind / f"horse{i:03}.{suffix}")
    images, found = load_masked(tmp_path / "horse", tmp_path / "mask", 64)
    assert images.shape == (4, 3, 64, 64) and found.shape == (4, 1, 64, 64) and found.max() == 1
    half = torch.nn.functional.interpolate(masks, (64, 64), mode="area")
    assert (found[2] - half[2]).abs().mean() < 0.02  # nearly square, so hardly cut
