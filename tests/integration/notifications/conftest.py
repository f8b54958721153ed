"""A virtual host of their own for these tests, and a fresh stage in it for each."""

import uuid
from collections.abc import AsyncIterator, Iterator

import aio_pika
import pytest
from structlog.testing import capture_logs

from chassis.broker.topology import TOPOLOGY_FILE, Topology, declare_topology
from deploy.native.rabbitmq import USER
from services.notifications.log.consumer import QUEUE
from tests.integration.notifications.stage import DEAD, Stage
from tests.kit.fake_conversations import FakeConversations, serving
from tests.kit.log_shards import LOG_SHARDS
from tests.kit.running.servers import RabbitMQ

# What a service that runs in the tests' own process may take: a machine that stood still is no link that was lost.
_PATIENCE_SECONDS = 120
_LIMITS = (
    "chassis.broker.link.HEARTBEAT_SECONDS",
    "chassis.broker.link.PROBE_ANSWER_SECONDS",
    "chassis.broker.topology.DECLARE_SECONDS",
    "services.notifications.acknowledgements.SETTLE_SECONDS",
    "chassis.log.reader.READ_SECONDS",
    "services.notifications.log.progress.FINAL_STORE_SECONDS",
)


@pytest.fixture(scope="session")
def notifications_vhost(rabbitmq: RabbitMQ) -> Iterator[str]:
    """Its URL."""
    name = "notifications-tests"
    rabbitmq.ctl("add_vhost", name)
    rabbitmq.ctl("set_permissions", "--vhost", name, USER, ".*", ".*", ".*")
    yield f"{rabbitmq.url}{name}"
    rabbitmq.ctl("delete_vhost", name)


@pytest.fixture
async def stage(notifications_vhost: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """Empty queues, an empty log of several shards in an epoch of its own, and a record of the log lines."""
    for limit in _LIMITS:
        monkeypatch.setattr(limit, _PATIENCE_SECONDS)
    log = FakeConversations(epoch=uuid.uuid4().hex, shards=max(4, LOG_SHARDS))
    connection = await aio_pika.connect(notifications_vhost)
    async with connection, serving(log):
        channel = await connection.channel()
        for queue in (QUEUE, DEAD):
            await channel.queue_delete(queue)
        await declare_topology(connection, Topology.model_validate_json(TOPOLOGY_FILE.read_bytes()))
        exchange = await channel.get_exchange("messaging.events", ensure=False)
        with capture_logs() as lines:
            yield Stage(notifications_vhost, log, channel, exchange, lines)
