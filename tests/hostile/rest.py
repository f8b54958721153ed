"""One REST request at a time, as sent."""

import http.client
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from tests.kit.raw_websocket import PATIENCE_SECONDS


class Reply(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem document; empty for a success."""
        return "" if self.status < 400 else str(self.json["code"])

    @property
    def outcome(self) -> str:
        """`200`, or `404 item_not_found`."""
        return f"{self.status} {self.code}".rstrip()


def call(
    url: str,
    method: str,
    path: str,
    *,
    token: str | None = None,
    body: object = None,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """`body` is sent as JSON, `data` as it is. Names of the answer's headers are in lower case."""
    sent = dict(headers or {})
    if body is not None:
        data = orjson.dumps(body)
    if data is not None:
        sent.setdefault("Content-Type", "application/json")
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
    finally:
        connection.close()
