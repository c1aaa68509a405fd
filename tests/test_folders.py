"""Photographs from folders: every kind of picture is read rightly or refused by a sentence with its name in it."""

import os
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from uagt_lib.data import folders, savanna
from uagt_lib.data.folders import list_images, load_images, load_masked, load_masks, read_image
from uagt_lib.errors import UagtError

RED, WHITE = (255, 0, 0), (255, 255, 255)


def solid(path: Path, colour=RED, mode: str = "RGB", size=(32, 24), **save) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **save)
    return path


def noise(path: Path, size=(64, 48)) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def png_header(path: Path, width: int, height: int) -> Path:
    """A PNG that declares a size but carries next to no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )
    return path


def pixel(path: Path) -> tuple[int, ...]:
    picture = read_image(path)
    assert picture.mode == "RGB"
    return picture.getpixel((0, 0))


# --- one picture ------------------------------------------------------------------------------------------------------


def test_plain_grey_and_bilevel(tmp_path):
    assert pixel(solid(tmp_path / "a.png")) == RED
    assert pixel(solid(tmp_path / "b.png", 77, "L")) == (77, 77, 77)
    assert pixel(solid(tmp_path / "c.png", 1, "1")) == WHITE


def test_cmyk_jpeg(tmp_path):
    assert np.allclose(pixel(solid(tmp_path / "a.jpg", (0, 255, 255, 0), "CMYK")), RED, atol=6)


def test_transparency_is_laid_over_white(tmp_path):
    assert pixel(solid(tmp_path / "a.png", (0, 0, 0, 0), "RGBA")) == WHITE
    assert pixel(solid(tmp_path / "half.png", (0, 0, 0, 128), "RGBA")) == (127, 127, 127)
    assert pixel(solid(tmp_path / "la.png", (0, 0), "LA")) == WHITE
    assert pixel(solid(tmp_path / "rgb.png", RED, "RGB", transparency=RED)) == WHITE
    palette = Image.new("P", (32, 24), 3)
    palette.putpalette([0, 0, 0] * 3 + list(RED))
    palette.save(tmp_path / "p.png", transparency=3)
    assert pixel(tmp_path / "p.png") == WHITE
    palette.save(tmp_path / "opaque.png")
    assert pixel(tmp_path / "opaque.png") == RED


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_not_clipped(tmp_path, suffix):
    ramp = np.linspace(0, 65535, 32 * 24).astype(np.uint16).reshape(24, 32)
    Image.fromarray(ramp).save(tmp_path / f"a.{suffix}")
    got = np.asarray(read_image(tmp_path / f"a.{suffix}"))[..., 0]
    assert np.abs(got - ramp / 257).max() <= 0.5
    assert got.min() == 0 and got.max() == 255


def test_thirty_two_bit_mode_with_sixteen_bit_values(tmp_path):
    Image.fromarray(np.full((24, 32), 32896, np.int32)).save(tmp_path / "a.tif")
    assert Image.open(tmp_path / "a.tif").mode == "I"
    assert pixel(tmp_path / "a.tif") == (128, 128, 128)


@pytest.mark.parametrize(
    "values", [np.full((24, 32), 70000, np.int32), np.full((24, 32), -1, np.int32), np.full((24, 32), 0.5, np.float32)]
)
def test_unknown_ranges_are_refused(tmp_path, values):
    Image.fromarray(values).save(tmp_path / "odd.tif")
    with pytest.raises(UagtError, match=r"odd\.tif.*save it with 8 or 16 bits"):
        read_image(tmp_path / "odd.tif")


def test_exif_rotation_is_applied(tmp_path):
    picture = Image.new("RGB", (40, 20), RED)
    picture.paste((0, 0, 255), (0, 0, 20, 20))  # left half blue
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn clockwise
    picture.save(tmp_path / "a.png", exif=exif)
    upright = read_image(tmp_path / "a.png")
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) == (0, 0, 255) and upright.getpixel((10, 35)) == RED


def test_damaged_files_are_named(tmp_path):
    for name in ("cut.jpg", "cut.png"):
        path = noise(tmp_path / name)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(UagtError, match=rf"{name} is damaged"):
            read_image(path)
    noise(tmp_path / "flip.png")
    data = bytearray((tmp_path / "flip.png").read_bytes())
    data[60] ^= 255
    (tmp_path / "flip.png").write_bytes(data)
    with pytest.raises(UagtError, match=r"flip\.png is damaged"):
        read_image(tmp_path / "flip.png")


@pytest.mark.parametrize("content", [b"this is a text", b""])
def test_a_text_named_jpg(tmp_path, content):
    (tmp_path / "note.jpg").write_bytes(content)
    with pytest.raises(UagtError, match=r"note\.jpg is not an image"):
        read_image(tmp_path / "note.jpg")


def test_tiny_pictures_are_refused(tmp_path):
    assert read_image(solid(tmp_path / "just.png", size=(16, 16))).size == (16, 16)
    for size in ((1, 1), (15, 200), (200, 15)):
        with pytest.raises(UagtError, match=rf"tiny\.png is {size[0]} x {size[1]} pixels"):
            read_image(solid(tmp_path / "tiny.png", size=size))


@pytest.mark.parametrize("side", [40000, 10000, 9200])  # PIL's error, PIL's warning, ours alone
def test_bombs_are_refused_from_the_header(tmp_path, monkeypatch, side):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("decoded"))
    limit = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with pytest.raises(UagtError, match=r"bomb\.png has more than 80 megapixels"):
            read_image(png_header(tmp_path / "bomb.png", side, side))
    assert limit == Image.MAX_IMAGE_PIXELS  # PIL's own setting is untouched


def test_what_we_accept_never_warns():
    assert folders.MAX_PIXELS <= Image.MAX_IMAGE_PIXELS


def test_missing_file_and_folder_named_like_an_image(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    for name in ("nothing.jpg", "folder.jpg"):
        with pytest.raises(UagtError, match=rf"{name} cannot be read"):
            read_image(tmp_path / name)


def test_no_permission(tmp_path, monkeypatch):
    path = solid(tmp_path / "secret.png")
    if os.geteuid() == 0:  # root may read everything, so the system's answer is played

        def refuse(*_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Image, "open", refuse)
    else:
        path.chmod(0)
    with pytest.raises(UagtError, match=r"secret\.png cannot be read \(Permission denied\)"):
        read_image(path)


# --- folders ----------------------------------------------------------------------------------------------------------


def test_list_is_sorted_and_takes_images_only(tmp_path):
    for name in ("b.JPG", "a.png", "c.jpeg", "d.WebP", "e.bmp", "f.tif", "g.TIFF", ".hidden.jpg", "note.txt"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [p.name for p in list_images(tmp_path)] == ["a.png", "b.JPG", "c.jpeg", "d.WebP", "e.bmp", "f.tif", "g.TIFF"]


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
    mask = load_masks(tmp_path, (16, 32))
    assert mask.dtype == torch.float32 and mask.shape == (1, 1, 16, 32)
    assert mask.min() >= 0 and mask.max() <= 1
    assert (mask[..., :14] > 0.98).all() and (mask[..., 18:] < 0.02).all()


def test_empty_and_coloured_masks(tmp_path):
    solid(tmp_path / "a.png", 0, "L")
    solid(tmp_path / "b.png", WHITE, "RGB")
    solid(tmp_path / "c.png", 1, "1")
    assert load_masks(tmp_path, 8).mean(dim=(1, 2, 3)).tolist() == [0, 1, 1]


def test_class_numbers_are_no_mask(tmp_path):
    solid(tmp_path / "classes.png", 7, "L")
    with pytest.raises(UagtError, match=r"classes\.png is not a mask: its largest value is 7"):
        load_masks(tmp_path, 8)


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
