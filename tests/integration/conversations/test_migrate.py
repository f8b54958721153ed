"""Migrating: from empty, again, twice at once; the log's partitions; what the service makes of a wrong database."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from deploy.native.folders import REPOSITORY
from services.conversations.migrate import DatabaseUnusable, migrate, start_new_epoch
from services.conversations.migrations.revisions import newest_revision
from services.conversations.settings import DatabaseSettings
from services.conversations.store import partitions
from services.conversations.store.schema import WrongShardCount
from tests.kit.conversations import running_conversations, until
from tests.kit.running.servers import Postgres
from tests.kit.running.tcp_proxy import TcpProxy

PASSWORD = "the-password"
NOWHERE = f"postgresql://messaging:{PASSWORD}@127.0.0.1:1/messaging"
Command = Callable[[DatabaseSettings], Awaitable[object]]


@pytest.fixture
def empty_database(postgres: Postgres, request: pytest.FixtureRequest) -> str:
    return postgres.create_database(f"empty_{abs(hash(request.node.nodeid))}")


@pytest.fixture
def own_database(new_database: Callable[[int], str]) -> str:
    return new_database(1)


@pytest.fixture
async def connection(own_database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(own_database)
    yield opened
    await opened.close()


async def test_replicas_that_migrate_at_once_take_turns_and_again_changes_nothing(empty_database: str) -> None:
    settings = DatabaseSettings(database_url=empty_database, log_shards=2)
    await asyncio.gather(*(migrate(settings) for _ in range(3)))
    connection = await asyncpg.connect(empty_database)
    before = await connection.fetchrow("SELECT epoch, (SELECT count(*) FROM log_shards) AS shards FROM log_epoch")
    await migrate(settings)
    after = await connection.fetchrow("SELECT epoch, (SELECT count(*) FROM log_shards) AS shards FROM log_epoch")
    assert before == after
    assert after is not None
    assert after["shards"] == 2
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == newest_revision()
    await connection.close()


async def test_a_database_that_is_still_starting_is_waited_for(empty_database: str) -> None:
    """Where everything is started at once, nobody knows what comes first."""
    address = urlsplit(empty_database)
    assert address.port is not None
    async with TcpProxy(host="127.0.0.1", port=address.port) as link:
        link.cut()
        url = empty_database.replace(f":{address.port}/", f":{link.port}/")
        with capture_logs() as logs:
            migrating = asyncio.create_task(migrate(DatabaseSettings(database_url=SecretStr(url))))
            async with asyncio.timeout(60):
                while not logs:
                    link.reset_all()  # sooner than connecting runs out of time
                    await asyncio.sleep(0.05)
        assert {line["event"] for line in logs} == {"database.unreachable"}
        link.heal()
        link.reset_all()
        await migrating


async def test_the_number_of_shards_is_fixed_by_the_first_migration(new_database: Callable[[int], str]) -> None:
    url = new_database(1)
    with pytest.raises(WrongShardCount):
        await migrate(DatabaseSettings(database_url=url, log_shards=4))
    with pytest.raises(WrongShardCount):
        async with running_conversations(database_url=url, log_shards=4):
            pass


async def test_on_an_empty_database_the_service_reports_the_missing_migration(empty_database: str) -> None:
    async with running_conversations(database_url=empty_database) as service:
        ready = await until(lambda: service.request("GET", "/readyz"), lambda answer: "migrate" in str(answer.body))
        assert ready.status == 503
        reasons = {error["field"]: error["message"] for error in ready.body["errors"]}
        assert "migrate" in reasons["database"]
        await migrate(DatabaseSettings(database_url=empty_database))
        await until(lambda: service.request("GET", "/readyz"), lambda answer: answer.status == 200)


async def test_partitions_are_made_ahead_once(connection: asyncpg.Connection) -> None:
    began = datetime.now(UTC)
    # The database's template was migrated before other tests: meanwhile one more may have come due.
    assert await partitions.make_ahead(connection, hours=6) <= 1
    assert await partitions.make_ahead(connection, hours=6) == 0
    ends = [row["ends_at"] for row in await connection.fetch(partitions.PARTITIONS)]
    assert max(ends) >= began + timedelta(hours=partitions.AHEAD_HOURS)
    assert await _partition_of_now(connection) != "event_log_default"


async def test_concurrent_partition_makers_take_turns(
    own_database: str, connection: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that was started before `migrate` leads as soon as there are tables."""
    monkeypatch.setattr(partitions, "LOCK_SECONDS", 60)
    for row in await connection.fetch(partitions.PARTITIONS):
        await connection.execute(f"DROP TABLE {row['name']}")
    other = await asyncpg.connect(own_database)
    made = await asyncio.gather(*(partitions.make_ahead(one, hours=6) for one in (connection, other)))
    assert sum(made) == len(await connection.fetch(partitions.PARTITIONS)) > 0
    await other.close()


