"""Lesson 00, start here: what answers are tried on, and the mistakes that are recognised."""

from typing import Any

import torch

from uagt_lib.course.cases import Draw, at_sizes
from uagt_lib.course.exercises import define, law, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_00 import figures
from uagt_lib.course.lessons.lesson_00.answers import coverage
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.evaluate.attention import background_error

# ------------------------------------------------------------------------------------------------ 00.1 coverage


def some_masks(draw: Draw) -> dict[str, Any]:
    """Soft everywhere, and of little animals more often than of large ones."""
    return {"masks": draw.matte().square()}


def right_half() -> dict[str, Any]:
    """One mask, 0 on the left and 1 on the right."""
    masks = torch.zeros(1, 1, 4, 8)
    masks[..., 4:] = 1
    return {"masks": masks}


define(
    "00.1",
    coverage,
    at_sizes(some_masks) | {"a mask that covers the right half": right_half},
    "the vector of shares",
    part="pictures",
    equation="masks",
    difficulty=1,
    minutes=3,
    hints=[
        "A mask holds 1 where the animal is and 0 elsewhere. The share of ones is the mean of the mask.",
        "`mean` takes the dimensions to average over: `x.mean(dim=(1, 2))`. Which of (N, 1, H, W) should stay?",
    ],
    draw=figures.draw_coverage,
    compared=("value",),
)


@mistake("00.1", "that is one number for the whole pile; keep the first dimension, N, to get one per picture")
def one_number(masks):
    return masks.mean()


@mistake("00.1", "the channel is still there, shape (N, 1): average over dimension 1 as well")
def channel_left(masks):
    return masks.mean((2, 3))


@mistake("00.1", "that is a sum of pixels; a share is the sum divided by H * W")
def sum_of_pixels(masks):
    return masks.sum((1, 2, 3))


@mistake("00.1", "do not round the mask: a pixel on the edge is half animal and should count half")
def rounded(masks):
    return (masks > 0.5).to(masks.dtype).mean((1, 2, 3))


@mistake("00.1", "every pixel above 0 counts in full; a pixel on the edge is half animal and should count half")
def any_trace(masks):
    return (masks > 0).to(masks.dtype).mean((1, 2, 3))


@mistake("00.1", "that averages over the pictures, so it says where animals stand, not how much one covers")
def mean_mask(masks):
    return masks.mean(0)


@mistake("00.1", "that divides by 64 * 64, whatever the picture's size; take H * W from the masks' shape, or a mean")
def always_64(masks):
    return masks.sum((1, 2, 3)) / 64**2


@mistake("00.1", "that divides by the whole pile's pixels; each picture has H * W of its own")
def by_the_pile(masks):
    return masks.sum((1, 2, 3)) / masks.numel()


@mistake("00.1", "that is the share of the background; the mask is 1 on the animal")
def background(masks):
    return 1 - masks.mean((1, 2, 3))


# ------------------------------------------------------------------------------------------------ 00.2 range


def bytes_of(*shape: int, low: int = 0, high: int = 256) -> dict[str, Any]:
    """All bytes from `low` to `high - 1` in a row, again and again."""
    count = torch.Size(shape).numel()
    return {"images": (torch.arange(count) % (high - low) + low).to(torch.uint8).reshape(shape)}


def pictures_of_bytes(draw: Draw) -> dict[str, Any]:
    """As read from files."""
    return {"images": draw.uniform(draw.n, 3, draw.height, draw.width, high=256).to(torch.uint8)}


define(
    "00.2",
    to_float,
    at_sizes(pictures_of_bytes)
    | {
        "every byte, 0 to 255, twice": lambda: bytes_of(2, 1, 16, 16),
        "a picture without black and white": lambda: bytes_of(1, 3, 4, 5, low=100, high=148),
        "one picture without a batch around it": lambda: bytes_of(3, 5, 4),
    },
    "the tensor of floats",
    part="pictures",
    equation="range [-1, 1]",
    difficulty=1,
    minutes=4,
    hints=[
        "A straight line through two points: 0 becomes -1, 255 becomes 1. What becomes of 127.5?",
        "Bytes cannot hold halves or negative numbers: `.float()` first, then divide, then shift.",
    ],
    draw=figures.draw_range,
    compared=("value",),
)


@law("00.2", "the way back is exact")
def and_back(answer):
    given = bytes_of(1, 1, 16, 16)["images"]
    expect(torch.equal(to_uint8(answer(given.clone())), given), "the way back to bytes is not exact")


@mistake(
    "00.2", "the range is [0, 1], where black is mid-grey for the networks: stretch it to twice the width, and shift"
)
def unit(images):
    return images.float() / 255


@mistake("00.2", "`images * 2` was done in bytes, where 200 * 2 is 144; call `.float()` first")
def doubled_bytes(images):
    return images * 2 / 255 - 1


@mistake("00.2", "divided by 128, white becomes 0.992; the middle of 0..255 is 127.5")
def by_128(images):
    return images.float() / 128 - 1


