"""The proxy breaks links as it is told to, and nothing else: no byte is lost or overtaken on a whole or a slow link."""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.kit.running.tcp_proxy import TcpProxy, Way
from tests.kit.waiting import eventually

CHUNKS = 300
SLOW_SECONDS = 0.2


@dataclass
class Echo:
    """A server that keeps what it gets and sends it back, behind a proxy."""

    proxy: TcpProxy
    got: bytearray


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    """Answers on a port of its own."""
    got = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(64 * 1024):
                got.extend(chunk)
                writer.write(chunk)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with TcpProxy(host="127.0.0.1", port=server.sockets[0].getsockname()[1]) as proxy:
        yield Echo(proxy, got)
    server.close()
    await server.wait_closed()


@contextlib.asynccontextmanager
async def connected(proxy: TcpProxy) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection by way of the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_bytes_keep_their_order_when_a_link_slows_down_and_recovers(echo: Echo) -> None:
    """What comes after the slow part does not overtake it."""
    sent, chance = bytearray(), random.Random(1)  # noqa: S311 - the same every time
    async with connected(echo.proxy) as (reader, writer):
        for number in range(CHUNKS):
            chunk = os.urandom(500)
            sent.extend(chunk)
            writer.write(chunk)
            if number == CHUNKS // 3:
                echo.proxy.slow_down(SLOW_SECONDS)
            if number == 2 * CHUNKS // 3:
                echo.proxy.heal()
            await asyncio.sleep(chance.choice([0, 0.0003, 0.001]))  # chunks of their own
        async with asyncio.timeout(60):
            assert await reader.readexactly(len(sent)) == sent
    assert echo.got == sent


async def test_loss_in_one_direction_lets_the_other_through(echo: Echo) -> None:
    """Requests arrive, answers do not; a connection made after healing knows nothing of it."""
    async with connected(echo.proxy) as (reader, writer):
        writer.write(b"heard")
        async with asyncio.timeout(60):
            assert await reader.readexactly(5) == b"heard"
        echo.proxy.cut([Way.TO_CLIENT])
        writer.write(b", unanswered")
        await eventually(lambda: bytes(echo.got) == b"heard, unanswered", within=60)
        echo.proxy.heal()
        async with connected(echo.proxy) as (later_reader, later_writer):
            later_writer.write(b"!")
            async with asyncio.timeout(60):
                assert await later_reader.readexactly(1) == b"!"  # by now the other answer would have come too
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await reader.read(1)
