"""What is owed to whoever brought a batch."""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.notifications.metrics import Figures

SETTLE_SECONDS = 5.0  # it only writes to a socket; longer means that the link is dead

log = structlog.get_logger(__name__)


class Receipt(Protocol):
    """Exactly one of the two is called, once."""

    async def acknowledge(self) -> None:
        """It is dealt with."""

    async def reject(self, reason: str) -> None:
        """It cannot be dealt with, now or later."""


class LogReceipt:
    """The log expects no answer."""

    async def acknowledge(self) -> None:
        return

    async def reject(self, reason: str) -> None:  # noqa: ARG002 - the protocol's signature
        return


class BrokerReceipt:
    """Acknowledges a message, or rejects it to the dead-letter queue.

    On a link that is lost neither is possible: the broker delivers the message again, and it is dropped as a repeat.
    """

    def __init__(self, message: AbstractIncomingMessage, *, figures: Figures, on_broken: Callable[[str], None]) -> None:
        self._message = message
        self._figures = figures
        self._on_broken = on_broken

    async def acknowledge(self) -> None:
        await self._settle(rejected=False)

    async def reject(self, reason: str) -> None:
        log.warning("event.dead_lettered", reason=reason, routing_key=self._message.routing_key)
        self._figures.dead_lettered.labels(reason).inc()
        await self._settle(rejected=True)

    async def _settle(self, *, rejected: bool) -> None:
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                await (self._message.reject() if rejected else self._message.ack())
        except Exception as error:
            # The library raises many kinds for one fact: this channel is gone.
            self._on_broken(f"cannot acknowledge: {type(error).__name__}")
