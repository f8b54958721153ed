"""Checks that the database's schema fits this code."""

import asyncpg

from chassis.health import NotReady
from services.conversations.store.errors import DATABASE_ERRORS
from services.conversations.store.pool import Reader

COUNT_SHARDS = "SELECT count(*) FROM log_shards"
REVISION = "SELECT version_num FROM alembic_version"


class WrongShardCount(Exception):
    """LOG_SHARDS differs from the number of shards in the database."""

    def __init__(self, *, wanted: int, existing: int) -> None:
        super().__init__(f"LOG_SHARDS is {wanted}, but the database has {existing} shards, which cannot be changed")


class Schema:
    """Checks the database when it can be reached."""

    def __init__(self, pool: asyncpg.Pool, *, revision: str, shards: int) -> None:
        self._pool = pool
        self._revision = revision
        self._shards = shards

    async def check(self) -> None:
        """For readiness: the database answers and has at least the newest migration in this code."""
        try:
            # Revisions are numbers of equal length, which compare as text. Older code may use a newer database.
            if str(await self._pool.fetchval(REVISION)) < self._revision:
                raise NotReady("migrations are missing: run `migrate`")
            await check_shards(self._pool, self._shards)
        except asyncpg.UndefinedTableError:
            raise NotReady("the database is empty: run `migrate`") from None
        except WrongShardCount as error:
            raise NotReady(str(error)) from None

    async def refuse_wrong_shards(self) -> None:
        """Raises WrongShardCount if that is certain; readiness reports a database that is down or empty."""
        try:
            await check_shards(self._pool, self._shards)
        except DATABASE_ERRORS:
            return


async def check_shards(reader: Reader, wanted: int) -> None:
    """Raises WrongShardCount."""
    existing = await reader.fetchval(COUNT_SHARDS)
    if existing != wanted:
        raise WrongShardCount(wanted=wanted, existing=existing)
