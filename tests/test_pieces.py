"""Losses, schedule, pool, networks: the small parts, each against numbers worked out by hand."""

import math

import pytest
import torch

from uagt_lib.method import losses
from uagt_lib.method.networks import Attention, Discriminator, Generator, ResidualBlock, initialise
from uagt_lib.method.pool import Pool
from uagt_lib.method.schedule import learning_rate, stage
from uagt_lib.training.watch import broken, collapse

REAL, FAKE = torch.tensor([[1.0, 3.0]]), torch.tensor([[0.0, 2.0]])


def test_lsgan() -> None:
    assert losses.lsgan_discriminator(REAL, FAKE) == 0.5 * ((0 + 4) / 2 + (0 + 4) / 2)
    assert losses.lsgan_generator(FAKE) == (1 + 1) / 2


def test_log() -> None:
    def minus_log_sigmoid(x: float) -> float:
        return math.log(1 + math.exp(-x))

    want = 0.5 * (
        (minus_log_sigmoid(1) + minus_log_sigmoid(3)) / 2 + (minus_log_sigmoid(0) + minus_log_sigmoid(-2)) / 2
    )
    assert losses.log_discriminator(REAL, FAKE).item() == pytest.approx(want)
    assert losses.log_generator(FAKE).item() == pytest.approx((minus_log_sigmoid(0) + minus_log_sigmoid(2)) / 2)
    far = torch.tensor([-1000.0])  # a hopeless fake: finite, and its gradient does not vanish
    far.requires_grad_()
    losses.log_generator(far).backward()
    assert far.grad.item() == pytest.approx(-1)


def test_wasserstein() -> None:
    assert losses.wasserstein_discriminator(REAL, FAKE) == -1
    assert losses.wasserstein_generator(FAKE) == -1


@pytest.mark.parametrize("game", losses.ADVERSARIAL.values(), ids=losses.ADVERSARIAL)
def test_both_sides_pull_fake_scores_apart(game: losses.Adversarial) -> None:
    real, fake = torch.zeros(3, requires_grad=True), torch.zeros(3, requires_grad=True)
    game.discriminator(real, fake).backward()
    assert (real.grad < 0).all() and (fake.grad >= 0).all()
    fake.grad = None
    game.generator(fake).backward()
    assert (fake.grad < 0).all()


def test_cycle_is_a_mean_over_all_elements() -> None:
    x = torch.zeros(2, 3, 4, 4)
    y = x.clone()
    y[0, 0, 0, 0] = -9.6
    assert losses.cycle(x, y).item() == pytest.approx(9.6 / 96)


def test_stages_count_epochs_from_zero() -> None:
    assert [stage(c, 30) for c in (0, 29, 29.999, 30, 99)] == [1, 1, 1, 2, 2]


def test_the_rate_is_constant_then_falls_to_zero() -> None:
    assert [learning_rate(c, 100, 1e-4) for c in (0, 49, 50)] == [1e-4] * 3
    assert learning_rate(99, 100, 1e-4) == pytest.approx(2e-6)  # what the released program uses in its last epoch
    assert learning_rate(100, 100, 1e-4) == 0
    assert learning_rate(2, 100, 1e-4, warmup=8) == pytest.approx(0.25e-4)


def test_pool_fills_then_swaps_half_and_keeps_each_mask_with_its_image() -> None:
    pool = Pool(5, torch.Generator().manual_seed(0))
    came_back, swapped = [], 0
    for i in range(400):
        image = torch.full((1, 3, 2, 2), float(i))
        out, mask = pool(image, torch.full((1, 1, 2, 2), float(i) / 1000))
        value = out[0, 0, 0, 0].item()
        assert mask[0, 0, 0, 0].item() == pytest.approx(value / 1000)
        assert i >= 5 or value == i
        swapped += value != i
        came_back.append(value)
    assert len(pool.pairs) == 5
    assert 150 < swapped < 250
    later = [value for value in came_back if value >= 5]  # the first five are both kept and passed on
    assert len(set(later)) == len(later)  # nothing else is handed out twice: a swap takes the stored one away


def test_an_empty_pool_passes_everything_through() -> None:
    pool = Pool(0, torch.Generator())
    x = torch.rand(2, 3, 2, 2)
    assert torch.equal(pool(x, x[:, :1])[0], x) and not pool.pairs


def test_pool_state_goes_on_exactly() -> None:
    def run(pool: Pool, start: int, end: int) -> list[float]:
        return [
            pool(torch.full((1, 3, 1, 1), float(i)), torch.zeros(1, 1, 1, 1))[0].mean().item()
            for i in range(start, end)
        ]

    whole, first, second = (Pool(4, torch.Generator().manual_seed(7)) for _ in range(3))
    run(first, 0, 20)
    second.load_state_dict(first.state_dict())
    assert run(whole, 0, 40)[20:] == run(second, 20, 40)


