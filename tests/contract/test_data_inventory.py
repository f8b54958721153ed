"""The inventory of stored data names what exists. The tables are compared in tests/integration/conversations."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from contracts.schemas import ROOT, load

INVENTORY = load(ROOT / "data-inventory.json")
TOPOLOGY = load(ROOT / "topology.json")
SERVICES = ROOT.parent / "services"
LEVELS = {"debug", "info", "warning", "error", "exception"}
IDENTIFYING = {"user_id", "conversation_id", None}  # None: fields that are only known at run time
OF_THE_GATEWAY = {"request.served"}


def test_the_inventory_is_valid() -> None:
    """By its schema; with a retention and an erasure wherever there is data of people."""
    jsonschema.validate(INVENTORY, load(ROOT / "data-inventory.schema.json"), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("section", ["tables", "queues", "logs", "memory", "clientStores"])
def test_nothing_is_named_twice(section: str) -> None:
    names = _names(section)
    assert len(names) == len(set(names))


def test_every_queue_of_the_topology_is_named() -> None:
    """And no other."""
    assert set(_names("queues")) == {queue["name"] for queue in TOPOLOGY["queues"]} | TOPOLOGY["transientQueues"].keys()


def test_every_log_line_that_identifies_somebody_is_named() -> None:
    """And no other, as far as services write them."""
    identifying = {name for path in SERVICES.rglob("*.py") for name in _identifying_lines(path)}
    assert set(_names("logs")) == identifying | OF_THE_GATEWAY


def _names(section: str) -> list[str]:
    return [entry["name"] for entry in INVENTORY[section]]


def _identifying_lines(path: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log"), attr=level),
                args=[ast.Constant(value=str(event)), *_],
                keywords=fields,
            ) if level in LEVELS and {field.arg for field in fields} & IDENTIFYING:
                yield event
