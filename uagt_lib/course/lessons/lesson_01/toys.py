"""What lesson 01 plays with: a savanna of two numbers per picture, small networks, and how far a translation went."""

import torch
from torch import Tensor, nn


def flat_savanna(kind: str, count: int, bias: float, seed: int) -> Tensor:
    """Pictures boiled down to two numbers: (count, 2), how dry the grass and how striped the animal, in about [-1, 1].

    Args:
        kind: "horse" (plain, at home on green) or "zebra" (striped, at home on dry grass).
        count: how many.
        bias: the probability that the grass is that of the animal's home, as in `savanna.draw`.
        seed: names the pile.
    """
    g = torch.Generator().manual_seed(seed)
    own, anywhere, chance = torch.rand(3, count, generator=g)
    home = 0.35 * own if kind == "horse" else 1 - 0.35 * own
    dry = torch.where(chance < bias, home, anywhere)
    coat = (kind == "zebra") + 0.06 * torch.randn(count, generator=g)
    return 2 * torch.stack([dry, coat], 1) - 1


def small_network(outputs: int, seed: int, width: int = 64) -> nn.Sequential:
    """Three linear layers: points (n, 2) -> (n, outputs). Draws its weights from `seed` alone."""
    g = torch.Generator().manual_seed(seed)
    sizes = [(2, width), (width, width), (width, outputs)]
    layers = [nn.Linear(a, b) for a, b in sizes]
    for layer in layers:
        bound = layer.in_features**-0.5
        nn.init.uniform_(layer.weight, -bound, bound, generator=g)
        nn.init.uniform_(layer.bias, -bound, bound, generator=g)
    return nn.Sequential(layers[0], nn.LeakyReLU(0.2), layers[1], nn.LeakyReLU(0.2), layers[2])


def adam(*networks: nn.Module, rate: float = 2e-3) -> torch.optim.Adam:
    """One Adam for all `networks`, with the momentum that is usual for GANs (0.5)."""
    return torch.optim.Adam([p for network in networks for p in network.parameters()], rate, betas=(0.5, 0.999))


def cool_down(step: int, steps: int, *optimizers: torch.optim.Optimizer, rate: float = 2e-3) -> None:
    """Set the learning rate: constant in the first half of the `steps`, then linearly towards 0."""
    for optimizer in optimizers:
        optimizer.param_groups[0]["lr"] = rate * min(1, 2 - 2 * step / steps)


def teach_straight(F_st: nn.Module, F_ts: nn.Module, seed: int, steps: int = 200) -> None:
    """Teach both generators the right answer by regression: stripes on and off, grass as it is. Only we know it."""
    optimizer, chance = adam(F_st, F_ts), torch.Generator().manual_seed(seed)
    up = torch.tensor([0.0, 2.0])
    for step in range(steps):
        cool_down(step, steps, optimizer)
        x = (torch.rand(128, 2, generator=chance) * 2 - 1) * torch.tensor([1.0, 0.3])
        s, t = x - up / 2, x + up / 2
        optimizer.zero_grad()
        ((F_st(s) - t).abs().mean() + (F_ts(t) - s).abs().mean()).backward()
        optimizer.step()


def how_far(translated: Tensor, source: Tensor, target: Tensor, masks: tuple[Tensor, Tensor]) -> tuple:
    """How far translations have gone from S to T: the colour of their grass, and the stripes of their animals.

    Args:
        translated: translations of `source`, float (N, 3, H, W) in [-1, 1].
        source: horses, likewise. target: zebras, likewise.
        masks: of `source` and of `target`, (N, 1, H, W).

    Returns:
        Two numbers, each 0 where the translations are as the source is, 1 where they are as the target.
    """
    of_s, of_t = masks
    low, high = _grass(source, of_s), _grass(target, of_t)
    grass = (_grass(translated, of_s) - low) @ (high - low) / (high - low).square().sum()
    plain, striped = _contrast(source, of_s), _contrast(target, of_t)
    return grass.item(), ((_contrast(translated, of_s) - plain) / (striped - plain)).item()


def _grass(images: Tensor, masks: Tensor) -> Tensor:
    """Mean colour of the background in the lowest third: (3,)."""
    low = images.shape[-2] * 2 // 3
    where = (masks < 0.01)[:, :, low:]
    return (images[:, :, low:] * where).sum((0, 2, 3)) / where.sum()


def _contrast(images: Tensor, masks: Tensor) -> Tensor:
    """Standard deviation of the brightness on an image's animals, averaged over images."""
    where = (masks > 0.5).float()
    light, count = images.mean(1, keepdim=True), where.sum((2, 3), keepdim=True).clamp(min=1)
    mean = (light * where).sum((2, 3), keepdim=True) / count
    return (((light - mean).square() * where).sum((2, 3), keepdim=True) / count).sqrt().mean()
