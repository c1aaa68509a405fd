"""Pieces of MyST Markdown: fences, directives, blocks that open on a click."""

import io
import json
import re
from html import escape

from PIL import Image


def fence(text: str, language: str, classes: str = "") -> str:
    """A block of code, or of what a cell printed."""
    ticks = "`" * (max([2, *map(len, re.findall(r"`+", text))]) + 1)
    if classes:
        return f"{ticks}{{code-block}} {language}\n:class: {classes}\n\n{text}\n{ticks}"
    return f"{ticks}{language}\n{text}\n{ticks}"


def directive(name: str, argument: str, body: str = "", **options: str) -> str:
    """A MyST directive; an option's trailing underscore is dropped (`class_`)."""
    colons = ":" * (max([2, *map(len, re.findall(r"^:+", body, re.M))]) + 1)
    lines = [f":{key.rstrip('_')}: {json.dumps(value, ensure_ascii=False)}" for key, value in options.items()]
    return "\n".join([f"{colons}{{{name}}} {argument}", *lines, *(["", body] if body else []), colons])


def figure(address: str, png: bytes, alt: str) -> str:
    """A picture with its description, as HTML that knows its size before it is fetched."""
    width, height = Image.open(io.BytesIO(png)).size
    words = escape(" ".join(alt.split()))
    image = f'<img src="{address}" width="{width}" height="{height}" loading="lazy" alt="{words}">'
    return f'<figure class="sheet">{image}</figure>'


def folded(summary: str, *blocks: str, classes: str = "") -> str:
    """Blocks that open on a click."""
    return "\n\n".join([f'<details class="{classes}">\n<summary>{escape(summary)}</summary>', *blocks, "</details>"])


def button(text: str, address: str, classes: str = "button") -> str:
    """A link that looks like a button, as HTML."""
    return f'<a class="{classes}" href="{escape(address)}">{escape(text)}</a>'
