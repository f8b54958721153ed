"""Gathers what the broker confirmed and writes it down in one statement per shard, some times a second."""

import asyncio

import asyncpg
import structlog

from services.conversations.store import publications
from services.conversations.store.errors import DATABASE_ERRORS

FOLD_SECONDS = 0.25  # well under the leader's patience, so that it does not publish what is only not noted yet

log = structlog.get_logger(__name__)


class Confirmations:
    """Keeps positions in memory until they are written; what is lost with the process is published twice."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._positions: dict[tuple[str, int], set[int]] = {}
        """By epoch and shard."""

    def add(self, epoch: str, shard: int, pos: int) -> None:
        """The broker has this position."""
        self._positions.setdefault((epoch, shard), set()).add(pos)

    async def run(self) -> None:
        """Write until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(FOLD_SECONDS)
                await self.fold()
        finally:
            await self.fold()

    async def fold(self) -> None:
        """Write what has come together; what the database does not take is kept."""
        for epoch, shard in list(self._positions):
            positions = self._positions.pop((epoch, shard))
            try:
                await publications.confirm(self._pool, shard, positions, epoch=epoch)
            except DATABASE_ERRORS as error:
                self._positions.setdefault((epoch, shard), set()).update(positions)
                log.warning("confirmations.delayed", shard=shard, error=type(error).__name__)