async def test_rows_in_the_default_partition_are_moved(connection: asyncpg.Connection) -> None:
    for row in await connection.fetch(partitions.PARTITIONS):
        await connection.execute(f"DROP TABLE {row['name']}")
    await _log(connection, pos=1, age=timedelta())
    assert await _partition_of_now(connection) == "event_log_default"
    assert await partitions.make_ahead(connection, hours=6) > 0
    assert await _partition_of_now(connection) != "event_log_default"
    assert await connection.fetchval("SELECT count(*) FROM event_log") == 1
    assert await connection.fetchval("SELECT count(*) FROM event_log_default") == 0


async def test_a_partition_that_is_missing_among_newer_ones_is_made(connection: asyncpg.Connection) -> None:
    """Somebody dropped it, or the clock was ahead when they were made."""
    now = datetime.now(UTC)
    for row in await connection.fetch(partitions.PARTITIONS):
        if row["begins_at"] <= now:
            await connection.execute(f"DROP TABLE {row['name']}")
    await _log(connection, pos=1, age=timedelta())
    assert await partitions.count_strayed(connection) == 1
    assert await partitions.make_ahead(connection, hours=6) == 1
    assert await partitions.count_strayed(connection) == 0
    assert await _partition_of_now(connection) != "event_log_default"


async def test_rows_of_a_distant_time_are_moved_too(connection: asyncpg.Connection) -> None:
    """The clock was a month ahead for a moment, or partitions of today's rows are made for other hours."""
    await _log(connection, pos=1, age=timedelta(days=-30))
    await _log(connection, pos=2, age=timedelta(hours=40))
    assert await partitions.make_ahead(connection, hours=4) >= 2
    assert await partitions.count_strayed(connection) == 0
    assert await _positions(connection) == [1, 2]
    assert await partitions.make_ahead(connection, hours=4) == 0


async def test_the_span_of_a_detached_partition_is_covered_again(connection: asyncpg.Connection) -> None:
    name = await _partition_of_now(connection)
    await connection.execute(f"ALTER TABLE event_log DETACH PARTITION {name}")
    assert await partitions.make_ahead(connection, hours=6) == 1
    assert await _partition_of_now(connection) not in ("event_log_default", name)


async def test_old_partitions_are_dropped_and_the_floor_rises(
    own_database: str, connection: asyncpg.Connection
) -> None:
    old = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=100)
    await connection.execute(
        f"CREATE TABLE event_log_{old:%Y%m%d%H} PARTITION OF event_log "
        f"FOR VALUES FROM ('{old.isoformat()}') TO ('{(old + timedelta(hours=6)).isoformat()}')"
    )
    for pos in (1, 2, 3):
        await _log(connection, pos=pos, age=timedelta(hours=99))
    await _log(connection, pos=4, age=timedelta())
    assert await partitions.drop_old(connection, retention_hours=48) == 1
    assert await _positions(connection) == [4]
    async with running_conversations(database_url=own_database) as service:
        params = {"shard": 0, "after": 2}
        gone = await service.request("GET", "/internal/log", service=True, params=params)
        assert (gone.status, gone.code) == (410, "log_truncated")
        heads = await service.request("GET", "/internal/log/heads", service=True)
        assert heads.body["shards"] == [{"shard": 0, "head": 4, "floor": 3}]


async def test_old_rows_in_the_default_partition_are_deleted_too(connection: asyncpg.Connection) -> None:
    await _log(connection, pos=1, age=timedelta(hours=60))
    await _log(connection, pos=2, age=timedelta(hours=30))
    await partitions.drop_old(connection, retention_hours=48)
    assert await _positions(connection) == [2]
    assert await connection.fetchval("SELECT floor_pos FROM log_shards") == 1


