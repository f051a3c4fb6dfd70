"""Finds by which tests each fact is held, from the tests' source alone: nothing is imported or run.

`@pytest.mark.fact("ES-07")` stands on a test or on a class of tests, or in a `pytest.param(…, marks=…)` of its
parameters, which may be kept in a constant of the same module.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """One test: `path` from the root of the project, and its name."""

    path: str
    test: str


class StrayMarkError(Exception):
    """A mark that belongs to no test, or that names no fact as text."""


def find(root: Path = ROOT) -> Mapping[str, tuple[Holder, ...]]:
    """The tests that hold each fact, by the fact's id; both in alphabetical order.

    Raises:
        StrayMarkError: a mark is none of a test's.
    """
    found: dict[str, set[Holder]] = {}
    for path in sorted((root / "tests").rglob("*.py")):
        text = path.read_text("utf-8")
        if "mark.fact" in text:
            place = path.relative_to(root).as_posix()
            for test, fact in _in_module(ast.parse(text), place):
                found.setdefault(fact, set()).add(Holder(place, test))
    return {fact: tuple(sorted(found[fact])) for fact in sorted(found)}


def _in_module(module: ast.Module, place: str) -> Iterator[tuple[str, str]]:
    kept = {
        name.id: statement
        for statement in module.body
        if isinstance(statement, (ast.Assign, ast.AnnAssign))
        for name in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(name, ast.Name)
    }
    strays = {id(mark): mark for mark in _marks(module)}
    for test, nodes in _tests(module):
        used = {name.id for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name)}
        for node in (*nodes, *(kept[name] for name in sorted(used & kept.keys()))):
            for mark in _marks(node):
                strays.pop(id(mark), None)
                for fact in _named(mark, place):
                    yield test, fact
    for mark in strays.values():
        raise StrayMarkError(f"{place}:{mark.lineno}: this mark stands on no test")


def _tests(within: ast.Module | ast.ClassDef) -> Iterator[tuple[str, list[ast.expr]]]:
    """Each test's name and its decorators; a class's stand for all its tests."""
    for node in within.body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield node.name, list(node.decorator_list)
            yield from ((f"{node.name}::{name}", decorators) for name, decorators in _tests(node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            yield node.name, list(node.decorator_list)


def _marks(node: ast.AST) -> Iterator[ast.Call]:
    for inner in ast.walk(node):
        match inner:
            case ast.Call(func=ast.Attribute(attr="fact", value=ast.Attribute(attr="mark"))):
                yield inner


def _named(mark: ast.Call, place: str) -> Iterator[str]:
    if not mark.args or mark.keywords:
        raise StrayMarkError(f"{place}:{mark.lineno}: a mark names facts, and nothing else")
    for argument in mark.args:
        match argument:
            case ast.Constant(value=str(fact)):
                yield fact
            case _:
                raise StrayMarkError(f"{place}:{mark.lineno}: a fact is named by a text")
