"""Sphinx's configuration: everything a page needs lies in the site, no request leaves it."""

import re
from pathlib import Path

from uagt_lib.course import build

HERE = Path(__file__).parent
address, tag = build.project()

project = "Attention-guided image translation"
author = "the UAGT course"
version = release = tag.removeprefix("v")
html_title = "The UAGT course"
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

myst_enable_extensions = ["dollarmath", "colon_fence", "attrs_block"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
napoleon_numpy_docstring = False
napoleon_use_ivar = True
suppress_warnings = ["ref.python"]  # two classes have an attribute of one name

mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}

html_theme = "furo"
html_static_path = [str(HERE / "static")]
html_css_files = ["course.css"]
html_js_files = [("course.js", {"defer": "defer"})]
html_favicon = str(HERE / "static" / "logo.svg")
html_logo = str(HERE / "static" / "logo.svg")
html_show_copyright = False
html_copy_source = False
html_theme_options = {
    "source_repository": address,
    "light_css_variables": {"color-brand-primary": "#005a8e", "color-brand-content": "#005a8e"},
    "dark_css_variables": {"color-brand-primary": "#6cc0f5", "color-brand-content": "#6cc0f5"},
    "top_of_page_buttons": [],
}
highlight_language = "text"
pygments_style = "a11y-light"
pygments_dark_style = "a11y-dark"

copybutton_selector = "div:not(.output) > div.highlight > pre"
copybutton_exclude = ".linenos, .gp"


PLAIN = re.compile(r"(?<!`)`([^`]+)`(?!`)|(?<!^)\*|^\*(?! )|(?<=\w)_(?!\w)|\|", re.M)


def plain_text(app, what, name, obj, options, lines) -> None:
    """Docstrings are plain text with `names` in it: nothing else means anything to Sphinx, but an indented example."""

    def meant(found: re.Match) -> str:
        return rf"\ ``{' '.join(found[1].split())}``\ " if found[1] else f"\\{found[0]}"

    text = "\n".join(["", *lines, ""])
    if what == "module":  # in others, an indented block is a section's: Args, Returns, Raises
        text = re.sub(r"(?:^ {4}.*\n|(?<=\n)\n(?= {4}))+", r"\n::\n\n\g<0>\n", text, flags=re.M)
    paragraphs = re.split(r"((?:^>>> .*\n(?:.+\n)*|^::\n\n(?: {4}.*\n|\n)+))", text, flags=re.M)
    lines[:] = "".join(p if i % 2 else PLAIN.sub(meant, p) for i, p in enumerate(paragraphs)).split("\n")


def captions_have_a_level(app, pagename, templatename, context, doctree) -> None:
    """Screen readers want to know how deep the headings of the navigation are; Sphinx does not say."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", plain_text, priority=400)  # before napoleon reads its sections
    app.connect("html-page-context", captions_have_a_level, priority=900)  # after furo's own
