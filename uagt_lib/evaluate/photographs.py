"""`uagt evaluate attention`: what checkpoints attend to, against photographs whose objects somebody has outlined."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from uagt_lib.data.folders import SUFFIXES, load_masked
from uagt_lib.data.pairs import to_float, to_grey, to_uint8
from uagt_lib.errors import UagtError
from uagt_lib.evaluate import report
from uagt_lib.evaluate.attention import Tally
from uagt_lib.evaluate.candidates import names
from uagt_lib.evaluate.outputs import SHOWN, tally_of
from uagt_lib.files import make_folder
from uagt_lib.inference import translate
from uagt_lib.method.direction import Direction
from uagt_lib.training.checkpoint import load_model


def score_photographs(
    paths: list[Path], root: Path, out: Path, direction: Direction | str = Direction.S2T
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
    direction = Direction(direction)
    images_dir, masks_dir = _folders(root)
    models = dict(zip(names(paths), map(load_model, paths), strict=True))
    make_folder(out)
    rows, captions, columns, truth = [], ["photograph", "mask"], [], {}
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for name, (model, config) in models.items():
        view = config.view
        if view not in truth:
            truth = {view: load_masked(images_dir, masks_dir, view)}  # one size at a time stays in memory
        images, masks = truth[view]
        shown = images[:SHOWN]
        if not rows:
            rows.append({"name": "everything attended", "direction": direction.label} | _everything(images, masks))
            columns = [[image, to_uint8(to_grey(mask[None]))[0]] for image, mask in zip(shown, masks, strict=False)]
        rows.append(
            {"name": name, "direction": direction.label} | tally_of(model.to(device), images, masks, direction).scores()
        )
        result = translate(model, shown, direction)
        captions += [f"{name}: attention", f"{name}: output"]
        for column, attention, image in zip(columns, to_grey(result.attention), result.translated, strict=True):
            column += [to_uint8(attention), to_uint8(image)]
    for row, path in zip(rows, (None, *paths), strict=True):
        row |= {"masks": str(root), "photographs": len(masks), "checkpoint": path and str(path)}
    return report.write(out, [], rows, (captions, columns), "attention")


def _folders(root: Path) -> tuple[Path, Path]:
    """The folders of photographs and of masks in `root`."""
    if not root.is_dir():
        raise UagtError(f"{root} is not a folder; it should hold a folder of photographs and a folder `mask`")
    holding = [
        p for p in sorted(root.iterdir()) if p.is_dir() and any(f.suffix.lower() in SUFFIXES for f in p.iterdir())
    ]
    masks = [p for p in holding if p.name in ("mask", "masks")]
    photographs = [p for p in holding if p not in masks]
    if len(masks) != 1 or len(photographs) != 1:
        raise UagtError(
            f"{root} should hold one folder `mask` and one folder of photographs, not "
            + (", ".join(p.name for p in holding) or "no pictures at all")
        )
    return photographs[0], masks[0]


def _everything(images: Tensor, masks: Tensor) -> dict[str, Any]:
    """What attending everywhere, and painting nothing, would score: a floor for IoU."""
    tally, flat = Tally(), to_float(images[:1])
    for mask in masks.split(16):
        tally.add(torch.ones_like(mask), flat, flat, mask)
    return {name: None if name.startswith("background") else value for name, value in tally.scores().items()}
