"""Stand-ins for ipywidgets in a kernel that has none, as an editor's own often has: what widgets show at first."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from types import SimpleNamespace as Layout
from typing import Any

WAY_OUT = "These controls stand still: ipywidgets is missing. <code>pip install ipywidgets</code>, restart the kernel."


class Widget:
    """Anything with a value and traits, that nobody will ever change."""

    def __init__(self, value: Any = None, **traits: Any):
        self.value, self.description = value, ""
        self.layout, self.style = Layout(), Layout()
        self.__dict__ |= traits

    def observe(self, *_: Any, **__: Any) -> None:
        """Nobody will call back."""

    on_click = observe

    def html(self) -> str:
        """What it looks like: a control is its name and its value."""
        return f"<div>{escape(self.description)}: {escape(str(self.value))}</div>"

    def _repr_html_(self) -> str:
        return f"{self.html()}<div><small>{WAY_OUT}</small></div>"


class HTML(Widget):
    """Text."""

    def html(self) -> str:
        return f"<div>{self.value or ''}</div>"


class Image(Widget):
    """A PNG file's bytes."""

    def html(self) -> str:
        if not self.value:
            return ""
        width = getattr(self.layout, "width", "auto")
        return f'<img style="width:{width}" src="data:image/png;base64,{b64encode(self.value).decode()}">'


class VBox(Widget):
    """Widgets below each other."""

    flow = "display:flex; flex-direction:column"

    def __init__(self, children: Sequence[Widget] = (), **traits: Any):
        super().__init__(children=tuple(children), **traits)

    def html(self) -> str:
        if getattr(self.layout, "display", "") == "none":
            return ""
        return f'<div style="{self.flow}; margin-right:8px">{"".join(child.html() for child in self.children)}</div>'


class HBox(VBox):
    """Widgets beside each other."""

    flow = "display:flex; flex-wrap:wrap; align-items:flex-start"


class Dropdown(Widget):
    """A choice among (name, value)."""

    def html(self) -> str:
        chosen = next((name for name, value in self.options if value == self.value), "")
        return f"<div>{escape(self.description)}: {escape(chosen)}</div>"


class Button(Widget):
    """Nobody can press it, so it is not shown."""

    def html(self) -> str:
        return ""


FloatSlider = IntSlider = IntProgress = Checkbox = Widget
SelectionSlider = Dropdown
