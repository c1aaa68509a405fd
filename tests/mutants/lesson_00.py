"""Answers to the exercises of lesson 00, beside the mistakes that are registered and those that are generated."""

import torch

from tests.mutants import accepted, rejected
from uagt_lib.data.pairs import to_float
from uagt_lib.evaluate.attention import background_error

# ------------------------------------------------------------------------------------------------ 00.1


@accepted("00.1")
def _flat(masks):
    return masks.flatten(1).sum(1) / masks[0].numel()


@accepted("00.1")
def _picture_by_picture(masks):
    return torch.stack([mask.mean() for mask in masks])


@accepted("00.1")
def _einsum(masks):
    return torch.einsum("nchw->n", masks) / (masks.shape[2] * masks.shape[3])


@rejected("00.1", "afterwards masks at")
def _zeroed_afterwards(masks):
    share = masks.mean(dim=(1, 2, 3))
    masks.zero_()
    return share


@rejected("00.1", "afterwards masks at")
def _divided_in_place(masks):
    masks /= masks[0].numel()
    return masks.sum(dim=(1, 2, 3))


@rejected("00.1", "right for N, H, W = 2, 5, 4")
def _twenty_pixels(masks):
    return masks.sum(dim=(1, 2, 3)) / 20


@rejected("00.1", "right for N, H, W = 2, 5, 4")
def _as_many_as_seen_first(masks):
    return masks[:2].mean(dim=(1, 2, 3))


@rejected("00.1", "the type of the vector of shares")
def _always_float32(masks):
    return masks.float().mean(dim=(1, 2, 3))


@rejected("00.1", "the vector of shares is a list of 2")
def _a_list(masks):
    return [mask.mean().item() for mask in masks]


@rejected("00.1", "share of the background")
def _what_is_left(masks):
    return (1 - masks).mean(dim=(1, 2, 3))


# ------------------------------------------------------------------------------------------------ 00.2


@accepted("00.2")
def _by_255(images):
    return images.to(torch.float32) / 255 * 2 - 1


@accepted("00.2")
def _shifted_first(images):
    return (images.float() - 127.5) / 127.5


@accepted("00.2")
def _looked_up(images):
    return torch.linspace(-1, 1, 256)[images.long()]


@accepted("00.2")
def _divided_as_it_is(images):
    return images / 127.5 - 1


@rejected("00.2", "the tensor of floats at")
def _middle_at_127(images):
    return (images.float() - 127) / 127.5


@rejected("00.2", "the tensor of floats at")
def _off_by_a_hair(images):
    return images.float() / 127.51 - 1


@rejected("00.2", "the type of the tensor of floats is torch.float16")
def _half_precision(images):
    return to_float(images).half()


@rejected("00.2", "afterwards images at")
def _zeroed_bytes(images):
    x = images.float() / 127.5 - 1
    images.zero_()
    return x


@rejected("00.2", "bytes")
def _in_place(images):
    images -= 128
    return images.float() / 127.5


@rejected("00.2", "right for N, H, W = 2, 5, 4")
def _first_two(images):
    return to_float(images[:2])


@rejected("00.2", "the shape of the tensor of floats")
def _always_a_batch(images):
    return to_float(images).reshape(-1, *images.shape[-3:])


@rejected("00.2", "stretched from its darkest")
def _by_its_own_maximum(images):
    x = images.float() - images.min()
    return 2 * x / x.max() - 1


# ------------------------------------------------------------------------------------------------ 00.3


@accepted("00.3")
def _weighted(source, translated, masks):
    background = (masks < 0.01).to(masks.dtype)
    change = ((translated - source) / 2).abs().mean(1, keepdim=True)
    return ((change * background).sum() / background.sum()).item()


@accepted("00.3")
def _all_colours(source, translated, masks):
    return ((source - translated).abs() / 2)[(masks < 0.01).expand_as(source)].mean()


@accepted("00.3")
def _pixel_by_pixel(source, translated, masks):
    total, count = 0.0, 0
    for n, _, y, x in (masks < 0.01).nonzero().tolist():
        total += (source[n, :, y, x] - translated[n, :, y, x]).abs().double().sum().item() / 6
        count += 1
    return total / count


@rejected("00.3", "keepdim=True")
def _colours_not_averaged(source, translated, masks):
    return ((source - translated).abs() / 2)[masks < 0.01].mean()


@rejected("00.3", "keepdim=True")
def _channel_lost(source, translated, masks):
    return ((source - translated).abs().mean(1) / 2)[masks < 0.01].mean()


@rejected("00.3", "every picture with every mask")
def _broadcast(source, translated, masks):
    background = (masks < 0.01).to(masks.dtype)
    return ((source - translated).abs().mean(1) / 2 * background).sum() / background.sum()


@rejected("00.3", "absolute values")
def _forgotten_abs(source, translated, masks):
    return ((translated - source) / 2).mean(dim=1, keepdim=True)[masks < 0.01].mean()


@rejected("00.3", "afterwards masks at")
def _rounds_the_masks(source, translated, masks):
    found = background_error(source, translated, masks)
    masks.round_()
    return found


@rejected("00.3", "afterwards source at")
def _difference_in_place(source, translated, masks):
    source -= translated
    return (source.abs().mean(1, keepdim=True) / 2)[masks < 0.01].mean()


@rejected("00.3", "afterwards translated at")
def _copied_over(source, translated, masks):
    found = background_error(source, translated, masks)
    translated[:] = source
    return found


@rejected("00.3", "right for N, H, W = 2, 5, 4")
def _forty_pixels(source, translated, masks):
    background = (masks < 0.01).to(masks.dtype)
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return (change[:2] * background[:2]).sum() / background[:2].sum()


@rejected("00.3", "soft edges")
def _below_a_half(source, translated, masks):
    return ((source - translated).abs().mean(1, keepdim=True) / 2)[masks.round() == 0].mean()
