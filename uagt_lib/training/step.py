"""What ONE step computes: two batches in, six networks updated, losses and trips out (Algorithm 1, lines 3 to 10)."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.method.model import Model, Trips
from uagt_lib.method.pool import Pool
from uagt_lib.method.schedule import between, learning_rate, stage
from uagt_lib.training.average import Average
from uagt_lib.training.config import Config

PRECISIONS = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}


class Learner:
    """The six networks with all that training adds to them, and the step that they take together.

    Everything a run's outcome depends on is here: nothing else draws a random number or changes a weight.

    >>> from uagt_lib.method.direction import Direction
    >>> from uagt_lib.training.presets import preset
    >>> config = preset("savanna-smoke").with_(savanna=4)
    >>> learner = Learner(config, config.drawn())
    >>> losses, trips = learner.advance()
    >>> learner.step, trips[Direction.S2T].attention.shape
    (1, torch.Size([2, 1, 32, 32]))

    Attributes:
        model: the networks that learn, on `device`.
        average: of F and A over the steps, where the configuration asks for one.
        optimizers: of F and A, and of D.
        pools: of s', which D_t meets again, and of t'.
        sampler: draws images, crops and flips.
        scaler: keeps gradients of fp16 from vanishing, on CUDA; elsewhere it does nothing.
        step: steps done so far.
        steps: steps of the whole run.
    """

    def __init__(
        self, config: Config, pair: Pair, device: torch.device | str = "cpu", rank: int = 0, processes: int = 1
    ):
        """Args:
        config: what to train.
        pair: the images; their training sets are moved to `device`.
        device: where to compute.
        rank: which process of several this is: it draws its own images.
        processes: how many share the work; each takes a batch a step.
        """
        self.config, self.device, self.processes = config, torch.device(device), processes
        self.model = config.model().to(self.device)
        self.average = Average(self.model, config.average) if config.average else None
        self.images = tuple(domain.train.to(self.device) for domain in (pair.source, pair.target))
        self.optimizers = (
            self.model.optimizer(self.model.translators()),
            self.model.optimizer(self.model.judges()),
        )
        scaled = config.precision == "fp16" and self.device.type == "cuda"
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=scaled)
        streams = [torch.Generator().manual_seed(config.seed * 10_007 + 101 * rank + i) for i in range(1, 4)]
        self.sampler = streams[0]
        self.pools = (Pool(config.pool, streams[1]), Pool(config.pool, streams[2]))
        longest = max(len(images) for images in self.images)
        self.steps = config.steps or config.epochs * -(-longest // (config.batch * processes))
        self.step = 0

    @property
    def shown(self) -> Model:
        """The networks that are looked at, scored and shipped: with an average, its F and A."""
        return self.average.model if self.average else self.model

    @property
    def stage(self) -> int:
        """The stage the next step belongs to."""
        return stage(self.step, self.config.switch * self.steps)

    @property
    def rate(self) -> float:
        """The learning rate of the next step."""
        return learning_rate(self.step, self.steps, self.config.rate, self.config.warmup * self.steps)

    def advance(self) -> tuple[dict[str, Tensor], Trips]:
        """Do one step: draw a batch, update F, A and D. Returns the losses by name and the step's two trips."""
        s, t = (sample(images, self.config.batch, self.config.crop, self.sampler) for images in self.images)
        switch = self.config.switch * self.steps
        if self.average and self.model.pieces.stop_attention and stage(self.step - 1, switch) < self.stage:
            self.average.settle()
        self.model.enter_stage(self.stage)
        self.model.attention_cycle = between(self.step, self.config.rise * switch, *self.config.attention_cycle)
        for optimizer, rate in zip(self.optimizers, (self.rate, self.rate * self.config.judge_rate), strict=True):
            for group in optimizer.param_groups:
                group["lr"] = rate
        terms, trips = self.update(s, t)
        self.step += 1
        if self.average:
            self.average.update(self.step)
        return terms, trips

    def update(self, s: Tensor, t: Tensor) -> tuple[dict[str, Tensor], Trips]:
        """One forward pass; F and A descend Eq. 4 together, then both D descend theirs on the same fakes."""
        translators, judges = self.optimizers
        with self._mixed():
            trips = self.model.trips(s, t)
            terms = self.model.generator_loss(trips, self.stage)
        self._descend(translators, sum(terms.values()), self.model.translators())
        with self._mixed():
            judge_terms = self.model.discriminator_loss(trips, self.pools, self.stage)
        self._descend(judges, sum(judge_terms.values()), self.model.judges())
        return terms | judge_terms, trips

    def _descend(self, optimizer: torch.optim.Optimizer, loss: Tensor, parameters: list[Tensor]) -> None:
        """Gradient of `loss` for `parameters` only, averaged over processes, and one optimizer step."""
        optimizer.zero_grad()
        self.scaler.scale(loss).backward(inputs=[p for p in parameters if p.requires_grad])
        if self.processes > 1:
            average_gradients(parameters)
        self.scaler.step(optimizer)
        self.scaler.update()

    def _mixed(self) -> AbstractContextManager:
        """Where the forward pass computes in the configured precision."""
        precision = PRECISIONS[self.config.precision]
        return torch.autocast(self.device.type, precision) if precision else nullcontext()


def average_gradients(parameters: list[Tensor]) -> None:
    """Replace each gradient by its mean over all processes: with equal batches, the gradient of the joint batch.

    Losses are means over a batch and instance norm knows no batch, so nothing else has to be synchronised.
    """
    from accelerate.utils import reduce  # takes seconds to import

    gradients = [p.grad for p in parameters if p.grad is not None]
    mean = reduce(torch.cat([g.flatten() for g in gradients]), reduction="mean")
    for g, part in zip(gradients, mean.split([g.numel() for g in gradients]), strict=True):
        g.copy_(part.view_as(g))
