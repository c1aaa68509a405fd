"""How well attention found the objects, against ground-truth masks; and what a translation did to the background.

Attention and masks are float (N, 1, H, W) in [0, 1], images float (N, 3, H, W) in [-1, 1]. A pixel counts as object
where its mask is above 0.5, as background where it is below 0.01; soft edges are neither. Every score is a plain float.
`Tally` gives the same scores for a stream of batches that need not fit into memory.
"""

import math
from collections import defaultdict
from itertools import repeat

from torch import Tensor

from uagt_lib.data import strips
from uagt_lib.training import watch


def iou(attention: Tensor, masks: Tensor, threshold: float = 0.5) -> float:
    """Intersection over union of {attention > threshold} and the object, averaged over images; in [0, 1].

    An image without object scores 1 if nothing is attended, else 0.

    >>> import torch
    >>> iou(torch.tensor([[[[0.9, 0.8, 0.1, 0.1]]]]), torch.tensor([[[[1.0, 0.0, 0.0, 0.0]]]]))
    0.5
    """
    return _ious(attention, masks, threshold).mean().item()


def inside(attention: Tensor, masks: Tensor) -> float:
    """Mean attention over all object pixels, in [0, 1]; 0 if there are none.

    >>> import torch
    >>> attention, masks = torch.tensor([[[[0.75, 0.25]]]]), torch.tensor([[[[1.0, 0.0]]]])
    >>> inside(attention, masks), outside(attention, masks)
    (0.75, 0.25)
    """
    return _mean(attention, masks > 0.5)


def outside(attention: Tensor, masks: Tensor) -> float:
    """Mean attention over all background pixels, in [0, 1]; 0 if there are none.

    >>> import torch
    >>> outside(torch.tensor([[[[1.0, 0.5, 0.25]]]]), torch.tensor([[[[1.0, 1.0, 0.0]]]]))
    0.25
    """
    return _mean(attention, masks < 0.01)


def undecided(attention: Tensor) -> float:
    """Saturation: the share of pixels with attention in (0.1, 0.9). 0: every pixel is either kept or repainted."""
    return _undecided(attention).float().mean().item()


def object_free(attention: Tensor) -> float:
    """Mean attention on pictures without any object, in [0, 1]; nothing should be attended (the paper's Fig. 17).

    >>> import torch
    >>> object_free(torch.zeros(2, 1, 4, 4))
    0.0
    """
    return attention.mean().item()


def background_error(source: Tensor, translated: Tensor, masks: Tensor) -> float:
    """Mean absolute change of background pixels, images taken to [0, 1]; so 0 is untouched and 1 black to white.

    >>> import torch
    >>> s, masks = torch.zeros(1, 3, 8, 8), torch.zeros(1, 1, 8, 8)
    >>> background_error(s, s + 0.5, masks), background_error(s, s + 0.5, masks + 1)
    (0.25, 0.0)
    """
    return _mean((source - translated).abs().mean(1, keepdim=True) / 2, masks < 0.01)


def background_psnr(source: Tensor, translated: Tensor, masks: Tensor) -> float:
    """Peak signal-to-noise ratio over all background pixels, in dB; infinite where nothing changed at all."""
    return _psnr(_mean(_squared(source, translated), masks < 0.01))


def collapse(attention: Tensor) -> str | None:
    """ "ones", "zeros" or "grey" where attention has collapsed to that everywhere (see `watch.collapse`), else None."""
    return watch.collapse(*(level.mean().item() for level in watch.levels(attention)))


class Tally:
    """The scores above for a stream of batches, of any sizes: sums over pixels (IoU, mean and spread: images)."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._counts: dict[str, float] = defaultdict(float)

    def add(self, attention: Tensor, source: Tensor, translated: Tensor, masks: Tensor | None = None) -> None:
        """Count in a batch; without masks only what needs none."""
        self.maps(attention, masks)
        if masks is not None:
            background = masks < 0.01
            self._add("background_error", (source - translated).abs().mean(1, keepdim=True) / 2, background)
            self._add("squared", _squared(source, translated), background)

    def maps(self, attention: Tensor, masks: Tensor | None = None) -> None:
        """Count in maps alone."""
        means, spreads = watch.levels(attention)
        self._add("mean", means)
        self._add("spread", spreads)
        self._add("undecided", _undecided(attention))
        if masks is None:
            return
        object_, background = masks > 0.5, masks < 0.01
        self._add("iou@0.5", _ious(attention, masks, 0.5))
        self._add("iou@0.1", _ious(attention, masks, 0.1))
        self._add("attention_inside", attention, object_)
        self._add("attention_outside", attention, background)

    def scores(self) -> dict[str, float | str | None]:
        """By name: what masks allow, then `undecided`, `mean`, `spread` and `collapse`; floats to 5 decimals.

        A score without a single pixel to stand on is None; an infinite `background_psnr` is the word "infinite".
        """
        means = {name: self._sums[name] / n if (n := self._counts[name]) else None for name in self._sums}
        error = means.pop("squared", None)
        if error is not None:
            means["background_psnr"] = _psnr(error)
        found = {name: None if value is None else _plain(value) for name, value in means.items()}
        last = {name: found.pop(name) for name in ("undecided", "mean", "spread")}
        return found | last | {"collapse": watch.collapse(means["mean"], means["spread"])}

    def _add(self, name: str, values: Tensor, where: Tensor | None = None) -> None:
        ones = where is None
        for some, there in zip(_some(values), repeat(None) if ones else _some(where), strict=False):
            some = some.double()
            self._sums[name] += (some if ones else some * there).sum().item()
            self._counts[name] += some.numel() if ones else there.sum().item()


def _ious(attention: Tensor, masks: Tensor, threshold: float) -> Tensor:
    found, object_ = attention > threshold, masks > 0.5
    union, shared = (sum(part.sum(1) for part in _some(x.flatten(1))) for x in (found | object_, found & object_))
    return (shared + (union == 0)) / union.clamp(min=1)


def _some(x: Tensor) -> tuple[Tensor, ...]:
    """A part at a time, (N, some), or (some) of anything else: sums are of wider numbers, and large maps of many."""
    return (x if x.dim() == 2 else x.flatten()).split(strips.STRIP, -1)


def _undecided(attention: Tensor) -> Tensor:
    return (attention > 0.1) & (attention < 0.9)


def _squared(source: Tensor, translated: Tensor) -> Tensor:
    """Squared change per pixel, images taken to [0, 1], averaged over colours: (N, 1, H, W)."""
    return ((source - translated) / 2).square().mean(1, keepdim=True)


def _psnr(squared_error: float) -> float:
    return -10 * math.log10(squared_error) if squared_error else math.inf


def _plain(value: float) -> float | str:
    return round(value, 5) if math.isfinite(value) else "infinite"


def _mean(values: Tensor, where: Tensor) -> float:
    return ((values * where).sum() / where.sum().clamp(min=1)).item()
