"""The catalogues of the contracts as Python source: error codes and close codes."""

from contracts.schemas import ROOT, load

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
    parts = (_HEAD, *_lines(lines), _REASON, *_lines(["", "ERROR_CODES: Mapping[str, ErrorCode] = {", *table, "}"]))
    return "".join(parts)


def _lines(lines: list[str]) -> list[str]:
    return [f"{line}\n" for line in lines]
