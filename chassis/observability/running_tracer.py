"""Enables tracing if configured: OpenTelemetry is imported only then."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import AnyHttpUrl

from chassis.observability.tracing import NULL_TRACER, Tracer


@asynccontextmanager
async def running_tracer(*, service: str, endpoint: AnyHttpUrl | None, share: float) -> AsyncIterator[Tracer]:
    """A tracer that exports spans (OTLP over HTTP) for the duration of the block; a null tracer without an endpoint."""
    if endpoint is None:
        yield NULL_TRACER
        return
    from chassis.observability.open_telemetry import OpenTelemetry  # noqa: PLC0415 - loaded only if tracing is on

    tracer = OpenTelemetry(service=service, endpoint=str(endpoint), share=share)
    try:
        yield tracer
    finally:
        await tracer.close()
