"""Answers to the exercises of lesson 00."""

import torch

from tests.mutants import accepted, rejected


@accepted("00.1")
def _flat(masks):
    return masks.flatten(1).sum(1) / masks[0].numel()


@rejected("00.1", "whole pile")
def _one_number(masks):
    return masks.mean()


@rejected("00.1", "channel is still there")
def _channel(masks):
    return masks.mean(dim=(2, 3))


@rejected("00.1", "sum of pixels")
def _sum(masks):
    return masks.sum(dim=(1, 2, 3))


@rejected("00.1", "round the mask")
def _rounded(masks):
    return (masks > 0.5).float().mean(dim=(1, 2, 3))


@rejected("00.1", "changed the masks")
def _in_place_masks(masks):
    share = masks.mean(dim=(1, 2, 3))
    masks.zero_()
    return share


@accepted("00.2")
def _by_255(images):
    return images.to(torch.float32) / 255 * 2 - 1


@rejected("00.2", "half the way")
def _unit(images):
    return images.float() / 255


@rejected("00.2", "in bytes")
def _bytes(images):
    return (images * 2 - 255).float() / 255


@rejected("00.2", "128")
def _by_128(images):
    return images.float() / 128 - 1


@rejected("00.2", "float32")
def _double(images):
    return images.double() / 127.5 - 1


@accepted("00.3")
def _weighted(source, translated, masks):
    background = (masks < 0.01).float()
    change = ((translated - source) / 2).abs().mean(1, keepdim=True)
    return ((change * background).sum() / background.sum()).item()


@rejected("00.3", "whole picture")
def _everything(source, translated, masks):
    return (source - translated).abs().mean() / 2


@rejected("00.3", "twice too large")
def _not_halved(source, translated, masks):
    return (source - translated).abs().mean(1, keepdim=True)[masks < 0.01].mean()


@rejected("00.3", "turn the mask around")
def _object(source, translated, masks):
    return ((source - translated).abs().mean(1, keepdim=True) / 2)[masks > 0.5].mean()


@rejected("00.3", "divides by all pixels")
def _diluted(source, translated, masks):
    return (((source - translated).abs().mean(1, keepdim=True) / 2) * (masks < 0.01)).mean()


@rejected("00.3", "changed a tensor")
def _in_place(source, translated, masks):
    found = ((source - translated).abs().mean(1, keepdim=True) / 2)[masks < 0.01].mean()
    masks.round_()
    return found


@rejected("00.1", "64 * 64")
def _fixed_size(masks):
    return masks.sum(dim=(1, 2, 3)) / 64**2


@rejected("00.1", "above 0 counts in full")
def _any_trace(masks):
    return (masks > 0).float().mean(dim=(1, 2, 3))


@rejected("00.1", "whole pile's pixels")
def _pile_pixels(masks):
    return masks.sum(dim=(1, 2, 3)) / masks.numel()


@rejected("00.2", "stretched from black to white")
def _min_max(images):
    x = images.float()
    return (x - x.min()) / (x.max() - x.min()) * 2 - 1


@rejected("00.2", "own darkest and brightest")
def _min_max_each(images):
    x = images.float()
    low, high = x.amin((1, 2, 3), keepdim=True), x.amax((1, 2, 3), keepdim=True)
    return (x - low) / (high - low) * 2 - 1


@rejected("00.2", "images * 2")
def _doubled_bytes(images):
    return images * 2 / 255 - 1


@rejected("00.2", "images - 128")
def _shifted_bytes(images):
    return (images - 128).float() / 127.5


@rejected("00.2", "images - 128")
def _shifted_bytes_by_128(images):
    return (images - 128).float() / 128


@rejected("00.2", "before you subtract")
def _shifted_only(images):
    return (images - 128).float()


@rejected("00.3", "exactly 0")
def _exactly_zero(source, translated, masks):
    return ((source - translated).abs().mean(1, keepdim=True) / 2)[masks == 0].mean()


@rejected("00.3", "turn the comparison around")
def _comparison(source, translated, masks):
    return ((source - translated).abs().mean(1, keepdim=True) / 2)[masks > 0.01].mean()


@rejected("00.3", "squared differences")
def _squares(source, translated, masks):
    return ((source - translated) / 2).square().mean(1, keepdim=True)[masks < 0.01].mean()


@rejected("00.3", "squared differences, halved")
def _half_squares(source, translated, masks):
    return ((source - translated).square().mean(1, keepdim=True) / 2)[masks < 0.01].mean()


@rejected("00.3", "weighted by 1 - mask")
def _soft(source, translated, masks):
    change = (source - translated).abs().mean(1, keepdim=True) / 2
    return (change * (1 - masks)).sum() / (1 - masks).sum()


@rejected("00.3", "weights by 1 - mask")
def _soft_over_all(source, translated, masks):
    return ((source - translated).abs().mean(1, keepdim=True) / 2 * (1 - masks)).mean()


@rejected("00.3", "before the absolute value")
def _abs_last(source, translated, masks):
    return ((source - translated).mean(1, keepdim=True).abs() / 2)[masks < 0.01].mean()


@rejected("00.3", "keepdim=True")
def _not_expanded(source, translated, masks):
    return ((source - translated).abs() / 2)[masks < 0.01].mean()


@rejected("00.3", "keepdim=True")
def _no_channel(source, translated, masks):
    return ((source - translated).abs().mean(1) / 2)[masks < 0.01].mean()


@rejected("00.3", "keepdim=True")
def _broadcast(source, translated, masks):
    background = (masks < 0.01).float()
    return ((source - translated).abs().mean(1) / 2 * background).sum() / background.sum()


@accepted("00.3")
def _all_colours(source, translated, masks):
    return ((source - translated).abs() / 2)[(masks < 0.01).expand_as(source)].mean()
