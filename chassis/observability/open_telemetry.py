"""Spans by the OpenTelemetry SDK: a bounded queue and an export thread that nothing waits for.

The SDK reads its other variables (`OTEL_BSP_*`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_RESOURCE_ATTRIBUTES`, …) itself.
"""

import asyncio
import re
import threading
from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from chassis.observability.tracing import NOT_TRACED, Cause, Span

CLOSE_SECONDS = 3.0  # for exporting the rest of the queue; an unavailable collector must not delay the shutdown
TRACES_PATH = "/v1/traces"  # as in the OTLP specification
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")


class OpenTelemetrySpan:
    """A recorded span."""

    __slots__ = ("_span",)

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def context(self) -> SpanContext:
        return self._span.get_span_context()

    @property
    def traceparent(self) -> str:
        context = self.context
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def end(self, *, error: str | None = None, **attributes: str | int) -> None:
        self._span.set_attributes(attributes)
        if error is not None:
            self._span.set_status(Status(StatusCode.ERROR, error))
        self._span.end()


class OpenTelemetry:
    """A Tracer."""

    def __init__(self, *, service: str, endpoint: str, share: float) -> None:
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: service}),
            sampler=ParentBased(TraceIdRatioBased(share)),
            shutdown_on_exit=False,
        )
        self._exporter: SpanExporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + TRACES_PATH)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("marketplace-messaging")

    def begin(self, name: str, **attributes: str | int) -> Span:
        return _recorded(self._tracer.start_span(name, attributes=attributes))

    def follow(self, name: str, causes: Iterable[Cause], **attributes: str | int) -> Span:
        contexts = [context for cause in causes if (context := _context(cause)) is not None]
        if not contexts:
            return NOT_TRACED
        parent = trace.set_span_in_context(NonRecordingSpan(contexts[0]))
        links = [Link(context) for context in contexts[1:]]
        return _recorded(self._tracer.start_span(name, parent, attributes=attributes, links=links))

    async def close(self) -> None:
        """Export the rest, if the collector accepts it in time; then end the export thread."""
        closing = threading.Thread(target=self._provider.shutdown, name="tracing.close", daemon=True)
        closing.start()
        await asyncio.to_thread(closing.join, CLOSE_SECONDS)
        if closing.is_alive():
            self._exporter.shutdown()


def _recorded(span: trace.Span) -> Span:
    return OpenTelemetrySpan(span) if span.is_recording() else NOT_TRACED


def _context(cause: Cause) -> SpanContext | None:
    """None for an untraced cause and for an invalid `traceparent`."""
    if isinstance(cause, OpenTelemetrySpan):
        return cause.context
    match = _TRACEPARENT.fullmatch(cause) if isinstance(cause, str) else None
    if match is None:
        return None
    context = SpanContext(
        int(match["trace"], 16), int(match["span"], 16), is_remote=True, trace_flags=TraceFlags(int(match["flags"], 16))
    )
    return context if context.is_valid and context.trace_flags.sampled else None
