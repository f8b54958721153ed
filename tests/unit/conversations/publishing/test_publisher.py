"""What counts as published."""

import pytest
from aio_pika import Message
from aio_pika.exceptions import AMQPError
from prometheus_client import CollectorRegistry

from chassis.broker.topology import Topology
from services.conversations.metrics import ServiceMetrics
from services.conversations.publishing.publisher import Publication, Publisher


class Exchange:
    """Confirms what it is told to confirm, in its own way."""

    def __init__(self, outcomes: dict[str, Exception | None]) -> None:
        self._outcomes = outcomes

    async def publish(self, message: Message, _routing_key: str, *, mandatory: bool) -> None:  # noqa: ARG002 - aio_pika's
        if (outcome := self._outcomes[message.body.decode()]) is not None:
            raise outcome


@pytest.mark.parametrize("failure", [AMQPError(), TimeoutError(), ConnectionError(), RuntimeError()])
async def test_only_what_the_broker_confirmed_counts_as_published(failure: Exception) -> None:
    """Whatever went wrong: without a confirm a position is left to the leader, who publishes it again."""
    confirmed: list[tuple[str, int, int]] = []
    publisher = Publisher(
        url="amqp://nowhere",
        topology=Topology(exchanges=()),
        window=10,
        max_bytes=1000,
        on_confirmed=lambda epoch, shard, pos: confirmed.append((epoch, shard, pos)),
        on_death=lambda _name, _error: None,
        metrics=ServiceMetrics(CollectorRegistry()),
    )
    publisher._exchange = Exchange({"1": None, "2": failure, "3": None})  # type: ignore[assignment]  # all that is used
    for pos in (1, 2, 3):
        await publisher._publish(Publication(Message(str(pos).encode()), "events.c0.s0", ("e", 0, pos)))
    assert confirmed == [("e", 0, 1), ("e", 0, 3)]
