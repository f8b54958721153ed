"""The migration that adds the shard to messages and their keys, while the previous release uses the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from services.conversations.domain import new_id, new_id_in, shard_of
from services.conversations.migrate import migrate
from services.conversations.settings import DatabaseSettings
from tests.kit.conversations import until
from tests.kit.running.servers import Postgres

BEFORE = "0017"
SHARDS = 4
FILLED = 3_000  # messages of each conversation: more than one batch of the migration

# What the previous release executes.
START = "SELECT * FROM start_conversation($1, $2, 'lamp', $3)"
APPLY = "SELECT * FROM apply_commands($1, $2, $3, $4, $5, $6, $7, $8)"
PAGE = "SELECT content FROM messages WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT 10"
READ = "SELECT count(*) FROM messages WHERE conversation_id = '{id}'"
CHANGE = "UPDATE messages SET content = 'changed' WHERE conversation_id = '{id}' AND seq = {seq}"

FILL = """
INSERT INTO messages (conversation_id, seq, id, sender_role, client_message_id, content, created_at, event_pos)
SELECT $1, n, gen_random_uuid(), 'buyer', 'filled-' || n, 'filled', now(), n FROM generate_series(1, $2::integer) n
"""
FILL_VERSIONS = """
INSERT INTO message_versions (conversation_id, seq, version, content, written_at)
SELECT $1, n, 0, 'earlier', now() FROM generate_series(1, $2::integer) n
"""
MIGRATION = """
FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'conversations.migrate'
"""
COUNT_UP = "UPDATE conversations SET last_seq = $2, last_message_id = gen_random_uuid() WHERE id = $1"
PLACES = "SELECT seq, ctid, xmin FROM messages WHERE conversation_id = $1 ORDER BY seq"
MISPLACED = """
SELECT count(*) FROM (
    SELECT conversation_id, shard FROM messages UNION ALL SELECT conversation_id, shard FROM message_versions
) AS m JOIN conversations c ON c.id = m.conversation_id
WHERE m.shard <> c.shard
"""
KEYS = """
SELECT pg_get_indexdef(indexrelid) AS key FROM pg_index
WHERE indrelid IN ('messages'::regclass, 'message_versions'::regclass) AND indisunique
"""
WAITING = f"SELECT count(*) {MIGRATION} AND wait_event_type = 'Lock' AND query LIKE $1"
TERMINATE = f"SELECT pg_terminate_backend(pid) {MIGRATION}"


@pytest.fixture
async def before(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of a database as the previous release left it, with the functions of its migrations."""
    url = postgres.create_database(f"before_{abs(hash(request.node.nodeid))}")
    upgrade = command.upgrade

    async def leave_them(_: asyncpg.Connection) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, BEFORE))
        patched.setattr("services.conversations.migrate.replace_functions", leave_them)
        await migrate(_settings(url))
    return url


@pytest.fixture
async def database(before: str) -> AsyncIterator[asyncpg.Connection]:
    """With a seller, and an item of theirs."""
    connection = await asyncpg.connect(before)
    await connection.execute("INSERT INTO users (id, name, updated_at) VALUES ('ben', 'Ben', now())")
    await connection.execute(
        "INSERT INTO items (id, seller_id, title, status, updated_at) VALUES ('lamp', 'ben', 'Lamp', 'sold', now())"
    )
    yield connection
    await connection.close()


async def test_people_write_while_it_runs_and_after_it(before: str, database: asyncpg.Connection) -> None:
    """They start conversations, send and repeat, change and read messages."""
    await _fill(database)
    migrated = asyncio.Event()
    writers = [asyncio.create_task(_previous_release(before, number, migrated)) for number in range(SHARDS)]
    await migrate(_settings(before))
    migrated.set()
    await asyncio.gather(*writers)
    assert {row["shard"] for row in await database.fetch("SELECT DISTINCT shard FROM messages")} == set(range(SHARDS))
    await _assert_migrated(database)


async def test_messages_from_before_keep_their_client_ids(before: str, database: asyncpg.Connection) -> None:
    """A repeat answers with the stored message."""
    ids = await _fill(database)
    await migrate(_settings(before))
    for id_ in ids:
        stored = await database.fetchrow("SELECT id, seq FROM messages WHERE conversation_id = $1 AND seq = 7", id_)
        sent = await _send(database, id_, f"buyer{shard_of(id_, SHARDS)}", "filled-7", "filled")
        assert stored is not None
        assert (sent["message_id"], sent["seq"], sent["duplicate"]) == (stored["id"], stored["seq"], True)


async def test_messages_of_the_first_shard_are_not_rewritten(before: str, database: asyncpg.Connection) -> None:
    """Those of a log with one shard."""
    first, *_ = await _fill(database)
    places = await database.fetch(PLACES, first)
    await migrate(_settings(before))
    assert await database.fetch(PLACES, first) == places
    await _assert_migrated(database)


