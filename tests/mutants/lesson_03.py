"""Answers to the exercises of lesson 03."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_03.checks import convolution
from uagt_lib.method import networks
from uagt_lib.method.networks import ResidualBlock

# ------------------------------------------------------------------------------------------ 03.1


@accepted("03.1")
def _recursive_sizes(layers, size):
    if not layers:
        return []
    first, *rest = layers
    n = size * first.up
    reach = n - first.kernel + 2 * ((first.kernel - 1) // 2)
    size = 1 + int(reach / first.stride)
    return [size, *_recursive_sizes(rest, size)]


def _sizes(layers, size, step):
    found = []
    for a in layers:
        size = step(a, size)
        found.append(size)
    return found


@rejected("03.1", "doubling is missing")
def _no_up(layers, size):
    return _sizes(layers, size, lambda a, n: (n + 2 * ((a.kernel - 1) // 2) - a.kernel) // a.stride + 1)


@rejected("03.1", "padding is missing")
def _no_padding(layers, size):
    return _sizes(layers, size, lambda a, n: (a.up * n - a.kernel) // a.stride + 1)


@rejected("03.1", "4x4")
def _half_kernel(layers, size):
    return _sizes(layers, size, lambda a, n: (a.up * n + 2 * (a.kernel // 2) - a.kernel) // a.stride + 1)


@rejected("03.1", "+ 1")
def _no_one(layers, size):
    return _sizes(layers, size, lambda a, n: (a.up * n + 2 * ((a.kernel - 1) // 2) - a.kernel) // a.stride)


@rejected("03.1", "whole numbers")
def _fractions(layers, size):
    return _sizes(layers, size, lambda a, n: (a.up * n + 2 * ((a.kernel - 1) // 2) - a.kernel) / a.stride + 1)


@rejected("03.1", "after EACH layer")
def _last(layers, size):
    return _recursive_sizes(layers, size)[-1]


@rejected("03.1", "begins with the size")
def _with_start(layers, size):
    return [size, *_recursive_sizes(layers, size)]


@rejected("03.1", "size alone")
def _divided(layers, size):
    return _sizes(layers, size, lambda a, n: a.up * n // a.stride - (a.kernel == 4 and a.stride == 1))


@rejected("03.1", "picture's own size")
def _unlinked(layers, size):
    return [_recursive_sizes([a], size)[0] for a in layers]


# ------------------------------------------------------------------------------------------ 03.2


@accepted("03.2")
def _backwards(layers):
    seen = 1.0  # from the last layer to the first: how many pixels of its input does it need
    for a in reversed(layers):
        seen = ((seen - 1) * a.stride + a.kernel - 1) / a.up + 1
    return seen


@rejected("03.2", "steps of one pixel")
def _no_jump(layers):
    return 1 + sum(a.kernel - 1 for a in layers)


@rejected("03.2", "too early")
def _early(layers):
    field, jump = 1, 1
    for a in layers:
        jump = jump * a.stride / a.up
        field += (a.kernel - 1) * jump
    return field


@rejected("03.2", "up2 is not counted")
def _no_shrink(layers):
    field, jump = 1, 1
    for a in layers:
        field += (a.kernel - 1) * jump
        jump *= a.stride
    return field


@rejected("03.2", "k - 1")
def _whole_kernel(layers):
    field, jump = 1, 1
    for a in layers:
        jump = jump / a.up
        field += a.kernel * jump
        jump *= a.stride
    return field


@rejected("03.2", "comes first")
def _up_late(layers):
    field, jump = 1, 1
    for a in layers:
        field += (a.kernel - 1) * jump
        jump = jump * a.stride / a.up
    return field


@rejected("03.2", "starts at 1")
def _from_zero(layers):
    return _backwards(layers) - 1


# ------------------------------------------------------------------------------------------ 03.3


class _Block(nn.Module):
    def __init__(self, channels, bias=False, affine=True):
        super().__init__()
        self.norm1, self.norm2 = (nn.InstanceNorm2d(channels, affine=affine) for _ in range(2))
        self.conv1, self.conv2 = (nn.Conv2d(channels, channels, 3, bias=bias) for _ in range(2))

    def branch(self, x, mode="reflect"):
        y = F.relu(self.norm1(self.conv1(F.pad(x, (1, 1, 1, 1), mode))))
        return self.norm2(self.conv2(F.pad(y, (1, 1, 1, 1), mode)))

    def forward(self, x):
        return self.branch(x) + x


accepted("03.3")(_Block)


@rejected("03.3", "after the addition")
class _Released(_Block):
    def forward(self, x):
        return F.relu(x + self.branch(x))


@rejected("03.3", "only ever add")
class _Positive(_Block):
    def forward(self, x):
        return x + F.relu(self.branch(x))


@rejected("03.3", "not added")
class _Plain(_Block):
    def forward(self, x):
        return self.branch(x)


@rejected("03.3", "zeros")
class _Zeros(_Block):
    def forward(self, x):
        return x + self.branch(x, "constant")


@rejected("03.3", "two convolutions is missing")
class _Linear(_Block):
    def branch(self, x, mode="reflect"):
        y = self.norm1(self.conv1(F.pad(x, (1, 1, 1, 1), mode)))
        return self.norm2(self.conv2(F.pad(y, (1, 1, 1, 1), mode)))


@rejected("03.3", "bias=False")
class _Biased(_Block):
    def __init__(self, channels):
        super().__init__(channels, bias=True)


@rejected("03.3", "scale and offset")
class _Fixed(_Block):
    def __init__(self, channels):
        super().__init__(channels, affine=False)


@rejected("03.3", "overwrote its input")
class _InPlace(_Block):
    def forward(self, x):
        x += self.branch(x)
        return x


@rejected("03.3", "norm of its own")
class _OneNorm(_Block):
    def __init__(self, channels):
        super().__init__(channels)
        self.norm2 = self.norm1


# ------------------------------------------------------------------------------------------ 03.4


class _Attention(nn.Module):
    first, kernels, ups, mode, out = 2, (3, 3, 7), 2, "reflect", 1

    def __init__(self, width=32):
        super().__init__()
        w, (a, b, c) = width, self.kernels
        self.down = nn.Sequential(*convolution(3, w, 7, self.first), *convolution(w, 2 * w, 3, 2), ResidualBlock(2 * w))
        self.up1 = nn.Sequential(*convolution(2 * w, 2 * w, a))
        self.up2 = nn.Sequential(*convolution(2 * w, w, b))
        self.last = nn.Conv2d(w, self.out, c, padding=c // 2, padding_mode="reflect")
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                module.padding_mode = self.mode

    def double(self, x):
        return F.interpolate(x, scale_factor=2, mode="nearest")

    def forward(self, x):
        return torch.sigmoid(self.last(self.up2(self.double(self.up1(self.double(self.down(x)))))))


accepted("03.4")(_Attention)


@rejected("03.4", "twice as large")
class _AsPrinted(_Attention):
    first = 1


@rejected("03.4", "blocks of 4x4")
class _AsReleased(_Attention):
    kernels = (1, 1, 1)


@rejected("03.4", "the map at")
class _ZeroPadded(_Attention):
    mode = "zeros"


@rejected("03.4", "last.weight of shape (3, 4, 7, 7) comes where Conv2d 7.weight of shape (1, 4, 7, 7) is expected")
class _ThreeChannels(_Attention):
    out = 3


@rejected("03.4", "sigmoid should be")
class _NoSigmoid(_Attention):
    def forward(self, x):
        return self.last(self.up2(self.double(self.up1(self.double(self.down(x))))))


@rejected("03.4", "below 1/2")
class _ReluFirst(_Attention):
    def forward(self, x):
        return torch.sigmoid(F.relu(self.last(self.up2(self.double(self.up1(self.double(self.down(x))))))))


@rejected("03.4", "the shape of the map is (2, 1, 10, 8), expected (2, 1, 20, 16)")
class _OneUp(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.up2(self.double(self.up1(self.down(x))))))


@rejected("03.4", "last.weight of shape (1, 4, 3, 3) comes where")
class _SmallEnd(_Attention):
    kernels = (3, 3, 3)


@rejected("03.4", "is missing between")
class _NoBlock(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.down = self.down[:-1]


@rejected("03.4", "the layers differ")
class _TwoBlocks(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.down.append(ResidualBlock(2 * width))


@rejected("03.4", "no gradient of the map reaches x")
class _Detached(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.up2(self.double(self.up1(self.double(self.down(x).detach()))))))


@accepted("03.4")
class _RegisteredInAnotherOrder(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        w = width
        self.last = nn.Conv2d(w, 1, 7)
        self.up = nn.ModuleList([nn.Sequential(*convolution(2 * w, n, 3)) for n in (2 * w, w)])
        self.block = ResidualBlock(2 * w)
        self.down = nn.Sequential(*convolution(3, w, 7, 2), *convolution(w, 2 * w, 3, 2))

    def forward(self, x):
        x = self.block(self.down(x))
        for layers in self.up:
            x = layers(x.repeat_interleave(2, 2).repeat_interleave(2, 3))
        return self.last(F.pad(x, (3, 3, 3, 3), mode="reflect")).sigmoid()


@accepted("03.4")
def _one_row_of_modules(width):
    return nn.Sequential(
        *convolution(3, width, 7, 2),
        *convolution(width, 2 * width, 3, 2),
        networks.ResidualBlock(2 * width),
        nn.Upsample(scale_factor=2),
        *convolution(2 * width, 2 * width, 3),
        nn.UpsamplingNearest2d(scale_factor=2),
        *convolution(2 * width, width, 3),
        nn.ReflectionPad2d(3),
        nn.Conv2d(width, 1, 7),
        nn.Sigmoid(),
    )


@rejected("03.4", "the map at")
class _Counts(_Attention):
    calls = 0

    def forward(self, x):
        type(self).calls += 1
        return super().forward(x) + 1e-3 * self.calls


@rejected("03.4", "the shape of the map")
class _OneBatchOnly(_Attention):
    def forward(self, x):
        return super().forward(x)[:2].mean(0, keepdim=True)


@rejected("03.4", "the layers differ")
class _NotRegistered(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        layers, self.up1 = self.up1, None
        self.hidden = [layers]

    def forward(self, x):
        [layers] = self.hidden
        return torch.sigmoid(self.last(self.up2(self.double(layers(self.double(self.down(x)))))))


@rejected("03.4", "the map at")
class _DoubledAfterTheLayer(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.double(self.up2(self.double(self.up1(self.down(x)))))))


@rejected("03.4", "the map at")
class _ReluBeforeNorm(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.up2[1], self.up2[2] = self.up2[2], self.up2[1]


@rejected("03.4", "afterwards x at")
class _InPlace(_Attention):
    def forward(self, x):
        return super().forward(x.add_(0.1) - 0.1)


@rejected("03.4", "the map at")
class _NormsOfTheBatch(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.up2[1] = nn.BatchNorm2d(width)


# ------------------------------------------------------------------------------------------ 03.5


@accepted("03.5")
def _from_modules(layers):
    channels, modules = 3, nn.ModuleList()
    for a in layers:
        if a.filters:
            modules.append(nn.Conv2d(channels, a.filters, a.kernel, bias=a.bias))
            modules.append(nn.InstanceNorm2d(a.filters, affine=a.norm))
            channels = a.filters
    return sum(p.numel() for p in modules.parameters())


@rejected("03.5", "not kernel")
def _not_squared(layers):
    total, channels = 0, 3
    for a in layers:
        if a.filters:
            total += channels * a.filters * a.kernel + a.filters * (a.bias + 2 * a.norm)
            channels = a.filters
    return total


@rejected("03.5", "keeps its channels")
def _up2_resets(layers):
    total, channels = 0, 3
    for a in layers:
        total += channels * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm)
        channels = a.filters
    return total


@rejected("03.5", "given 3 channels")
def _always_three(layers):
    return sum(3 * a.filters * a.kernel**2 + a.filters * (a.bias + 2 * a.norm) for a in layers)


@rejected("03.5", "only kernels")
def _kernels_only(layers):
    total, channels = 0, 3
    for a in layers:
        if a.filters:
            total += channels * a.filters * a.kernel**2
            channels = a.filters
    return total


@rejected("03.5", "TWO numbers")
def _scale_only(layers):
    total, channels = 0, 3
    for a in layers:
        if a.filters:
            total += channels * a.filters * a.kernel**2 + a.filters * (a.bias + a.norm)
            channels = a.filters
    return total
