"""Where a conversation is placed: one shard per item and buyer, wherever older releases placed theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import asyncpg
import pytest

from services.conversations.domain import new_id, new_id_in, placement, shard_of
from tests.kit.conversations import Conversations, running_conversations

SHARDS = 4
PROCESSES = 3  # applications, each with its own connections
STARTS = 1000

BEFORE = "SELECT * FROM start_conversation($1, $2, $3, $4)"
"""As older releases call it, in the shard of a random id."""


@pytest.fixture(scope="module")
def sharded_database(new_database: Callable[[int], str]) -> str:
    return new_database(SHARDS)


@pytest.fixture
async def sharded(sharded_database: str) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=sharded_database, log_shards=SHARDS) as running:
        yield running


@pytest.fixture
async def connection(sharded_database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(sharded_database)
    yield opened
    await opened.close()


async def test_a_thousand_starts_at_once_get_one_conversation(
    sharded: Conversations, sharded_database: str, connection: asyncpg.Connection
) -> None:
    """Through several applications, and with those of the previous release among them in every shard."""
    await sharded.put_item("wanted", seller="ben")
    async with (
        running_conversations(database_url=sharded_database, log_shards=SHARDS) as second,
        running_conversations(database_url=sharded_database, log_shards=SHARDS) as third,
        asyncpg.create_pool(sharded_database, min_size=SHARDS, max_size=SHARDS) as pool,
    ):
        replicas = (sharded, second, third)
        assert len(replicas) == PROCESSES
        answers, old = await asyncio.gather(
            asyncio.gather(*(replicas[number % PROCESSES].start("wanted", buyer="amira") for number in range(STARTS))),
            asyncio.gather(*(_start_as_before(pool, new_id(), "wanted", "amira") for _ in range(20))),
        )
    assert {answer.status for answer in answers} <= {200, 201}
    created = [answer.status for answer in answers].count(201) + [row["status"] for row in old].count("started")
    assert created == 1
    ids = {answer.body["id"] for answer in answers} | {str(row["conversation_id"]) for row in old}
    assert len(ids) == 1
    assert await connection.fetchval("SELECT count(*) FROM conversations WHERE item_id = 'wanted'") == 1


async def test_a_new_conversation_is_in_the_shard_of_its_item_and_buyer(
    sharded: Conversations, connection: asyncpg.Connection
) -> None:
    """Its id agrees, so that every later command finds the shard by the id alone."""
    for number in range(12):
        await sharded.put_item(f"placed{number}", seller="ben")
        started = await sharded.start(f"placed{number}", buyer="amira")
        wanted = placement(tenant=0, item_id=f"placed{number}", buyer_id="amira", shards=SHARDS)
        id_ = UUID(started.body["id"])
        assert shard_of(id_, SHARDS) == wanted
        assert await connection.fetchval("SELECT shard FROM conversations WHERE id = $1", id_) == wanted


async def test_a_conversation_that_an_older_release_placed_elsewhere_is_found(
    sharded: Conversations, connection: asyncpg.Connection
) -> None:
    await sharded.put_item("harp", seller="ben")
    elsewhere = (placement(tenant=0, item_id="harp", buyer_id="amira", shards=SHARDS) + 1) % SHARDS
    row = await _start_as_before(connection, new_id_in(elsewhere, SHARDS), "harp", "amira")
    assert row["status"] == "started"
    found = await sharded.start("harp", buyer="amira")
    assert (found.status, found.body["id"]) == (200, str(row["conversation_id"]))
    sent = await sharded.request(
        "POST",
        f"/api/conversations/{found.body['id']}/messages",
        user="amira",
        body={"content": "Hello!", "clientMessageId": "1"},
    )
    assert sent.status == 201


async def test_the_previous_release_finds_a_conversation_of_this_one(
    sharded: Conversations, connection: asyncpg.Connection
) -> None:
    await sharded.put_item("lyre", seller="ben")
    started = await sharded.start("lyre", buyer="amira")
    row = await _start_as_before(connection, new_id(), "lyre", "amira")
    assert (row["status"], str(row["conversation_id"])) == ("existing", started.body["id"])


async def test_another_tenants_key_is_its_own(sharded: Conversations, connection: asyncpg.Connection) -> None:
    """Tenant, item, buyer and seller are unique together."""
    await sharded.put_item("drum", seller="ben")
    started = await sharded.start("drum", buyer="amira")
    copy = """
        INSERT INTO conversations (id, tenant, shard, item_id, buyer_id, seller_id, updated_event_pos, facts_event_pos,
                                   last_activity_at, activity_bucket, created_at)
        SELECT $2, $3, shard, item_id, buyer_id, seller_id, 0, 0, last_activity_at, activity_bucket, created_at
        FROM conversations WHERE id = $1
    """
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(copy, UUID(started.body["id"]), new_id(), 0)
    await connection.execute(copy, UUID(started.body["id"]), new_id(), 1)
    assert (await sharded.start("drum", buyer="amira")).body["id"] == started.body["id"]


async def _start_as_before(
    connection: asyncpg.Connection | asyncpg.Pool, id_: UUID, item_id: str, buyer_id: str
) -> asyncpg.Record:
    row = await connection.fetchrow(BEFORE, shard_of(id_, SHARDS), id_, item_id, buyer_id)
    assert row is not None
    return row
