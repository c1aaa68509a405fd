"""The pages around the lessons: the results, the API reference, and the repository's own documents."""

import importlib
import pkgutil
import posixpath
import re
from pathlib import Path

from uagt_lib.course import build
from uagt_lib.course.places import ROOT
from uagt_lib.course.site.markup import directive, fence, figure

REPRODUCED = ROOT / "data" / "reproduced"
# The library's rooms, in the order in which imports point up; of the course, only what its notebooks import.
ROOMS = ("data", "method", "training", "inference", "export", "evaluate", "reproduce", "show", "course")
# Pages that are the repository's own documents.
DOCUMENTS = {
    "attention_died": "uagt_lib/training/attention_died.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
PICTURE = re.compile(r"^!\[(.+?)\]\((.+?)\)$", re.M)
LINK = re.compile(r"(?<=\]\()(?!https?:|#|mailto:)([^)\s#]+)(#[^)\s]*)?(?=\))")


def places() -> dict[str, str]:
    """Which of the repository's files are pages here: the page's name by the file's path."""
    found = {"README.md": "index"} | {path: name for name, path in DOCUMENTS.items()}
    found |= {f"notebooks/{source.name}.ipynb": f"lessons/{source.name}" for source in build.sources()}
    found |= {f"data/reproduced/{path.name}": f"results/{path.stem}" for path in REPRODUCED.glob("*.md")}
    return found | {"data/reproduced/README.md": "results/index"}


def document(path: str) -> str:
    """One of the repository's documents; its links lead to pages where there are any, else to the files on GitHub."""
    (address, tag), pages = build.project(), places()
    folder, here = posixpath.dirname(path), posixpath.dirname(pages[path])

    def target(found: re.Match) -> str:
        file, heading = posixpath.normpath(posixpath.join(folder, found[1])), found[2] or ""
        if file in pages:
            return f"{posixpath.relpath(pages[file], here or '.')}.md{heading}"
        return f"{address}/blob/{tag}/{file}{heading}"

    def picture(found: re.Match) -> str:
        return figure(found[2], (ROOT / folder / found[2]).read_bytes(), found[1])

    text = (ROOT / path).read_text(encoding="utf-8")
    return LINK.sub(target, PICTURE.sub(picture, text))


def results() -> dict[str, str]:
    """The pages of results, by page name: what was measured, and below it each table and figure with its command."""
    pages = {}
    for path in sorted(REPRODUCED.glob("*.md"), key=lambda path: (path.stem[0] == "f", len(path.stem), path.stem)):
        text = document(f"data/reproduced/{path.name}")
        if path.stem != "README":
            title, rest = text.split("\n", 1)
            command = re.sub("-photographs$", " --photographs DIR --masks HORSES ZEBRAS", path.stem)
            pages[f"results/{path.stem}"] = f"{title}\n\n{fence(f'uagt reproduce {command}', 'sh')}\n{rest}"
        else:
            index = text
    below = "\n".join(name.split("/")[1] for name in pages)
    return pages | {"results/index": f"{index}\n\n{directive('toctree', '', below, hidden='')}\n"}


def reference() -> dict[str, str]:
    """The API reference as reStructuredText, by page name: a page a package, a section a module."""
    pages, lines = {}, []
    for room in ROOMS:
        names = _modules(f"uagt_lib.{room}")
        first = importlib.import_module(names[0])
        about = _summary(first.__doc__) if first.__doc__ else ", ".join(f"``{n.split('.', 2)[2]}``" for n in names)
        pages[f"api/{room}"] = _page(room, names)
        lines.append(f":doc:`{room}`\n   {about}\n")
    toctree = "\n".join(f"   {room}" for room in ROOMS)
    intro = (Path(__file__).parent / "content" / "api.rst").read_text(encoding="utf-8")
    pages["api/index"] = f"{intro}\n" + "\n".join(lines) + f"\n.. toctree::\n   :hidden:\n\n{toctree}\n"
    return pages


def _summary(text: str) -> str:
    return text.strip().split("\n")[0]


def _modules(name: str) -> list[str]:
    """A package or module and all that lies below it, those with a docstring, in alphabetical order."""
    module = importlib.import_module(name)
    inner = [] if name == "uagt_lib.course" else getattr(module, "__path__", [])
    names = [name, *sorted(found.name for found in pkgutil.walk_packages(inner, f"{name}."))]
    return [name for name in names if importlib.import_module(name).__doc__]


def _page(room: str, names: list[str]) -> str:
    lines = [room, "=" * len(room), ""]
    for name in names:
        title = name.removeprefix("uagt_lib.")
        if len(names) > 1:
            lines += [f"``{title}``", "-" * (len(title) + 4), ""]
        lines += [f".. automodule:: {name}", "   :members:"]
        lines += [
            "" if name == "uagt_lib.course" else "   :ignore-module-all:\n"
        ]  # elsewhere: where things are written
    return "\n".join(lines)
