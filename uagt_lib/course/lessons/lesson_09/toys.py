"""What lesson 09 plays with: a training run so small that all that it is fits on a line."""

from typing import Any

import torch
from torch import Tensor


class TinyRun:
    """A run in miniature, with all that a real one has: momentum, a pool of fakes, dice, a falling rate.

    Attributes:
        weights: what learns, (size,).
        momentum: the optimizer's memory, (size,).
        pool: up to three fakes of earlier steps.
        generator: draws the next picture, and who leaves the pool.
        step: steps done; the learning rate falls with it.
        losses: one a step, for a figure.
    """

    def __init__(self, size: int = 4, seed: int = 0, dtype: torch.dtype = torch.float32):
        self.generator = torch.Generator().manual_seed(seed)
        self.weights = torch.randn(size, generator=self.generator, dtype=dtype)
        self.momentum = torch.zeros(size, dtype=dtype)
        self.pool: list[Tensor] = []
        self.step = 0
        self.losses: list[float] = []

    def advance(self, steps: int = 1) -> "TinyRun":
        """Do some steps. Weights and momentum change in place, as PyTorch's optimizers change them."""
        for _ in range(steps):
            picture = torch.randn(self.weights.shape, generator=self.generator, dtype=self.weights.dtype)
            fake = self.weights * picture
            self.losses.append((fake - 1).square().mean().item())
            self.momentum.mul_(0.9).add_((fake - 1) * picture + 0.1 * self._pooled(fake))
            self.weights.sub_(0.1 / (1 + self.step) * self.momentum)
            self.step += 1
        return self

    def _pooled(self, fake: Tensor) -> Tensor:
        """The fake itself while the pool fills; then an old one, whose place it takes."""
        if len(self.pool) < 3:
            self.pool.append(fake)
            return fake
        place = int(torch.randint(3, (), generator=self.generator))
        old, self.pool[place] = self.pool[place], fake
        return old

    def load(self, saved: dict[str, Any]) -> "TinyRun":
        """Become the run that was saved: values by their attributes' names, the generator by its state."""
        for name, value in saved.items():
            if name == "generator":
                state = value.get_state() if isinstance(value, torch.Generator) else value
                self.generator.set_state(state)
            else:
                setattr(self, name, value)
        return self
