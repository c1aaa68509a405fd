"""Answers to the exercises of lesson 10."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_10.checks import any_size
from uagt_lib.method.compose import compose

# ------------------------------------------------------------------------------------------ 10.1


def _grads(loss, parameters, part):
    return torch.autograd.grad(loss(part), parameters)


@accepted("10.1")
def _with_backward(loss, parameters, parts):
    for p in parameters:
        p.grad = None
    for part in parts:
        (loss(part) / len(parts)).backward()
    return [p.grad.clone() for p in parameters]


@rejected("10.1", "added up")
def _sum(loss, parameters, parts):
    found = [_grads(loss, parameters, part) for part in parts]
    return [sum(group) for group in zip(*found, strict=True)]


@rejected("10.1", "last part")
def _overwritten(loss, parameters, parts):
    for part in parts:
        found = _grads(loss, parameters, part)
    return list(found)


@rejected("10.1", "whole batch at once")
def _joined(loss, parameters, parts):
    return list(_grads(loss, parameters, torch.cat(list(parts))))


@rejected("10.1", "one per parameter")
def _by_part(loss, parameters, parts):
    return [torch.cat([g.flatten() for g in _grads(loss, parameters, part)]) for part in parts]


@rejected("10.1", "earlier call")
def _accumulating(loss, parameters, parts):
    for part in parts:
        (loss(part) / len(parts)).backward()
    return [p.grad.clone() for p in parameters]


@rejected("10.1", "every process")
def _one_part(loss, parameters, parts):
    return list(_grads(loss, parameters, parts[0]))


# ------------------------------------------------------------------------------------------ 10.2


class _Translator(nn.Module):
    def __init__(self, model, direction="s2t"):
        super().__init__()
        route = model.route(direction)
        self.paint, self.attend = route.paint, route.attend

    def map(self, image):
        return torch.ones_like(image[:, :1]) if self.attend is None else self.attend(image)

    def forward(self, image):
        return torch.lerp(image, self.paint(image), self.map(image))


accepted("10.2")(_Translator)


@rejected("10.2", "paint alone")
class _Paint(_Translator):
    def forward(self, image):
        return self.paint(image)


@rejected("10.2", "swapped")
class _Swapped(_Translator):
    def forward(self, image):
        return compose(self.paint(image), image, self.map(image))


@rejected("10.2", "it has to look at the input")
class _Late(_Translator):
    def forward(self, image):
        painted = self.paint(image)
        return compose(image, painted, self.map(painted))


@rejected("10.2", "cannot be called")
class _NeverNone(_Translator):
    def forward(self, image):
        return compose(image, self.paint(image), self.attend(image))


@rejected("10.2", "more than one thing")
class _All(_Translator):
    def forward(self, image):
        return self.map(image), self.paint(image), _Translator.forward(self, image)


@rejected("10.2", "foreground alone")
class _Foreground(_Translator):
    def forward(self, image):
        return self.map(image) * self.paint(image)


# ------------------------------------------------------------------------------------------ 10.3


@accepted("10.3")
def _centred(network, image, multiple=4):
    height, width = image.shape[-2:]
    high, wide = (-(-side // multiple) * multiple for side in (height, width))
    top, left = (high - height) // 2, (wide - width) // 2
    out = network(F.pad(image, (left, wide - width - left, top, high - height - top), mode="reflect"))
    return out[:, :, top : top + height, left : left + width]


@rejected("10.3", "padded more than needed")
def _too_much(network, image, multiple=4):
    height, width = image.shape[-2:]
    below, right = multiple - height % multiple, multiple - width % multiple
    return network(F.pad(image, (0, right, 0, below), mode="reflect"))[..., :height, :width]


@rejected("10.3", "zeros")
def _zeros(network, image, multiple=4):
    height, width = image.shape[-2:]
    return network(F.pad(image, (0, -width % multiple, 0, -height % multiple)))[..., :height, :width]


@rejected("10.3", "last row was repeated")
def _replicated(network, image, multiple=4):
    height, width = image.shape[-2:]
    padded = F.pad(image, (0, -width % multiple, 0, -height % multiple), mode="replicate")
    return network(padded)[..., :height, :width]


@rejected("10.3", "padded size")
def _not_cropped(network, image, multiple=4):
    height, width = image.shape[-2:]
    return network(F.pad(image, (0, -width % multiple, 0, -height % multiple), mode="reflect"))


@rejected("10.3", "cut off")
def _cut(network, image, multiple=4):
    height, width = (side - side % multiple for side in image.shape[-2:])
    return network(image[..., :height, :width])


@rejected("10.3", "resized")
def _resized(network, image, multiple=4):
    height, width = image.shape[-2:]
    high, wide = (-(-side // multiple) * multiple for side in (height, width))
    out = network(F.interpolate(image, (high, wide), mode="bilinear"))
    return F.interpolate(out, (height, width), mode="bilinear")


@rejected("10.3", "not divisible")
def _untouched(network, image, multiple=4):
    return network(image)


@rejected("10.3", "has moved")
def _moved(network, image, multiple=4):
    height, width = image.shape[-2:]
    out = network(F.pad(image, (-width % multiple, 0, -height % multiple, 0), mode="reflect"))
    return out[..., :height, :width]


@rejected("10.3", "not divisible")
def _always_four(network, image, multiple=4):
    return any_size(network, image, 4)
