"""Rows D2, D3 and D6: each client frame and its answer."""

from typing import Any
from uuid import uuid4

from contracts.generated.catalogues import CloseCode
from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica


async def test_a_message_is_acknowledged_and_reaches_both_people(delivery: Replica, log: FakeConversations) -> None:
    """The plain frame; the ack says what was stored, and everybody gets the same message."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        ack = await buyer.expect("message_sent")
        received = await seller.expect("new_message")
        assert received["message"]["content"] == "Hello!"
        assert received["message"]["id"] == ack["messageId"]
        assert received["message"]["clientMessageId"] == ack["clientMessageId"]
        assert (ack["seq"], ack["duplicate"]) == (1, False)
        assert (await buyer.expect("new_message"))["message"] == received["message"]


async def test_a_repeat_is_recognised(delivery: Replica, log: FakeConversations) -> None:
    """The same clientMessageId: one message, and the ack says so."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        for ref in ("first", "second"):
            await buyer.send(
                "send_message", conversationId=conversation.id, message="Hello!", clientMessageId="c-1", ref=ref
            )
        first, second = await buyer.expect("message_sent", ref="first"), await buyer.expect("message_sent")
        assert (first["duplicate"], second["duplicate"]) == (False, True)
        assert (first["seq"], first["messageId"]) == (second["seq"], second["messageId"])
        await buyer.send(
            "send_message", conversationId=conversation.id, message="Another!", clientMessageId="c-1", ref="third"
        )
        assert (await buyer.expect("error", ref="third"))["code"] == "client_message_id_conflict"
        await seller.expect("new_message")
        assert await seller.settle() == []


async def test_a_reply_arrives_with_the_seq_that_it_answers_and_one_to_nothing_names_the_field(
    delivery: Replica, log: FakeConversations
) -> None:
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        assert "replyTo" not in (await seller.expect("new_message"))["message"]
        await seller.send("send_message", conversationId=conversation.id, message="Yes?", replyTo=1)
        assert (await seller.expect("new_message"))["message"]["replyTo"] == 1
        sent = {"conversationId": conversation.id, "message": "No.", "clientMessageId": "c-3"}
        await buyer.send("send_message", replyTo=3, **sent)
        error = await buyer.expect("error")
        assert (error["code"], error["retryable"], error["clientMessageId"]) == ("reply_to_not_found", False, "c-3")
        assert [fault["field"] for fault in error["errors"]] == ["replyTo"]


async def test_acks_come_in_the_order_of_sends(delivery: Replica, log: FakeConversations) -> None:
    """Over many batches, and seqs are dense."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        for n in range(100):
            await buyer.send("send_message", conversationId=conversation.id, message=f"{n}", ref=str(n))
        acks = [await buyer.expect("message_sent") for _ in range(100)]
        assert [ack["ref"] for ack in acks] == [str(n) for n in range(100)]
        assert [ack["seq"] for ack in acks] == list(range(1, 101))
        received = [await seller.expect("new_message") for _ in range(100)]
        assert [frame["message"]["content"] for frame in received] == [str(n) for n in range(100)]


async def test_many_commands_share_a_batch(delivery: Replica, log: FakeConversations) -> None:
    """What arrives while one batch is in flight goes with the next."""
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer:
        for n in range(100):
            await buyer.send("send_message", conversationId=conversation.id, message=f"{n}")
        for _ in range(100):
            await buyer.expect("message_sent")
    assert len(log.batches) < 60


async def test_joining_returns_the_state_of_a_conversation(delivery: Replica, log: FakeConversations) -> None:
    """From one's own side."""
    conversation = log.open()
    await log.execute([send_command(conversation.id, "seller", str(n)) for n in range(3)])
    await log.execute([{"kind": "mark_read", "conversationId": conversation.id, "userId": "buyer", "seq": 2}])
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("join_conversation", conversationId=conversation.id, ref="j")
        joined = await buyer.expect("joined")
        assert joined == {
            "type": "joined",
            "conversationId": conversation.id,
            "counterpartId": "seller",
            "lastSeq": 3,
            "lastReadSeq": 2,
            "counterpartLastReadSeq": 3,
            "ref": "j",
        }
        await buyer.send("leave_conversation", conversationId=conversation.id, ref="l")
        assert (await buyer.expect("left"))["ref"] == "l"


