"""Exact identities: layers that compute the same function as PyTorch's own, from the same weights, in less CPU time.

Each class is a subclass of the layer it stands for, with its parameters, so weights, initialisation and checkpoints do
not notice. Results differ in rounding only (`tests/test_exact.py` holds values and gradients against the plain layers
in float64). What each is worth was measured on one thread of a CPU (`make bench` does it again): CPU time of a training
step, first of the preset savanna, then at 128 px with the paper's widths; all three together .77 and .83 of the plain
layers'. Nobody has measured them elsewhere, so on other devices the plain layers run.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class InstanceNorm(nn.InstanceNorm2d):
    """Instance norm with scale and offset, as group norm with one group a channel.

    The identity: both subtract a mean and divide by a deviation taken over (H, W) of one channel of one image. PyTorch
    computes instance norm as batch norm of a reshaped copy, group norm directly. Steps take .90 and .94 of the time.
    """

    def __init__(self, channels: int):
        super().__init__(channels, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, C, H, W) to the same shape."""
        if x.device.type != "cpu":
            return super().forward(x)
        return F.group_norm(x, self.num_features, self.weight, self.bias, self.eps)


class FewOutputs(nn.Conv2d):
    """A convolution with one or three filters and stride 1, by rows.

    The identity: sum_ij w[i, j] x[y + i, x + j] = sum_i r_i[y + i, x] with r_i[y, x] = sum_j w[i, j] x[y, x + j]. So
    the k rows of each filter become filters of their own, 1 x k, and their k results are shifted and added. The work is
    the same, but convolutions with fewer filters than a vector register has places are slow. Steps take .92 and .89 of
    the time.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, C, H, W), with the padding and padding mode of the layer, as `nn.Conv2d`."""
        if x.device.type != "cpu":
            return super().forward(x)
        filters, channels, k, _ = self.weight.shape
        rows = self.weight.transpose(1, 2).reshape(filters * k, channels, 1, k)
        results = self._conv_forward(x, rows, None).unflatten(1, (filters, k)).unbind(2)
        shifted = (result[:, :, i : i + 1 - k or None] for i, result in enumerate(results))
        return sum(shifted, self.bias[:, None, None])


class DoubledConv(nn.Conv2d):
    """`up2` and a 3x3 convolution without bias behind it, as one transposed convolution 4x4 with stride 2.

    The identity: u[2m] = u[2m + 1] = x[m], so of three neighbours of u two are the same x and their weights may be
    added: (w0, w1, w2) becomes (w0, w1 + w2) for even and (w0 + w1, w2) for odd pixels. Both together are the kernel
    (w2, w1 + w2, w0 + w1, w0) of a transposed convolution; 4/9 of the work, and the doubled image is never made. One
    pixel of reflection around the doubled image is one pixel of replication around the small one. Steps take .94 and
    .95 of the time.
    """

    def __init__(self, n_in: int, n_out: int):
        super().__init__(n_in, n_out, 3, padding=1, bias=False, padding_mode="reflect")

    def forward(self, x: Tensor) -> Tensor:
        """Features (N, n_in, H, W) to (N, n_out, 2H, 2W)."""
        if x.device.type != "cpu":
            return super().forward(F.interpolate(x, scale_factor=2))
        mode = {"reflect": "replicate", "zeros": "constant"}[self.padding_mode]
        kernel = self.weight.transpose(0, 1).flatten(2) @ _SUMS.to(self.weight)
        return F.conv_transpose2d(F.pad(x, (1, 1, 1, 1), mode), kernel.unflatten(2, (4, 4)), stride=2, padding=3)


_SUM = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])  # of (w0, w1, w2), the kernel above
_SUMS = torch.kron(_SUM, _SUM).T  # the same for rows and columns: 3x3 to 4x4 weights, both flattened
