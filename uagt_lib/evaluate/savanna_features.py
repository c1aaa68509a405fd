"""A small network that knows the drawn savanna: features for KID that fit its pictures and work without a download.

`python -m uagt_lib.evaluate.savanna_features` trains it again: the same seed on the same kind of processor gives the
same file. It learns what a translation may get right or wrong: which animal is there (horse, zebra, none) and which
colours surround it. Backgrounds are drawn with bias 0, so that they do not give the animal away; without the colours
it would learn to overlook backgrounds, and the KID to the source would not notice that one was repainted.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm.auto import tqdm

from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.training.checkpoint import read_tensors, write_tensors

WEIGHTS = Path(__file__).with_name("savanna_features.safetensors")
SIZE = 64  # pixels at which the network looks
SEED = 100  # of its training pictures; data sets are drawn from seeds 1, 2 and 3
FEATURES = 128
BELTS = 4  # the background is described by its mean colour in each of these horizontal belts


class SavannaNetwork(nn.Module):
    """Four stride-2 convolutions, averaged over the picture; two linear heads for training."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 24, 48, 96, FEATURES)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1, bias=False) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths[1:])
        self.animal = nn.Linear(FEATURES, 3)  # horse, zebra, none
        self.colours = nn.Linear(FEATURES, 3 * BELTS)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, 3, 64, 64) in [-1, 1] to features (N, 128), 0 or more."""
        x = images
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = F.relu(norm(conv(x)))
        return x.mean((2, 3))


def load(path: Path = WEIGHTS) -> SavannaNetwork:
    """The network with trained weights, ready to use.

    Raises:
        UagtError: if the file is missing or damaged.
    """
    network = SavannaNetwork()
    network.load_state_dict(read_tensors(path))
    return network.eval().requires_grad_(False)


def drawn(count: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """`count` scenes each of horses, zebras and nobody, with what to say about them.

    Returns:
        images uint8 (3 * count, 3, 64, 64); animal (3 * count,), 0 horse, 1 zebra, 2 none; and the background's mean
        colour in each belt, (3 * count, 3 * BELTS) in [-1, 1], measured where no animal is.
    """
    kinds = (("horse", None), ("zebra", None), ("horse", 0))
    parts = [savanna.draw(k, count, SIZE, bias=0, seed=seed + (o == 0), objects=o) for k, o in kinds]
    images, masks = (torch.cat(column) for column in zip(*parts, strict=True))
    free = (masks < 0.01).float().unflatten(2, (BELTS, -1))
    sums = torch.cat([(to_float(i).unflatten(2, (BELTS, -1)) * f).sum((3, 4)) for i, f in _chunks(images, free)])
    colours = sums / free.sum((3, 4)).clamp(min=1)
    return images, torch.arange(3).repeat_interleave(count), colours.flatten(1)


def _chunks(*tensors: Tensor) -> zip:
    return zip(*(t.split(256) for t in tensors), strict=True)


def train(count: int = 2500, epochs: int = 8, batch: int = 64, rate: float = 3e-3, seed: int = 0) -> SavannaNetwork:
    """Train from scratch on 3 * `count` pictures, each mirrored at random.

    Every random number comes from one generator seeded with `seed`.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):  # no global random numbers are spent on weights that are drawn below
        network = SavannaNetwork()
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, generator=generator, nonlinearity="relu")
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
        if isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
    images, animals, colours = drawn(count, SEED)
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.Adam(network.parameters(), rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    order = torch.empty(0, dtype=torch.long)
    for _ in tqdm(range(steps), unit="step"):
        if len(order) < batch:
            order = torch.randperm(len(images), generator=generator)
        chosen, order = order[:batch], order[batch:]
        flip = torch.rand(batch, 1, 1, 1, generator=generator) < 0.5
        x = to_float(images[chosen])
        features = network(torch.where(flip, x.flip(-1), x))
        loss = F.cross_entropy(network.animal(features), animals[chosen])
        loss = loss + 10 * F.mse_loss(network.colours(features), colours[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval().requires_grad_(False)


def accuracy(network: SavannaNetwork, count: int = 200) -> tuple[float, float]:
    """On pictures never seen: the share of animals named correctly, and the mean error of colours in [0, 1]."""
    images, animals, colours = drawn(count, SEED + 100)
    features = torch.cat([network(to_float(chunk)) for chunk in images.split(256)])
    right = (network.animal(features).argmax(1) == animals).float().mean().item()
    return right, (network.colours(features) - colours).abs().mean().item() / 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the savanna feature network (a minute or two on a CPU).")
    parser.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="default: the file that ships")
    out = parser.parse_args().out
    torch.set_num_threads(1)  # sums then have one order, and the file the same bytes, whatever the number of cores
    network = train()
    write_tensors(out, network.state_dict())
    right, error = accuracy(network)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB; {right:.1%} of animals named, colours off by {error:.3f}")


if __name__ == "__main__":
    main()
