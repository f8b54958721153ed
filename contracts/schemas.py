"""Loads the schema files: the single source of models, types, documents and tests."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
SCHEMA_FOLDERS = ("events", "frames", "rest", "internal")
BASE_URI = "https://marketplace-messaging.example/contracts/"
VALID_EXAMPLES = "examples"  # JSON Schema's keyword, a list
INVALID_EXAMPLES = "x-invalid-examples"  # by what is wrong with them
ANSWER = "x-answered-by"  # of a client frame: the server frame that answers it, unless an error does
PUSHED = "x-pushed"  # of a server frame: sent when the log changes
UNION_OF_FILES = "x-oneOf"  # a pattern, such as `client/*.json`; `load` puts JSON Schema's keyword in its place

Schema = dict[str, Any]

# Keywords that documents of several schemas leave out.
_OF_THE_FILE = {"$schema", "$id", VALID_EXAMPLES, INVALID_EXAMPLES, ANSWER, PUSHED}


def schema_paths() -> list[Path]:
    """Every schema file: the shared types first, then by folder and name."""
    found = [path for folder in SCHEMA_FOLDERS for path in sorted((ROOT / folder).rglob("*.json"))]
    return [ROOT / "types.json", *found]


def schema_titles() -> dict[Path, str]:
    """The title of each schema file."""
    return {path: load(path)["title"] for path in schema_paths()}


def load(path: Path) -> Schema:
    """One schema file, or catalogue. A union of files is expanded, so that each new file becomes a member."""
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    if pattern := schema.pop(UNION_OF_FILES, None):
        members = sorted(path.parent.glob(pattern))
        schema["oneOf"] = [{"$ref": member.relative_to(path.parent).as_posix()} for member in members]
    return schema


def bundle() -> Schema:
    """All schemas as one document, each under `$defs` by its title."""
    schemas = definitions("#/$defs/")
    for schema in schemas.values():
        if property_name := discriminated(schema, schemas):
            schema["discriminator"] = {"propertyName": property_name}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Contracts",
        "$defs": schemas,
    }


def definitions(place: str) -> Schema:
    """All schemas by title, with references to each other prefixed by `place`, their location in the document."""
    titles = schema_titles()
    found: Schema = {}
    for path in titles:
        schema = _rewrite(load(path), path, titles, place)
        if path.name == "types.json":
            found.update(schema["$defs"])
        else:
            found[schema["title"]] = {key: value for key, value in schema.items() if key not in _OF_THE_FILE}
    return found


def discriminated(schema: Schema, schemas: Schema) -> str | None:
    """The discriminator property of a union. JSON Schema has no keyword for it; OpenAPI has."""
    if not all("$ref" in member for member in schema.get("oneOf", [{}])):
        return None
    members = [schemas[member["$ref"].rsplit("/", 1)[1]] for member in schema["oneOf"]]
    values = [
        {name: each["const"] for name, each in member["properties"].items() if "const" in each} for member in members
    ]
    shared = set.intersection(*(set(each) for each in values))
    return next((name for name in sorted(shared) if len({each[name] for each in values}) == len(values)), None)


def _rewrite(node: Any, path: Path, titles: dict[Path, str], place: str) -> Any:
    if isinstance(node, list):
        return [_rewrite(item, path, titles, place) for item in node]
    if not isinstance(node, dict):
        return node
    rewritten = {key: _rewrite(value, path, titles, place) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        rewritten["$ref"] = place + _name(node["$ref"], path, titles)
    return rewritten


def _name(reference: str, path: Path, titles: dict[Path, str]) -> str:
    """The title of the referenced schema; in types.json, its name under `$defs`."""
    file, _, pointer = reference.partition("#")
    return pointer.removeprefix("/$defs/") or titles[(path.parent / file).resolve()]


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


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bundle(), indent=2, ensure_ascii=False) + "\n")
