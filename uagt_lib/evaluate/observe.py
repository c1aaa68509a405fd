"""What a training run is watched with: scores on held-out pictures, and a sheet of samples for the eye."""

from pathlib import Path

from torch import Tensor

from uagt_lib.data.pairs import Domain, Pair, to_float, to_grey
from uagt_lib.data.sheets import sheet
from uagt_lib.evaluate.attention import Tally
from uagt_lib.inference import translate_batch
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.training.checkpoint import step_name

SCORES = ("iou@0.5", "iou@0.1", "attention_inside", "attention_outside", "background_error", "object_free_attention")


class Observer:
    """Called with (model, step): scores both domains and writes `out`/samples/step-XXXXXXXX.png."""

    def __init__(self, pair: Pair, out: str | Path, pictures: int = 6):
        """Args:
        pair: its held-out pictures are used; its first training pictures where none are held out.
        out: the run's folder.
        pictures: how many pictures of each domain the sheet shows.
        """
        self.pair, self.out, self.pictures = pair, Path(out), pictures

    def __call__(self, model: Model, step: int) -> dict[str, dict[str, float | None]]:
        """Scores per domain, `SCORES` by name, None where there are no masks or no object-free pictures."""
        folder = self.out / "samples"
        folder.mkdir(exist_ok=True)
        sides = list(zip(Direction, self.pair.domains, strict=True))
        sheet([row for direction, domain in sides for row in self._rows(model, domain, direction)]).save(
            folder / f"{step_name(step)}.png"
        )
        named = zip(("source", "target"), sides, strict=True)
        return {name: scores(model, domain, direction) for name, (direction, domain) in named}

    def _rows(self, model: Model, domain: Domain, direction: Direction) -> list[Tensor]:
        shown = (domain.test if len(domain.test) else domain.train)[: self.pictures]
        height, width = (side - side % model.stride for side in shown.shape[-2:])
        result = translate_batch(model, shown[..., :height, :width], direction)
        return [to_float(shown[..., :height, :width]), to_grey(result.attention), result.translated]


def scores(model: Model, domain: Domain, direction: Direction | str) -> dict[str, float | None]:
    """`SCORES` of a model on one domain's held-out pictures, translated; None where truth is missing."""
    found: dict[str, float | None] = dict.fromkeys(SCORES)
    if domain.masks is not None:
        counted = tally_of(model, domain.test, direction, domain.masks).scores()
        found |= {name: counted[name] for name in SCORES if name in counted}
    if domain.empty is not None:
        found["object_free_attention"] = tally_of(model, domain.empty, direction).scores()["mean"]
    return found


def tally_of(
    model: Model, images: Tensor, direction: Direction | str, masks: Tensor | None = None, batch: int = 16
) -> Tally:
    """What a model does to pictures, `batch` at a time.

    Args:
        model: trained networks.
        images: uint8 (N, 3, H, W); H and W divisible by the model's `stride`.
        direction: where to.
        masks: where objects are, float (N, 1, H, W) in [0, 1]; None where nobody knows.
        batch: how many at once.
    """
    tally = Tally()
    parts = [None] * len(images) if masks is None else masks.split(batch)
    for some, mask in zip(images.split(batch), parts, strict=False):
        result = translate_batch(model, some, direction)
        tally.add(result.attention, to_float(some), result.translated, mask)
    return tally
