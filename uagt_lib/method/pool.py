"""The image pool: discriminators also meet fakes of the recent past, so they do not forget old mistakes.

The paper does not mention it, the released program has it: 50 images, each with the attention it was made with.
"""

import torch
from torch import Tensor


class Pool:
    """A bounded store of (image, attention) pairs.

    While it fills, every pair passes through and is kept. Once full, each pair is either passed on as it is, or, with
    probability 1/2, swapped for a random stored one.

    >>> pool = Pool(1, torch.Generator().manual_seed(0))
    >>> batches = [torch.full((1, 3, 2, 2), float(i)) for i in range(5)]
    >>> [int(pool(images, images[:, :1])[0].mean()) for images in batches]  # what the discriminator meets, step by step
    [0, 1, 0, 3, 4]
    """

    def __init__(self, capacity: int, generator: torch.Generator):
        """Args:
        capacity: how many pairs to keep; 0 passes everything through.
        generator: the pool's own CPU generator; part of `state_dict`.
        """
        self.capacity = capacity
        self.generator = generator
        self.pairs: list[tuple[Tensor, Tensor]] = []

    def __call__(self, images: Tensor, attention: Tensor) -> tuple[Tensor, Tensor]:
        """Exchange images (N, C, H, W) and their attention (N, 1, H, W); returns the same shapes, detached."""
        out = [self._exchange(pair) for pair in zip(images.detach(), attention.detach(), strict=True)]
        return torch.stack([image for image, _ in out]), torch.stack([a for _, a in out])

    def _exchange(self, pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        if len(self.pairs) < self.capacity:
            self.pairs.append(_own(pair))
            return pair
        if self.capacity == 0 or torch.rand((), generator=self.generator) < 0.5:
            return pair
        i = int(torch.randint(self.capacity, (), generator=self.generator))
        old, self.pairs[i] = self.pairs[i], _own(pair)
        return old

    def state_dict(self) -> dict[str, Tensor]:
        """Everything needed to go on exactly: the generator's state and, if any, images and attention."""
        state = {"generator": self.generator.get_state()}
        if self.pairs:
            state["images"] = torch.stack([image for image, _ in self.pairs])
            state["attention"] = torch.stack([a for _, a in self.pairs])
        return state

    def load_state_dict(self, state: dict[str, Tensor], device: torch.device | str = "cpu") -> None:
        """Restore `state_dict`'s output, with images and attention on `device`."""
        self.generator.set_state(state["generator"].cpu())
        images, attention = state.get("images", torch.empty(0)), state.get("attention", torch.empty(0))
        self.pairs = list(zip(images.to(device).unbind(), attention.to(device).unbind(), strict=True))


def _own(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Copies, so that keeping one sample does not keep its whole batch in memory."""
    return pair[0].clone(), pair[1].clone()
