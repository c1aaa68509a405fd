"""Each identity of `exact` against the plain layer it stands for: the same values and gradients in float64."""

from copy import deepcopy

import pytest
import torch
import torch.nn as nn

from tests.plain import PLAIN, plain
from uagt_lib.method.exact import DoubledConv, FewOutputs, InstanceNorm
from uagt_lib.method.networks import Attention, Discriminator, Generator, initialise

LAYERS = {
    "norm": lambda: InstanceNorm(6),
    "end of F": lambda: FewOutputs(6, 3, 7, padding=3, padding_mode="reflect"),
    "end of A": lambda: FewOutputs(6, 1, 5, padding=2, padding_mode="reflect"),
    "end of A, zeros": lambda: FewOutputs(6, 1, 5, padding=2),
    "end of D": lambda: FewOutputs(6, 1, 4, padding=1),
    "doubled": lambda: DoubledConv(6, 4),
}
NETWORKS = {
    "F": lambda: Generator(4, 1, 5),
    "A, appendix": lambda: Attention(4),
    "A, one level": lambda: Attention(4, 1, 5),
    "A, released": lambda: Attention(4, decoder="released"),
    "D": lambda: Discriminator(4, 2),
}


def filled(module: nn.Module, dtype: torch.dtype = torch.float64) -> nn.Module:
    """With weights far from the special ones (scales of 1, biases of 0) that would hide a mistake."""
    g = torch.Generator().manual_seed(0)
    for parameter in module.to(dtype).parameters():
        nn.init.normal_(parameter, 0.3, 0.5, generator=g)
    return module


def values_and_gradients(module: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    x = x.clone().requires_grad_()
    y = module(x)
    towards = torch.linspace(-1, 1, y.numel(), dtype=y.dtype).view_as(y).cos()
    return [y, *torch.autograd.grad(y, [x, *module.parameters()], towards)]


def features(size: tuple[int, ...], dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(size, generator=torch.Generator().manual_seed(1)).to(dtype)


@pytest.mark.parametrize("size", [(16, 16), (12, 20), (9, 14)], ids=str)
@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_values_and_gradients_are_the_plain_layers(make, size: tuple[int, int]) -> None:
    layer, x = filled(make()), features((2, 6, *size))
    found, wanted = values_and_gradients(layer, x), values_and_gradients(plain(deepcopy(layer)), x)
    for got, want in zip(found, wanted, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
def test_whole_networks_are_those_of_plain_layers(make) -> None:
    network, x = make().double(), features((2, 3, 32, 48))
    initialise(network, torch.Generator().manual_seed(0))
    found, wanted = values_and_gradients(network, x), values_and_gradients(plain(deepcopy(network)), x)
    for got, want in zip(found, wanted, strict=True):
        torch.testing.assert_close(got, want, rtol=1e-7, atol=1e-8)


def test_borders_of_zeros_too() -> None:
    """Lesson 03 turns reflection off in a finished network, to see the border in its map."""
    network, x = filled(Attention(4)), features((1, 3, 16, 16))
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "zeros"
    torch.testing.assert_close(network.logits(x), plain(deepcopy(network)).logits(x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_under_bf16_they_err_no_more_than_bf16_does(make) -> None:
    layer, x = filled(make(), torch.float32), features((2, 6, 16, 16), torch.float32)
    wanted = values_and_gradients(plain(deepcopy(layer)), x)
    with torch.autocast("cpu", torch.bfloat16):
        halves = values_and_gradients(layer, x), values_and_gradients(plain(deepcopy(layer)), x)
    for want, got, rounded in zip(wanted, *halves, strict=True):
        scale = want.abs().max()
        assert (got.float() - want).abs().max() < 1.5 * (rounded.float() - want).abs().max() + 0.01 * scale
        assert got.isfinite().all()


def test_weights_are_named_and_shaped_as_the_plain_layers() -> None:
    for layer, twin in ((InstanceNorm(6), nn.InstanceNorm2d(6, affine=True)), (FewOutputs(6, 1, 5), nn.Conv2d(6, 1, 5)),
                        (DoubledConv(6, 4), nn.Conv2d(6, 4, 3, bias=False))):  # fmt: skip
        assert {n: p.shape for n, p in layer.state_dict().items()} == {n: p.shape for n, p in twin.state_dict().items()}


def test_on_another_device_the_plain_layers_run(monkeypatch) -> None:
    """Nobody has measured the identities there. `meta` stands in for a GPU: it has no data, but it calls the same."""
    for kind, layer in ((k, make()) for k in PLAIN for make in LAYERS.values() if type(make()) is k):
        called = []
        parent = nn.InstanceNorm2d if kind is InstanceNorm else nn.Conv2d
        with monkeypatch.context() as patch:
            patch.setattr(parent, "forward", lambda self, x, called=called: called.append(self))
            layer.to("meta")(features((1, 6, 8, 8)).to("meta"))
        assert called == [layer]
