"""The six networks and what one training step computes (paper, Section 3).

`Model` holds F_st, F_ts, A_s, A_t, D_s, D_t and turns a pair of image batches into two losses: the generators' and
attention's (`generator_loss`), and the discriminators' (`discriminator_loss`). Both come from ONE forward pass. Every
line is written once, for "from here to there", and applied to S -> T and T -> S.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.method import losses
from uagt_lib.method.compose import compose, foreground
from uagt_lib.method.direction import Direction
from uagt_lib.method.networks import Attention, Discriminator, Generator, initialise
from uagt_lib.method.pieces import Architecture, Pieces
from uagt_lib.method.pool import Pool


class Route(NamedTuple):
    """The networks that take part in one translation, say S -> T."""

    paint: nn.Module  # F_st
    attend: nn.Module | None  # A_s
    judge: nn.Module  # D_t
    paint_back: nn.Module  # F_ts
    attend_back: nn.Module | None  # A_t


class Trip(NamedTuple):
    """One batch on its way there and back: s, s_a, F_st(s), s' (Eq. 1) and s''."""

    source: Tensor
    attention: Tensor
    painted: Tensor
    translated: Tensor
    cycled: Tensor | None


Trips = dict[Direction, Trip]  # of s, then of t


class Translation(NamedTuple):
    """What a user gets for an image: the attention map (N, 1, H, W), the raw paint and the composed s' (Eq. 1)."""

    attention: Tensor
    painted: Tensor
    translated: Tensor


