"""Handing a batch to the sockets, seen as a span."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.observability.tracing import NOT_TRACED, Span
from services.delivery.metrics import Figures


@contextmanager
def handing_over(span: Span, figures: Figures) -> Iterator[None]:
    """The block puts frames into outboxes, which are written when this turn of the loop ends: then the span ends."""
    if span is NOT_TRACED:
        yield
        return
    before = figures.frames_out.total()
    yield
    frames = figures.frames_out.total() - before
    asyncio.get_running_loop().call_soon(lambda: span.end(frames=frames))
