"""Rows D4 and D9: many sockets of one person, on many replicas."""

from contracts.generated.catalogues import CloseCode
from services.delivery.app import TYPING
from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import connect
from tests.kit.fake_conversations import FakeConversations
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually


async def test_every_device_of_both_people_gets_every_message(delivery: Replica, log: FakeConversations) -> None:
    """The sender's other devices too; nobody else's."""
    conversation = log.open()
    async with (
        connect(delivery, "buyer") as phone,
        connect(delivery, "buyer") as laptop,
        connect(delivery, "seller") as shop,
        connect(delivery, "seller") as till,
        connect(delivery, "mallory") as mallory,
    ):
        await phone.send("send_message", conversationId=conversation.id, message="Hello!")
        for socket in (phone, laptop, shop, till):
            assert (await socket.expect("new_message"))["message"]["content"] == "Hello!"
        assert await mallory.settle() == []
        acks = [frame for frame in await laptop.settle() if frame["type"] == "message_sent"]
        assert acks == []


async def test_people_on_different_replicas_talk(start_replica: StartReplica, log: FakeConversations) -> None:
    """No replica knows of the other."""
    one, two = await start_replica(), await start_replica()
    conversation = log.open()
    async with connect(one, "buyer") as buyer, connect(two, "seller") as seller:
        for n in range(20):
            await buyer.send("send_message", conversationId=conversation.id, message=f"from buyer {n}")
            await seller.send("send_message", conversationId=conversation.id, message=f"from seller {n}")
        streams = [[await socket.expect("new_message") for _ in range(40)] for socket in (buyer, seller)]
        assert streams[0] == streams[1]
        assert [frame["message"]["seq"] for frame in streams[0]] == list(range(1, 41))


async def test_one_socket_too_many_displaces_the_oldest(start_replica: StartReplica) -> None:
    """It is told not to fight back."""
    delivery = await start_replica(max_connections_per_user=2)
    async with connect(delivery, "buyer") as first, connect(delivery, "buyer"), connect(delivery, "seller") as other:
        async with connect(delivery, "buyer"):
            assert await first.expect_close() == CloseCode.DISPLACED
            assert len(delivery.hub.of(["buyer"])) == 2
        assert await other.settle() == []


async def test_sockets_of_one_person_are_limited_over_all_replicas(start_replica: StartReplica) -> None:
    """The oldest is closed, wherever it is; a socket of somebody else stays."""
    one = await start_replica(max_connections_per_user=2)
    two = await start_replica(max_connections_per_user=2)
    await eventually(lambda: all(replica.app[TYPING].link.connected for replica in (one, two)), within=30)
    async with connect(one, "seller") as other, connect(one, "buyer") as first, connect(one, "buyer") as second:
        async with connect(two, "buyer") as third:
            assert await first.expect_close() == CloseCode.DISPLACED
            for kept in (second, third, other):
                assert await kept.settle() == []
        async with connect(two, "buyer") as fourth:
            assert await second.settle() == []
            assert await fourth.settle() == []


async def test_a_client_that_leaves_is_forgotten(delivery: Replica) -> None:
    """At once, and counted by its code."""
    async with connect(delivery, "buyer") as buyer:
        assert len(delivery.hub) == 1
        await buyer.socket.close()
        assert buyer.socket.close_code == 1000
    await eventually(lambda: len(delivery.hub) == 0, within=30)
    await eventually(lambda: delivery.counters.closes["1000"] == 1, within=30)
