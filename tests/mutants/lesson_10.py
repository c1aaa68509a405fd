"""Answers to the exercises of lesson 10, beside the mistakes that are registered and those that are generated."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from tests.mutants import accepted, rejected
from uagt_lib.course.lessons.lesson_10.answers import any_size, averaged_gradients

# ------------------------------------------------------------------------------------------ 10.1


@accepted("10.1")
def _with_backward(loss, parameters, parts):
    for p in parameters:
        p.grad = None
    for part in parts:
        (loss(part) / len(parts)).backward()
    return [p.grad.clone() for p in parameters]


@accepted("10.1")
def _gradient_of_the_mean(loss, parameters, parts):
    return list(torch.autograd.grad(sum(loss(part) for part in parts) / len(parts), parameters))


@accepted("10.1")
def _running_mean(loss, parameters, parts):
    mean = [torch.zeros_like(p) for p in parameters]
    for i, part in enumerate(parts, 1):
        for m, g in zip(mean, torch.autograd.grad(loss(part), parameters), strict=True):
            m += (g - m) / i
    return mean


@accepted("10.1")
def _one_parameter_at_a_time(loss, parameters, parts):
    return tuple(sum(torch.autograd.grad(loss(part), p)[0] for part in parts) / len(parts) for p in parameters)


@rejected("10.1", "afterwards the length of parts is 0")
def _emptied(loss, parameters, parts):
    found = averaged_gradients(loss, parameters, parts)
    parts.clear()
    return found


@rejected("10.1", "afterwards parts[0] at")
def _centred_in_place(loss, parameters, parts):
    found = averaged_gradients(loss, parameters, parts)
    for part in parts:
        part -= part.mean(0)
    return found


@rejected("10.1", "afterwards loss.weight at")
def _takes_the_step(loss, parameters, parts):
    found = averaged_gradients(loss, parameters, parts)
    with torch.no_grad():
        for p, g in zip(parameters, found, strict=True):
            p -= 0.1 * g
    return found


@rejected("10.1", "does not require grad")
def _cut(loss, parameters, parts):
    with torch.no_grad():
        return averaged_gradients(loss, parameters, parts)


@rejected("10.1", "right for N, H, W = 2, 5, 4")
def _fits_two_parts(loss, parameters, parts):
    first = torch.autograd.grad(loss(parts[0]), parameters)
    last = torch.autograd.grad(loss(parts[-1]), parameters)
    mean = [(a + b) / 2 for a, b in zip(first, last, strict=True)]
    return mean if len(parts) > 1 else [2 * m for m in mean]


@rejected("10.1", "not dict")
def _by_name(loss, parameters, parts):
    return dict(enumerate(averaged_gradients(loss, parameters, parts)))


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


@accepted("10.2")
class _Added(_Translator):
    def forward(self, image):
        return image + self.map(image) * (self.paint(image) - image)


@accepted("10.2")
class _ForUse(_Translator):
    @torch.no_grad()
    def forward(self, image):
        if self.attend is None:
            return self.paint(image)
        s_a = self.attend(image)
        return s_a * self.paint(image) + (1 - s_a) * image


@rejected("10.2", "afterwards image at")
class _InPlace(_Translator):
    def forward(self, image):
        s_a, painted = self.map(image), self.paint(image)
        return image.mul_(1 - s_a).add_(s_a * painted)


@rejected("10.2", "right for N, H, W = 2, 5, 4")
class _Cropped(_Translator):
    def forward(self, image):
        return _Translator.forward(self, image)[..., :20, :16]


@rejected("10.2", "the shape of the translated picture")
class _FirstOnly(_Translator):
    def forward(self, image):
        return _Translator.forward(self, image[:1])


@rejected("10.2", "the translated picture at")
class _Rounds(_Translator):
    def __init__(self, model, direction="s2t"):
        super().__init__(model, direction)
        for parameter in model.parameters():
            parameter.data.clamp_(-0.1, 0.1)


@rejected("10.2", "the type of the translated picture")
class _Half(_Translator):
    def forward(self, image):
        return _Translator.forward(self, image).half()


# ------------------------------------------------------------------------------------------ 10.3


@accepted("10.3")
def _centred(network, image, multiple=4):
    height, width = image.shape[-2:]
    high, wide = (-(-side // multiple) * multiple for side in (height, width))
    top, left = (high - height) // 2, (wide - width) // 2
    out = network(F.pad(image, (left, wide - width - left, top, high - height - top), mode="reflect"))
    return out[:, :, top : top + height, left : left + width]


@accepted("10.3")
def _by_indices(network, image, multiple=4):
    height, width = image.shape[-2:]
    for dim, length in ((2, height), (3, width)):
        more = [length - 2 - i for i in range(-length % multiple)]
        image = image.index_select(dim, torch.tensor([*range(length), *more]))
    return network(image)[..., :height, :width]


@accepted("10.3")
def _in_a_loop(network, image, multiple=4):
    height, width = image.shape[-2:]
    right = below = 0
    while (width + right) % multiple:
        right += 1
    while (height + below) % multiple:
        below += 1
    out = network(torch.nn.ReflectionPad2d((0, right, 0, below))(image))
    return out.narrow(2, 0, height).narrow(3, 0, width)


@rejected("10.3", "'something else', expected 'its reflection'")
def _resized(network, image, multiple=4):
    height, width = image.shape[-2:]
    high, wide = (-(-side // multiple) * multiple for side in (height, width))
    network(F.interpolate(image, (high, wide), mode="bilinear"))
    return -image


@rejected("10.3", "another one in each of 2 calls")
def _twice(network, image, multiple=4):
    any_size(network, image, multiple)
    return any_size(network, image, multiple)


@rejected("10.3", "afterwards image at")
def _in_place(network, image, multiple=4):
    result = any_size(network, image, multiple)
    image.clamp_(-1, 1)
    return result


@rejected("10.3", "the shape of the result")
def _without_the_batch(network, image, multiple=4):
    return any_size(network, image, multiple)[0]


@rejected("10.3", "right for N, H, W = 2, 5, 4")
def _fits_one_size(network, image, multiple=4):
    return network(F.pad(image, (0, 0, 0, 3), mode="reflect"))[..., :5, :]


@rejected("10.3", "the type of the result")
def _in_double(network, image, multiple=4):
    return any_size(network, image.double(), multiple)


@rejected("10.3", "the result at")
def _clamped(network, image, multiple=4):
    return any_size(network, image, multiple).clamp(-1, 1)


@rejected("10.1", "for N, H, W = 70, 11, 11")
def _first_eight_parts(loss, parameters, parts):
    return averaged_gradients(loss, parameters, parts[:8])


@rejected("10.2", "the number of weights that it holds")
class _CarriesTheModel(_Translator):
    def __init__(self, model, direction="s2t"):
        super().__init__(model, direction)
        self.model = model


@rejected("10.2", "with nothing said of direction")
class _TheOtherWay(_Translator):
    def __init__(self, model, direction="t2s"):
        super().__init__(model, direction)
