"""The start page: one picture that says what this is about, one promise, two buttons, eleven lessons."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from uagt_lib.course.places import ROOT, data
from uagt_lib.course.site import launch
from uagt_lib.course.site.lessons import Page
from uagt_lib.course.site.markup import figure
from uagt_lib.data.pairs import to_float, to_uint8
from uagt_lib.errors import UagtError
from uagt_lib.inference import translate_image
from uagt_lib.training.checkpoint import load_model

CONTENT = Path(__file__).parent / "content"
SHOWN = (1, 3, 4, 7)  # of the samples of horses
GAP = 8
HERO = """\
<div class="hero">
<picture><source media="(max-width: 40em)" srcset="_static/start/before-2.png">
<img src="_static/start/before-4.png" width="1048" height="256" alt="Drawn horses on green meadows."></picture>
<picture class="after"><source media="(max-width: 40em)" srcset="_static/start/after-2.png">
<img src="_static/start/after-4.png" width="1048" height="256"
alt="The same meadows, blade by blade; every horse has become a zebra."></picture>
<label class="visually-hidden" for="curtain">How much of the picture is translated, in per cent</label>
<input id="curtain" type="range" min="0" max="100" value="50">
</div>
<p class="hero-caption">Drag across the picture. Left of the line is what the network was given, right of it
what it made.</p>
<script>
{ const hero = document.querySelector(".hero"), curtain = document.getElementById("curtain");
  const draw = () => hero.style.setProperty("--curtain", `${curtain.value}%`);
  curtain.addEventListener("input", draw); draw(); }
</script>"""


def start_page(lessons: Sequence[Page]) -> str:
    """The start page's Markdown."""
    first = lessons[0].name
    both = f'<a class="button primary" href="lessons/{first}.html">Begin with lesson {first[:2]}</a>\n' + (
        '<a class="button" href="play.html">Play with the model</a>'
    )
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if not (caption := re.search(r"!\[(.+?)\]\(data/savanna\.png\)", readme)):
        raise UagtError("README.md does not show data/savanna.png with a description of it")
    return (
        (CONTENT / "index.md")
        .read_text(encoding="utf-8")
        .format(
            hero=HERO,
            buttons=f'<p class="buttons">\n{both}\n</p>',
            lessons=_cards(lessons),
            savanna=figure("pictures/savanna.png", (ROOT / "data" / "savanna.png").read_bytes(), caption[1]),
            toctree="\n".join(f"lessons/{page.name}" for page in lessons),
        )
    )


def machine() -> str:
    """The page that says how to run the course on one's own machine."""
    clone, enter = launch.commands()
    folder = clone.rsplit("/", 1)[1]
    text = (CONTENT / "machine.md").read_text(encoding="utf-8")
    return text.format(clone=clone, open=enter, folder=folder, codespace=launch.codespace())


def play() -> str:
    """The page on which the model runs in the browser."""
    return (CONTENT / "play.md").read_text(encoding="utf-8")


def _cards(lessons: Sequence[Page]) -> str:
    lines = ['<ol class="cards">']
    for page in lessons:
        number, title = page.title.split(" · ", 1)
        lines += [
            f'<li><a href="lessons/{page.name}.html"><span class="number">{escape(number)}</span>',
            f"<strong>{escape(title)}</strong><span>{escape(_plain(page.teaser))}</span></a></li>",
        ]
    return "\n".join([*lines, "</ol>"])


def _plain(markdown: str) -> str:
    return re.sub(r"\*\*|`|(?<!\w)\*|\*(?!\w)|\$", "", markdown)


def write_pictures(folder: Path) -> None:
    """Draw the start page's picture, before and after translation: four in a row, and two by two for phones."""
    folder.mkdir(parents=True, exist_ok=True)
    model = load_model(data("checkpoints", "savanna-64.safetensors"))
    paths = [data("samples", "testA", f"{i:04}.png") for i in SHOWN]
    given = [_read(path) for path in paths]
    made = [to_uint8(translate_image(model, to_float(x)).translated) for x in given]
    for name, pictures in (("before", given), ("after", made)):
        for columns in (4, 2):
            _tiled(pictures, columns).save(folder / f"{name}-{columns}.png", optimize=True)


def _read(path: Path) -> Tensor:
    return torch.from_numpy(np.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)[None]


def _tiled(pictures: Sequence[Tensor], columns: int, times: int = 4) -> Image.Image:
    """Pictures, uint8 (1, 3, H, W), in rows, enlarged so that pixels stay sharp; what lies between is transparent."""
    side = times * pictures[0].shape[-1]
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGBA", (columns * (side + GAP) - GAP, rows * (side + GAP) - GAP))
    for i, picture in enumerate(pictures):
        tile = Image.fromarray(picture[0].permute(1, 2, 0).numpy()).resize((side, side), Image.Resampling.NEAREST)
        sheet.paste(tile, (i % columns * (side + GAP), i // columns * (side + GAP)))
    return sheet
