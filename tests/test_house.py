"""The house: imports go down only, modules say what they are, and nothing in them is too long to read at once."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import uagt_lib

LIBRARY = Path(uagt_lib.__file__).parent
# Rooms from the ground up; each may use those below it, and itself.
FLOORS = (
    ("errors", "files", "memory", "progress"),
    ("data",),
    ("method",),
    ("training",),
    ("inference", "export"),
    ("evaluate",),
    ("show",),
    ("reproduce",),
    ("course",),
    ("cli",),
    ("__init__", "__main__"),
)
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
FILES = {path.relative_to(LIBRARY).with_suffix("").as_posix(): path for path in sorted(LIBRARY.rglob("*.py"))}
NAME = re.compile(r"uagt_lib(\.\w+)+")

FUNCTION, CLASS = 60, 250  # lines, with the docstring


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def strings(code: ast.AST) -> Iterator[str]:
    """Strings that could name a module for importlib; a docstring is prose."""
    prose = {id(node.value) for node in ast.walk(code) if isinstance(node, ast.Expr)}
    for node in ast.walk(code):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def imports(module: str) -> set[str]:
    """The modules of the library that a module reads anywhere: at its top, in a function, by a string."""
    names = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports name their room in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    names |= {text.split(":")[0] for text in strings(tree(module)) if NAME.match(text)}
    return {found for name in names if name.startswith("uagt_lib.") for found in [resolve(name)] if found}


def resolve(name: str) -> str | None:
    """The module that a dotted name is, or lies in."""
    parts = name.split(".")[1:]
    while parts:
        path = "/".join(parts)
        for module in (path, f"{path}/__init__"):
            if module in FILES:
                return module
        parts.pop()
    return None


def room(module: str) -> str:
    return module.split("/")[0]


def test_every_module_lives_in_a_room_and_says_what_it_is() -> None:
    assert {room(module) for module in FILES} == FLOOR.keys()
    assert [module for module in FILES if not ast.get_docstring(tree(module))] == []


def test_imports_never_point_up_the_house() -> None:
    up = [(m, other) for m in FILES for other in imports(m) if FLOOR[room(other)] > FLOOR[room(m)]]
    assert up == []


def test_no_module_reaches_itself() -> None:
    left = {module: imports(module) - {module} for module in FILES}
    while left:
        used = set().union(*left.values())
        ends = [module for module, uses in left.items() if module not in used or not uses & left.keys()]
        if not ends:
            break
        for module in ends:
            del left[module]
    assert {module: uses & left.keys() for module, uses in left.items()} == {}


def test_the_reader_of_imports_sees_every_kind() -> None:
    assert "method/rivals/unit" in imports("method/methods")  # a string
    assert "data/pairs" in imports("training/config")  # in a function


def test_nothing_is_longer_than_a_reader_holds() -> None:
    found = {}
    for module in FILES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > (CLASS if isinstance(node, ast.ClassDef) else FUNCTION):
                    found[module, node.name] = lines
    assert found == {}


def test_lessons_name_modules_that_are_there() -> None:
    root = LIBRARY.parent
    named = {
        (source.name, path)
        for source in sorted(root.glob("notebooks/sources/*.py"))
        for path in re.findall(r"`((?:uagt_lib|tests)/[\w/]+(?:\.py|/)?)", source.read_text(encoding="utf-8"))
    }
    assert len(named) > 20 and [(name, path) for name, path in named if not (root / path).exists()] == []


@pytest.mark.parametrize("module", ["cli", "training.presets", "method.methods", "method.direction"])
def test_words_and_values_do_not_wait_for_torch(module: str) -> None:
    code = f"import sys, uagt_lib.{module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
