"""Lesson 03, networks: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from random import Random
from typing import Any

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.course.cases import Case, Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_03 import figures
from uagt_lib.course.lessons.lesson_03.answers import (
    count_parameters,
    decode,
    multiply_adds,
    output_sizes,
    receptive_field,
)
from uagt_lib.course.lessons.lesson_03.toys import MENDED, PRINTED, RELEASED_ATTENTION, SMALL, Layer, convolution, parse
from uagt_lib.course.weights import random_weights, with_weights
from uagt_lib.method import networks, released


def any_layers(seed: int, count: int, most: int) -> list[Layer]:
    """Kernels of all sizes, as nobody would build them; pixels up to `most` apart, but fields of whole pixels."""
    dice, jump, layers = Random(seed), 1.0, []
    for i in range(count):
        up = 2 if jump >= 1 and dice.random() < 0.3 else 1
        stride = 2 if jump < most and dice.random() < 0.5 else 1
        kernel = dice.randint(1, 9) if jump >= up else dice.choice((3, 5))
        if up == 2 and dice.random() < 0.5:
            layers.append(Layer(f"layer {i}", up=2, norm=False))
            jump /= 2
        else:
            norm, bias = (dice.random() < 0.5 for _ in range(2))
            layers.append(Layer(f"layer {i}", kernel, stride, up, dice.randint(1, 9), norm, bias))
            jump *= stride / up
    return layers


def stacks(**more: Any) -> dict[str, Case]:
    """Stacks of layers by name, with what else is handed in: a value, or one for each of the three in turn."""
    found = {
        "three 3x3 layers": parse("c3s1-8-R, c3s1-4-R, c3s1-1"),
        "the attention network as printed": PRINTED["attention"],
        "the attention network as mended": MENDED["attention"],
        "the released attention network": RELEASED_ATTENTION,
        "the paper's discriminator, 4x4": PRINTED["discriminator"],
        "three halvings by 3x3, 7x7 and 3x3": parse("c3s2-6-R, c7s2-8-R, c3s2-2"),
        "no layers at all": [],
        "many layers of any kernels": any_layers(8, 14, 32),
        "layers of any kernels": any_layers(4, 6, 4),
        "other layers of any kernels": any_layers(4, 7, 4),
    }
    return {
        name: lambda layers=layers, i=i: {"layers": list(layers)} | {key: x[i % len(x)] for key, x in more.items()}
        for i, (name, layers) in enumerate(found.items())
    }


def generators(**more: Any) -> dict[str, Case]:
    """The two generators, with what else is handed in."""
    found = {"the generator as mended": MENDED["generator"], "our small generator": SMALL["generator"]}
    return {name: lambda layers=layers: {"layers": list(layers)} | more for name, layers in found.items()}


# ------------------------------------------------------------------------------------------------ 03.1 sizes


define(
    "03.1",
    output_sizes,
    stacks(size=(32, 256, 37)) | generators(size=64),
    "sizes",
    part="attention",
    equation="Appendix A",
    difficulty=1,
    minutes=8,
    hints=[
        "Inside the loop: first the padding, then the new size, then `sizes.append(size)`. "
        "The size you computed is what the next layer gets.",
        "`//` divides and rounds down, for the padding and for the stride.",
    ],
    draw=figures.draw_answer_sizes,
    compared=("value",),
)


def _each(layers: list[Layer], size: float, step: Callable[[Layer, float], float]) -> list[float]:
    return [size := step(a, size) for a in layers]


def _padding(a: Layer) -> int:
    return (a.kernel - 1) // 2


@mistake("03.1", "the doubling is missing: a layer with up = 2 works on a picture of twice the size")
def not_doubled(layers, size):
    return _each(layers, size, lambda a, n: (n + 2 * _padding(a) - a.kernel) // a.stride + 1)


@mistake("03.1", "the padding should be (kernel - 1) // 2, which for 4x4 kernels is 1, not 2")
def half_the_kernel(layers, size):
    return _each(layers, size, lambda a, n: (a.up * n + 2 * (a.kernel // 2) - a.kernel) // a.stride + 1)


@mistake("03.1", "sizes are whole numbers: divide with //, which rounds down")
def fractions(layers, size):
    return _each(layers, size, lambda a, n: (a.up * n + 2 * _padding(a) - a.kernel) / a.stride + 1)


@mistake("03.1", "the padding is missing: without it every kernel would eat the picture's border")
def not_padded(layers, size):
    return _each(layers, size, lambda a, n: (a.up * n - a.kernel) // a.stride + 1)


@mistake("03.1", "the picture is padded on one side only; the padding comes on both, 2 * p")
def padded_once(layers, size):
    return _each(layers, size, lambda a, n: (a.up * n + _padding(a) - a.kernel) // a.stride + 1)


@mistake("03.1", "the stride is missing: a layer of stride 2 keeps every second position only")
def no_stride(layers, size):
    return _each(layers, size, lambda a, n: a.up * n + 2 * _padding(a) - a.kernel + 1)


@mistake("03.1", "the + 1 is missing: a kernel that just fits has one position, not none")
def without_the_one(layers, size):
    return _each(layers, size, lambda a, n: (a.up * n + 2 * _padding(a) - a.kernel) // a.stride)


@mistake("03.1", "the size alone was divided; kernel and padding belong in the formula, odd sizes show it")
def only_divided(layers, size):
    return _each(layers, size, lambda a, n: a.up * n // a.stride)


@mistake("03.1", "every layer was given the picture's own size; what one layer gives, the next one gets, in `size`")
def unlinked(layers, size):
    return [output_sizes([a], size)[0] for a in layers]


@mistake("03.1", "the list begins with the size that goes in; it should hold one size per layer, after it")
def with_the_start(layers, size):
    return [size, *output_sizes(layers, size)]


@mistake("03.1", "only the last size came back; collect the size after EACH layer in a list")
def only_the_last(layers, size):
    return [size, *output_sizes(layers, size)][-1]


# ------------------------------------------------------------------------------------------------ 03.2 receptive field


define(
    "03.2",
    receptive_field,
    stacks() | generators(),
    "the receptive field",
    part="discriminator",
    equation="Appendix A",
    difficulty=2,
    minutes=10,
    hints=[
        "Keep two numbers: `field`, what one pixel sees so far, and `jump`, how far apart, in input pixels, "
        "two neighbours are. Both start at 1.",
        "A kernel of k reaches k - 1 steps further, and each step is one jump long. The stride makes the jumps of the "
        "layers AFTER it longer; an up2 halves them before its own.",
    ],
    draw=figures.draw_answer_fields,
    compared=("value",),
)


def _field(layers: list[Layer], grow: Callable[[Layer, float], tuple[float, float]], start: int = 1) -> float:
    """`receptive_field`, where grow(layer, jump) says what a layer adds and how long jumps are behind it."""
    field, jump = float(start), 1.0
    for layer in layers:
        more, jump = grow(layer, jump)
        field += more
    return field


@mistake("03.2", "every layer was given steps of one pixel; behind a stride of 2 a step is two pixels long")
def steps_of_one(layers):
    return _field(layers, lambda a, jump: (a.kernel - 1, 1))


@mistake("03.2", "a layer's own stride was counted too early: it lengthens the steps of the layers AFTER it")
def stride_too_early(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * jump * a.stride / a.up, jump * a.stride / a.up))


@mistake("03.2", "up2 is not counted: after it, neighbours are half as far apart")
def never_up(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * jump, jump * a.stride))


@mistake("03.2", "a layer's own up comes after its kernel here; it comes first, so its kernel takes the shorter steps")
def up_too_late(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * jump, jump * a.stride / a.up))


@mistake("03.2", "a kernel of k was made to reach k steps further; its first pixel is already seen, so it is k - 1")
def whole_kernel(layers):
    return _field(layers, lambda a, jump: (a.kernel * jump / a.up, jump * a.stride / a.up))


@mistake("03.2", "one pixel too few: a pixel sees itself, so the field starts at 1")
def sees_not_itself(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * jump / a.up, jump * a.stride / a.up), start=0)


@mistake("03.2", "the kernel reaches to both sides, but half of k - 1 to each; in all that is k - 1")
def twice_as_far(layers):
    return _field(layers, lambda a, jump: (2 * (a.kernel - 1) * jump / a.up, jump * a.stride / a.up))


@mistake("03.2", "`//` rounds a jump of half a pixel down to 0; as printed, the attention network ends with such jumps")
def whole_jumps(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * (jump // a.up), jump // a.up * a.stride))


@mistake("03.2", "an up2 makes neighbours closer, not further apart: divide by layer.up")
def up_multiplies(layers):
    return _field(layers, lambda a, jump: ((a.kernel - 1) * jump * a.up, jump * a.up * a.stride))


# ------------------------------------------------------------------------------------------------ 03.3 what it costs


def decoders(**more: Any) -> dict[str, Case]:
    """The three decoders that the lesson compares."""
    found = {
        "the decoder as printed, from 64 channels at a quarter": "up2, c3s1-64-R, up2, c3s1-32-R, c7s1-1-S",
        "the decoder as released": "up2, c1s1-64-R, up2, c1s1-32-R, c1s1-1-S",
        "all at a quarter of the size": "c1s1-64-R, c1s1-32-R, c1s1-1, up2, up2",
    }
    return {
        name: lambda text=text: {"layers": parse(text), "channels": 64, "size": 0.25} for name, text in found.items()
    }


define(
    "03.3",
    multiply_adds,
    decoders() | stacks(channels=(3, 5, 3), size=(1.0, 0.5, 1.0)),
    "the number of multiply-adds",
    part="attention",
    equation="Appendix A",
    difficulty=2,
    minutes=8,
    hints=[
        "At one position a filter multiplies and adds channels x kernel x kernel numbers. How many filters, and at how "
        "many positions for each pixel of the picture?",
        "First the size: `size = size * layer.up / layer.stride`. A map half as high is half as wide too: size ** 2 "
        "positions a pixel.",
        "An up2 has filters = 0: it costs nothing, and the channels stay what they were.",
    ],
    compared=("value",),
)


def _cost(layers: list[Layer], channels: int, size: float, at: Callable[..., float], moving: bool = True) -> float:
    """`multiply_adds`, where at(layer, channels, size before, size after) says what a layer costs."""
    total = 0.0
    for a in layers:
        before, size = size, size * a.up / a.stride
        total += at(a, channels, before, size)
        channels = (a.filters or channels) if moving else channels
    return total


@mistake("03.3", "a map half as high is half as wide as well, so it has a quarter of the positions: size ** 2")
def size_not_squared(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, _, n: n * c * a.filters * a.kernel**2)


@mistake(
    "03.3", "a layer's positions were counted before its own up2 or stride; it computes what comes out, after both"
)
def counted_before(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, before, _: before**2 * c * a.filters * a.kernel**2)


@mistake("03.3", "those are weights; each is used at every position of its layer's map, size ** 2 of them a pixel")
def weights_only(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, *_: c * a.filters * a.kernel**2)


@mistake("03.3", "an up2 costs nothing and keeps its channels; with filters = 0 it set yours to zero")
def channels_lost(layers, channels, size):
    total = 0.0
    for a in layers:
        size *= a.up / a.stride
        total += size**2 * channels * a.filters * a.kernel**2
        channels = a.filters
    return total


@mistake("03.3", "every layer was given the first one's channels; a layer gets as many as the one before has filters")
def channels_stay(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, _, n: n**2 * c * a.filters * a.kernel**2, moving=False)


@mistake("03.3", "a filter multiplies kernel x kernel numbers of each channel, not kernel")
def kernel_not_squared(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, _, n: n**2 * c * a.filters * a.kernel)


@mistake("03.3", "one filter was counted per layer; there are layer.filters of them")
def one_filter(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, _, n: n**2 * c * (a.filters > 0) * a.kernel**2)


@mistake("03.3", "a filter looks at all channels that come in; they are missing")
def one_channel(layers, channels, size):
    return _cost(layers, channels, size, lambda a, c, _, n: n**2 * a.filters * a.kernel**2)


@mistake("03.3", "every layer was counted at the size that goes in; up2 and stride change it for all that follow")
def size_stays(layers, channels, size):
    return _cost(layers, channels, 1, lambda a, c, *_: size**2 * c * a.filters * a.kernel**2)


@mistake("03.3", "the stride is not counted: behind it, half the height and half the width are left")
def stride_not_counted(layers, channels, size):
    return multiply_adds([a._replace(stride=1) for a in layers], channels, size)


@mistake("03.3", "the doubling is not counted: behind an up2 there are four positions where there was one")
def doubling_not_counted(layers, channels, size):
    return multiply_adds([a._replace(up=1) for a in layers], channels, size)


# ------------------------------------------------------------------------------------------------ 03.4 at a quarter


def three_layers_and_features(draw: Draw) -> dict[str, Any]:
    """Two convolutions 1x1 with norms, a last one without, as many channels as `draw` says."""
    w = draw.n + 1
    given = {name: _convolved(draw, 2 * w, n, norm=n > 1) for name, n in (("c4", 2 * w), ("c5", w))}
    return given | {
        "c6": _convolved(draw, w, 1, norm=False),
        "features": draw.normal(draw.n, 2 * w, draw.height, draw.width),
    }


def _convolved(draw: Draw, n_in: int, n_out: int, norm: bool) -> nn.Module:
    """A 1x1 convolution and perhaps a norm (which would subtract a bias), with weights from `draw`."""
    norms = [nn.InstanceNorm2d(n_out, affine=True)] if norm else []
    layer = nn.Sequential(nn.Conv2d(n_in, n_out, 1, bias=not norm), *norms).to(draw.dtype)
    with torch.no_grad():
        for p in layer.parameters():
            p.copy_(draw.normal(*p.shape))
        if not norm:  # logits of both signs, so that a ReLU behind them shows
            layer[0].weight.abs_()[:, ::2].neg_()
    return layer


define(
    "03.4",
    decode,
    at_sizes(three_layers_and_features),
    "the logits",
    part="attention",
    equation="Appendix A",
    difficulty=2,
    minutes=8,
    hints=[
        "Doubling copies each pixel four times. A 1x1 convolution does the same to each copy. So which of the two may "
        "come first? Does a ReLU mind? Does a mean over all pixels mind if each occurs four times?",
        "All three layers at the small size, the ReLUs where they were, and one enlargement by 4 at the very end.",
    ],
)


@law("03.4", "the released network's own map")
def as_the_program(answer):
    witness = released.Attention().double()
    features = torch.randn(2, 64, 5, 3, dtype=torch.float64)
    with torch.no_grad():
        worst = (answer(witness.c4, witness.c5, witness.c6, features) - witness.decode(features)).abs().max().item()
    expect(worst < 1e-9, f"in float64 it differs from the released network's map by up to {worst:.2g}")


@law("03.4", "no layer works on more pixels than there are features")
def at_the_small_size(answer):
    layers = {name: nn.Sequential(nn.Conv2d(n, m, 1)) for name, n, m in (("c4", 8, 8), ("c5", 8, 4), ("c6", 4, 1))}
    seen: dict[str, tuple[int, int]] = {}
    for name, layer in layers.items():
        layer.register_forward_hook(lambda _, inputs, __, name=name: seen.update({name: tuple(inputs[0].shape[-2:])}))
    answer(*layers.values(), torch.zeros(1, 8, 3, 5))
    for name, (height, width) in seen.items():
        expect(
            (height, width) == (3, 5),
            f"the numbers are right, but {name} worked on {height} x {width} copies of the 3 x 5 features, for "
            f"{height * width // 15} times the work; enlarge after the last layer",
        )


def _small(c4, c5, c6, x):
    return c6(F.relu(c5(F.relu(c4(x)))))


@mistake("03.4", "these are logits of a quarter of the height and width: enlarge them by 4, each into a 4x4 block")
def never_enlarged(c4, c5, c6, features):
    return _small(c4, c5, c6, features)


@mistake("03.4", "the ReLUs are missing: without them three 1x1 layers are hardly more than one")
def no_relu(c4, c5, c6, features):
    return F.interpolate(c6(c5(c4(features))), scale_factor=4)


@mistake("03.4", "an up2 copies pixels; yours blends neighbours (bilinear), which the program's map does not")
def blended(c4, c5, c6, features):
    return F.interpolate(_small(c4, c5, c6, features), scale_factor=4, mode="bilinear")


@mistake("03.4", "enlarged by 2 only; there are two doublings, 4 in all")
def enlarged_once(c4, c5, c6, features):
    return F.interpolate(_small(c4, c5, c6, features), scale_factor=2)


@mistake("03.4", "there is a ReLU behind the last layer: no logit below 0 is left, so no map below 1/2")
def relu_at_the_end(c4, c5, c6, features):
    return F.interpolate(F.relu(_small(c4, c5, c6, features)), scale_factor=4)


@mistake("03.4", "a sigmoid is applied already; logits are asked for, the sigmoid comes later")
def squashed(c4, c5, c6, features):
    return F.interpolate(_small(c4, c5, c6, features).sigmoid(), scale_factor=4)


@mistake("03.4", "the second ReLU is missing, the one behind c5")
def second_relu_missing(c4, c5, c6, features):
    return F.interpolate(c6(c5(F.relu(c4(features)))), scale_factor=4)


@mistake("03.4", "the first ReLU is missing, the one behind c4")
def first_relu_missing(c4, c5, c6, features):
    return F.interpolate(c6(F.relu(c5(c4(features)))), scale_factor=4)


@mistake("03.4", "the picture is repeated like tiles; each PIXEL becomes a block of 4x4")
def tiled(c4, c5, c6, features):
    return _small(c4, c5, c6, features).repeat(1, 1, 4, 4)


# ------------------------------------------------------------------------------------------------ 03.5 attention


def a_network_and_pictures(draw: Draw) -> dict[str, Any]:
    """A width, pictures four times as large as `draw` says, and weights."""
    width, x = 2 + draw.n, draw.uniform(draw.n, 3, 4 * draw.height, 4 * draw.width, low=-1)
    return {"width": width, "x": x, "weights": random_weights(networks.Attention(width), x, draw)}


def map_of(answer: type[nn.Module], width: int, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """What the learner's network, with these weights, makes of x."""
    return with_weights(lambda: answer(width), weights, x)


