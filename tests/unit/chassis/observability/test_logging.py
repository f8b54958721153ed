"""Logs: one JSON object a line, with time and service, and without secrets."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage

from chassis.observability.logging import REDACTED, LogFormat, setup_logging

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def start(level: str = "info", format: LogFormat = "json") -> io.StringIO:
    stream = io.StringIO()
    setup_logging(service="shop", level=level, format=format, stream=stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_in_utc_level_service_and_keys() -> None:
    stream = start()
    structlog.get_logger("x").info("thing.done", count=3)
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["service"], line["count"]) == ("thing.done", "info", "shop", 3)
    assert line["timestamp"].endswith("Z")


def test_libraries_go_through_the_same_pipeline() -> None:
    stream = start()
    logging.getLogger("alembic.runtime").info("Running %s", "upgrade")
    (line,) = lines(stream)
    assert (line["event"], line["service"], line["logger"]) == ("Running upgrade", "shop", "alembic.runtime")


@pytest.mark.parametrize("name", ["aio_pika", "aiormq.connection", "asyncpg", "asyncio"])
def test_chatty_libraries_stay_quiet_at_debug(name: str) -> None:
    stream = start(level="debug")
    logging.getLogger(name).debug("a frame with somebody's words")
    assert lines(stream) == []


def test_lower_levels_are_left_out() -> None:
    stream = start(level="warning")
    structlog.get_logger("x").info("thing.done")
    assert lines(stream) == []


@pytest.mark.parametrize("value", ["half a pair: \ud83d", 2**70, {"of": {1: object}}])
def test_whatever_a_value_is_the_line_is_written(value: object) -> None:
    stream = start()
    structlog.get_logger("x").info("thing.done", value=value)
    (line,) = lines(stream)
    assert line["event"] == "thing.done"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "no space left"), BrokenPipeError()])
def test_a_line_that_cannot_be_written_is_dropped(error: OSError) -> None:
    class Full(io.StringIO):
        def write(self, _text: str) -> int:
            raise error

    setup_logging(service="shop", format="json", stream=Full())
    structlog.get_logger("x").error("thing.failed")


def test_malformed_http_is_logged_without_its_content() -> None:
    """aiohttp logs it as an error of ours, with the trace and the bytes that came: a token may be among them."""
    stream = start()
    error = BadHttpMessage("Authorization\0: Bearer an-opaque-token")
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "::1", exc_info=error)
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("request.malformed", "info")
    assert "an-opaque-token" not in stream.getvalue()


def test_offered_subprotocols_are_not_logged() -> None:
    """A client's token may be among them."""
    stream = start(level="debug")
    logging.getLogger("aiohttp.websocket").warning("Client protocols %r", ["bearer.an-opaque-token"])
    assert lines(stream) == []


@pytest.mark.parametrize("key", ["token", "Authorization", "content", "message", "password", "payload"])
def test_secret_keys_are_redacted_at_any_depth(key: str) -> None:
    stream = start()
    structlog.get_logger("x").info("thing.done", **{key: "hush"}, inner={key: ["hush"]}, many=[{key: "hush"}])
    assert "hush" not in stream.getvalue()
    assert lines(stream)[0][key] == REDACTED


def test_tokens_and_url_credentials_inside_texts_are_redacted() -> None:
    stream = start()
    logging.getLogger("lib").warning("GET /?t=%s from amqp://user:pass@host/", JWT)
    said = stream.getvalue()
    assert JWT not in said
    assert "pass" not in said
    assert "@host" in said


@pytest.mark.parametrize("format", ["json", "console"])
def test_traces_are_written_and_redacted(format: LogFormat) -> None:
    stream = start(format=format)
    try:
        int(f"no number {JWT}")
    except ValueError:
        structlog.get_logger("x").exception("thing.failed")
    said = stream.getvalue()
    assert "Traceback" in said
    assert JWT not in said


def test_auto_means_json_away_from_a_terminal_and_console_on_one() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert start(format="auto").getvalue() == ""
    stream = Terminal()
    setup_logging(service="shop", stream=stream)
    structlog.get_logger("x").info("thing.done")
    assert not stream.getvalue().startswith("{")
    assert "thing.done" in stream.getvalue()
