"""What the marketplace publishes about its people and items."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aio_pika
import orjson
from aio_pika.abc import AbstractChannel

ONE_EVENT = "application/cloudevents+json"


def event(type_: str, data: dict[str, Any], *, at: datetime | None = None) -> dict[str, Any]:
    envelope = {"specversion": "1.0", "id": uuid4().hex, "source": "/marketplace", "type": type_}
    return {**envelope, "time": (at or datetime.now(UTC)).isoformat(), "data": data}


async def tell(channel: AbstractChannel, kind: str, data: dict[str, Any], *, at: datetime | None = None) -> str:
    """Publish an event of a kind, for instance `user.upserted`; its id."""
    told = event(f"marketplace.{kind}.v1", data, at=at)
    await publish(channel, f"marketplace.{kind}", orjson.dumps(told))
    return str(told["id"])


async def publish(
    channel: AbstractChannel,
    routing_key: str,
    body: bytes,
    *,
    content_type: str = ONE_EVENT,
    headers: dict[str, str] | None = None,
    exchange: str = "marketplace.events",
) -> None:
    message = aio_pika.Message(body, content_type=content_type, headers=dict(headers or {}), delivery_mode=2)
    await (await channel.get_exchange(exchange, ensure=False)).publish(message, routing_key, mandatory=False)