@pytest.mark.parametrize(
    ("beside", "in_shard", "interrupted"),
    [
        pytest.param(CHANGE, 3, "%UPDATE messages t SET shard%", id="filling"),
        pytest.param(CHANGE, 0, "CREATE UNIQUE INDEX CONCURRENTLY messages_key %", id="building"),
        pytest.param(READ, 0, "ALTER TABLE messages DROP CONSTRAINT%", id="replacing"),
    ],
)
async def test_it_can_be_repeated_after_an_interruption(
    before: str, database: asyncpg.Connection, beside: str, in_shard: int, interrupted: str
) -> None:
    """While it fills the column, builds a key, or waits to replace the keys."""
    ids = await _fill(database)
    async with _connection(before) as gate, _connection(before) as other:
        await gate.execute("BEGIN; LOCK TABLE conversations")
        migrating = asyncio.create_task(migrate(_settings(before)))
        await _waits(database, "%SELECT FROM conversations WHERE shard <> 0%")
        await other.execute("BEGIN")
        await other.execute(beside.format(id=ids[in_shard], seq=FILLED))
        await gate.execute("ROLLBACK")
        await _waits(database, interrupted)
        await database.execute(TERMINATE)
        with pytest.raises(SQLAlchemyError):
            await migrating
    filled = await database.fetchval("SELECT count(*) FROM messages WHERE shard > 0")
    assert 0 < filled < 3 * FILLED if in_shard == 3 else filled == 3 * FILLED
    await migrate(_settings(before))
    await _assert_migrated(database)


async def test_writers_pass_while_it_waits_for_a_lock(before: str, database: asyncpg.Connection) -> None:
    id_ = (await _fill(database))[0]
    async with _connection(before) as reader:
        await reader.execute("BEGIN")
        await reader.execute(READ.format(id=id_))
        migrating = asyncio.create_task(migrate(_settings(before)))
        for attempt in range(2):
            await _waits(database, "%ADD COLUMN%")
            sent = await _send(database, id_, f"buyer{shard_of(id_, SHARDS)}", f"patient-{attempt}", "hello")
            assert sent["status"] == "stored"
        assert not migrating.done()
    await migrating
    await _assert_migrated(database)


async def _previous_release(url: str, number: int, migrated: asyncio.Event) -> None:
    """Writes until some time after the migration, and finds what it wrote."""
    count = last = 0
    async with _connection(url) as connection:
        while not migrated.is_set() or count < last + 5:
            if not migrated.is_set():
                last = count
            count += 1
            id_, buyer = new_id(), f"writer-{number}-{count}"
            await connection.fetchrow(START, shard_of(id_, SHARDS), id_, buyer)
            for seq, text in enumerate(("one", "two"), start=1):
                sent = await _send(connection, id_, buyer, text, text)
                again = await _send(connection, id_, buyer, text, text)
                assert (sent["status"], sent["seq"], sent["duplicate"]) == ("stored", seq, False)
                assert (again["status"], again["seq"], again["duplicate"]) == ("stored", seq, True)
            await connection.execute(CHANGE.format(id=id_, seq=1))
            assert [row["content"] for row in await connection.fetch(PAGE, id_, 3)] == ["two", "changed"]


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        connection.terminate()


async def _fill(connection: asyncpg.Connection) -> list[UUID]:
    """A conversation in each shard, with messages and earlier texts of them."""
    ids = [new_id_in(shard, SHARDS) for shard in range(SHARDS)]  # in the order of their keys, which are UUIDv7
    for shard, id_ in enumerate(ids):
        await connection.fetchrow(START, shard, id_, f"buyer{shard}")
        await connection.execute(FILL, id_, FILLED)
        await connection.execute(FILL_VERSIONS, id_, 10)
        await connection.execute(COUNT_UP, id_, FILLED)
    return ids


async def _send(connection: asyncpg.Connection, id_: UUID, user: str, key: str, text: str) -> asyncpg.Record:
    shard = shard_of(id_, SHARDS)
    row = await connection.fetchrow(APPLY, shard, ["send_message"], [user], [id_], [key], [new_id()], [text], [None])
    assert row is not None
    return row


async def _waits(connection: asyncpg.Connection, statement: str) -> None:
    """Until the migration waits for a lock with this statement."""
    await until(lambda: connection.fetchval(WAITING, statement), bool)


async def _assert_migrated(connection: asyncpg.Connection) -> None:
    assert await connection.fetchval(MISPLACED) == 0
    assert {row["key"].split(" ON public.")[1] for row in await connection.fetch(KEYS)} == {
        "messages USING btree (conversation_id, seq, shard)",
        "messages USING btree (conversation_id, sender_role, shard, client_message_key(client_message_id))",
        "message_versions USING btree (conversation_id, seq, version, shard)",
    }


def _settings(url: str) -> DatabaseSettings:
    return DatabaseSettings(database_url=SecretStr(url), log_shards=SHARDS)
