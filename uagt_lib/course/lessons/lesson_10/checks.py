"""Lesson 10, beyond: checks."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from torch import Tensor

from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.course.places import data
from uagt_lib.data import savanna
from uagt_lib.data.pairs import to_float
from uagt_lib.export import Translator
from uagt_lib.method.direction import Direction
from uagt_lib.method.model import Model
from uagt_lib.show.figures import draw
from uagt_lib.training.checkpoint import load_model
from uagt_lib.training.presets import preset

# ------------------------------------------------------------------------------------------ 10.1 several processes


def averaged_gradients(
    loss: Callable[[Tensor], Tensor], parameters: Sequence[Tensor], parts: Sequence[Tensor]
) -> list[Tensor]:
    """The mean over all processes of the gradients each computes on its own, equally large part of a batch.

    What `training.step.average_gradients` does between processes, in one.

    Args:
        loss: a batch -> the mean loss over it, a scalar.
        parameters: what to differentiate for.
        parts: one batch a process.
    """
    found = [torch.autograd.grad(loss(part), list(parameters)) for part in parts]
    return [torch.stack(gradients).mean(0) for gradients in zip(*found, strict=True)]


@checks(
    "10.1",
    averaged_gradients,
    part="beyond",
    equation="Algorithm 1",
    difficulty=2,
    minutes=10,
    hints=[
        "`torch.autograd.grad(loss(part), parameters)` gives one part's gradients as a tuple, one per parameter.",
        "You then have one tuple per part. `zip(*tuples)` turns that around: all parts' gradients of the first "
        "parameter, of the second, ... Each group becomes one mean.",
    ],
    mistakes=[
        "Adding instead of averaging: with twice as many GPUs the steps would be twice as large.",
        "`loss(part).backward()` without clearing `.grad` first: gradients of earlier calls are still in it.",
        "Joining the parts and differentiating once: no process has the others' pictures.",
    ],
)
def _averaged_gradients(answer: Any) -> Iterator[str]:
    g = torch.Generator().manual_seed(1)
    w, b = (torch.randn(n, generator=g).requires_grad_() for n in (3, 1))
    batch = torch.randn(12, 3, generator=g)
    sizes: list[int] = []

    def loss(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return ((x @ w + b).tanh() ** 2).mean()

    def check(count: int, what: str) -> None:
        parts = batch.chunk(count)
        wanted = torch.autograd.grad(loss(batch), [w, b])
        each = [torch.autograd.grad(loss(part), [w, b]) for part in parts]
        sizes.clear()
        got = answer(loss, [w, b], list(parts))
        expect(got is not None, "the result is None: is a `return` missing?")
        expect(isinstance(got, list | tuple), f"the result should be a list of gradients, not {type(got).__name__}")
        expect(
            len(got) != len(parts) or len(parts) == 2,
            "one result per part came back; it should be one per parameter, so group by parameter first",
        )
        expect(len(got) == 2, f"there should be one gradient per parameter, 2 of them, not {len(got)}")
        expect(
            max(sizes, default=0) <= len(parts[0]),
            "the loss was computed on the whole batch at once; each process has its own part only",
        )
        expect(
            sizes.count(len(parts[0])) >= count,
            f"the loss was computed on {len(sizes)} of {count} parts; every process has to have its say",
        )
        for i, (name, gradient) in enumerate(zip(("first", "second"), got, strict=True)):
            same(
                gradient,
                wanted[i],
                {
                    "gradients are added up; the joint batch's loss is a MEAN, so average them": sum(
                        p[i] for p in each
                    ),
                    "only the last part's gradient came back: it overwrote the others": each[-1][i],
                    "only the first part's gradient came back": each[0][i],
                    "gradients of an earlier call are still in .grad; clear them, or use torch.autograd.grad": 2
                    * wanted[i],
                },
                f"the {name} parameter's averaged gradient",
            )

    check(3, "three parts")
    yield "three processes"
    check(4, "four parts")
    check(4, "four parts")
    yield "a second call"
    check(1, "one part")
    yield "one process"


# ------------------------------------------------------------------------------------------ 10.2 translator


@cache
def _networks(method: str) -> Model:
    config = preset("savanna-smoke").with_(method=method)
    return config.model().eval().requires_grad_(False)


@cache
def _trained() -> Model:
    return load_model(data("checkpoints", "savanna-64.safetensors"))


def _draw_translator(axis: Axes, answer: Any) -> None:
    picture, _ = savanna.draw("horse", 1, 64, seed=2, start=4)
    with torch.no_grad():
        translated = answer(_trained())(to_float(picture))
    draw(axis, translated[0])


@checks(
    "10.2",
    Translator,
    part="beyond",
    equation="Eq. 1",
    difficulty=1,
    minutes=6,
    hints=[
        "self.paint and self.attend are F and A of this direction, ready to be called on the image.",
        "A translator without attention (CycleGAN) has self.attend = None; it returns its paint.",
    ],
    mistakes=[
        "Returning the three tensors of model.translate: a user's program wants one picture.",
        "Letting attention look at the paint instead of the input.",
        "Forgetting that self.attend may be None.",
    ],
    draw=_draw_translator,
)
def _translator(answer: Any) -> Iterator[str]:
    x = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for method, direction in (("uagt", Direction.S2T), ("uagt", Direction.T2S), ("cyclegan", Direction.S2T)):
        model = _networks(method)
        route = model.route(direction)
        with torch.no_grad():
            wanted = model.translate(x, direction)
            try:
                got = answer(model, direction)(x)
            except TypeError as error:
                expect(
                    method == "uagt" or "NoneType" not in str(error),
                    "without attention self.attend is None and cannot be called; such a translator returns its paint",
                )
                raise
            expect(
                not isinstance(got, tuple | list), "more than one thing came back; the user wants the composed picture"
            )
            mistakes = {}
            if route.attend is not None:
                about_paint = route.attend(wanted.painted)
                mistakes = {
                    "the background is gone: that is the paint alone, without Eq. 1": wanted.painted,
                    "the map was made hard by a threshold; Eq. 1 takes it as it is": torch.where(
                        wanted.attention > 0.1, wanted.painted, x
                    ),
                    "paint and picture are swapped in Eq. 1": wanted.attention * x
                    + (1 - wanted.attention) * wanted.painted,
                    "attention looks at the paint; it has to look at the input": about_paint * wanted.painted
                    + (1 - about_paint) * x,
                    "that is the attention map, not the picture": wanted.attention,
                    "the picture came back without any paint": x,
                    "that is the foreground alone; add what (1 - s_a) keeps of the picture": wanted.attention
                    * wanted.painted,
                }
            same(got, wanted.translated, mistakes, "the translated picture")
        yield f"{method} to {direction.to}"


# ------------------------------------------------------------------------------------------ 10.3 any size


def any_size(network: Callable[[Tensor], Tensor], image: Tensor, multiple: int = 4) -> Tensor:
    """Run an image-to-image network on a picture of any size: pad by reflection, run, crop back.

    Args:
        network: images (N, C, H, W) -> images (N, c, H, W), for H and W divisible by `multiple`.
        image: (N, C, H, W), any H and W that are larger than `multiple`.
        multiple: what heights and widths must be divisible by.
    """
    height, width = image.shape[-2:]
    below, right = -height % multiple, -width % multiple
    return network(F.pad(image, (0, right, 0, below), mode="reflect"))[..., :height, :width]


def _draw_any_size(axis: Axes, answer: Any) -> None:
    picture, _ = savanna.draw("horse", 1, 64, seed=2, start=4)
    cut = to_float(picture)[..., 13:, :63]
    with torch.no_grad():
        image = answer(Translator(_trained()), cut)
    draw(axis, image[0])
    axis.set_xlabel(f"63 x 51 px in, {image.shape[-1]} x {image.shape[-2]} px out", fontsize=8)


@checks(
    "10.3",
    any_size,
    part="beyond",
    equation="Appendix A",
    difficulty=2,
    minutes=12,
    hints=[
        "How many rows are missing to the next multiple of 4? In Python `-height % 4` says it: 2 for 62, 0 for 64.",
        "F.pad(image, (left, right, top, bottom), mode='reflect'); crop what comes out: result[..., :height, :width] "
        "if you padded at the right and below only.",
    ],
    mistakes=[
        "`multiple - height % multiple`: pads 4 rows where none is missing.",
        "Zeros instead of reflection: the networks then see a grey border.",
        "Padding left and top but cropping there as if it were right and bottom: the picture moves.",
        "Giving back the padded size.",
    ],
    draw=_draw_any_size,
)
def _any_size(answer: Any) -> Iterator[str]:
    def check(height: int, width: int, multiple: int) -> None:
        x = torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(height)) + 0.1
        before, seen = x.clone(), []

        def network(picture: Tensor) -> Tensor:
            seen.append(picture.clone())
            return 1 - picture

        got = answer(network, x, multiple)
        size = f"a picture of {width} x {height} px"
        expect(torch.equal(x, before), "the picture that came in was changed")
        expect(len(seen) == 1, f"the network should be called once, not {len(seen)} times")
        expect(isinstance(seen[0], Tensor) and seen[0].ndim == 4, "the network should get (N, C, H, W)")
        high, wide = seen[0].shape[-2:]
        more = (-height % multiple, -width % multiple)
        expect(
            high % multiple == 0 and wide % multiple == 0,
            f"for {size} the network got {wide} x {high}, which is not divisible by {multiple}",
        )
        expect(
            high >= height and wide >= width,
            f"for {size} the network got {wide} x {high}: part of the picture was cut off instead of padded",
        )
        expect(
            (high - height, wide - width) == more,
            f"for {size} the network got {wide} x {high}, padded more than needed (each side by itself)",
        )
        splits = [(x0, more[1] - x0, y0, more[0] - y0) for y0 in range(more[0] + 1) for x0 in range(more[1] + 1)]

        def padded(mode: str) -> list[bool]:
            return [torch.equal(seen[0], F.pad(x, split, mode=mode)) for split in splits]

        if not any(padded("reflect")):
            expect(
                not any(padded("constant")),
                "the picture was padded with zeros, a grey frame the networks never saw in training: mode='reflect'",
            )
            expect(not any(padded("replicate")), "the last row was repeated; reflection continues the texture instead")
            expect(False, "the network got something other than the picture with a reflected border; was it resized?")
        expect(
            not (isinstance(got, Tensor) and got.shape[-2:] == (high, wide) and any(more)),
            f"the result has the padded size {wide} x {high}; crop it back to {width} x {height}",
        )
        same(
            got,
            1 - x,
            {
                "the network's answer was thrown away": x,
                "padded on one side and cropped on the other: the picture has moved": 1 - seen[0][..., :height, :width],
                "padded on one side, cropped on the other: the picture has moved": 1 - seen[0][..., -height:, -width:],
            },
            f"the result for {size}",
        )

    check(9, 14, 4)
    yield "odd sizes"
    check(8, 12, 4)
    yield "nothing to do"
    check(13, 20, 8)
    yield "another multiple"


# ------------------------------------------------------------------------------------------ quiz