class Model(nn.Module):
    """F_st, F_ts, A_s, A_t, D_s, D_t and their objective (Eq. 4 in stage 1, with Eq. 7 in stage 2).

    Attributes:
        stride: heights and widths must be divisible by this.
        view: pixels of a whole picture's short side, as the networks know such pictures.

    >>> model = Model(generator=torch.Generator().manual_seed(0))  # the paper's networks, untrained
    >>> s, t = torch.rand(2, 1, 3, 64, 64) * 2 - 1
    >>> sorted(model.generator_loss(model.trips(s, t), stage=1))
    ['adversarial_s', 'adversarial_t', 'cycle_s', 'cycle_t']
    >>> model.translate(s, "s2t").attention.shape
    torch.Size([1, 1, 64, 64])
    """

    stride = Generator.stride

    def __init__(
        self,
        architecture: Architecture = Architecture(),
        pieces: Pieces = Pieces(),
        *,
        generator: torch.Generator | None = None,
        cycle_weight: float = 10.0,
        attention_cycle: float = 1.0,
        tau: float = 0.1,
        view: int = 256,
    ):
        """Args:
        architecture: sizes of the networks.
        pieces: what is switched on.
        generator: draws the initial weights; without it they stay undefined, to be loaded.
        cycle_weight: lambda_cyc of Eq. 4.
        attention_cycle: share of the cycle loss's gradient that passes through attention maps; 1 is the paper. Less
            of it keeps attention from fleeing to zero, where nothing is painted and the round trip costs nothing.
        tau: threshold of Eq. 6.
        view: pixels of a whole picture's short side, as the networks know such pictures.
        """
        super().__init__()
        self.pieces, self.cycle_weight, self.attention_cycle, self.tau = pieces, cycle_weight, attention_cycle, tau
        self.view = view
        with torch.device("meta"):  # no memory and no random numbers are spent on values that are replaced below
            self.build(architecture)
        self.to_empty(device="cpu")
        if generator is not None:
            initialise(self, generator)

    def build(self, a: Architecture) -> None:
        """Create the networks, values still undefined; where a rival with other networks begins. Judges are D_*."""
        self.F_st = Generator(a.generator_width, a.generator_blocks, a.end_kernel)
        self.F_ts = Generator(a.generator_width, a.generator_blocks, a.end_kernel)
        self.A_s = attention_network(a) if self.pieces.attention_s else None
        self.A_t = attention_network(a) if self.pieces.attention_t else None
        self.D_s = Discriminator(a.discriminator_width, a.discriminator_halvings, a.discriminator_first_norm)
        self.D_t = Discriminator(a.discriminator_width, a.discriminator_halvings, a.discriminator_first_norm)

    def optimizer(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """What descends the losses: Adam with beta1 = 0.5, as released. The trainer sets the rate each step."""
        fused = parameters[0].device.type in ("cpu", "cuda")
        return torch.optim.Adam(parameters, lr=0.0, betas=(0.5, 0.999), fused=fused)

    def routes(self) -> dict[Direction, Route]:
        """The networks of S -> T and of T -> S, in this order."""
        return {
            Direction.S2T: Route(self.F_st, self.A_s, self.D_t, self.F_ts, self.A_t),
            Direction.T2S: Route(self.F_ts, self.A_t, self.D_s, self.F_st, self.A_s),
        }

    def route(self, direction: Direction | str) -> Route:
        """The networks of one direction.

        Raises:
            UagtError: if it is no direction.
        """
        return self.routes()[Direction(direction)]

    def translate(self, images: Tensor, direction: Direction | str = Direction.S2T) -> Translation:
        """Translate images (N, 3, H, W) in [-1, 1] (Eq. 1); gradients flow unless switched off.

        Raises:
            UagtError: if `direction` is none.
            ValueError: if H or W is not divisible by `stride`.
        """
        route = self.route(direction)
        attention, painted = _attend(route.attend, images), route.paint(images)
        return Translation(attention, painted, compose(images, painted, attention))

    def trips(self, s: Tensor, t: Tensor) -> Trips:
        """Send a batch of each domain there and back. The way back is skipped where no cycle loss will ask for it."""
        return {d: self._trip(self.route(d), x) for d, x in zip(Direction, (s, t), strict=True)}

    def _trip(self, route: Route, source: Tensor) -> Trip:
        attention, painted = _attend(route.attend, source), route.paint(source)
        translated = compose(source, painted, attention)
        cycled = None
        if self.pieces.cycle:
            # `translated` again, to the bit; only the gradient through attention differs
            same = compose(source, painted, scale_gradient(attention, self.attention_cycle))
            back = _attend(route.attend_back, same) if self.pieces.cycle_attention else attention
            cycled = compose(same, route.paint_back(same), scale_gradient(back, self.attention_cycle))
        return Trip(source, attention, painted, translated, cycled)

    def generator_loss(self, trips: Trips, stage: int) -> dict[str, Tensor]:
        """What F and A minimise (Eq. 4; Eq. 7 in stage 2): scalars by name, to be added up.

        `adversarial_t`: how badly s' fools D_t; `cycle_s`: lambda_cyc times Eq. 3 for s; and the other way round.
        """
        game, terms = losses.ADVERSARIAL[self.pieces.adversarial], {}
        with frozen(self.D_s, self.D_t):
            for direction, trip in trips.items():
                scores = self.judge(self.route(direction).judge, self.fake(trip, stage), trip.attention, stage)
                terms[f"adversarial_{direction.to}"] = game.generator(scores)
                if trip.cycled is not None:
                    terms[f"cycle_{direction.here}"] = self.cycle_weight * losses.cycle(trip.source, trip.cycled)
        return terms

    def discriminator_loss(self, trips: Trips, pools: tuple[Pool, Pool], stage: int) -> dict[str, Tensor]:
        """What D_t and D_s minimise: scalars `D_t`, `D_s`. The step's fakes first pass through `pools` (s', t')."""
        return {f"D_{d.to}": self.judge_loss(d, trips, pool, stage) for d, pool in zip(Direction, pools, strict=True)}

    def judge_loss(self, direction: Direction, trips: Trips, pool: Pool, stage: int) -> Tensor:
        """What the discriminator at the end of a direction minimises, D_t for S -> T.

        Real and fake images share one batch; instance norm never mixes samples, so the scores are those of two calls.
        """
        there, back = trips[direction], trips[direction.back]
        fake, fake_attention = pool(self.fake(there, stage), there.attention)
        images = torch.cat([back.source, fake]).detach()
        attention = torch.cat([back.attention, fake_attention]).detach()
        real_scores, fake_scores = self.judge(self.route(direction).judge, images, attention, stage).chunk(2)
        return losses.ADVERSARIAL[self.pieces.adversarial].discriminator(real_scores, fake_scores)

    def fake(self, trip: Trip, stage: int) -> Tensor:
        """The fake that is judged: s', or in stage 2 the raw paint where Eq. 6 is read as printed."""
        return trip.painted if self.masks(stage) and self.pieces.raw_foreground else trip.translated

    def judge(self, discriminator: nn.Module, images: Tensor, attention: Tensor, stage: int) -> Tensor:
        """Scores of whole images in stage 1, of their attended pixels in stage 2 (Eq. 6).

        Instance norm is dropped with the background, whose zeros would decide its statistics. Pooled images bring the
        attention they were made with, so the mask is that of the stage in which they are judged.
        """
        if self.masks(stage):
            return discriminator(foreground(images, attention, self.tau), normalise=False).float()
        return discriminator(images).float()

    def masks(self, stage: int) -> bool:
        """Whether discriminators see attended pixels only."""
        return stage == 2 and self.pieces.masked_discriminator

    def enter_stage(self, stage: int) -> None:
        """Freeze the attention networks in stage 2 (Section 3.2), unless the method never stops them.

        Gradients still pass THROUGH A_t(s') to s', as Eq. 3 asks; only the networks' own parameters rest.
        """
        for network in (self.A_s, self.A_t):
            if network is not None:
                network.requires_grad_(stage == 1 or not self.pieces.stop_attention)

    def translators(self) -> list[nn.Parameter]:
        """Parameters of F and A, and of whatever else is no D: what `generator_loss` trains."""
        networks = [network for name, network in self.named_children() if not name.startswith("D_")]
        return [p for network in networks for p in network.parameters()]

    def judges(self) -> list[nn.Parameter]:
        """Parameters of D: what `discriminator_loss` trains."""
        return [*self.D_s.parameters(), *self.D_t.parameters()]


def scale_gradient(x: Tensor, share: float) -> Tensor:
    """`x` itself, whose gradient is multiplied by `share` on the way back."""
    return x if share == 1 else share * x + (1 - share) * x.detach()


@contextmanager
def frozen(*networks: nn.Module) -> Iterator[None]:
    """Let gradients pass through `networks` without computing any for their parameters; what was frozen stays so."""
    learning = [p for network in networks for p in network.parameters() if p.requires_grad]
    for p in learning:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p in learning:
            p.requires_grad_(True)


def _attend(network: nn.Module | None, images: Tensor) -> Tensor:
    """The attention map, or ones where a method has no such network: CycleGAN as a special case (Section 3.1)."""
    return torch.ones_like(images[:, :1]) if network is None else network(images)


def attention_network(a: Architecture) -> Attention:
    """An attention network of the sizes that an architecture names, its weights still to be initialised."""
    return Attention(
        a.attention_width,
        a.attention_levels,
        a.end_kernel,
        a.attention_start,
        a.attention_decoder,
        a.attention_enlarge,
        a.attention_gain,
        a.attention_blocks,
    )
