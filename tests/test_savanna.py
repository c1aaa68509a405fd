"""The savanna is a measuring instrument: its pictures must be repeatable and its masks exact."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from uagt_lib.data.savanna import KINDS, draw
from uagt_lib.errors import UagtError


def floats(kind: str, count: int, size: int = 64, **settings) -> tuple[torch.Tensor, torch.Tensor]:
    images, masks = draw(kind, count, size, **settings)
    return images.float() / 255, masks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [32, 33, 64, 100, 256])
def test_shapes_types_and_ranges(kind, size):
    images, masks = draw(kind, 3, size)
    assert images.shape == (3, 3, size, size) and images.dtype == torch.uint8
    assert masks.shape == (3, 1, size, size) and masks.dtype == torch.float32
    assert masks.min() == 0 and masks.max() == 1
    assert ((masks > 0.05) & (masks < 0.95)).any(), "the outline must be soft"
    assert images.float().std() > 20


def test_nothing_can_be_drawn():
    images, masks = draw("zebra", 0)
    assert images.shape == (0, 3, 64, 64) and masks.shape == (0, 1, 64, 64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [37, 64, 200])  # 8 images are one chunk at 37 and 64, several at 200
def test_an_image_does_not_depend_on_its_batch(kind, size):
    images, masks = draw(kind, 8, size, seed=5)
    for first, count in ((3, 1), (0, 2), (5, 3)):
        again, masks_again = draw(kind, count, size, seed=5, start=first)
        assert torch.equal(again, images[first : first + count])
        assert torch.equal(masks_again, masks[first : first + count])


def test_chunks_do_not_show():
    images, masks = draw("horse", 70, 64)  # 64 px: 32 images a chunk
    for i in (31, 32, 69):
        image, mask = draw("horse", 1, 64, start=i)
        assert torch.equal(image[0], images[i]) and torch.equal(mask[0], masks[i])


def test_series_are_independent():
    series = [
        draw(kind, 2, 32, bias=0, seed=seed, start=start)[0].float()
        for kind in KINDS
        for seed in (0, 1)
        for start in (0, 2)
    ]
    for i, a in enumerate(series):
        for b in series[:i]:
            assert (a - b).abs().mean() > 5
    empty = [draw(kind, 2, 32, bias=0, objects=0)[0] for kind in KINDS]
    assert not torch.equal(*empty), "the two kinds must not share landscapes"


def test_no_global_random_numbers():
    first, _ = draw("zebra", 2, 32)
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        state = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
        assert torch.equal(draw("zebra", 2, 32)[0], first), "a global generator was read"
        after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
        assert after == state, "a global generator was moved"
    finally:
        random.setstate(before[0]), np.random.set_state(before[1]), torch.set_rng_state(before[2])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_scene_at_every_size(kind):
    large, large_masks = floats(kind, 12, 256, seed=1)
    for size in (32, 64, 128):
        small, small_masks = floats(kind, 12, size, seed=1)
        shrunk, shrunk_masks = (F.interpolate(z, size=(size, size), mode="area") for z in (large, large_masks))
        assert (small_masks - shrunk_masks).abs().mean() < 0.01
        assert (small - shrunk).abs().mean() < 0.02
        overlap = ((small_masks > 0.5) & (shrunk_masks > 0.5)).sum() / (
            (small_masks > 0.5) | (shrunk_masks > 0.5)
        ).sum()
        assert overlap > (0.9 if size > 32 else 0.8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [48, 96])
def test_masks_are_exact(kind, size):
    """A picture is (1 - mask) * landscape * shade + animals, where shade is at most 1.

    Bias changes the landscape's colours and nothing else, so between two biases the difference of the pictures
    must be the difference of the landscapes, weighted by 1 - mask: not more, not less, at every pixel.
    """
    pictures, masks = zip(*(floats(kind, 24, size, bias=b, seed=2) for b in (0, 1)), strict=True)
    landscapes, none = zip(*(floats(kind, 24, size, bias=b, seed=2, objects=0) for b in (0, 1)), strict=True)
    assert not none[0].any()
    mask = masks[0]
    assert torch.equal(mask, masks[1])
    changed, difference = pictures[1] - pictures[0], landscapes[1] - landscapes[0]
    assert difference.abs().mean() > 0.01
    rounding = 3 / 255
    assert (changed.abs() <= (1 - mask) * difference.abs() + rounding).all(), "the landscape shines through an animal"
    assert (changed * difference >= -rounding).all()
    # Outside: untouched, but for shadows, which only darken and stay near the animals.
    outside = (mask == 0).expand_as(pictures[0])
    assert (pictures[0] <= landscapes[0] + rounding)[outside].all()
    near = F.max_pool2d(mask, 2 * (size // 6) + 1, stride=1, padding=size // 6) > 0
    assert ((pictures[0] - landscapes[0]).abs() <= rounding)[~near.expand_as(outside)].all()
    # Inside: an animal is painted over, so the picture leaves the landscape almost everywhere.
    inside = (mask == 1)[:, 0]
    assert ((pictures[0] - landscapes[0]).abs().amax(1)[inside] > 0.05).float().mean() > 0.97
    # On the outline 1 - mask of the landscape is left, in full sun or in shade.
    edge = ((mask > 0.2) & (mask < 0.8)).expand_as(changed) & (difference.abs() > 0.2)
    left = (changed / difference)[edge] / (1 - mask).expand_as(changed)[edge]
    assert edge.sum() > 100 and left.median() > 0.8 and left.min() > 0.2


@pytest.mark.parametrize("kind", KINDS)
def test_about_a_tenth_is_animal(kind):
    _, masks = draw(kind, 256, 64)
    share = masks.mean((1, 2, 3))
    assert 0.08 < share.mean() < 0.13
    assert share.min() > 0.02 and share.max() < 0.3


def test_number_of_animals():
    assert not draw("horse", 4, 32, objects=0)[1].any()
    one, two, three = (draw("horse", 64, 32, objects=k)[1].mean() for k in (1, 2, 3))
    free = draw("horse", 200, 32)[1].mean((1, 2, 3))
    same = torch.stack([(draw("horse", 200, 32, objects=k)[1].mean((1, 2, 3)) - free).abs() < 1e-6 for k in (1, 2, 3)])
    shares = same.float().mean(1)
    assert one > 0 and two > 0.9 * one and three > 0.9 * two
    assert (shares - torch.tensor([0.6, 0.3, 0.1])).abs().max() < 0.09, "1, 2, 3 animals in 60, 30, 10 % of the images"
    assert same.any(0).all()
    assert draw("zebra", 2, 64, objects=5)[1].mean() > 0


def greenness(kind: str, bias: float) -> torch.Tensor:
    """Green minus red of the grass, (100,): positive on a meadow, negative on dry grass."""
    images, _ = floats(kind, 100, 32, bias=bias, objects=0)
    return (images[:, 1] - images[:, 0])[:, 20:].mean((1, 2))


def test_bias_decides_the_colour_of_the_grass():
    horse, zebra = (greenness(kind, 1.0) for kind in KINDS)
    assert horse.min() > zebra.max() + 0.03, "bias 1: disjoint"
    horse0, zebra0 = (greenness(kind, 0.0) for kind in KINDS)
    assert (horse0.mean() - zebra0.mean()).abs() < 0.05, "bias 0: one law"
    assert horse0.min() < zebra.max() and zebra0.max() > horse.min()
    for own, other, sign in ((greenness("horse", 0.7), zebra0, 1), (greenness("zebra", 0.7), horse0, -1)):
        gap = sign * (own.mean() - other.mean()) / (horse.mean() - zebra.mean())
        assert 0.2 < gap < 0.5  # 0.7 of half the distance between the homes


def test_horses_are_brown_and_zebras_are_striped():
    def coat(kind):
        images, masks = floats(kind, 64, 64, objects=1)
        inside = (masks == 1)[:, 0]
        return images.permute(1, 0, 2, 3)[:, inside]

    horse, zebra = coat("horse"), coat("zebra")
    assert (horse[0] - horse[2]).mean() > 0.2 and (zebra[0] - zebra[2]).abs().mean() < 0.06
    assert zebra.mean(0).std() > 2 * horse.mean(0).std() and zebra.mean(0).std() > 0.3


@pytest.mark.parametrize(
    ("arguments", "settings", "says"),
    [
        (("cow", 1), {}, "cow"),
        (("horse", -1), {}, "count"),
        (("horse", 1, 31), {}, "31"),
        (("horse", 1, 257), {}, "257"),
        (("horse", 1), {"bias": 1.01}, "1.01"),
        (("horse", 1), {"bias": -0.1}, "-0.1"),
        (("horse", 1), {"bias": float("nan")}, "nan"),
        (("horse", 1), {"objects": -2}, "objects"),
        (("horse", 1), {"seed": -1}, "seed"),
        (("horse", 1), {"start": -1}, "start"),
    ],
)
def test_wrong_arguments_are_told_in_one_sentence(arguments, settings, says):
    with pytest.raises(UagtError, match=says) as caught:
        draw(*arguments, **settings)
    assert str(caught.value).endswith(".")