@mistake("00.2", "networks have float32 weights, these are float64; use `.float()`")
def double(images):
    return images.double() / 127.5 - 1


@mistake("00.2", "nothing changed but the type: 0..255 has to become [-1, 1]")
def only_type(images):
    return images.float()


@mistake("00.2", "the range is [-0.5, 0.5]: right middle, half the width")
def half_width(images):
    return images.float() / 255 - 0.5


@mistake("00.2", "divided by 127, white becomes 1.008; the middle of 0..255 is 127.5")
def by_127(images):
    return images.float() / 127 - 1


@mistake("00.2", "the calculation was done in bytes, which wrap around at 256; call `.float()` first")
def all_in_bytes(images):
    return (images * 2 - 255).float() / 255


@mistake("00.2", "`images - 128` was done in bytes, where 0 - 128 is 128; `.float()` first, and the middle is 127.5")
def shifted_bytes(images):
    return (images - 128).float() / 127.5


@mistake("00.2", "`images - 128` was done in bytes, where 0 - 128 is 128; `.float()` first, and the middle is 127.5")
def shifted_bytes_by_128(images):
    return (images - 128).float() / 128


@mistake("00.2", "bytes know no -128: call `.float()` before you subtract (and divide after it)")
def shifted_only(images):
    return (images - 128).float()


@mistake("00.2", "each picture is stretched to its own darkest and brightest pixel; 0 and 255 are the same for all")
def stretched_each(images):
    x = images.float()
    low, high = x.amin((-3, -2, -1), True), x.amax((-3, -2, -1), True)
    return (x - low) / (high - low) * 2 - 1


@mistake(
    "00.2", "the batch is stretched from its darkest to its brightest pixel: divide by fixed numbers, 0 and 255 stay"
)
def stretched(images):
    x = images.float()
    return (x - x.min()) / (x.max() - x.min()) * 2 - 1


@mistake("00.2", "the sign is turned: black should be -1, white 1")
def negative(images):
    return 1 - images.float() / 127.5


# ------------------------------------------------------------------------------------------------ 00.3 the error


def before_after_masks(draw: Draw) -> dict[str, Any]:
    """Masks with animals, soft edges, traces below 0.01 and background, in shares that differ between pictures."""
    seed = draw.matte()
    masks = torch.where(seed < 0.4, 0 * seed, seed)  # background
    masks = torch.where((seed >= 0.4) & (seed < 0.6), seed / 100, masks)  # a trace
    masks = torch.where(seed >= 0.6, (5 * (seed - 0.59)).clamp(max=1), masks)  # a soft edge, and the animal
    masks[0, :, 0] = 0
    return {"source": draw.picture(), "translated": draw.picture(), "masks": masks}


def black_turned_white() -> dict[str, Any]:
    """All of it, animals too."""
    masks = torch.zeros(2, 1, 3, 4)
    masks[:, :, 1:, 1:3] = 1
    return {"source": -torch.ones(2, 3, 3, 4), "translated": torch.ones(2, 3, 3, 4), "masks": masks}


def only_animals_painted() -> dict[str, Any]:
    """Soft edges too, and nothing else."""
    given = before_after_masks(Draw(2, 6, 3, torch.float32))
    source, translated, masks = given.values()
    return given | {"translated": torch.where(masks >= 0.01, translated, source)}


define(
    "00.3",
    background_error,
    at_sizes(before_after_masks)
    | {"black turned white": black_turned_white, "paint on the animals alone": only_animals_painted},
    "the background error",
    part="masks",
    equation="Section 4",
    difficulty=2,
    minutes=10,
    hints=[
        "Three steps: how much did each pixel change; which pixels are background; the mean over those.",
        "`(a - b).abs().mean(1, keepdim=True)` averages over the colours and keeps the masks' shape (N, 1, H, W).",
        "A comparison such as `masks < 0.01` gives True and False; `x[that]` picks the pixels where it is True.",
    ],
    draw=figures.draw_error,
    compared=("value",),
)


def _change(source, translated):
    return (source - translated).abs().mean(1, keepdim=True) / 2


@mistake("00.3", "that is the change of the whole picture; the animal is meant to change, so leave it out")
def whole_picture(source, translated, masks):
    return _change(source, translated).mean()


@mistake("00.3", "twice too large: a range of [-1, 1] is 2 wide, and black to white should count 1")
def not_halved(source, translated, masks):
    return 2 * _change(source, translated)[masks < 0.01].mean()


@mistake("00.3", "that divides by all pixels, so the animals' zeros dilute it; divide by the background pixels only")
def diluted(source, translated, masks):
    return (_change(source, translated) * (masks < 0.01)).mean()


@mistake("00.3", "that is the mean of the pictures' means; count every background pixel of the batch alike")
def mean_of_means(source, translated, masks):
    pairs = zip(_change(source, translated), masks < 0.01, strict=True)
    return torch.stack([change[where].mean() for change, where in pairs]).mean()


