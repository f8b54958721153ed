"""Both services together: what people do becomes decisions."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from chassis.http.internal_session import open_internal_session
from chassis.log.reader import LogReader
from services.notifications.log.progress import CONSUMER
from tests.integration.notifications.stage import SECONDS, Stage
from tests.kit.conversations import Conversations, Talk, running_conversations
from tests.kit.credentials import SERVICE_TOKEN
from tests.kit.waiting import eventually


@pytest.fixture
async def conversations(stage: Stage, database_url: str) -> AsyncIterator[Conversations]:
    async with running_conversations(database_url=database_url, amqp_url=stage.amqp_url) as service:
        yield service


async def test_a_conversation_of_two_people_is_decided_on_once(stage: Stage, conversations: Conversations) -> None:
    """Over the broker and by beacons; the next process starts where this one stopped."""
    async with stage.service(conversations_url=conversations.url) as service:
        talk = await conversations.new_conversation()
        await talk.send("Hello!")
        await talk.mark_read()
        await eventually(lambda: decisions(stage, str(talk.id)) == expected(talk.buyer, talk.seller), within=SECONDS)
        await service.wait_until_ready()
    async with stage.service(conversations_url=conversations.url) as service:
        await service.wait_until_active()
        await talk.send("Still there?", user=talk.seller)
        more = [("notify", "new_message", talk.buyer), ("nothing", "own_message", talk.seller)]
        wanted = sorted([*expected(talk.buyer, talk.seller), *more])
        await eventually(lambda: sorted(decisions(stage, str(talk.id))) == wanted, within=SECONDS)
    async with open_internal_session(base_url=conversations.url, service_token=SecretStr(SERVICE_TOKEN)) as session:
        cursor = await LogReader(session=session).cursor(CONSUMER)
        assert cursor is not None
        assert {entry.shard: entry.pos for entry in cursor.positions} == await conversations.ends()
    assert "Hello!" not in repr(stage.lines)


async def test_a_muted_conversation_notifies_nobody_also_after_a_restart(
    stage: Stage, conversations: Conversations
) -> None:
    """Until it is unmuted; the decisions are counted by their reason."""
    muted, notified = ("nothing", "conversation_muted"), ("notify", "new_message")
    async with stage.service(conversations_url=conversations.url) as service:
        talk = await conversations.new_conversation()
        await talk.send("Hello!")
        await talk.mute(user=talk.seller)
        await talk.send("Still there?")
        await eventually(lambda: about(stage, talk) == [notified, muted], within=SECONDS)
        await service.wait_until_ready()
    async with stage.service(conversations_url=conversations.url) as service:
        await service.wait_until_active()
        await talk.send("And now?")
        await talk.mute(False, user=talk.seller)
        await talk.send("Hello again!")
        await eventually(lambda: about(stage, talk) == [notified, muted, muted, notified], within=SECONDS)
        labels = {"type": "message.sent.v1", "action": muted[0], "reason": muted[1]}
        await service.expect_metric("decided_total", 1, **labels)


def about(stage: Stage, talk: Talk) -> list[tuple[str, str]]:
    """The decisions on the buyer's messages for the seller."""
    return [
        (action, reason)
        for action, reason, user in decisions(stage, str(talk.id))
        if user == talk.seller and reason in ("new_message", "conversation_muted")
    ]


def decisions(stage: Stage, conversation_id: str) -> list[tuple[str, str, str]]:
    return [
        (line["action"], line["reason"], line["user_id"])
        for line in stage.lines
        if line["event"] == "notification.decided" and line["conversation_id"] == conversation_id
    ]


def expected(buyer: str, seller: str) -> list[tuple[str, str, str]]:
    """In the order of the log; a message lists its people as the log does."""
    return [
        ("nothing", "change_is_shown_in_the_list", buyer),
        ("nothing", "change_is_shown_in_the_list", seller),
        ("nothing", "own_message", buyer),
        ("notify", "new_message", seller),
        ("withdraw", "already_read", seller),
    ]
