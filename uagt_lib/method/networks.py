"""The three kinds of network (paper, appendix A): generator F, attention network A, patch discriminator D.

The appendix's layer strings are kept, with their slips mended:

* the attention network's first layer must have stride 2 (printed: c7s1-32), or two `up2` would double the image;
* the generator's last layer is 7x7, as in the authors' program and in CycleGAN (printed: c3s1-3-T);
* padding, which the appendix never mentions, is CycleGAN's in the generator: reflection around the 7x7 layers and
  inside residual blocks. The attention network reflects everywhere: zeros would tell it where the picture's border is.

`released.py` has the networks exactly as the authors' program builds them, quirks included.
"""

from itertools import pairwise

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from uagt_lib.method.exact import DoubledConv, FewOutputs, InstanceNorm

DECODERS = ("appendix", "released")
ENLARGEMENTS = ("nearest", "bilinear")


class ResidualBlock(nn.Module):
    """`rk`: x + two 3x3 convolutions with k filters, instance norm after each, ReLU between.

    >>> ResidualBlock(8)(torch.zeros(2, 8, 16, 12)).shape
    torch.Size([2, 8, 16, 12])
    """

    def __init__(self, channels: int):
        super().__init__()
        self.layers = nn.Sequential(
            *_conv(channels, channels, 3, reflect=True), *_conv(channels, channels, 3, reflect=True)[:-1]
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class Generator(nn.Module):
    """F: repaints every pixel of an image. c7s1-w, c3s2-2w, c3s2-4w, r4w x blocks, tc2w s2, tcw s2, c7s1-3-T.

    Args:
        width: w, filters of the first layer (paper: 32).
        blocks: residual blocks (paper: 9).
        end_kernel: size of the first and last kernel (paper: 7; 5 suits images of 64 px and less).

    >>> Generator(width=8, blocks=1)(torch.zeros(2, 3, 64, 48)).shape
    torch.Size([2, 3, 64, 48])
    """

    stride = 4

    def __init__(self, width: int = 32, blocks: int = 9, end_kernel: int = 7):
        super().__init__()
        w = width
        self.layers = nn.Sequential(
            *_conv(3, w, end_kernel, reflect=True),
            *_conv(w, 2 * w, 3, stride=2),
            *_conv(2 * w, 4 * w, 3, stride=2),
            *(ResidualBlock(4 * w) for _ in range(blocks)),
            *_up_conv(4 * w, 2 * w),
            *_up_conv(2 * w, w),
            FewOutputs(w, 3, end_kernel, padding=end_kernel // 2, padding_mode="reflect"),
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] -> images of the same shape and range.

        Raises:
            ValueError: if H or W is not divisible by 4.
        """
        check_divisible("generator", x, self.stride)
        return self.layers(x)


class Attention(nn.Module):
    """A: one number per pixel, how much of it to translate. c7s2-w, c3s2-2w, r2w, then one of two decoders.

    `appendix`: up2, c3s1-2w, up2, c3s1-w, c7s1-1-S, growing step by step to the picture's size.

    `released`: c1s1-2w, c1s1-w, c1s1-1, as the authors' program has it (a slip in its arguments, see `released.py`).
    The program doubles the features on the way; a 1x1 convolution, an instance norm and a ReLU do to each pixel the
    same, before or after pixels are copied, so here all of it happens once at the encoder's resolution, and only the
    logits are enlarged: exactly the same map, for an eighth of the decoder's work.

    Args:
        width: w, filters of the first layer (paper: 32).
        levels: how often the image is halved and doubled again: 2 as in the paper, or 1 (the second layer then has
            stride 1 and the first `up2` with its layer is left out), which keeps legs and ears on small images.
        end_kernel: size of the first kernel and, in the appendix's decoder, of the last (paper: 7).
        start: logit at which the map starts: the last bias before training, times `gain`. 0 is a map of about 1/2, +1
            one of about 0.73.
        decoder: "appendix" or "released".
        enlarge: how the released decoder's logits become as large as the picture: "nearest" copies each into a block,
            as the program does, "bilinear" interpolates between their centres.
        gain: the logit is this times what the layers give; it sets how fast the map can move. Adam changes every weight
            by about the learning rate a step, however small the gradient, so the logit's speed is about rate x gain x
            weights of the last layer x their mean input, and some more from the layers before. See `speed.logit_speed`.
        blocks: residual blocks (paper: 1); with each, what a pixel of the map sees is 4 x `stride` pixels wider.

    Raises:
        ValueError: if a value is none of these.

    >>> Attention(width=8)(torch.zeros(2, 3, 64, 48)).shape
    torch.Size([2, 1, 64, 48])
    """

    def __init__(
        self,
        width: int = 32,
        levels: int = 2,
        end_kernel: int = 7,
        start: float = 0.0,
        decoder: str = "appendix",
        enlarge: str = "nearest",
        gain: float = 1.0,
        blocks: int = 1,
    ):
        super().__init__()
        for wrong, sentence in (
            (levels not in (1, 2), f"an attention network halves the image 1 or 2 times, not {levels}"),
            (decoder not in DECODERS, f"attention's decoder is appendix or released, not {decoder!r}"),
            (enlarge not in ENLARGEMENTS, f"attention is enlarged by nearest or bilinear, not {enlarge!r}"),
            (decoder == "appendix" and enlarge != "nearest", "the appendix's decoder leaves nothing to enlarge"),
            (not gain > 0, f"attention's gain must be positive, not {gain}"),
        ):
            if wrong:
                raise ValueError(sentence)
        w = width
        self.stride, self.start, self.gain = 2**levels, start, gain
        self.enlarge = enlarge if decoder == "released" else None
        self.layers = nn.Sequential(
            *_conv(3, w, end_kernel, stride=2, reflect=True),
            *_conv(w, 2 * w, 3, stride=levels, reflect=True),
            *(ResidualBlock(2 * w) for _ in range(blocks)),
            *(_appendix_decoder(w, levels, end_kernel) if decoder == "appendix" else _released_decoder(w)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] -> attention (N, 1, H, W) in [0, 1].

        Raises:
            ValueError: if H or W is not divisible by `stride` (4, or 2 with one level).
        """
        return self.logits(x).sigmoid()

    def logits(self, x: Tensor) -> Tensor:
        """The map before its sigmoid: images (N, 3, H, W) in [-1, 1] -> any numbers (N, 1, H, W)."""
        check_divisible("attention network", x, self.stride)
        z = self.gain * self.layers(x)
        return F.interpolate(z, scale_factor=self.stride, mode=self.enlarge) if self.enlarge else z


class Discriminator(nn.Module):
    """D: scores every patch of an image, real or fake. c4s2-w, c4s2-2w, c4s2-4w, c4s1-8w, c4s1-1, leaky ReLU 0.2.

    Args:
        width: w, filters of the first layer (paper: 64).
        halvings: how many layers have stride 2 (paper: 3, patches of 70 px; 2 gives 34 px).
        first_norm: instance norm after the first layer too, as the paper and its program have it (CycleGAN has not).

    >>> Discriminator(width=8)(torch.zeros(1, 3, 256, 256)).shape  # one score for each patch of 70 px
    torch.Size([1, 1, 30, 30])
    """

    def __init__(self, width: int = 64, halvings: int = 3, first_norm: bool = True):
        super().__init__()
        widths = [3] + [width * 2 ** min(i, 3) for i in range(halvings + 1)]
        self.convs = nn.ModuleList(
            nn.Conv2d(n_in, n_out, 4, stride=2 if i < halvings else 1, padding=1)
            for i, (n_in, n_out) in enumerate(pairwise(widths))
        )
        self.norms = nn.ModuleList(
            InstanceNorm(n) if first_norm or i else nn.Identity() for i, n in enumerate(widths[1:])
        )
        self.score = FewOutputs(widths[-1], 1, 4, padding=1)

    def forward(self, x: Tensor, normalise: bool = True) -> Tensor:
        """Images (N, 3, H, W) in [-1, 1] -> one raw score per patch, (N, 1, h, w).

        Without `normalise` the instance norms are left out: in stage 2 most of the input is masked to zero, and zeros
        should not decide the statistics of the rest (appendix A).
        """
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = conv(x)
            x = F.leaky_relu(norm(x) if normalise else x, 0.2)
        return self.score(x)


def initialise(network: nn.Module, generator: torch.Generator, std: float = 0.02) -> None:
    """Set every parameter: weights N(0, std), norm scales N(1, std), biases 0, attention's last bias to its `start`.

    Draws from `generator` only (CPU); call it on a network that lives on the CPU.

    >>> network = Attention(start=1.0)
    >>> initialise(network, torch.Generator().manual_seed(0))
    >>> round(network(torch.zeros(1, 3, 64, 64)).mean().item(), 2)  # open, before it has learnt anything
    0.73
    """
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.InstanceNorm2d):
                module.weight.normal_(1.0 if isinstance(module, nn.InstanceNorm2d) else 0.0, std, generator=generator)
                if module.bias is not None:
                    module.bias.zero_()
        for module in network.modules():
            if isinstance(module, Attention):
                module.layers[-1].bias.fill_(module.start / module.gain)


def _conv(n_in: int, n_out: int, kernel: int, stride: int = 1, reflect: bool = False) -> list[nn.Module]:
    """Convolution, instance norm, ReLU. The norm subtracts any bias again, so the convolution has none."""
    mode = "reflect" if reflect else "zeros"
    conv = nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False, padding_mode=mode)
    return [conv, InstanceNorm(n_out), nn.ReLU(inplace=True)]