define(
    "03.5",
    networks.Attention,
    at_sizes(a_network_and_pictures),
    "the map",
    part="attention",
    equation="Appendix A",
    difficulty=2,
    minutes=10,
    hints=[
        "One symptom each: the map's size, its smallest value, and the frame around a flat picture. Which layer can "
        "make which?",
        "The size: stride 2 in the first layer. The smallest value: the last layer has neither norm nor ReLU, so "
        "`convolution` is not for it.",
        "The frame: nn.Conv2d pads with zeros unless you say padding_mode='reflect'.",
    ],
    draw=figures.draw_attention,
    run=map_of,
)


class _Stack(nn.Module):
    """The layers of 03.5, of which a mistake replaces some."""

    def __init__(
        self, w: int, first: int = 2, block: Any = networks.ResidualBlock, up: Any = None, end: Any = None
    ) -> None:
        super().__init__()
        up = up or (lambda: nn.Upsample(scale_factor=2))
        end = end or [nn.Conv2d(w, 1, 7, padding=3, padding_mode="reflect"), nn.Sigmoid()]
        self.layers = nn.Sequential(
            *convolution(3, w, 7, first), *convolution(w, 2 * w, 3, 2), block(2 * w),
            up(), *convolution(2 * w, 2 * w, 3), up(), *convolution(2 * w, w, 3), *end,
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def _last(w: int, **changed: Any) -> nn.Conv2d:
    return nn.Conv2d(w, 1, 7, **{"padding": 3, "padding_mode": "reflect", **changed})


def _typed_end(w: int, mode: str = "zeros") -> list[nn.Module]:
    """The end as it is typed in: norm and ReLU, as behind every other layer."""
    conv = nn.Conv2d(w, 1, 7, padding=3, padding_mode=mode, bias=False)
    return [conv, nn.InstanceNorm2d(1, affine=True), nn.ReLU(), nn.Sigmoid()]


mistake("03.5", "the map is twice as large as the picture: the first layer needs stride 2, whatever is printed")(
    lambda w: _Stack(w, first=1)
)
mistake("03.5", "a norm stands before the sigmoid; the last layer has neither norm nor ReLU, only its bias")(
    lambda w: _Stack(w, first=1, end=_typed_end(w))
)
mistake("03.5", "the border is padded with zeros in the last layer, which shows the network where it is: reflect")(
    lambda w: _Stack(w, end=[_last(w, padding_mode="zeros"), nn.Sigmoid()])
)
mistake("03.5", "the last layer has no norm behind it, so it needs its bias: leave bias=False out")(
    lambda w: _Stack(w, end=[_last(w, bias=False), nn.Sigmoid()])
)
mistake("03.5", "the norm is gone, but a ReLU still stands before the sigmoid, so the map never falls below 1/2")(
    lambda w: _Stack(w, end=[_last(w), nn.ReLU(), nn.Sigmoid()])
)
mistake("03.5", "the residual block, `r2w`, is missing between the halvings and the doublings")(
    lambda w: _Stack(w, block=lambda _: nn.Identity())
)
mistake("03.5", "the map leaves [0, 1]: a sigmoid should be the last module")(lambda w: _Stack(w, end=[_last(w)]))
mistake("03.5", "there are two sigmoids in a row, and the map stays between 0.5 and 0.73; the last layer has one")(
    lambda w: _Stack(w, end=[_last(w), nn.Sigmoid(), nn.Sigmoid()])
)
mistake("03.5", "an up2 repeats pixels, `nn.Upsample(scale_factor=2)`; yours blends them (bilinear)")(
    lambda w: _Stack(w, up=lambda: nn.Upsample(scale_factor=2, mode="bilinear"))
)


@mistake("03.5", "a convolution has a bias, which the norm behind it subtracts again: `convolution` leaves it out")
class _Biased(_Stack):
    def __init__(self, w: int):
        super().__init__(w)
        self.layers[0] = nn.Conv2d(3, w, 7, 2, 3, padding_mode="reflect")


@mistake("03.5", "both doublings come at once; in the string a 3x3 layer stands between the two up2")
class _AtOnce(_Stack):
    def __init__(self, w: int):
        super().__init__(w)
        self.layers[7], self.layers[11] = nn.Upsample(scale_factor=4), nn.Identity()


@mistake("03.5", "one doubling is gone; all four layers of the page are right, it is the first that must halve")
class _OnlyOneUp(_Stack):
    def __init__(self, w: int):
        super().__init__(w, first=1)
        self.layers[7] = nn.Identity()


@mistake("03.5", "kernels are 3x3 after each up2, 7x7 at the end; with 1x1, as released, maps are blocks of 4x4 px")
class _Released(_Stack):
    def __init__(self, w: int):
        super().__init__(w, end=[nn.Conv2d(w, 1, 1), nn.Sigmoid()])
        self.layers[8], self.layers[12] = (nn.Conv2d(2 * w, n, 1, bias=False) for n in (2 * w, w))


# ------------------------------------------------------------------------------------------------ 03.6 residual block


def a_block_and_features(draw: Draw) -> dict[str, Any]:
    """A number of channels, features, and weights."""
    channels, x = 2 + draw.n, draw.normal(draw.n, 2 + draw.n, draw.height, draw.width)
    return {"channels": channels, "x": x, "weights": random_weights(networks.ResidualBlock(channels), x, draw)}


define(
    "03.6",
    networks.ResidualBlock,
    at_sizes(a_block_and_features),
    "x + f(x)",
    part="generator",
    equation="Appendix A",
    difficulty=2,
    minutes=10,
    hints=[
        "`nn.Sequential(*convolution(c, c, 3), *convolution(c, c, 3))` is nearly f: which of its six modules is one "
        "too many?",
        "A list can be cut: `convolution(...)[:-1]` leaves its last module, the ReLU, out. "
        "And forward adds x to what f makes of it.",
    ],
    draw=figures.draw_blocks,
    run=map_of,
)


class _Block(nn.Module):
    """The block of 03.6, of which a mistake changes something."""

    def __init__(self, c: int, mode: str = "reflect", bias: bool = False, affine: bool = True, share: bool = False):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(c, c, 3, padding=1, padding_mode=mode, bias=bias) for _ in range(2))
        self.norm1 = nn.InstanceNorm2d(c, affine=affine)
        self.norm2 = self.norm1 if share else nn.InstanceNorm2d(c, affine=affine)

    def f(self, x: Tensor) -> Tensor:
        return self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


