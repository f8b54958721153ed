"""Valid examples of the contracts, with the values of a test in place of their own."""

from collections.abc import Mapping
from typing import Any

from contracts.keywords import COMMAND, VALID_EXAMPLES
from contracts.schemas import ROOT, load

Json = dict[str, Any]


def client_frames(name: str) -> list[Json]:
    return _examples("frames/client", name)


def command_frames() -> list[Json]:
    """Every frame of a client that is a command."""
    return [example for frame in _command_schemas() for example in frame[VALID_EXAMPLES]]


def commands(kind: str) -> list[Json]:
    """As `delivery` posts them."""
    return [
        example for frame in _command_schemas() for example in frame[COMMAND][VALID_EXAMPLES] if example["kind"] == kind
    ]


def server_frames(name: str) -> list[Json]:
    return _examples("frames/server", name)


def shortest(examples: list[Any]) -> Any:
    """The one without optional fields."""
    return min(examples, key=lambda example: len(str(example)))


def fullest(examples: list[Json]) -> Json:
    """The one with most fields."""
    return max(examples, key=len)


def filled(example: Any, values: Mapping[str, object]) -> Any:
    """The example with other values under these names, wherever they are in it."""
    if isinstance(example, list):
        return [filled(one, values) for one in example]
    if not isinstance(example, dict):
        return example
    return {name: values.get(name, filled(value, values)) for name, value in example.items()}


def _command_schemas() -> list[Json]:
    frames = [load(path) for path in sorted((ROOT / "frames" / "client").glob("*.json"))]
    return [frame for frame in frames if COMMAND in frame]


def _examples(folder: str, name: str) -> list[Json]:
    examples: list[Json] = load(ROOT / folder / f"{name}.json")[VALID_EXAMPLES]
    return examples
