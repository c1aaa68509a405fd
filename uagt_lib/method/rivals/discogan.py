"""DiscoGAN: two generators, two discriminators, and a round trip that weighs no more than the game.

Kim et al., "Learning to Discover Cross-Domain Relations with Generative Adversarial Networks", ICML 2017. Kept: the
generator, an encoder that halves the image four times and a decoder that doubles it again, without residual blocks and
without skips, so that position and detail have to pass through a small code; the logarithmic game of Eq. 2; a
reconstruction loss of the SAME weight as the adversarial one, which UAGT's authors blame for its last place in Table 1.
Savanna agrees: with weight 1 every horse becomes the same zebra after 400 steps, with 10 each stays where it was.

Simplified: the width is the largest with no more weights than our generator; instance norm instead of batch norm,
whose statistics over two images would say little; patch discriminators and the L1 norm, as everyone here (the paper
leaves the distance open); no feature matching and no rising weight, which are in its program only.
"""

from typing import Any

import torch.nn as nn
from torch import Tensor

from uagt_lib.method.model import Model
from uagt_lib.method.networks import check_divisible
from uagt_lib.method.pieces import Architecture
from uagt_lib.method.size import parameters, widest


class EncoderDecoder(nn.Module):
    """c4s2-w-LR, 2w, 4w, 8w, tc4s2-4w-R, 2w, w, 3-T: images (N, 3, H, W) in [-1, 1] to the same shape and range."""

    stride = 16

    def __init__(self, width: int):
        super().__init__()
        w = [3] + [width * 2**i for i in range(4)]
        down = [layer for i in range(4) for layer in _down(w[i], w[i + 1], normalise=i > 0)]
        up = [layer for i in (3, 2, 1) for layer in _up(w[i + 1], w[i])]
        self.layers = nn.Sequential(*down, *up, nn.ConvTranspose2d(w[1], 3, 4, 2, 1), nn.Tanh())

    def forward(self, x: Tensor) -> Tensor:
        """Raises ValueError if H or W is not divisible by 16."""
        check_divisible("DiscoGAN's generator", x, self.stride)
        return self.layers(x)


class DiscoGAN(Model):
    """Encoder-decoder generators; the round trip weighs 1, whatever the configuration's `cycle_weight`."""

    stride = EncoderDecoder.stride

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, **options | {"cycle_weight": 1.0})

    def build(self, a: Architecture) -> None:
        super().build(a)
        ours = parameters(self.F_st)
        self.F_st, self.F_ts = widest(EncoderDecoder, ours), widest(EncoderDecoder, ours)


def _down(n_in: int, n_out: int, normalise: bool) -> list[nn.Module]:
    norm = [nn.InstanceNorm2d(n_out, affine=True)] if normalise else []
    return [nn.Conv2d(n_in, n_out, 4, 2, 1), *norm, nn.LeakyReLU(0.2)]


def _up(n_in: int, n_out: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(n_in, n_out, 4, 2, 1), nn.InstanceNorm2d(n_out, affine=True), nn.ReLU()]
