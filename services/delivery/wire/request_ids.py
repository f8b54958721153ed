"""Extracts the ids of a rejected frame, so that its sender can tell which request failed. Does no I/O.

Every error names its request if possible: a client that cannot tell which of its messages was rejected would send it
again and again. So ids are also found in text that is not valid JSON.
"""

import json
import re
from collections.abc import Mapping
from itertools import islice

import orjson
from pydantic import TypeAdapter, ValidationError

from contracts.generated.models import ClientMessageId, ConversationId, Ref
from services.delivery.wire.errors import Echo

MAX_SCANNED_TOKENS = 1000  # tokens scanned in a text that is not JSON: half a millisecond; a valid frame has about 20
_TYPES: Mapping[str, TypeAdapter[object]] = {
    "ref": TypeAdapter(Ref),
    "conversationId": TypeAdapter(ConversationId),
    "clientMessageId": TypeAdapter(ClientMessageId),
}
# A string, possibly unterminated, or punctuation; matches in linear time.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]:,]', re.DOTALL)


def echo_of(text: str) -> Echo:
    """Best-effort ids from an invalid or rate-limited frame."""
    members = _members(text)
    ref, conversation_id, client_message_id = (_valid_or_none(name, members.get(name)) for name in _TYPES)
    return Echo(ref=ref, conversation_id=conversation_id, client_message_id=client_message_id)


def _members(text: str) -> Mapping[str, object]:
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _scanned_members(text)
    return frame if isinstance(frame, dict) else {}


def _scanned_members(text: str) -> Mapping[str, object]:
    """The ids among the members of the outermost object; the last one of a name wins, nested objects are skipped."""
    found: dict[str, object] = {}
    depth = 0
    name: object = None
    awaits_value = False
    for match in islice(_TOKEN.finditer(text), MAX_SCANNED_TOKENS):
        part = match[0]
        if depth == 0 and part != "{":
            break
        if part[0] == '"':
            if depth == 1 and awaits_value and name in found:
                found[str(name)] = _string_or_none(part)
            elif depth == 1 and not awaits_value:
                name = _string_or_none(part)
        elif part in "{[":
            depth += 1
        elif part in "}]":
            depth -= 1
        elif depth == 1:
            awaits_value = part == ":"
            if awaits_value and isinstance(name, str) and name in _TYPES:
                found[name] = None
    return found


def _string_or_none(part: str) -> str | None:
    try:
        return str(json.loads(part, strict=False))
    except ValueError:
        return None


def _valid_or_none(name: str, value: object) -> str | None:
    try:
        return str(_TYPES[name].validate_strings(value)) if isinstance(value, str) else None
    except ValidationError:
        return None
