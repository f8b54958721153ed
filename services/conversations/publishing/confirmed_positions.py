"""Collects confirmed positions and stores them in one statement per shard, several times a second."""

import asyncio

import asyncpg
import structlog

from services.conversations.store import publications
from services.conversations.store.errors import DATABASE_ERRORS

FOLD_SECONDS = 0.25  # well below the leader's delay, so that it republishes nothing that is merely not stored yet

log = structlog.get_logger(__name__)


class Confirmations:
    """Keeps positions in memory until they are stored; those lost with the process are published again."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._positions: dict[tuple[str, int], set[int]] = {}
        """Positions by epoch and shard."""

    def add(self, epoch: str, shard: int, pos: int) -> None:
        """Add a position that the broker confirmed."""
        self._positions.setdefault((epoch, shard), set()).add(pos)

    async def run(self) -> None:
        """Store until cancelled, and then once more."""
        try:
            while True:
                await asyncio.sleep(FOLD_SECONDS)
                await self.fold()
        finally:
            await self.fold()

    async def fold(self) -> None:
        """Store the collected positions; keep them if the database is unavailable."""
        for epoch, shard in list(self._positions):
            positions = self._positions.pop((epoch, shard))
            try:
                await publications.confirm(self._pool, shard, positions, epoch=epoch)
            except DATABASE_ERRORS as error:
                self._positions.setdefault((epoch, shard), set()).update(positions)
                log.warning("confirmations.delayed", shard=shard, error=type(error).__name__)
