"""Gone is gone: once a message is deleted, no answer and no event read later holds its text."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import orjson
import pytest
from pydantic import TypeAdapter

from contracts.generated.models import LogEvent
from services.notifications.policy import Action, decide
from tests.integration.sync.occurrences import PATIENCE_SECONDS
from tests.kit.client import connect
from tests.kit.conversations import Conversations, Talk, running_conversations
from tests.kit.replicas import Replica, delivery_settings, replica
from tests.kit.waiting import eventually

_EVENT: TypeAdapter[LogEvent] = TypeAdapter(LogEvent)


@pytest.fixture
async def service(new_database: Callable[[int], str], amqp_url: str) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=new_database(1), amqp_url=amqp_url) as running:
        yield running


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def test_who_was_offline_never_receives_the_text_of_a_message_that_was_deleted_meanwhile(
    service: Conversations, amqp_url: str, stack: AsyncExitStack
) -> None:
    """Not by resume, from memory or from SQL; not by REST; not from the log, live or as a notification."""
    agreed = {"amqp_url": amqp_url, "conversations_url": service.url}
    remembering = await stack.enter_async_context(replica(delivery_settings(**agreed)))
    asking = await stack.enter_async_context(replica(delivery_settings(**agreed, recent_max_bytes=0)))
    talk, canary = await service.new_conversation(), f"canary {uuid4().hex}"
    await talk.send("hello")
    tokens = {one: await _token_of(one, talk) for one in (remembering, asking)}  # after the first message

    await talk.send(canary)
    await talk.send(canary)
    await talk.edit(3, f"{canary} edited")
    for seq in (2, 3):
        assert (await talk.delete(seq)).status == 200
    starting = await stack.enter_async_context(replica(delivery_settings(**agreed)))  # fills its memory from the log

    for one, token in (*tokens.items(), (starting, tokens[remembering])):
        await _caught_up(one, service)
        async with connect(one, talk.seller) as seller:
            await seller.send("resume", token=token, ref="resume")
            (missed,) = (await seller.expect("resumed", ref="resume"))["conversations"]
            assert [message["content"] for message in missed["messages"]] == ["(deleted)", "(deleted)"]
            assert canary not in repr(missed)
    assert (remembering.counters.resumes, asking.counters.resumes) == ({"memory": 1}, {"sql": 1})

    answers = [
        await talk.history(user=talk.seller),
        await talk.versions(3, user=talk.seller),
        await service.request("GET", "/api/conversations", user=talk.seller),
        await service.request("GET", f"/api/conversations/{talk.id}", user=talk.seller),
    ]
    assert [answer.status for answer in answers] == [200] * 4
    log = await service.events()
    assert canary not in repr((answers, log))
    late = [decision for event in log for decision in decide(_EVENT.validate_json(orjson.dumps(event)))]
    assert [decision.seq for decision in late if decision.action is Action.NOTIFY] == [1]


async def _token_of(one: Replica, talk: Talk) -> str:
    """Behind everything that is committed."""
    await _caught_up(one, talk.service)
    async with connect(one, talk.seller) as seller:
        token: str = seller.welcome["token"]
        return token


async def _caught_up(one: Replica, service: Conversations) -> None:
    head = await service.head()
    await eventually(lambda: one.stream.heads().get(0, -1) >= head, within=PATIENCE_SECONDS)
