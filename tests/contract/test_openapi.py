"""The OpenAPI document is valid, complete, and says the same as the schemas and catalogues it refers to."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from openapi_spec_validator import validate
from pydantic import ValidationError

from chassis.http.app import Query
from contracts import one_file
from contracts.schemas import ROOT, walk_references
from services.conversations.api import internal, public
from services.conversations.api.internal.log import LogQuery
from services.conversations.api.paging import PageQuery
from services.conversations.api.public.messages import HistoryQuery
from tests.contract.documents import OPENAPI, Node, broken_references, document, files_reached, inside, resolved

METHODS = ("get", "put", "post", "patch", "delete")
PROBLEM = "application/problem+json"
CATALOGUE = {entry["code"]: entry["httpStatus"] for entry in document(ROOT / "error-codes.json")["codes"]}
ANY_ADDRESS = {  # answers before there is an operation to document them
    *("bad_request", "method_not_allowed", "request_timeout", "uri_too_long"),
    *("expectation_failed", "header_fields_too_large"),
    *(
        "ambiguous_path",
        "precondition_failed",
        "range_not_satisfiable",
        "bad_gateway",
        "gateway_timeout",
    ),  # a gateway's
}
PUBLIC = {"listItems", "getItem", "getOpenApi", "getAsyncApi", "listDevPeople", "devLogin"}
SINGLE_FILE = one_file.openapi()
PROBES = {"getHealth", "getReadiness", "getMetrics"}


class Operation(NamedTuple):
    path: str
    method: str
    body: Node

    @property
    def parameters(self) -> list[Node]:
        shared = document(OPENAPI)["paths"][self.path].get("parameters", [])
        return [resolved(node, OPENAPI) for node in [*shared, *self.body.get("parameters", [])]]

    @property
    def responses(self) -> dict[int, Node]:
        return {int(status): resolved(node, OPENAPI) for status, node in self.body["responses"].items()}


def operations() -> Iterator[Operation]:
    for path, item in document(OPENAPI)["paths"].items():
        yield from (Operation(path, method, item[method]) for method in METHODS if method in item)


every_operation = pytest.mark.parametrize(
    "operation", list(operations()), ids=lambda operation: str(operation.body["operationId"])
)


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1, by the specification's own schema and rules."""
    validate(document(OPENAPI), base_uri=OPENAPI.as_uri())


def test_every_reference_resolves() -> None:
    """In the document and in every schema file it reaches."""
    assert broken_references(OPENAPI) == []


def test_the_document_in_one_file_is_valid_and_needs_no_other() -> None:
    """Generators drop what they do not find in the document itself."""
    validate(SINGLE_FILE)
    assert [reference for reference in walk_references(SINGLE_FILE) if not reference.startswith("#/")] == []
    assert all(inside(SINGLE_FILE, reference) for reference in walk_references(SINGLE_FILE))
    assert SINGLE_FILE["paths"].keys() == document(OPENAPI)["paths"].keys()


def test_unions_in_one_file_map_each_value_to_its_schema() -> None:
    """OpenAPI takes a value without a mapping for a schema's name."""
    schemas = SINGLE_FILE["components"]["schemas"]
    unions = {name: schema for name, schema in schemas.items() if "oneOf" in schema}
    assert {"Command", "CommandResult", "LogEvent"} <= unions.keys()
    for union in unions.values():
        name, mapping = union["discriminator"]["propertyName"], union["discriminator"]["mapping"]
        assert set(mapping.values()) == {member["$ref"] for member in union["oneOf"]}
        for value, reference in mapping.items():
            assert inside(SINGLE_FILE, reference)["properties"][name]["const"] == value


def test_problems_in_one_file_have_one_type_that_takes_codes_of_later_versions() -> None:
    """An enum of today's codes would make generated clients fail on a new one."""
    answers = [each for operation in operations_of(SINGLE_FILE) for each in operation["responses"].values()]
    responses = [inside(SINGLE_FILE, each["$ref"]) if "$ref" in each else each for each in answers]
    problems = [response for response in responses if PROBLEM in response.get("content", {})]
    assert problems
    for response in problems:
        assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemDocument"}
        assert all(f"`{code}`" in response["description"] for code in response["x-codes"])


@pytest.mark.parametrize("folder", ["rest", "internal"])
def test_every_body_schema_is_used(folder: str) -> None:
    """No REST or internal schema exists that no operation speaks."""
    assert set((ROOT / folder).rglob("*.json")) <= files_reached(OPENAPI)


def test_operation_ids_are_unique() -> None:
    """They name functions of generated clients."""
    counted = Counter(operation.body["operationId"] for operation in operations())
    assert [name for name, times in counted.items() if times > 1] == []


@every_operation
def test_an_operation_is_named_and_described(operation: Operation) -> None:
    """camelCase id, a summary, declared tags."""
    declared = {tag["name"] for tag in document(OPENAPI)["tags"]}
    assert re.fullmatch(r"[a-z][A-Za-z]+", operation.body["operationId"])
    assert operation.body["summary"]
    assert set(operation.body["tags"]) <= declared


