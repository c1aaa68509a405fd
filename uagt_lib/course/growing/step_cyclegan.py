"""The program, first size: CycleGAN, where the paper starts. Next: `step_attention`."""

from collections.abc import Iterator

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.method import losses
from uagt_lib.method.model import Model, frozen
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config

LAMBDA = 10.0  # weight of the cycle loss, lambda_cyc in Eq. 4


def training_step(m: Model, optimizers: tuple, pools: tuple, s: Tensor, t: Tensor) -> dict[str, Tensor]:
    """Update translators, then discriminators, on images s and t. Returns the six losses by name."""
    F_st, F_ts, D_s, D_t = m.F_st, m.F_ts, m.D_s, m.D_t
    translators, judges = optimizers

    # There: every pixel is repainted ...
    s_prime = F_st(s)
    t_prime = F_ts(t)
    s_a, t_a = torch.ones_like(s[:, :1]), torch.ones_like(t[:, :1])
    # ... and back.
    s_cycled = F_ts(s_prime)
    t_cycled = F_st(t_prime)

    # The translators' turn: fool D, and come home. D judges, but does not learn.
    with frozen(D_s, D_t):
        terms = {
            "adversarial_t": losses.lsgan_generator(D_t(s_prime)),
            "adversarial_s": losses.lsgan_generator(D_s(t_prime)),
            "cycle_s": LAMBDA * losses.cycle(s, s_cycled),
            "cycle_t": LAMBDA * losses.cycle(t, t_cycled),
        }
    descend(translators, sum(terms.values()))

    # The judges' turn: tell real from fake, the step's fakes mixed with older ones. Fakes do not learn.
    pool_t, pool_s = pools
    fake_t, _ = pool_t(s_prime.detach(), s_a.detach())
    fake_s, _ = pool_s(t_prime.detach(), t_a.detach())
    judge_terms = {
        "D_t": losses.lsgan_discriminator(D_t(t), D_t(fake_t)),
        "D_s": losses.lsgan_discriminator(D_s(s), D_s(fake_s)),
    }
    descend(judges, sum(judge_terms.values()))
    return terms | judge_terms


def descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step of an optimizer down the gradient of `loss`."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def adam(*networks: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimizer of some networks."""
    return torch.optim.Adam([p for network in networks for p in network.parameters()], rate, betas=(0.5, 0.999))


def train(m: Model, pair: Pair, config: Config) -> Iterator[dict[str, Tensor]]:
    """Train at a constant rate; yields each step's losses."""
    optimizers = adam(m.F_st, m.F_ts, rate=config.rate), adam(m.D_s, m.D_t, rate=config.rate)
    chance = torch.Generator().manual_seed(config.seed)
    pools = Pool(config.pool, chance), Pool(config.pool, chance)
    for _ in range(config.steps):
        s, t = (sample(domain.train, config.batch, config.crop, chance) for domain in (pair.source, pair.target))
        yield training_step(m, optimizers, pools, s, t)
