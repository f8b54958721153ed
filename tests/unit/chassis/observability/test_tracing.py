"""Causes become parents and links; what is not traced, or is no traceparent, leads to nothing."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest

from chassis.observability.open_telemetry import CLOSE_SECONDS, OpenTelemetry
from chassis.observability.tracing import NOT_TRACED, traceparent_in
from tests.kit.running.trace_collector import Collected, Recorded, running_collector
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 20.0  # shorter than the SDK itself would take
NOBODY = "http://127.0.0.1:9"
REMOTE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNTRACED = "00-1af7651916cd43dd8448eb211c80319d-b7ad6b7169203332-00"

Make = Callable[..., OpenTelemetry]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    made: list[OpenTelemetry] = []

    def tracer(*, endpoint: str = NOBODY, share: float = 1) -> OpenTelemetry:
        made.append(OpenTelemetry(service="test", endpoint=endpoint, share=share))
        return made[-1]

    yield tracer
    for one in made:
        await one.close()
    await eventually(lambda: not _exporting(), within=PATIENCE_SECONDS)


def _exporting() -> bool:
    """Such a thread draws random numbers, which another test may not expect."""
    return any(thread.name == "OtelBatchSpanRecordProcessor" for thread in threading.enumerate())


async def _sent(make: Make, tell: Callable[[OpenTelemetry], None], *, spans: int) -> list[Recorded]:
    """What a collector gets of it; closing sends all there is, and goes on with it when that takes longer."""
    with running_collector() as collected:
        tracer = make(endpoint=collected.url)
        tell(tracer)
        await tracer.close()
        await eventually(lambda: len(collected.spans) >= spans, within=PATIENCE_SECONDS)
        return _in_order(collected)


def _in_order(collected: Collected) -> list[Recorded]:
    return sorted(collected.spans, key=lambda span: span.name)


async def test_the_first_cause_is_the_parent_and_the_others_are_links(make: Make) -> None:
    def tell(tracer: OpenTelemetry) -> None:
        causes = [tracer.begin("a"), None, tracer.begin("b")]
        effect = tracer.follow("c", causes, commands=3)
        assert effect is not None
        for span in (*causes, effect):
            if span is not None:
                span.end()

    first, second, effect = await _sent(make, tell, spans=3)
    assert (effect.trace_id, effect.parent_id, effect.links) == (first.trace_id, first.span_id, (second.span_id,))
    assert effect.attributes == {"commands": 3}
    assert first.parent_id == second.parent_id == b""


async def test_a_traceparent_is_a_cause(make: Make) -> None:
    def tell(tracer: OpenTelemetry) -> None:
        span = tracer.follow("a", [REMOTE])
        assert span.traceparent is not None
        assert span.traceparent.split("-")[1] == REMOTE.split("-")[1]
        span.end(error="late", seconds=3)

    (span,) = await _sent(make, tell, spans=1)
    assert (span.trace_id.hex(), span.parent_id.hex()) == (REMOTE.split("-")[1], REMOTE.split("-")[2])


@pytest.mark.parametrize(
    "cause",
    [
        None,
        "",
        "nonsense",
        UNTRACED,
        REMOTE + "\n",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
async def test_untraced_and_invalid_causes_start_no_span(make: Make, cause: str | None) -> None:
    assert make().follow("a", [cause]) is NOT_TRACED


async def test_a_cause_that_is_not_traced_does_not_hide_the_next(make: Make) -> None:
    span = make().follow("a", [UNTRACED, REMOTE])
    assert span.traceparent is not None
    assert span.traceparent.split("-")[1] == REMOTE.split("-")[1]


async def test_only_a_share_is_traced(make: Make) -> None:
    assert make(share=0).begin("a") is NOT_TRACED
    assert make(share=1).begin("a") is not NOT_TRACED


async def test_an_unavailable_collector_does_not_delay_the_shutdown(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600")  # the SDK would go on trying
    tracer = make()
    span = tracer.begin("a")
    assert span is not None
    span.end()
    async with asyncio.timeout(CLOSE_SECONDS + PATIENCE_SECONDS):
        await tracer.close()
    await eventually(lambda: not _exporting(), within=PATIENCE_SECONDS)


@pytest.mark.parametrize(("value", "expected"), [(REMOTE, REMOTE), (5, None), (b"00", None), (None, None)])
def test_a_header_may_be_anything(value: object, expected: str | None) -> None:
    assert traceparent_in({"traceparent": value}) == expected
