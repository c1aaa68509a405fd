"""A training step as pytorch-CycleGAN-and-pix2pix computes it, for `make bench`: what is ours held against?

Written after its `cycle_gan_model.py` and `networks.py` (Zhu, Park and others): ResNet generators with padding modules
and norms without scale, discriminators of 70-px patches that judge real and fake images in separate calls, one update
for both generators and one for both discriminators. At equal widths (ours: 32 and 64; its defaults are 64 and 64), and
without its identity loss, which neither the paper nor we have and which costs two more passes of a generator.
"""

import itertools

import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.method.pool import Pool


def conv(n_in: int, n_out: int, kernel: int, **options: int) -> list[nn.Module]:
    return [nn.Conv2d(n_in, n_out, kernel, **options), nn.InstanceNorm2d(n_out), nn.ReLU(True)]


class Block(nn.Module):
    def __init__(self, n: int):
        super().__init__()
        once = [nn.ReflectionPad2d(1), *conv(n, n, 3)]
        again = [nn.ReflectionPad2d(1), *conv(n, n, 3)[:-1]]
        self.conv_block = nn.Sequential(*once, *again)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv_block(x)


def generator(w: int, blocks: int) -> nn.Module:
    layers = [nn.ReflectionPad2d(3), *conv(3, w, 7)]
    for n in (w, 2 * w):
        layers += conv(n, 2 * n, 3, stride=2, padding=1)
    layers += [Block(4 * w) for _ in range(blocks)]
    for n in (4 * w, 2 * w):
        up = nn.ConvTranspose2d(n, n // 2, 3, stride=2, padding=1, output_padding=1)
        layers += [up, nn.InstanceNorm2d(n // 2), nn.ReLU(True)]
    return nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(w, 3, 7), nn.Tanh())


def discriminator(w: int) -> nn.Module:
    layers: list[nn.Module] = [nn.Conv2d(3, w, 4, stride=2, padding=1), nn.LeakyReLU(0.2, True)]
    for n, stride in ((w, 2), (2 * w, 2), (4 * w, 1)):
        layers += [nn.Conv2d(n, 2 * n, 4, stride=stride, padding=1), nn.InstanceNorm2d(2 * n), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(8 * w, 1, 4, padding=1))


class CycleGAN:
    """Two generators, two discriminators, and `advance`, one step with batch 1 on crops of `crop` px."""

    def __init__(self, pair: Pair, crop: int, width: int = 32, blocks: int = 9, judges: int = 64):
        self.images, self.crop = (pair.source.train, pair.target.train), crop
        self.G_A, self.G_B = generator(width, blocks), generator(width, blocks)
        self.D_A, self.D_B = discriminator(judges), discriminator(judges)
        for layer in itertools.chain(*(net.modules() for net in (self.G_A, self.G_B, self.D_A, self.D_B))):
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
                nn.init.zeros_(layer.bias)
        adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
        self.of_G = torch.optim.Adam(itertools.chain(self.G_A.parameters(), self.G_B.parameters()), **adam)
        self.of_D = torch.optim.Adam(itertools.chain(self.D_A.parameters(), self.D_B.parameters()), **adam)
        self.chance = torch.Generator().manual_seed(0)
        self.pools = tuple(Pool(50, torch.Generator().manual_seed(i)) for i in (1, 2))
        self.game, self.cycle = nn.MSELoss(), nn.L1Loss()

    def advance(self) -> None:
        """Its `optimize_parameters`."""
        a, b = (sample(images, 1, self.crop, self.chance) for images in self.images)
        fake_b = self.G_A(a)
        rec_a = self.G_B(fake_b)
        fake_a = self.G_B(b)
        rec_b = self.G_A(fake_a)
        self._judges_learn(False)
        self.of_G.zero_grad()
        loss = self._game(self.D_A(fake_b), 1.0) + self._game(self.D_B(fake_a), 1.0)
        (loss + 10 * self.cycle(rec_a, a) + 10 * self.cycle(rec_b, b)).backward()
        self.of_G.step()
        self._judges_learn(True)
        self.of_D.zero_grad()
        for judge, real, fake, pool in ((self.D_A, b, fake_b, self.pools[0]), (self.D_B, a, fake_a, self.pools[1])):
            pooled, _ = pool(fake, fake[:, :1])
            loss = self._game(judge(real), 1.0) + self._game(judge(pooled.detach()), 0.0)
            (0.5 * loss).backward()
        self.of_D.step()

    def _game(self, scores: Tensor, wanted: float) -> Tensor:
        return self.game(scores, torch.full_like(scores, wanted))

    def _judges_learn(self, yes: bool) -> None:
        for parameter in itertools.chain(self.D_A.parameters(), self.D_B.parameters()):
            parameter.requires_grad = yes
