"""The layers of `exact`, computed the plain way: what they must equal, and what `make bench` holds them against."""

from functools import partial

import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.method.exact import DoubledConv, FewOutputs, InstanceNorm


def _double_then_convolve(layer: DoubledConv, x: Tensor) -> Tensor:
    return nn.Conv2d.forward(layer, F.interpolate(x, scale_factor=2))


PLAIN = {
    InstanceNorm: nn.InstanceNorm2d.forward,
    FewOutputs: nn.Conv2d.forward,
    DoubledConv: _double_then_convolve,
}


def plain(network: nn.Module, *kinds: type[nn.Module]) -> nn.Module:
    """`network` itself, with the layers of these kinds (of all, if none is named) computed the plain way."""
    for layer in network.modules():
        if type(layer) in (kinds or PLAIN):
            layer.forward = partial(PLAIN[type(layer)], layer)
    return network
