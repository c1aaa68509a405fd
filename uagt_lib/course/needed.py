"""What of a notebook an exercise needs: its own statement, and the earlier ones that define what it uses.

So an answer can be tried by itself. Whatever else a notebook does - train, print, change the course - is not run.
"""

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from IPython.core.inputtransformer2 import TransformerManager

EXERCISE = re.compile(r"""\bexercise\(\s*["']([^"']+)["']""")


@dataclass(frozen=True)
class Attempt:
    """An attempt at the exercise `id`: a program that defines the answer, and what it imports, as "module.name"."""

    id: str
    code: str
    imports: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a cell: the names it needs, and those it gives a value."""

    node: ast.stmt
    table: symtable.SymbolTable

    @cached_property
    def exercise(self) -> str | None:
        """The exercise that it attempts."""
        found = EXERCISE.search(ast.unparse(self.node))
        return found[1] if found else None

    @cached_property
    def uses_now(self) -> set[str]:
        """Names it looks up itself."""
        return {s.get_name() for s in self.table.get_symbols() if s.is_referenced()} - {"exercise"}

    @cached_property
    def uses_later(self) -> set[str]:
        """Names that functions in it look up, perhaps only when they are called."""

        def look(table: symtable.SymbolTable) -> Iterator[str]:
            for inner in table.get_children():
                yield from (s.get_name() for s in inner.get_symbols() if s.is_global())
                yield from look(inner)

        return set(look(self.table))

    @cached_property
    def binds(self) -> set[str]:
        """Names it may give a value, or change by `name[...] = `."""
        symbols = self.table.get_symbols()
        names = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
        items = (n.value for n in ast.walk(self.node) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store))
        return names | {value.id for value in items if isinstance(value, ast.Name)}

    @property
    def all_new(self) -> bool:
        """Whether what it binds owes nothing to earlier values."""
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
        plain = isinstance(self.node, ast.Assign) and all(isinstance(t, ast.Name) for t in self.node.targets)
        return isinstance(self.node, kinds) or plain

    @property
    def takes_all(self) -> bool:
        """Whether it is a `from module import *`."""
        return isinstance(self.node, ast.ImportFrom) and self.node.names[0].name == "*"


def attempts(cells: list[str], judge: str, given: str) -> list[Attempt]:
    """Every attempt at an exercise in a notebook's code cells, in their order.

    In an attempt's code, the decorator `exercise(id)` is called by the name `judge`, and that of earlier exercises
    whose answers it uses by the name `given`. A cell that is no Python is an attempt as it stands.
    """
    found, before = [], []
    for cell in cells:
        try:
            nodes = ast.parse(TransformerManager().transform_cell(cell)).body  # %magics become calls
            statements = [Statement(node, symtable.symtable(ast.unparse(node), "cell", "exec")) for node in nodes]
        except (SyntaxError, ValueError, RecursionError):
            found += [Attempt(id, cell) for id in EXERCISE.findall(cell)]
            continue
        for statement in statements:
            if statement.exercise:
                chosen = _needed_by(statement, before)
                code = [_renamed(s.node, given) for s in chosen] + [_renamed(statement.node, judge)]
                found.append(Attempt(statement.exercise, "\n".join(code), _imports([*chosen, statement])))
            before.append(statement)
    return found


def _needed_by(last: Statement, before: list[Statement]) -> list[Statement]:
    end = len(before)
    chosen = {i for i, statement in enumerate(before) if statement.takes_all}
    open_, seen = [(name, end) for name in last.uses_now | last.uses_later], set()
    while open_:  # a name, and before which statement it needs its value
        name, limit = wanted = open_.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        for i in reversed(range(limit)):
            statement = before[i]
            if name in statement.binds:
                chosen.add(i)
                open_ += [(used, i) for used in statement.uses_now | statement.uses_later]
                open_ += [(used, end) for used in statement.uses_later]
                if statement.all_new:
                    break
    return [before[i] for i in sorted(chosen)]


def _renamed(node: ast.stmt, name: str) -> str:
    """The statement's code, with `exercise("...")` called by another name."""

    class Rename(ast.NodeTransformer):
        def visit_Call(self, call: ast.Call) -> ast.Call:
            self.generic_visit(call)
            if "exercise" in (getattr(call.func, "id", ""), getattr(call.func, "attr", "")):
                call.func = ast.Name(name, ast.Load())
            return call

    return ast.unparse(Rename().visit(ast.parse(ast.unparse(node))))


def _imports(statements: list[Statement]) -> frozenset[str]:
    nodes = (n for s in statements for n in ast.walk(s.node) if isinstance(n, ast.ImportFrom))
    return frozenset(f"{node.module}.{alias.name}" for node in nodes for alias in node.names)
