"""Overfit one pair on purpose: the quickest check that a training step learns at all."""

from collections.abc import Callable

import torch
from torch import Tensor

from uagt_lib.course.growing.step_attention import adam
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config


def overfit(
    training_step: Callable,
    config: Config,
    s: Tensor,
    t: Tensor,
    steps: int = 80,
    frames: int = 6,
    pool: Callable = Pool,
) -> tuple[list[dict[str, float]], Tensor]:
    """Train fresh networks on one pair of pictures and nothing else.

    Args:
        training_step: `training_step(m, optimizers, pools, s, t)` -> losses by name; it updates the networks.
        config: which networks, their seed and the rate.
        s: one picture (1, 3, H, W) in [-1, 1].
        t: one picture of the other domain.
        steps: how often.
        frames: how many pictures to keep.
        pool: makes an image pool from a capacity and a generator.

    Returns:
        The losses of each step, and s' before training, after `steps`, and evenly between: (frames, 3, H, W).
    """
    m = config.model()
    networks = [network for network in (m.F_st, m.F_ts, m.A_s, m.A_t) if network is not None]
    optimizers = adam(*networks, rate=config.rate), adam(m.D_s, m.D_t, rate=config.rate)
    chance = torch.Generator().manual_seed(config.seed)
    pools = pool(config.pool, chance), pool(config.pool, chance)
    film, records = [_look(m, s)], []
    for step in range(1, steps + 1):
        terms = training_step(m, optimizers, pools, s, t)
        records.append({name: value.item() for name, value in terms.items()})
        if step * (frames - 1) // steps > (step - 1) * (frames - 1) // steps:
            film.append(_look(m, s))
    return records, torch.cat(film)


@torch.no_grad()
def _look(m: torch.nn.Module, s: Tensor) -> Tensor:
    return m.translate(s).translated
