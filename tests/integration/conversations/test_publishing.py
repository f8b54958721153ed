"""From the log to the broker: in order, without loss, by whichever process is left."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import asyncpg
import orjson
import pytest
from aio_pika.abc import AbstractIncomingMessage
from pydantic import TypeAdapter
from yarl import URL

from chassis.http.app import METRICS
from contracts.generated.models import LogBatch, LogHeadEvent
from services.conversations.app import PUBLISHER
from services.conversations.command_kinds import SendMessage
from services.conversations.domain import new_id
from services.conversations.store.log_writes import apply_commands
from services.conversations.store.partitions import UPKEEP_LOCK
from tests.kit.conversations import Conversations, Talk, running_conversations, until
from tests.kit.running.tcp_proxy import TcpProxy
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 60.0

_batch = TypeAdapter(LogBatch)


@dataclass
class Listener:
    """What arrives from one life of the log."""

    epoch: str
    positions: list[int] = field(default_factory=list)
    bodies: dict[int, Any] = field(default_factory=dict)
    beacons: list[int] = field(default_factory=list)

    async def take(self, message: AbstractIncomingMessage) -> None:
        routing_key = message.routing_key or ""
        if routing_key.startswith("head."):
            event = LogHeadEvent.from_wire(message.body)
            if event.data.epoch == self.epoch:
                assert routing_key == f"head.s{event.data.shard}"
                assert message.content_type == "application/cloudevents+json"
                self.beacons.append(event.data.pos)
        elif message.headers["epoch"] == self.epoch:
            _batch.validate_json(message.body)
            assert message.content_type == "application/cloudevents-batch+json"
            shard, pos = message.headers["shard"], message.headers["pos"]
            assert isinstance(shard, int)
            assert isinstance(pos, int)
            assert routing_key == f"events.c0.s{shard}"
            self.positions.append(pos)
            self.bodies[pos] = orjson.loads(message.body)

    def first_arrivals(self) -> list[int]:
        """The positions in the order in which each came first."""
        return list(dict.fromkeys(self.positions))


@contextlib.asynccontextmanager
async def listening(service: Conversations, amqp_url: str) -> AsyncIterator[Listener]:
    heads = await service.request("GET", "/internal/log/heads", service=True)
    listener = Listener(heads.body["epoch"])
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for key in ("events.#", "head.#"):
            await queue.bind("messaging.events", routing_key=key)
        await queue.consume(listener.take, no_ack=True)
        yield listener


@pytest.fixture
async def amqp_proxy(amqp_url: str) -> AsyncIterator[TcpProxy]:
    url = URL(amqp_url)
    async with TcpProxy(host="127.0.0.1", port=url.port or 5672) as running:
        yield running


@pytest.fixture
def patient_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """Order is promised as long as a link lasts, and a machine that stands still for a while is no lost link."""
    for limit in (
        "chassis.broker.link.PROBE_ANSWER_SECONDS",
        "services.conversations.publishing.publisher.CONFIRM_SECONDS",
    ):
        monkeypatch.setattr(limit, PATIENCE_SECONDS)
    monkeypatch.setattr("chassis.broker.link.HEARTBEAT_SECONDS", int(PATIENCE_SECONDS))


async def test_committed_events_arrive_in_the_order_of_the_log(
    new_database: Callable[[int], str], amqp_url: str, patient_link: None
) -> None:
    async with (
        running_conversations(database_url=new_database(1), amqp_url=amqp_url) as service,
        listening(service, amqp_url) as listener,
    ):
        talk = await service.new_conversation()
        await asyncio.gather(*(service.commands(*(talk.send_command() for _ in range(7))) for _ in range(30)))
        head = await service.head()
        await eventually(lambda: len(set(listener.positions)) == head, within=30)
        assert listener.first_arrivals() == list(range(1, head + 1))
        assert listener.bodies == {batch["pos"]: batch["events"] for batch in await service.log()}


async def test_a_beacon_reports_the_heads_every_second(new_database: Callable[[int], str], amqp_url: str) -> None:
    async with (
        running_conversations(database_url=new_database(1), amqp_url=amqp_url) as service,
        listening(service, amqp_url) as listener,
    ):
        await service.new_conversation()
        head = await service.head()
        await eventually(lambda: listener.beacons[-2:] == [head, head], within=30)


async def test_confirmed_positions_are_stored_as_one_range(new_database: Callable[[int], str], amqp_url: str) -> None:
    url = new_database(1)
    async with running_conversations(database_url=url, amqp_url=amqp_url) as service:
        talk = await service.new_conversation()
        for _ in range(20):
            await talk.send()
        head = await service.head()
        await _until_it_says(url, "SELECT confirmed::text FROM log_publications", f"{{[0,{head + 1})}}")
        await eventually(lambda: _gauge(service, "conversations_log_unpublished") == 0, within=30)


async def test_two_processes_publish_one_log(new_database: Callable[[int], str], amqp_url: str) -> None:
    url = new_database(1)
    async with (
        running_conversations(database_url=url, amqp_url=amqp_url) as first,
        running_conversations(database_url=url, amqp_url=amqp_url) as second,
        listening(first, amqp_url) as listener,
    ):
        talk = await first.new_conversation()
        other = Talk(second, talk.id, talk.buyer, talk.seller, talk.item)
        for _ in range(20):
            await asyncio.gather(
                first.commands(talk.send_command(), talk.send_command()),
                second.commands(other.send_command(user=talk.seller), other.read_command()),
            )
        head = await first.head()
        await eventually(lambda: len(set(listener.positions)) == head, within=30)
        assert sorted(set(listener.positions)) == list(range(1, head + 1))
        seqs = [
            event["data"]["message"]["seq"]
            for pos in range(1, head + 1)
            for event in listener.bodies[pos]
            if event["type"] == "message.sent.v1"
        ]
        assert seqs == list(range(1, 61))
        await eventually(lambda: _leaders(first, second) == 1, within=30)


async def test_when_the_leader_stops_another_takes_over(new_database: Callable[[int], str], amqp_url: str) -> None:
    url = new_database(1)
    async with running_conversations(database_url=url, amqp_url=amqp_url) as second:
        async with running_conversations(database_url=url, amqp_url=amqp_url) as first:
            await eventually(lambda: _leaders(first, second) == 1, within=30)
            leader = second if _leaders(second) else first
        await eventually(lambda: _leaders(second) == 1, within=30)
        assert leader in (first, second)
        connection = await asyncpg.connect(url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'conversations.leader' "
            "AND datname = current_database()"
        )
        await connection.close()
        async with listening(second, amqp_url) as listener:
            await eventually(lambda: len(listener.beacons) >= 2, within=30)


async def test_rows_that_the_leader_cannot_move_into_their_partition_are_counted(
    new_database: Callable[[int], str],
) -> None:
    url = new_database(1)
    other = await asyncpg.connect(url)
    await other.execute("SELECT pg_advisory_lock($1)", UPKEEP_LOCK)
    await other.execute(
        "INSERT INTO event_log (shard, pos, created_at, payload) VALUES (0, 1, now() + interval '90 days', '[]')"
    )
    await other.execute("UPDATE log_shards SET head_pos = 1")
    async with running_conversations(database_url=url) as service:
        await eventually(lambda: _strayed(service) == 1, within=30)
    await other.close()


async def test_unpublished_batches_of_a_dead_process_are_published_by_the_leader(
    new_database: Callable[[int], str], amqp_url: str, patient_link: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it is killed between the commit and the broker. Nobody else's publications wait for that."""
    patience = "services.conversations.publishing.leader.PATIENCE_SECONDS"
    monkeypatch.setattr(patience, 3600.0)
    url = new_database(1)
    async with (
        running_conversations(database_url=url, amqp_url=amqp_url) as service,
        listening(service, amqp_url) as listener,
    ):
        talk = await service.new_conversation()
        killed = await asyncpg.connect(url)
        for number in itertools.count(1):
            command = SendMessage(talk.buyer, talk.id, f"k{number}", "hello", new_id())
            await apply_commands(killed, 0, [command])
            if number == 5:
                break
        await killed.close()
        await talk.send("published at once")
        await eventually(lambda: set(listener.positions) == {1, 7}, within=60)
        monkeypatch.setattr(patience, 0.0)
        await eventually(lambda: len(set(listener.positions)) == 7, within=60)
        assert listener.first_arrivals() == [1, 7, 2, 3, 4, 5, 6]


