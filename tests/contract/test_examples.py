"""Every schema has examples, and each example validates or fails as its folder says: by the schema and by the model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError
from referencing import Registry, Resource

from contracts.generated import models
from contracts.schemas import BASE_URI, ROOT, load, schema_paths

EXAMPLES = ROOT / "examples"
SCHEMAS = [path for path in schema_paths() if path.name != "types.json"]
_CONTAINERS = {"$defs", "properties"}
_LISTS = {"oneOf", "anyOf", "allOf"}
_ONE = {"items"}
KEYWORDS = {
    *_CONTAINERS,
    *_LISTS,
    *_ONE,
    *(
        "$schema",
        "$id",
        "$ref",
        "title",
        "description",
        "type",
        "const",
        "enum",
        "default",
        "format",
        "pattern",
        "required",
    ),
    *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems"),
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (load(p)["$id"], Resource.from_contents(load(p))) for p in schema_paths()
)


def examples(kind: str) -> list[Any]:
    paths = sorted(EXAMPLES.glob(f"**/{kind}/*.json"))
    return [pytest.param(path, id=str(path.relative_to(EXAMPLES).with_suffix(""))) for path in paths]


def schema_of(example: Path) -> dict[str, Any]:
    return load(ROOT / f"{example.parent.parent.relative_to(EXAMPLES)}.json")


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, registry=REGISTRY, format_checker=checker)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_schema_is_valid_named_after_its_path_and_has_examples(path: Path) -> None:
    """`$id` follows the path; at least one valid and one invalid example exist."""
    schema = load(path)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == BASE_URI + path.relative_to(ROOT).as_posix()
    assert schema["description"]
    folder = EXAMPLES / path.relative_to(ROOT).as_posix().removesuffix(".json")
    assert list(folder.glob("valid/*.json")), f"{folder} has no valid example"
    assert list(folder.glob("invalid/*.json")), f"{folder} has no invalid example"


@pytest.mark.parametrize("path", schema_paths(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_schema_uses_only_keywords_of_json_schema(path: Path) -> None:
    """Strict validators refuse a keyword that they do not know; generators want the type of a constant."""
    schemas = list(subschemas(load(path)))
    assert {keyword for schema in schemas for keyword in schema} <= KEYWORDS
    assert [schema for schema in schemas if {"const", "enum"} & schema.keys() and "type" not in schema] == []


def test_titles_are_unique() -> None:
    """A title is the name of a generated type."""
    titles = [load(path)["title"] for path in schema_paths()]
    assert len(titles) == len(set(titles))


def test_no_example_is_an_orphan() -> None:
    """Each folder of examples belongs to a schema."""
    folders = {path.parent.parent.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("**/*.json")}
    assert folders == {path.relative_to(ROOT).as_posix().removesuffix(".json") for path in SCHEMAS}


@pytest.mark.parametrize("example", examples("valid"))
def test_a_valid_example_is_accepted(example: Path) -> None:
    """The schema accepts it; the model reads it and writes it back with the same meaning."""
    schema, document = schema_of(example), json.loads(example.read_text())
    validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, schema["title"]))
    parsed = adapter.validate_json(example.read_bytes())
    validator(schema).validate(json.loads(adapter.dump_json(parsed, by_alias=True)))


@pytest.mark.parametrize("example", examples("invalid"))
def test_an_invalid_example_is_refused(example: Path) -> None:
    """The schema refuses it, and so does the model."""
    schema, document = schema_of(example), json.loads(example.read_text())
    with pytest.raises(jsonschema.ValidationError):
        validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, schema["title"]))
    with pytest.raises(ValidationError):
        adapter.validate_json(example.read_bytes())


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all inside it."""
    yield schema
    inner = [child for keyword in _CONTAINERS & schema.keys() for child in schema[keyword].values()]
    inner += [child for keyword in _LISTS & schema.keys() for child in schema[keyword]]
    inner += [schema[keyword] for keyword in _ONE & schema.keys()]
    for child in inner:
        yield from subschemas(child)
