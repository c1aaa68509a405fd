"""Lesson 07, measuring: right answers that are not functions of the library already."""

from torch import Tensor


def done_right(source: Tensor, translated: Tensor, masks: Tensor, changed: float = 0.1, kept: float = 0.02) -> float:
    """The share of pictures whose animal changed while their background did not.

    Args:
        source: images (N, 3, H, W) in [-1, 1]; `translated` likewise.
        translated: what became of them.
        masks: (N, 1, H, W) in [0, 1]; animal above 0.5, background below 0.01.
        changed: the animal's mean change, 0 to 1, has to exceed this.
        kept: the background's mean change has to stay below this.

    Returns:
        one number in [0, 1].
    """
    animal, background = changes(source, translated, masks)
    return ((animal > changed) & (background < kept)).float().mean().item()


def changes(source: Tensor, translated: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Mean change of the animal and of the background of each picture, 0 to 1: (N,) twice."""
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    parts = (masks > 0.5, masks < 0.01)
    return tuple((change * part).sum((1, 2, 3)) / part.sum((1, 2, 3)) for part in parts)
