"""What came of the marketplace's events."""

from collections.abc import Callable
from typing import Any

from services.conversations.app import SERVICE_METRICS
from tests.kit.conversations import Conversations, until

DEAD_LETTERED = "marketplace_event.dead_lettered"


async def until_found(service: Conversations, path: str, expected: Callable[[Any], bool]) -> Any:
    answer = await until(
        lambda: service.request("GET", path, service=True),
        lambda answer: answer.status == 200 and expected(answer.body),
    )
    return answer.body


def dead_lettered(service: Conversations) -> float:
    samples = [
        sample.value
        for metric in service.app[SERVICE_METRICS].marketplace_events.collect()
        for sample in metric.samples
        if sample.name.endswith("_total") and sample.labels["result"] == "dead_lettered"
    ]
    return sum(samples)
