"""Traces: the seam between the services and OpenTelemetry, which is imported only when traces are on.

Work travels in batches here, so a span is given its causes by hand: the first one that is traced becomes its parent,
the others are links. A cause is a span of this process, or the `traceparent` (W3C Trace Context) of one elsewhere.
Without traces, and for work outside the share that is traced, every span is `NOT_TRACED`, which does nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from aiohttp import web

HEADER = "traceparent"  # of HTTP requests and of AMQP messages alike


class Span(Protocol):
    """Something that takes time."""

    @property
    def traceparent(self) -> str | None:
        """What makes another process's span a child of this one; None when it is not traced."""
        ...

    def end(self, *, error: str | None = None, **attributes: str | int) -> None:
        """Never with message texts or tokens in the attributes."""


Cause = Span | str | None


class Tracer(Protocol):
    """Begins spans; `attributes` never hold message texts or tokens."""

    def begin(self, name: str, **attributes: str | int) -> Span:
        """A trace of its own."""
        ...

    def follow(self, name: str, causes: Iterable[Cause], **attributes: str | int) -> Span:
        """What these led to; not traced when none of them is."""
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
    """The header fields of a request or message that `span` causes."""
    return {} if span.traceparent is None else {HEADER: span.traceparent}


def traceparent_in(headers: Mapping[str, object]) -> str | None:
    """Of an HTTP request or an AMQP message."""
    value = headers.get(HEADER)
    return value if isinstance(value, str) else None


TRACER: web.AppKey[Tracer] = web.AppKey("tracer")
