"""What a training run is watched with: scores on held-out pictures, and a sheet of samples for the eye."""

from pathlib import Path

from PIL import Image
from torch import Tensor

from uagt_lib.data.pairs import Domain, Pair, to_float, to_grey, to_uint8
from uagt_lib.evaluate import attention as score
from uagt_lib.inference import translate
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model

SCORES = ("iou@0.5", "iou@0.1", "attention_inside", "attention_outside", "background_error", "object_free_attention")


class Observer:
    """Called with (model, step): scores both domains and writes `out`/samples/step-XXXXXXXX.png."""

    def __init__(self, pair: Pair, out: Path, pictures: int = 6):
        """Args:
        pair: its held-out pictures are used; its first training pictures where none are held out.
        out: the run's folder.
        pictures: how many pictures of each domain the sheet shows.
        """
        self.pair, self.out, self.pictures = pair, out, pictures

    def __call__(self, model: Model, step: int) -> dict[str, dict[str, float | None]]:
        """Scores per domain, `SCORES` by name, None where there are no masks or no object-free pictures."""
        folder = self.out / "samples"
        folder.mkdir(exist_ok=True)
        sides = list(zip(Direction, self.pair.domains, strict=True))
        sheet([row for direction, domain in sides for row in self._rows(model, domain, direction)]).save(
            folder / f"step-{step:08d}.png"
        )
        named = zip(("source", "target"), sides, strict=True)
        return {name: scores(model, domain, direction) for name, (direction, domain) in named}

    def _rows(self, model: Model, domain: Domain, direction: Direction) -> list[Tensor]:
        shown = (domain.test if len(domain.test) else domain.train)[: self.pictures]
        height, width = (side - side % model.stride for side in shown.shape[-2:])
        result = translate(model, shown[..., :height, :width], direction)
        return [to_float(shown[..., :height, :width]), to_grey(result.attention), result.translated]


def scores(model: Model, domain: Domain, direction: Direction | str) -> dict[str, float | None]:
    """Scores of a model on one domain's held-out pictures, translated; None where truth is missing."""
    found: dict[str, float | None] = dict.fromkeys(SCORES)
    if domain.masks is not None:
        result = translate(model, domain.test, direction)
        found |= {
            "iou@0.5": score.iou(result.attention, domain.masks, 0.5),
            "iou@0.1": score.iou(result.attention, domain.masks, 0.1),
            "attention_inside": score.inside(result.attention, domain.masks),
            "attention_outside": score.outside(result.attention, domain.masks),
            "background_error": score.background_error(to_float(domain.test), result.translated, domain.masks),
        }
    if domain.empty is not None:
        found["object_free_attention"] = translate(model, domain.empty, direction).attention.mean().item()
    return {name: None if value is None else round(value, 5) for name, value in found.items()}


def sheet(rows: list[Tensor]) -> Image.Image:
    """A contact sheet of equally large images: each row a batch (N, 3, h, w) in [-1, 1], each at least 128 px wide."""
    enlarge = max(1, 128 // rows[0].shape[-1])
    count = min(len(row) for row in rows)  # one domain may hold fewer pictures
    columns = zip(
        *(to_uint8(row[:count]).repeat_interleave(enlarge, 2).repeat_interleave(enlarge, 3) for row in rows),
        strict=True,
    )
    return contact_sheet([list(column) for column in columns])


def contact_sheet(columns: list[list[Tensor]], across: int = 12, side: int = 256, gap: int = 2) -> Image.Image:
    """Columns of pictures, uint8 (..., 3, H, W) of any sizes; `across` columns side by side, then the next band.

    Pictures larger than `side` are shrunk to fit.
    """
    columns = [[thumbnail(picture, side) for picture in column] for column in columns]
    cell = [max(picture.size[k] for column in columns for picture in column) + gap for k in (0, 1)]
    deep = len(columns[0])
    bands = -(-len(columns) // across)
    size = (min(across, len(columns)) * cell[0] - gap, bands * deep * cell[1] - gap)
    canvas = Image.new("RGB", size, "gray")  # so that a white map, attention of ones, is seen to be one
    for i, column in enumerate(columns):
        for k, picture in enumerate(column):
            canvas.paste(picture, (i % across * cell[0], (i // across * deep + k) * cell[1]))
    return canvas


def thumbnail(picture: Tensor, side: int = 256) -> Image.Image:
    """A picture, uint8 (..., 3, H, W), shrunk to fit into `side` pixels."""
    image = Image.fromarray(picture.reshape(picture.shape[-3:]).permute(1, 2, 0).contiguous().numpy())
    image.thumbnail((side, side))
    return image