def built(network: torch.nn.Module) -> torch.nn.Module:
    initialise(network, torch.Generator().manual_seed(0))
    return network


def test_parameter_counts_follow_the_papers_layer_strings() -> None:
    def conv(n_in: int, n_out: int, k: int) -> int:  # weights, and instance norm's scale and offset
        return n_in * n_out * k * k + 2 * n_out

    generator = conv(3, 32, 7) + conv(32, 64, 3) + conv(64, 128, 3) + 9 * 2 * conv(128, 128, 3)
    generator += conv(128, 64, 3) + conv(64, 32, 3) + 32 * 3 * 49 + 3
    attention = conv(3, 32, 7) + conv(32, 64, 3) + 2 * conv(64, 64, 3) + conv(64, 64, 3) + conv(64, 32, 3) + 32 * 49 + 1
    discriminator = sum(conv(a, b, 4) + b for a, b in ((3, 64), (64, 128), (128, 256), (256, 512))) + 512 * 16 + 1
    counts = [sum(p.numel() for p in net.parameters()) for net in (Generator(), Attention(), Discriminator())]
    assert counts == [generator, attention, discriminator]


@pytest.mark.parametrize("size", [(32, 32), (36, 48)])
def test_shapes_and_ranges(size: tuple[int, int]) -> None:
    x = torch.rand(2, 3, *size) * 2 - 1
    painted = built(Generator(4, 1, 5))(x)
    assert painted.shape == x.shape and painted.abs().max() <= 1
    for levels in (1, 2):
        attention = built(Attention(4, levels, 3))(x)
        assert attention.shape == (2, 1, *size) and attention.min() >= 0 and attention.max() <= 1
    assert built(Discriminator(4))(x).shape[:2] == (2, 1)


def test_attention_starts_where_it_is_told() -> None:
    x = torch.rand(1, 3, 32, 32)
    for start in (0.0, 1.0, -2.0):
        mean = built(Attention(16, 2, 7, start))(x).mean().item()
        assert mean == pytest.approx(1 / (1 + math.exp(-start)), abs=0.05)


@pytest.mark.parametrize("network", [Generator(4, 1), Attention(4)], ids=["generator", "attention"])
def test_sizes_that_do_not_fit_are_named(network: torch.nn.Module) -> None:
    with pytest.raises(ValueError, match="34x32 px must be divisible by 4"):
        network(torch.rand(1, 3, 32, 34))


def test_one_patch_sees_70_pixels() -> None:
    """Where a score's gradient reaches, without instance norm, whose statistics see everything."""
    for halvings, field in ((3, 70), (2, 34)):
        x = torch.rand(1, 3, 128, 128, requires_grad=True)
        scores = built(Discriminator(4, halvings))(x, normalise=False)
        scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
        seen = x.grad.abs().sum((0, 1)).nonzero()
        assert (seen.max(0).values - seen.min(0).values + 1).tolist() == [field, field]


def test_discriminator_scores_do_not_depend_on_the_rest_of_the_batch() -> None:
    d, x = built(Discriminator(4)), torch.rand(3, 3, 32, 32)
    for normalise in (True, False):
        torch.testing.assert_close(d(x, normalise)[1:2], d(x[1:2], normalise))
    assert not torch.allclose(d(x, True), d(x, False))


def test_residual_block_adds_its_input() -> None:
    block = ResidualBlock(4)
    torch.nn.init.zeros_(block.layers[-1].weight)
    torch.nn.init.zeros_(block.layers[-1].bias)
    x = torch.randn(1, 4, 8, 8)
    assert torch.equal(block(x), x)


def test_initialisation_draws_from_its_generator_alone() -> None:
    state = torch.random.get_rng_state()
    a, b = (Generator(8, 2) for _ in range(2))
    torch.random.set_rng_state(state)
    built(a), built(b)
    assert torch.equal(torch.random.get_rng_state(), state)
    for p, q in zip(a.parameters(), b.parameters(), strict=True):
        assert torch.equal(p, q)
    weights = torch.cat([p.flatten() for p in a.parameters() if p.ndim == 4])
    assert weights.std().item() == pytest.approx(0.02, rel=0.05)


@pytest.mark.parametrize(
    ("mean", "spread", "kind"),
    [
        (0.99, 0.01, "ones"),
        (0.001, 0.002, "zeros"),
        (0.5, 0.02, "grey"),
        (0.1, 0.25, None),
        (0.005, 0.05, None),
        (0.5, 0.4, None),
    ],
)
def test_collapse(mean: float, spread: float, kind: str | None) -> None:
    assert collapse(mean, spread) == kind


def test_broken_names_what_is_not_finite() -> None:
    assert broken({"a": 1.0, "b": math.nan, "c": math.inf}) == ["b", "c"]
