"""Finds a definition of the product by its name, wherever it lies, and writes its file with that definition damaged.

`Outbox.offer`    a function, class or constant in Python: as much of its dotted path as makes it unique
`start_conversation()`    a function of the database: its only or its newest version
`deploy/observability/alerts.yaml`    the whole text of a file
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from proof.mutants.damage import Damage, DoesNotApply

_SOURCES = ("chassis", "services")
_MIGRATIONS = "services/conversations/migrations"
_SQL_FUNCTION = r"CREATE (?:OR REPLACE )?FUNCTION {name}\(.*?\n(?:\$\$|END);\n"


def damaged(root: Path, where: str, damage: Damage) -> tuple[Path, str]:
    """The file, below `root`, that defines `where`, and its text with the damage. Raises DoesNotApply."""
    if "/" in where:
        return _damaged_text(root / where, ".*", damage)
    if where.endswith("()"):
        pattern = _SQL_FUNCTION.format(name=where.removesuffix("()"))
        return _damaged_text(_script_of(root, where, pattern), pattern, damage)
    return _damaged_python(_module_of(root, where), where, damage)


def _damaged_text(file: Path, pattern: str, damage: Damage) -> tuple[Path, str]:
    """The damage sees the matching part as one string."""
    whole = file.read_text(encoding="utf-8")
    match = re.search(pattern, whole, re.DOTALL)
    assert match is not None
    part = ast.Constant(value=match[0])
    damage(part)
    return file, "".join([whole[: match.start()], str(part.value), whole[match.end() :]])


def _script_of(root: Path, where: str, pattern: str) -> Path:
    for file in (*sorted((root / _MIGRATIONS / "functions").glob("*.sql")), *_newest_first(root)):
        if re.search(pattern, file.read_text(encoding="utf-8"), re.DOTALL):
            return file
    raise DoesNotApply(f"no script defines {where}")


def _newest_first(root: Path) -> list[Path]:
    return sorted((root / _MIGRATIONS / "versions").glob("*.sql"), reverse=True)


def _damaged_python(file: Path, where: str, damage: Damage) -> tuple[Path, str]:
    module = ast.parse(file.read_text(encoding="utf-8"))
    (definition,) = (node for name, node in _definitions(module, _dotted(file)) if _ends_with(name, where))
    damage(definition)
    return file, ast.unparse(ast.fix_missing_locations(module))


def _module_of(root: Path, where: str) -> Path:
    found = [file for name, file in _index(root) if _ends_with(name, where)]
    if len(found) != 1:
        raise DoesNotApply(f"{where} is defined {len(found)} times")
    return found[0]


@cache
def _index(root: Path) -> list[tuple[str, Path]]:
    files = [file for source in _SOURCES for file in sorted((root / source).rglob("*.py"))]
    return [
        (name, file)
        for file in files
        for name, _ in _definitions(ast.parse(file.read_text(encoding="utf-8")), _dotted(file.relative_to(root)))
    ]


def _definitions(node: ast.AST, path: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield f"{path}.{name}", child
                yield from _definitions(child, f"{path}.{name}")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield f"{path}.{name}", child


def _dotted(file: Path) -> str:
    return ".".join(file.with_suffix("").parts)


def _ends_with(name: str, where: str) -> bool:
    return f".{name}".endswith(f".{where}")
