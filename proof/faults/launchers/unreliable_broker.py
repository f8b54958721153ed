"""`python -m proof.faults.launchers.unreliable_broker ORDERS services.delivery`: tampers with the broker's messages.

The orders `{"drop": p, "double": p, "delay": p, "seed": n}` give the share of messages, batches and beacons alike, that
are dropped, come twice, or are overtaken by later ones.
"""

import asyncio
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aio_pika.abc import AbstractIncomingMessage

from proof.faults.launchers.orders import Orders, run_service
from services.delivery.log.consumer import EventConsumer

LATE_SECONDS = 0.3  # at most; some tens of batches overtake


@dataclass
class Tampered:
    """A message as the consumer reads it. To acknowledge it acknowledges all that the broker has brought by then."""

    body: bytes
    headers: Mapping[str, Any]
    routing_key: str | None
    newest: list[AbstractIncomingMessage]

    async def ack(self, *, multiple: bool) -> None:
        """In the broker's own order, in which nothing is missing."""
        await self.newest[0].ack(multiple=multiple)


def install(orders: Orders) -> None:
    """Sit between the broker's deliveries and the worker that applies them."""
    chance = random.Random()  # noqa: S311 - replayable, once it has its seed
    newest: list[AbstractIncomingMessage] = []

    async def tamper(self: EventConsumer, message: AbstractIncomingMessage) -> None:
        rates, are_new = orders.read()
        if are_new:
            chance.seed(rates.get("seed"))
        newest[:] = [message]
        copy: Any = Tampered(message.body, message.headers, message.routing_key, newest)
        loop, draw = asyncio.get_running_loop(), chance.random()
        drop, double, delay = (rates.get(name, 0.0) for name in ("drop", "double", "delay"))
        if draw < drop:
            return
        if draw < drop + delay:
            loop.call_later(chance.uniform(0, LATE_SECONDS), self._arrived.put_nowait, copy)
            return
        self._arrived.put_nowait(copy)
        if draw < drop + delay + double:
            loop.call_later(chance.uniform(0, LATE_SECONDS), self._arrived.put_nowait, copy)

    patch.object(EventConsumer, "_enqueue", tamper).start()


if __name__ == "__main__":
    install(Orders(Path(sys.argv[1])))
    run_service(sys.argv[2:])