def _up_conv(n_in: int, n_out: int) -> list[nn.Module]:
    """`tck s2`: transposed convolution that doubles height and width, instance norm, ReLU."""
    conv = nn.ConvTranspose2d(n_in, n_out, 3, stride=2, padding=1, output_padding=1, bias=False)
    return [conv, InstanceNorm(n_out), nn.ReLU(inplace=True)]


def _appendix_decoder(w: int, levels: int, end_kernel: int) -> list[nn.Module]:
    """up2, c3s1-2w, up2, c3s1-w, c7s1-1; with one level, without the first two."""
    return [
        *(_doubled_conv(2 * w, 2 * w) if levels == 2 else []),
        *_doubled_conv(2 * w, w),
        FewOutputs(w, 1, end_kernel, padding=end_kernel // 2, padding_mode="reflect"),
    ]


def _doubled_conv(n_in: int, n_out: int) -> list[nn.Module]:
    """`up2`, a 3x3 convolution, instance norm, ReLU. An Identity stands in up2's place: weights keep their names."""
    return [nn.Identity(), DoubledConv(n_in, n_out), InstanceNorm(n_out), nn.ReLU(inplace=True)]


def _released_decoder(w: int) -> list[nn.Module]:
    """c1s1-2w, c1s1-w, c1s1-1."""
    return [*_conv(2 * w, 2 * w, 1), *_conv(2 * w, w, 1), nn.Conv2d(w, 1, 1)]


def check_divisible(what: str, x: Tensor, stride: int) -> None:
    """Raise ValueError, naming `what`, if images x (N, C, H, W) cannot be halved to the last of its layers and back."""
    height, width = x.shape[-2:]
    if height % stride or width % stride:
        raise ValueError(f"the {what} halves and doubles its input: {width}x{height} px must be divisible by {stride}")
