"""Reads CloudEvents 1.0 from AMQP messages: structured, batched, or binary mode. Does no I/O."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

BATCH = "application/cloudevents-batch+json"
_STRUCTURED = ("application/cloudevents+json", "application/cloudevents")
_SAYS_NOTHING = ("", "application/octet-stream")  # the default of several AMQP libraries
_UTF_8 = (None, "utf-8", "utf8", "us-ascii")
_REQUIRED = ("specversion", "id", "source", "type")

# The AMQP binding's two prefixes, and those of HTTP and Kafka, which bridges leave in place.
_HEADER = re.compile(r"(?:cloudevents[:_]|ce[-_])(\w+)", re.IGNORECASE | re.ASCII)


class MalformedEvent(ValueError):
    """The body cannot be read; `field` is the cause. In binary mode `attributes` come from the headers all the same."""

    def __init__(self, field: str, attributes: Mapping[str, Any] | None = None) -> None:
        self.field = field
        self.attributes = attributes or {}
        super().__init__(field)


class NumberText(str):
    """A JSON number as written: it may be a price, so its digits are kept exactly."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """The attributes by name, extensions included, and the decoded data."""

    attributes: Mapping[str, Any]
    data: Any

    @property
    def wrong_attributes(self) -> list[str]:
        """The required attributes that are missing or wrong."""
        return [name for name in _REQUIRED if not self._is_right(name)]

    def _is_right(self, name: str) -> bool:
        value = self.attributes.get(name)
        return isinstance(value, str) and bool(value) and (name != "specversion" or value == "1.0")


def read_cloud_events(body: bytes, *, content_type: str | None, headers: Mapping[str, Any]) -> list[CloudEvent]:
    """The events of one message. Raises MalformedEvent.

    A message without a content type of CloudEvents is in binary mode if its headers hold the attributes, else
    structured.
    """
    media_type, charset = _media_type(content_type or "")
    attributes = _attributes_in(headers)
    if charset not in _UTF_8:
        raise MalformedEvent("content_type", attributes)
    if media_type == BATCH or media_type in _STRUCTURED:
        return _structured(_read_json(body))
    if media_type.startswith("application/cloudevents"):  # another format: Avro, Protobuf, XML
        raise MalformedEvent("content_type", attributes)
    if "type" not in attributes:
        return _structured(_read_json(body))
    if media_type not in _SAYS_NOTHING and not media_type.endswith(("/json", "+json")):
        raise MalformedEvent("content_type", attributes)
    try:
        return [CloudEvent(attributes, _read_json(body))]
    except MalformedEvent as malformed:
        raise MalformedEvent(malformed.field, attributes) from None


def _media_type(content_type: str) -> tuple[str, str | None]:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    values = {name.strip(): value.strip('" ') for name, _, value in (text.partition("=") for text in parameters)}
    return media_type, values.get("charset")


def _attributes_in(headers: Mapping[str, Any]) -> dict[str, Any]:
    found = ((_HEADER.fullmatch(name), value) for name, value in headers.items())
    return {match[1].lower(): _attribute(value) for match, value in found if match is not None}


def _attribute(value: Any) -> Any:
    """A header's value as the attribute would be in JSON."""
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    return value


def _structured(document: Any) -> list[CloudEvent]:
    return [_event(entry) for entry in (document if isinstance(document, list) else [document])]


def _event(document: Any) -> CloudEvent:
    if not isinstance(document, dict):
        return CloudEvent({}, None)
    attributes = {name: value for name, value in document.items() if name not in ("data", "data_base64")}
    if isinstance(encoded := document.get("data_base64"), str) and document.get("data") is None:
        try:
            return CloudEvent(attributes, _read_json(base64.b64decode(encoded, validate=True)))
        except (binascii.Error, MalformedEvent):
            return CloudEvent(attributes, None)
    return CloudEvent(attributes, document.get("data"))


def _read_json(body: bytes) -> Any:
    try:
        text = body.decode("utf-8-sig")
        return json.loads(text, parse_float=NumberText, parse_int=NumberText, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise MalformedEvent("body") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are not JSON
