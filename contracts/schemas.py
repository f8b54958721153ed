"""Loads the schema files: the single source of models, types, documents and tests."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from contracts.derived import derive
from contracts.keywords import ANSWER, DERIVED, INVALID_EXAMPLES, PUSHED, UNION_OF_FILES, VALID_EXAMPLES, Schema

ROOT = Path(__file__).parent
SCHEMA_FOLDERS = ("events", "frames", "rest", "internal")
BASE_URI = "https://marketplace-messaging.example/contracts/"

# Keywords that documents of several schemas leave out.
_OF_THE_FILE = {"$schema", "$id", VALID_EXAMPLES, INVALID_EXAMPLES, ANSWER, PUSHED, *DERIVED}


class Place(NamedTuple):
    """Where a schema is: a file, or a part of it."""

    path: Path
    pointer: str = ""

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix() + (f"#/{self.pointer}" if self.pointer else "")


def schema_paths() -> list[Path]:
    """Every schema file: the shared types first, then by folder and name."""
    found = [path for folder in SCHEMA_FOLDERS for path in sorted((ROOT / folder).rglob("*.json"))]
    return [ROOT / "types.json", *found]


def all_schemas() -> dict[Place, Schema]:
    """Every schema: that of each file, followed by those derived from it."""
    found: dict[Place, Schema] = {}
    for path in schema_paths():
        schema = found[Place(path)] = load(path)
        found |= {Place(path, keyword): schema[keyword] for keyword in DERIVED if keyword in schema}
    return found


def schema_titles() -> dict[Place, str]:
    """The title of each schema; of a shared type, its name."""
    titles = {place: str(schema["title"]) for place, schema in all_schemas().items()}
    types = ROOT / "types.json"
    return titles | {Place(types, f"$defs/{name}"): name for name in load(types)["$defs"]}


def load(path: Path) -> Schema:
    """One schema file, or catalogue. Unions of files list their members, and derived schemas are complete."""
    schema: Schema = json.loads(path.read_text(encoding="utf-8"))
    if patterns := schema.pop(UNION_OF_FILES, None):
        schema["oneOf"] = [{"$ref": member} for pattern in patterns for member in _members(path.parent, pattern)]
    return schema | {keyword: derive(keyword, schema) for keyword in DERIVED if keyword in schema}


def _members(folder: Path, pattern: str) -> list[str]:
    """References to all files of the pattern; with a keyword, such as `client/*.json#/x-command`, to those with it."""
    files, hash_, keyword = pattern.partition("#/")
    paths = sorted((folder / files).parent.resolve().glob(Path(files).name))
    return [
        os.path.relpath(path, folder) + hash_ + keyword
        for path in paths
        if not keyword or keyword in json.loads(path.read_text(encoding="utf-8"))
    ]


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
    for (path, _), schema in all_schemas().items():
        rewritten = _rewrite(schema, path, titles, place)
        if path.name == "types.json":
            found.update(rewritten["$defs"])
        else:
            found[schema["title"]] = {key: value for key, value in rewritten.items() if key not in _OF_THE_FILE}
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


def _rewrite(node: Any, path: Path, titles: dict[Place, str], place: str) -> Any:
    if isinstance(node, list):
        return [_rewrite(item, path, titles, place) for item in node]
    if not isinstance(node, dict):
        return node
    rewritten = {key: _rewrite(value, path, titles, place) for key, value in node.items()}
    if isinstance(node.get("$ref"), str):
        rewritten["$ref"] = place + titles[place_of(node["$ref"], path)]
    return rewritten


def place_of(reference: str, path: Path) -> Place:
    """The schema that a reference points to; `path` is the file that contains the reference."""
    file, _, pointer = reference.partition("#/")
    return Place((path.parent / file).resolve() if file else path, pointer)


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
