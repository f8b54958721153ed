"""The catalogues of the contracts as Python source: error codes, close codes, names of frames, events and commands."""

from contracts.schemas import ROOT, Schema, load

_HEAD = '''"""Generated from contracts/ by `make generate`. Do not edit."""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple


class ErrorCode(NamedTuple):
    """A `code` of a problem document (with its status) and of an `error` frame."""

    http_status: int | None
    retryable: bool


class CloseCode(IntEnum):
    """Why a socket is closed.

    4000-4499: reconnect with backoff, then resume. 4500-4999: do not reconnect by yourself.
    """

'''
_REASON = '''
    @property
    def reason(self) -> str:
        """The name that travels in the close frame."""
        return self.name.lower()

'''


def catalogues() -> str:
    """The module's text."""
    closes = load(ROOT / "close-codes.json")["codes"]
    errors = load(ROOT / "error-codes.json")["codes"]
    lines = [f"    {entry['name'].upper()} = {entry['code']}" for entry in closes]
    table = [f'    "{entry["code"]}": ErrorCode({entry["httpStatus"]}, {entry["retryable"]}),' for entry in errors]
    names = {
        "CLIENT_FRAMES": _constants("frames/client", "type"),
        "SERVER_FRAMES": _constants("frames/server", "type"),
        "EVENTS": _constants("events", "type"),
        "LOGGED_EVENTS": _logged_events(),
        "COMMANDS": _constants("internal", "kind"),
        "RESULT_STATUSES": _constants("internal", "status"),
    }
    tuples = [line for name, values in names.items() for line in _tuple(name, values)]
    parts = (_HEAD, *_lines(lines), _REASON, *_lines(["", "ERROR_CODES: Mapping[str, ErrorCode] = {", *table, "}"]))
    return "".join((*parts, *_lines(tuples)))


def _constants(folder: str, name: str) -> list[str]:
    """The discriminator values of the schemas in a folder."""
    found = (_constant(load(path), name) for path in sorted((ROOT / folder).glob("*.json")))
    return [value for value in found if value is not None]


def _logged_events() -> list[str]:
    """The events of the log, which every consumer gets."""
    union = load(ROOT / "events" / "log-event.json")["oneOf"]
    return [one["$ref"].removesuffix(".json") for one in union]


def _constant(schema: Schema, name: str) -> str | None:
    value = schema.get("properties", {}).get(name, {}).get("const")
    return value if isinstance(value, str) else None


def _tuple(name: str, values: list[str]) -> list[str]:
    return [f"{name} = (", *(f'    "{value}",' for value in values), ")"]


def _lines(lines: list[str]) -> list[str]:
    return [f"{line}\n" for line in lines]
