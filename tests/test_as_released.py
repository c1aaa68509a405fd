"""The authors' order of updates, with their one Adam and, if wanted, their networks."""

import pytest
import torch
from torch import nn

from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.reproduce.as_released import AsReleased, SharedAdam
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner


@pytest.mark.parametrize("method", ["uagt", "cyclegan"])
def test_at_equal_weights_the_first_update_takes_the_joint_gradients(config: Config, pair: Pair, method: str) -> None:
    """The first of the four updates moves F_st and A_s just as the joint update does, and nothing else of F and A."""
    config = config.with_(method=method)
    joint, released = Learner(config, pair), AsReleased(config, pair)
    joint.advance(), released.advance()
    for network in ("F_st", "A_s") if method == "uagt" else ("F_st",):
        a, b = getattr(joint.model, network), getattr(released.model, network)
        for p, q in zip(a.parameters(), b.parameters(), strict=True):  # half the gradient is the first moment
            expected, found = joint.optimizers[0].state[p]["exp_avg"], released.adam._moments[q][0]
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5 * expected.abs().max().item())
    later = zip(joint.model.F_ts.parameters(), released.model.F_ts.parameters(), strict=True)
    assert any(not torch.equal(p, q) for p, q in later)


def test_steps_come_one_by_one_and_attention_rests_in_stage_2(config: Config, pair: Pair) -> None:
    run, attention = AsReleased(config, pair), []
    for terms in run:
        assert set(terms) == {"adversarial_s", "adversarial_t", "cycle_s", "cycle_t", "D_s", "D_t"}
        attention.append(run.model.A_t.layers[0].weight.clone())
    assert (run.step, run.adam.updates) == (12, 48)
    assert not torch.equal(attention[4], attention[5]) and torch.equal(attention[5], attention[11])
    assert list(run) == []


def test_for_one_loss_it_is_adam() -> None:
    generator = torch.Generator().manual_seed(0)
    ours = nn.Parameter(torch.randn(50, generator=generator).double())
    theirs = nn.Parameter(ours.detach().clone())
    adam, reference = SharedAdam(), torch.optim.Adam([theirs], lr=0.01, betas=(0.5, 0.999))
    for _ in range(20):
        adam.minimize((ours**2).sum(), [ours], 0.01)
        reference.zero_grad()
        (theirs**2).sum().backward()
        reference.step()
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("iteration", "larger"), [(10, 1.9), (1334, 1.16)])
def test_the_powers_of_beta_advance_four_times_an_iteration(iteration: int, larger: float) -> None:
    def pace(updates: int) -> float:
        """How far an update moves a variable whose gradient has always been tiny, at a rate of 1."""
        adam, p = SharedAdam(), nn.Parameter(torch.zeros(1, dtype=torch.float64))
        adam.updates = updates - 1
        adam._moments[p] = (torch.ones(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64))
        adam.minimize(p.sum(), [p], 1.0)
        return -p.item()

    assert pace(4 * (iteration - 1) + 1) / pace(iteration) == pytest.approx(larger, abs=0.01)


def test_the_programs_networks_begin_truncated_and_take_a_step(config: Config, pair: Pair) -> None:
    run = AsReleased(config.with_(switch=0.0), pair, networks=True)
    weight, scale = run.model.F_st.r1.c1.conv.weight, torch.cat([m.weight for m in _norms(run.model)])
    assert weight.abs().max() <= 0.04 and weight.std().item() == pytest.approx(0.0176, abs=2e-4)
    assert scale.mean().item() == pytest.approx(1, abs=2e-3) and scale.std().item() == pytest.approx(0.0176, abs=1e-3)
    assert sum(p.numel() for p in run.model.parameters()) == 2 * (2_855_817 + 104_003 + 2_766_659)
    before = weight.clone()
    terms = run.advance()
    assert all(term.isfinite() for term in terms.values()) and not torch.equal(before, weight)


def test_other_methods_are_refused(config: Config, pair: Pair) -> None:
    for changes in ({"method": "unit"}, {"precision": "bf16"}):
        with pytest.raises(UagtError, match="released order is for our own methods in fp32"):
            AsReleased(config.with_(**changes), pair)


def _norms(model: nn.Module) -> list[nn.InstanceNorm2d]:
    return [module for module in model.modules() if isinstance(module, nn.InstanceNorm2d)]
