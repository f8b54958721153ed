"""Every way a socket can end, at delivery and through a gateway, with a client that does not close by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from yarl import URL

from contracts.generated.catalogues import CloseCode
from deploy.native.gateway.app import create_app
from deploy.native.gateway.settings import Settings
from services.delivery.sockets.connection import Connection
from tests.integration.delivery.conftest import StartReplica
from tests.integration.delivery.test_heartbeat import HEARTBEAT, age, open_raw, read_frame
from tests.kit.client import PATIENCE_SECONDS
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually

CLOSE = 0x88
NORMAL = b"\x88\x82\x00\x00\x00\x00\x03\xe8"  # a client's close frame with 1000, masked with zeros
LEFT_IN_SECONDS = 15.0  # far below the 75 s that a server waits for the next request

End = Callable[[Connection, asyncio.StreamWriter], object]


@pytest.fixture
async def replica(start_replica: StartReplica) -> Replica:
    return await start_replica(heartbeat_seconds=HEARTBEAT)


@pytest.fixture(params=["direct", "gateway"])
async def url(request: pytest.FixtureRequest, replica: Replica, tmp_path: Path) -> AsyncIterator[str]:
    """Where clients connect."""
    if request.param == "direct":
        yield replica.url
        return
    upstream = URL(replica.url)
    settings = Settings(host="127.0.0.1", port=0, conversations_url=upstream, delivery_url=upstream, web_dist=tmp_path)
    async with TestServer(create_app(settings)) as gateway:
        yield str(gateway.make_url("/"))


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda connection, _: connection.close(CloseCode.DRAINING), CloseCode.DRAINING),
        (lambda connection, _: connection.close(CloseCode.TOKEN_EXPIRED), CloseCode.TOKEN_EXPIRED),
        (lambda connection, _: age(connection, 1.6), CloseCode.HEARTBEAT_MISSED),
        (lambda _, writer: writer.write(NORMAL), CloseCode.NORMAL),
        (lambda _, writer: writer.write(b"\x81\x00"), CloseCode.PROTOCOL_ERROR),  # a frame that is not masked
        (lambda connection, _: connection.transport.abort(), None),
        (lambda _, writer: writer.write_eof(), None),
    ],
    ids=["draining", "token expired", "vanished", "client's close frame", "violation", "cut", "client's half-close"],
)
async def test_the_connection_ends_whichever_side_closes(
    replica: Replica, url: str, end: End, code: CloseCode | None
) -> None:
    """The close code comes first, where there is one; then the end, and nothing stays behind."""
    reader, writer = await open_raw(url, "buyer")
    async with asyncio.timeout(PATIENCE_SECONDS):
        await read_frame(reader)  # the welcome
    (connection,) = replica.hub.of(["buyer"])
    end(connection, writer)
    seen = None
    async with asyncio.timeout(LEFT_IN_SECONDS):
        try:
            while seen is None:
                kind, payload = await read_frame(reader)
                seen = int.from_bytes(payload[:2], "big") if kind == CLOSE else None
            assert await reader.read() == b""
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
    assert seen == code
    await eventually(lambda: len(replica.hub) == 0, within=30)
    writer.close()