async def test_while_the_broker_is_down_sends_succeed_and_arrive_afterwards(
    new_database: Callable[[int], str], amqp_url: str, amqp_proxy: TcpProxy
) -> None:
    through = str(URL(amqp_url).with_port(amqp_proxy.port))
    async with (
        running_conversations(database_url=new_database(1), amqp_url=through) as service,
        listening(service, amqp_url) as listener,
    ):
        talk = await service.new_conversation()
        await eventually(lambda: set(listener.positions) == {1}, within=30)
        amqp_proxy.cut()
        amqp_proxy.reset_all()
        await eventually(lambda: _gauge(service, "broker_connected", link="publish") == 0, within=30)
        for _ in range(30):
            assert (await talk.send()).status == 201
        ready = await until(lambda: service.request("GET", "/readyz"), lambda answer: answer.status == 200)
        assert "broker" in ready.body["degraded"]
        assert set(listener.positions) == {1}
        amqp_proxy.heal()
        amqp_proxy.reset_all()
        await eventually(lambda: len(set(listener.positions)) == 31, within=60)
        assert listener.first_arrivals() == list(range(1, 32))
        await eventually(lambda: _gauge(service, "conversations_log_republished_total") >= 30, within=30)


async def test_a_silent_broker_does_not_delay_sends(
    new_database: Callable[[int], str], amqp_url: str, amqp_proxy: TcpProxy, patient_link: None
) -> None:
    """No close, no reset: the link only stops to answer, and nobody has noticed."""
    through = str(URL(amqp_url).with_port(amqp_proxy.port))
    async with (
        running_conversations(database_url=new_database(1), amqp_url=through) as service,
        listening(service, amqp_url) as listener,
    ):
        talk = await service.new_conversation()
        amqp_proxy.cut()
        async with asyncio.timeout(PATIENCE_SECONDS - 5):
            for _ in range(300):
                assert (await talk.send()).status == 201
        assert service.app[PUBLISHER].link.connected
        amqp_proxy.heal()
        amqp_proxy.reset_all()
        await eventually(lambda: len(set(listener.positions)) == 301, within=60)


