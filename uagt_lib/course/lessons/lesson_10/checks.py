"""Lesson 10, beyond: what answers are tried on, and the mistakes that are recognised."""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from uagt_lib.course.cases import Case, Draw, at_sizes
from uagt_lib.course.exercises import define, mistake
from uagt_lib.course.expect import expect
from uagt_lib.course.lessons.lesson_10 import figures
from uagt_lib.course.lessons.lesson_10.answers import any_size, averaged_gradients
from uagt_lib.export import Translator
from uagt_lib.method.compose import compose
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.method.pieces import Architecture
from uagt_lib.training.presets import preset

# ------------------------------------------------------------------------------------------ 10.1 several processes


class MeanLoss(nn.Module):
    """The mean over a batch of a loss that also looks at the batch as a whole, as batch norm does."""

    def __init__(self, weight: Tensor, bias: Tensor):
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(bias)

    def forward(self, batch: Tensor) -> Tensor:
        score = (batch @ self.weight + self.bias).tanh()
        return (score - 0.5 * score.mean(0)).square().mean()


def parts_of_a_batch(draw: Draw) -> dict[str, Any]:
    """As many processes as `draw.n`, each with as many pictures as `draw.height`."""
    loss = MeanLoss(draw.normal(3, draw.width), draw.normal(draw.width))
    parts = [draw.normal(draw.height, 3) for _ in range(draw.n)]
    return {"loss": loss, "parameters": [loss.weight, loss.bias], "parts": parts}


def after_a_step(answer: Callable, loss: nn.Module, parameters: list[Tensor], parts: list[Tensor]) -> list[Tensor]:
    """An answer's gradients where an earlier step has left its own in `.grad`, as it does in every training."""
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    found = answer(loss, parameters, parts)
    for parameter in parameters:  # where an answer leaves its own is its own affair
        parameter.grad = None
    expect(found is not None, "the result is None: is a `return` missing?")
    some = isinstance(found, list | tuple) and all(isinstance(x, Tensor) for x in found)
    expect(some, f"the result should be a list of gradients, tensors, not {type(found).__name__}")
    return list(found)


define(
    "10.1",
    averaged_gradients,
    at_sizes(parts_of_a_batch),
    "the list of gradients",
    part="beyond",
    equation="Algorithm 1",
    difficulty=2,
    minutes=10,
    hints=[
        "`torch.autograd.grad(loss(part), parameters)` gives one part's gradients as a tuple, one per parameter.",
        "You then have one tuple per part. `zip(*tuples)` turns that around: all parts' gradients of the first "
        "parameter, of the second, ... Each group becomes one mean.",
    ],
    compared=("value",),
    run=after_a_step,
)


def _each(loss, parameters, parts):
    return [torch.autograd.grad(loss(part), parameters) for part in parts]


def _backward(loss, parameters, parts):
    for part in parts:
        (loss(part) / len(parts)).backward()
    return [p.grad for p in parameters]


@mistake("10.1", "gradients are added up, so with twice the GPUs a step would be twice as large: average them")
def added_up(loss, parameters, parts):
    return [sum(group) for group in zip(*_each(loss, parameters, parts), strict=True)]


@mistake("10.1", "gradients of an earlier call are still in .grad; clear them, or use torch.autograd.grad")
def accumulated(loss, parameters, parts):
    return _backward(loss, parameters, parts)


@mistake("10.1", "gradients of an earlier call are still in .grad; clear them, or use torch.autograd.grad")
def accumulated_sums(loss, parameters, parts):
    for part in parts:
        loss(part).backward()
    return [p.grad / len(parts) for p in parameters]


@mistake("10.1", "the loss is computed on all pictures at once; each process has its own part only")
def joined(loss, parameters, parts):
    return list(torch.autograd.grad(loss(torch.cat(parts)), parameters))


@mistake("10.1", "one result per part came back; it should be one per parameter, so group by parameter first")
def by_part(loss, parameters, parts):
    return [torch.cat([g.flatten() for g in found]) for found in _each(loss, parameters, parts)]


