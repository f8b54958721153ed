"""Delivery and the real `conversations`, as processes, over a real database and a real broker."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import pytest

from chassis.auth.tokens import mint_hs256
from tests.kit.client import Json, Socket, connect
from tests.kit.log_shards import LOG_SHARDS
from tests.kit.running.system import System, running_system

USERS = ("buyer", "seller", "mallory")


# A start of `conversations`, and a pause of the machine, may last longer than commands and sockets usually may wait.
PATIENT = {"COMMAND_DEADLINE_SECONDS": "60", "HEARTBEAT_SECONDS": "75"}
SHARDS = {"LOG_SHARDS": str(max(4, LOG_SHARDS))}


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running_system(durable=False, delivery_replicas=2, environment=PATIENT | SHARDS) as system:
        yield system


class Marketplace:
    """REST of `conversations`, as a user or as the marketplace itself."""

    def __init__(self, system: System, session: aiohttp.ClientSession) -> None:
        self._system = system
        self._session = session

    def token(self, user: str) -> str:
        return mint_hs256(
            secret=self._system.jwt_secret,
            user_id=user,
            issuer=self._system.issuer,
            audience=self._system.audience,
            lifetime=timedelta(minutes=5),
        )

    async def ask(self, method: str, path: str, *, user: str | None = None, body: Json | None = None) -> Json:
        bearer = self._system.service_token if user is None else self.token(user)
        url, headers = self._system.conversations.url + path, {"Authorization": f"Bearer {bearer}"}
        async with self._session.request(method, url, json=body, headers=headers) as response:
            assert response.status < 300, await response.text()
            answer: Json = await response.json(content_type=None) if response.content_length else {}
            return answer

    async def start_conversation(self) -> str:
        """About a new item of the seller's."""
        item = f"item-{uuid4().hex}"
        await self.ask("PUT", f"/internal/items/{item}", body={"sellerId": "seller", "title": "A lamp"})
        conversation = await self.ask("POST", "/api/conversations", user="buyer", body={"itemId": item})
        return str(conversation["id"])


@pytest.fixture
async def marketplace(system: System) -> AsyncIterator[Marketplace]:
    async with aiohttp.ClientSession() as session:
        marketplace = Marketplace(system, session)
        for user in USERS:
            await marketplace.ask("PUT", f"/internal/users/{user}", body={"name": user.title()})
        yield marketplace


async def send(socket: Socket, conversation: str, *texts: str) -> list[Json]:
    """Send each text and wait for its ack."""
    acks = []
    for text in texts:
        await socket.send("send_message", conversationId=conversation, message=text, ref=text)
        acks.append(await socket.expect("message_sent", ref=text))
    return acks


async def test_a_conversation_from_its_start(system: System, marketplace: Marketplace) -> None:
    """Started by REST, told to the seller with the first message, spoken over two replicas, read, the same by REST."""
    one, two = (replica.url for replica in system.delivery)
    async with (
        connect(one, "buyer", token=marketplace.token("buyer")) as buyer,
        connect(two, "seller", token=marketplace.token("seller")) as seller,
    ):
        conversation = await marketplace.start_conversation()
        assert await seller.settle() == []
        await send(buyer, conversation, "Is it still available?")
        for socket in (buyer, seller):
            started = await socket.expect("conversation_updated", reason="started")
            assert started["conversation"]["id"] == conversation
        await send(seller, conversation, "Yes.", "Come and see it!")
        heard = [[await socket.expect("new_message") for _ in range(3)] for socket in (buyer, seller)]
        assert heard[0] == heard[1]
        assert [frame["message"]["seq"] for frame in heard[0]] == [1, 2, 3]
        history = await marketplace.ask("GET", f"/api/conversations/{conversation}/messages", user="buyer")
        assert history["messages"] == [frame["message"] for frame in heard[0]]
        await buyer.send("mark_read", conversationId=conversation, seq=900, ref="read")
        assert (await buyer.expect("read", ref="read"))["lastReadSeq"] == 3
        assert (await seller.expect("read", userId="buyer"))["lastReadSeq"] == 3
        await seller.send("join_conversation", conversationId=conversation)
        joined = await seller.expect("joined")
        assert (joined["lastSeq"], joined["lastReadSeq"], joined["counterpartLastReadSeq"]) == (3, 3, 3)


async def test_the_same_message_by_socket_and_by_rest_is_one(system: System, marketplace: Marketplace) -> None:
    """One row, one seq, one frame."""
    conversation = await marketplace.start_conversation()
    message = {"clientMessageId": uuid4().hex}
    url = system.delivery[0].url
    async with connect(url, "buyer", token=marketplace.token("buyer")) as buyer:
        await buyer.send("send_message", conversationId=conversation, message="Hello!", **message)
        first = await buyer.expect("message_sent")
        await marketplace.ask(
            "POST", f"/api/conversations/{conversation}/messages", user="buyer", body={"content": "Hello!", **message}
        )
        await buyer.send("send_message", conversationId=conversation, message="Hello!", **message)
        again = await buyer.expect("message_sent")
        assert (again["duplicate"], again["messageId"], again["seq"]) == (True, first["messageId"], 1)
        await buyer.expect("new_message")
        assert [frame for frame in await buyer.settle() if frame["type"] == "new_message"] == []


