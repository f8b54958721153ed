"""The crowd of a reconnect storm, against a server that does what the test wants."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from benchmarks.load import crowd as module
from benchmarks.load.crowd import Crowd
from tests.kit.waiting import eventually


class Server:
    """Welcomes whoever connects, and resumes whoever asks for it."""

    def __init__(self) -> None:
        self.connections = 0
        self.pongs = 0
        self.frames: list[str] = []
        self.refusing = False
        self.sockets: list[web.WebSocketResponse] = []
        self.url = ""

    async def accept(self, request: web.Request) -> web.WebSocketResponse:
        self.connections += 1
        if self.refusing:
            raise web.HTTPServiceUnavailable
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        self.sockets.append(ws)
        await ws.send_str(f'{{"type":"welcome","token":"t{self.connections}"}}')
        await ws.ping()
        async for message in ws:
            self.pongs += message.type is WSMsgType.PONG
            if message.type is WSMsgType.TEXT:
                self.frames.append(message.data)
                await ws.send_str('{"type":"resumed","conversations":[],"token":"r"}')
        return ws


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """Clients come back at once, rather than with the backoff of people."""
    monkeypatch.setattr(module, "BASE_SECONDS", 0.01)
    found, app = Server(), web.Application()
    app.router.add_get("/ws", found.accept)
    async with TestServer(app, shutdown_timeout=0.1) as listening:
        found.url = str(listening.make_url("/ws")).replace("http", "ws", 1)
        yield found


async def test_a_crowd_opens_its_sockets_and_answers_pings(server: Server) -> None:
    crowd = Crowd([server.url], ["a", "b", "c"])
    await crowd.gather()
    await eventually(lambda: server.pongs == 3, within=60)
    assert (crowd.open, crowd.attempts, crowd.closed_by_server) == (3, 3, 0)
    crowd.leave()


async def test_a_crowd_that_was_cut_comes_back_and_resumes_with_its_token(server: Server) -> None:
    """The time counts from the cut."""
    crowd = Crowd([server.url], ["a"])
    await crowd.gather()
    began = time.monotonic()
    crowd.cut()
    await crowd.until_back(since=began, within=60)
    assert server.frames == ['{"type":"resume","token":"t1"}']
    assert crowd.members[0].token == b"r"
    assert crowd.members[0].back_at > began
    assert crowd.closed_by_server == 0
    crowd.leave()


async def test_sockets_that_the_server_closes_are_counted(server: Server) -> None:
    """An idle socket must stay open. The close, its code and the return are noted."""
    crowd = Crowd([server.url], ["a"])
    await crowd.gather()
    began = time.monotonic()
    await server.sockets[0].close(code=4000)
    await crowd.until_back(since=began, within=60)
    assert crowd.closed_by_server == 1
    (move,) = crowd.moves
    assert (began < move.closed_at < move.back_at, move.code) == (True, 4000)
    crowd.leave()


async def test_a_refused_handshake_is_tried_again(server: Server) -> None:
    """With backoff, as often as it takes."""
    server.refusing = True
    crowd = Crowd([server.url], ["a"])
    gathering = asyncio.create_task(crowd.gather())
    await eventually(lambda: server.connections >= 3, within=60)
    server.refusing = False
    await gathering
    assert crowd.attempts > 3
    crowd.leave()


async def test_a_replica_that_does_not_listen_is_passed_over(server: Server) -> None:
    """As a load balancer does."""
    with socket.socket() as down:
        down.bind(("127.0.0.1", 0))  # without listening: nobody else gets the port, and nobody is there
        crowd = Crowd([f"ws://127.0.0.1:{down.getsockname()[1]}/ws", server.url], ["a"] * 20)
        await crowd.gather()
    assert (crowd.open, crowd.attempts) == (20, 20)
    crowd.leave()
