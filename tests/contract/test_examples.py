"""Every schema has examples that validate and others that fail, by the schema and by the model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
from pydantic import TypeAdapter, ValidationError
from referencing import Registry, Resource

from contracts.generated import models
from contracts.schemas import ANSWER, BASE_URI, INVALID_EXAMPLES, PUSHED, ROOT, VALID_EXAMPLES, load, schema_paths

SCHEMAS = [path for path in schema_paths() if path.name != "types.json"]
_CONTAINERS = {"$defs", "properties"}
_LISTS = {"oneOf", "anyOf", "allOf"}
_ONE = {"items", "propertyNames", "additionalProperties"}
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
        VALID_EXAMPLES,
        INVALID_EXAMPLES,
        ANSWER,
        PUSHED,
    ),
    *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties"),
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (load(p)["$id"], Resource.from_contents(load(p))) for p in schema_paths()
)


class Example(NamedTuple):
    schema: dict[str, Any]
    document: Any


def valid_examples() -> list[Any]:
    return [_parameter(path, str(number), each) for path in SCHEMAS for number, each in enumerate(valid_of(path))]


def invalid_examples() -> list[Any]:
    return [_parameter(path, name, each) for path in SCHEMAS for name, each in invalid_of(path).items()]


def valid_of(path: Path) -> list[Any]:
    valid: list[Any] = load(path).get(VALID_EXAMPLES, [])
    return valid


def invalid_of(path: Path) -> dict[str, Any]:
    """Invalid examples by the name of what is wrong."""
    invalid: dict[str, Any] = load(path).get(INVALID_EXAMPLES, {})
    return invalid


def _parameter(path: Path, name: str, document: Any) -> Any:
    return pytest.param(Example(load(path), document), id=f"{path.relative_to(ROOT).with_suffix('')}/{name}")


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
    assert valid_of(path), "no valid example"
    assert invalid_of(path), "no invalid example"


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


@pytest.mark.parametrize("example", valid_examples())
def test_a_valid_example_is_accepted(example: Example) -> None:
    """The schema accepts it; the model reads it and writes it back with the same meaning."""
    schema, document = example
    validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, schema["title"]))
    parsed = adapter.validate_json(json.dumps(document))
    validator(schema).validate(json.loads(adapter.dump_json(parsed, by_alias=True)))


@pytest.mark.parametrize("example", invalid_examples())
def test_an_invalid_example_is_refused(example: Example) -> None:
    """The schema refuses it, and so does the model."""
    schema, document = example
    with pytest.raises(jsonschema.ValidationError):
        validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, schema["title"]))
    with pytest.raises(ValidationError):
        adapter.validate_json(json.dumps(document))


def subschemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and all inside it."""
    yield schema
    inner = [child for keyword in _CONTAINERS & schema.keys() for child in schema[keyword].values()]
    inner += [child for keyword in _LISTS & schema.keys() for child in schema[keyword]]
    inner += [schema[keyword] for keyword in _ONE & schema.keys()]
    for child in inner:
        yield from subschemas(child)
