"""The migration that adds tenants, while the previous release uses the database."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from alembic import command
from pydantic import SecretStr

from services.conversations.domain import new_id, new_id_in, shard_of
from services.conversations.migrate import migrate
from services.conversations.settings import DatabaseSettings
from tests.kit.running.servers import Postgres

BEFORE = "0009"
JUST_BEFORE = "0011"
SHARDS = 4

# What the previous release executes.
PUT_USER = (
    "INSERT INTO users (id, name, updated_at) VALUES ($1, 'Ben', now()) ON CONFLICT (id) DO UPDATE SET name = 'Ben'"
)
PUT_ITEM = """
INSERT INTO items (id, seller_id, title, status, updated_at) VALUES ($1, $2, 'Title', 'available', now())
ON CONFLICT (id) DO UPDATE SET title = 'Title'
"""
START = "SELECT * FROM start_conversation($1, $2, $3, $4, $5)"
OF_ITEM = "SELECT id FROM conversations WHERE item_id = $1 ORDER BY last_activity_at DESC LIMIT $2"

KEYS = """
SELECT c.relname AS name, i.indisvalid AS valid,
       (SELECT array_agg(a.attname ORDER BY a.attname)
        FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'conversations'::regclass AND i.indisunique AND NOT i.indisprimary
"""
KEY = {"name": "conversations_key", "valid": True, "columns": ["buyer_id", "item_id", "seller_id", "tenant"]}


@pytest.fixture
async def before(postgres: Postgres, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """The address of a database as the previous release left it."""
    url = postgres.create_database(f"before_{abs(hash(request.node.nodeid))}")
    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, BEFORE))
        patched.setattr("services.conversations.migrate.replace_functions", _leave_them)
        await migrate(_settings(url))
    return url


async def test_the_previous_release_goes_on_while_it_runs_and_after_it(before: str) -> None:
    """It starts conversations in any shard, finds them again, and stores people and items."""
    migrated = asyncio.Event()
    workers = [asyncio.create_task(_previous_release(before, number, migrated)) for number in range(4)]
    await migrate(_settings(before))
    migrated.set()
    started = [id_ for ids in await asyncio.gather(*workers) for id_ in ids]
    connection = await asyncpg.connect(before)
    stored = {row["id"]: row["tenant"] for row in await connection.fetch("SELECT id, tenant FROM conversations")}
    assert stored == dict.fromkeys(started, 0)
    assert [dict(row) for row in await connection.fetch(KEYS)] == [KEY]
    await connection.close()


async def test_conversations_stay_where_they_were_placed(before: str) -> None:
    connection = await asyncpg.connect(before)
    await _put(connection, "lamp")
    ids = {shard: new_id_in(shard, SHARDS) for shard in range(SHARDS)}
    for shard, id_ in ids.items():
        await connection.execute(PUT_USER, f"buyer{shard}")
        await connection.fetchrow(START, shard, id_, "lamp", f"buyer{shard}", None)
    await migrate(_settings(before))
    rows = await connection.fetch("SELECT id, shard FROM conversations")
    assert {row["shard"]: row["id"] for row in rows} == ids
    await connection.close()


async def test_it_can_be_repeated_after_an_interruption_at_its_end(before: str) -> None:
    """What was done is kept: the key is not away for a moment."""
    connection = await asyncpg.connect(before)
    await migrate(_settings(before))
    oid = await connection.fetchval("SELECT 'conversations_key'::regclass::oid")
    await connection.execute("UPDATE alembic_version SET version_num = $1", JUST_BEFORE)
    await migrate(_settings(before))
    assert await connection.fetchval("SELECT 'conversations_key'::regclass::oid") == oid
    await connection.close()


async def test_an_interrupted_build_of_the_key_is_begun_anew(before: str) -> None:
    """It leaves an invalid index behind."""
    connection = await asyncpg.connect(before)
    await migrate(_settings(before))
    await connection.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'conversations_key'::regclass")
    await connection.execute("UPDATE alembic_version SET version_num = $1", JUST_BEFORE)
    await migrate(_settings(before))
    assert [dict(row) for row in await connection.fetch(KEYS)] == [KEY]
    await connection.close()


async def _previous_release(url: str, number: int, migrated: asyncio.Event) -> list[UUID]:
    """Starts conversations until some time after the migration; their ids."""
    connection = await asyncpg.connect(url)
    started: list[UUID] = []
    count = last = 0
    while not migrated.is_set() or count < last + 5:
        if not migrated.is_set():
            last = count
        count += 1
        item, buyer, id_ = f"item-{number}-{count}", f"buyer-{number}", new_id()
        await _put(connection, item)
        first = await connection.fetchrow(START, shard_of(id_, SHARDS), id_, item, buyer, 100_000)
        again = new_id()
        second = await connection.fetchrow(START, shard_of(again, SHARDS), again, item, buyer, 100_000)
        assert first is not None
        assert second is not None
        assert (first["status"], first["conversation_id"]) == ("started", id_)
        assert (second["status"], second["conversation_id"]) == ("existing", id_)
        assert [row["id"] for row in await connection.fetch(OF_ITEM, item, 10)] == [id_]
        started.append(id_)
    await connection.close()
    return started


async def _leave_them(_: asyncpg.Connection) -> None:
    """Its functions are those of its migrations."""


async def _put(connection: asyncpg.Connection, item: str) -> None:
    await connection.execute(PUT_USER, "ben")
    await connection.execute(PUT_ITEM, item, "ben")


def _settings(url: str) -> DatabaseSettings:
    return DatabaseSettings(database_url=SecretStr(url), log_shards=SHARDS)
