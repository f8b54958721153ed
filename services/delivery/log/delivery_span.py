"""A span over handing a batch to the sockets."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.observability.tracing import NOT_TRACED, Span
from services.delivery.metrics import Counters


@contextmanager
def handing_over(span: Span, counters: Counters) -> Iterator[None]:
    """The block fills outboxes, which are written at the end of this loop iteration; the span ends then."""
    if span is NOT_TRACED:
        yield
        return
    before = counters.frames_out.total()
    yield
    frames = counters.frames_out.total() - before
    asyncio.get_running_loop().call_soon(lambda: span.end(frames=frames))
