"""RA: CycleGAN with a residual attention module inside its generators (the paper's own rival, Table 1).

Wang et al., "Residual Attention Network for Image Classification", CVPR 2017, put beside a trunk T of ordinary layers a
mask branch M that looks at the same features at lower resolution, and pass on (1 + M) T: attention on FEATURES. UAGT's
authors put one such module after the first layer of CycleGAN's generators and found that it does not help: nothing in
it says that background has to stay, it only weighs channels of the paint.

Kept: the module, its place, two poolings in the mask branch with a skip between, one mask per channel (their "mixed"
attention, the best of three). Simplified: one residual block wherever they have one to three, and none before the
branches; instance norm, as in the generator around it.
"""

import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.method.model import Model
from uagt_lib.method.networks import ResidualBlock
from uagt_lib.method.pieces import Architecture


class ResidualAttention(nn.Module):
    """(1 + M(x)) T(x): features (N, `channels`, H, W) to the same shape; H and W divisible by 4."""

    def __init__(self, channels: int):
        super().__init__()
        self.trunk = ResidualBlock(channels)
        self.halved, self.skip, self.quartered = (ResidualBlock(channels) for _ in range(3))
        self.mask = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        half = self.halved(F.max_pool2d(x, 2))
        quarter = self.quartered(F.max_pool2d(half, 2))
        joined = self.skip(half) + _double(quarter)
        return (1 + self.mask(_double(joined)).sigmoid()) * self.trunk(x)


class ResidualAttentionGAN(Model):
    """CycleGAN whose generators hold a `ResidualAttention` after their first layer."""

    def build(self, a: Architecture) -> None:
        super().build(a)
        for generator in (self.F_st, self.F_ts):
            generator.layers.insert(3, ResidualAttention(a.generator_width))  # convolution, norm, ReLU, then this


def _double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear")
