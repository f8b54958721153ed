"""A collector of traces: takes OTLP over HTTP, and shows what it was sent."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


@dataclass(frozen=True)
class Recorded:
    """A span as it was sent."""

    service: str
    name: str
    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    links: tuple[bytes, ...]
    attributes: dict[str, int | str]


@dataclass
class Collected:
    """All that came so far."""

    port: int
    spans: list[Recorded] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The value of OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://127.0.0.1:{self.port}"

    def named(self, name: str) -> list[Recorded]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]

    def children(self, parent: Recorded) -> list[Recorded]:
        """The spans directly below this one."""
        return [span for span in self.spans if span.parent_id == parent.span_id]

    def take(self, body: bytes) -> None:
        """One request of an exporter."""
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += (
                    Recorded(
                        service=names["service.name"],
                        name=span.name,
                        trace_id=span.trace_id,
                        span_id=span.span_id,
                        parent_id=span.parent_span_id,
                        links=tuple(link.span_id for link in span.links),
                        attributes={
                            entry.key: entry.value.string_value or entry.value.int_value for entry in span.attributes
                        },
                    )
                    for span in scope.spans
                )


@contextlib.contextmanager
def running_collector() -> Iterator[Collected]:
    """Listens on a free port for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collected.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Requests are no news."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collected = Collected(server.server_port)
        thread = threading.Thread(target=server.serve_forever, name="trace-collector")
        thread.start()
        try:
            yield collected
        finally:
            server.shutdown()
            thread.join()
