"""Traces: the interface between the services and OpenTelemetry, which is imported only if tracing is on.

Work is batched here, so a span is given its causes explicitly: the first traced one becomes its parent, the others are
links. A cause is a span of this process, or the `traceparent` (W3C Trace Context) of a span elsewhere. If tracing is
off, and for work outside the traced share, every span is `NOT_TRACED`, which does nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from aiohttp import web

HEADER = "traceparent"  # of both HTTP requests and AMQP messages


class Span(Protocol):
    """A timed operation."""

    @property
    def traceparent(self) -> str | None:
        """The `traceparent` for child spans in other processes; None if it is not traced."""
        ...

    def end(self, *, error: str | None = None, **attributes: str | int) -> None:
        """End the span; never put message texts or tokens in the attributes."""


Cause = Span | str | None


class Tracer(Protocol):
    """Begins spans; never put message texts or tokens in `attributes`."""

    def begin(self, name: str, **attributes: str | int) -> Span:
        """Begin a new trace."""
        ...

    def follow(self, name: str, causes: Iterable[Cause], **attributes: str | int) -> Span:
        """Begin a span with these causes; not traced if none of them is."""
        ...


class _NotTraced:
    """A span that is not recorded."""

    __slots__ = ()
    traceparent: None = None

    def end(self, *, error: str | None = None, **attributes: str | int) -> None:
        pass


NOT_TRACED: Span = _NotTraced()


class NullTracer:
    """Traces nothing."""

    def begin(self, name: str, **attributes: str | int) -> Span:  # noqa: ARG002 - the protocol's
        return NOT_TRACED

    def follow(self, name: str, causes: Iterable[Cause], **attributes: str | int) -> Span:  # noqa: ARG002 - as above
        return NOT_TRACED


NULL_TRACER = NullTracer()


def trace_headers(span: Span) -> Mapping[str, str]:
    """The headers for a request or message caused by `span`."""
    return {} if span.traceparent is None else {HEADER: span.traceparent}


def traceparent_in(headers: Mapping[str, object]) -> str | None:
    """The `traceparent` of an HTTP request or an AMQP message."""
    value = headers.get(HEADER)
    return value if isinstance(value, str) else None


TRACER: web.AppKey[Tracer] = web.AppKey("tracer")
