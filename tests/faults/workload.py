"""People who write to each other while things break, and the reading of the tables afterwards."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import aiohttp
import asyncpg

from tests.faults.checker import Stored, StoredConversation, Tables
from tests.faults.good_client import GoodClient
from tests.faults.history import History
from tests.load.target import Target
from tests.support.system import System

DRAIN_SECONDS = 60.0
PAUSE_SECONDS = 0.01  # mean, between two messages of one person


@dataclass
class Workload:
    """Pairs of good clients that keep talking until `stop`."""

    history: History
    clients: dict[str, GoodClient]
    conversations: dict[str, tuple[str, str]]
    stopping: asyncio.Event

    @property
    def acknowledged(self) -> int:
        """How many messages were acknowledged so far."""
        return len(self.history.acknowledged)

    async def until_acknowledged(self, more: int, *, within: float = 60.0) -> None:
        """Wait until `more` messages beyond now are acknowledged."""
        goal = self.acknowledged + more
        async with asyncio.timeout(within):
            while self.acknowledged < goal:  # noqa: ASYNC110 - a count kept by many tasks
                await asyncio.sleep(0.02)

    async def drain(self, tables: Tables) -> None:
        """Wait until everybody has seen all that is stored."""
        async with asyncio.timeout(DRAIN_SECONDS):
            for conversation in tables.conversations:
                for user in conversation.people:
                    client = self.clients[user]
                    while client.seen(conversation.id) < conversation.last_seq:  # noqa: ASYNC110 - as above
                        await asyncio.sleep(0.05)


def target_of(system: System) -> Target:
    """The system's addresses, as a load script wants them."""
    return Target(
        conversations_url=system.conversations.url,
        delivery_url=system.delivery[0].url,
        service_token=system.service_token,
        jwt_secret=system.jwt_secret,
        jwt_issuer=system.issuer,
        jwt_audience=system.audience,
    )


@contextlib.asynccontextmanager
async def talking(system: System, *, pairs: int, seed: int) -> AsyncIterator[Workload]:
    """Start the pairs; inside the block they talk; afterwards their last sends are awaited."""
    target, history, chance = target_of(system), History(), random.Random(seed)  # noqa: S311 - replayable
    sockets = [service.url.replace("http", "ws", 1) + "/ws" for service in system.delivery]
    conversations = {}
    async with aiohttp.ClientSession() as http, contextlib.AsyncExitStack() as stack:
        for number in range(pairs):
            buyer, seller, item = f"buyer-{seed}-{number}", f"seller-{seed}-{number}", f"item-{seed}-{number}"
            await target.put_user(http, buyer)
            await target.put_user(http, seller)
            await target.put_item(http, item, seller)
            conversations[await target.start_conversation(http, buyer, item)] = (buyer, seller)
        people = [user for pair in conversations.values() for user in pair]
        clients = {}
        for number, user in enumerate(people):
            turned = sockets[number % len(sockets) :] + sockets[: number % len(sockets)]
            clients[user] = await stack.enter_async_context(GoodClient(user, target, turned, history))
        workload = Workload(history, clients, conversations, asyncio.Event())
        talkers = [
            asyncio.create_task(_talk(workload, clients[user], conversation, random.Random(chance.random())))  # noqa: S311
            for conversation, pair in conversations.items()
            for user in pair
        ]
        yield workload
        workload.stopping.set()
        await asyncio.gather(*talkers)
        await workload.drain(await read_tables(system.database_url, conversations))


async def _talk(workload: Workload, client: GoodClient, conversation: str, chance: random.Random) -> None:
    number = 0
    while not workload.stopping.is_set():
        number += 1
        await client.send(conversation, f"{client.user} says {number} " + "…" * chance.randrange(20))
        if chance.random() < 0.3:
            await client.mark_read(conversation)
        await asyncio.sleep(chance.expovariate(1 / PAUSE_SECONDS))


async def read_tables(database_url: str, conversations_read: Iterable[str]) -> Tables:
    """Everything stored in these conversations, with the senders' ids."""
    connection = await asyncpg.connect(database_url)
    try:
        conversations = await connection.fetch(
            "SELECT id::text, buyer_id, seller_id, last_seq, buyer_last_read_seq, seller_last_read_seq"
            " FROM conversations WHERE id = ANY ($1::uuid[])",
            list(conversations_read),
        )
        messages = await connection.fetch(
            "SELECT m.conversation_id::text, m.seq, m.client_message_id, m.content,"
            " CASE m.sender_role WHEN 'buyer' THEN c.buyer_id ELSE c.seller_id END AS sender"
            " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
            " WHERE c.id = ANY ($1::uuid[])",
            list(conversations_read),
        )
    finally:
        await connection.close()
    return Tables(
        conversations=[
            StoredConversation(
                row["id"],
                (row["buyer_id"], row["seller_id"]),
                row["last_seq"],
                {row["buyer_id"]: row["buyer_last_read_seq"], row["seller_id"]: row["seller_last_read_seq"]},
            )
            for row in conversations
        ],
        messages=[
            Stored(row["conversation_id"], row["seq"], row["sender"], row["client_message_id"], row["content"])
            for row in messages
        ],
    )
