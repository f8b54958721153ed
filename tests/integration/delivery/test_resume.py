"""Row D6: after any disconnection `resume` brings exactly what was missed."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import Socket, connect
from tests.kit.fake_conversations import Conversation, FakeConversations
from tests.kit.replicas import Replica

several_shards = pytest.mark.parametrize("shards", [1, 4])


async def say(log: FakeConversations, conversation: Conversation, *texts: str, user: str = "seller") -> None:
    """Each text in a batch of its own."""
    for text in texts:
        command = {"conversationId": conversation.id, "userId": user, "clientMessageId": uuid4().hex}
        await log.execute([{**command, "kind": "send_message", "content": text}])


async def resume(socket: Socket, token: str) -> dict[str, Any]:
    await socket.send("resume", token=token, ref="resume")
    return await socket.expect("resumed", ref="resume")


def texts(conversation: dict[str, Any]) -> list[str]:
    return [message["content"] for message in conversation["messages"]]


@several_shards
async def test_a_short_absence_needs_no_database(delivery: Replica, log: FakeConversations) -> None:
    """Exactly what came between the last frame and the new socket; what comes later comes live."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "seen 1", "seen 2")
        await buyer.expect("new_message")
        token = (await buyer.expect("new_message"))["token"]
    await say(log, conversation, "missed 1", "missed 2")
    await delivery.applied(log)
    async with connect(delivery, "buyer") as buyer:
        await say(log, conversation, "live")
        live = await buyer.expect("new_message")
        answer = await resume(buyer, token)
        (changed,) = answer["conversations"]
        assert texts(changed) == ["missed 1", "missed 2"]
        assert (changed["lastSeq"], changed["counterpartLastReadSeq"], changed["limited"]) == (4, 4, False)
        assert live["message"]["content"] == "live"
        assert answer["token"] == delivery.stream.positions.token()
        assert await buyer.settle() == []
    assert log.syncs == []
    assert delivery.counters.resumes == {"memory": 1}


async def test_a_resume_without_missed_events_is_empty(delivery: Replica, log: FakeConversations) -> None:
    """The token of the welcome itself."""
    async with connect(delivery, "buyer") as buyer:
        assert (await resume(buyer, buyer.welcome["token"]))["conversations"] == []


@several_shards
async def test_a_token_within_a_batch_is_exact(delivery: Replica, log: FakeConversations) -> None:
    """A client may be cut off between two events of one transaction."""
    conversation = log.open()
    command = {"kind": "send_message", "conversationId": conversation.id, "userId": "seller"}
    async with connect(delivery, "buyer") as buyer:
        await log.execute([{**command, "clientMessageId": f"c-{n}", "content": f"{n}"} for n in range(4)])
        frames = [await buyer.expect("new_message") for _ in range(4)]
    async with connect(delivery, "buyer") as buyer:
        (changed,) = (await resume(buyer, frames[1]["token"]))["conversations"]
        assert texts(changed) == ["2", "3"]
        assert (await resume(buyer, frames[3]["token"]))["conversations"] == []


@several_shards
async def test_a_long_absence_is_answered_from_the_database(
    start_replica: StartReplica, log: FakeConversations, shards: int
) -> None:
    """Memory does not reach back; the range asked for ends where the socket's live stream began."""
    conversation = log.open()
    one = await start_replica()
    async with connect(one, "buyer") as buyer:
        token = buyer.welcome["token"]
    await say(log, conversation, *(f"{n}" for n in range(60)))
    two = await start_replica(recent_max_bytes=0)
    async with connect(two, "buyer") as buyer:
        answer = await resume(buyer, token)
        (changed,) = answer["conversations"]
        assert (len(changed["messages"]), changed["limited"], changed["lastSeq"]) == (50, True, 60)
        (asked,) = log.syncs
        assert asked == {
            "userId": "buyer",
            "epoch": "e1",
            "after": [{"shard": shard, "pos": 0, "idx": 1023} for shard in range(shards)],
            "upTo": [{"shard": shard, "pos": 0 if shard else 60, "idx": 1023} for shard in range(shards)],
        }
    assert two.counters.resumes == {"sql": 1}


