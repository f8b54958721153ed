"""The plain server that the product is compared with: messages it counts are stored once and numbered without gaps."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import aiohttp
import orjson
import pytest
from uuid_utils.compat import uuid7

from benchmarks.load.pairs import run_closed_loop
from benchmarks.load.sockets import SocketClient, open_socket
from benchmarks.load.target import Couple, introduce
from benchmarks.rival.running import PlainSystem, plain_system
from contracts.generated.models import Message, MessageSent

PATIENCE_SECONDS = 60.0


class Reader(SocketClient):
    """One person's socket, read frame by frame."""

    def __init__(self, conversation_id: str) -> None:
        super().__init__()
        self._conversation_id = conversation_id
        self._bodies: asyncio.Queue[bytes] = asyncio.Queue()

    def on_body(self, body: bytes) -> None:
        self._bodies.put_nowait(body)

    async def read(self) -> bytes:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._bodies.get()

    def say(self, client_message_id: str) -> None:
        frame = {"conversationId": self._conversation_id, "message": "Hello", "clientMessageId": client_message_id}
        self.send(orjson.dumps({"type": "send_message", **frame}))


@pytest.fixture(scope="module")
def system() -> Iterator[PlainSystem]:
    with plain_system(durable=False) as running:
        yield running


@pytest.fixture
async def couple(system: PlainSystem) -> Couple:
    """Two people of this test's own."""
    async with aiohttp.ClientSession() as http:
        return await introduce(http, system.target, uuid7().hex)


@pytest.fixture
async def buyer(system: PlainSystem, couple: Couple) -> AsyncIterator[Reader]:
    async with _connected(system, couple, couple.buyer_id) as reader:
        yield reader


@pytest.fixture
async def seller(system: PlainSystem, couple: Couple) -> AsyncIterator[Reader]:
    async with _connected(system, couple, couple.seller_id) as reader:
        yield reader


async def test_pairs_in_a_closed_loop_get_an_answer_to_every_message(system: PlainSystem) -> None:
    """Five pairs talk for a moment: each message that counts was stored, acknowledged and received."""
    before = _count(system, "messages")
    measured = await run_closed_loop(system.target, pairs=5, seconds=1, meter=system.processor_seconds)
    assert 0 < measured.completed <= _count(system, "messages") - before
    assert len(measured.to_receipt) == len(measured.to_ack) > 0
    assert {"load_generator", "server"} <= set(measured.used)


async def test_it_speaks_as_the_product_does(couple: Couple, buyer: Reader, seller: Reader) -> None:
    """Its ack is the product's, and so is the message in what it pushes."""
    buyer.say("a")
    sent = MessageSent.from_wire(await buyer.read())
    pushed = orjson.loads(await seller.read())
    assert pushed["type"] == "new_message"
    assert pushed["conversationId"] == couple.conversation_id
    told = Message.from_wire(orjson.dumps(pushed["message"]))
    assert (told.id, told.seq, told.created_at) == (sent.message_id, sent.seq, sent.created_at)
    assert (told.sender_id, told.content, told.client_message_id) == (couple.buyer_id, "Hello", "a")


async def test_a_duplicate_is_answered_with_the_first_and_sent_to_nobody(buyer: Reader, seller: Reader) -> None:
    """It leaves no gap either: the next message has the next number."""
    for client_message_id in ("a", "a", "b"):
        buyer.say(client_message_id)
    first, double, second = [MessageSent.from_wire(await buyer.read()) for _ in range(3)]
    assert (first.seq, double.seq, second.seq) == (1, 1, 2)
    assert (first.duplicate, double.duplicate, second.duplicate) == (False, True, False)
    assert double.message_id == first.message_id
    told = [orjson.loads(await seller.read())["message"] for _ in range(2)]
    assert [message["clientMessageId"] for message in told] == ["a", "b"]


async def test_both_people_may_use_the_same_client_message_id(buyer: Reader, seller: Reader) -> None:
    buyer.say("a")
    await seller.read()
    seller.say("a")
    assert not MessageSent.from_wire(await seller.read()).duplicate


async def test_a_stranger_is_refused(system: PlainSystem, couple: Couple) -> None:
    """Nothing is stored."""
    async with _connected(system, couple, "stranger") as stranger:
        stranger.say("a")
        assert orjson.loads(await stranger.read())["type"] == "error"
    assert _count(system, f"messages WHERE conversation_id = '{couple.conversation_id}'") == 0


def test_a_measured_postgresql_is_as_durable_as_for_the_product() -> None:
    """Only the other tests do without."""
    with plain_system() as measured:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert measured.postgres.query(f"SHOW {setting}", "plain") == "on"


@contextlib.asynccontextmanager
async def _connected(system: PlainSystem, couple: Couple, user_id: str) -> AsyncIterator[Reader]:
    reader = Reader(couple.conversation_id)
    await open_socket(system.target, user_id, reader)
    try:
        yield reader
    finally:
        reader.disconnect()


def _count(system: PlainSystem, rows: str) -> int:
    return int(system.postgres.query(f"SELECT count(*) FROM {rows}", "plain"))  # noqa: S608 - of these tests' own
