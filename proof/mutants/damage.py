"""Ways to remove a guard: small changes to the syntax tree of one definition.

Each looks for a name (of a variable, attribute or argument) or a text, and raises DoesNotApply unless there is exactly
one such place. Everything else in the definition may change freely.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Damage = Callable[[ast.AST], None]

_OPERATORS = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE, "!=": ast.NotEq, "is not": ast.IsNot}
_COMPOUND = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.With, ast.AsyncWith, ast.Try, ast.FunctionDef)


class DoesNotApply(Exception):
    """The place to damage is missing or not unique: the catalogue has to follow the code."""


def never(name: str) -> Damage:
    """The condition that mentions `name` is never true."""
    return lambda definition: _only(_conditions(definition, name), name).replace(ast.Constant(value=False))


def always(name: str) -> Damage:
    """The condition that mentions `name` is always true."""
    return lambda definition: _only(_conditions(definition, name), name).replace(ast.Constant(value=True))


def drop(name: str) -> Damage:
    """The simple statement that mentions `name` is not executed."""

    def apply(definition: ast.AST) -> None:
        statements = (place for place in _places(definition) if isinstance(place.node, ast.stmt))
        simple = (place for place in statements if not isinstance(place.node, _COMPOUND))
        _only((place for place in simple if _mentions(place, name)), name).replace(ast.Pass())

    return apply


def swallow(exception: str) -> Damage:
    """The handler of `exception` does nothing."""

    def apply(definition: ast.AST) -> None:
        types = (place for place in _places(definition) if isinstance(place.parent, ast.ExceptHandler))
        named = (place for place in types if place.field == "type" and _mentions(place, exception))
        _only(named, exception).parent.body = [ast.Pass()]  # type: ignore[attr-defined]  # an ExceptHandler

    return apply


def without(name: str) -> Damage:
    """The innermost operand of `and` or `or`, element or argument that mentions `name` is left out."""

    def apply(definition: ast.AST) -> None:
        parts = [place for place in _places(definition) if place.is_part and _mentions(place, name)]
        inner = [part for part in parts if not any(other.node in _descendants(part.node) for other in parts)]
        _only(inner, name).remove()

    return apply


def instead(name: str, expression: str) -> Damage:
    """`expression` takes the place of `name`: of its call, if it is called."""

    def apply(definition: ast.AST) -> None:
        around = {id(place.node): place for place in _places(definition)}
        place = _only((place for place in around.values() if place.is_value and place.name == name), name)
        while place.field == "func" or isinstance(place.parent, ast.Await):
            place = around[id(place.parent)]
        place.replace(ast.parse(expression, mode="eval").body)

    return apply


def compare(operator: str, other: str) -> Damage:
    """The one comparison by `operator` compares by another."""

    def apply(definition: ast.AST) -> None:
        places = (place for place in _places(definition) if isinstance(place.node, _OPERATORS[operator]))
        _only(places, operator).replace(_OPERATORS[other]())

    return apply


def text(old: str, new: str) -> Damage:
    """`new` takes the place of `old` in a string, for instance in SQL; any white space matches any other."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in old.split()))

    def apply(definition: ast.AST) -> None:
        constants = [node for node in ast.walk(definition) if isinstance(node, ast.Constant)]
        strings = [(node, node.value) for node in constants if isinstance(node.value, str)]
        found = [(node, value, match) for node, value in strings for match in pattern.finditer(value)]
        if len(found) != 1:
            raise DoesNotApply(f"{old!r} is there {len(found)} times")
        [(node, value, match)] = found
        node.value = f"{value[: match.start()]}{new}{value[match.end() :]}"

    return apply


@dataclass(frozen=True)
class _Place:
    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    @property
    def is_condition(self) -> bool:
        return self.field in ("test", "ifs") and not isinstance(self.parent, ast.Assert)

    @property
    def is_part(self) -> bool:
        return self.field in ("elts", "args", "keywords") or isinstance(self.parent, ast.BoolOp)

    @property
    def is_value(self) -> bool:
        return isinstance(self.node, ast.expr) and not isinstance(getattr(self.node, "ctx", None), ast.Store)

    @property
    def name(self) -> object:
        return _name(self.node)

    def replace(self, node: ast.AST) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node

    def remove(self) -> None:
        del getattr(self.parent, self.field)[self.index]


def _places(root: ast.AST) -> Iterator[_Place]:
    for parent in ast.walk(root):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                yield _Place(parent, field, None, value)
            elif isinstance(value, list):
                nodes = (item for item in enumerate(value) if isinstance(item[1], ast.AST))
                yield from (_Place(parent, field, index, node) for index, node in nodes)


def _conditions(definition: ast.AST, name: str) -> Iterator[_Place]:
    return (place for place in _places(definition) if place.is_condition and _mentions(place, name))


def _only(places: Iterable[_Place], name: str) -> _Place:
    found = list(places)
    if len(found) != 1:
        raise DoesNotApply(f"{name!r} has {len(found)} such places")
    return found[0]


def _mentions(place: _Place, name: str) -> bool:
    return any(_name(node) == name for node in ast.walk(place.node))


def _descendants(node: ast.AST) -> list[ast.AST]:
    return list(ast.walk(node))[1:]


def _name(node: ast.AST) -> Any:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=name) | ast.Constant(value=name):
            return name
    return None