async def test_a_replica_that_has_just_started_has_earlier_events_in_memory(
    start_replica: StartReplica, log: FakeConversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sockets of a replica that was killed come back with tokens older than its successor."""
    monkeypatch.setattr("services.delivery.log.warm_up.WARM_UP_SECONDS", 30.0)
    conversation = log.open()
    one = await start_replica()
    async with connect(one, "buyer") as buyer:
        await say(log, conversation, "seen")
        token = (await buyer.expect("new_message"))["token"]
    await say(log, conversation, *(f"missed {n}" for n in range(300)))
    two = await start_replica()
    async with connect(two, "buyer") as buyer:
        (changed,) = (await resume(buyer, token))["conversations"]
        assert (texts(changed)[-1], changed["lastSeq"], changed["limited"]) == ("missed 299", 301, True)
        await say(log, conversation, "live")
        assert (await buyer.expect("new_message"))["message"]["content"] == "live"
    assert log.syncs == []
    assert two.counters.resumes == {"memory": 1}


@several_shards
async def test_a_token_of_any_replica_works_on_any_other(start_replica: StartReplica, log: FakeConversations) -> None:
    """Positions are the log's, not a replica's."""
    one, two = await start_replica(), await start_replica()
    conversation = log.open()
    async with connect(one, "buyer") as buyer:
        await say(log, conversation, "seen")
        token = (await buyer.expect("new_message"))["token"]
    await say(log, conversation, "missed")
    await two.applied(log)
    async with connect(two, "buyer") as buyer:
        (changed,) = (await resume(buyer, token))["conversations"]
        assert texts(changed) == ["missed"]
    assert log.syncs == []


@pytest.mark.parametrize("shards", [3, 8])
async def test_several_shards_have_one_token(delivery: Replica, log: FakeConversations, shards: int) -> None:
    """What a client holds after a frame covers the other shards' positions too."""
    conversations = [log.open(shard=shard) for shard in range(shards)]
    async with connect(delivery, "buyer") as buyer:
        for conversation in conversations:
            await say(log, conversation, "seen")
        frames = [await buyer.expect("new_message") for _ in range(shards)]
        token = frames[-1]["token"]
    for conversation in conversations:
        await say(log, conversation, f"missed in {conversation.shard}")
    await delivery.applied(log)
    async with connect(delivery, "buyer") as buyer:
        answer = await resume(buyer, token)
        found = {changed["conversationId"]: texts(changed) for changed in answer["conversations"]}
        assert found == {c.id: [f"missed in {c.shard}"] for c in conversations}
        assert (await resume(buyer, answer["token"]))["conversations"] == []


async def test_read_marks_and_changes_are_resumed_too(delivery: Replica, log: FakeConversations) -> None:
    """Not only messages."""
    conversation = log.open()
    async with connect(delivery, "seller") as seller:
        await say(log, conversation, "Hello!")
        token = (await seller.expect("new_message"))["token"]
    await log.execute([{"kind": "mark_read", "conversationId": conversation.id, "userId": "buyer"}])
    await log.commit(lambda: log.reference.rename(conversation.id))
    await delivery.applied(log)
    async with connect(delivery, "seller") as seller:
        (changed,) = (await resume(seller, token))["conversations"]
        assert (changed["counterpartLastReadSeq"], changed["changed"], changed["messages"]) == (1, True, [])


@pytest.mark.parametrize("token", ["other.0-0-0", "e1.7-0-0"])
async def test_a_token_of_another_log_needs_a_fresh_start(delivery: Replica, token: str) -> None:
    """The socket stays: the client fetches the lists and goes on from its welcome."""
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("resume", token=token, ref="r")
        error = await buyer.expect("error", ref="r")
        assert (error["code"], error["retryable"]) == ("resync_required", False)
        assert await buyer.settle() == []


async def test_a_token_older_than_the_log_needs_a_fresh_start(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """What is gone cannot be told."""
    conversation = log.open()
    await say(log, conversation, "1", "2", "3")
    log.life.floors[0] = 2
    delivery = await start_replica()
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("resume", token="e1.0-1-0", ref="r")
        assert (await buyer.expect("error", ref="r"))["code"] == "resync_required"


async def test_a_resume_that_cannot_be_answered_is_retryable(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """The database is away; the live stream is not touched by it."""
    conversation = log.open()
    await say(log, conversation, "1")
    delivery = await start_replica(recent_max_bytes=0)
    async with connect(delivery, "buyer") as buyer:
        await log.stop()
        await buyer.send("resume", token="e1.0-0-0", ref="r")
        error = await buyer.expect("error", ref="r")
        assert (error["code"], error["retryable"]) == ("unavailable", True)
        await log.start()
        (changed,) = (await resume(buyer, "e1.0-0-0"))["conversations"]
        assert texts(changed) == ["1"]
