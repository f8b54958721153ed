"""Row D7: typing is shown where somebody looks, and leaves no trace."""

from services.delivery.app import TYPING
from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import Socket, connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually


async def join(socket: Socket, conversation_id: str) -> None:
    await socket.send("join_conversation", conversationId=conversation_id)
    await socket.expect("joined")


async def ready_for_typing(*replicas: Replica) -> None:
    for one in replicas:
        await eventually(lambda one=one: one.app[TYPING].link.connected, within=30)  # type: ignore[misc]  # bound early


async def test_typing_reaches_the_other_persons_sockets_that_view_the_conversation(
    start_replica: StartReplica, log: FakeConversations
) -> None:
    """On any replica; not sockets that look elsewhere, not the writer's own."""
    one, two = await start_replica(), await start_replica()
    await ready_for_typing(one, two)
    conversation = log.open()
    async with (
        connect(one, "buyer") as buyer,
        connect(two, "seller") as looking,
        connect(two, "seller") as elsewhere,
    ):
        await join(buyer, conversation.id)
        await join(looking, conversation.id)
        await buyer.send("typing", conversationId=conversation.id)
        shown = await looking.expect("typing")
        assert (shown["userId"], shown["isTyping"], shown["expiresInMs"]) == ("buyer", True, 6000)
        await buyer.send("typing", conversationId=conversation.id, isTyping=False)
        assert (await looking.expect("typing"))["isTyping"] is False
        assert await elsewhere.settle() == []
        assert await buyer.settle() == []
    assert not any(log.life.shards)


async def test_typing_is_throttled(delivery: Replica, log: FakeConversations) -> None:
    """Repeats within the pause tell nobody anything new."""
    await ready_for_typing(delivery)
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await join(seller, conversation.id)
        for _ in range(10):
            await buyer.send("typing", conversationId=conversation.id)
        await buyer.send("typing", conversationId=conversation.id, isTyping=False)
        assert (await seller.expect("typing"))["isTyping"] is True
        assert (await seller.expect("typing"))["isTyping"] is False


async def test_typing_in_a_conversation_of_others_is_ignored(delivery: Replica, log: FakeConversations) -> None:
    """No error, as for any typing, and neither of its people sees it."""
    await ready_for_typing(delivery)
    conversation = log.open()
    async with (
        connect(delivery, "mallory") as mallory,
        connect(delivery, "seller") as seller,
        connect(delivery, "buyer") as buyer,
    ):
        await join(seller, conversation.id)
        await join(buyer, conversation.id)
        await mallory.send("typing", conversationId=conversation.id)
        assert await mallory.settle() == []
        await buyer.send("typing", conversationId=conversation.id)
        await seller.send("typing", conversationId=conversation.id)
        assert (await seller.expect("typing"))["userId"] == "buyer"
        assert (await buyer.expect("typing"))["userId"] == "seller"


async def test_leaving_a_conversation_stops_its_typing_frames(delivery: Replica, log: FakeConversations) -> None:
    """But still gets the messages."""
    await ready_for_typing(delivery)
    conversation = log.open()
    async with connect(delivery, "buyer") as buyer, connect(delivery, "seller") as seller:
        await join(seller, conversation.id)
        await seller.send("leave_conversation", conversationId=conversation.id)
        await seller.expect("left")
        async with connect(delivery, "seller") as looking:
            await join(looking, conversation.id)
            await buyer.send("typing", conversationId=conversation.id)
            await looking.expect("typing")
        await buyer.send("send_message", conversationId=conversation.id, message="Hello!")
        await seller.expect("new_message")
        assert await seller.settle() == []
