"""Answers to the exercises of lesson 03, beside the mistakes that are registered and those that are generated."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_03.answers import count_parameters, multiply_adds, output_sizes, receptive_field
from uagt_lib.course.lessons.lesson_03.toys import convolution
from uagt_lib.method import networks
from uagt_lib.method.networks import ResidualBlock

# ------------------------------------------------------------------------------------------------ 03.1


@accepted("03.1")
def _recursive_sizes(layers, size):
    if not layers:
        return []
    first, *rest = layers
    n = size * first.up
    reach = n - first.kernel + 2 * ((first.kernel - 1) // 2)
    size = 1 + int(reach / first.stride)
    return [size, *_recursive_sizes(rest, size)]


@accepted("03.1")
def _as_a_tuple(layers, size):
    found = [size]
    for a in layers:
        found.append(1 + (a.up * found[-1] + (a.kernel - 1) // 2 * 2 - a.kernel) // a.stride)
    return tuple(found[1:])


@accepted("03.1")
def _by_running_it(layers, size):
    x, found = torch.zeros(1, 1, 1, size), []
    for a in layers:
        x, p = x.repeat_interleave(a.up, 3), (a.kernel - 1) // 2
        x = F.conv2d(F.pad(x, (p, p)), torch.ones(1, 1, 1, a.kernel), stride=(1, a.stride))
        found.append(x.shape[-1])
    return found


@rejected("03.1", "the length of layers is 0")
def _empties_the_list(layers, size):
    sizes = output_sizes(layers, size)
    layers.clear()
    return sizes


@rejected("03.1", "the length of layers is 0")
def _takes_layers_off(layers, size):
    found = []
    while layers:
        size = output_sizes([layers.pop(0)], size)[0]
        found.append(size)
    return found


@rejected("03.1", "afterwards layers[0][4] is 1")
def _changes_a_layer(layers, size):
    sizes = output_sizes(layers, size)
    layers[:1] = [a._replace(filters=1) for a in layers[:1]]
    return sizes


@rejected("03.1", "right for three 3x3 layers")
def _only_pictures_of_256(layers, size):
    return output_sizes(layers, 256 if size > 40 else size)


@rejected("03.1", "right for three 3x3 layers")
def _three_layers(layers, size):
    return output_sizes(layers[:3], size)


@rejected("03.1", "whole numbers")
def _true_division(layers, size):
    found = []
    for a in layers:
        size = (a.up * size + a.kernel - 1 - (a.kernel + 1) % 2 - a.kernel) / a.stride + 1
        found.append(size)
    return found


@rejected("03.1", "sizes is a tensor")
def _a_tensor(layers, size):
    return torch.tensor(output_sizes(layers, size))


# ------------------------------------------------------------------------------------------------ 03.2


@accepted("03.2")
def _backwards(layers):
    seen = 1.0  # from the last layer to the first: how many pixels of its input does it need
    for a in reversed(layers):
        seen = ((seen - 1) * a.stride + a.kernel - 1) / a.up + 1
    return seen


@accepted("03.2")
def _recursive_field(layers):
    if not layers:
        return 1
    *rest, a = layers
    jump = 1.0
    for b in rest:
        jump *= b.stride / b.up
    return _recursive_field(rest) + (a.kernel - 1) * jump / a.up


@accepted("03.2")
def _as_a_tensor(layers):
    ups = torch.tensor([1.0] + [a.up for a in layers]).cumprod(0)[1:]
    strides = torch.tensor([1.0] + [a.stride for a in layers]).cumprod(0)[:-1]
    return 1 + ((torch.tensor([float(a.kernel) for a in layers]) - 1) * strides / ups).sum()


@rejected("03.2", "the length of layers is 0")
def _pops(layers):
    field, jump = 1, 1
    while layers:
        a = layers.pop(0)
        jump /= a.up
        field += (a.kernel - 1) * jump
        jump *= a.stride
    return field


@rejected("03.2", "afterwards layers[0]")
def _last_layer_first(layers):
    layers.reverse()
    return _backwards(layers[::-1])


@rejected("03.2", "right for three 3x3 layers")
def _at_most_three_layers(layers):
    return receptive_field(layers[:3])


@rejected("03.2", "the receptive field is a list of")
def _field_after_each(layers):
    return [receptive_field(layers[: i + 1]) for i in range(len(layers))]


@rejected("03.2", "is a `return` missing?")
def _printed(layers):
    str(receptive_field(layers))


# ------------------------------------------------------------------------------------------------ 03.3


@accepted("03.3")
def _whole_sum(layers, channels, size):
    ins = [channels]
    for a in layers:
        ins.append(a.filters or ins[-1])
    scale, total = size * size, 0
    for a, c in zip(layers, ins, strict=False):
        scale = scale * a.up**2 / a.stride**2
        total += c * a.filters * a.kernel * a.kernel * scale
    return total


@accepted("03.3")
def _recursive_cost(layers, channels, size):
    if not layers:
        return 0
    a, *rest = layers
    size = size * a.up / a.stride
    here = channels * a.filters * (a.kernel * size) ** 2
    return here + _recursive_cost(rest, a.filters or channels, size)


@accepted("03.3")
def _counted_on_256(layers, channels, size):
    side, total = 256 * size, 0
    for a in layers:
        side = side * a.up // a.stride
        if a.filters:
            total += side * side * torch.zeros(a.filters, channels, a.kernel, a.kernel).numel()
            channels = a.filters
    return total / 256**2


@rejected("03.3", "the length of layers is 0")
def _eats_the_layers(layers, channels, size):
    total = 0.0
    while layers:
        a = layers.pop(0)
        size *= a.up / a.stride
        total += size**2 * channels * a.filters * a.kernel**2
        channels = a.filters or channels
    return total


@rejected("03.3", "the number of multiply-adds is")
def _counts_the_norms_too(layers, channels, size):
    return multiply_adds(layers, channels, size) + sum(2 * a.norm * a.filters for a in layers)


@rejected("03.3", "right for the decoder as printed")
def _always_64_channels(layers, channels, size):
    return multiply_adds(layers, 64, size)


@rejected("03.3", "right for the decoder as printed")
def _always_at_a_quarter(layers, channels, size):
    return multiply_adds(layers, channels, 0.25)


@rejected("03.3", "the number of multiply-adds is")
def _of_the_whole_picture(layers, channels, size):
    return 256**2 * multiply_adds(layers, channels, size)


# ------------------------------------------------------------------------------------------------ 03.4


@accepted("03.4")
def _repeated(c4, c5, c6, features):
    return c6(c5(c4(features).relu()).relu()).repeat_interleave(4, 2).repeat_interleave(4, 3)


@accepted("03.4")
def _two_doublings_at_the_end(c4, c5, c6, features):
    x = c6(F.relu(c5(F.relu(c4(features)))))
    return F.interpolate(F.interpolate(x, scale_factor=2), scale_factor=2)


@accepted("03.4")
def _by_blocks(c4, c5, c6, features):
    x = nn.Sequential(c4, nn.ReLU(), c5, nn.ReLU(), c6)(features)
    return torch.kron(x, torch.ones(4, 4, dtype=x.dtype))


@rejected("03.4", "the numbers are right, but c4 worked on 6 x 10 copies of the 3 x 5 features, for 4 times the work")
def _as_the_program(c4, c5, c6, features):
    for layer in (c4, c5):
        features = F.relu(layer(F.interpolate(features, scale_factor=2)))
    return c6(features)


@rejected("03.4", "for 16 times the work")
def _enlarged_first(c4, c5, c6, features):
    return c6(F.relu(c5(F.relu(c4(F.interpolate(features, scale_factor=4))))))


@rejected("03.4", "but c6 worked on")
def _last_layer_large(c4, c5, c6, features):
    return c6(F.interpolate(F.relu(c5(F.relu(c4(features)))), scale_factor=4))


@rejected("03.4", "afterwards features at")
def _relu_in_place(c4, c5, c6, features):
    x = c6(F.relu(c5(F.relu(c4(features)))))
    features.relu_()
    return F.interpolate(x, scale_factor=4)


@rejected("03.4", "no gradient of the logits reaches c4")
def _features_under_no_grad(c4, c5, c6, features):
    with torch.no_grad():
        x = F.relu(c4(features))
    return F.interpolate(c6(F.relu(c5(x))), scale_factor=4)


@rejected("03.4", "no gradient")
def _cut_before_the_last(c4, c5, c6, features):
    return F.interpolate(c6(F.relu(c5(F.relu(c4(features)))).detach()), scale_factor=4)


@rejected("03.4", "the shape of the logits")
def _a_size_that_is_fitted(c4, c5, c6, features):
    return F.interpolate(c6(F.relu(c5(F.relu(c4(features))))), size=(20, 16))


@rejected("03.4", "afterwards c4")
def _norms_frozen(c4, c5, c6, features):
    x = c6(F.relu(c5(F.relu(c4(features)))))
    c4.eval().requires_grad_(False)
    return F.interpolate(x, scale_factor=4)


@rejected("03.4", "the logits at")
def _layers_exchanged_with_relu(c4, c5, c6, features):
    return F.interpolate(c6(F.relu(c5(c4(F.relu(features))))), scale_factor=4)


# ------------------------------------------------------------------------------------------------ 03.5


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


accepted("03.5")(_Attention)


@rejected("03.5", "twice as large")
class _AsPrinted(_Attention):
    first = 1


@rejected("03.5", "blocks of 4x4")
class _AsReleased(_Attention):
    kernels = (1, 1, 1)


@rejected("03.5", "the map at")
class _ZeroPadded(_Attention):
    mode = "zeros"


@rejected("03.5", "last.weight of shape (3, 4, 7, 7) comes where Conv2d 7.weight of shape (1, 4, 7, 7) is expected")
class _ThreeChannels(_Attention):
    out = 3


@rejected("03.5", "sigmoid should be")
class _NoSigmoid(_Attention):
    def forward(self, x):
        return self.last(self.up2(self.double(self.up1(self.double(self.down(x))))))


@rejected("03.5", "a ReLU still stands")
class _ReluFirst(_Attention):
    def forward(self, x):
        return torch.sigmoid(F.relu(self.last(self.up2(self.double(self.up1(self.double(self.down(x))))))))


@rejected("03.5", "the shape of the map is (2, 1, 10, 8), expected (2, 1, 20, 16)")
class _OneUp(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.up2(self.double(self.up1(self.down(x))))))


@rejected("03.5", "last.weight of shape (1, 4, 3, 3) comes where")
class _SmallEnd(_Attention):
    kernels = (3, 3, 3)


@rejected("03.5", "is missing between")
class _NoBlock(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.down = self.down[:-1]


@rejected("03.5", "the layers differ")
class _TwoBlocks(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.down.append(ResidualBlock(2 * width))


@rejected("03.5", "no gradient of the map reaches x")
class _Detached(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.up2(self.double(self.up1(self.double(self.down(x).detach()))))))


@accepted("03.5")
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


@accepted("03.5")
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


@rejected("03.5", "in eval mode at")
class _Counts(_Attention):
    calls = 0

    def forward(self, x):
        type(self).calls += 1
        return super().forward(x) + 1e-3 * self.calls


@rejected("03.5", "the shape of the map")
class _OneBatchOnly(_Attention):
    def forward(self, x):
        return super().forward(x)[:2].mean(0, keepdim=True)


@rejected("03.5", "the layers differ")
class _NotRegistered(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        layers, self.up1 = self.up1, None
        self.hidden = [layers]

    def forward(self, x):
        [layers] = self.hidden
        return torch.sigmoid(self.last(self.up2(self.double(layers(self.double(self.down(x)))))))


@rejected("03.5", "the map at")
class _DoubledAfterTheLayer(_Attention):
    def forward(self, x):
        return torch.sigmoid(self.last(self.double(self.up2(self.double(self.up1(self.down(x)))))))


@rejected("03.5", "the map at")
class _ReluBeforeNorm(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.up2[1], self.up2[2] = self.up2[2], self.up2[1]


@rejected("03.5", "afterwards x at")
class _InPlace(_Attention):
    def forward(self, x):
        return super().forward(x.add_(0.1) - 0.1)


@rejected("03.5", "in eval mode at")
class _NormsOfTheBatch(_Attention):
    def __init__(self, width=32):
        super().__init__(width)
        self.up2[1] = nn.BatchNorm2d(width)


class _TypedIn(_Attention):
    """The list that the exercise starts from, mended in part."""

    stride, normed, relu, border = 2, False, False, "reflect"

    def __init__(self, width=32):
        super().__init__(width)
        self.down[0].stride = (self.stride, self.stride)
        self.last = nn.Conv2d(width, 1, 7, padding=3, padding_mode=self.border, bias=not self.normed)
        self.norm = nn.InstanceNorm2d(1, affine=True) if self.normed else nn.Identity()

    def forward(self, x):
        x = self.norm(self.last(self.up2(self.double(self.up1(self.double(self.down(x)))))))
        return torch.sigmoid(F.relu(x) if self.relu else x)


@rejected("03.5", "neither norm nor ReLU")
class _NothingMended(_TypedIn):
    stride, normed, relu, border = 1, True, True, "zeros"


@rejected("03.5", "neither norm nor ReLU")
class _OnlyTheStrideMended(_TypedIn):
    normed, relu, border = True, True, "zeros"


@rejected("03.5", "neither norm nor ReLU")
class _OnlyTheReluTakenOut(_TypedIn):
    normed, border = True, "zeros"


@rejected("03.5", "padded with zeros in the last layer")
class _BorderLeft(_TypedIn):
    border = "zeros"


@rejected("03.5", "a ReLU still stands")
class _ReluLeft(_TypedIn):
    relu = True


@rejected("03.5", "twice as large")
class _StrideLeft(_TypedIn):
    stride = 1


# ------------------------------------------------------------------------------------------------ 03.6


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


accepted("03.6")(_Block)


@accepted("03.6")
class _InARow(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.f = nn.Sequential(*convolution(channels, channels, 3), *convolution(channels, channels, 3)[:-1])

    def forward(self, x):
        return x + self.f(x)


@accepted("03.6")
class _AsTwoHalves(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.halves = nn.ModuleDict({name: self.half(channels) for name in ("second", "first")})

    def half(self, channels):
        pad, conv = nn.ReflectionPad2d(1), nn.Conv2d(channels, channels, 3, bias=False)
        return nn.Sequential(pad, conv, nn.InstanceNorm2d(channels, affine=True))

    def forward(self, x):
        return torch.add(x, self.halves["second"](self.halves["first"](x).clamp(min=0)))


@rejected("03.6", "afterwards x at")
class _SumInPlace(_Block):
    def forward(self, x):
        x += self.branch(x)
        return x


@rejected("03.6", "RuntimeError")
class _OneSizeOnly(_Block):
    def forward(self, x):
        return x + self.branch(x).reshape(2, *x.shape[1:])


@rejected("03.6", "part of it is cut off")
class _BranchUnderNoGrad(_Block):
    def forward(self, x):
        with torch.no_grad():
            y = self.branch(x)
        return x + y


@rejected("03.6", "x.detach()")
class _InputDetached(_Block):
    def forward(self, x):
        return x.detach() + self.branch(x)


@rejected("03.6", "RuntimeError")
class _NoPadding(_Block):
    def branch(self, x, mode="reflect"):
        return self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))


@rejected("03.6", "the layers differ")
class _ThreeConvolutions(_Block):
    def __init__(self, channels):
        super().__init__(channels)
        self.conv3 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)

    def forward(self, x):
        return x + self.conv3(self.branch(x))


@rejected("03.6", "the layers differ")
class _LayersInAList(_Block):
    def __init__(self, channels):
        super().__init__(channels)
        self.hidden = [self.conv2]
        del self.conv2

    def forward(self, x):
        self_conv = self.hidden[0]
        y = F.relu(self.norm1(self.conv1(F.pad(x, (1, 1, 1, 1), "reflect"))))
        return x + self.norm2(self_conv(F.pad(y, (1, 1, 1, 1), "reflect")))


@rejected("03.6", "x + f(x) at")
class _MeanOfBoth(_Block):
    def forward(self, x):
        return (x + self.branch(x)) / 2


# ------------------------------------------------------------------------------------------------ 03.7


@accepted("03.7")
def _from_modules(layers, channels=3):
    modules = nn.ModuleList()
    for a in layers:
        if a.filters:
            modules.append(nn.Conv2d(channels, a.filters, a.kernel, bias=a.bias, device="meta"))
            modules.append(nn.InstanceNorm2d(a.filters, affine=a.norm, device="meta"))
            channels = a.filters
    return sum(p.numel() for p in modules.parameters())


@accepted("03.7")
def _recursive_count(layers, channels=3):
    if not layers:
        return 0
    a, *rest = layers
    here = a.filters * (channels * a.kernel * a.kernel + int(a.bias) + 2 * int(a.norm))
    return here + _recursive_count(rest, a.filters if a.filters else channels)


@accepted("03.7")
def _pairs_of_filters(layers, channels=3):
    real = [a for a in layers if a.filters]
    ins = [channels, *(a.filters for a in real)][: len(real)]
    return sum(n * a.filters * a.kernel**2 + (a.bias + 2 * a.norm) * a.filters for n, a in zip(ins, real, strict=True))


@rejected("03.7", "afterwards the length of layers")
def _without_up2(layers, channels=3):
    for a in [a for a in layers if not a.filters]:
        layers.remove(a)
    return count_parameters(layers, channels)


@rejected("03.7", "the length of layers is 0")
def _pops_layers(layers, channels=3):
    total = 0
    while layers:
        a = layers.pop(0)
        total += count_parameters([a], channels)
        channels = a.filters or channels
    return total


@rejected("03.7", "right for three 3x3 layers")
def _three_only(layers, channels=3):
    return count_parameters(layers[:3], channels)


@rejected("03.7", "the number of parameters is a list of")
def _count_of_each(layers, channels=3):
    return [count_parameters([a], channels) for a in layers]


# ---- right for the stacks that the lesson shows, and for those alone


@rejected("03.1", "for many layers of any kernels")
def _padding_of_odd_kernels(layers, size):
    sizes = []
    for a in layers:
        padding = 1 if a.kernel == 4 else a.kernel // 2
        sizes.append(size := (a.up * size + 2 * padding - a.kernel) // a.stride + 1)
    return sizes


@rejected("03.1", "for many layers of any kernels")
def _doubles_by_name(layers, size):
    sizes = []
    for a in layers:
        up = 2 if a.name.startswith(("up", "tc")) else 1
        sizes.append(size := (up * size + 2 * ((a.kernel - 1) // 2) - a.kernel) // a.stride + 1)
    return sizes


@rejected("03.2", "for many layers of any kernels")
def _at_most_a_picture(layers):
    return min(receptive_field(layers), 256)


@rejected("03.3", "layers of any kernels")
def _never_larger_than_the_picture(layers, channels, size):
    total = 0.0
    for a in layers:
        size = min(1, size * a.up / a.stride)
        total += size**2 * channels * a.filters * a.kernel**2
        channels = a.filters or channels
    return total


@rejected("03.6", "will never learn")
class _NormsAtRest(ResidualBlock):
    def __init__(self, channels):
        super().__init__(channels)
        self.layers[-1].requires_grad_(False)


@rejected("03.6", "in eval mode")
class _RunningStatistics(ResidualBlock):
    def __init__(self, channels):
        super().__init__(channels)
        self.layers[1] = nn.InstanceNorm2d(channels, affine=True, track_running_stats=True)
