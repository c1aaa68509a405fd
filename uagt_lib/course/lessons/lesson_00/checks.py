"""Lesson 00, start here: checks."""

from collections.abc import Iterator

import torch
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import Wrong, expect, same
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.evaluate.attention import background_error
from uagt_lib.show.palette import AMBER, BLUE, GREEN, GREY, ORANGE


def coverage(masks: Tensor) -> Tensor:
    """The share of each picture that its mask covers: masks, float (N, 1, H, W) in [0, 1] -> (N,)."""
    return masks.mean(dim=(1, 2, 3))


def _disc(x: float, y: float, radius: float, side: int = 48) -> Tensor:
    """A soft disc as a mask (1, 1, side, side)."""
    down, right = torch.meshgrid(torch.linspace(-1, 1, side), torch.linspace(-1, 1, side), indexing="ij")
    return torch.sigmoid(20 * (radius - ((right - x) ** 2 + (down - y) ** 2).sqrt()))[None, None]


def _draw_coverage(axis: Axes, answer) -> None:
    """Four masks and what the answer says of each."""
    half = torch.zeros(1, 1, 48, 48)
    half[..., 24:] = 1
    masks = torch.cat([_disc(0, 0, 0.25), _disc(0.1, -0.1, 0.5), _disc(0, 0.1, 0.8), half])
    shares = torch.as_tensor(answer(masks)).reshape(-1).tolist()
    canvas = torch.full((102, 102), 0.5)
    for i, (mask, share) in enumerate(zip(masks[:, 0], shares if len(shares) == 4 else 4 * [None], strict=True)):
        top, left = 2 + 50 * (i // 2), 2 + 50 * (i % 2)
        canvas[top : top + 48, left : left + 48] = mask
        text = "?" if share is None else f"{share:.0%}" if abs(share) <= 1 else f"{share:.4g}"
        axis.text(left + 3, top + 7, text, fontsize=11, color=AMBER, fontweight="bold")
    axis.imshow(canvas, cmap="gray", vmin=0, vmax=1)
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(False)


@checks(
    "00.1",
    coverage,
    part="pictures",
    equation="masks",
    difficulty=1,
    minutes=3,
    hints=[
        "A mask holds 1 where the animal is and 0 elsewhere. The share of ones is the mean of the mask.",
        "`mean` takes the dimensions to average over: `x.mean(dim=(1, 2))`. Which of (N, 1, H, W) should stay?",
    ],
    mistakes=[
        "One mean over everything: the pile's share, where one number per picture is asked for.",
        "Averaging over height and width only: the single channel stays, the shape is (N, 1).",
        "Rounding the soft edge first; a pixel half covered should count half.",
    ],
    draw=_draw_coverage,
)
def _coverage(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(0)
    masks = torch.rand(3, 1, 6, 4, generator=g) ** 2
    kept = masks.clone()
    want = masks.mean((1, 2, 3))
    same(
        answer(masks),
        want,
        {
            "that is one number for the whole pile; keep the first dimension, N, to get one per picture": masks.mean(),
            "the channel is still there, shape (N, 1): average over dimension 1 as well": masks.mean((2, 3)),
            "that averages over the pictures, so it says where animals stand, not how much one covers": masks.mean(0),
            "that is a sum of pixels; a share is the sum divided by H * W": masks.sum((1, 2, 3)),
            "do not round the mask: a pixel on the edge is half animal and should count half": (masks > 0.5)
            .float()
            .mean((1, 2, 3)),
            "every pixel above 0 counts in full; a pixel on the edge is half animal and should count half": (masks > 0)
            .float()
            .mean((1, 2, 3)),
            "that divides by 64 * 64, whatever the picture's size; take H * W from the masks' shape, or a mean": (
                masks.sum((1, 2, 3)) / 64**2
            ),
            "that divides by the whole pile's pixels; each picture has H * W of its own": masks.sum((1, 2, 3))
            / masks.numel(),
        },
        "the vector of shares",
    )
    yield "random masks, one number per picture"
    expect(torch.equal(masks, kept), "your code changed the masks it was given; leave the input as it is")
    yield "the masks are left alone"
    half = torch.zeros(1, 1, 4, 8)
    half[..., 4:] = 1
    same(answer(half), torch.tensor([0.5]), what="the share of a mask that covers the right half")
    yield "half a picture is 0.5"


def _draw_range(axis: Axes, answer) -> None:
    """Float against byte."""
    values = torch.as_tensor(answer(torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16))).reshape(-1).float()
    axis.plot(range(256), values, color=BLUE, lw=2)
    axis.axhspan(-1, 1, color=GREEN, alpha=0.12, lw=0)
    axis.set(xlabel="byte", ylabel="float", xlim=(0, 255), xticks=[0, 127.5, 255])
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "00.2",
    to_float,
    part="pictures",
    equation="range [-1, 1]",
    difficulty=1,
    minutes=4,
    hints=[
        "A straight line through two points: 0 becomes -1, 255 becomes 1. What becomes of 127.5?",
        "Bytes cannot hold halves or negative numbers: `.float()` first, then divide, then shift.",
    ],
    mistakes=[
        "Dividing by 255 and stopping there: the range is [0, 1], black is mid-grey for the networks.",
        "Calculating in uint8: 200 * 2 wraps around to 144.",
        "Dividing by 128: white becomes 0.992, and the way back to bytes is not exact.",
    ],
    draw=_draw_range,
)
def _to_float(answer) -> Iterator[str]:
    images = torch.arange(2 * 3 * 8 * 8, dtype=torch.int64).remainder(256).to(torch.uint8).reshape(2, 3, 8, 8)
    kept = images.clone()
    x = images.float()
    got = answer(images)
    same(
        got,
        x / 127.5 - 1,
        {
            "the range is [0, 1]: that is half the way; stretch it to twice the width and shift it": x / 255,
            "nothing changed but the type: 0..255 has to become [-1, 1]": x,
            "the range is [-0.5, 0.5]: right middle, half the width": x / 255 - 0.5,
            "divided by 128, white becomes 0.992; the middle of 0..255 is 127.5": x / 128 - 1,
            "divided by 127, white becomes 1.008; the middle of 0..255 is 127.5": x / 127 - 1,
            "the calculation was done in bytes, which wrap around at 256; call `.float()` first": (
                images * 2 - 255
            ).float()
            / 255,
            "`images * 2` was done in bytes, which wrap around at 256; call `.float()` first": images * 2 / 255 - 1,
            "`images - 128` was done in bytes, where 0 - 128 is 128; call `.float()` first, and the middle is 127.5": (
                images - 128
            ).float()
            / 128,
            "`images - 128` was done in bytes, where 0 - 128 is 128; `.float()` first, and the middle is 127.5": (
                images - 128
            ).float()
            / 127.5,
            "bytes know no -128: call `.float()` before you subtract (and divide after it)": (images - 128).float(),
            "each picture is stretched to its own darkest and brightest pixel; 0 and 255 are the same for all": (
                (x - x.amin((1, 2, 3), True)) / (x.amax((1, 2, 3), True) - x.amin((1, 2, 3), True)) * 2 - 1
            ),
            "the sign is turned: black should be -1, white 1": 1 - x / 127.5,
        },
        "the tensor of floats",
    )
    yield "every byte value"
    dim = torch.arange(100, 148, dtype=torch.uint8).reshape(1, 3, 4, 4)
    same(
        answer(dim),
        dim.float() / 127.5 - 1,
        {
            "a grey picture was stretched from black to white: divide by fixed numbers, not by the picture's own "
            "smallest and largest": (dim.float() - 100) / 47 * 2 - 1
        },
        "the tensor of floats of a grey picture",
    )
    yield "a picture without black and white"
    expect(got.dtype == torch.float32, f"networks have float32 weights, your result is {got.dtype}; use `.float()`")
    yield "float32"
    expect(torch.equal(images, kept), "your code changed the bytes it was given; leave the input as it is")
    expect(torch.equal(to_uint8(answer(images)), images), "the way back to bytes is not exact")
    yield "the way back is exact"


