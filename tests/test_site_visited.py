"""The site, built and visited: links arrive, nothing is too wide, nobody is kept out, the model computes as in Python.

Skipped, with the reason, where Sphinx, npm or a Chromium is missing.
"""

import base64
import functools
import html
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urljoin, urlparse

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import FLAGS, chromium
from tests.test_site import SOURCES, answers, notes
from uagt_lib.course.places import data
from uagt_lib.course.site import __main__ as site_builder
from uagt_lib.course.site import packages
from uagt_lib.data.pairs import to_float
from uagt_lib.errors import UagtError
from uagt_lib.inference import translate_image
from uagt_lib.training.checkpoint import load_model

pytestmark = pytest.mark.slow
PICTURES = {
    "testA/0001": None,
    "testB/0002": None,
    "testA/0004": (51, 37),
    "emptyB/0000": (210, 333),
    "testA/0003": (1400, 1050),
}  # and their sizes


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The students' site; skips, saying why, where Sphinx or npm's files cannot be had."""
    for name in ("sphinx", "myst_parser", "furo", "sphinx_copybutton", "onnx", "onnxruntime"):
        pytest.importorskip(name, reason="install the extras: pip install -e '.[site,onnx]'")
    out = tmp_path_factory.mktemp("built") / "site"
    try:
        for package in (packages.MATHJAX, packages.ONNXRUNTIME):
            packages.unpack(package, out.with_name("npm"), site_builder.NPM)
    except UagtError as error:
        pytest.skip(str(error))
    site_builder.build_site(out)
    return out


def test_no_answer_is_anywhere_in_the_site(site: Path) -> None:
    texts = {
        path: html.unescape(path.read_text(encoding="utf-8")) for path in [*site.rglob("*.html"), *site.rglob("*.js")]
    }
    plain = {path: re.sub(r"<[^>]+>", "", text) for path, text in texts.items() if "mathjax" not in str(path)}
    assert sum("lessons" in str(path) for path in plain) == len(SOURCES)
    for source in SOURCES:
        for line in answers(source) + notes(source):
            assert [path for path, text in plain.items() if line in text] == []


def test_every_link_arrives_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    names = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in texts.items()}
    assert len(texts) > 30
    for path, text in texts.items():
        for tag, address in re.findall(r'<(\w+)\b[^>]*?\s(?:href|src|srcset)="([^"]*)"', text):
            parts = urlparse(html.unescape(address))
            if parts.scheme in ("http", "https"):
                assert tag == "a", f"{path.name} fetches {address}"
                continue
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.relative_to(site)} links to {address}"
            if parts.fragment and target in names and parts.fragment != "furo-main-content":
                assert unquote(parts.fragment) in names[target], f"{path.relative_to(site)} links to {address}"
        assert 'rel="stylesheet" type="text/css" href="http' not in text


def test_models_are_listed_with_what_they_need(site: Path) -> None:
    folder = site / "_static" / "models"
    listed = json.loads((folder / "models.json").read_text(encoding="utf-8"))
    assert listed[0]["name"] == "savanna-64" and [m["view"] for m in listed] == sorted(m["view"] for m in listed)
    for model in listed:
        assert [direction["word"] for direction in model["directions"]] == ["s2t", "t2s"]
        assert all((folder / d["file"]).stat().st_size == d["bytes"] > 100_000 for d in model["directions"])
        assert all((folder / sample["file"]).is_file() and sample["alt"] for sample in model["samples"])


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, on this machine only."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        pytest.skip("no Chromium: `.venv/bin/playwright install chromium`")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site; fails at the end if anything was asked of another host, or went wrong in a script."""
    outside, wrong, contexts = [], [], []

    def opened(name: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda request: request.url.startswith((address, "data:", "blob:")) or outside.append(request.url),
        )
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.goto(urljoin(address, name))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert (outside, wrong) == ([], [])


WIDER = """() => {
  const width = document.documentElement.clientWidth, found = [];
  const scrolls = (e) => e && (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)
    || getComputedStyle(e).position === "fixed" || scrolls(e.parentElement));
  for (const e of document.querySelectorAll("article, article *, header, footer, .content")) {
    const box = e.getBoundingClientRect();
    if (box.width && box.height && (box.right > width + 1 || box.left < -1) && !scrolls(e.parentElement))
      found.push(`${e.tagName}.${e.className} to ${Math.round(box.right)}`);
  }
  return document.documentElement.scrollWidth > width ? ["the page", ...found] : found;
}"""


RESIZED = """async (width) => {
  const frame = () => new Promise(requestAnimationFrame);
  await window.MathJax?.startup?.promise;
  while (innerWidth !== width) await frame();
  await frame(), await frame();
}"""


def resize(page: Page, width: int) -> None:
    """Give the page a width, in pixels, and wait until its formulas are set and its scripts have heard of the width.

    A new width counts for the layout at once, but is told to scripts only with the next frame.
    """
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(RESIZED, width)


