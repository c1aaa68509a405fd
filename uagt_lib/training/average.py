"""A running average of F's and A's weights: steadier than the weights of any one step, which the game pushes about."""

from copy import deepcopy

import torch

from uagt_lib.method.model import Model


class Average:
    """What is shown, scored and shipped in the place of the trained weights.

    Training looks at it once: stage 2 freezes the averaged attention (`settle`), not that of one step.

    After step k, counted from 1, with d = min(decay, (1 + k) / (10 + k)), so that the first weights are soon forgotten:
    average = d average + (1 - d) weights.

    Attributes:
        model: a copy of the trained networks with averaged F and A (and whatever else is no D); its D are the trained
            ones themselves.
    """

    def __init__(self, model: Model, decay: float):
        self.decay, self._trained = decay, model
        self.model = deepcopy(model).requires_grad_(False)
        for name, network in model.named_children():
            if name.startswith("D_"):
                setattr(self.model, name, network)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after `step`."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        for mean, weight in zip(self.model.translators(), self._trained.translators(), strict=True):
            mean.lerp_(weight, share)

    @torch.no_grad()
    def settle(self) -> None:
        """Give the trained attention networks their averages: from here on they rest, and what was shown stays."""
        for name in ("A_s", "A_t"):
            if (network := getattr(self._trained, name)) is not None:
                network.load_state_dict(getattr(self.model, name).state_dict())