@mistake("10.1", "only the last part's gradients came back: each part overwrites those of the one before")
def last_part(loss, parameters, parts):
    return list(_each(loss, parameters, parts)[-1])


@mistake("10.1", "only the first part's gradients came back; every process has to have its say")
def first_part(loss, parameters, parts):
    return list(_each(loss, parameters, parts)[0])


@mistake("10.1", "the sum is divided by 2, whatever the number of parts")
def half_the_sum(loss, parameters, parts):
    return [sum(group) / 2 for group in zip(*_each(loss, parameters, parts), strict=True)]


@mistake("10.1", "the sum is divided by the number of pictures; it should be by the number of parts")
def by_pictures(loss, parameters, parts):
    each = zip(*_each(loss, parameters, parts), strict=True)
    return [sum(group) / sum(len(part) for part in parts) for group in each]


@mistake("10.1", "the mean is over a gradient's entries as well; average entry by entry, over the parts only")
def one_number(loss, parameters, parts):
    return [torch.stack(group).mean() for group in zip(*_each(loss, parameters, parts), strict=True)]


@mistake("10.1", "all parts' gradients came back, in one tensor per parameter; their mean over the parts is wanted")
def not_averaged(loss, parameters, parts):
    return [torch.stack(group) for group in zip(*_each(loss, parameters, parts), strict=True)]


# ------------------------------------------------------------------------------------------ 10.2 translator

_TINY = Architecture(
    generator_width=4, generator_blocks=1, attention_width=4, attention_levels=1, discriminator_width=4, end_kernel=3
)


def model_and_image(draw: Draw, method: str, direction: Direction) -> dict[str, Any]:
    """Untrained networks with maps on both sides of 0.5, and pictures whose sides are multiples of 4."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(draw.n)
        model = preset("savanna-smoke").with_(method=method, architecture=_TINY).model()
    for network in filter(None, (model.A_s, model.A_t)):
        for parameter in network.parameters():
            parameter.detach().mul_(10)
    image = draw.uniform(draw.n, 3, 4 * draw.height, 4 * draw.width, low=-1)
    return {"model": model.to(draw.dtype).eval().requires_grad_(False), "direction": direction, "image": image}


def three_models() -> dict[str, Case]:
    """Both directions, and CycleGAN, which has no attention network."""
    draw = partial(Draw, 1, 2, 3, torch.float32)
    return at_sizes(partial(model_and_image, method="uagt", direction=Direction.S2T)) | {
        "the way back, from T to S": lambda: model_and_image(draw(), "uagt", Direction.T2S),
        "a CycleGAN, whose self.attend is None": lambda: model_and_image(draw(), "cyclegan", Direction.S2T),
    }


def translate(answer: Callable, model: Model, *direction_and_image: Any) -> tuple[Any, int]:
    """What an answer's instance makes of a picture, and how many weights it holds."""
    *direction, image = direction_and_image
    translator = answer(model, *direction)
    return translator(image), sum(p.numel() for p in translator.parameters())


define(
    "10.2",
    Translator,
    three_models(),
    ("the translated picture", "the number of weights that it holds"),
    part="beyond",
    equation="Eq. 1",
    difficulty=1,
    minutes=6,
    hints=[
        "self.paint and self.attend are F and A of this direction, ready to be called on the image.",
        "A translator without attention (CycleGAN) has self.attend = None; it returns its paint.",
    ],
    draw=figures.draw_translator,
    compared=("value",),
    run=translate,
)


class _Wrong(Translator):
    """A translator with another forward pass: `make(image, painted, attend)`; without attention it is right."""

    make: Callable[[Tensor, Tensor, nn.Module], Any]

    def forward(self, image: Tensor) -> Any:
        painted = self.paint(image)
        return painted if self.attend is None else type(self).make(image, painted, self.attend)


def _translator(make: Callable[[Tensor, Tensor, nn.Module], Any]) -> type[Translator]:
    return type(make.__name__, (_Wrong,), {"make": staticmethod(make)})


@mistake("10.2", "without attention self.attend is None and cannot be called; such a translator returns its paint")
class NeverNone(Translator):
    def forward(self, image):
        return compose(image, self.paint(image), self.attend(image))


