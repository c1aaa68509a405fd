"""What attention found and when: every checkpoint of a run on every picture."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

from torch import Tensor

from uagt_lib.data.pairs import Pair, to_float
from uagt_lib.errors import UagtError
from uagt_lib.evaluate.attention import iou
from uagt_lib.inference import translate_batch
from uagt_lib.method.compose import foreground
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Translation
from uagt_lib.show.widgets import parts
from uagt_lib.show.widgets.parts import widgets
from uagt_lib.show.widgets.view import View
from uagt_lib.training import checkpoint


def attention_explorer(checkpoints: str | Path | Sequence[str | Path], pair: Pair, pictures: int = 8) -> View:
    """Input, attention, what of it stage 2's discriminator sees, paint and result, for any checkpoint and picture.

    Args:
        checkpoints: weights files or checkpoint folders in the order of time, or one run's folder.
        pair: its held-out pictures are shown (its training pictures where none are held out), at the size the
            networks were trained for; with masks, the map is scored.
        pictures: how many of each domain.

    Raises:
        UagtError: if there is no checkpoint, or one is missing or damaged.
    """
    paths = _in_time(checkpoints)
    domains = dict(zip(Direction, pair.domains, strict=True))
    images = {d: (domain.test if len(domain.test) else domain.train)[:pictures] for d, domain in domains.items()}
    count = min(len(x) for x in images.values())

    when = parts.scale("checkpoint", [(_name(path), path) for path in paths], paths[-1])
    which = parts.scale("picture", [(f"{i + 1} of {count}", i) for i in range(count)], 0)
    called = {Direction.S2T: "source to target", Direction.T2S: "target to source"}
    direction = parts.choice("direction", [(f"{d.label}, {text}", d) for d, text in called.items()])
    tau = parts.slider("threshold τ", 0.1, 0, 0.95, 0.01)
    shown = [
        parts.Picture("input", "held out: never trained on"),
        parts.Picture("attention", "white: will be repainted"),
        parts.Picture("above τ", "what stage 2's discriminator sees; the rest is grey"),
        parts.Picture("paint", "the generator repaints everything"),
        parts.Picture("result", "paint where attended, input elsewhere"),
    ]
    line = widgets.HTML()
    load = lru_cache(maxsize=3)(checkpoint.load_model)  # models are large, translations of one picture are not

    @lru_cache(maxsize=100)
    def result(path: Path, there: Direction, i: int) -> Translation:
        model = load(path)
        height, width = (side - side % model.stride for side in images[there].shape[-2:])
        return translate_batch(model, images[there][i : i + 1, :, :height, :width], there)

    def redraw() -> None:
        try:
            found = result(when.value, direction.value, which.value)
        except UagtError as error:
            line.value = parts.lines(f"<b>{escape(str(error))}</b>")
            raise
        height, width = found.attention.shape[-2:]
        image = to_float(images[direction.value][which.value :][:1, :, :height, :width])
        visible = foreground(image, found.attention, tau.value)
        for picture, tensor in zip(
            shown, (image, found.attention, visible, found.painted, found.translated), strict=True
        ):
            picture.show(tensor[0])
        masks = domains[direction.value].masks
        mask = None if masks is None else masks[which.value :][:1, :, :height, :width]
        line.value = _in_words(found.attention, tau.value, mask)

    parts.on_change(redraw, when, which, direction, tau)
    redraw()
    return View([when, which, direction, tau, parts.side_by_side(*shown), line])


def _in_words(attention: Tensor, tau: float, mask: Tensor | None) -> str:
    """How much is attended and, where somebody knows, how well that fits."""
    above = (attention > tau).float().mean().item()
    words = [f"Mean attention <b>{attention.mean().item():.2f}</b>; <b>{above:.0%}</b> of the pixels are above τ."]
    if mask is not None:
        scores = (iou(attention, mask, threshold) for threshold in (tau, 0.5))
        words.append("IoU with the true mask: <b>{:.2f}</b> above τ, <b>{:.2f}</b> above 0.5.".format(*scores))
    return parts.lines(" ".join(words))


def _in_time(checkpoints: str | Path | Sequence[str | Path]) -> list[Path]:
    """The weights files meant.

    Raises:
        UagtError: if there are none.
    """
    if isinstance(checkpoints, (str, Path)):
        run = Path(checkpoints)
        checkpoints = checkpoint.moments(run) or [run]
    if not checkpoints:
        raise UagtError("there is no checkpoint to look at: the list is empty")
    return [checkpoint.find_weights(Path(path)) for path in checkpoints]


def _name(weights: Path) -> str:
    """ "step 800" where the file's or its folder's name tells the step, else the file's name."""
    steps = [checkpoint.step_of(path) for path in (weights, weights.parent)]
    return next((f"step {step}" for step in steps if step is not None), weights.stem)
