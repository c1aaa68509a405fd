"""Lesson 02, composition: checks and quiz."""

from collections.abc import Iterator

import torch
from matplotlib.axes import Axes

from uagt_lib.compose import compose
from uagt_lib.course.exercises import checks
from uagt_lib.course.expect import expect, same
from uagt_lib.course.quizzes import Choice, Question


def _draw(axis: Axes, answer) -> None:
    """Paint of one colour over a picture of another, kept inside a disc."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    matte = torch.sigmoid(12 * (0.6 - (x**2 + y**2).sqrt()))[None, None]
    source = torch.stack([-0.6 + 0.2 * y, 0.3 + 0.2 * x, -0.5 + 0 * x])[None]
    paint = torch.stack([0.9 + 0 * x, 0.3 * torch.sign(torch.sin(20 * x)), -0.2 + 0 * x])[None]
    axis.imshow(answer(source, paint, matte)[0].permute(1, 2, 0).add(1).div(2).clamp(0, 1))
    axis.set(xticks=[], yticks=[])


@checks(
    "02.1",
    compose,
    part="compose",
    equation="Eq. 1",
    test="tests/test_compose.py::test_ones_are_the_paint_and_zeros_the_source_bit_for_bit",
    difficulty=1,
    minutes=5,
    hints=[
        "At a pixel where s_a is 0.3 you want 30 % of the paint and 70 % of the photograph.",
        "Two products and a sum. The matte's one channel broadcasts over the three colours by itself.",
    ],
    mistakes=["Image and paint swapped: attention then protects the object and repaints the rest."],
    draw=_draw,
)
def _compose(answer) -> Iterator[str]:
    g = torch.Generator().manual_seed(1)
    s, painted = (torch.rand(2, 3, 8, 8, generator=g) * 2 - 1 for _ in range(2))
    s_a = torch.rand(2, 1, 8, 8, generator=g)
    same(
        answer(s, painted, s_a),
        s_a * painted + (1 - s_a) * s,
        {
            "image and paint are swapped: s_a must multiply the paint, (1 - s_a) the source": s_a * s
            + (1 - s_a) * painted,
            "the source is added whole; it should only fill what the matte leaves, (1 - s_a)": s_a * painted + s,
            "only the paint is kept; where is the background, (1 - s_a) of s?": s_a * painted,
        },
        "s'",
    )
    yield "random images"
    ones = torch.ones_like(s_a)
    same(answer(s, painted, ones), painted, what="s' under a matte of ones")
    yield "ones give the paint"
    expect(
        torch.equal(answer(s, painted, 0 * ones), s),
        "a matte of zeros must give back the source to the bit",
    )
    yield "zeros give the source"
    painted.requires_grad_(), s_a.requires_grad_()
    answer(s, painted, s_a).sum().backward()
    expect(
        s_a.grad is not None and painted.grad is not None,
        "no gradient reaches both networks; leave detach() and comparisons out: this is how attention learns",
    )
    yield "both networks get a gradient"


QUIZ = (
    Question(
        "A_S answers 0 everywhere. What does the user get?",
        (
            Choice("A black picture", False, "Zero is the weight of the paint, not the colour."),
            Choice("The input, unchanged", True, "The paint has weight 0 and the source weight 1, at every pixel."),
            Choice("CycleGAN's result", False, "That is the other end: ones everywhere."),
        ),
    ),
)
