"""What lesson 03 plays with: the appendix's layer strings as data, and one layer as modules."""

import re
from itertools import groupby
from typing import NamedTuple

import torch.nn as nn


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
    """The layers' names in a row; "r128 x 9" for nine residual blocks in a row, of two convolutions each."""
    runs = [(name, len(list(run))) for name, run in groupby(layer.name for layer in layers)]
    words = [(name, count // 2 if name.startswith("r") else count) for name, count in runs]
    return ", ".join(name if count == 1 else f"{name} x {count}" for name, count in words)


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
# The small ones of the preset "savanna-smoke"; at 64 px attention's decoder is the released program's.
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
