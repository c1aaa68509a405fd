"""Controls that leave a picture: what a view shows, for wherever there is no kernel to move it.

GitHub, nbviewer, the site, a notebook after a restart or saved and opened again show the still, the picture; a live
page shows the controls instead. The still is drawn from the widgets themselves, so no view has to know about it.
"""

import html
import io
import re
import sys
import textwrap
from functools import cache

from IPython.display import HTML, display
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont, ImageOps

from uagt_lib.show.figures import Shown, live, watched
from uagt_lib.show.page import PAGE
from uagt_lib.show.widgets.parts import MOVING, widgets

SHARP = 2  # pixels of a still for each on the screen
WIDE = 860  # of a line of text
GAP = 8
SIZE = 13  # of letters


class View(widgets.VBox):
    """Widgets below each other; displayed, they come with their still."""

    def __init__(self, children: tuple | list = (), **traits: object):
        super().__init__(children, **traits)
        if MOVING:
            self.add_class("uagt-view")
        self._stills: list = []  # handles of those that are displayed

    def still(self) -> Shown:
        """What is to be seen now as one picture, and all its words as the text for those who cannot see it."""
        words = " ".join(line for widget in walk(self) for line in _words(widget))
        return Shown(_png(_drawn(self)), words, SHARP)

    def refresh(self) -> None:
        """Draw the stills that are displayed again."""
        for handle in self._stills:
            handle.update(self._page())

    def _page(self) -> HTML | Shown:
        if not watched():
            return self.still()
        return HTML(f'{PAGE}<div class="uagt-still">{self.still().html()}</div>')

    def _ipython_display_(self, **options: object) -> None:
        if not MOVING:  # a stand-in, which is still by nature
            display(HTML(self._repr_html_()))
            return
        if hasattr(widgets.VBox, "_ipython_display_"):  # ipywidgets 7
            super()._ipython_display_(**options)
        else:
            display(self._repr_mimebundle_(), raw=True)
        if live() and "google.colab" not in sys.modules:  # Colab would show both
            self._stills.append(display(self._page(), display_id=True))


def walk(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and what it contains, as far as it is to be seen."""
    if widget.layout.display == "none":
        return []
    inner = (walk(child) for child in getattr(widget, "children", ()))
    return [widget, *(found for child in inner for found in child)]


def _words(widget: widgets.Widget) -> list[str]:
    """What a widget says, line by line."""
    if isinstance(widget, widgets.HTML):
        text = html.unescape(re.sub(r"<(?:br|/div|/p|/pre)\b[^>]*>", "\n", widget.value))
        return [line for piece in text.split("\n") if (line := re.sub(r"<[^>]+>|\s+$", "", piece).strip())]
    if isinstance(widget, widgets.RadioButtons):
        return [f"{'●' if i == widget.index else '○'} {option}" for i, option in enumerate(widget.options)]
    if isinstance(widget, widgets.Checkbox):
        return [f"{'☑' if widget.value else '☐'} {widget.description}"]
    if isinstance(widget, widgets.ValueWidget) and getattr(widget, "description", ""):
        value = widget.options[widget.index][0] if hasattr(widget, "options") else widget.value
        return [f"{widget.description}: {value:.4g}" if isinstance(value, float) else f"{widget.description}: {value}"]
    return []


def _drawn(widget: widgets.Widget) -> Image.Image | None:
    """A widget as a picture on white; None where there is nothing to see."""
    if widget.layout.display == "none":
        return None
    if isinstance(widget, widgets.Image):
        if not widget.value:
            return None
        picture = Image.open(io.BytesIO(widget.value)).convert("RGB")
        width = _pixels(widget.layout.width) or picture.width
        return picture.resize((SHARP * width, round(SHARP * width * picture.height / picture.width)))
    if isinstance(widget, (widgets.HBox, widgets.VBox)):
        parts = [drawn for child in widget.children if (drawn := _drawn(child))]
        return _joined(parts, isinstance(widget, widgets.HBox))
    return _written(_words(widget), _pixels(widget.layout.width) or WIDE)


def _joined(parts: list[Image.Image], beside: bool) -> Image.Image | None:
    """Pictures beside or below each other."""
    if not parts:
        return None
    gap = SHARP * GAP
    width, height = ([part.size[i] + gap for part in parts] for i in (0, 1))
    size = (sum(width), max(height)) if beside else (max(width), sum(height))
    sheet = Image.new("RGB", (size[0] - gap, size[1] - gap), "white")
    for i, part in enumerate(parts):
        sheet.paste(part, (sum(width[:i]), 0) if beside else (0, sum(height[:i])))
    return sheet


def _written(lines: list[str], width: int) -> Image.Image | None:
    """Lines of text, broken between words to fit `width` pixels on the screen."""
    if not lines:
        return None
    font, step = _font(), round(1.4 * SHARP * SIZE)
    most = max(8, int(width / (0.56 * SIZE)))  # letters of middling width
    broken = [piece for line in lines for piece in textwrap.wrap(line, most)]
    sheet = Image.new("RGB", (round(max(map(font.getlength, broken))) + 1, step * len(broken)), "white")
    for i, piece in enumerate(broken):
        ImageDraw.Draw(sheet).text((0, i * step), piece, "black", font)
    return sheet


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_manager.findfont("DejaVu Sans"), SHARP * SIZE)


def _pixels(width: str | None) -> int | None:
    return int(width[:-2]) if width and re.fullmatch(r"\d+px", width) else None


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    ImageOps.expand(picture, SHARP * GAP, "white").save(buffer, "png")
    return buffer.getvalue()
