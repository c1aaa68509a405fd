"""Outlines drawn by hand become masks beside their photographs."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from uagt_lib.cli import main
from uagt_lib.data.folders import load_masked
from uagt_lib.data.outlines import mask, read_outlines, write_masked
from uagt_lib.errors import UagtError

SHIPPED = Path(__file__).parents[1] / "data" / "outlines" / "zebras.json"


def test_a_square_is_inside_its_polygon_and_nowhere_else() -> None:
    inside = np.array(mask([[[2, 1], [5, 1], [5, 4], [2, 4]], [[8, 8], [9, 8], [9, 9], [8, 9]]], (12, 10))) / 255
    assert inside[1:5, 2:6].all() and inside[8:10, 8:10].all() and inside.sum() == 4 * 4 + 2 * 2


def test_photographs_and_masks_are_a_pair_for_the_evaluation(tmp_path: Path) -> None:
    (tmp_path / "testB").mkdir()
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (40, 20), "olive").save(tmp_path / "testB" / name)
    outlines = tmp_path / "outlines.json"
    outlines.write_text(json.dumps({"b.jpg": [[[0, 0], [19, 0], [19, 19], [0, 19]]]}))
    folders = ["--photographs", str(tmp_path / "testB"), "--out", str(tmp_path / "out")]
    assert main(["data", "outlines", str(outlines), *folders]) == 0
    images, masks = load_masked(tmp_path / "out" / "photographs", tmp_path / "out" / "mask", (20, 40))
    assert len(images) == 1 and masks[..., :20].all() and not masks[..., 20:].any()


@pytest.mark.parametrize("text", ["{", "[]", '{"a.jpg": [[1, 2]]}', '{"a.jpg": 3}'])
def test_other_files_and_missing_photographs_are_sentences(tmp_path: Path, text: str) -> None:
    path = tmp_path / "o.json"
    path.write_text(text)
    with pytest.raises(UagtError, match="no outlines"):
        read_outlines(path)
    with pytest.raises(UagtError, match="cannot be read"):
        read_outlines(tmp_path / "none.json")
    Image.new("RGB", (40, 20)).save(tmp_path / "c.png")
    with pytest.raises(UagtError, match=r"no n02391049_100.jpg \(30 of the 30"):
        write_masked(SHIPPED, tmp_path, tmp_path / "out")


def test_the_shipped_outlines_are_of_thirty_photographs_and_mostly_hold_their_animals() -> None:
    shares = [np.array(mask(shape, (256, 256))).mean() / 255 for shape in read_outlines(SHIPPED).values()]
    assert len(shares) == 30 and min(shares) > 0.02 and max(shares) < 0.95 and 0.2 < np.mean(shares) < 0.4
