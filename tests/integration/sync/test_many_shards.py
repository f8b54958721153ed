"""Resuming with 64 shards, each a billion positions long."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import asyncpg
import orjson
import pytest

from services.delivery.log.sync_token import MAX_PUSHED_TOKEN_BYTES, PARTIAL
from tests.kit.client import Json, Socket, connect
from tests.kit.conversations import Conversations, running_conversations
from tests.kit.replicas import Replica, delivery_settings, replica
from tests.kit.waiting import eventually

SHARDS = 64
POSITION = 10**9

LENGTHEN = "UPDATE log_shards SET head_pos = $1, floor_pos = $1"
CONFIRM = "UPDATE log_publications SET confirmed = int8multirange(int8range(0, $1 + 1))"


@pytest.fixture(scope="module")
async def service(new_database: Callable[[int], str], amqp_url: str) -> AsyncIterator[Conversations]:
    database_url = new_database(SHARDS)
    connection = await asyncpg.connect(database_url)
    await connection.execute(LENGTHEN, POSITION)
    await connection.execute(CONFIRM, POSITION)
    await connection.close()
    async with running_conversations(database_url=database_url, amqp_url=amqp_url, log_shards=SHARDS) as running:
        yield running


@pytest.fixture(params=[{}, {"recent_max_bytes": 0}], ids=["memory", "sql"])
async def delivery(service: Conversations, amqp_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Replica]:
    """Answers `resume` from memory, or must always ask the database."""
    settings = delivery_settings(amqp_url=amqp_url, conversations_url=service.url, **request.param)
    async with replica(settings) as running:
        yield running


async def test_a_resume_brings_exactly_what_was_missed(service: Conversations, delivery: Replica) -> None:
    """Of several conversations in different shards, after pushed frames with short tokens."""
    talks = [await service.new_conversation(buyer="buyer", seller="seller") for _ in range(5)]
    assert len({talk.shard for talk in talks}) > 1
    async with connect(delivery, "buyer") as buyer:
        for talk in talks:
            await talk.send("seen", user="seller")
        token = [await buyer.expect("new_message") for _ in talks][-1]["token"]
        await talks[0].send("pushed", user="seller")
        pushed = await _raw_token(buyer)
    assert pushed.startswith(PARTIAL)
    assert 0 < len(pushed) <= MAX_PUSHED_TOKEN_BYTES
    for talk in talks:
        await talk.send(f"missed in {talk.id}", user="seller")
    await _applied(service, delivery)
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("resume", token=token)
        resumed = await buyer.expect("resumed")
        found = {changed["conversationId"]: _texts(changed) for changed in resumed["conversations"]}
        missed = {str(talk.id): [f"missed in {talk.id}"] for talk in talks}
        missed[str(talks[0].id)].insert(0, "pushed")
        assert found == missed
        await buyer.send("resume", token=resumed["token"])
        assert (await buyer.expect("resumed"))["conversations"] == []


async def test_the_token_of_a_list_can_be_resumed_with(service: Conversations, delivery: Replica) -> None:
    """It is as long as 64 shards make it."""
    talk = await service.new_conversation(buyer="reader", seller="seller")
    page = await service.request("GET", "/api/conversations", user="reader")
    await talk.send("missed", user="seller")
    await _applied(service, delivery)
    async with connect(delivery, "reader") as reader:
        await reader.send("resume", token=page.body["token"])
        (changed,) = (await reader.expect("resumed"))["conversations"]
        assert _texts(changed) == ["missed"]


async def _applied(service: Conversations, delivery: Replica) -> None:
    """Wait until a replica has everything that is committed."""
    ends = await service.ends()
    await eventually(lambda: delivery.stream.heads() == ends, within=60)


async def _raw_token(socket: Socket) -> str:
    """The token of the next `new_message`, as it came over the wire."""
    while True:
        message = await socket.socket.receive(timeout=60)
        assert message.type is aiohttp.WSMsgType.TEXT
        frame = orjson.loads(message.data)
        if frame["type"] == "new_message":
            return str(frame["token"])


def _texts(changed: Json) -> list[str]:
    return [message["content"] for message in changed["messages"]]
