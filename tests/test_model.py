"""What one step computes: the objective against a plain spelling of the paper, and who gets which gradient."""

import pytest
import torch

from uagt_lib.errors import UagtError
from uagt_lib.method.compose import compose, foreground
from uagt_lib.method.direction import Direction
from uagt_lib.method.methods import METHODS
from uagt_lib.method.model import Model, frozen, scale_gradient
from uagt_lib.method.pieces import Pieces
from uagt_lib.method.pool import Pool
from uagt_lib.training.config import Config


@pytest.fixture
def batch() -> tuple[torch.Tensor, torch.Tensor]:
    g = torch.Generator().manual_seed(3)
    s, t = (torch.rand(2, 3, 32, 32, generator=g).double() * 2 - 1 for _ in range(2))
    return s, t


def model(config: Config, pieces: Pieces = Pieces(), **options) -> Model:
    m = Model(config.architecture, pieces, generator=torch.Generator().manual_seed(1), **options).double()
    for network in (m.A_s, m.A_t):  # spread the maps over [0, 1], so that tau cuts through them
        if network is not None:
            torch.nn.init.normal_(network.layers[-1].weight, std=2.0, generator=torch.Generator().manual_seed(2))
    return m


def pools() -> tuple[Pool, Pool]:
    return Pool(0, torch.Generator()), Pool(0, torch.Generator())


@pytest.mark.parametrize("stage", [1, 2])
def test_objective_equals_the_equations_written_out(config: Config, batch, stage: int) -> None:
    m, (s, t) = model(config), batch
    s_a, t_a = m.A_s(s), m.A_t(t)
    s_prime, t_prime = compose(s, m.F_st(s), s_a), compose(t, m.F_ts(t), t_a)
    s_cycled = compose(s_prime, m.F_ts(s_prime), m.A_t(s_prime))
    t_cycled = compose(t_prime, m.F_st(t_prime), m.A_s(t_prime))

    def judge(d, image, attention):
        return d(image) if stage == 1 else d(foreground(image, attention, 0.1), normalise=False)

    trips = m.trips(s, t)
    terms = m.generator_loss(trips, stage) | m.discriminator_loss(trips, pools(), stage)
    want = {
        "adversarial_t": (judge(m.D_t, s_prime, s_a) - 1).square().mean(),
        "adversarial_s": (judge(m.D_s, t_prime, t_a) - 1).square().mean(),
        "cycle_s": 10 * (s - s_cycled).abs().mean(),
        "cycle_t": 10 * (t - t_cycled).abs().mean(),
        "D_t": ((judge(m.D_t, t, t_a) - 1).square().mean() + judge(m.D_t, s_prime, s_a).square().mean()) / 2,
        "D_s": ((judge(m.D_s, s, s_a) - 1).square().mean() + judge(m.D_s, t_prime, t_a).square().mean()) / 2,
    }
    assert terms.keys() == want.keys()
    for name in want:
        torch.testing.assert_close(terms[name].double(), want[name], rtol=1e-6, atol=1e-8, msg=name)