def test_nothing_is_wider_than_the_page(visit, site: Path) -> None:
    page = visit("index.html")
    for path in sorted(site.rglob("*.html")):
        page.goto(urljoin(page.url, f"/{path.relative_to(site).as_posix()}"))
        page.evaluate("document.querySelectorAll('details').forEach((folded) => (folded.open = true))")
        for width in (1280, 390):
            resize(page, width)
            assert page.evaluate(WIDER) == [], (path.name, width)


def test_search_finds_a_word_of_a_lesson_and_a_function(visit) -> None:
    for word, there in (("matte", "lessons/02_composition.html"), ("load_model", "api/training.html")):
        page = visit(f"search.html?q={word}")
        expect(page.locator(f"#search-results a[href*='{there}']").first).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("name", ["index.html", "lessons/02_composition.html", "play.html", "results/table1.html"])
def test_nobody_is_kept_out(visit, tmp_path: Path, name: str) -> None:
    try:
        packages.unpack(packages.AXE, tmp_path, site_builder.NPM)
    except UagtError as error:
        pytest.skip(str(error))
    page = visit(name)
    page.wait_for_load_state("networkidle")
    page.evaluate((tmp_path / "axe.min.js").read_text(encoding="utf-8"))
    for width, scheme in ((1280, "light"), (390, "dark")):
        page.emulate_media(color_scheme=scheme)
        resize(page, width)
        found = page.evaluate("axe.run().then((found) => found.violations)")
        serious = [
            f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']][:3]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]
        assert serious == [], (width, scheme)


EVERY = 37  # rows of a picture that are compared: a large one's millions of numbers are slow to hand over
TRANSLATE = """async ([graph, png, model, every]) => {
  const { load, look, compose } = await import("/_static/play/translate.js");
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const picture = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const seen = await look(await load(graph), picture, model);
  const { data } = compose(picture, seen, {}, { data: new Float32Array(picture.data.length) });
  const rows = Array.from({ length: Math.ceil(picture.height / every) }, (_, i) => 4 * picture.width * every * i);
  return rows.flatMap((start) => [...data.subarray(start, start + 4 * picture.width)]);
}"""


def test_the_browser_computes_what_python_does(visit, site: Path) -> None:
    page = visit("play.html")
    models = json.loads((site / "_static" / "models" / "models.json").read_text(encoding="utf-8"))
    for about in models:
        model = load_model(data("checkpoints", f"{about['name']}.safetensors"))
        for name, size in PICTURES.items() if about is models[0] else [*PICTURES.items()][:1]:
            picture = Image.open(data("samples", f"{name}.png")).convert("RGB")
            picture = picture.resize(size) if size else picture
            picture.save(file := io.BytesIO(), "png")
            png = base64.b64encode(file.getvalue()).decode()
            image = to_float(torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None])
            for direction in about["directions"]:
                wanted = translate_image(model, image, direction["word"]).translated[0].permute(1, 2, 0)
                every = EVERY if picture.height > 100 else 1
                found = page.evaluate(TRANSLATE, [f"/_static/models/{direction['file']}", png, about, every])
                found = torch.tensor(found).reshape(-1, picture.width, 4)[..., :3] / 127.5 - 1
                torch.testing.assert_close(found, wanted[::every], atol=1e-4, rtol=0)


def bytes_of(page: Page, canvas: str) -> bytes:
    """A canvas's pixels."""
    return base64.b64decode(page.locator(canvas).evaluate("canvas => canvas.toDataURL()").split(",")[1])


def test_from_the_start_page_to_a_picture_of_ones_own_with_the_keyboard(visit, tmp_path: Path) -> None:
    page = visit("index.html")
    page.get_by_role("link", name="Play with the model").first.click()
    expect(page.locator("#status")).to_contain_text("looked at it as 64 × 64", timeout=60_000)

    own, no_picture = tmp_path / "mine.jpg", tmp_path / "notes.txt"
    Image.open(data("samples", "testB", "0005.png")).convert("RGB").resize((600, 400)).save(own)
    no_picture.write_text("no picture")
    page.locator("#file").set_input_files(no_picture)
    expect(page.locator("#status")).to_contain_text("notes.txt is no picture this browser can read")
    page.locator("#file").set_input_files(own)
    expect(page.locator("#status")).to_contain_text("mine.jpg, 600 × 400 pixels: the networks looked at it as 96 × 64")

    before = bytes_of(page, "#result")
    page.get_by_label("zebra → horse").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("zebra → horse")).to_be_checked()
    page.wait_for_function(
        "before => document.querySelector('#result').toDataURL().split(',')[1] !== before",
        arg=base64.b64encode(before).decode(),
    )
    page.get_by_label("Scale the matte").focus()
    page.keyboard.press("Home")
    expect(page.locator("#matte-value")).to_have_text("× 0.00")
    assert bytes_of(page, "#result") == bytes_of(page, "#input")
    page.get_by_label("From result to raw paint").focus()
    page.keyboard.press("End")
    expect(page.locator("#blend-value")).to_have_text("100 % paint")
    assert bytes_of(page, "#result") == bytes_of(page, "#paint")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the result").press("Enter")
    assert download.value.suggested_filename == "mine-horse.png"
    assert Image.open(download.value.path()).size == (600, 400)
