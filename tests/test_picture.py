"""One picture: every kind is read rightly, or refused by a sentence with its name in it."""

import os
import struct
import sys
import types
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, features

from uagt_lib.data import picture
from uagt_lib.data.picture import is_picture, read_image, read_mask, size_of
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


def png(path: Path, width: int, height: int, data: bytes, depth: int = 8, colours: int = 2, key: bytes = b"") -> Path:
    """A PNG as declared, whatever its pixels are; `key` is the colour that stands for transparent."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    chunks = {b"IHDR": struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0), b"tRNS": key}
    chunks |= {b"IDAT": zlib.compress(data), b"IEND": b""}
    written = b"".join(chunk(kind, content) for kind, content in chunks.items() if content or kind != b"tRNS")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + written)
    return path


def packed(values: list[int], depth: int) -> bytes:
    """A row of pixels of so many bits each."""
    bits = "".join(format(value, f"0{depth}b") for value in values)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def pixel(path: Path, x: int = 0) -> tuple[int, ...]:
    read = read_image(path)
    assert read.mode == "RGB"
    return read.getpixel((x, 0))


def dotted(path: Path, colour, mode: str, dot, **save) -> Path:
    """One colour with one pixel of another: a picture with something opaque in it."""
    picture = Image.new(mode, (32, 24), colour)
    picture.putpixel((31, 23), dot)
    picture.save(path, **save)
    return path


def test_plain_grey_and_bilevel(tmp_path):
    assert pixel(solid(tmp_path / "a.png")) == RED
    assert pixel(solid(tmp_path / "b.png", 77, "L")) == (77, 77, 77)
    assert pixel(solid(tmp_path / "c.png", 1, "1")) == WHITE


def test_cmyk_jpeg(tmp_path):
    assert np.allclose(pixel(solid(tmp_path / "a.jpg", (0, 255, 255, 0), "CMYK")), RED, atol=6)


def test_transparency_is_laid_over_white(tmp_path):
    assert pixel(dotted(tmp_path / "a.png", (0, 0, 0, 0), "RGBA", (0, 0, 0, 255))) == WHITE
    assert pixel(solid(tmp_path / "half.png", (0, 0, 0, 128), "RGBA")) == (127, 127, 127)
    assert pixel(dotted(tmp_path / "la.png", (0, 0), "LA", (0, 255))) == WHITE
    assert pixel(dotted(tmp_path / "rgb.png", RED, "RGB", WHITE, transparency=RED)) == WHITE
    palette = Image.new("P", (32, 24), 3)
    palette.putpixel((31, 23), 2)
    palette.putpalette([0, 0, 0] * 3 + list(RED))
    palette.save(tmp_path / "p.png", transparency=3)
    assert pixel(tmp_path / "p.png") == WHITE
    palette.save(tmp_path / "opaque.png")
    assert pixel(tmp_path / "opaque.png") == RED


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("of_top", [0, 1 / 3, 1])
def test_the_transparent_grey_is_found_at_every_depth(tmp_path, depth, of_top):
    top = 2**depth - 1
    values = [0, top // 3, top * 2 // 3, top] * 4
    key = round(top * of_top) if depth > 1 else round(of_top)
    row = b"\0" + packed(values, depth)
    path = png(tmp_path / "a.png", 16, 16, row * 16, depth, 0, struct.pack(">H", key))
    seen = [round(255 * value / top) for value in values]
    assert [pixel(path, x)[0] for x in range(16)] == [
        255 if value == key else grey for value, grey in zip(values, seen, strict=True)
    ]


def test_the_transparent_colour_of_sixteen_bits(tmp_path):
    colours = [(40000, 1, 2), (65535, 0, 0), (0, 40000, 0), (0, 0, 0)] * 4
    row = b"\0" + b"".join(struct.pack(">3H", *colour) for colour in colours)
    path = png(tmp_path / "a.png", 16, 16, row * 16, 16, 2, struct.pack(">3H", *colours[0]))
    assert [pixel(path, x) for x in range(4)] == [WHITE, RED, (0, 156, 0), (0, 0, 0)]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "RGB", "1"])
def test_nothing_but_transparency_is_refused(tmp_path, mode):
    colour = {"RGBA": (9, 9, 9, 0), "LA": (9, 0), "L": 9, "RGB": (9, 9, 9), "1": 0}[mode]
    save = {} if mode.endswith("A") else {"transparency": colour}
    with pytest.raises(UagtError, match=r"void\.png is transparent everywhere"):
        read_image(solid(tmp_path / "void.png", colour, mode, **save))


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


def test_twelve_bits(tmp_path):
    """As microscopes and scanners write them: two pixels in three bytes, white is 4095."""
    row = packed([0, 4095, 2048, 1024] * 4, 12)
    tags = {256: 16, 257: 16, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 16, 279: 16 * len(row)}
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", k, 4, 1, v) for k, v in tags.items())
    start = 8 + 16 * len(row)
    (tmp_path / "a.tif").write_bytes(struct.pack("<2sHI", b"II", 42, start) + row * 16 + directory + b"\0" * 4)
    assert [pixel(tmp_path / "a.tif", x)[0] for x in range(4)] == [0, 255, 128, 64]


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
    assert upright.size == size_of(tmp_path / "a.png") == (20, 40)
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
            read_image(png(tmp_path / "bomb.png", side, side, b"\0" * 64))
    assert limit == Image.MAX_IMAGE_PIXELS  # PIL's own setting is untouched


def test_what_we_accept_never_warns():
    assert picture.MAX_PIXELS <= Image.MAX_IMAGE_PIXELS


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


# --- what is a picture ------------------------------------------------------------------------------------------------

KINDS = {
    "JPEG": "jfif", "PNG": "apng", "WEBP": "webp", "TIFF": "tiff", "GIF": "gif", "BMP": "dib", "JPEG2000": "jp2",
    "AVIF": "avif", "PPM": "ppm", "TGA": "tga", "SGI": "sgi", "PCX": "pcx", "DDS": "dds", "ICO": "ico", "MPO": "mpo",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_is_read_by_its_content(tmp_path, kind):
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow knows no AVIF")
    save = {"save_all": True, "append_images": [Image.new("RGB", (32, 32))]} if kind == "MPO" else {}
    solid(tmp_path / f"a.{KINDS[kind]}", size=(32, 32), format=kind, **save)
    names = [tmp_path / f"a.{KINDS[kind]}", tmp_path / "nameless"]
    names[1].write_bytes(names[0].read_bytes())
    for path in names[: 1 if kind == "TGA" else 2]:  # TGA has no signature: only there the name decides
        assert is_picture(path)
        assert np.allclose(pixel(path), RED, atol=6)
    assert is_picture(names[1]) == (kind != "TGA")


def test_the_first_frame_counts(tmp_path):
    frames = [Image.new("RGB", (32, 24), colour) for colour in (RED, WHITE)]
    for name in ("a.gif", "a.png", "a.tif", "a.webp"):
        frames[0].save(
            tmp_path / name, save_all=True, append_images=frames[1:], **{"lossless": True} if "webp" in name else {}
        )
        assert pixel(tmp_path / name) == RED


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"x" * 500


def test_heic_is_called_heic(tmp_path):
    for name in ("a.heic", "a.jpg"):
        (tmp_path / name).write_bytes(HEIC)
        with pytest.raises(UagtError, match=rf"{name} is HEIC: pip install pillow-heif"):
            read_image(tmp_path / name)


def test_heic_is_read_where_its_package_is(tmp_path, monkeypatch):
    """A stand-in for pillow-heif, which opens anything of its kind as red."""

    class Opened(ImageFile.StubImageFile):
        def _open(self):
            self._mode, self._size = "RGB", (32, 24)

        def load(self):
            self.im = Image.new("RGB", (32, 24), RED).im
            return Image.Image.load(self)

    def register():
        Image.register_open("HEIF", Opened, lambda start: start[4:12] == b"ftypheic")

    monkeypatch.setitem(sys.modules, "pillow_heif", types.SimpleNamespace(register_heif_opener=register))
    picture._formats.cache_clear()
    (tmp_path / "a.jpg").write_bytes(HEIC)
    try:
        assert is_picture(tmp_path / "a.jpg") and pixel(tmp_path / "a.jpg") == RED
    finally:
        Image.ID.remove("HEIF"), Image.OPEN.pop("HEIF")
        picture._formats.cache_clear()


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is EPS, a program"),
        (b"\xc5\xd0\xd3\xc6" + b"\0" * 30, "is EPS, a program"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "is JPEG XL"),
        (b"\0\0\0\x20ftypavif\0\0\0\0", "is AVIF, and damaged"),
        (b"II*\0\x08\0\0\0\0\0", "is damaged, or a kind of TIFF"),
        (b"", "is not an image but empty"),
    ],
)
def test_what_is_no_picture_is_called_by_its_name(tmp_path, start, sentence):
    (tmp_path / "a.jpg").write_bytes(start)
    assert not is_picture(tmp_path / "a.jpg")
    with pytest.raises(UagtError, match=rf"a\.jpg {sentence}"):
        read_image(tmp_path / "a.jpg")


def test_no_picture_starts_another_program(tmp_path, monkeypatch):
    solid(tmp_path / "a.eps", size=(32, 32))
    (tmp_path / "a.eps").rename(tmp_path / "a.jpg")
    for module in ("EpsImagePlugin.Ghostscript", "EpsImagePlugin.EpsImageFile._open"):
        monkeypatch.setattr(f"PIL.{module}", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(UagtError, match="is EPS"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of a name here")
def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "gone.png").symlink_to("nowhere")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    for name, sentence in {
        "pipe.png": "it is a pipe", "loop.png": "Too many levels", "gone.png": "No such file", "zero.png": "a device"
    }.items():  # fmt: skip
        assert not is_picture(tmp_path / name)
        for read in (read_image, read_mask):
            with pytest.raises(UagtError, match=rf"{name} cannot be read \(.*{sentence}"):
                read(tmp_path / name)


def test_lab_is_not_called_damaged(tmp_path):
    with pytest.raises(UagtError, match="has Lab colours; save it as RGB"):
        read_image(solid(tmp_path / "a.tif", (50, 60, 70), "LAB"))


def test_in_masks_nothing_is_background(tmp_path):
    dotted(tmp_path / "a.png", (255, 255, 255, 0), "RGBA", (255, 255, 255, 255))
    mask = np.asarray(read_mask(tmp_path / "a.png"))
    assert mask.sum() == mask[23, 31] == 1
    dotted(tmp_path / "b.png", 40000, "I;16", 65535, transparency=40000)
    assert np.asarray(read_mask(tmp_path / "b.png")).sum() == 1


@pytest.mark.parametrize(("value", "good"), [(0.5, True), (1.0, True), (7.0, False), (-1.0, False), (np.nan, False)])
def test_masks_of_floating_point(tmp_path, value, good):
    Image.fromarray(np.full((24, 32), value, np.float32)).save(tmp_path / "a.tif")
    if good:
        assert (np.asarray(read_mask(tmp_path / "a.tif")) == value).all()
    else:
        with pytest.raises(UagtError, match="is not a mask"):
            read_mask(tmp_path / "a.tif")