async def test_upkeep_gives_way_to_writers(own_database: str, connection: asyncpg.Connection) -> None:
    """It waits for the log half a second at most, and tries again later."""
    for row in await connection.fetch(partitions.PARTITIONS):
        await connection.execute(f"DROP TABLE {row['name']}")
    writer = await asyncpg.connect(own_database)
    await writer.execute("BEGIN; SELECT FROM log_shards FOR UPDATE")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await partitions.make_ahead(connection, hours=6)
    await writer.close()


@pytest.mark.parametrize("command", [migrate, start_new_epoch])
async def test_an_unreachable_database_is_named(
    command: Command, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.conversations.migrate.UNREACHABLE_SECONDS", 0.0)
    for addresses, named in (
        ({"database_url": NOWHERE}, "DATABASE_URL"),
        ({"database_url": postgres.dsn(), "database_direct_url": NOWHERE}, "DATABASE_DIRECT_URL"),
    ):
        complaint = await _complaint(command, **addresses)
        assert complaint == f"{named}: no connection to the database: ConnectionRefusedError"


async def test_a_database_that_refuses_is_named(postgres: Postgres) -> None:
    right = urlsplit(postgres.dsn())
    wrong_password = right._replace(netloc=f"{right.username}:{PASSWORD}@{right.hostname}:{right.port}").geturl()
    for url, error in (
        (wrong_password, "InvalidPasswordError"),
        (right._replace(path="/not_there").geturl(), "InvalidCatalogNameError"),
        (f"{postgres.dsn()}?sslmode={PASSWORD}", "ClientConfigurationError"),
    ):
        assert await _complaint(migrate, database_url=url) == f"DATABASE_URL: no connection to the database: {error}"


async def _complaint(command: Command, **addresses: str) -> str:
    """What the command fails with; the password is in no line of its log."""
    with capture_logs() as logs, pytest.raises(DatabaseUnusable) as raised:
        await command(DatabaseSettings(**addresses))  # type: ignore[arg-type]  # pydantic makes secrets of them
    assert PASSWORD not in repr(logs)
    assert {"event": "database.unusable", "variable": raised.value.variable}.items() <= logs[-1].items()
    return str(raised.value)


def test_the_process_ends_with_the_error_message() -> None:
    """On its standard error, and in its log."""
    impatient = "from services.conversations import __main__, migrate; migrate.UNREACHABLE_SECONDS = 0.0"
    done = subprocess.run(
        [sys.executable, "-c", f"{impatient}; raise SystemExit(__main__.main())", "migrate"],
        cwd=REPOSITORY,
        env={"DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
    )
    complaint = "DATABASE_URL: no connection to the database: ConnectionRefusedError\n"
    assert (done.returncode, done.stderr) == (1, complaint)
    assert orjson.loads(done.stdout.splitlines()[-1])["event"] == "database.unusable"
    assert PASSWORD not in done.stdout


async def test_the_address_may_say_how_to_connect(empty_database: str) -> None:
    """As those of managed databases do; the whole of it is asyncpg's to read."""
    await migrate(DatabaseSettings(database_url=SecretStr(f"{empty_database}?sslmode=prefer&application_name=shop")))
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == newest_revision()
    await connection.close()


async def _log(connection: asyncpg.Connection, *, pos: int, age: timedelta) -> None:
    await connection.execute(
        "INSERT INTO event_log (shard, pos, created_at, payload) VALUES (0, $1, now() - $2::interval, '[]')", pos, age
    )
    await connection.execute("UPDATE log_shards SET head_pos = greatest(head_pos, $1)", pos)


async def _positions(connection: asyncpg.Connection) -> list[int]:
    return [row["pos"] for row in await connection.fetch("SELECT pos FROM event_log ORDER BY pos")]


async def _partition_of_now(connection: asyncpg.Connection) -> str:
    async with connection.transaction():
        await connection.execute("INSERT INTO event_log VALUES (0, 1000, now(), '[]')")
        name: str = await connection.fetchval("SELECT tableoid::regclass::text FROM event_log WHERE pos = 1000")
        await connection.execute("DELETE FROM event_log WHERE pos = 1000")
    return name
