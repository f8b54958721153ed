"""Traces: the seam between the services and OpenTelemetry, which is imported only when traces are on.

Work travels in batches here, so what happens is told with its causes, and those are passed along by hand: the first one
that is traced becomes the parent, the others are links. A cause is a span of this process, or the `traceparent` (W3C
Trace Context) of one elsewhere. What is not traced is None, and costs a comparison.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from pydantic import AnyHttpUrl

HEADER = "traceparent"  # of HTTP requests and of AMQP messages alike


class Span(Protocol):
    """Something that takes time."""

    @property
    def traceparent(self) -> str:
        """What makes another process's span a child of this one."""
        ...

    def end(self, *, error: str | None = None, **attributes: str | int) -> None:
        """It is over. Never texts of people, never tokens."""


Cause = Span | str | None


class Tracer(Protocol):
    """Begins spans; `attributes` never hold texts of people, or tokens."""

    def begin(self, name: str, **attributes: str | int) -> Span | None:
        """A trace of its own; None when it is not among the share that is traced."""

    def follow(self, name: str, causes: Iterable[Cause], **attributes: str | int) -> Span | None:
        """What these led to; None when none of them is traced."""


def traceparent_in(headers: Mapping[str, object]) -> str | None:
    """Of an HTTP request or an AMQP message."""
    value = headers.get(HEADER)
    return value if isinstance(value, str) else None


TRACER: web.AppKey[Tracer | None] = web.AppKey("tracer")


@asynccontextmanager
async def running_tracer(*, service: str, endpoint: AnyHttpUrl | None, share: float) -> AsyncIterator[Tracer | None]:
    """Sends spans to a collector (OTLP over HTTP) for the length of the block; None when there is no endpoint."""
    if endpoint is None:
        yield None
        return
    from chassis.observability.open_telemetry import OpenTelemetry  # noqa: PLC0415 - who wants no traces shall not load it

    tracer = OpenTelemetry(service=service, endpoint=str(endpoint), share=share)
    try:
        yield tracer
    finally:
        await tracer.close()
