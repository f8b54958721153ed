"""The OpenAPI and AsyncAPI documents, loaded, and their references followed."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from contracts.schemas import ROOT, load, walk_references

OPENAPI = ROOT / "openapi.yaml"

Node = dict[str, Any]


@cache
def document(path: Path) -> Node:
    """A YAML or JSON file."""
    loaded: Node = yaml.safe_load(path.read_text(encoding="utf-8")) if path.suffix == ".yaml" else load(path)
    return loaded


def follow(reference: str, path: Path) -> tuple[Any, Path]:
    """What `reference` in the file `path` means, and the file that holds it. Raises KeyError or OSError."""
    file, _, pointer = reference.partition("#")
    holder = (path.parent / file).resolve() if file else path
    return inside(document(holder), f"#{pointer}"), holder


def inside(node: Any, reference: str) -> Any:
    """The part of a document that a reference such as `#/$defs/Seq` means. Raises KeyError."""
    for part in reference.split("/")[1:]:
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def resolved(node: Any, path: Path) -> Any:
    """The node itself, or what its `$ref` means."""
    return follow(node["$ref"], path)[0] if "$ref" in node else node


def files_reached(path: Path) -> set[Path]:
    """Every file that a document refers to, directly or through others, itself included."""
    reached: set[Path] = set()
    waiting = {path}
    while waiting:
        current = waiting.pop()
        reached.add(current)
        files = {reference.partition("#")[0] for reference in walk_references(document(current))} - {""}
        waiting |= {(current.parent / file).resolve() for file in files} - reached
    return reached


def broken_references(path: Path) -> list[str]:
    """The references that lead nowhere, in the document and in every file it reaches."""
    return [
        f"{holder.relative_to(ROOT)}: {reference}"
        for holder in sorted(files_reached(path))
        for reference in walk_references(document(holder))
        if not _leads_somewhere(reference, holder)
    ]


def _leads_somewhere(reference: str, path: Path) -> bool:
    try:
        follow(reference, path)
    except (KeyError, TypeError, OSError):
        return False
    return True