async def test_marketplace_events_wait_while_no_consumer_runs(
    new_database: Callable[[int], str], amqp_url: str
) -> None:
    """To a process that vanished shortly before, as in the test above, the broker may give them first, for seconds."""
    url = new_database(1)
    async with running_conversations(database_url=url, amqp_url=amqp_url):
        pass  # it declared the queue
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "/marketplace",
        "type": "marketplace.user.upserted.v1",
        "time": "2026-01-01T00:00:00Z",
        "data": {"id": "patient", "name": "Patient"},
    }
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange("marketplace.events")
        await exchange.publish(aio_pika.Message(orjson.dumps(event)), routing_key="marketplace.user.upserted")
    async with running_conversations(database_url=url, amqp_url=amqp_url):
        await _until_it_says(url, "SELECT name FROM users WHERE id = 'patient'", "Patient")


async def _until_it_says(url: str, question: str, answer: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await until(lambda: connection.fetchval(question), lambda found: found == answer)
    finally:
        await connection.close()


def _strayed(service: Conversations) -> float | None:
    labels = {"net": "event_log_default"}
    return service.app[METRICS].registry.get_sample_value("conversations_log_strayed_rows", labels)


def _leaders(*services: Conversations) -> float:
    return sum(_gauge(service, "conversations_leader") for service in services)


def _gauge(service: Conversations, name: str, **labels: str) -> float:
    registry = service.app[METRICS].registry
    return sum(
        sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