def _draw_error(axis: Axes, answer) -> None:
    """Background error as a disc of paint grows beyond the object."""
    source = torch.full((1, 3, 48, 48), -1.0)
    mask = (_disc(0, 0, 0.4) > 0.5).float()
    radii = torch.linspace(0, 1, 21)
    found = [float(answer(source, source + 2 * (_disc(0, 0, r) > 0.5), mask)) for r in radii.tolist()]
    axis.plot(radii, found, color=ORANGE, lw=2)
    axis.axvline(0.4, color=GREY, ls="--", lw=1)
    axis.text(0.38, max(found), "edge of\nthe animal", ha="right", va="top", fontsize=8, color="#666666")
    axis.set(xlabel="radius that is repainted, black to white", ylabel="background error")
    axis.spines[["top", "right"]].set_visible(False)


@checks(
    "00.3",
    background_error,
    part="masks",
    equation="Section 4",
    difficulty=2,
    minutes=10,
    hints=[
        "Three steps: how much did each pixel change; which pixels are background; the mean over those.",
        "`(a - b).abs().mean(1, keepdim=True)` averages over the colours and keeps the masks' shape (N, 1, H, W).",
        "A comparison such as `masks < 0.01` gives True and False; `x[that]` picks the pixels where it is True.",
    ],
    mistakes=[
        "The mean over the whole picture: the animal SHOULD change, and is counted as damage.",
        "Forgetting that [-1, 1] is two wide: every error is twice as large.",
        "Multiplying by the background and taking the mean over all pixels: the animals' zeros dilute the error.",
        "One mean per picture, then the mean of these: a picture with little background weighs too much.",
    ],
    draw=_draw_error,
)
def _background_error(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(3)
    source, translated = (torch.rand(2, 3, 8, 6, generator=g) * 2 - 1 for _ in range(2))
    masks = torch.zeros(2, 1, 8, 6)
    masks[0, :, 2:7, 1:5], masks[1, :, 4:6, 2:4] = 1, 1
    masks[0, :, 2, 1:5], masks[1, :, 4, 2] = 0.3, 0.8
    masks[0, :, 7, :], masks[1, :, 3, 2:4] = 0.005, 0.008
    inputs = [x.clone() for x in (source, translated, masks)]
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    background = masks < 0.01
    each = torch.stack([c[b].mean() for c, b in zip(change, background, strict=True)])
    right = change[background].mean()
    signed = (source - translated) / 2
    try:
        got = answer(source, translated, masks)
    except IndexError as error:
        if not any(words in str(error) for words in ("shape of the mask", "too many indices")):
            raise
        raise Wrong(
            "the mask's shape (N, 1, H, W) does not fit what it picks from: average over the colours first, with "
            "keepdim=True"
        ) from error
    same(
        got,
        right,
        {
            "that is the change of the whole picture; the animal is meant to change, so leave it out": change.mean(),
            "two things: leave the animals out, they are meant to change; and halve, [-1, 1] is 2 wide": 2
            * change.mean(),
            "that is the change of the animals; turn the mask around": change[masks > 0.5].mean(),
            "that is the change of the animals and their edges; turn the comparison around": change[
                masks >= 0.01
            ].mean(),
            "only masks of exactly 0 are taken; background begins below 0.01, and a mask may hold a trace": change[
                masks == 0
            ].mean(),
            "pixels are weighted by 1 - mask, so soft edges count a little; a pixel is background or it is not": (
                change * (1 - masks)
            ).sum()
            / (1 - masks).sum(),
            "that weights by 1 - mask and divides by all pixels; choose the background pixels and average those": (
                change * (1 - masks)
            ).mean(),
            "the colours are averaged before the absolute value, so more red and less blue cancel; `abs()` first": (
                signed.mean(1, keepdim=True).abs()[background].mean()
            ),
            "the channel got lost on the way, (N, H, W) against masks (N, 1, H, W): average with keepdim=True": (
                (change[:, 0] * background).sum() / background.sum()
            ),
            "twice too large: a range of [-1, 1] is 2 wide, and black to white should count 1": 2 * right,
            "three times too large: the mean over the colours is wanted, not their sum": 3 * right,
            "six times too large: take the mean over the colours, not their sum, and halve it": 6 * right,
            "the differences cancel each other; take their absolute values": ((source - translated) / 2)
            .mean(1, keepdim=True)[background]
            .mean(),
            "those are squared differences; absolute ones are asked for": signed.square()
            .mean(1, keepdim=True)[background]
            .mean(),
            "those are squared differences, halved; absolute ones are asked for": 2
            * signed.square().mean(1, keepdim=True)[background].mean(),
            "those are squared differences, not halved; take absolute ones, and halve": 4
            * signed.square().mean(1, keepdim=True)[background].mean(),
            "that divides by all pixels; divide by the number of background pixels only": (change * background).mean(),
            "soft edges of animals are counted as background; it begins where the mask is below 0.01": change[
                masks < 0.5
            ].mean(),
            "that is one number per picture; the mean over the background pixels of the whole batch is wanted": each,
            "that is the mean of the pictures' means; count every background pixel of the batch alike": each.mean(),
        },
        "the background error",
    )
    yield "random pictures"
    same(answer(source, source, masks), 0.0, what="the error where nothing changed")
    yield "0 where nothing changed"
    black, ones = torch.full_like(source, -1), torch.ones_like(source)
    same(answer(black, ones, masks), 1.0, what="the error of black turned white")
    yield "1 for black turned white"
    painted = torch.where(masks >= 0.01, ones, source)
    same(answer(source, painted, masks), 0.0, what="the error where only the animals were painted")
    yield "paint on the animals is free"
    expect(
        all(torch.equal(a, b) for a, b in zip(inputs, (source, translated, masks), strict=True)),
        "your code changed a tensor it was given; leave the inputs as they are",
    )
    yield "the inputs are left alone"
