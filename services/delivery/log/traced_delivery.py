"""Handing a batch to the sockets, seen as a span."""

import asyncio
from collections.abc import Callable

from chassis.observability.tracing import Span
from services.delivery.metrics import Figures


def hand_over(span: Span, figures: Figures, deliver: Callable[[], None]) -> None:
    """Run `deliver`. What it puts into outboxes is written when this turn of the loop ends, and then the span ends."""
    before = figures.frames_out.total()
    deliver()
    frames = figures.frames_out.total() - before
    asyncio.get_running_loop().call_soon(lambda: span.end(frames=frames))
