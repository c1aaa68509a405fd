"""Attention's two decoders, what they cost, and how fast a map can move."""

import pytest
import torch
import torch.nn.functional as F

from uagt_lib.method import released
from uagt_lib.method.networks import Attention, initialise
from uagt_lib.method.size import multiply_adds
from uagt_lib.method.speed import logit_speed

SIZES = [(64, 64), (32, 48), (20, 12)]


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fresh(network: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    initialise(network, chance(seed))
    return network


def noise(*size: int) -> torch.Tensor:
    return torch.rand(size, generator=chance(1)) * 2 - 1


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_decoder_at_low_resolution_is_the_released_programs(size: tuple[int, int]) -> None:
    """Same features, same weights, same logits, though the program doubles on the way and this one at the end."""
    theirs, ours = released.Attention().double(), Attention(decoder="released").double()
    for parameter in (*theirs.parameters(), *ours.parameters()):
        torch.nn.init.normal_(parameter, 0.3, 0.5, generator=chance(parameter.numel()))
    encoder, decoder = ours.layers[:7], ours.layers[7:]
    for layer, conv, norm in ((theirs.c4, 0, 1), (theirs.c5, 3, 4)):
        decoder[conv].weight.data = layer.conv.weight.data  # the norm takes off the bias that theirs has
        decoder[norm].load_state_dict(layer.norm.state_dict())
    decoder[6].load_state_dict(theirs.c6.conv.state_dict())
    x = noise(2, 3, *size).double()
    wanted = theirs.decode(encoder(x))
    assert wanted.std() > 0.1
    torch.testing.assert_close(ours.logits(x), wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("levels", [1, 2])
def test_logits_are_enlarged_by_blocks_or_between_their_centres(levels: int) -> None:
    blocks = fresh(Attention(4, levels, decoder="released"))
    smooth = fresh(Attention(4, levels, decoder="released", enlarge="bilinear"))
    x, side = noise(2, 3, 32, 48), 2**levels
    small = blocks.layers(x)
    assert small.shape == (2, 1, 32 // side, 48 // side)
    assert torch.equal(blocks(x), small.sigmoid().repeat_interleave(side, 2).repeat_interleave(side, 3))
    wanted = F.interpolate(small, size=(32, 48), mode="bilinear", align_corners=False).sigmoid()  # logits, not the map
    torch.testing.assert_close(smooth(x), wanted)
    assert not torch.equal(smooth(x), F.interpolate(small.sigmoid(), scale_factor=side, mode="bilinear"))


@pytest.mark.parametrize("decoder", ["appendix", "released"])
def test_gain_multiplies_the_logit_and_leaves_the_start_where_it_was(decoder: str) -> None:
    plain, scaled = (fresh(Attention(8, start=0.5, decoder=decoder, gain=gain)) for gain in (1.0, 0.1))
    x = noise(1, 3, 32, 32)
    body = plain.logits(x) - 0.5  # the last bias started at 0.5; of the other it started at 5
    torch.testing.assert_close(scaled.logits(x), 0.1 * body + 0.5)
    assert scaled.layers[-1].bias.item() == pytest.approx(5)
    assert logit_speed(scaled, x, 1e-4) == pytest.approx(0.1 * logit_speed(plain, x, 1e-4), rel=1e-3)


@pytest.mark.parametrize("levels", [1, 2])
def test_each_block_widens_what_a_pixel_of_the_map_sees(levels: int) -> None:
    def seen(blocks: int) -> int:
        network, x = fresh(Attention(4, levels, decoder="released", blocks=blocks)).double(), noise(1, 3, 128, 128)
        for module in network.modules():  # a norm would let every pixel see all; ReLUs would hide some
            if isinstance(module, torch.nn.Sequential):
                for i, layer in enumerate(module):
                    if "Norm" in type(layer).__name__ or isinstance(layer, torch.nn.ReLU):
                        module[i] = torch.nn.Identity()
        x = x.double().requires_grad_()
        network.logits(x)[0, 0, 64, 64].backward()
        rows = x.grad.abs().sum((0, 1, 3)).nonzero()
        return (rows.max() - rows.min() + 1).item()

    assert seen(2) - seen(1) == seen(3) - seen(2) == 4 * 2**levels


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"levels": 3}, "1 or 2 times, not 3"),
        ({"decoder": "other"}, "appendix or released, not 'other'"),
        ({"decoder": "released", "enlarge": "cubic"}, "nearest or bilinear, not 'cubic'"),
        ({"enlarge": "bilinear"}, "leaves nothing to enlarge"),
        ({"gain": 0.0}, "positive, not 0.0"),
    ],
)
def test_options_that_do_not_exist_are_named(wrong: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Attention(4, **wrong)


def test_multiply_adds_a_pixel_of_the_three_ways_to_decode() -> None:
    def decoders(network: torch.nn.Module, encoder: tuple[str, ...]) -> float:
        counts = multiply_adds(network, torch.zeros(1, 3, 32, 64))
        return sum(n for name, n in counts.items() if not name.startswith(encoder)) / (32 * 64)

    ours = ("layers.0", "layers.3", "layers.6")
    assert decoders(Attention(), ours) == 29_216
    assert decoders(released.Attention(), ("c1", "c2", "r1")) == 3_104
    assert decoders(Attention(decoder="released"), ours) == 386


def test_multiply_adds_counts_a_transposed_convolution_by_what_goes_in() -> None:
    conv = torch.nn.ConvTranspose2d(3, 5, 3, stride=2)
    assert multiply_adds(conv, torch.zeros(2, 3, 4, 4)) == {"": 3 * 5 * 9 * 2 * 16}


@pytest.mark.slow
def test_the_speeds_of_three_attention_networks() -> None:
    """Mean logit a step at rate 1e-4: the appendix's end is twenty times as fast as the released program's."""
    x = noise(1, 3, 128, 128)
    for network, wanted in (
        (Attention(), 0.072),
        (Attention(decoder="released"), 0.0034),
        (released.Attention(), 0.0034),
        (Attention(16, 1, 5, start=1.0), 0.018),
    ):
        found = sum(logit_speed(fresh(network, seed), x, 1e-4) for seed in (0, 1)) / 2
        assert found == pytest.approx(wanted, rel=0.15), type(network)


def test_speed_is_that_of_ten_steps_of_one_weight() -> None:
    """A network of one weight: logit = w x, so a step of the rate moves the mean logit by rate times mean x."""

    class Line(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = torch.nn.Parameter(torch.tensor(0.3))

        def logits(self, x: torch.Tensor) -> torch.Tensor:
            return self.w * x

    line = Line().requires_grad_(False)  # as attention is in stage 2
    x = torch.tensor([1.0, 5.0])
    assert logit_speed(line, x, 0.01) == pytest.approx(0.03)
    assert logit_speed(line, -x, 0.01) == pytest.approx(0.03)  # a logit falls either way
    assert line.w.item() == pytest.approx(0.3) and line.w.grad is None and not line.w.requires_grad
