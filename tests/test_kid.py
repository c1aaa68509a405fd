"""KID against its definition, against three other implementations, and against what statistics demands of it."""

import numpy as np
import pytest
import torch
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.evaluate import kid


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sample(n: int, d: int, seed: int, shift: float = 0.0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Features as networks give them: 0 or more, most of them small."""
    return (torch.randn(n, d, generator=seeded(seed), dtype=torch.float64) + shift).clamp(min=0).to(dtype)


def by_hand(x: Tensor, y: Tensor) -> float:
    """The unbiased estimate, written as its definition."""

    def k(a: Tensor, b: Tensor) -> float:
        return (float(a @ b) / len(a) + 1) ** 3

    n, m = len(x), len(y)
    within_x = sum(k(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(k(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return within_x + within_y - 2 * sum(k(a, b) for a in x for b in y) / (n * m)


def test_definition() -> None:
    x, y = sample(7, 5, 0), sample(9, 5, 1, 0.5)
    assert kid.mmd2(x, y) == pytest.approx(by_hand(x, y), abs=1e-13)
    biased = kid.kernel(x, x).mean() + kid.kernel(y, y).mean() - 2 * kid.kernel(x, y).mean()
    assert kid.mmd2(x, y, biased=True) == pytest.approx(biased.item(), abs=1e-13)
    assert kid.kernel(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])).item() == 6.5**3


@pytest.mark.parametrize(("n", "size", "subsets"), [(60, 10, 7), (30, 25, 9)], ids=["loop", "all pairs once"])
def test_subsets_are_what_they_say(n: int, size: int, subsets: int, monkeypatch) -> None:
    """Both ways of computing give every subset the value it has on its own."""
    monkeypatch.setattr(kid, "BLOCK", 16)  # so that several blocks are needed
    loops, halves = 0, kid._halves

    def counted(both: Tensor) -> float:
        nonlocal loops
        loops += 1
        return halves(both)

    monkeypatch.setattr(kid, "_halves", counted)
    x, y = sample(n, 16, 0), sample(n + 5, 16, 1, 0.2)
    of_x, of_y = kid.draw(len(x), size, subsets, seeded(2)), kid.draw(len(y), size, subsets, seeded(3))
    found = kid.values(x, y, of_x, of_y)
    assert loops == (subsets if n == 60 else 0)
    for value, i, j in zip(found, of_x, of_y, strict=True):
        assert value.item() == pytest.approx(kid.mmd2(x[i], y[j]), abs=1e-13)


def test_drawn_without_replacement_from_its_generator_alone() -> None:
    state = torch.random.get_rng_state()
    chosen = kid.draw(20, 12, 50, seeded())
    assert chosen.shape == (50, 12) and all(len(set(row.tolist())) == 12 for row in chosen)
    assert torch.equal(chosen, kid.draw(20, 12, 50, seeded())) and not torch.equal(
        chosen, kid.draw(20, 12, 50, seeded(1))
    )
    assert set(chosen.flatten().tolist()) == set(range(20))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_mean_spread_and_the_papers_protocol() -> None:
    outputs, source, target = sample(60, 16, 0, 0.1), sample(55, 16, 1), sample(70, 16, 2, 0.3)
    one = kid.kid(outputs, source, seeded())
    assert len(one.values) == 10 and one.mean == pytest.approx(one.values.mean().item())
    assert one.std == pytest.approx(np.std(one.values.numpy())) and one.std > 0
    to_source, to_target, both = kid.protocol(outputs, source, target, seeded())
    assert both.mean == pytest.approx((to_source.mean + to_target.mean) / 2)
    assert both.std == pytest.approx(((to_source.values + to_target.values) / 2).std(correction=0).item())
    assert to_source.mean == pytest.approx(kid.mmd2(outputs, source), abs=0.05)
    assert to_target.mean == pytest.approx(kid.mmd2(outputs, target), abs=0.05)
    again = kid.protocol(outputs, source, target, seeded())
    assert torch.equal(again[2].values, both.values)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
@pytest.mark.parametrize("size", [50, 110])
def test_torch_fidelitys_kernel(dtype: torch.dtype, tolerance: float, size: int) -> None:
    """The same features and indices: the same value for every subset, whichever way it is computed."""
    theirs = pytest.importorskip("torch_fidelity.metric_kid")
    x, y = sample(120, 1280, 0, -0.5, dtype), sample(140, 1280, 1, -0.4, dtype)
    of_x, of_y = kid.draw(120, size, 10, seeded()), kid.draw(140, size, 10, seeded(1))
    how = {"kid_kernel_poly_degree": 3, "kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1, "kid_kernel": "poly"}
    ours = kid.values(x, y, of_x, of_y)
    for value, i, j in zip(ours, of_x, of_y, strict=True):
        assert value.item() == pytest.approx(theirs.kernel_mmd(x[i].numpy(), y[j].numpy(), **how), abs=tolerance)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_torchmetrics_is_the_same_but_for_its_global_generator() -> None:
    theirs = pytest.importorskip("torchmetrics.image.kid")
    x, y = sample(60, 64, 0), sample(70, 64, 1, 0.2)
    metric = theirs.KernelInceptionDistance(torch.nn.Identity(), 10, 50, compute_with_cache=False)
    metric.update(x, real=True)
    metric.update(y, real=False)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        mean, std = metric.compute()
        assert metric.compute()[0] != mean  # the same call, another score
    draws, shared = [], seeded(3)
    for _ in range(10):  # it draws by turns
        draws.append([torch.randperm(n, generator=shared)[:50] for n in (60, 70)])
    values = kid.values(x, y, *(torch.stack(column) for column in zip(*draws, strict=True)))
    assert mean.item() == pytest.approx(values.mean().item(), abs=1e-9)
    assert std.item() == pytest.approx(values.std(correction=0).item(), abs=1e-9)  # divides by the number, as we do
    assert std.item() * (10 / 9) ** 0.5 == pytest.approx(values.std(correction=1).item(), abs=1e-9)
    with pytest.raises(ValueError, match="subset_size"):
        short = theirs.KernelInceptionDistance(torch.nn.Identity())  # 1000 unless told
        short.update(x, real=True), short.update(y, real=False)
        short.compute()


def test_clean_fid_shrinks_subsets_without_a_word() -> None:
    theirs = pytest.importorskip("cleanfid.fid")
    x, y = sample(60, 64, 0).numpy(), sample(70, 64, 1, 0.2).numpy()
    state = np.random.get_state()
    try:
        np.random.seed(5)
        score = theirs.kernel_distance(x, y, num_subsets=4)  # asks for 1000 of 60 and 70
    finally:
        np.random.set_state(state)
    rng, draws = np.random.RandomState(5), []
    for _ in range(4):
        draws.append([torch.from_numpy(rng.choice(n, 60, replace=False)) for n in (70, 60)])
    of_y, of_x = (torch.stack(column) for column in zip(*draws, strict=True))
    ours = kid.values(torch.from_numpy(x), torch.from_numpy(y), of_x, of_y)
    assert score == pytest.approx(ours.mean().item(), abs=1e-12)
    with pytest.raises(UagtError, match="1000 does not fit into a set of 60"):
        kid.kid(torch.from_numpy(x), torch.from_numpy(y), seeded(), subset_size=1000)


def test_unbiased_means_zero_on_average_and_biased_does_not() -> None:
    """1000 pairs of samples of one distribution; the true distance is 0."""
    scores = {True: [], False: []}
    for i in range(1000):
        x, y = sample(20, 8, 2 * i), sample(20, 8, 2 * i + 1)
        for biased, found in scores.items():
            found.append(kid.mmd2(x, y, biased))
    mean, error = {}, {}
    for biased, found in scores.items():
        mean[biased], error[biased] = np.mean(found), np.std(found, ddof=1) / len(found) ** 0.5
    assert abs(mean[False]) < 2 * error[False] and min(scores[False]) < 0
    assert mean[True] > 50 * error[True] and min(scores[True]) >= 0


@pytest.mark.parametrize(
    ("x", "y", "size", "sentence"),
    [
        (sample(40, 4, 0), sample(60, 4, 1), 50, r"50 does not fit into a set of 40 .*--subset-size 40"),
        (sample(1, 4, 0), sample(60, 4, 1), 50, "at least 2, not 1"),
        (sample(9, 4, 0), sample(9, 4, 1), 1, "at least 2, not 1"),
        (sample(9, 4, 0), sample(9, 5, 1), 5, "of one extractor"),
        (sample(9, 4, 0), sample(9, 4, 1) * torch.nan, 5, "NaN"),
        (sample(9, 4, 0) / 0, sample(9, 4, 1), 5, "NaN or infinite"),
    ],
)
def test_refusals(x: Tensor, y: Tensor, size: int, sentence: str) -> None:
    with pytest.raises(UagtError, match=sentence):
        kid.kid(x, y, seeded(), subset_size=size)
    with pytest.raises(UagtError, match=sentence):
        kid.protocol(x, y, y, seeded(), subset_size=size)
