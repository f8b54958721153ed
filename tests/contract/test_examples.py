"""Every schema has examples, and each example validates or fails as it says: by the schema and by the model."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

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


class Example(NamedTuple):
    schema: dict[str, Any]
    document: Any


def examples(kind: str) -> list[Any]:
    """Of every schema, from the file of the same name."""
    return [
        pytest.param(Example(load(path), document), id=f"{path.relative_to(ROOT).with_suffix('')}/{name}")
        for path in SCHEMAS
        for name, document in load(EXAMPLES / path.relative_to(ROOT))[kind].items()
    ]


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
    written = load(EXAMPLES / path.relative_to(ROOT))
    assert written.keys() == {"valid", "invalid"}
    assert written["valid"], "no valid example"
    assert written["invalid"], "no invalid example"


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
    """Each file of examples belongs to a schema."""
    files = {path.relative_to(EXAMPLES) for path in EXAMPLES.glob("**/*.json")}
    assert files == {path.relative_to(ROOT) for path in SCHEMAS}


@pytest.mark.parametrize("example", examples("valid"))
def test_a_valid_example_is_accepted(example: Example) -> None:
    """The schema accepts it; the model reads it and writes it back with the same meaning."""
    schema, document = example
    validator(schema).validate(document)
    adapter: TypeAdapter[Any] = TypeAdapter(getattr(models, schema["title"]))
    parsed = adapter.validate_json(json.dumps(document))
    validator(schema).validate(json.loads(adapter.dump_json(parsed, by_alias=True)))


@pytest.mark.parametrize("example", examples("invalid"))
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