@every_operation
def test_an_operation_asks_for_the_right_credentials(operation: Operation) -> None:
    """The service token under /internal, the user's elsewhere, none where it is meant to be public."""
    security = operation.body.get("security", document(OPENAPI)["security"])
    if operation.path.startswith("/internal/"):
        expected: list[Node] = [{"serviceToken": []}]
    elif operation.body["operationId"] in PUBLIC | PROBES:
        expected = []
    else:
        expected = [{"userToken": []}]
    assert security == expected
    assert (401 in operation.responses) == bool(security)


@every_operation
def test_an_error_is_a_problem_with_codes_of_the_catalogue(operation: Operation) -> None:
    """Each code belongs to the status of its response."""
    for status, response in operation.responses.items():
        if status >= 400:
            assert list(response["content"]) == [PROBLEM]
            assert {CATALOGUE.get(code, "unknown") for code in codes(response)} == {status}


def test_every_code_with_a_status_is_documented() -> None:
    """The catalogue promises no code that no operation answers."""
    documented = {
        code
        for operation in operations()
        for status, response in operation.responses.items()
        if status >= 400
        for code in codes(response)
    }
    promised = {code for code, status in CATALOGUE.items() if status is not None}
    assert promised - documented == ANY_ADDRESS


@every_operation
def test_an_operation_with_a_body_documents_its_errors(operation: Operation) -> None:
    """Malformed, too long, of another type, invalid."""
    if "requestBody" in operation.body:
        assert {400, 413, 415, 422} <= operation.responses.keys()


@every_operation
def test_parameters_have_limits(operation: Operation) -> None:
    """Path variables are declared; nothing that a caller chooses is unbounded."""
    in_path = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", operation.path))
    for parameter in operation.parameters:
        assert is_bounded(resolved(parameter["schema"], OPENAPI)), parameter["name"]


def documented_path(path: str) -> str:
    """Without what the server lets a variable be, so that a wrong one gets an answer that names it."""
    return re.sub(r"\{(\w+):[^{}]+\}", r"{\1}", path)


def test_the_documented_paths_are_those_that_conversations_serves() -> None:
    """None is undocumented, none is promised and missing."""
    answered = {
        (documented_path(route.path), route.method.lower()) for module in api_modules() for route in module.routes()
    }
    documented = {(path, method) for path, method, _ in operations() if path.startswith(("/api/", "/internal/"))}
    assert documented == answered


QUERIES = [
    ("listConversations", PageQuery),
    ("listItems", PageQuery),
    ("listMessages", HistoryQuery),
    ("readLog", LogQuery),
]


@pytest.mark.parametrize(("operation_id", "query"), QUERIES)
def test_query_parameters_have_the_limits_that_conversations_enforces(operation_id: str, query: type[Query]) -> None:
    """Names, bounds and defaults."""
    (operation,) = [each for each in operations() if each.body["operationId"] == operation_id]
    documented = {
        each["name"]: resolved(each["schema"], OPENAPI) for each in operation.parameters if each["in"] == "query"
    }
    held = query.model_json_schema(by_alias=True)["properties"]
    assert documented.keys() == held.keys()
    for name, schema in documented.items():
        assert limits(schema) == limits(held[name]), name
        assert schema.get("default") == held[name].get("default"), name


@pytest.mark.parametrize("query", sorted({query for _, query in QUERIES}, key=str))
@pytest.mark.parametrize(
    "text", ["1_0", " 10", "10 ", "+10", "010", "10.0", "1e1", "0xa", "١٠", "１０", "", "null", "true"]
)
def test_an_integer_of_a_query_has_one_spelling(query: type[Query], text: str) -> None:
    """JSON's own; Python's int() is more generous."""
    integers = [name for name, field in query.model_fields.items() if field.annotation in (int, int | None)]
    assert integers
    for name in integers:
        with pytest.raises(ValidationError) as refusal:
            query.model_validate_strings(dict.fromkeys(integers, "10") | {name: text})
        assert [error["loc"] for error in refusal.value.errors()] == [(name,)]
    assert query.model_validate_strings(dict.fromkeys(integers, "10"))


def operations_of(openapi: Node) -> list[Node]:
    return [item[method] for item in openapi["paths"].values() for method in METHODS if method in item]


def api_modules() -> Iterator[Any]:
    for package in (internal, public):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            if hasattr(module, "routes"):
                yield module


def limits(schema: Node) -> dict[str, int]:
    """The bounds of a number or text; of one that may be left out, those of its value."""
    value = next((each for each in schema.get("anyOf", []) if each["type"] != "null"), schema)
    return {key: value[key] for key in ("minimum", "maximum", "maxLength") if key in value}


def codes(response: Node) -> list[str]:
    """The values of `code` that a problem response can carry."""
    problem, narrowed = response["content"][PROBLEM]["schema"]["allOf"]
    assert problem == {"$ref": "rest/problem.json"}
    values: list[str] = narrowed["properties"]["code"]["enum"]
    return values


def is_bounded(schema: dict[str, Any]) -> bool:
    if schema["type"] == "integer":
        return "minimum" in schema and "maximum" in schema
    return "maxLength" in schema or schema.get("format") == "uuid"
