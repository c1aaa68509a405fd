"""The program, full size: both stages, the paper's Algorithm 1. Before: `step_attention`."""

from collections.abc import Iterator

import torch
from torch import Tensor

from uagt_lib.data.pairs import Pair, sample
from uagt_lib.method import losses, schedule
from uagt_lib.method.compose import compose, foreground
from uagt_lib.method.model import Model, frozen
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config

LAMBDA = 10.0  # weight of the cycle loss, lambda_cyc in Eq. 4
TAU = 0.1  # threshold of Eq. 6


def training_step(m: Model, optimizers: tuple, pools: tuple, s: Tensor, t: Tensor, stage: int = 1) -> dict[str, Tensor]:
    """Update translators, then discriminators, on images s and t. Returns the six losses by name."""
    F_st, F_ts, D_s, D_t = m.F_st, m.F_ts, m.D_s, m.D_t
    A_s, A_t = m.A_s, m.A_t
    translators, judges = optimizers
    for A in (A_s, A_t):  # frozen in stage 2, but gradients still pass through to their inputs
        A.requires_grad_(stage == 1)

    # There: repainted where attended (Eq. 1) ...
    s_a, t_a = A_s(s), A_t(t)
    s_prime = compose(s, F_st(s), s_a)
    t_prime = compose(t, F_ts(t), t_a)
    # ... and back.
    s_cycled = compose(s_prime, F_ts(s_prime), A_t(s_prime))
    t_cycled = compose(t_prime, F_st(t_prime), A_s(t_prime))

    # The translators' turn: fool D, and come home. D judges, but does not learn.
    with frozen(D_s, D_t):
        terms = {
            "adversarial_t": losses.lsgan_generator(see(D_t, s_prime, s_a, stage)),
            "adversarial_s": losses.lsgan_generator(see(D_s, t_prime, t_a, stage)),
            "cycle_s": LAMBDA * losses.cycle(s, s_cycled),
            "cycle_t": LAMBDA * losses.cycle(t, t_cycled),
        }
    descend(translators, sum(terms.values()))

    # The judges' turn: tell real from fake, the step's fakes mixed with older ones. Fakes do not learn.
    pool_t, pool_s = pools
    fake_t, fake_s_a = pool_t(s_prime.detach(), s_a.detach())
    fake_s, fake_t_a = pool_s(t_prime.detach(), t_a.detach())
    judge_terms = {
        "D_t": losses.lsgan_discriminator(see(D_t, t, t_a, stage), see(D_t, fake_t, fake_s_a, stage)),
        "D_s": losses.lsgan_discriminator(see(D_s, s, s_a, stage), see(D_s, fake_s, fake_t_a, stage)),
    }
    descend(judges, sum(judge_terms.values()))
    return terms | judge_terms


def see(D: torch.nn.Module, image: Tensor, attention: Tensor, stage: int) -> Tensor:
    """Scores of the whole image in stage 1; of its attended pixels, without instance norm, in stage 2 (Eq. 6)."""
    return D(image) if stage == 1 else D(foreground(image, attention, TAU), normalise=False)


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
    optimizers = adam(m.F_st, m.F_ts, m.A_s, m.A_t, rate=config.rate), adam(m.D_s, m.D_t, rate=config.rate)
    chance = torch.Generator().manual_seed(config.seed)
    pools = Pool(config.pool, chance), Pool(config.pool, chance)
    for step in range(config.steps):
        s, t = (sample(domain.train, config.batch, config.crop, chance) for domain in (pair.source, pair.target))
        yield training_step(m, optimizers, pools, s, t, stage=schedule.stage(step, config.switch * config.steps))
