"""What one step computes, and the average of what steps lead to."""

import pytest
import torch

from tests.same import state
from uagt_lib.data.pairs import Pair
from uagt_lib.errors import UagtError
from uagt_lib.training.config import Config
from uagt_lib.training.step import Learner


def test_training_changes_what_it_should_in_each_stage(config: Config, pair: Pair) -> None:
    learner = Learner(config, pair)

    def moved(steps: int) -> set[str]:
        before = {name: p.clone() for name, p in learner.model.named_parameters()}
        for _ in range(steps):
            learner.advance()
        return {n.split(".")[0] for n, p in learner.model.named_parameters() if not torch.equal(p, before[n])}

    assert moved(6) == {"F_st", "F_ts", "A_s", "A_t", "D_s", "D_t"}
    assert learner.stage == 2
    assert moved(3) == {"F_st", "F_ts", "D_s", "D_t"}


def test_the_schedule_reaches_the_step(config, pair) -> None:
    config = config.with_(steps=20, switch=0.5, warmup=0.2, attention_cycle=(0.1, 0.6))
    learner = Learner(config, pair)
    rates, shares = [], []
    for _ in range(20):
        learner.advance()
        rates.append(learner.optimizers[0].param_groups[0]["lr"])
        shares.append(learner.model.attention_cycle)
    assert rates[:5] == pytest.approx([0, 0.25e-3, 0.5e-3, 0.75e-3, 1e-3]) and rates[-1] == pytest.approx(1e-4)
    assert shares[:3] == pytest.approx([0.1, 0.15, 0.2]) and shares[10:] == pytest.approx([0.6] * 10)


def test_the_share_may_rise_faster_than_stage_1_lasts(config, pair) -> None:
    learner, shares = Learner(config.with_(steps=20, switch=0.5, rise=0.2, attention_cycle=(0.1, 0.6)), pair), []
    for _ in range(4):
        learner.advance()
        shares.append(learner.model.attention_cycle)
    assert shares == pytest.approx([0.1, 0.35, 0.6, 0.6])


@pytest.mark.parametrize("method", ["uagt", "uagt-D-A", "uagt-As"])
def test_stage_2_freezes_the_averaged_attention(config, pair, method: str) -> None:
    learner = Learner(config.with_(method=method, average=0.9, steps=8, switch=0.5), pair)
    for _ in range(4):
        learner.advance()
    shown, own = (model.A_t.state_dict()["layers.0.weight"].clone() for model in (learner.shown, learner.model))
    assert not torch.equal(shown, own)
    learner.advance(), learner.advance()
    at_rest = [model.A_t.state_dict()["layers.0.weight"] for model in (learner.shown, learner.model)]
    assert all(torch.equal(weight, shown) for weight in at_rest) == (method != "uagt-D-A")


def test_discriminators_may_learn_at_another_rate(config, pair) -> None:
    learner = Learner(config.with_(judge_rate=2.0), pair)
    learner.advance()
    translators, judges = (optimizer.param_groups[0]["lr"] for optimizer in learner.optimizers)
    assert judges == 2 * translators == 2 * config.rate


def test_the_configuration_reaches_the_model(config) -> None:
    model = config.with_(cycle_weight=3.0, tau=0.4, attention_cycle=(0.2, 1.0)).model()
    assert (model.cycle_weight, model.tau, model.attention_cycle) == (3.0, 0.4, 0.2)
    wrong_ones = ({"seed": -1}, {"seed": 2**31}, {"tau": 1.0}, {"load": 31}, {"crop": 34}, {"batch": 0}, {"view": 30})
    for wrong in (*wrong_ones, {"average": 1.0}, {"judge_rate": 0.0}, {"rise": 1.5}):
        with pytest.raises(UagtError):
            config.with_(**wrong)


def test_the_average_follows_its_formula_and_training_never_reads_it(config: Config, pair: Pair) -> None:
    plain, averaged = Learner(config, pair), Learner(config.with_(average=0.3), pair)
    assert plain.shown is plain.model and averaged.shown is not averaged.model
    mean = averaged.model.F_st.layers[0].weight.detach().clone()
    for step in range(1, 7):
        plain.advance(), averaged.advance()
        decay = min(0.3, (1 + step) / (10 + step))
        mean = decay * mean + (1 - decay) * averaged.model.F_st.layers[0].weight.detach()
        torch.testing.assert_close(averaged.shown.F_st.layers[0].weight, mean, rtol=1e-6, atol=1e-8)
    assert not torch.equal(mean, averaged.model.F_st.layers[0].weight)
    assert averaged.shown.D_s is averaged.model.D_s
    trained = state(averaged)
    assert all(torch.equal(t, trained[name]) for name, t in state(plain).items() if not name.startswith("shown."))


@pytest.mark.parametrize("method", ["cyclegan", "unit"])
def test_any_method_can_be_averaged(config: Config, pair: Pair, method: str) -> None:
    learner = Learner(config.with_(method=method, average=0.9), pair)
    learner.advance(), learner.advance()
    assert learner.shown.translate(torch.zeros(1, 3, 32, 32)).translated.isfinite().all()
    assert not any(p.requires_grad for p in learner.shown.translators())
