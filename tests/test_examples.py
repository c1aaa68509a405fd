"""Examples in docstrings run, and whatever is exported, or imported by a lesson, has one."""

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import uagt_lib
from uagt_lib.course.build import SOURCES
from uagt_lib.course.places import ROOT

MODULES = [m.name for m in pkgutil.walk_packages(uagt_lib.__path__, "uagt_lib.") if not m.name.endswith("__main__")]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", ["uagt_lib", *MODULES])
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("UAGT_CACHE", str(tmp_path))
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=OPTIONS)
    assert not failed  # pytest shows what doctest printed


def used_by_lessons() -> Iterator[Any]:
    """Functions and classes that lessons use, imported by name or as an attribute of an imported module."""
    for path in sorted(SOURCES.glob("*.py")):
        tree, modules = ast.parse(path.read_text(encoding="utf-8")), {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("uagt_lib"):
                home = importlib.import_module(node.module)
                for alias in node.names:
                    if not hasattr(home, alias.name):
                        importlib.import_module(f"{node.module}.{alias.name}")
                    thing = getattr(home, alias.name)
                    if isinstance(thing, ModuleType):
                        modules[alias.asname or alias.name] = thing
                    yield thing
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
                yield getattr(modules[node.value.id], node.attr)


def test_what_people_use_has_an_example() -> None:
    """All but the course's own furniture, figures and widgets: lessons are their example."""
    things = {thing for thing in used_by_lessons() if inspect.isfunction(thing) or inspect.isclass(thing)}
    things |= {getattr(uagt_lib, name) for name in uagt_lib.__all__ if name != "__version__"}
    ours = {f"{thing.__module__}.{thing.__qualname__}": thing for thing in things}
    without = sorted(name for name, thing in ours.items() if ">>>" not in (thing.__doc__ or ""))
    furniture = ("uagt_lib.course.", "uagt_lib.show.")
    assert [name for name in without if name.startswith("uagt_lib.") and not name.startswith(furniture)] == []
