"""Lesson 03, networks: the appendix's layer strings, checks and quiz."""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import checks, define, mistake
from uagt_lib.course.expect import expect, same
from uagt_lib.course.lessons.lesson_03.figures import draw_sizes, draw_squares
from uagt_lib.course.weights import random_weights, with_weights
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.method import networks
from uagt_lib.show.figures import draw
from uagt_lib.show.palette import BLUE, ORANGE

# ------------------------------------------------------------------------------------------ the appendix as data


class Layer(NamedTuple):
    """One convolution of a layer string, or one `up2`.

    Attributes:
        name: as printed, "c7s1-32".
        kernel: its height and width; 1 for an up2.
        stride: 2 where it halves the picture.
        up: 2 where height and width are doubled first (`up2`, `tc..s2`).
        filters: channels that come out; 0 for an up2, which leaves them as they are.
        norm: followed by an instance norm (a scale and an offset per filter).
        bias: has a bias per filter.
    """

    name: str
    kernel: int = 1
    stride: int = 1
    up: int = 1
    filters: int = 0
    norm: bool = True
    bias: bool = False


def parse(text: str, bias: bool = False) -> list[Layer]:
    """The layers of a string such as "c7s1-32-R, r64, up2, tc64s2"; a residual block `rk` becomes two layers.

    Args:
        text: as appendix A prints it. The last layer has a bias and no norm, as everywhere in the paper.
        bias: the other layers have one too.

    Raises:
        ValueError: if a word is none of these.
    """
    layers = []
    for word in text.split(", "):
        name = re.sub(r"-[A-Z]+$", "", word)
        if name == "up2":
            layers.append(Layer(name, up=2, norm=False))
        elif found := re.fullmatch(r"c(\d+)s(\d+)-(\d+)", name):
            kernel, stride, filters = map(int, found.groups())
            layers.append(Layer(name, kernel, stride, 1, filters, bias=bias))
        elif found := re.fullmatch(r"r(\d+)", name):
            layers += [Layer(name, 3, 1, 1, int(found[1]), bias=bias)] * 2
        elif found := re.fullmatch(r"tc(\d+)s2", name):
            layers.append(Layer(name, 3, 1, 2, int(found[1]), bias=bias))
        else:
            raise ValueError(f"{word!r} is no layer of appendix A; known are c7s1-32, r64, up2 and tc64s2")
    return [*layers[:-1], layers[-1]._replace(norm=False, bias=True)]


def text(layers: list[Layer]) -> str:
    """The layers' names in a row; "r128 x 18" for the same name 18 times."""
    runs = [(name, len(list(run))) for name, run in groupby(layer.name for layer in layers)]
    return ", ".join(name if count == 1 else f"{name} x {count}" for name, count in runs)


# As appendix A prints them.
PRINTED: dict[str, list[Layer]] = {
    "generator": parse(
        "c7s1-32-R, c3s2-64-R, c3s2-128-R, r128, r128, r128, r128, r128, r128, r128, r128, r128, "
        "tc64s2, tc32s2, c3s1-3-T"
    ),
    "attention": parse("c7s1-32-R, c3s2-64-R, r64, up2, c3s1-64-R, up2, c3s1-32-R, c7s1-1-S"),
    "discriminator": parse("c4s2-64-LR, c4s2-128-LR, c4s2-256-LR, c4s1-512-LR, c4s1-1", bias=True),
}
# Mended, as `networks` builds them at the paper's sizes.
MENDED: dict[str, list[Layer]] = {
    "generator": [*PRINTED["generator"][:-1], PRINTED["generator"][-1]._replace(name="c7s1-3", kernel=7)],
    "attention": [PRINTED["attention"][0]._replace(name="c7s2-32", stride=2), *PRINTED["attention"][1:]],
    "discriminator": PRINTED["discriminator"],
}
# The small ones of the preset "savanna".
SMALL: dict[str, list[Layer]] = {
    "generator": parse("c5s1-16-R, c3s2-32-R, c3s2-64-R, r64, r64, tc32s2, tc16s2, c5s1-3-T"),
    "attention": parse("c5s2-16-R, c3s1-32-R, r32, up2, c3s1-16-R, c5s1-1-S"),
    "discriminator": parse("c4s2-32-LR, c4s2-64-LR, c4s1-128-LR, c4s1-1", bias=True),
}
SMALL["discriminator"][0] = SMALL["discriminator"][0]._replace(norm=False)
# The attention network of the released program: 1x1 kernels after each up2.
RELEASED_ATTENTION = parse("c7s2-32-R, c3s2-64-R, r64, up2, c1s1-64-R, up2, c1s1-32-R, c1s1-1-S", bias=True)