@mistake("03.6", "the branch ends in a ReLU, so it could only ever add; let it end with the norm")
class _OnlyAdds(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return x + F.relu(self.f(x))


@mistake("03.6", "a ReLU comes after the addition (the released program has it there); leave the sum as it is")
class _ReluAfterTheSum(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.f(x))


@mistake("03.6", "the input is not added: return x plus what the layers make of it")
class _NothingAdded(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return self.f(x)


@mistake("03.6", "the ReLU between the two convolutions is missing")
class _NoRelu(_Block):
    def f(self, x: Tensor) -> Tensor:
        return self.norm2(self.conv2(self.norm1(self.conv1(x))))


mistake("03.6", "the border is padded with zeros; inside residual blocks it is reflected")(lambda c: _Block(c, "zeros"))
mistake("03.6", "the convolutions have a bias each, which the norm behind them subtracts again: bias=False")(
    lambda c: _Block(c, bias=True)
)
mistake("03.6", "the instance norms need their scale and offset: InstanceNorm2d(c, affine=True)")(
    lambda c: _Block(c, affine=False)
)
mistake("03.6", "one norm serves both convolutions; each has an instance norm of its own")(
    lambda c: _Block(c, share=True)
)


@mistake("03.6", "a ReLU stands before the first convolution as well; the string's layer is convolution, norm, ReLU")
class _ReluFirst(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(F.relu(x))


@mistake("03.6", "the identity is cut off, x.detach(): no gradient could pass the block unchanged")
class _SkipDetached(_Block):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach() + self.f(x)


# ------------------------------------------------------------------------------------------------ 03.7 parameters


define(
    "03.7",
    count_parameters,
    stacks() | generators() | {"one layer from 5 channels": lambda: {"layers": parse("c3s1-8"), "channels": 5}},
    "the number of parameters",
    part="generator",
    equation="Appendix A",
    difficulty=1,
    minutes=8,
    hints=[
        "One filter looks at all channels that come in: channels x kernel x kernel weights. How many filters?",
        "`layer.bias` and `layer.norm` are True or False, and Python counts True as 1: "
        "layer.filters * (layer.bias + 2 * layer.norm).",
    ],
    draw=figures.draw_counts,
    compared=("value",),
)


def _counted(layers: list[Layer], channels: int, of: Callable[[Layer, int], int], moving: bool = True) -> int:
    """`count_parameters`, where of(layer, channels) says how many a layer has."""
    total = 0
    for a in layers:
        if a.filters:
            total += of(a, channels)
            channels = a.filters if moving else channels
    return total


@mistake("03.7", "a kernel has kernel x kernel weights per channel, not kernel")
def row_of_a_kernel(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.filters * a.kernel + a.filters * (a.bias + 2 * a.norm))


@mistake("03.7", "every layer was given the same channels; a layer gets as many as the one before has filters")
def same_channels(layers, channels=3):
    full = lambda a, c: c * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)  # noqa: E731
    return _counted(layers, channels, full, moving=False)


@mistake("03.7", "an up2 learns nothing and keeps its channels; with filters = 0 it set yours to zero")
def up2_counted(layers, channels=3):
    total = 0
    for a in layers:
        total += channels * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)
        channels = a.filters
    return total


@mistake("03.7", "an instance norm has TWO numbers per filter, a scale and an offset")
def scale_only(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.filters * a.kernel**2 + a.filters * (a.bias + a.norm))


@mistake("03.7", "only kernels are counted: norms and biases learn as well")
def kernels_only(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.filters * a.kernel**2)


@mistake("03.7", "one filter was counted per layer; there are layer.filters of them")
def single_filter(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.kernel**2 + a.filters * (a.bias + 2 * a.norm))


@mistake("03.7", "every layer was given both a bias and a norm; look at layer.bias and layer.norm")
def both_everywhere(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.filters * a.kernel**2 + 3 * a.filters)


@mistake("03.7", "the biases are missing")
def no_biases(layers, channels=3):
    return _counted(layers, channels, lambda a, c: c * a.filters * a.kernel**2 + 2 * a.filters * a.norm)


@mistake("03.7", "the channels that go in are an argument; yours are always 3")
def always_three(layers, channels=3):
    return count_parameters(layers, 3)
