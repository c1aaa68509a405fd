"""How well attention found the objects, against ground-truth masks; and what a translation did to the background.

Attention and masks are float (N, 1, H, W) in [0, 1], images float (N, 3, H, W) in [-1, 1]. A pixel counts as object
where its mask is above 0.5, as background where it is below 0.01; soft edges are neither. Every score is a plain float.
"""

from torch import Tensor


def iou(attention: Tensor, masks: Tensor, threshold: float = 0.5) -> float:
    """Intersection over union of {attention > threshold} and the object, averaged over images; in [0, 1].

    An image without object scores 1 if nothing is attended, else 0.
    """
    found, object_ = attention > threshold, masks > 0.5
    union = (found | object_).flatten(1).sum(1)
    shared = (found & object_).flatten(1).sum(1)
    return ((shared + (union == 0)) / union.clamp(min=1)).mean().item()


def inside(attention: Tensor, masks: Tensor) -> float:
    """Mean attention over all object pixels, in [0, 1]; 0 if there are none."""
    return _mean(attention, masks > 0.5)


def outside(attention: Tensor, masks: Tensor) -> float:
    """Mean attention over all background pixels, in [0, 1]; 0 if there are none."""
    return _mean(attention, masks < 0.01)


def background_error(source: Tensor, translated: Tensor, masks: Tensor) -> float:
    """Mean absolute change of background pixels, images taken to [0, 1]; so 0 is untouched and 1 black to white."""
    return _mean((source - translated).abs().mean(1, keepdim=True) / 2, masks < 0.01)


def _mean(values: Tensor, where: Tensor) -> float:
    return ((values * where).sum() / where.sum().clamp(min=1)).item()
