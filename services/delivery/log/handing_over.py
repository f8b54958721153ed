"""Handing a batch to the sockets, seen as a span."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.observability.tracing import NOT_TRACED, Span
from services.delivery.metrics import Counters


@contextmanager
def handing_over(span: Span, counters: Counters) -> Iterator[None]:
    """The block puts frames into outboxes, which are written when this turn of the loop ends: then the span ends."""
    if span is NOT_TRACED:
        yield
        return
    before = counters.frames_out.total()
    yield
    frames = counters.frames_out.total() - before
    asyncio.get_running_loop().call_soon(lambda: span.end(frames=frames))
