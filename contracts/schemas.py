"""The schema files, loaded: the one truth that models, types, documents and tests are made from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SCHEMA_FOLDERS = ("events", "frames", "rest", "internal")
BASE_URI = "https://marketplace-messaging.example/contracts/"

Schema = dict[str, Any]


def schema_paths() -> list[Path]:
    """Every schema file, the shared words first, then by folder and name."""
    found = [path for folder in SCHEMA_FOLDERS for path in sorted((ROOT / folder).rglob("*.json"))]
    return [ROOT / "types.json", *found]


def load(path: Path) -> Schema:
    """One schema file."""
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    return schema


def bundle() -> Schema:
    """All schemas as one document: `$defs` by title, references rewritten to point inside it."""
    titles = {path: load(path)["title"] for path in schema_paths()}
    definitions: Schema = {}
    for path in schema_paths():
        schema = _rewrite(load(path), path, titles)
        if path.name == "types.json":
            definitions.update(schema["$defs"])
        else:
            definitions[schema["title"]] = {k: v for k, v in schema.items() if k not in {"$schema", "$id"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contracts",
        "$defs": definitions,
    }


def _rewrite(node: Any, path: Path, titles: dict[Path, str]) -> Any:
    if isinstance(node, list):
        return [_rewrite(item, path, titles) for item in node]
    if not isinstance(node, dict):
        return node
    rewritten = {key: _rewrite(value, path, titles) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        rewritten["$ref"] = _target(node["$ref"], path, titles)
    return rewritten


def _target(reference: str, path: Path, titles: dict[Path, str]) -> str:
    file, _, pointer = reference.partition("#")
    if pointer:
        return f"#{pointer}"  # only types.json has $defs, and their names are kept
    return f"#/$defs/{titles[(path.parent / file).resolve()]}"


def walk_references(node: Any) -> Iterator[str]:
    """Every `$ref` in a document."""
    if isinstance(node, list):
        for item in node:
            yield from walk_references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from walk_references(value)
