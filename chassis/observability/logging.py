"""Structured logs: the same format from this code (structlog) and from libraries (stdlib logging).

Our own lines bypass stdlib logging, which costs three times as much: a reconnecting socket writes two lines, and a
message two in `notifications`.

Events are named `noun.verbed` and carry keys. Secrets and users' texts must not be logged; the redaction here is the
second line of defence, not the first.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, TextIO

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "json", "console"]

REDACTED = "[redacted]"
_SECRET_KEYS = frozenset(
    {
        "authorization",
        "body",
        "client_secret",
        "content",
        "cookie",
        "frame",
        "headers",
        "jwt",
        "message",
        "password",
        "payload",
        "secret",
        "service_token",
        "text",
        "token",
    }
)
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]*\.[\w-]*")
_URL_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")

# Below these levels the libraries log frames, statements and addresses, whatever LOG_LEVEL says.
_LIBRARY_LEVELS: Mapping[str, int] = {
    "aio_pika": logging.WARNING,
    "aiormq": logging.CRITICAL,  # it logs every lost connection as an error; BrokerLink logs them itself
    "aiohttp": logging.INFO,
    "aiohttp.access": logging.CRITICAL,  # the canonical line of chassis.http.middleware replaces it
    "aiohttp.websocket": logging.ERROR,  # its warning repeats a client's subprotocols, which contain the token
    "alembic": logging.INFO,
    "asyncio": logging.INFO,
    "asyncpg": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}


def setup_logging(
    *, service: str, level: str = "info", format: LogFormat = "auto", stream: TextIO | None = None
) -> None:
    """Send every log line of the process to `stream` (default: standard output)."""
    out = stream or sys.stdout
    console = format == "console" or (format == "auto" and out.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _bind_service(service),
    ]
    rendering = _rendering(console=console)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    handler.addFilter(tell_bad_requests_apart)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(threshold)
    logging.captureWarnings(True)
    for name, least in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(threshold, least))
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_names: _LineWriter(out),
        cache_logger_on_first_use=True,
    )


class _LineWriter(structlog.WriteLogger):
    """Writes lines. One that cannot be written (full disk, closed pipe) is dropped without an error."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def tell_bad_requests_apart(record: logging.LogRecord) -> bool:
    """Filter: malformed HTTP is not our error, and aiohttp's traceback would repeat it, including tokens."""
    error = record.exc_info[1] if record.exc_info else None
    if record.name == "aiohttp.server" and isinstance(error, HttpProcessingError):
        record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        record.msg, record.args = "request.malformed", ()
        record.exc_info = record.exc_text = None
    return True


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Processor: hide the values of secret keys, and tokens and URL credentials inside any text."""
    return {key: REDACTED if key.lower() in _SECRET_KEYS else _scrub(value) for key, value in event.items()}


def _rendering(*, console: bool) -> list[Processor]:
    if console:
        # Redaction needs the traceback as text, so it is formatted before, without colours.
        return [structlog.processors.format_exc_info, redact, structlog.dev.ConsoleRenderer()]
    return [
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(serializer=_to_json),
    ]


def _bind_service(service: str) -> Processor:
    def bind(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return bind


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        scrubbed = _JWT.sub(REDACTED, value) if "eyJ" in value else value
        return _URL_CREDENTIALS.sub(f"{REDACTED}@", scrubbed) if "://" in scrubbed else scrubbed
    if isinstance(value, Mapping):
        return {key: REDACTED if str(key).lower() in _SECRET_KEYS else _scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(item) for item in value]
    return value


def _to_json(event: object, **_options: object) -> str:
    try:
        return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()
    except orjson.JSONEncodeError:  # text that is not UTF-8, or a number beyond 64 bits
        return json.dumps(event, default=repr)
