"""What goes wrong in training, recognised from a few numbers and said in words."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.method.model import Model, Trips

ADVICE = {
    "ones": "attention is {mean:.2f} everywhere: the whole image is repainted, as in CycleGAN. Backgrounds that tell "
    "the domains apart do this; if it grew late, an earlier switch to stage 2 stops it.",
    "zeros": "attention is {mean:.3f} everywhere: nothing is translated, and copying the input costs no cycle loss. It "
    "may come back; if not, uagt_lib/training/attention_died.md says what to turn: first attention_gain, down by 3.",
    "grey": "attention still hovers at {mean:.2f} on every pixel: it has not found anything yet, and stage 2 would "
    "freeze it so. Train longer before the switch.",
    None: "attention has recovered: it differs between pixels again.",
}


def levels(attention: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each attention map: the standard deviation over its pixels (dividing by their number).

    Args:
        attention: (N, 1, H, W) in [0, 1].

    Returns:
        Two tensors (N,); their means are what `collapse` judges.

    >>> import torch
    >>> levels(torch.tensor([[[[0.0, 1.0]]], [[[0.5, 0.5]]]]))
    (tensor([0.5000, 0.5000]), tensor([0.5000, 0.0000]))
    """
    spread, mean = torch.std_mean(attention.flatten(1), dim=1, correction=0)
    return mean, spread


def collapse(mean: float, spread: float) -> str | None:
    """Which way attention has collapsed, if it has.

    Args:
        mean: attention averaged over pixels and images, in [0, 1].
        spread: standard deviation of attention over the pixels of an image, averaged over images.

    Returns:
        "ones" (mean above 0.95), "zeros" (mean and spread below 0.01), "grey" (spread below 0.05 and neither of
        the two), or None.

    >>> collapse(mean=0.1, spread=0.25), collapse(mean=0.001, spread=0.001)
    (None, 'zeros')
    """
    if mean > 0.95:
        return "ones"
    if mean < 0.01 and spread < 0.01:
        return "zeros"
    if mean > 0.1 and spread < 0.05:
        return "grey"
    return None


def broken(losses: Mapping[str, float]) -> list[str]:
    """The names of losses that are NaN or infinite."""
    return [name for name, value in losses.items() if not math.isfinite(value)]


def broken_networks(model: Model) -> list[str]:
    """The names of networks with a weight that is NaN or infinite."""
    return [name for name, net in model.named_children() if not all(bool(p.isfinite().all()) for p in net.parameters())]


def refuse(broken: list[str], step: int, checkpoints: list[Path]) -> None:
    """End a run whose losses or networks, by name, are not finite any more.

    Raises:
        UagtError: if anything is named; it says what was saved.
    """
    if broken:
        last = f"the last good checkpoint is {checkpoints[-1]}" if checkpoints else "nothing was saved yet"
        raise UagtError(
            f"{', '.join(broken)} became NaN or infinite by step {step}, so training stopped. Try another seed, "
            f"--precision fp32 or, in a configuration of your own, a lower rate; {last}"
        )


def reading(terms: Mapping[str, Tensor], trips: Trips) -> dict[str, float]:
    """A step in numbers: its losses by name, and mean and spread of both attention maps (a GPU waits for them)."""
    values = {name: value.item() for name, value in terms.items()}
    for direction, trip in trips.items():
        means, spreads = levels(trip.attention.detach().float())
        values[f"attention_{direction.here}"] = means.mean().item()
        values[f"spread_{direction.here}"] = spreads.mean().item()
    return values


def complaints(
    model: Model, history: list[dict[str, float]], warnings: list[dict[str, Any]], near_switch: bool
) -> list[dict[str, Any]]:
    """The warnings that are due about attention: its last four records agree, and that was not said yet.

    Args:
        model: whose attention it is; frozen attention cannot collapse any more.
        history: a run's records, `reading`s with their step and stage.
        warnings: what was said so far.
        near_switch: whether the switch is near; grey is no trouble before.

    Returns:
        For each the step, `attention` ("s" or "t"), its `kind` (None: recovered) and `text`.
    """
    last, due = history[-1], []
    if len(history) < 4 or (last["stage"] == 2 and model.pieces.stop_attention):
        return []
    for name, network in (("s", model.A_s), ("t", model.A_t)):
        kinds = {collapse(record[f"attention_{name}"], record[f"spread_{name}"]) for record in history[-4:]}
        kind = kinds.pop() if len(kinds) == 1 else None
        said = [warning["kind"] for warning in warnings if warning["attention"] == name][-1:] or [None]
        if network is not None and [kind] != said and (kind != "grey" or near_switch):
            text = ADVICE[kind].format(mean=last[f"attention_{name}"])
            due.append({"step": last["step"], "attention": name, "kind": kind, "text": text})
    return due


def short(values: Mapping[str, float]) -> str:
    """The losses and mean attention for the progress bar, S and T side by side."""
    kinds = {"fool": "adversarial", "cycle": "cycle", "D": "D", "attention": "attention"}
    pairs = ((label, values.get(f"{kind}_s"), values.get(f"{kind}_t")) for label, kind in kinds.items())
    return ", ".join(f"{label} {s:.2f}/{t:.2f}" for label, s, t in pairs if s is not None)
