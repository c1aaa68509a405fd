"""The training batches: what `sample` may do to a picture, and what it must not."""

import torch

from uagt_lib.data.pairs import sample, to_float, to_uint8
from uagt_lib.method.schedule import between


def test_every_crop_is_a_window_of_an_image_flipped_or_not_and_all_occur() -> None:
    images = torch.randint(0, 256, (3, 3, 10, 12), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    windows = {}
    for i, y, x in torch.cartesian_prod(torch.arange(3), torch.arange(3), torch.arange(5)).tolist():
        window = images[i, :, y : y + 8, x : x + 8]
        for flip, view in ((False, window), (True, window.flip(-1))):
            windows[to_float(view).numpy().tobytes()] = (i, y, x, flip)
    generator = torch.Generator().manual_seed(1)
    batch = sample(images, 1500, 8, generator)
    assert batch.shape == (1500, 3, 8, 8) and batch.dtype == torch.float32
    seen = {windows[crop.numpy().tobytes()] for crop in batch}  # a KeyError is a crop that is no window
    assert len(seen) == 3 * 3 * 5 * 2


def test_sampling_repeats_with_its_generator() -> None:
    images = torch.randint(0, 256, (3, 3, 10, 10), dtype=torch.uint8)
    a, b, c = (sample(images, 4, 8, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_bytes_survive_the_round_trip() -> None:
    values = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_uint8(to_float(values)), values)
    assert to_float(values).min() == -1 and to_float(values).max() == 1
    assert to_uint8(torch.tensor([-2.0, 2.0])).tolist() == [0, 255]


def test_between() -> None:
    assert [between(epoch, 10, 1.0, 3.0) for epoch in (0, 5, 10, 99)] == [1, 2, 3, 3]
    assert between(0, 0, 1.0, 3.0) == 3
