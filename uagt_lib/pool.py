"""The image pool: discriminators also meet fakes of the recent past, so they do not forget old mistakes.

The paper does not mention it, the released program has it: 50 images, each with the mask it was made with.
"""

import torch
from torch import Tensor


class Pool:
    """A bounded store of (image, mask) pairs.

    While it fills, every pair passes through and is kept. Once full, each pair is either passed on as it is, or, with
    probability 1/2, swapped for a random stored one.
    """

    def __init__(self, capacity: int, generator: torch.Generator):
        """Args:
        capacity: how many pairs to keep; 0 passes everything through.
        generator: the pool's own CPU generator; part of `state_dict`.
        """
        self.capacity = capacity
        self.generator = generator
        self.pairs: list[tuple[Tensor, Tensor]] = []

    def __call__(self, images: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
        """Exchange a batch of images (N, C, H, W) and their masks (N, 1, H, W); returns the same shapes, detached."""
        out = [self._exchange(pair) for pair in zip(images.detach(), masks.detach(), strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([mask for _, mask in out])

    def _exchange(self, pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        if len(self.pairs) < self.capacity:
            self.pairs.append(pair)
            return pair
        if self.capacity == 0 or torch.rand((), generator=self.generator) < 0.5:
            return pair
        i = int(torch.randint(self.capacity, (), generator=self.generator))
        old, self.pairs[i] = self.pairs[i], pair
        return old

    def state_dict(self) -> dict[str, Tensor]:
        """Everything needed to go on exactly: the generator's state and, if any, images and masks."""
        state = {"generator": self.generator.get_state()}
        if self.pairs:
            state["images"] = torch.stack([image for image, _ in self.pairs])
            state["masks"] = torch.stack([mask for _, mask in self.pairs])
        return state

    def load_state_dict(self, state: dict[str, Tensor], device: torch.device | str = "cpu") -> None:
        """Restore `state_dict`'s output, with images and masks on `device`."""
        self.generator.set_state(state["generator"].cpu())
        images, masks = state.get("images", torch.empty(0)), state.get("masks", torch.empty(0))
        self.pairs = list(zip(images.to(device).unbind(), masks.to(device).unbind(), strict=True))
