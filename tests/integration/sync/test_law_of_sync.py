"""The law of sync: state before, plus events applied as a client applies them, equals freshly fetched state."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from contracts.schemas import ROOT
from tests.integration.sync.occurrences import (
    OCCURRENCES,
    PATIENCE_SECONDS,
    SHARDS,
    Occurrence,
    Stage,
)
from tests.integration.sync.rest_client import fetched
from tests.kit.client import Json, Socket, connect
from tests.kit.conversations import Conversations, running_conversations
from tests.kit.replicas import Replica, delivery_settings, replica

MIXED = 30  # occurrences
LONG_ABSENCE = 60  # messages, more than the fifty of a resume

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
async def service(new_database: Callable[[int], str], amqp_url: str) -> AsyncIterator[Conversations]:
    database_url = new_database(SHARDS)
    async with running_conversations(database_url=database_url, amqp_url=amqp_url, log_shards=SHARDS) as running:
        yield running


@pytest.fixture(scope="module")
async def replicas(service: Conversations, amqp_url: str) -> AsyncIterator[dict[str, Replica]]:
    """One that answers `resume` from memory, and one that must always ask the database."""
    agreed: dict[str, Any] = {
        "amqp_url": amqp_url,
        "conversations_url": service.url,
        "heartbeat_seconds": 75,  # a mixture takes a while, and nobody reads the socket, or answers pings, meanwhile
    }
    async with AsyncExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(
            "chassis.http.internal_session.REQUEST_SECONDS", PATIENCE_SECONDS
        )
        yield {
            "memory": await stack.enter_async_context(replica(delivery_settings(**agreed))),
            "sql": await stack.enter_async_context(replica(delivery_settings(**agreed, recent_max_bytes=0))),
        }


@pytest.fixture(scope="module")
async def marketplace(service: Conversations, amqp_url: str) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        yield await connection.channel()


@pytest.fixture
async def stage(service: Conversations, replicas: dict[str, Replica], marketplace: AbstractChannel) -> Stage:
    """Two people who have talked before."""
    talk = await service.new_conversation()
    for user in (talk.buyer, talk.seller):
        await service.put_user(user)
    await talk.send("hello")
    stage = Stage(service, replicas["memory"], marketplace, talk)
    for one in replicas.values():
        await stage.caught_up(one)
    return stage


def test_every_event_type_of_the_contracts_is_covered() -> None:
    """Whoever adds one says here how it comes about."""
    types = {path.stem for path in (ROOT / "events").rglob("*.v[0-9]*.json")}
    assert types == OCCURRENCES.keys()


@pytest.mark.parametrize("occurrence", OCCURRENCES.values(), ids=OCCURRENCES.keys())
async def test_applied_events_lead_to_the_same_state_as_rest(
    stage: Stage, replicas: dict[str, Replica], occurrence: Occurrence
) -> None:
    """For both people, over a live socket."""
    async with connect(stage.replica, stage.talk.buyer) as buyer, connect(stage.replica, stage.talk.seller) as seller:
        clients = [await fetched(stage.service, user) for user in stage.people]
        before = [client.shown for client in clients]
        await occurrence.happen(stage)
        await stage.caught_up(stage.replica)
        for socket, client in zip((buyer, seller), clients, strict=True):
            frames = await socket.settle()
            types = {frame["type"] for frame in frames}
            if occurrence.buyer_alone and client.user == stage.talk.seller:
                assert types == set()
            else:
                assert occurrence.tells is None or occurrence.tells in types
            for frame in frames:
                client.state.apply(frame)
    after = [(await fetched(stage.service, user)).shown for user in stage.people]
    assert [client.shown for client in clients] == after
    assert (before == after) == (occurrence.tells is None)


@pytest.mark.parametrize("source", ["memory", "sql"])
@pytest.mark.parametrize("occurrence", OCCURRENCES.values(), ids=OCCURRENCES.keys())
async def test_a_resume_leads_to_the_same_state_as_rest(
    stage: Stage, replicas: dict[str, Replica], occurrence: Occurrence, source: str
) -> None:
    """For both people, after an absence, from memory and from the database."""
    tokens, clients = [], []
    for user in stage.people:
        async with connect(replicas[source], user) as socket:
            await socket.send("ping")
            tokens.append((await socket.expect("pong"))["token"])
        clients.append(await fetched(stage.service, user))
    await occurrence.happen(stage)
    await stage.caught_up(replicas[source])
    resumes = replicas[source].counters.resumes
    answered = resumes[source]
    for client, token in zip(clients, tokens, strict=True):
        async with connect(replicas[source], client.user) as socket:
            await client.take_in(await _resume(socket, token))
        assert client.shown == (await fetched(stage.service, client.user)).shown
    if occurrence.tells is not None:
        assert resumes[source] == answered + 2


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_mixture_of_events_keeps_the_law_of_sync(
    stage: Stage, replicas: dict[str, Replica], seed: int
) -> None:
    """Live and resumed, in one batch of the log or in many."""
    chance = random.Random(seed)  # noqa: S311 - a mixture, no secret
    async with connect(stage.replica, stage.talk.buyer) as buyer:
        token = buyer.welcome["token"]
        live, from_memory, from_sql = [await fetched(stage.service, stage.talk.buyer) for _ in range(3)]
        for occurrence in chance.choices(list(OCCURRENCES.values()), k=MIXED):
            await occurrence.happen(stage)
            if occurrence is OCCURRENCES["marketplace.user.deleted.v1"]:
                await stage.service.put_user(stage.talk.seller)  # back again: nobody writes to a deleted person
        for one in replicas.values():
            await stage.caught_up(one)
        for frame in await buyer.settle():
            live.state.apply(frame)
    for client, source in ((from_memory, "memory"), (from_sql, "sql")):
        async with connect(replicas[source], stage.talk.buyer) as socket:
            await client.take_in(await _resume(socket, token))
    after = (await fetched(stage.service, stage.talk.buyer)).shown
    assert live.shown == after
    assert from_memory.shown == after
    assert from_sql.shown == after


@pytest.mark.parametrize("source", ["memory", "sql"])
async def test_messages_beyond_a_resume_are_paged_by_rest(
    stage: Stage, replicas: dict[str, Replica], source: str
) -> None:
    """`limited` tells so."""
    client = await fetched(stage.service, stage.talk.buyer)
    async with connect(replicas[source], client.user) as socket:
        token = socket.welcome["token"]
    await stage.service.commands(*(stage.talk.send_command(f"number {n}") for n in range(LONG_ABSENCE)))
    await stage.caught_up(replicas[source])
    async with connect(replicas[source], client.user) as socket:
        resumed = await _resume(socket, token)
    (changed,) = resumed["conversations"]
    assert changed["limited"]
    await client.take_in(resumed)
    assert client.shown == (await fetched(stage.service, client.user)).shown


async def _resume(socket: Socket, token: str) -> Json:
    await socket.send("resume", token=token)
    return await socket.expect("resumed")
