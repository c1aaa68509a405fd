"""UNIT: both domains share one latent space; to translate is to encode in one domain and decode in the other.

Liu, Breuel, Kautz, "Unsupervised Image-to-Image Translation Networks", NIPS 2017. Two VAE-GANs: encoders E_s, E_t give
the mean of a code, Gaussian noise of variance 1 is added, decoders G_s, G_t draw an image from it. The last layers of
the encoders (`into`) and the first of the decoders (`out_of`) are one and the same for both, which is what makes the
code shared. Each step decodes a code at home (reconstruction), abroad (translation), and brings the translation home
again (cycle). Kept: all of that, the loss weights of its program relative to the game (10 for both reconstructions,
0.01 for the KL terms) and the test-time rule: no noise.

Simplified: the blocks of our generator in its number, about half of them private, two shared (weights: 1.1 times ours
at savanna scale); patch discriminators at one scale; the least-squares game, as in its program (its paper: log).
"""

from typing import Any, NamedTuple

import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.method import losses
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model, Route
from uagt_lib.method.networks import Generator, ResidualBlock
from uagt_lib.method.pieces import Architecture

KL_WEIGHT = 0.01
Coder = tuple[nn.Module, nn.Module]  # a domain's encoder and decoder


class Crossing(NamedTuple):
    """A `Trip` there and back, with the source reconstructed at home and the means of both codes on the way."""

    source: Tensor
    attention: Tensor
    painted: Tensor
    translated: Tensor
    cycled: Tensor
    reconstructed: Tensor
    means: tuple[Tensor, Tensor]


class UNIT(Model):
    """E_s, E_t, `into`, `out_of`, G_s, G_t and the two discriminators.

    The noise of a step is a function of two numbers kept with the weights, a seed and the count of draws: so resuming
    is exact although no random state is saved.
    """

    def __init__(self, *arguments: Any, generator: torch.Generator | None = None, **options: Any):
        super().__init__(*arguments, generator=generator, **options)
        seed = torch.zeros(1, dtype=torch.long)
        if generator is not None:
            seed.random_(2**31, generator=generator)
        self.register_buffer("noise", torch.cat([seed, torch.zeros_like(seed)]))

    def build(self, a: Architecture) -> None:
        super().build(a)
        del self.F_st, self.F_ts

        def ends() -> tuple[nn.Sequential, nn.Sequential]:
            """Our generator, cut in the middle: an encoder and a decoder."""
            layers = Generator(a.generator_width, 2 * (a.generator_blocks // 2), a.end_kernel).layers
            middle = 9 + a.generator_blocks // 2  # before the blocks: convolution, norm, ReLU, three times
            return layers[:middle], layers[middle:]

        (self.E_s, self.G_s), (self.E_t, self.G_t) = ends(), ends()
        self.into, self.out_of = (ResidualBlock(4 * a.generator_width) for _ in range(2))

    def routes(self) -> dict[Direction, Route]:
        """S -> T and T -> S as they are used: encode, share, decode, without noise."""
        s_to_t = nn.Sequential(self.E_s, self.into, self.out_of, self.G_t)
        t_to_s = nn.Sequential(self.E_t, self.into, self.out_of, self.G_s)
        return {
            Direction.S2T: Route(s_to_t, None, self.D_t, t_to_s, None),
            Direction.T2S: Route(t_to_s, None, self.D_s, s_to_t, None),
        }

    def trips(self, s: Tensor, t: Tensor) -> dict[Direction, Crossing]:
        """Each domain reconstructed, translated and brought home, with noise in every code."""
        at_s, at_t = (self.E_s, self.G_s), (self.E_t, self.G_t)
        return {Direction.S2T: self._crossing(s, at_s, at_t), Direction.T2S: self._crossing(t, at_t, at_s)}

    def _crossing(self, source: Tensor, home: Coder, abroad: Coder) -> Crossing:
        mean = self.into(home[0](source))
        code = self.out_of(mean + self._draw(mean))
        translated = abroad[1](code)
        mean_abroad = self.into(abroad[0](translated))
        cycled = home[1](self.out_of(mean_abroad + self._draw(mean_abroad)))
        ones = torch.ones_like(source[:, :1])
        return Crossing(source, ones, translated, translated, cycled, home[1](code), (mean, mean_abroad))

    def _draw(self, like: Tensor) -> Tensor:
        """Noise N(0, 1) of the shape of `like`, never the same twice."""
        seed, count = self.noise.tolist()
        self.noise[1] += 1
        return torch.randn(like.shape, generator=torch.Generator().manual_seed(seed + count)).to(like)

    def generator_loss(self, trips: dict[Direction, Crossing], stage: int) -> dict[str, Tensor]:
        """The game and the cycle as everyone's, and for each domain `reconstruction` and `kl`.

        A Gaussian of variance 1 around `mean` is mean^2 / 2 away from N(0, 1); as in its program, without the half.
        """
        terms = super().generator_loss(trips, stage)
        for direction, trip in trips.items():
            home = losses.cycle(trip.source, trip.reconstructed)
            terms[f"reconstruction_{direction.here}"] = self.cycle_weight * home
            terms[f"kl_{direction.here}"] = KL_WEIGHT * sum(mean.square().mean() for mean in trip.means)
        return terms