async def test_reading_is_sent_to_both_participants(delivery: Replica, log: FakeConversations) -> None:
    """The reader's ref is answered, the other one gets a receipt, and so do the reader's other devices."""
    conversation = log.open()
    await log.execute([send_command(conversation.id, "seller", "Hello!")])
    async with (
        connect(delivery, "buyer") as buyer,
        connect(delivery, "buyer") as tablet,
        connect(delivery, "seller") as seller,
    ):
        await buyer.send("mark_read", conversationId=conversation.id, seq=1, ref="m")
        answer = await buyer.expect("read", ref="m")
        assert (answer["userId"], answer["lastReadSeq"]) == ("buyer", 1)
        for socket in (buyer, tablet, seller):
            receipt = await socket.expect("read")
            assert (receipt["userId"], receipt["lastReadSeq"]) == ("buyer", 1)
            assert "token" in receipt


async def test_reading_again_changes_nothing(delivery: Replica, log: FakeConversations) -> None:
    """The asker is answered, nobody else hears of it; a seq from the future counts as the last one."""
    conversation = log.open()
    await log.execute([send_command(conversation.id, "seller", "Hello!")])
    await delivery.applied(log)
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await buyer.send("mark_read", conversationId=conversation.id, seq=900)
        assert (await seller.expect("read"))["lastReadSeq"] == 1
        await buyer.send("mark_read", conversationId=conversation.id, ref="again")
        answer = await buyer.expect("read", ref="again")
        assert answer["lastReadSeq"] == 1
        assert "token" not in answer
        assert await seller.settle() == []


async def test_a_new_or_changed_conversation_is_sent(delivery: Replica, log: FakeConversations) -> None:
    """To both people, with all that the list shows."""
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        conversation = await log.commit(lambda: log.reference.start("buyer", "seller"))
        await log.execute([send_command(conversation, "buyer", "Hello!")])
        await log.commit(lambda: log.reference.rename(conversation))
        for socket in (buyer, seller):
            assert (await socket.expect("conversation_updated", reason="started"))["conversation"]["id"] == conversation
            await socket.expect("conversation_updated", reason="changed")


async def test_ping_is_answered_with_the_position_in_the_stream(delivery: Replica) -> None:
    """For browsers, which cannot see protocol pings."""
    async with connect(delivery, "buyer") as buyer:
        await buyer.send("ping", ref="p")
        pong = await buyer.expect("pong")
        assert (pong["ref"], pong["token"]) == ("p", delivery.stream.positions.token())


async def test_a_binary_frame_is_answered_and_the_socket_stays(delivery: Replica) -> None:
    """The protocol is text."""
    async with connect(delivery, "buyer") as buyer:
        await buyer.socket.send_bytes(b'{"type":"ping"}')
        assert (await buyer.expect("error"))["code"] == "invalid_request"
        assert await buyer.settle() == []


async def test_repeated_invalid_frames_close_the_socket(start_replica: StartReplica) -> None:
    """With a code that says: do not come back like this."""
    delivery = await start_replica(max_bad_frames=5)
    async with connect(delivery, "buyer") as buyer:
        for _ in range(6):
            await buyer.socket.send_str("{")
        assert await buyer.expect_close() == CloseCode.TOO_MANY_BAD_FRAMES
        assert len(buyer.frames) == 6


async def test_a_frame_of_a_megabyte_ends_the_socket(delivery: Replica, log: FakeConversations) -> None:
    """Only that one; it is told why."""
    conversation = log.open()
    async with connect(delivery, "mallory") as mallory, connect(delivery, "buyer") as buyer:
        await mallory.socket.send_str('{"type":"ping","ref":"' + "x" * 1024 * 1024 + '"}')
        assert await mallory.expect_close() == CloseCode.FRAME_TOO_BIG
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await buyer.expect("message_sent")


def send_command(conversation_id: str, user: str, content: str) -> dict[str, Any]:
    return {
        "kind": "send_message",
        "userId": user,
        "conversationId": conversation_id,
        "clientMessageId": uuid4().hex,
        "content": content,
    }