async def test_a_stranger_has_no_access(system: System, marketplace: Marketplace) -> None:
    """By any frame."""
    conversation = await marketplace.start_conversation()
    async with connect(system.delivery[0].url, "mallory", token=marketplace.token("mallory")) as mallory:
        for frame in ({"type_": "join_conversation"}, {"type_": "mark_read"}):
            await mallory.send(**frame, conversationId=conversation)
            assert (await mallory.expect("error"))["code"] == "conversation_not_found"
        await mallory.send("send_message", conversationId=conversation, message="Hello!")
        assert (await mallory.expect("error"))["code"] == "conversation_not_found"


async def test_a_socket_that_is_open_while_its_user_is_deleted_only_reads(
    system: System, marketplace: Marketplace
) -> None:
    """Its commands are refused, those to it as well, and it types unseen; all works again once the user is back."""
    leaver, item = "auth0|leaver+1@shop.example", f"item-{uuid4().hex}"
    path = f"/internal/users/{quote(leaver, safe='')}"
    await marketplace.ask("PUT", path, body={"name": "Lea"})
    await marketplace.ask("PUT", f"/internal/items/{item}", body={"sellerId": leaver, "title": "A lamp"})
    conversation = (await marketplace.ask("POST", "/api/conversations", user="buyer", body={"itemId": item}))["id"]
    one, two = (replica.url for replica in system.delivery)
    async with (
        connect(one, "buyer", token=marketplace.token("buyer")) as buyer,
        connect(two, leaver, token=marketplace.token(leaver)) as gone,
    ):
        await send(gone, conversation, "Hello?")
        await buyer.send("join_conversation", conversationId=conversation)
        await buyer.expect("joined")
        await gone.send("typing", conversationId=conversation)
        assert (await buyer.expect("typing"))["userId"] == leaver
        await marketplace.ask("DELETE", path)
        for socket in (gone, buyer):
            await socket.expect("conversation_updated", reason="changed")
        await gone.send("typing", conversationId=conversation, isTyping=False)
        for socket, code in ((gone, "account_deleted"), (buyer, "counterpart_deleted")):
            await socket.send("send_message", conversationId=conversation, message="Hello!", ref="refused")
            error = await socket.expect("error", ref="refused")
            assert (error["code"], error["retryable"]) == (code, False)
        await gone.send("mark_read", conversationId=conversation, ref="read")
        assert (await gone.expect("error", ref="read"))["code"] == "account_deleted"
        await gone.send("join_conversation", conversationId=conversation)
        assert (await gone.expect("joined"))["lastSeq"] == 1
        await marketplace.ask("PUT", path, body={"name": "Lea again"})
        await gone.expect("conversation_updated", reason="changed")
        await gone.send("typing", conversationId=conversation)
        assert (await buyer.expect("typing"))["isTyping"] is True  # and the one before, in order, never came
        assert [ack["seq"] for ack in await send(gone, conversation, "Back.")] == [2]
        assert [ack["seq"] for ack in await send(buyer, conversation, "Welcome.")] == [3]


async def test_resume_after_a_restart_is_answered_from_the_database(system: System, marketplace: Marketplace) -> None:
    """The replica knows nothing of before; exactly what was missed comes, and then the live stream."""
    conversation = await marketplace.start_conversation()
    first, second = system.delivery
    async with connect(first.url, "seller", token=marketplace.token("seller")) as seller:
        async with connect(second.url, "buyer", token=marketplace.token("buyer")) as buyer:
            await send(seller, conversation, "seen")
            token: Any = (await buyer.expect("new_message"))["token"]
        await send(seller, conversation, "missed 1", "missed 2")
        second.stop()
        second.start()
        async with connect(second.url, "buyer", token=marketplace.token("buyer")) as buyer:
            await buyer.send("resume", token=token)
            (changed,) = (await buyer.expect("resumed"))["conversations"]
            assert [message["content"] for message in changed["messages"]] == ["missed 1", "missed 2"]
            assert (changed["lastSeq"], changed["limited"]) == (3, False)
            await send(seller, conversation, "live")
            assert (await buyer.expect("new_message"))["message"]["seq"] == 4


async def test_killing_the_service_under_load_loses_and_duplicates_nothing(
    system: System, marketplace: Marketplace
) -> None:
    """SIGKILL in the middle of sends: every send is acknowledged in the end, once and in order."""
    conversation = await marketplace.start_conversation()
    async with (
        connect(system.delivery[0].url, "buyer", token=marketplace.token("buyer")) as buyer,
        connect(system.delivery[1].url, "seller", token=marketplace.token("seller")) as seller,
    ):
        texts = [f"message {n}" for n in range(150)]
        for number, text in enumerate(texts):
            await buyer.send("send_message", conversationId=conversation, message=text, ref=text)
            if number == 50:
                system.conversations.kill()
            elif number == 100:
                system.conversations.start(wait=False)
        acks = [await buyer.expect("message_sent") for _ in texts]
        assert [ack["ref"] for ack in acks] == texts
        assert [ack["seq"] for ack in acks] == list(range(1, len(texts) + 1))
        heard = [await seller.expect("new_message") for _ in texts]
        assert [frame["message"]["content"] for frame in heard] == texts
        assert [frame for frame in await seller.settle() if frame["type"] == "new_message"] == []