@mistake("10.2", "more than one thing came back; a program that translates pictures wants the composed one")
class AllThree(Translator):
    def forward(self, image):
        painted = self.paint(image)
        attention = torch.ones_like(image[:, :1]) if self.attend is None else self.attend(image)
        return compose(image, painted, attention), attention, painted


def paint_alone(image, painted, attend):
    return painted


def about_the_paint(image, painted, attend):
    return compose(image, painted, attend(painted))


def swapped(image, painted, attend):
    return compose(painted, image, attend(image))


def foreground_alone(image, painted, attend):
    return attend(image) * painted


def hard_at_a_tenth(image, painted, attend):
    return torch.where(attend(image) > 0.1, painted, image)


def hard_at_half(image, painted, attend):
    return torch.where(attend(image) > 0.5, painted, image)


def only_the_map(image, painted, attend):
    return attend(image)


def untouched(image, painted, attend):
    return image


def added(image, painted, attend):
    return image + attend(image) * painted


_HARD = "the map was made hard by a threshold; Eq. 1 takes it as it is"
for _sentence, _make in (
    ("that is the paint alone, without Eq. 1: the background is repainted as well", paint_alone),
    ("attention looks at the paint; it has to look at the input", about_the_paint),
    ("paint and picture are swapped in Eq. 1", swapped),
    ("that is the foreground alone; add what (1 - s_a) keeps of the picture", foreground_alone),
    (_HARD, hard_at_a_tenth),
    (_HARD, hard_at_half),
    ("that is the attention map, not the picture", only_the_map),
    ("the picture came back without any paint", untouched),
    ("the paint is laid on top of the picture; Eq. 1 takes (1 - s_a) of the picture away below it", added),
):
    mistake("10.2", _sentence)(_translator(_make))


# ------------------------------------------------------------------------------------------ 10.3 any size


