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
from contracts.keywords import ANSWER, DERIVED, INVALID_EXAMPLES, PUSHED, VALID_EXAMPLES
from contracts.schemas import BASE_URI, ROOT, Place, all_schemas, load, schema_paths

ALL_SCHEMAS = all_schemas()
SCHEMAS = {place: schema for place, schema in ALL_SCHEMAS.items() if place.path.name != "types.json"}
FILES = [place.path for place in SCHEMAS if not place.pointer]
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
        *DERIVED,
    ),
    *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems"),
    *("minProperties", "maxProperties"),
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (load(p)["$id"], Resource.from_contents(load(p))) for p in schema_paths()
)


class Example(NamedTuple):
    place: Place
    document: Any


def valid_examples() -> list[Any]:
    return [
        _parameter(place, str(number), each)
        for place, schema in SCHEMAS.items()
        for number, each in enumerate(schema.get(VALID_EXAMPLES, []))
    ]


def invalid_examples() -> list[Any]:
    return [
        _parameter(place, name, each)
        for place, schema in SCHEMAS.items()
        for name, each in schema.get(INVALID_EXAMPLES, {}).items()
    ]


def _parameter(place: Place, name: str, document: Any) -> Any:
    return pytest.param(Example(place, document), id=f"{place}/{name}")


def validator(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, registry=REGISTRY, format_checker=checker)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_schema_file_is_named_after_its_path(path: Path) -> None:
    """`$id` follows the path."""
    assert load(path)["$id"] == BASE_URI + path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", SCHEMAS, ids=str)
def test_a_schema_is_valid_and_has_examples(place: Place) -> None:
    """At least one valid and one invalid example exist."""
    schema = SCHEMAS[place]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["description"]
    assert schema[VALID_EXAMPLES], "no valid example"
    assert schema[INVALID_EXAMPLES], "no invalid example"


@pytest.mark.parametrize("place", ALL_SCHEMAS, ids=str)
def test_a_schema_uses_only_keywords_of_json_schema(place: Place) -> None:
    """Strict validators refuse a keyword that they do not know; generators want the type of a constant."""
    inside = list(subschemas(ALL_SCHEMAS[place]))
    assert {keyword for schema in inside for keyword in schema} <= KEYWORDS
    assert [schema for schema in inside if {"const", "enum"} & schema.keys() and "type" not in schema] == []


def test_titles_are_unique() -> None:
    """A title is the name of a generated type."""
    titles = [schema["title"] for schema in ALL_SCHEMAS.values()]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("example", valid_examples())
def test_a_valid_example_is_accepted(example: Example) -> None:
    """The schema accepts it; the model reads it and writes it back with the same meaning."""
    place, document = example
    schema = {"$ref": f"{BASE_URI}{place}"}
    validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, SCHEMAS[place]["title"]))
    parsed = adapter.validate_json(json.dumps(document))
    validator(schema).validate(json.loads(adapter.dump_json(parsed, by_alias=True)))


@pytest.mark.parametrize("example", invalid_examples())
def test_an_invalid_example_is_refused(example: Example) -> None:
    """The schema refuses it, and so does the model."""
    place, document = example
    schema = {"$ref": f"{BASE_URI}{place}"}
    with pytest.raises(jsonschema.ValidationError):
        validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, SCHEMAS[place]["title"]))
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
