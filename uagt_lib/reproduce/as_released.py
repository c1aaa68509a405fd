"""The method in the order, and with the optimizer, of the authors' released program: what the comparison is made with.

The paper's Algorithm 1 updates F, D and A together, from one objective; so does `Learner`. The released TensorFlow
program does not:

* four updates an iteration, one after the other: F_st + A_s, D_t, F_ts + A_t, D_s. Each update of F and A computes the
  forward pass anew, with what the updates before it have changed; each objective holds both cycle losses.
* ONE Adam object minimises all of them. Its moments belong to a variable, but its powers of beta, which undo the
  moments' bias, are counted once for all: they advance four times an iteration, so early steps are larger: 1.9 x at
  iteration 10, 1.16 x at iteration 1334.
* its networks (`method.released`) and their truncated normal initialisation, where `networks=True`.

Pictures are drawn as everywhere here, each domain by itself; the program pairs them once and for all, and crops and
flips both alike. Nothing is saved: whoever drives the steps looks at `model` when it suits.
"""

from collections.abc import Iterable, Iterator

import torch
import torch.nn as nn
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.errors import UagtError
from uagt_lib.method import released
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.method.pieces import Architecture
from uagt_lib.method.pool import Pool
from uagt_lib.method.schedule import between, learning_rate, stage
from uagt_lib.training.config import Config


class AsReleased:
    """A training run as the program does it: `for terms in AsReleased(config, pair): ...` goes through all its steps.

    Attributes:
        model: the networks; between two steps, yours to look at.
        adam: the one optimizer.
        step: steps done so far.
        steps: of the whole run.
    """

    def __init__(self, config: Config, pair: Pair, *, networks: bool = False, device: torch.device | str = "cpu"):
        """Args:
        config: what to train, in fp32, with a method whose networks are the paper's.
        pair: the images.
        networks: take the program's networks in place of ours; `config.architecture` is then not asked.
        device: where to compute.

        Raises:
            UagtError: for mixed precision, or a method that has a step of its own.
        """
        model = config.model()
        if type(model) is not Model or config.precision != "fp32":
            raise UagtError(f"the released order is for our own methods in fp32: {config.method}, {config.precision}")
        if networks:
            model = Released(model, torch.Generator().manual_seed(config.seed))
        self.config, self.model = config, model.to(device)
        self.images = tuple(domain.train.to(device) for domain in (pair.source, pair.target))
        self.adam = SharedAdam()
        streams = [torch.Generator().manual_seed(config.seed * 10_007 + i) for i in range(1, 4)]
        self.sampler = streams[0]
        self.pools = (Pool(config.pool, streams[1]), Pool(config.pool, streams[2]))
        self.steps = config.steps or config.epochs * -(-max(map(len, self.images)) // config.batch)
        self.step = 0

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        """Do what is left of the run; after each step its losses by name, each as its own update saw it."""
        while self.step < self.steps:
            yield self.advance()

    def advance(self) -> dict[str, Tensor]:
        """Do one step: draw a batch, and update four times."""
        config, switch, warmup = self.config, self.config.switch * self.steps, self.config.warmup * self.steps
        s, t = (sample(images, config.batch, config.crop, self.sampler) for images in self.images)
        now, rate = stage(self.step, switch), learning_rate(self.step, self.steps, config.rate, warmup)
        self.model.enter_stage(now)
        self.model.attention_cycle = between(self.step, config.rise * switch, *config.attention_cycle)
        seen: dict[str, Tensor] = {}
        for direction, pool in zip(Direction, self.pools, strict=True):
            seen |= self._update(direction, pool, (s, t), now, rate)
        self.step += 1
        return seen

    def _update(
        self, direction: Direction, pool: Pool, batch: tuple[Tensor, Tensor], stage: int, rate: float
    ) -> dict[str, Tensor]:
        """F and A of one direction, then the D at its end, on the fakes of that same forward pass.

        As in the program's graph, only the gradients that an update needs are computed.
        """
        there = self.model.route(direction)
        trips = self.model.trips(*batch)
        terms = self.model.generator_loss(trips, stage)
        del terms[f"adversarial_{direction.here}"]  # the other direction's game
        networks = [network for network in (there.paint, there.attend) if network is not None]
        self.adam.minimize(sum(terms.values()), (p for n in networks for p in n.parameters()), rate)
        judged = self.model.judge_loss(direction, trips, pool, stage)
        self.adam.minimize(judged, there.judge.parameters(), rate)
        return terms | {f"D_{direction.to}": judged}


class SharedAdam:
    """TensorFlow 1's Adam, one object for several losses: moments per variable, one pair of powers of beta for all.

    An update moves a variable by -rate * sqrt(1 - b2^n) / (1 - b1^n) * m / (sqrt(v) + 1e-8), where n counts the calls
    of `minimize`, whatever they minimised.

    Attributes:
        updates: n, so far.
    """

    def __init__(self, betas: tuple[float, float] = (0.5, 0.999)):
        self.betas, self.updates = betas, 0
        self._moments: dict[nn.Parameter, tuple[Tensor, Tensor]] = {}

    def minimize(self, loss: Tensor, parameters: Iterable[nn.Parameter], rate: float) -> None:
        """Move those of `parameters` that learn down the gradient of `loss`; where there is none, it is 0."""
        learning = [p for p in parameters if p.requires_grad]
        gradients = torch.autograd.grad(loss, learning, allow_unused=True, materialize_grads=True)
        self.updates += 1
        b1, b2 = self.betas
        pace = rate * (1 - b2**self.updates) ** 0.5 / (1 - b1**self.updates)
        with torch.no_grad():
            for p, g in zip(learning, gradients, strict=True):
                m, v = self._moments.setdefault(p, (torch.zeros_like(p), torch.zeros_like(p)))
                m.lerp_(g, 1 - b1)
                v.lerp_(g * g, 1 - b2)
                p.addcdiv_(m, v.sqrt().add_(1e-8), value=-pace)


class Released(Model):
    """The program's six networks in the place of a model's, with the same pieces and weights of losses."""

    def __init__(self, like: Model, generator: torch.Generator):
        super().__init__(
            Architecture(),
            like.pieces,
            cycle_weight=like.cycle_weight,
            attention_cycle=like.attention_cycle,
            tau=like.tau,
        )
        with torch.no_grad():
            for module in self.modules():
                if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.InstanceNorm2d):
                    nn.init.zeros_(module.bias)
                    mean = float(isinstance(module, nn.InstanceNorm2d))
                    nn.init.trunc_normal_(module.weight, mean, 0.02, mean - 0.04, mean + 0.04, generator)

    def build(self, a: Architecture) -> None:
        """As in `Model`; sizes are the program's constants."""
        self.F_st, self.F_ts = released.Generator(), released.Generator()
        self.A_s = released.Attention() if self.pieces.attention_s else None
        self.A_t = released.Attention() if self.pieces.attention_t else None
        self.D_s, self.D_t = released.Discriminator(), released.Discriminator()
