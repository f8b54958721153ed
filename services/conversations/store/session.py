"""One connection that is kept open, for work that needs a session of its own."""

import asyncio

import asyncpg
import structlog

from services.conversations.store.errors import DATABASE_ERRORS

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 2.0


class Session:
    """Opens its connection on demand. Not for concurrent use by several tasks."""

    def __init__(self, *, url: str, name: str, timeout_seconds: float) -> None:
        self._url = url
        self._name = name
        self._timeout = timeout_seconds
        self._connection: asyncpg.Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection is open, as far as is known."""
        return self._connection is not None and not self._connection.is_closed()

    async def connection(self) -> asyncpg.Connection:
        """The open connection. Raises OSError, TimeoutError or asyncpg.PostgresError if it cannot be opened."""
        if self._connection is None or self._connection.is_closed():
            async with asyncio.timeout(self._timeout):
                self._connection = await asyncpg.connect(
                    self._url,
                    server_settings={
                        "application_name": f"conversations.{self._name}",
                        "statement_timeout": str(int(self._timeout * 1000)),
                        # A process that vanished must not hold its locks for hours.
                        "tcp_keepalives_idle": "10",
                        "tcp_keepalives_interval": "5",
                        "tcp_keepalives_count": "3",
                        "idle_in_transaction_session_timeout": str(int(self._timeout * 1000)),
                    },
                    command_timeout=self._timeout,
                )
            log.info("session.opened", session=self._name)
        return self._connection

    def drop(self) -> None:
        """Discard the connection: its state is unknown."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Close the connection gracefully, within a time limit."""
        if self._connection is not None and not self._connection.is_closed():
            try:
                await self._connection.close(timeout=CLOSE_SECONDS)
            except DATABASE_ERRORS:
                self._connection.terminate()
        self._connection = None