def gradients(m: Model) -> set[str]:
    found = {name.split(".")[0] for name, p in m.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
    return found


def test_who_gets_a_gradient(config: Config, batch) -> None:
    m = model(config)
    for stage, want in ((1, {"F_st", "F_ts", "A_s", "A_t"}), (2, {"F_st", "F_ts"})):
        m.enter_stage(stage)
        m.zero_grad(set_to_none=True)
        trips = m.trips(*batch)
        sum(m.generator_loss(trips, stage).values()).backward()
        assert gradients(m) == want
        m.zero_grad(set_to_none=True)
        sum(m.discriminator_loss(trips, pools(), stage).values()).backward()
        assert gradients(m) == {"D_s", "D_t"}


def test_stage_2_still_lets_the_cycle_see_through_attention(config: Config, batch) -> None:
    """A_t's own parameters rest, but s'' depends on s' through A_t(s'), and that gradient belongs to F_st."""
    m, (s, _) = model(config), batch
    m.enter_stage(2)
    s_prime = s.clone().requires_grad_()
    m.A_t(s_prime).sum().backward()
    assert s_prime.grad.abs().sum() > 0
    assert all(p.grad is None for p in m.A_t.parameters())


def test_cyclegan_is_attention_of_ones(config: Config, batch) -> None:
    m, (s, t) = model(config, METHODS["cyclegan"].pieces), batch
    trip, _ = m.trips(s, t).values()
    assert m.A_s is None and m.A_t is None
    assert torch.equal(trip.translated, m.F_st(s)) and torch.equal(trip.cycled, m.F_ts(m.F_st(s)))
    one, two = m.generator_loss(m.trips(s, t), 1), m.generator_loss(m.trips(s, t), 2)
    assert one == two  # no stage 2: nothing is masked, no norm is dropped


def test_raw_foreground_is_equation_6_as_printed(config: Config, batch) -> None:
    m, (s, t) = model(config, Pieces(raw_foreground=True)), batch
    trip, _ = m.trips(s, t).values()
    seen = foreground(m.F_st(s), m.A_s(s), 0.1)
    want = (m.D_t(seen, normalise=False) - 1).square().mean()
    torch.testing.assert_close(m.generator_loss(m.trips(s, t), 2)["adversarial_t"].double(), want, rtol=1e-6, atol=1e-8)
    assert torch.equal(m.fake(trip, 1), trip.translated)


def test_a_share_of_the_cycle_gradient_passes_through_attention(config: Config, batch) -> None:
    x = torch.tensor([3.0], requires_grad=True)
    y = scale_gradient(x, 0.25)
    y.square().backward()
    assert y.item() == 3 and x.grad.item() == 0.25 * 2 * 3

    m, (s, t) = model(config, attention_cycle=0.0), batch
    trips = m.trips(s, t)
    terms = m.generator_loss(trips, 1)
    found = torch.autograd.grad(terms["cycle_s"], [*m.F_st.parameters(), *m.A_s.parameters()], allow_unused=True)
    s_prime = compose(s, m.F_st(s), m.A_s(s).detach())
    s_cycled = compose(s_prime, m.F_ts(s_prime), m.A_t(s_prime).detach())
    want = torch.autograd.grad(10 * (s - s_cycled).abs().mean(), [*m.F_st.parameters()])
    for got, expected in zip(found, want, strict=False):
        torch.testing.assert_close(got, expected)
    assert all(g is None or g.eq(0).all() for g in found[len(want) :])
    reached = torch.autograd.grad(m.generator_loss(m.trips(s, t), 1)["adversarial_t"], [*m.A_s.parameters()])
    assert all(g.abs().sum() > 0 for g in reached[-2:])  # the adversarial loss still teaches it


def test_reused_attention_on_the_way_back(config: Config, batch) -> None:
    m, (s, t) = model(config, Pieces(cycle_attention=False)), batch
    trip, _ = m.trips(s, t).values()
    torch.testing.assert_close(trip.cycled, compose(trip.translated, m.F_ts(trip.translated), trip.attention))


def test_no_cycle_no_way_back(config: Config, batch) -> None:
    m = model(config, Pieces(cycle=False))
    trips = m.trips(*batch)
    assert trips[Direction.S2T].cycled is None
    assert m.generator_loss(trips, 1).keys() == {"adversarial_s", "adversarial_t"}


def test_translate_goes_both_ways(config: Config, batch) -> None:
    m, (s, _) = model(config), batch
    for direction, paint, attend in (("s2t", m.F_st, m.A_s), (Direction.T2S, m.F_ts, m.A_t)):
        result = m.translate(s, direction)
        torch.testing.assert_close(result.translated, compose(s, paint(s), attend(s)))
    assert torch.equal(m.translate(s).translated, m.translate(s, "s2t").translated)


@pytest.mark.parametrize("word", ["s", "to t", "S2T", 0, None])
def test_what_is_no_direction_is_refused_with_the_two_that_are(config: Config, batch, word: object) -> None:
    with pytest.raises(UagtError, match=f"s2t .* t2s .*, not {word!r}"):
        model(config).translate(batch[0], word)


def test_what_was_frozen_before_stays_frozen() -> None:
    layer = torch.nn.Linear(1, 1)
    layer.bias.requires_grad_(False)
    with frozen(layer):
        assert not layer.weight.requires_grad
    assert layer.weight.requires_grad and not layer.bias.requires_grad


def test_frozen_thaws_after_an_error() -> None:
    layer = torch.nn.Linear(1, 1)
    with pytest.raises(RuntimeError), frozen(layer):
        assert not layer.weight.requires_grad
        raise RuntimeError
    assert layer.weight.requires_grad


def test_fakes_pooled_in_stage_1_are_masked_when_stage_2_judges_them(config: Config, batch) -> None:
    """The pool keeps attention, not a mask of the stage in which the fake was made (Eq. 7 holds for every fake)."""
    m, (s, t) = model(config), batch
    trips = m.trips(s, t)
    pool = Pool(2, torch.Generator().manual_seed(0))
    m.judge_loss(Direction.S2T, trips, pool, 1)
    other = m.trips(t, s)
    for _ in range(20):  # until at least one old fake comes back
        seen = []
        hook = m.D_t.register_forward_pre_hook(lambda _, arguments, seen=seen: seen.append(arguments[0]))
        m.judge_loss(Direction.S2T, other, pool, 2)
        hook.remove()
        fakes = seen[0][2:]
        candidates = [
            *foreground(trips[Direction.S2T].translated, trips[Direction.S2T].attention),
            *foreground(other[Direction.S2T].translated, other[Direction.S2T].attention),
        ]
        assert all(any(torch.equal(fake, c) for c in candidates) for fake in fakes)
