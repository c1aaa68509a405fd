"""DualGAN: CycleGAN's twin with a U-Net for a generator and a Wasserstein critic for a judge.

Yi et al., "DualGAN: Unsupervised Dual Learning for Image-to-Image Translation", ICCV 2017. Kept: the U-Net, whose
skips carry detail around the code; the Wasserstein game with critics whose weights are clipped; the L1 round trip;
RMSProp.

Simplified: the width is the largest with no more weights than our generator; one critic step for each generator step,
not two to four, so that everyone trains equally long; the run's learning rate, where theirs was a quarter of Adam's
(at a quarter, 400 steps on the savanna leave grey shadows where stripes should be); no dropout, the paper's source of
noise; instance norm instead of batch norm. Norm scales are not clipped: at 0.01 each layer would dim what the critic
says a hundredfold.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model, Trips
from uagt_lib.method.networks import check_divisible
from uagt_lib.method.pieces import Architecture
from uagt_lib.method.pool import Pool
from uagt_lib.method.size import parameters, widest

CLIP = 0.01  # bound of the critic's weights


class UNet(nn.Module):
    """Four halvings to 8w channels and back, a skip at each size: (N, 3, H, W) in [-1, 1] to the same shape, range."""

    stride = 16

    def __init__(self, width: int):
        super().__init__()
        w = [3] + [width * 2**i for i in range(4)]
        self.down = nn.ModuleList(nn.Conv2d(w[i], w[i + 1], 4, 2, 1) for i in range(4))
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(w[i + 1] * (1 if i == 3 else 2), w[i], 4, 2, 1) for i in (3, 2, 1, 0)
        )
        self.down_norms = nn.ModuleList(nn.InstanceNorm2d(n, affine=True) for n in w[2:])
        self.up_norms = nn.ModuleList(nn.InstanceNorm2d(n, affine=True) for n in w[3:0:-1])

    def forward(self, x: Tensor) -> Tensor:
        """Raises ValueError if H or W is not divisible by 16."""
        check_divisible("U-Net", x, self.stride)
        x = self.down[0](x)
        skips = []
        for conv, norm in zip(self.down[1:], self.down_norms, strict=True):
            skips.append(x)
            x = norm(conv(F.leaky_relu(x, 0.2)))
        for conv, norm, skip in zip(self.up[:-1], self.up_norms, reversed(skips), strict=True):
            x = torch.cat([norm(conv(F.relu(x))), skip], dim=1)
        return self.up[-1](F.relu(x)).tanh()


class DualGAN(Model):
    """U-Nets against clipped critics, descended by RMSProp."""

    stride = UNet.stride

    def build(self, a: Architecture) -> None:
        super().build(a)
        ours = parameters(self.F_st)
        self.F_st, self.F_ts = widest(UNet, ours), widest(UNet, ours)

    def optimizer(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, lr=0.0)

    def judge_loss(self, direction: Direction, trips: Trips, pool: Pool, stage: int) -> Tensor:
        """As everyone's, of a critic whose convolutions are first clipped to [-CLIP, CLIP]."""
        with torch.no_grad():
            for weight in self.route(direction).judge.parameters():
                if weight.ndim == 4:
                    weight.clamp_(-CLIP, CLIP)
        return super().judge_loss(direction, trips, pool, stage)
