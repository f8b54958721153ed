"""Acknowledges a batch to its source."""

from typing import Protocol

import structlog
from aio_pika.abc import AbstractIncomingMessage

from services.notifications.acknowledgements import Acknowledgements
from services.notifications.metrics import ServiceMetrics

log = structlog.get_logger(__name__)


class Receipt(Protocol):
    """Exactly one of the two methods is called, once."""

    async def acknowledge(self) -> None:
        """The batch is processed."""

    async def reject(self, reason: str) -> None:
        """The batch can never be processed."""


class LogReceipt:
    """Does nothing: the log expects no acknowledgement."""

    async def acknowledge(self) -> None:
        return

    async def reject(self, reason: str) -> None:  # noqa: ARG002 - the protocol's signature
        return


class BrokerReceipt:
    """Acknowledges a message soon, or rejects it to the dead-letter queue at once."""

    def __init__(
        self, message: AbstractIncomingMessage, *, acknowledgements: Acknowledgements, metrics: ServiceMetrics
    ) -> None:
        self._message = message
        self._acknowledgements = acknowledgements
        self._metrics = metrics

    async def acknowledge(self) -> None:
        self._acknowledgements.acknowledge(self._message)

    async def reject(self, reason: str) -> None:
        log.warning("event.dead_lettered", reason=reason, routing_key=self._message.routing_key)
        self._metrics.dead_lettered.labels(reason).inc()
        await self._acknowledgements.reject(self._message)
