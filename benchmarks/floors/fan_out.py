"""The limits of the broker and aio-pika: published to an exchange, confirmed, and consumed from queues, in one process.

As in the product, every queue is a reader of its own and gets every message. Publisher and consumers share one
process, one core at most, which is then the bound as much as the broker is.
"""

import asyncio
import time

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

from benchmarks.floors.sample import log_payload
from benchmarks.floors.timings import Timings

EXCHANGE = "floor"


async def carry(amqp_url: str, *, batch: int, in_flight: int, seconds: float, queues: int = 1) -> Timings:
    """Broker messages with `batch` events each, from publishing until the last queue's consumer has them.

    At most `in_flight` of them are not consumed yet; a confirm is awaited for each, and holds no other up.
    """
    arrivals, body = _Arrivals(in_flight, queues, seconds), log_payload(batch)
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC)
        for _ in range(queues):
            await _consume(await connection.channel(), exchange, arrivals)
        under_way = set[asyncio.Task[object]]()
        while not arrivals.timings.over:
            await arrivals.free.acquire()
            message = aio_pika.Message(body, message_id=repr(time.perf_counter()))
            task = asyncio.create_task(exchange.publish(message, "events.c0.s0"))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
    return arrivals.timings


class _Arrivals:
    """Which messages have not reached every queue's consumer."""

    def __init__(self, in_flight: int, queues: int, seconds: float) -> None:
        self.free = asyncio.Semaphore(in_flight)
        self.timings = Timings(seconds)
        self._queues = queues
        self._missing: dict[str, int] = {}

    async def consumed(self, message: AbstractIncomingMessage) -> None:
        assert message.message_id is not None
        missing = self._missing.pop(message.message_id, self._queues) - 1
        if missing:
            self._missing[message.message_id] = missing
            return
        self.timings.note(float(message.message_id))  # it carries the time of its publishing
        self.free.release()


async def _consume(channel: AbstractChannel, exchange: AbstractExchange, arrivals: _Arrivals) -> None:
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(exchange, "events.#")
    await queue.consume(arrivals.consumed, no_ack=True)
