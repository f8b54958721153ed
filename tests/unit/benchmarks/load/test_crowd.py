"""The crowd of a reconnect storm, against a server that says what the test wants."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator

import pytest

from benchmarks import crowd as module
from benchmarks.crowd import Crowd
from services.delivery.wire.websocket_out import ping_frame, text_frame

SWITCHING = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
PONG = b"\x8a\x80\x00\x00\x00\x00"


class Server:
    """Welcomes whoever connects, and resumes whoever asks for it."""

    def __init__(self) -> None:
        self.connections = 0
        self.heard: list[bytes] = []
        self.refusing = False
        self.writers: list[asyncio.StreamWriter] = []
        self.tasks: set[asyncio.Task[None] | None] = set()
        self.port = 0

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.current_task())
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            self.connections += 1
            if self.refusing:
                writer.write(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
                return
            self.writers.append(writer)
            welcome = text_frame(b'{"type":"welcome","token":"t%d"}' % self.connections)
            writer.write(SWITCHING + welcome[:5])
            await writer.drain()
            writer.write(welcome[5:] + ping_frame())
            while data := await reader.read(1024):
                self.heard.append(data)
                if b"resume" in data:
                    writer.write(text_frame(b'{"type":"resumed","conversations":[%b],"token":"r"}' % (b'"x",' * 90)))


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """Clients come back at once, rather than with the backoff of people."""
    monkeypatch.setattr(module, "BASE_SECONDS", 0.01)
    found = Server()
    listening = await asyncio.start_server(found.accept, "127.0.0.1", 0)
    found.port = listening.sockets[0].getsockname()[1]
    yield found
    listening.close()
    for writer in found.writers:
        writer.transport.abort()
    await asyncio.gather(*(task for task in found.tasks if task is not None))


async def until(server: Server, heard: bytes) -> None:
    async with asyncio.timeout(60):
        while not any(heard in data for data in server.heard):  # noqa: ASYNC110 - a list of bytes announces nothing
            await asyncio.sleep(0.01)


async def test_a_crowd_opens_its_sockets_and_answers_pings(server: Server) -> None:
    """Frames count whatever way the network cut them."""
    crowd = Crowd([server.port], ["a", "b", "c"])
    await crowd.gather()
    await until(server, PONG)
    assert (crowd.open, crowd.attempts, crowd.closed_by_server) == (3, 3, 0)
    crowd.leave()


async def test_a_crowd_that_was_cut_comes_back_and_resumes_with_its_token(server: Server) -> None:
    """The time counts from the cut."""
    crowd = Crowd([server.port], ["a"])
    await crowd.gather()
    began = time.monotonic()
    crowd.cut()
    await crowd.until_back(since=began, within=60)
    assert any(b'{"type":"resume","token":"t1"}' in data for data in server.heard)
    assert crowd.members[0].token == b"r"
    assert crowd.members[0].back_at > began
    assert crowd.closed_by_server == 0
    crowd.leave()


async def test_sockets_that_the_server_closes_are_counted(server: Server) -> None:
    """An idle socket that does not stay open is no idle socket."""
    crowd = Crowd([server.port], ["a"])
    await crowd.gather()
    began = time.monotonic()
    server.writers[0].close()
    await crowd.until_back(since=began, within=60)
    assert crowd.closed_by_server == 1
    crowd.leave()


async def test_a_refused_handshake_is_tried_again(server: Server) -> None:
    """With backoff, as often as it takes."""
    server.refusing = True
    crowd = Crowd([server.port], ["a"])
    gathering = asyncio.create_task(crowd.gather())
    async with asyncio.timeout(60):
        while server.connections < 3:  # noqa: ASYNC110 - a count of the server
            await asyncio.sleep(0.01)
    server.refusing = False
    await gathering
    assert crowd.attempts > 3
    crowd.leave()


async def test_a_replica_that_does_not_listen_is_passed_over(server: Server) -> None:
    """As a load balancer does."""
    with socket.socket() as down:
        down.bind(("127.0.0.1", 0))  # without listening: nobody else gets the port, and nobody is there
        crowd = Crowd([down.getsockname()[1], server.port], ["a"] * 20)
        await crowd.gather()
    assert (crowd.open, crowd.attempts) == (20, 20)
    crowd.leave()
