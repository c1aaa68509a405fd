"""Lions and tigers from a made-up Animals with Attributes 2: from a zip and from a folder, the same split."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from uagt_lib import cli
from uagt_lib.data.lion2tiger import from_animals, split
from uagt_lib.data.pairs import from_folders
from uagt_lib.errors import UagtError


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    """Twenty lions, twelve tigers, and what else lies in the archive."""
    root = tmp_path / "Animals_with_Attributes2"
    for animal, count in (("lion", 20), ("tiger", 12), ("zebra", 3), ("sea+lion", 3)):
        folder = root / "JPEGImages" / animal
        folder.mkdir(parents=True)
        for i in range(count):
            Image.new("RGB", (40, 40), (i, 0, 0)).save(folder / f"{animal}_{10001 + i}.jpg")
    (root / "classes.txt").write_text("lion\ntiger\n")
    (root / "JPEGImages" / "lion" / "notes.txt").write_text("no picture")
    return root


@pytest.fixture
def archive(unpacked: Path, tmp_path: Path) -> Path:
    path = tmp_path / "AwA2-data.zip"
    with zipfile.ZipFile(path, "w") as file:
        for found in sorted(unpacked.rglob("*"), reverse=True):
            file.write(found, found.relative_to(unpacked.parent))
    return path


def test_zip_and_folder_give_the_same_split(unpacked, archive, tmp_path, capsys) -> None:
    assert cli.main(["data", "lion2tiger", "--from", str(archive), "--out", str(tmp_path / "a")]) == 0
    assert "18 lions and 11 tigers for training, 2 and 1 held out" in capsys.readouterr().out
    counts = from_animals(unpacked, tmp_path / "b")
    assert counts == {"trainA": 18, "testA": 2, "trainB": 11, "testB": 1}
    for name in counts:
        files = [sorted((tmp_path / place / name).iterdir()) for place in "ab"]
        assert [f.name for f in files[0]] == [f.name for f in files[1]]
        assert all(a.read_bytes() == b.read_bytes() for a, b in zip(*files, strict=True))
    animals = {name: {f.name.split("_")[0] for f in (tmp_path / "a" / name).iterdir()} for name in counts}
    assert animals == {"trainA": {"lion"}, "testA": {"lion"}, "trainB": {"tiger"}, "testB": {"tiger"}}
    pair = from_folders(tmp_path / "a", 32, 36)
    assert len(pair.source.train) == 18 and len(pair.target.test) == 1


def test_the_split_is_a_draw_that_depends_on_names_alone() -> None:
    names = [f"tiger_{i}.jpg" for i in range(50)]
    train, test = split(names)
    assert sorted(train + test) == sorted(names) and len(test) == 5
    assert split(names[::-1]) == (train, test) and test != sorted(names)[:5]


def test_what_cannot_be_used_is_a_sentence(unpacked, archive, tmp_path) -> None:
    out = tmp_path / "out"
    for source, said in (
        (tmp_path / "none.zip", "none.zip cannot be read or written (No such file"),
        (unpacked / "classes.txt", "is not a usable zip archive"),
        (unpacked / "JPEGImages" / "zebra", "holds 0 photographs in a folder called lion"),
    ):
        with pytest.raises(UagtError) as caught:
            from_animals(source, out)
        assert said in str(caught.value) and "AwA2" in str(caught.value) and not out.exists()
    archive.write_bytes(archive.read_bytes().replace(b"\xff\xd8\xff", b"\xff\xd8\xfe"))  # damaged pictures
    with pytest.raises(UagtError, match="not a usable zip archive"):
        from_animals(archive, out)
    assert not out.exists() and not list(tmp_path.glob(".out-*"))
    out.mkdir()
    (out / "mine.txt").touch()
    with pytest.raises(UagtError, match="is in the way"):
        from_animals(unpacked, out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