def convolution(n_in: int, n_out: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Reflection and convolution, instance norm, ReLU: the modules of one layer `c<kernel>s<stride>-<n_out>-R`."""
    conv = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False, padding_mode="reflect")
    return [conv, nn.InstanceNorm2d(n_out, affine=True), nn.ReLU(inplace=True)]


# ------------------------------------------------------------------------------------------ 03.1 sizes


def output_sizes(layers: list[Layer], size: int) -> list[int]:
    """The picture's height (or width) after each layer, padded by (kernel - 1) // 2 on both sides."""
    sizes = []
    for layer in layers:
        padding = (layer.kernel - 1) // 2
        size = (layer.up * size + 2 * padding - layer.kernel) // layer.stride + 1
        sizes.append(size)
    return sizes


def _mistaken(
    layers: list[Layer], size: float, *, up: bool = True, pad: int | None = None, stride: bool = True, one: int = 1,
    whole: bool = True,
) -> list[float]:  # fmt: skip
    """`output_sizes` with a mistake: no doubling, no or other padding, no stride, no + 1, fractions."""
    sizes = []
    for a in layers:
        padding = (a.kernel - 1) // 2 if pad is None else pad * (a.kernel // 2)
        reach = (a.up if up else 1) * size + 2 * padding - a.kernel
        size = reach / (a.stride if stride else 1)
        size = (size // 1 if whole else size) + one
        sizes.append(size)
    return sizes


def _divided(layers: list[Layer], size: int) -> list[int]:
    return [size := size * a.up // a.stride for a in layers]


def _unlinked(layers: list[Layer], size: int) -> list[int]:
    return [output_sizes([a], size)[0] for a in layers]


_SIZE_MISTAKES: dict[str, dict[str, Any]] = {
    "the doubling is missing: a layer with up = 2 works on a picture of twice the size": {"up": False},
    "the padding is missing: without it every kernel would eat the picture's border": {"pad": 0},
    "the stride is missing: a layer of stride 2 keeps every second position only": {"stride": False},
    "the padding should be (kernel - 1) // 2, which for 4x4 kernels is 1, not 2": {"pad": 1},
    "the + 1 is missing: a kernel that just fits has one position, not none": {"one": 0},
    "sizes are whole numbers: divide with //, which rounds down": {"whole": False},
}


def _draw_sizes(axis: Axes, answer: Any) -> None:
    layers = PRINTED["attention"]
    draw_sizes(axis, [layer.name for layer in layers], answer(layers, 256), 256)


@checks(
    "03.1",
    output_sizes,
    part="attention",
    equation="Appendix A",
    difficulty=1,
    minutes=8,
    hints=[
        "Inside the loop: first the padding, then the new size, then `sizes.append(size)`. "
        "The size you computed is what the next layer gets.",
        "`//` divides and rounds down, for the padding and for the stride.",
    ],
    mistakes=[
        "Forgetting the doubling of up2: the size then never grows again.",
        "Padding kernel // 2 instead of (kernel - 1) // 2: right for odd kernels, one pixel too much for 4x4.",
        "Dividing with `/`: sizes become fractions.",
    ],
    draw=_draw_sizes,
)
def _output_sizes(answer: Any) -> Iterator[str]:
    def check(layers: list[Layer], size: int, what: str) -> None:
        got, want = answer(list(layers), size), output_sizes(layers, size)
        expect(got is not None, "the result is None: is a `return` missing?")
        expect(not isinstance(got, int | float), "only one size came back; collect the size after EACH layer in a list")
        expect(isinstance(got, list | tuple), f"the result should be a list of sizes, not {type(got).__name__}")
        expect(
            len(got) != len(want) + 1 or got[0] != size,
            "the list begins with the size that goes in; it should hold one size per layer, after it",
        )
        expect(len(got) == len(want), f"{len(layers)} layers should give {len(want)} sizes, not {len(got)}")
        same(
            torch.tensor([float(n) for n in got]),
            torch.tensor([float(n) for n in want]),
            {
                sentence: torch.tensor([float(n) for n in _mistaken(layers, size, **mistake)])
                for sentence, mistake in _SIZE_MISTAKES.items()
            }
            | {
                "the size alone was divided; kernel and padding belong in the formula, odd sizes show it": torch.tensor(
                    [float(n) for n in _divided(layers, size)]
                ),
                "every layer was given the picture's own size; what one layer gives, the next one gets: keep it in "
                "`size`": torch.tensor([float(n) for n in _unlinked(layers, size)]),
            },
            f"the sizes through {what}",
        )

    check(parse("c3s1-8-R, c3s2-8-R, c3s1-1"), 32, "c3s1, c3s2, c3s1 from 32 px")
    yield "convolutions"
    check(PRINTED["attention"], 256, "the printed attention network from 256 px")
    yield "up2"
    check(PRINTED["discriminator"], 256, "the discriminator from 256 px")
    yield "even kernels"
    check(MENDED["generator"], 64, "the generator from 64 px")
    yield "transposed convolutions"
    check(parse("c3s2-8-R, c7s2-8-R, c3s2-1"), 37, "three halvings from 37 px")
    yield "odd sizes"


# ------------------------------------------------------------------------------------------ 03.2 receptive field


def receptive_field(layers: list[Layer]) -> int:
    """How many input pixels in a row one output pixel can see, ignoring norms: its receptive field."""
    field, jump = 1, 1
    for layer in layers:
        jump = jump / layer.up
        field += (layer.kernel - 1) * jump
        jump *= layer.stride
    return int(field)


def _fields(
    layers: list[Layer],
    *,
    jump_moves: bool = True,
    early: bool = False,
    up: str = "first",
    start: int = 1,
    reach: int = 1,
) -> float:
    """`receptive_field` with a mistake: steps of one pixel, strides too early, up2 late or never, another start."""
    field, jump = start, 1.0
    for a in layers:
        if up == "first":
            jump /= a.up
        if early:
            jump *= a.stride
        field += (a.kernel - reach) * (jump if jump_moves else 1)
        if not early:
            jump *= a.stride
        if up == "late":
            jump /= a.up
    return float(field)


def _draw_fields(axis: Axes, answer: Any) -> None:
    picture, _ = savanna.draw("zebra", 1, 128, seed=2, start=18)
    stacks = {
        "attention, released": RELEASED_ATTENTION,
        "D, two halvings": SMALL["discriminator"],
        "D of the paper": PRINTED["discriminator"],
    }
    draw_squares(axis, picture[0], {name: float(answer(list(stack))) for name, stack in stacks.items()})


@checks(
    "03.2",
    receptive_field,
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
    mistakes=[
        "Adding kernel - 1 everywhere: behind a stride of 2 a step is two input pixels long.",
        "Multiplying the jump by the stride before adding: the stride matters for later layers only.",
        "Ignoring up2: after it neighbours are closer together again.",
    ],
    draw=_draw_fields,
)
def _receptive_field(answer: Any) -> Iterator[str]:
    def check(layers: list[Layer], what: str) -> None:
        same(
            answer(list(layers)),
            float(receptive_field(layers)),
            {
                "every layer was given steps of one pixel; behind a stride of 2 a step is two pixels long": _fields(
                    layers, jump_moves=False
                ),
                "a layer's own up comes after its kernel here; it comes first, so its kernel already takes the shorter "
                "steps": _fields(layers, up="late"),
                "a layer's own stride was counted too early: it lengthens the steps of the layers AFTER it": _fields(
                    layers, early=True
                ),
                "up2 is not counted: after it, neighbours are half as far apart": _fields(layers, up="never"),
                "a kernel of k was made to reach k steps further; its first pixel is already seen, so it is k - 1": (
                    _fields(layers, reach=0)
                ),
                "one pixel too few: a pixel sees itself, so the field starts at 1": _fields(layers, start=0),
            },
            f"the receptive field of {what}",
        )

    check(parse("c3s1-8-R, c3s1-8-R, c3s1-1"), "three 3x3 layers")
    yield "stride 1"
    check(PRINTED["discriminator"], "the paper's discriminator")
    check(SMALL["discriminator"], "a discriminator with two halvings")
    yield "strides"
    check(RELEASED_ATTENTION, "the released attention network")
    check(MENDED["attention"], "the mended attention network")
    yield "up2"
    check(MENDED["generator"], "the generator")
    yield "transposed convolutions"


# ------------------------------------------------------------------------------------------ 03.3 residual block


def _forward(block: nn.Module, x: Tensor, *, zeros: bool = False, inner: bool = True, late: bool = False) -> Tensor:
    """x + f(x) with the weights of somebody's block, in the order of its modules; with mistakes if asked for."""
    convs = [m for m in block.modules() if isinstance(m, nn.Conv2d)]
    norms = [m for m in block.modules() if isinstance(m, nn.InstanceNorm2d)]
    y = x
    for i, (conv, norm) in enumerate(zip(convs, norms, strict=True)):
        y = F.pad(y, (1, 1, 1, 1), "constant" if zeros else "reflect")
        y = F.instance_norm(F.conv2d(y, conv.weight), weight=norm.weight, bias=norm.bias, eps=norm.eps)
        if (i == 0 and inner) or (i == 1 and late):
            y = y.relu()
    return x + y


def _draw_blocks(axis: Axes, answer: Any) -> None:
    """A picture after nine blocks with random weights, each turned down to a fifth."""
    picture, _ = savanna.draw("zebra", 1, 64, seed=2, start=18)
    x, g = to_float(picture), torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _ in range(9):
            block = answer(3)
            networks.initialise(block, g)
            for module in block.modules():
                if isinstance(module, nn.InstanceNorm2d):
                    module.weight.mul_(0.2)
            x = block(x)
    draw(axis, x[0])
    axis.set_xlabel("a picture after nine random blocks", fontsize=8)


@checks(
    "03.3",
    networks.ResidualBlock,
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
    mistakes=[
        "A ReLU at the end of the branch: f can then only add, never take away.",
        "A ReLU after the sum, as the released program has it: the block can no longer be the identity.",
        "Forgetting the addition.",
    ],
    draw=_draw_blocks,
)
def _residual_block(answer: Any) -> Iterator[str]:
    block = answer(6)
    expect(isinstance(block, nn.Module), f"a block should be an nn.Module, not {type(block).__name__}")
    expect(
        any(True for _ in block.parameters()),
        "the block has no parameters; its layers must be attributes of self, assigned in __init__",
    )
    convs = [m for m in block.modules() if isinstance(m, nn.Conv2d)]
    norms = [m for m in block.modules() if isinstance(m, nn.InstanceNorm2d)]
    expect(len(convs) == 2, f"a residual block has two 3x3 convolutions, yours has {len(convs)}")
    expect(
        len(norms) == 2, f"each of the two convolutions has an instance norm of its own; there are {len(norms)} in all"
    )
    expect(
        all(norm.affine for norm in norms),
        "the instance norms need their scale and offset: InstanceNorm2d(c, affine=True)",
    )
    networks.initialise(block, torch.Generator().manual_seed(0))
    x = torch.randn(2, 6, 12, 10, generator=torch.Generator().manual_seed(1))
    before = x.clone()
    y = block(x)
    expect(isinstance(y, Tensor), "forward returns no tensor: is a `return` missing?")
    expect(
        y.shape == x.shape, f"the shape must stay {tuple(x.shape)}, or nothing could be added; it is {tuple(y.shape)}"
    )
    expect(torch.equal(x, before), "the block overwrote its input: `+=` or an in-place ReLU worked on x itself")
    yield "shape"
    count, want = sum(p.numel() for p in block.parameters()), 2 * (6 * 6 * 9 + 2 * 6)
    expect(
        count != want + 12,
        "the convolutions have a bias each, which the norm behind them subtracts again: bias=False",
    )
    expect(
        count == want, f"{count} parameters with 6 channels, expected {want}: 3x3 kernels from 6 to 6 channels, no bias"
    )
    yield "parameters"
    same(
        y,
        _forward(block, x),
        {
            "the input is not added: return x plus what the layers make of it": _forward(block, x) - x,
            "a ReLU comes after the addition (the released program has it there); leave the sum as it is": _forward(
                block, x
            ).relu(),
            "the branch ends in a ReLU, so it could only ever add; let it end with the norm": _forward(
                block, x, late=True
            ),
            "the ReLU between the two convolutions is missing": _forward(block, x, inner=False),
            "the border is padded with zeros; inside residual blocks it is reflected": _forward(block, x, zeros=True),
        },
        "x + f(x)",
    )
    yield "x + f(x)"
    with torch.no_grad():
        norms[-1].weight.zero_(), norms[-1].bias.zero_()
    same(block(x), x, what="the block with its last norm turned to zero, which should be the identity,")
    yield "identity"


# ------------------------------------------------------------------------------------------ 03.4 attention network


def _draw_attention(axis: Axes, answer: Any) -> None:
    picture, _ = savanna.draw("zebra", 1, 64, seed=2, start=18)
    network = answer(16)
    networks.initialise(network, torch.Generator().manual_seed(0))
    with torch.no_grad():
        axis.imshow(network(to_float(picture))[0, 0], cmap="gray", interpolation="nearest")
    axis.set(xticks=[], yticks=[])
    axis.set_xlabel("map with random weights, contrast stretched", fontsize=8)


def a_network_and_pictures(draw: Draw) -> dict[str, Any]:
    """A width, pictures four times as large as `draw` says, and weights."""
    width, x = 2 + draw.n, draw.uniform(draw.n, 3, 4 * draw.height, 4 * draw.width, low=-1)
    return {"width": width, "x": x, "weights": random_weights(networks.Attention(width), x, draw)}


def map_of(answer: type[nn.Module], width: int, x: Tensor, weights: dict[str, Tensor]) -> Tensor:
    """What the learner's network, with these weights, makes of x."""
    return with_weights(lambda: answer(width), weights, x)


define(
    "03.4",
    networks.Attention,
    at_sizes(a_network_and_pictures),
    "the map",
    part="attention",
    equation="Appendix A",
    difficulty=2,
    minutes=15,
    hints=[
        "Go through the string from left to right: `*convolution(...)` for each c, your ResidualBlock for the r, "
        "`nn.Upsample(scale_factor=2)` for each up2. The channels are 3, w, 2w, 2w, 2w, w, 1.",
        "The last layer has neither norm nor ReLU: nn.Conv2d(w, 1, 7, padding=3, padding_mode='reflect'), then "
        "nn.Sigmoid().",
    ],
    draw=_draw_attention,
    run=map_of,
)


class _Stack(nn.Module):
    """The layers of 03.4, of which a mistake replaces some."""

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


mistake("03.4", "the map is twice as large as the picture: the first layer needs stride 2, whatever is printed")(
    lambda w: _Stack(w, first=1)
)
mistake("03.4", "norm and ReLU stand before the sigmoid, so the map never falls below 1/2; the last layer has neither")(
    lambda w: _Stack(w, end=[*convolution(w, 1, 7), nn.Sigmoid()])
)
mistake("03.4", "the border is padded with zeros in the last layer, which shows the network where it is: reflect")(
    lambda w: _Stack(w, end=[_last(w, padding_mode="zeros"), nn.Sigmoid()])
)
mistake("03.4", "the residual block, `r2w`, is missing between the halvings and the doublings")(
    lambda w: _Stack(w, block=lambda _: nn.Identity())
)
mistake("03.4", "the residual block adds nothing to x: where is the `x +` of your ResidualBlock?")(
    lambda w: _Stack(w, block=lambda c: nn.Sequential(*convolution(c, c, 3), *convolution(c, c, 3)[:-1]))
)
mistake("03.4", "the map leaves [0, 1]: a sigmoid should be the last module")(lambda w: _Stack(w, end=[_last(w)]))
mistake("03.4", "there are two sigmoids in a row, and the map stays between 0.5 and 0.73; the last layer has one")(
    lambda w: _Stack(w, end=[_last(w), nn.Sigmoid(), nn.Sigmoid()])
)
mistake("03.4", "a ReLU stands before the sigmoid, so the map never falls below 1/2; the last layer has none")(
    lambda w: _Stack(w, end=[_last(w), nn.ReLU(), nn.Sigmoid()])
)
mistake("03.4", "an up2 repeats pixels, `nn.Upsample(scale_factor=2)`; yours blends them (bilinear)")(
    lambda w: _Stack(w, up=lambda: nn.Upsample(scale_factor=2, mode="bilinear"))
)


@mistake("03.4", "a convolution has a bias, which the norm behind it subtracts again: `convolution` leaves it out")
class _Biased(_Stack):
    def __init__(self, w: int):
        super().__init__(w)
        self.layers[0] = nn.Conv2d(3, w, 7, 2, 3, padding_mode="reflect")


@mistake("03.4", "both doublings come at once; in the string a 3x3 layer stands between the two up2")
class _AtOnce(_Stack):
    def __init__(self, w: int):
        super().__init__(w)
        self.layers[7], self.layers[11] = nn.Upsample(scale_factor=4), nn.Identity()


@mistake("03.4", "kernels are 3x3 after each up2, 7x7 at the end; with 1x1, as released, maps are blocks of 4x4 px")
class _Released(_Stack):
    def __init__(self, w: int):
        super().__init__(w, end=[nn.Conv2d(w, 1, 1), nn.Sigmoid()])
        self.layers[8], self.layers[12] = (nn.Conv2d(2 * w, n, 1, bias=False) for n in (2 * w, w))


# ------------------------------------------------------------------------------------------ 03.5 parameters


def count_parameters(layers: list[Layer], channels: int = 3) -> int:
    """How many numbers a stack of layers learns: kernels, and a bias or a norm's scale and offset per filter."""
    total = 0
    for layer in layers:
        if layer.filters == 0:  # an up2
            continue
        total += channels * layer.filters * layer.kernel**2
        total += layer.filters * (layer.bias + 2 * layer.norm)
        channels = layer.filters
    return total


def _counts(layers: list[Layer], per_layer: Callable[[Layer, int], int], moving: bool = True) -> float:
    total, channels = 0, 3
    for a in layers:
        if a.filters:
            total += per_layer(a, channels)
            channels = a.filters if moving else channels
    return float(total)


def _draw_counts(axis: Axes, answer: Any) -> None:
    names = ["generator", "attention", "discriminator"]
    rows = [("the paper", MENDED, ORANGE), ("ours, small", SMALL, BLUE)]
    for k, (label, nets, color) in enumerate(rows):
        counts = [answer(list(nets[name])) / 1e3 for name in names]
        bars = axis.barh([i + 0.4 * k for i in range(3)], counts, 0.38, color=color, label=label)
        axis.bar_label(bars, fmt="%.0f", fontsize=7, padding=2)
    axis.set_yticks([0.2, 1.2, 2.2], names, fontsize=8)
    axis.set_xlabel("thousand parameters, one network", fontsize=8)
    axis.set_xlim(0, 3500)
    axis.tick_params(labelsize=8)
    axis.invert_yaxis()
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(fontsize=7, frameon=False, loc="center right")


@checks(
    "03.5",
    count_parameters,
    part="generator",
    equation="Appendix A",
    difficulty=1,
    minutes=8,
    hints=[
        "One filter looks at all channels that come in: channels x kernel x kernel weights. How many filters?",
        "`layer.bias` and `layer.norm` are True or False, and Python counts True as 1: "
        "layer.filters * (layer.bias + 2 * layer.norm).",
    ],
    mistakes=[
        "kernel instead of kernel squared.",
        "Forgetting that the next layer gets as many channels as this one has filters.",
        "Letting up2, which has no filters, set the channels to zero.",
    ],
    draw=_draw_counts,
)
def _count_parameters(answer: Any) -> Iterator[str]:
    def full(a: Layer, c: int) -> int:
        return c * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)

    def check(layers: list[Layer], what: str) -> None:
        want = count_parameters(layers)
        same(
            answer(list(layers)),
            want,
            {
                "a kernel has kernel x kernel weights per channel, not kernel": _counts(
                    layers, lambda a, c: c * a.filters * a.kernel + a.filters * (a.bias + 2 * a.norm)
                ),
                "only kernels are counted: norms and biases learn as well": _counts(
                    layers, lambda a, c: c * a.filters * a.kernel**2
                ),
                "every layer was given 3 channels; a layer gets as many as the one before has filters": _counts(
                    layers, full, moving=False
                ),
                "an instance norm has TWO numbers per filter, a scale and an offset": _counts(
                    layers, lambda a, c: c * a.filters * a.kernel**2 + a.filters * (a.bias + a.norm)
                ),
                "one filter was counted per layer; there are layer.filters of them": _counts(
                    layers, lambda a, c: c * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)
                ),
                "every layer was given both a bias and a norm; look at layer.bias and layer.norm": _counts(
                    layers, lambda a, c: c * a.filters * a.kernel**2 + 3 * a.filters
                ),
                "the biases are missing": _counts(
                    layers, lambda a, c: c * a.filters * a.kernel**2 + 2 * a.filters * a.norm
                ),
                "an up2 learns nothing and keeps its channels; with filters = 0 it set yours to zero": float(
                    _up2_counted(layers)
                ),
            },
            f"the number of parameters of {what}",
            tolerance=1e-9,
        )

    check(parse("c3s1-8-R, c3s2-16-R, c1s1-1"), "three layers")
    yield "kernels"
    check(PRINTED["discriminator"], "the discriminator")
    yield "biases"
    check(MENDED["attention"], "the attention network")
    yield "up2"
    check(MENDED["generator"], "the generator")
    check(SMALL["generator"], "the small generator")
    yield "generators"


def _up2_counted(layers: list[Layer]) -> int:
    total, channels = 0, 3
    for a in layers:
        total += channels * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)
        channels = a.filters
    return total


# ------------------------------------------------------------------------------------------ quiz
