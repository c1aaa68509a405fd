"""The networks exactly as the authors' released TensorFlow program builds them, for parity tests and for its weights.

Same calls as in `networks.py`, so either can stand in for the other. What differs from the paper's appendix: the
attention decoder is 1x1 throughout (each map is constant on 4x4 blocks), residual blocks end in a ReLU, generators pad
with zeros, stride-2 layers pad on the far side only, transposed convolutions drop their last row and column,
discriminators pad by 2. Layers keep the program's names (c1, r1, ...), its constants are the only sizes offered.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.errors import UagtError
from uagt_lib.method.exact import InstanceNorm


class Layer(nn.Module):
    """Padding, convolution with bias, instance norm (eps 1e-5), in the program's order; activation is the caller's.

    `pad` is (left, right, top, bottom); `norm=False` for a last layer, whose norm variables exist but are never used.
    """

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int = 1, pad: int | tuple[int, ...] = 0, *,
                 reflect: bool = False, transposed: bool = False, norm: bool = True):  # fmt: skip
        super().__init__()
        self.pad = (pad,) * 4 if isinstance(pad, int) else pad
        self.mode = "reflect" if reflect else "constant"
        self.transposed, self.normed = transposed, norm
        self.conv = (nn.ConvTranspose2d if transposed else nn.Conv2d)(n_in, n_out, kernel, stride)
        self.norm = InstanceNorm(n_out)

    def forward(self, x: Tensor, normalise: bool = True) -> Tensor:
        x = self.conv(F.pad(x, self.pad, self.mode))
        if self.transposed:  # TensorFlow's SAME keeps rows and columns 0..2n-1 of 2n+1; PyTorch's padding=1 keeps 1..2n
            x = x[..., :-1, :-1]
        return self.norm(x) if self.normed and normalise else x


class Residual(nn.Module):
    """Two 3x3 layers and the input, with a ReLU after the sum as well.

    >>> bool(Residual(8, reflect=True)(torch.randn(1, 8, 16, 16)).min() >= 0)
    True
    """

    def __init__(self, n: int, reflect: bool):
        super().__init__()
        self.c1 = Layer(n, n, 3, pad=1, reflect=reflect)
        self.c2 = Layer(n, n, 3, pad=1, reflect=reflect)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.c2(F.relu(self.c1(x))))


class Generator(nn.Module):
    """Images (N, 3, H, W) in [-1, 1] to images; H and W divisible by 4. 2,855,817 variables in the program."""

    stride = 4

    def __init__(self) -> None:
        super().__init__()
        far = (0, 1, 0, 1)
        self.c1 = Layer(3, 32, 7, pad=3)
        self.c2 = Layer(32, 64, 3, 2, far)
        self.c3 = Layer(64, 128, 3, 2, far)
        for i in range(1, 10):
            self.add_module(f"r{i}", Residual(128, reflect=False))
        self.c4 = Layer(128, 64, 3, 2, transposed=True)
        self.c5 = Layer(64, 32, 3, 2, transposed=True)
        self.c6 = Layer(32, 3, 7, pad=3, norm=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.c3(F.relu(self.c2(F.relu(self.c1(x))))))
        for i in range(1, 10):
            x = self.get_submodule(f"r{i}")(x)
        return torch.tanh(self.c6(F.relu(self.c5(F.relu(self.c4(x))))))


class Attention(nn.Module):
    """Images (N, 3, H, W) in [-1, 1] to attention (N, 1, H, W); H and W divisible by 4. 104,003 variables.

    >>> Attention()(torch.zeros(1, 3, 64, 48)).shape
    torch.Size([1, 1, 64, 48])
    """

    stride = 4

    def __init__(self) -> None:
        super().__init__()
        self.c1 = Layer(3, 32, 7, 2, 3, reflect=True)
        self.c2 = Layer(32, 64, 3, 2, (0, 1, 0, 1))
        self.r1 = Residual(64, reflect=True)
        self.c4 = Layer(64, 64, 1)
        self.c5 = Layer(64, 32, 1)
        self.c6 = Layer(32, 1, 1, norm=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(x))

    def logits(self, x: Tensor) -> Tensor:
        """The map before its sigmoid, (N, 1, H, W)."""
        return self.decode(self.r1(F.relu(self.c2(F.relu(self.c1(x))))))

    def decode(self, x: Tensor) -> Tensor:
        """Features (N, 64, H/4, W/4) to logits (N, 1, H, W): as the program does it, doubling on the way."""
        for layer in (self.c4, self.c5):
            x = F.relu(layer(F.interpolate(x, scale_factor=2, mode="nearest")))
        return self.c6(x)


class Discriminator(nn.Module):
    """Images (N, 3, H, W) in [-1, 1] to patch scores (35x35 for 256 px). 2,766,659 variables."""

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 64, 128, 256, 512)
        for i in range(1, 5):
            self.add_module(f"c{i}", Layer(widths[i - 1], widths[i], 4, 2 if i < 4 else 1, 2))
        self.c5 = Layer(512, 1, 4, 1, 2, norm=False)

    def forward(self, x: Tensor, normalise: bool = True) -> Tensor:
        for i in range(1, 5):
            x = F.leaky_relu(self.get_submodule(f"c{i}")(x, normalise), 0.2)
        return self.c5(x)


def load(network: nn.Module, variables: Mapping[str, np.ndarray], prefix: str) -> None:
    """Load one network from the program's variables.

    Args:
        network: a `Generator`, `Attention` or `Discriminator` of this module.
        variables: TensorFlow names without ":0" and arrays in TensorFlow layout (convolutions H, W, in, out;
            transposed ones H, W, out, in), for instance a loaded `.npz`.
        prefix: the network's scope, such as "Model/g_A_ae".

    Raises:
        UagtError: if variables are missing under `prefix` or have another shape.
    """
    with torch.no_grad():
        for parameter, name in zip(network.state_dict().values(), variable_names(network, prefix), strict=True):
            if name not in variables:
                raise UagtError(f"variable {name} is missing; is {prefix} the network's scope?")
            array = np.asarray(variables[name])
            array = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array
            if array.shape != tuple(parameter.shape):
                raise UagtError(f"{name} is {array.shape} in PyTorch's order, expected {tuple(parameter.shape)}")
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))


def variable_names(network: nn.Module, prefix: str) -> Iterable[str]:
    """The TensorFlow names `load` looks for, in `state_dict` order."""
    for key in network.state_dict():
        *path, conv_or_norm, leaf = key.split(".")
        transposed = getattr(network.get_submodule(".".join(path)), "transposed", False)
        if conv_or_norm == "conv":
            parts = ["Conv2d_transpose" if transposed else "Conv", {"weight": "weights", "bias": "biases"}[leaf]]
        else:
            parts = ["instance_norm", {"weight": "scale", "bias": "offset"}[leaf]]
        yield "/".join([prefix, *path, *parts])
