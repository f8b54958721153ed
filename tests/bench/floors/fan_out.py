"""What the broker and aio-pika can do: published to an exchange, confirmed, consumed from one queue, in one process."""

import asyncio
import time
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from tests.bench.floors.sample import log_payload

EXCHANGE = "floor"


@dataclass(frozen=True)
class Carried:
    """How long each broker message took from publishing to the consumer, in seconds, and how long it all took."""

    took: list[float]
    seconds: float
    batch: int

    @property
    def rate(self) -> float:
        """Our messages, not the broker's, a second."""
        return self.batch * len(self.took) / self.seconds


async def carry(amqp_url: str, *, batch: int, in_flight: int, seconds: float) -> Carried:
    """Broker messages with `batch` events each, `in_flight` of them unconfirmed or not consumed yet."""
    took: list[float] = []
    free, body = asyncio.Semaphore(in_flight), log_payload(batch)

    async def consumed(message: AbstractIncomingMessage) -> None:
        assert message.message_id is not None
        took.append(time.perf_counter() - float(message.message_id))  # it carries the time of its publishing
        free.release()

    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "events.#")
        await queue.consume(consumed, no_ack=True)
        began, under_way = time.perf_counter(), set[asyncio.Task[object]]()
        while (now := time.perf_counter()) < began + seconds:
            await free.acquire()
            message = aio_pika.Message(body, message_id=repr(time.perf_counter()))
            task = asyncio.create_task(exchange.publish(message, "events.c0.s0"))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        carried = Carried(list(took), now - began, batch)
        await asyncio.gather(*under_way)
    return carried
