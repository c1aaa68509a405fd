"""`uagt evaluate attention`: what checkpoints attend to, against photographs whose objects somebody has outlined."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from uagt_lib.data.folders import holds_images, load_masked
from uagt_lib.data.pairs import to_grey, to_uint8
from uagt_lib.data.sheets import small
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import report
from uagt_lib.evaluate.attention import Tally
from uagt_lib.evaluate.candidates import names
from uagt_lib.evaluate.observe import tally_of
from uagt_lib.evaluate.outputs import SHOWN
from uagt_lib.files import make_folder
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import load_model


def score_photographs(
    paths: Sequence[str | Path], root: str | Path, out: str | Path, direction: Direction | str = Direction.S2T
) -> dict[str, Any]:
    """Score attention and write attention.md, attention.json and contact_sheet.png to `out`.

    Each checkpoint sees the photographs at the size it was trained for, stretched to a square as in training.

    Args:
        paths: runs, checkpoints or .safetensors files.
        root: a folder with a folder `mask` (or `masks`) and one folder of photographs beside it, of the same names.
        out: where everything goes.
        direction: S -> T scores A_S, T -> S scores A_T.

    Raises:
        UagtError: if there is no such checkpoint, or masks and photographs do not match.
    """
    paths, root, direction = [Path(path) for path in paths], Path(root), Direction(direction)
    folders = folders_of(root)
    models = dict(zip(names(paths), map(load_model, paths), strict=True))
    out, device = make_folder(out), "cuda" if torch.cuda.is_available() else "cpu"
    truth = lru_cache(maxsize=1)(lambda view: load_masked(*folders, view))  # one size at a time stays in memory
    images, masks = truth(next(model.view for model in models.values()))
    rows, captions = [{"name": "everything attended"} | _everything(masks)], ["photograph", "mask"]
    columns = [[image, mask] for image, mask in zip(images[:SHOWN], to_uint8(to_grey(masks[:SHOWN])), strict=True)]
    for name, model in models.items():
        images, masks = truth(model.view)
        rows.append({"name": name} | tally_of(model.to(device), images, direction, masks).scores())
        result = translate_batch(model, images[:SHOWN], direction)
        captions += [f"{name}: attention", f"{name}: output"]
        for column, *pictures in zip(columns, to_grey(result.attention), result.translated, strict=True):
            column += map(to_uint8, pictures)
    for row, path in zip(rows, (None, *paths), strict=True):
        row |= {"direction": direction.label, "masks": str(root)}
        row |= {"photographs": len(masks), "checkpoint": path and str(path)}
    sheet = captions, [[small(picture) for picture in column] for column in columns]
    return report.write(out, [], rows, sheet, "attention")


def folders_of(root: Path) -> tuple[Path, Path]:
    """The folders of photographs and of masks in `root`; raises UagtError if it holds anything else."""
    if not root.is_dir():
        raise UagtError(f"{root} is not a folder; it should hold a folder of photographs and a folder `mask`")
    holding = [path for path in sorted(root.iterdir()) if holds_images(path)]
    masks = [p for p in holding if p.name in ("mask", "masks")]
    photographs = [p for p in holding if p not in masks]
    if len(masks) != 1 or len(photographs) != 1:
        raise UagtError(
            f"{root} should hold one folder `mask` and one folder of photographs, not "
            + (", ".join(p.name for p in holding) or "no pictures at all")
        )
    return photographs[0], masks[0]


def _everything(masks: Tensor) -> dict[str, Any]:
    """What attending everywhere would score: a floor for IoU."""
    tally = Tally()
    for mask in masks.split(16):
        tally.maps(torch.ones_like(mask), mask)
    return tally.scores() | {"background_error": None, "background_psnr": None}