class Seer(nn.Module):
    """The negative of a picture; remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(-torch.ones(()), requires_grad=False)
        self._seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self._seen.append(x.clone())
        return self.scale * x


def odd_picture(draw: Draw) -> dict[str, Any]:
    """Sides that are rarely multiples of 4."""
    return {"network": Seer(), "image": draw.picture() + 2, "multiple": 4}


def of_size(height: int, width: int, multiple: int | None) -> Case:
    """A picture of this size; None: without saying of what its sides have to be multiples."""
    given = {"network": Seer(), "image": Draw(2, height, width, torch.float32).picture() + 2}
    return lambda: given if multiple is None else given | {"multiple": multiple}


def watched(answer: Callable, network: Seer, image: Tensor, *multiple: int) -> tuple[Any, str, str]:
    """The result, the size the network got, and what stood around the picture: nobody says on which side to pad."""
    before = image.clone()
    result = answer(network, image, *multiple)
    if len(network._seen) != 1:
        return result, f"another one in each of {len(network._seen)} calls", "unknown"
    [got] = network._seen
    size = " x ".join(map(str, got.shape))
    return result, size, "nothing" if got.shape == before.shape else _border(got, before)


def _border(got: Tensor, image: Tensor) -> str:
    """What was added around a picture."""
    high, wide = (a - b for a, b in zip(got.shape[-2:], image.shape[-2:], strict=True))
    if got.ndim != 4 or high < 0 or wide < 0 or got.shape[:2] != image.shape[:2]:
        return "another picture"
    splits = [(left, wide - left, top, high - top) for top in range(high + 1) for left in range(wide + 1)]
    kinds = {"reflect": "its reflection", "constant": "zeros", "replicate": "its outermost pixels, repeated"}
    for mode, name in kinds.items():
        for split in splits:
            reach = mode == "constant" or (max(split[:2]) < image.shape[-1] and max(split[2:]) < image.shape[-2])
            if reach and torch.equal(got, F.pad(image, split, mode=mode)):
                return name
    return "something else"


define(
    "10.3",
    any_size,
    at_sizes(odd_picture)
    | {
        "9 x 14 pixels": of_size(9, 14, 4),
        "8 x 12 pixels, where nothing is missing": of_size(8, 12, 4),
        "13 x 20 pixels and multiples of 8": of_size(13, 20, 8),
        "10 x 7 pixels, multiple left out": of_size(10, 7, None),
    },
    ("the result", "the size the network gets", "what the network sees around the picture"),
    part="beyond",
    equation="Appendix A",
    difficulty=2,
    minutes=12,
    hints=[
        "How many rows are missing to the next multiple of 4? In Python `-height % 4` says it: 2 for 62, 0 for 64.",
        "F.pad(image, (left, right, top, bottom), mode='reflect'); crop what comes out: result[..., :height, :width] "
        "if you padded at the right and below only.",
    ],
    draw=figures.draw_any_size,
    compared=("value",),
    run=watched,
)


def _padded(network, image, below, right, mode="reflect"):
    height, width = image.shape[-2:]
    return network(F.pad(image, (0, right, 0, below), mode=mode))[..., :height, :width]


def _missing(image, multiple):
    return -image.shape[-2] % multiple, -image.shape[-1] % multiple


@mistake("10.3", "where nothing is missing you pad a whole multiple: 4 - 64 % 4 is 4; -64 % 4 is 0")
def a_multiple_too_much(network, image, multiple=4):
    height, width = image.shape[-2:]
    below, right = multiple - height % multiple, multiple - width % multiple
    return _padded(network, image, below, right)


@mistake("10.3", "the picture is padded with zeros, a grey frame the networks never saw in training: mode='reflect'")
def zeros(network, image, multiple=4):
    return _padded(network, image, *_missing(image, multiple), mode="constant")


@mistake("10.3", "the padded picture came back; crop it to the height and width that came in")
def not_cropped(network, image, multiple=4):
    below, right = _missing(image, multiple)
    return network(F.pad(image, (0, right, 0, below), mode="reflect"))


@mistake("10.3", "padded at the left and above, cropped at the right and below: the picture has moved")
def moved(network, image, multiple=4):
    height, width = image.shape[-2:]
    below, right = _missing(image, multiple)
    return network(F.pad(image, (right, 0, below, 0), mode="reflect"))[..., :height, :width]


@mistake("10.3", "padded at the right and below, cropped at the left and above: the picture has moved")
def moved_the_other_way(network, image, multiple=4):
    height, width = image.shape[-2:]
    below, right = _missing(image, multiple)
    return network(F.pad(image, (0, right, 0, below), mode="reflect"))[..., -height:, -width:]


@mistake("10.3", "the outermost pixels are repeated; a reflection goes on with the picture's texture")
def repeated(network, image, multiple=4):
    return _padded(network, image, *_missing(image, multiple), mode="replicate")


@mistake("10.3", "part of the picture is cut off instead of padded")
def cut_off(network, image, multiple=4):
    height, width = (side - side % multiple for side in image.shape[-2:])
    return network(image[..., :height, :width])


@mistake("10.3", "the picture goes in as it is: the network cannot halve an odd side and double it again")
def as_it_is(network, image, multiple=4):
    return network(image)


@mistake("10.3", "`multiple` is an argument; yours stays at 4 whatever it is told")
def always_four(network, image, multiple=4):
    return _padded(network, image, *_missing(image, 4))


@mistake("10.3", "height and width are exchanged: F.pad counts from the last dimension, (left, right, top, bottom)")
def exchanged(network, image, multiple=4):
    height, width = image.shape[-2:]
    below, right = _missing(image, multiple)
    return network(F.pad(image, (0, below, 0, right), mode="reflect"))[..., :height, :width]


@mistake("10.3", "both sides are padded to the longer one's multiple; each side needs only what it lacks itself")
def to_a_square(network, image, multiple=4):
    side = max(image.shape[-2:])
    side += -side % multiple
    return _padded(network, image, side - image.shape[-2], side - image.shape[-1], mode="reflect")


@mistake("10.3", "the network's answer was thrown away: that is the picture that came in")
def thrown_away(network, image, multiple=4):
    _padded(network, image, *_missing(image, multiple))
    return image


@mistake("10.3", "only the batch's first picture is translated")
def first_of_the_batch(network, image, multiple=4):
    return _padded(network, image[:1], *_missing(image, multiple))
