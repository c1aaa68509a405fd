"""The growing program computes what the library computes, and each size is a small change of the one before."""

import inspect
from pathlib import Path

import pytest
import torch

from uagt_lib.course.growing import difference, mistake_one_sum, step_attention, step_cyclegan, step_two_stages
from uagt_lib.course.growing.overfit import overfit
from uagt_lib.data.pairs import Pair, sample, to_float
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config
from uagt_lib.training.presets import preset
from uagt_lib.training.step import Learner

SIZES = [(step_cyclegan, "cyclegan", 1), (step_attention, "uagt", 1), (step_two_stages, "uagt", 2)]


@pytest.mark.parametrize(("program", "method", "last_stage"), SIZES, ids=["cyclegan", "attention", "two stages"])
def test_losses_gradients_and_weights_are_the_librarys(
    program, method: str, last_stage: int, config: Config, pair: Pair, tmp_path: Path, monkeypatch
) -> None:
    """Five steps beside the library's, through the pool's first swaps and, in the last size, through the switch."""
    config = config.with_(method=method, batch=2, steps=12, switch=0.25 if last_stage == 2 else 1.0)
    learner = Learner(config, pair)
    learner.model.double()
    m = config.model().double()
    for model in (m, learner.model):
        chance = torch.Generator().manual_seed(2)
        for network in (model.A_s, model.A_t):
            if network is not None:  # spread the maps over [0, 1], so that tau cuts through them
                torch.nn.init.normal_(network.layers[-1].weight, std=2.0, generator=chance)
        for conv in (*model.D_s.convs, *model.D_t.convs):  # masked pixels reach ReLU as a bias: not at its kink, please
            torch.nn.init.normal_(conv.bias, std=0.1, generator=chance)
    networks = [m.F_st, m.F_ts] + ([m.A_s, m.A_t] if m.A_s is not None else [])
    optimizers = program.adam(*networks, rate=config.rate), program.adam(m.D_s, m.D_t, rate=config.rate)
    pools = tuple(Pool(config.pool, torch.Generator().manual_seed(i)) for i in (1, 2))
    learner.pools = tuple(Pool(config.pool, torch.Generator().manual_seed(i)) for i in (1, 2))
    chance = torch.Generator().manual_seed(5)
    batches = [[sample(d.train, 2, 32, chance).double() for d in (pair.source, pair.target)] for _ in range(5)]
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)  # the library casts scores; here all is float64
    for step, (s, t) in enumerate(batches):
        learner.step = step
        learner.model.enter_stage(learner.stage)
        for optimizer in learner.optimizers:
            optimizer.param_groups[0]["lr"] = config.rate
        want, _ = learner.update(s, t)
        options = {"stage": learner.stage} if program is step_two_stages else {}
        got = program.training_step(m, optimizers, pools, s, t, **options)
        assert got.keys() == want.keys()
        for name in want:
            torch.testing.assert_close(got[name], want[name], rtol=1e-9, atol=1e-9, msg=name)
        for (name, ours), theirs in zip(m.named_parameters(), learner.model.parameters(), strict=True):
            assert (ours.grad is None) == (theirs.grad is None), name
            if ours.grad is not None:
                torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-6, atol=1e-9, msg=name)
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6, msg=name)
    assert learner.stage == last_stage


@pytest.mark.parametrize(
    ("before", "after", "most"), [(step_cyclegan, step_attention, 18), (step_attention, step_two_stages, 30)]
)
def test_each_size_is_a_small_change(before, after, most: int) -> None:
    assert 0 < difference(before, after).changed <= most
    for program in (before, after):
        assert len(inspect.getsource(program.training_step).splitlines()) <= 45


def test_a_difference_is_readable_with_and_without_colours() -> None:
    found = difference(step_cyclegan.training_step, step_attention.training_step)
    page = found._repr_html_()
    assert "#0072B2" in page and "#D55E00" in page and "\n+ " in repr(found) and "\n- " in repr(found)
    assert page.count("<div") == len(repr(found).splitlines())


@pytest.mark.parametrize(("program", "method", "_"), SIZES, ids=["cyclegan", "attention", "two stages"])
def test_it_trains(program, method: str, _, config: Config, pair: Pair) -> None:
    config = config.with_(method=method, steps=4)
    terms = list(program.train(config.model(), pair, config))
    assert len(terms) == 4 and all(value.isfinite() for value in terms[-1].values())


@pytest.mark.slow
def test_one_pair_is_learned_and_the_mistake_only_looks_better(pair: Pair) -> None:
    """Lesson 05 promises both: s' becomes t, and the wrong program's losses are lower while its horse stays."""
    s, t = (to_float(domain.test[:1]) for domain in (pair.source, pair.target))
    config = preset("savanna-smoke")
    right, film = overfit(step_attention.training_step, config, s, t, steps=40, frames=3)
    wrong, other = overfit(mistake_one_sum.training_step, config, s, t, steps=40, frames=3)
    assert film.shape == other.shape == (3, 3, 32, 32) and torch.equal(film[0], other[0])

    def far(picture: torch.Tensor) -> float:
        return (picture - t[0]).abs().mean().item()

    def late(records: list[dict[str, float]]) -> float:
        return sum(value for r in records[-10:] for name, value in r.items() if name[0] != "D")

    assert far(film[-1]) < 0.75 * far(other[-1]) < 0.75 * far(film[0])
    assert late(wrong) < 0.75 * late(right)
