"""Names and codes follow their conventions everywhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.schemas import ROOT, Place, all_schemas, load

EVENTS = sorted((ROOT / "events").rglob("*.v*.json"))
FRAMES = sorted((ROOT / "frames").glob("*/*.json"))
ERROR_CODES = load(ROOT / "error-codes.json")["codes"]
SCHEMAS = all_schemas()
CLOSE_CODES = load(ROOT / "close-codes.json")["codes"]


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_an_event_is_named_by_its_type(path: Path) -> None:
    """A dotted name and a version: the file's name, the `type` on the wire, and the class ends in Event."""
    schema = load(path)
    assert re.fullmatch(r"[a-z]+(\.[a-z]+)*\.v[1-9][0-9]*", path.stem)
    assert schema["properties"]["type"] == {"type": "string", "const": path.stem}
    assert schema["title"].endswith("Event")


@pytest.mark.parametrize("path", FRAMES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_frame_is_named_by_its_type(path: Path) -> None:
    """snake_case, the file's name, and required."""
    schema = load(path)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", path.stem)
    assert schema["properties"]["type"] == {"type": "string", "const": path.stem}
    assert "type" in schema["required"]


@pytest.mark.parametrize("place", SCHEMAS, ids=str)
def test_properties_are_camel_case(place: Place) -> None:
    """As in JavaScript."""
    wrong = [name for name in property_names(SCHEMAS[place]) if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]+)*", name)]
    assert wrong == []


@pytest.mark.parametrize("folder", ["rest", "internal"])
def test_body_schemas_are_kebab_case(folder: str) -> None:
    """The file's name is the title's words, or says from which side one looks."""
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", path.stem) for path in (ROOT / folder).rglob("*.json"))


def test_error_codes_are_unique_and_snake_case() -> None:
    """Clients decide by them."""
    codes = [entry["code"] for entry in ERROR_CODES]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("entry", ERROR_CODES, ids=lambda entry: str(entry["code"]))
def test_an_error_code_says_what_to_do(entry: dict[str, Any]) -> None:
    """A status of the right class, whether to try again, what it means."""
    assert entry["httpStatus"] is None or 400 <= entry["httpStatus"] <= 599
    assert isinstance(entry["retryable"], bool)
    assert entry["meaning"]


@pytest.mark.parametrize("entry", CLOSE_CODES, ids=lambda entry: str(entry["name"]))
def test_the_range_of_a_close_code_says_whether_to_reconnect(entry: dict[str, Any]) -> None:
    """4000 to 4499: yes. 4500 to 4999: no."""
    if entry["code"] >= 4000:
        assert entry["reconnect"] == (entry["code"] < 4500)
    assert entry["meaning"]


def property_names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from property_names(item)
    elif isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in node.values():
            yield from property_names(value)
