"""Eq. 1 under your fingers: choose or paint a matte and see what composition makes of it."""

import torch
from torch import Tensor

from uagt_lib.evaluate.attention import background_error
from uagt_lib.method.compose import compose
from uagt_lib.show.widgets import parts
from uagt_lib.show.widgets.parts import widgets
from uagt_lib.show.widgets.view import View

MATTES = (
    ("true mask", "mask"),
    ("its complement", "complement"),
    ("ones: repaint everything, as CycleGAN", "ones"),
    ("zeros: keep everything", "zeros"),
    ("a disc of your own", "disc"),
)


def composition_playground(image: Tensor, painted: Tensor, mask: Tensor) -> View:
    """Input, paint, matte and the composed s' (Eq. 1) side by side; the matte is chosen, blended, or painted as a disc.

    Args:
        image: the input s, float (3, H, W) in [-1, 1].
        painted: the generator's paint for it, F_ST(s), same shape and range.
        mask: where the object is, float (1, H, W) in [0, 1].

    Raises:
        ValueError: if the shapes do not line up; the message names them.
    """
    compose(image[None], painted[None], mask[None])  # complains about shapes before anything is shown
    matte = parts.choice("matte", MATTES)
    blend = parts.slider("object → background", 0, 0, 1, 0.05)
    x, y = (parts.slider(f"disc: {name}", 0.5, 0, 1, 0.01) for name in ("x, rightwards", "y, downwards"))
    radius = parts.slider("disc: radius", 0.3, 0, 1, 0.01)
    softness = parts.slider("disc: softness", 0.1, 0, 1, 0.01)
    disc_sliders = widgets.VBox([x, y, radius, softness])

    shown = [
        parts.Picture("input s", "what the camera saw"),
        parts.Picture("paint F(s)", "everything repainted"),
        parts.Picture("matte sₐ", "white: take the paint; black: keep the input"),
        parts.Picture("result s′", "sₐ · paint + (1 − sₐ) · input"),
    ]
    shown[0].show(image)
    shown[1].show(painted)
    line = widgets.HTML()

    def start_over(change: dict) -> None:
        blend.value = 0  # halfway, every matte is the same grey, and no slider of the disc would do anything

    def redraw() -> None:
        mattes = {"mask": mask, "complement": 1 - mask, "ones": torch.ones_like(mask), "zeros": torch.zeros_like(mask)}
        mattes["disc"] = disc(*mask.shape[1:], x.value, y.value, radius.value, softness.value)
        chosen = mattes[matte.value]
        chosen = (1 - blend.value) * chosen + blend.value * (1 - chosen)
        result = compose(image[None], painted[None], chosen[None])
        error = background_error(image[None], result, mask[None])
        shown[2].show(chosen)
        shown[3].show(result[0])
        disc_sliders.layout.display = "flex" if matte.value == "disc" else "none"
        line.value = parts.lines(
            f"The matte takes paint for <b>{chosen.mean().item():.0%}</b> of the picture. "
            f"Background error, against the true mask: <b>{error:.3f}</b> (0: untouched, 1: black became white)."
        )

    matte.observe(start_over, names="value")
    parts.on_change(redraw, matte, blend, x, y, radius, softness)
    redraw()
    return View([matte, blend, disc_sliders, parts.side_by_side(*shown), line])


def disc(height: int, width: int, x: float, y: float, radius: float, softness: float) -> Tensor:
    """A matte (1, H, W) in [0, 1]: a disc around (x, y), in shares of width and height.

    `radius` and `softness`, the width of its edge, are shares of the shorter side.
    """
    down, right = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    side = min(height, width)
    distance = torch.hypot(right - x * width, down - y * height) / side
    edge = max(softness, 1 / side)  # a pixel wide at least, or the rim would be a staircase
    return ((radius - distance) / edge + 0.5).clamp(0, 1)[None]
