"""Traffic besides messages, retried until it arrives: typing between people, events from the marketplace."""

import asyncio
import contextlib
import time
import uuid

import aio_pika
import asyncpg

from proof.faults.stage import Stage
from proof.faults.workload import Workload
from tests.kit import marketplace
from tests.kit.client import Socket, connect

ARRIVES_WITHIN_SECONDS = 120.0  # then it does not
AGAIN_SECONDS = 0.5  # between two tries: either may be lost without regret while something is down
TYPING_AGAIN_SECONDS = 2.5  # a repeat within two seconds is not passed on


class DoesNotArrive(Exception):
    """The message names the missing traffic."""


async def marketplace_event_arrives(stage: Stage, _: Workload) -> float:
    """Publish item events until one is applied; the seconds it took."""
    item, began = f"item-{uuid.uuid4().hex}", time.monotonic()
    database = await asyncpg.connect(stage.database_url)
    try:
        while time.monotonic() - began < ARRIVES_WITHIN_SECONDS:
            with contextlib.suppress(aio_pika.exceptions.AMQPError, OSError, TimeoutError):
                await _publish_item(stage, item)
            await asyncio.sleep(AGAIN_SECONDS)
            if await database.fetchval("SELECT EXISTS (SELECT FROM items WHERE id = $1)", item):
                return time.monotonic() - began
    finally:
        await database.close()
    raise DoesNotArrive("an item event was published again and again, and never applied")


async def typing_arrives(stage: Stage, workload: Workload) -> float:
    """Type until the other one is shown it; the seconds it took."""
    conversation, (one, other) = next(iter(workload.conversations.items()))
    began = time.monotonic()
    async with (
        connect(stage.system.delivery[0].url, one, token=stage.target.token(one)) as typist,
        connect(stage.system.delivery[-1].url, other, token=stage.target.token(other)) as viewer,
    ):
        await viewer.send("join_conversation", conversationId=conversation)
        typing = asyncio.create_task(_type(typist, conversation))
        try:
            async with asyncio.timeout(ARRIVES_WITHIN_SECONDS):
                await viewer.expect("typing")
        except TimeoutError:
            raise DoesNotArrive("somebody typed again and again, and the other one was never shown it") from None
        finally:
            typing.cancel()
    return time.monotonic() - began


async def _publish_item(stage: Stage, item: str) -> None:
    async with await aio_pika.connect(stage.system.rabbitmq.url) as connection:
        channel = await connection.channel()
        await marketplace.tell(channel, "item.upserted", {"id": item, "sellerId": "somebody", "title": "A lamp"})


async def _type(typist: Socket, conversation: str) -> None:
    while True:
        await typist.send("typing", conversationId=conversation, isTyping=True)
        await asyncio.sleep(TYPING_AGAIN_SECONDS)
