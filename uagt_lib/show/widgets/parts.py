"""What the widgets share: pictures with captions, controls with readable labels."""

import io
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from uagt_lib.data.pairs import to_grey, to_uint8

try:
    import ipywidgets as widgets
except ImportError:
    from uagt_lib.show.widgets import still as widgets

MOVING = widgets.__name__ == "ipywidgets"  # or nobody can press or drag anything

WIDTH = 156  # of a picture, in pixels on the screen: five fit beside each other, and beside a list of files
LABEL = {"description_width": "150px"}


class Picture(widgets.VBox):
    """A small picture under its title; a description below says in words what is seen."""

    def __init__(self, title: str, description: str, width: int = WIDTH):
        self.image = widgets.Image(format="png", layout=widgets.Layout(width=f"{width}px"))
        self.width = width
        text = widgets.HTML(
            lines(f"<b>{escape(title)}</b><br><small>{escape(description)}</small>"),
            layout=widgets.Layout(width=f"{width}px"),
        )
        layout = widgets.Layout(margin="0 8px 0 0", align_items="flex-start")
        super().__init__([self.image, text], layout=layout)

    def show(self, picture: Tensor) -> None:
        """Replace the picture: (3, H, W) in [-1, 1] or a matte (1, H, W) in [0, 1], both float."""
        self.image.value = encode(enlarge(pixels(picture), self.width))


def pixels(picture: Tensor) -> np.ndarray:
    """A picture, float (3, H, W) in [-1, 1], or a matte (1, H, W) in [0, 1], as bytes (H, W, 3): white is attended."""
    colours = to_grey(picture) if picture.shape[0] == 1 else picture
    return to_uint8(colours).permute(1, 2, 0).contiguous().numpy()


def enlarge(picture: np.ndarray, width: int) -> np.ndarray:
    """Repeat pixels until (H, W, 3) is at least 2 `width` wide: edges stay sharp on any screen."""
    times = max(1, -(-2 * width // picture.shape[1]))
    return picture.repeat(times, 0).repeat(times, 1)


def encode(picture: np.ndarray) -> bytes:
    """Bytes (H, W, 3) as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "png", compress_level=1)
    return file.getvalue()


def lines(html: str) -> str:
    """HTML set as text is, not as far apart as buttons are."""
    return f'<div style="line-height:1.4">{html}</div>'


def side_by_side(*children: widgets.Widget) -> widgets.HBox:
    """Children in a row that breaks where the page is narrow."""
    return widgets.HBox(children, layout=widgets.Layout(flex_flow="row wrap", align_items="flex-start"))


def slider(label: str, value: float, low: float, high: float, step: float) -> widgets.FloatSlider:
    """A labelled slider over numbers."""
    return widgets.FloatSlider(value, min=low, max=high, step=step, description=label, style=LABEL, layout=_long())


def whole_slider(label: str, value: int, low: int, high: int) -> widgets.IntSlider:
    """A labelled slider over whole numbers."""
    return widgets.IntSlider(value, min=low, max=high, description=label, style=LABEL, layout=_long())


def choice(label: str, options: Sequence[tuple[str, Any]], value: Any = None) -> widgets.Dropdown:
    """A labelled list of (name, value) to choose from; the first is chosen unless told."""
    first = options[0][1] if value is None else value
    return widgets.Dropdown(options=options, value=first, description=label, style=LABEL, layout=_long())


def scale(label: str, options: Sequence[tuple[str, Any]], value: Any) -> widgets.Widget:
    """A labelled slider over (name, value), or a list where there is only one: no slider has a single place."""
    if len(options) == 1:
        return choice(label, options, value)
    return widgets.SelectionSlider(options=options, value=value, description=label, style=LABEL, layout=_long())


def tick(label: str) -> widgets.Checkbox:
    """A labelled box to tick."""
    return widgets.Checkbox(False, description=label, style=LABEL, layout=_long())


def on_change(redraw: Any, *controls: widgets.Widget) -> None:
    """Call `redraw()` whenever one of the controls changes its value."""
    for control in controls:
        control.observe(lambda change: redraw(), names="value")


def _long() -> widgets.Layout:
    return widgets.Layout(width="480px", max_width="100%")
