"""The marketplace of these tests: it publishes events, and looks at what came of them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel

from services.conversations.app import SERVICE_METRICS
from tests.kit.conversations import Conversations, until

DEAD_LETTERED = "marketplace_event.dead_lettered"


async def tell(channel: AbstractChannel, kind: str, data: dict[str, Any], *, at: datetime | None = None) -> None:
    event = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "/marketplace",
        "type": f"marketplace.{kind}.v1",
        "time": (at or datetime.now(UTC)).isoformat(),
        "data": data,
    }
    await publish(channel, kind, json.dumps(event).encode())


async def publish(
    channel: AbstractChannel,
    kind: str,
    body: bytes,
    *,
    content_type: str = "application/cloudevents+json",
    headers: dict[str, str] | None = None,
) -> None:
    exchange = await channel.get_exchange("marketplace.events")
    message = aio_pika.Message(body, content_type=content_type, headers=dict(headers or {}), delivery_mode=2)
    await exchange.publish(message, routing_key=f"marketplace.{kind}")


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