@mistake("00.3", "the differences cancel each other; take their absolute values: `(source - translated).abs()`")
def signed(source, translated, masks):
    return ((source - translated).mean(1, keepdim=True) / 2)[masks < 0.01].mean()


@mistake("00.3", "the differences cancel each other; take their absolute values: `(source - translated).abs()`")
def signed_the_other_way(source, translated, masks):
    return ((translated - source).mean(1, keepdim=True) / 2)[masks < 0.01].mean()


@mistake("00.3", "the differences cancel each other, and [-1, 1] is 2 wide: absolute values first, then halve")
def signed_not_halved(source, translated, masks):
    return (source - translated).mean(1, keepdim=True)[masks < 0.01].mean()


@mistake("00.3", "the colours are averaged before the absolute value, so more red and less blue cancel; `abs()` first")
def abs_after_colours(source, translated, masks):
    return ((source - translated).mean(1, keepdim=True) / 2).abs()[masks < 0.01].mean()


@mistake("00.3", "the absolute value comes last, when all has cancelled; take it of each difference: `abs()` first")
def abs_last(source, translated, masks):
    return ((source - translated).mean(1, keepdim=True) / 2)[masks < 0.01].mean().abs()


@mistake("00.3", "two things: leave the animals out, they are meant to change; and halve, [-1, 1] is 2 wide")
def whole_picture_not_halved(source, translated, masks):
    return 2 * _change(source, translated).mean()


@mistake("00.3", "that is the change of the animals; turn the mask around")
def animals(source, translated, masks):
    return _change(source, translated)[masks > 0.5].mean()


@mistake("00.3", "that is the change of the animals and their edges; turn the comparison around")
def animals_and_edges(source, translated, masks):
    return _change(source, translated)[masks >= 0.01].mean()


@mistake("00.3", "only masks of exactly 0 are taken; background begins below 0.01, and a mask may hold a trace")
def exactly_zero(source, translated, masks):
    return _change(source, translated)[masks == 0].mean()


@mistake("00.3", "soft edges of animals are counted as background; it begins where the mask is below 0.01")
def soft_edges_too(source, translated, masks):
    return _change(source, translated)[masks < 0.5].mean()


@mistake("00.3", "pixels are weighted by 1 - mask, so soft edges count a little; a pixel is background or it is not")
def weighted(source, translated, masks):
    return (_change(source, translated) * (1 - masks)).sum() / (1 - masks).sum()


@mistake("00.3", "that weights by 1 - mask and divides by all pixels; choose the background pixels and average those")
def weighted_over_all(source, translated, masks):
    return (_change(source, translated) * (1 - masks)).mean()


SHAPES = "the mask's shape (N, 1, H, W) does not fit what it picks from: average over colours first, with keepdim=True"


@mistake("00.3", SHAPES)
def without_channel(source, translated, masks):
    return _change(source, translated)[:, 0][masks < 0.01].mean()


@mistake("00.3", SHAPES)
def with_all_colours(source, translated, masks):
    return ((source - translated).abs() / 2)[masks < 0.01].mean()


@mistake("00.3", "(N, H, W) times masks (N, 1, H, W) mixes every picture with every mask: average with keepdim=True")
def broadcast(source, translated, masks):
    where = masks < 0.01
    return (_change(source, translated)[:, 0] * where).sum() / where.sum()


@mistake("00.3", "that sums the colours and halves nothing, six times too large: their mean, halved")
def six_times(source, translated, masks):
    return 6 * _change(source, translated)[masks < 0.01].mean()


@mistake("00.3", "three times too large: the mean over the colours is wanted, not their sum")
def sum_of_colours(source, translated, masks):
    return 3 * _change(source, translated)[masks < 0.01].mean()


@mistake("00.3", "those are squared differences; absolute ones are asked for")
def squares(source, translated, masks):
    return ((source - translated) / 2).square().mean(1, keepdim=True)[masks < 0.01].mean()


@mistake("00.3", "those are squared differences, halved; absolute ones are asked for")
def halved_squares(source, translated, masks):
    return (source - translated).square().mean(1, keepdim=True)[masks < 0.01].mean() / 2


@mistake("00.3", "those are squared differences, not halved; take absolute ones, and halve")
def squares_not_halved(source, translated, masks):
    return (source - translated).square().mean(1, keepdim=True)[masks < 0.01].mean()


@mistake("00.3", "that is one number per picture; the mean over the background pixels of the whole batch is wanted")
def one_per_picture(source, translated, masks):
    where = (masks < 0.01).to(masks.dtype)
    return (_change(source, translated) * where).sum((1, 2, 3)) / where.sum((1, 2, 3))


@mistake("00.3", "that is the sum over the background; the mean is asked for")
def sum_over_background(source, translated, masks):
    return _change(source, translated)[masks < 0.01].sum()
