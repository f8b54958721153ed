"""People who write to each other while things break, and the reading of the tables afterwards."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from benchmarks.load.target import Target, introduce
from proof.faults.checker import Violation, has_settled, violations
from proof.faults.good_client import LIFETIME_SECONDS, GoodClient
from proof.faults.history import History, Message
from proof.faults.tables import StoredConversation, Tables

PATIENCE_SECONDS = 180.0  # a busy machine is slow, and may stand still meanwhile
SETTLE_SECONDS = 120.0
STILL_SECONDS = 0.3  # so long nothing may change for the end to have come
PAUSE_SECONDS = 0.03  # mean, between two messages of one person
SHARE_GIVING_UP = 0.2  # of the sends, after the first error
SHARE_MARKED_READ = 0.3


@dataclass(frozen=True)
class Manners:
    """How people behave. Half of those with tokens that end soon refresh them."""

    pairs: int = 6
    pause_seconds: float = PAUSE_SECONDS
    share_giving_up: float = SHARE_GIVING_UP
    token_seconds: float = LIFETIME_SECONDS


@dataclass
class Workload:
    """Pairs of good clients that keep talking until `stopping`."""

    history: History
    clients: dict[str, GoodClient]
    conversations: dict[str, tuple[str, str]]
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    tables: Tables | None = None
    """What was stored in the end."""
    lost_before: float | None = None
    """What was acknowledged before may be gone, for the database went back; nothing later."""
    lost: int = 0
    """How much that was."""
    violations: list[Violation] = field(default_factory=list)
    """What the checker found then."""

    @property
    def acknowledged(self) -> int:
        return len(self.history.acknowledged)

    async def until_acknowledged(self, more: int, *, within: float = PATIENCE_SECONDS) -> None:
        """Wait until `more` messages beyond now are acknowledged."""
        goal = self.acknowledged + more
        async with asyncio.timeout(within):
            while self.acknowledged < goal:  # noqa: ASYNC110 - a count kept by many tasks
                await asyncio.sleep(0.02)

    async def until_everybody_hears(self, *, within: float = PATIENCE_SECONDS) -> float:
        """Wait until each client was pushed a message from now on; the seconds it took."""
        began = time.monotonic()
        async with asyncio.timeout(within):
            while min(c.last_push_at for c in self.clients.values()) < began:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def settle(self, database_url: str) -> Tables:
        """Wait until nothing changes and everybody has all of it; past the time the checker says what is missing."""
        began = time.monotonic()
        before = await read_tables(database_url, self.conversations)
        while True:
            await asyncio.sleep(STILL_SECONDS)
            told = await self._note_unread_counts()
            tables = await read_tables(database_url, self.conversations)
            still = tables == before and told and has_settled(self.history, tables)
            if still or time.monotonic() - began > SETTLE_SECONDS:
                return tables
            before = tables

    async def _note_unread_counts(self) -> bool:
        try:
            for user, client in self.clients.items():
                async for conversation in client.rest.list_conversations():
                    self.history.unread_counts[user, conversation["id"]] = conversation["unreadCount"]
        except (aiohttp.ClientError, TimeoutError):
            return False
        return True


@contextlib.asynccontextmanager
async def talking(
    target: Target, sockets: list[str], *, database_url: str, seed: int, manners: Manners | None = None
) -> AsyncIterator[Workload]:
    """Start the pairs; inside the block they talk; afterwards their last sends are awaited and all settles."""
    manners, chance, history = manners or Manners(), random.Random(seed), History()  # noqa: S311 - replayable
    conversations = await _start_conversations(target, seed, manners.pairs)
    async with contextlib.AsyncExitStack() as stack:
        clients = {}
        for number, user in enumerate(user for pair in conversations.values() for user in pair):
            turned = sockets[number % len(sockets) :] + sockets[: number % len(sockets)]
            client = GoodClient(
                user, target, turned, history, token_seconds=manners.token_seconds, refreshes=number % 4 < 2
            )
            clients[user] = await stack.enter_async_context(client)
        workload = Workload(history, clients, conversations)
        talkers = []
        for conversation, pair in conversations.items():
            for user, other in (pair, reversed(pair)):
                clients[user].view.counterparts[conversation] = other
                talk = _talk(workload, clients[user], conversation, manners, random.Random(chance.random()))  # noqa: S311
                talkers.append(asyncio.create_task(talk, name=f"{user} talks"))
        try:
            yield workload
        finally:
            workload.stopping.set()
            await asyncio.gather(*talkers)
        workload.tables = await workload.settle(database_url)
        if workload.lost_before is not None:
            stored = [(m.conversation, m.sender, m.client_message_id) for m in workload.tables.messages]
            workload.lost = history.forget_lost(stored, before=workload.lost_before)
        # Before the clients go, one by one: what came to them meanwhile would not be in the tables.
        workload.violations = violations(history, workload.tables)


async def _start_conversations(target: Target, seed: int, pairs: int) -> dict[str, tuple[str, str]]:
    conversations = {}
    run = f"{seed}-{time.monotonic_ns()}"  # the same seed may be played again in the same database
    async with aiohttp.ClientSession() as http:
        for number in range(pairs):
            couple = await introduce(http, target, f"{run}-{number}")
            conversations[couple.conversation_id] = (couple.buyer_id, couple.seller_id)
    return conversations


async def _talk(
    workload: Workload, client: GoodClient, conversation: str, manners: Manners, chance: random.Random
) -> None:
    number = 0
    while not workload.stopping.is_set():
        number += 1
        text = f"{client.user} says {number} " + "…" * chance.randrange(20)
        await client.send(conversation, text, gives_up=chance.random() < manners.share_giving_up)
        if chance.random() < SHARE_MARKED_READ:
            await client.mark_read(conversation)
        await asyncio.sleep(chance.expovariate(1 / manners.pause_seconds))


async def read_tables(database_url: str, conversations_read: Iterable[str]) -> Tables:
    """Everything stored in these conversations, with the senders' ids."""
    connection = await asyncpg.connect(database_url)
    try:
        conversations = await connection.fetch(
            "SELECT id::text, buyer_id, seller_id, last_seq, buyer_last_read_seq, seller_last_read_seq"
            " FROM conversations WHERE id = ANY ($1::uuid[]) ORDER BY id",
            list(conversations_read),
        )
        messages = await connection.fetch(
            "SELECT m.conversation_id::text, m.seq,"
            " CASE m.sender_role WHEN 'buyer' THEN c.buyer_id ELSE c.seller_id END AS sender,"
            " m.client_message_id, m.content"
            " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
            " WHERE c.id = ANY ($1::uuid[]) ORDER BY m.conversation_id, m.seq",
            list(conversations_read),
        )
        cursors = await connection.fetch("SELECT shard, pos FROM consumer_cursors WHERE consumer = 'notifications'")
        heads = await connection.fetch("SELECT shard, head_pos FROM log_shards")
    finally:
        await connection.close()
    return Tables(
        conversations=[
            StoredConversation(id_, (buyer, seller), last_seq, {buyer: buyers_mark, seller: sellers_mark})
            for id_, buyer, seller, last_seq, buyers_mark, sellers_mark in conversations
        ],
        messages=[Message(*row) for row in messages],
        cursors={row["shard"]: row["pos"] for row in cursors},
        heads={row["shard"]: row["head_pos"] for row in heads},
    )
