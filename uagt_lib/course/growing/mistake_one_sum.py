"""A mistake on purpose: all six losses in one sum. Lesson 05 shows what becomes of it; compare `step_attention`."""

from collections.abc import Iterator

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.method import losses
from uagt_lib.method.compose import compose
from uagt_lib.method.model import Model
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config

LAMBDA = 10.0  # weight of the cycle loss, lambda_cyc in Eq. 4


def training_step(m: Model, optimizers: tuple, pools: tuple, s: Tensor, t: Tensor) -> dict[str, Tensor]:
    """Update translators, then discriminators, on images s and t. Returns the six losses by name."""
    F_st, F_ts, D_s, D_t = m.F_st, m.F_ts, m.D_s, m.D_t
    A_s, A_t = m.A_s, m.A_t

    # There: repainted where attended (Eq. 1) ...
    s_a, t_a = A_s(s), A_t(t)
    s_prime = compose(s, F_st(s), s_a)
    t_prime = compose(t, F_ts(t), t_a)
    # ... and back.
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    t_cycled = compose(t_prime, F_st(t_prime), A_s(t_prime))

    # Everybody learns from everything.
    terms = {
        "adversarial_t": losses.lsgan_generator(D_t(s_prime)),
        "adversarial_s": losses.lsgan_generator(D_s(t_prime)),
        "cycle_s": LAMBDA * losses.cycle(s, s_cycled),
        "cycle_t": LAMBDA * losses.cycle(t, t_cycled),
        "D_t": losses.lsgan_discriminator(D_t(t), D_t(s_prime)),
        "D_s": losses.lsgan_discriminator(D_s(s), D_s(t_prime)),
    }
    descend(optimizers, sum(terms.values()))
    return terms


def descend(optimizers: tuple, loss: Tensor) -> None:
    """One step of all optimizers down the gradient of `loss`."""
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()


def adam(*networks: torch.nn.Module, rate: float) -> torch.optim.Optimizer:
    """The optimizer of some networks."""
    return torch.optim.Adam([p for network in networks for p in network.parameters()], rate, betas=(0.5, 0.999))


def train(m: Model, pair: Pair, config: Config) -> Iterator[dict[str, Tensor]]:
    """Train at a constant rate; yields each step's losses."""
    optimizers = adam(m.F_st, m.F_ts, m.A_s, m.A_t, rate=config.rate), adam(m.D_s, m.D_t, rate=config.rate)
    chance = torch.Generator().manual_seed(config.seed)
    pools = Pool(config.pool, chance), Pool(config.pool, chance)
    for _ in range(config.steps):
        s, t = (sample(domain.train, config.batch, config.crop, chance) for domain in (pair.source, pair.target))
        yield training_step(m, optimizers, pools, s, t)
