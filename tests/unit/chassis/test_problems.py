"""Problems: RFC 9457 documents with stable codes and named fields."""

import orjson
import pytest
from pydantic import BaseModel, Field, ValidationError
from pydantic.alias_generators import to_camel

from chassis.http.problem_responses import problem_response
from chassis.problems import Conflict, InvalidRequest, MalformedJson, field_path, problem_from_validation


class Line(BaseModel, alias_generator=to_camel):
    unit_price: int


class Order(BaseModel, alias_generator=to_camel):
    order_lines: list[Line]
    note_text: str = Field(max_length=3)


def validation_error(body: str) -> ValidationError:
    with pytest.raises(ValidationError) as raised:
        Order.model_validate_json(body)
    return raised.value


def test_a_problem_becomes_a_document() -> None:
    response = problem_response(Conflict("Taken.", code="name_taken"))
    assert response.status == 409
    assert response.content_type == "application/problem+json"
    assert isinstance(response.body, bytes)
    assert orjson.loads(response.body) == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "name_taken",
        "detail": "Taken.",
    }


def test_fields_are_named_in_camel_case_with_a_sentence() -> None:
    problem = problem_from_validation(validation_error('{"orderLines":[{"unitPrice":"x"}],"noteText":"long"}'))
    assert isinstance(problem, InvalidRequest)
    assert [error.field for error in problem.errors] == ["orderLines.0.unitPrice", "noteText"]
    assert problem.errors[1].message == "String should have at most 3 characters"


def test_the_value_of_an_invalid_field_is_not_repeated() -> None:
    problem = problem_from_validation(validation_error('{"orderLines":[],"noteText":"my secret"}'))
    assert "secret" not in str(problem.to_document())


@pytest.mark.parametrize("body", ["", "{", "nonsense", '{"noteText":"\\ud800"}'])
def test_a_body_that_is_not_json_is_malformed(body: str) -> None:
    assert isinstance(problem_from_validation(validation_error(body)), MalformedJson)


def test_a_body_that_is_not_an_object_is_named_as_a_whole() -> None:
    assert problem_from_validation(validation_error("[]")).errors[0].field == "body"


def test_a_flood_of_invalid_items_is_truncated() -> None:
    body = orjson.dumps({"orderLines": [{"unitPrice": "x"}] * 1000, "noteText": ""}).decode()
    assert len(problem_from_validation(validation_error(body)).errors) == 20


def test_snake_case_locations_become_camel_case() -> None:
    assert field_path(("order_lines", 0, "unit_price")) == "orderLines.0.unitPrice"
