"""Row D5: dead peers are found."""

import asyncio
from urllib.parse import urlsplit

from contracts.generated.catalogues import CloseCode
from services.delivery.sockets.connection import Connection
from tests.integration.delivery.conftest import StartReplica
from tests.kit.client import PATIENCE_SECONDS, connect
from tests.kit.credentials import token_of
from tests.kit.raw_websocket import upgrade_request
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually

HEARTBEAT = 75.0  # the slowest that can be set; passes only where a test says so: see `age`
PING, CLOSE = 0x89, 0x88


async def open_raw(url: str, user: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that speaks only when told to: it answers no ping."""
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(upgrade_request(where.netloc, token=token_of(user)))
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """First byte and payload of the next frame."""
    first, size = await reader.readexactly(2)
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2), "big")
    return first, await reader.readexactly(size)


def age(connection: Connection, heartbeats: float) -> None:
    """As if so much time had passed since its last sign of life, and until its next ping."""
    connection.last_seen -= heartbeats * HEARTBEAT
    connection.ping_at -= heartbeats * HEARTBEAT


async def test_a_peer_that_does_not_answer_is_closed_and_forgotten(start_replica: StartReplica) -> None:
    """Pinged, and gone after one and a half heartbeats without a sign of life."""
    delivery = await start_replica(heartbeat_seconds=HEARTBEAT)
    reader, writer = await open_raw(delivery.url, "buyer")
    (connection,) = delivery.hub.of(["buyer"])
    async with asyncio.timeout(PATIENCE_SECONDS):
        await read_frame(reader)  # the welcome
        age(connection, 1.2)
        assert (await read_frame(reader))[0] == PING
        age(connection, 0.4)
        kind, payload = await read_frame(reader)
        assert (kind, int.from_bytes(payload[:2], "big")) == (CLOSE, CloseCode.HEARTBEAT_MISSED)
        await eventually(lambda: len(delivery.hub) == 0, within=30)
        assert await reader.read() == b""  # it never answered the close frame either: cut off
    writer.close()


async def test_a_peer_that_answers_stays(start_replica: StartReplica) -> None:
    """Silent but for its pongs, which its library sends by itself."""
    delivery = await start_replica(heartbeat_seconds=HEARTBEAT)
    async with connect(delivery, "buyer") as buyer:
        (connection,) = delivery.hub.of(["buyer"])
        reading = asyncio.create_task(buyer.socket.receive())
        for _ in range(3):
            age(connection, 1.2)
            aged = connection.last_seen
            await eventually(lambda aged=aged: connection.last_seen > aged, within=30)  # type: ignore[misc]  # bound early
        assert not reading.done()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_a_ping_of_the_client_is_answered(delivery: Replica) -> None:
    """With what it carried."""
    reader, writer = await open_raw(delivery.url, "buyer")
    writer.write(b"\x89\x82\x00\x00\x00\x00hi")  # masked with zeros
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (frame := await read_frame(reader))[0] != 0x8A:
            pass
    assert frame[1] == b"hi"
    writer.close()


async def test_pings_are_spread(start_replica: StartReplica) -> None:
    """Sockets that come together are not pinged together."""
    delivery = await start_replica(heartbeat_seconds=30)
    opened = [await open_raw(delivery.url, f"user-{n}") for n in range(20)]
    await eventually(lambda: len(delivery.hub) == 20, within=30)
    due = sorted(connection.ping_at for connection in delivery.hub)
    assert due[-1] - due[0] > 3
    for _, writer in opened:
        writer.close()
