"""Migrates the database and creates the log's shards and partitions. Safe to repeat and to run concurrently.

Migrations go forward only and stay compatible with the previous release: anything it still needs is dropped one
release later.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from chassis.backoff import Backoff
from services.conversations.migrations import revisions
from services.conversations.migrations.sql import replace_functions
from services.conversations.settings import DatabaseSettings
from services.conversations.store import partitions
from services.conversations.store.epochs import begin_epoch
from services.conversations.store.schema import check_shards

MIGRATION_LOCK = 0x6D65737361676573  # "messages" in ASCII: any number that nothing else in the database uses
LOCK_RETRY_SECONDS = 0.2
UNREACHABLE_SECONDS = 60.0  # how long to wait for a database; after that the caller decides about another attempt
_UNREACHABLE = (OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError)
# Errors that waiting does not change: a refusal, or an address that the driver cannot use.
_REFUSED = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ValueError)

SEED_EPOCH = "INSERT INTO log_epoch (epoch, history) VALUES (fresh_log_epoch(), log_history()) ON CONFLICT DO NOTHING"
SEED_SHARDS = """
INSERT INTO log_shards (shard)
SELECT s FROM generate_series(0, $1::integer - 1) AS s
WHERE NOT EXISTS (SELECT FROM log_shards)
"""
SEED_PUBLICATIONS = "INSERT INTO log_publications (shard) SELECT shard FROM log_shards ON CONFLICT DO NOTHING"

log = structlog.get_logger(__name__)


class DatabaseUnusable(Exception):
    """No connection could be made; the text names the variable and the error's class, but no part of the address."""

    def __init__(self, variable: str, error: Exception) -> None:
        super().__init__(f"{variable}: no connection to the database: {type(error).__name__}")
        self.variable = variable
        self.error = type(error).__name__


async def migrate(settings: DatabaseSettings) -> None:
    """Apply the missing migrations. Raises DatabaseUnusable or WrongShardCount."""
    async with _locked(settings) as connection:
        await _apply_migrations(settings.session_url)
        await replace_functions(connection)
        async with connection.transaction():
            await connection.execute(SEED_EPOCH)
            await connection.execute(SEED_SHARDS, settings.log_shards)
            await connection.execute(SEED_PUBLICATIONS)
        await check_shards(connection, settings.log_shards)
        with suppress(asyncpg.LockNotAvailableError):  # a service uses the log: its leader creates them as well
            await partitions.make_ahead(connection, hours=settings.log_partition_hours)
        await connection.execute("ANALYZE")  # without statistics the first query plans are five times slower
    log.info("database.migrated", revision=revisions.newest_revision(), shards=settings.log_shards)


async def start_new_epoch(settings: DatabaseSettings) -> str:
    """Begin a new epoch of the log by hand: only needed if positions went back undetectably.

    Raises DatabaseUnusable.
    """
    async with _locked(settings) as connection:
        epoch = await begin_epoch(connection)
    log.warning("epoch.started", epoch=epoch)
    return epoch


async def _apply_migrations(url: str) -> None:
    # asyncpg parses the address, as everywhere else: SQLAlchemy does not support its `sslmode` and similar options.
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: _open(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = migrations_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def migrations_config() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    config.set_main_option("script_location", str(revisions.folder).replace("%", "%%"))
    return config


@asynccontextmanager
async def _locked(settings: DatabaseSettings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that holds the migration lock, so that replicas starting together take turns."""
    try:
        connection = await _connect(settings.session_url)
    except (*_UNREACHABLE, *_REFUSED) as error:
        unusable = DatabaseUnusable(settings.session_variable, error)
        log.error("database.unusable", variable=unusable.variable, error=unusable.error)  # noqa: TRY400 - the traceback
        raise unusable from None  # of a failed connection adds nothing
    try:
        # Polled: a statement that blocked on the lock would hold a snapshot, and building an index concurrently
        # waits for every older snapshot.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MIGRATION_LOCK):  # noqa: ASYNC110 - there is nothing to wait on
            await asyncio.sleep(LOCK_RETRY_SECONDS)
        yield connection
    finally:
        await connection.close()


async def _connect(url: str) -> asyncpg.Connection:
    """Connect, waiting for a database that is still starting."""
    backoff = Backoff(base_seconds=1, cap_seconds=5)
    give_up_at = time.monotonic() + UNREACHABLE_SECONDS
    while True:
        try:
            return await _open(url)
        except _UNREACHABLE as error:
            if time.monotonic() > give_up_at:
                raise
            log.warning("database.unreachable", error=type(error).__name__)
            await asyncio.sleep(backoff.next_delay())


async def _open(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url, timeout=10, server_settings={"application_name": "conversations.migrate"})
