"""A log with faults on demand, a broker, and replicas of delivery over them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.kit.fake_conversations import FakeConversations, running
from tests.kit.log_shards import LOG_SHARDS
from tests.kit.replicas import Replica, delivery_settings, replica

StartReplica = Callable[..., Awaitable[Replica]]


@pytest.fixture
def shards() -> int:
    """Of the log; a test module or test may ask for another number."""
    return LOG_SHARDS


@pytest.fixture
def trusted_push(monkeypatch: pytest.MonkeyPatch) -> None:
    """For replicas started after it: the log is not asked because beacons stay away."""
    monkeypatch.setattr("services.delivery.log.feed.FRESH_SECONDS", 600.0)
    monkeypatch.setattr("services.delivery.log.consumer.SILENCE_SECONDS", 600.0)


@pytest.fixture
async def log(amqp_url: str, shards: int) -> AsyncIterator[FakeConversations]:
    async with running(FakeConversations(shards=shards), amqp_url) as log:
        yield log


@pytest.fixture
async def start_replica(log: FakeConversations, amqp_url: str) -> AsyncIterator[StartReplica]:
    """Starts replicas, with settings of the test's choice."""
    async with AsyncExitStack() as stack:

        async def start(*, wait: bool = True, **changes: Any) -> Replica:
            changes = {"amqp_url": amqp_url, "conversations_url": log.url, **changes}
            return await stack.enter_async_context(replica(delivery_settings(**changes), wait=wait))

        yield start


@pytest.fixture
async def delivery(start_replica: StartReplica) -> Replica:
    """One replica with the default settings."""
    return await start_replica()
