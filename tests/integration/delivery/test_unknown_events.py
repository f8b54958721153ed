"""During an upgrade the log holds events that this release does not know: no client is left behind."""

from typing import Any

import pytest

from tests.integration.delivery.test_resume import resume, say, texts
from tests.kit.client import connect
from tests.kit.fake_conversations import Conversation, FakeConversations
from tests.kit.log_events import log_event
from tests.kit.replicas import Replica


async def write_unknown(log: FakeConversations, conversation: Conversation, data: dict[str, Any] | None = None) -> None:
    """An event of a later release, between two messages of the same transaction."""

    def change() -> None:
        pos = len(log.life.shards[0]) + 1
        about = {"recipients": [conversation.buyer, conversation.seller], "conversationId": conversation.id}
        newer = {**log_event(pos=pos, idx=1), "type": "message.painted.v7", "data": about if data is None else data}
        log.reference.execute(
            [
                {
                    "kind": "send_message",
                    "conversationId": conversation.id,
                    "userId": "seller",
                    "clientMessageId": f"beside-{pos}",
                    "content": "beside it",
                }
            ]
        )
        log.life.shards[0][-1].append(newer)

    await log.commit(change)


@pytest.mark.usefixtures("trusted_push")
async def test_whom_an_unknown_event_concerns_is_told_to_fetch_the_conversation(
    delivery: Replica, log: FakeConversations
) -> None:
    """The known events of its batch arrive as ever, pushed: the log need not be asked."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "stranger") as stranger:
        await write_unknown(log, conversation)
        message = await buyer.expect("new_message")
        stale = await buyer.expect("conversation_stale")
        assert stale == {"type": "conversation_stale", "conversationId": conversation.id, "token": stale["token"]}
        assert message["message"]["content"] == "beside it"
        assert stale["token"] > message["token"]
        assert await stranger.settle() == []
    assert delivery.counters.unknown_events == 1
    assert delivery.counters.invalid_events == 0
    assert log.reads == []


async def test_a_resume_over_an_unknown_event_says_that_any_message_may_have_changed(
    delivery: Replica, log: FakeConversations
) -> None:
    """From memory."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        token = buyer.welcome["token"]
    await write_unknown(log, conversation)
    await delivery.applied(log)
    async with connect(delivery, "buyer") as buyer:
        (changed,) = (await resume(buyer, token))["conversations"]
    assert texts(changed) == ["beside it"]
    assert (changed["changed"], changed["changedLimited"]) == (True, True)
    assert delivery.counters.resumes == {"memory": 1}


@pytest.mark.parametrize("data", [{}, {"recipients": ["buyer"]}, {"conversationId": "x", "recipients": ["buyer"]}])
async def test_an_unknown_event_that_does_not_say_whom_it_concerns_is_stepped_over(
    delivery: Replica, log: FakeConversations, data: dict[str, Any]
) -> None:
    """It is counted, and what follows arrives."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await write_unknown(log, conversation, data)
        await say(log, conversation, "after")
        for expected in ("beside it", "after"):
            assert (await buyer.expect("new_message"))["message"]["content"] == expected
        assert await buyer.settle() == []
    assert (delivery.counters.unknown_events, delivery.counters.invalid_events) == (1, 0)
