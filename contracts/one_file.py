"""The OpenAPI and AsyncAPI documents with all that they refer to: `python -m contracts.one_file openapi|asyncapi`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from contracts.keywords import Schema
from contracts.schemas import (
    ROOT,
    Place,
    definitions,
    discriminated,
    load,
    place_of,
    schema_titles,
    walk_references,
)
from contracts.socket_operations import add_frames

OPENAPI = ROOT / "openapi.yaml"
ASYNCAPI = ROOT / "asyncapi.yaml"

_COMPONENTS = "#/components/schemas/"
_PROBLEM = "application/problem+json"


def openapi() -> Schema:
    """`openapi.yaml` in one file."""
    document = one_file(_read(OPENAPI))
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        if property_name := discriminated(schema, schemas):
            mapping = _mapping(schema, property_name, schemas)
            schema["discriminator"] = {"propertyName": property_name, "mapping": mapping}
    for response in _responses(document):
        _open_codes(response)
    return document


def asyncapi() -> Schema:
    """`asyncapi.yaml` with all frames in one file. The schemas only use keywords that AsyncAPI's own format has."""
    source = _read(ASYNCAPI)
    add_frames(source)
    return one_file(source)


def one_file(source: Schema) -> Schema:
    """The document with the schemas it reaches under `components/schemas`, named by their titles."""
    document: Schema = _inside(source, schema_titles())
    known = definitions(_COMPONENTS)
    document["components"]["schemas"] = {name: known[name] for name in sorted(_reached(document, known))}
    return document


def _read(path: Path) -> Schema:
    document: Schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def _inside(node: Any, titles: dict[Place, str]) -> Any:
    """Point references to schemas into the document, and replace references to other files by their content."""
    if isinstance(node, list):
        return [_inside(item, titles) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and not reference.startswith("#"):
        place = place_of(reference, OPENAPI)
        return {**node, "$ref": _COMPONENTS + titles[place]} if place in titles else load(place.path)
    return {key: _inside(value, titles) for key, value in node.items()}


def _reached(document: Schema, known: Schema) -> set[str]:
    reached: set[str] = set()
    waiting: list[Any] = [document]
    while waiting:
        names = {
            name.removeprefix(_COMPONENTS) for name in walk_references(waiting.pop()) if name.startswith(_COMPONENTS)
        }
        waiting.extend(known[name] for name in names - reached)
        reached |= names
    return reached


def _responses(document: Schema) -> Iterator[Schema]:
    yield from document["components"]["responses"].values()
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                yield from operation["responses"].values()


def _open_codes(response: Schema) -> None:
    """Use one type for all problems: a generated enum would reject a code newer than the client."""
    problem = response.get("content", {}).get(_PROBLEM)
    if problem is not None and "allOf" in problem["schema"]:
        problem["schema"], narrowed = problem["schema"]["allOf"]
        response["x-codes"] = narrowed["properties"]["code"]["enum"]
        response["description"] += f" Codes: {', '.join(f'`{code}`' for code in response['x-codes'])}."


def _mapping(union: Schema, property_name: str, schemas: Schema) -> dict[str, str]:
    members = [member["$ref"] for member in union["oneOf"]]
    return {schemas[ref.removeprefix(_COMPONENTS)]["properties"][property_name]["const"]: ref for ref in members}


if __name__ == "__main__":
    composed = {"openapi": openapi, "asyncapi": asyncapi}[sys.argv[1]]()
    sys.stdout.write(json.dumps(composed, indent=2, ensure_ascii=False) + "\n")
