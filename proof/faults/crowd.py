"""Many sockets, to be run aside (benchmarks/load/aside.py), so that they take no time from the measuring process."""

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import cycle
from urllib.parse import urlsplit

import orjson

from benchmarks.load.aside import Aside
from benchmarks.load.crowd import Crowd, Move
from benchmarks.load.sockets import ERROR, MESSAGE_SENT, SocketClient, open_socket
from benchmarks.load.target import Target
from tests.kit.raw_websocket import upgrade_request

BACK_SECONDS = 60.0
FLOOD_FRAMES_PER_SECOND = 1000
PAUSE_SECONDS = 0.01
SMALL_BUFFER_BYTES = 4096
GARBAGE = ("{", "[]", '{"type":"give_me_everything"}', '{"type":"send_message"}', "\u0000", "null")


class People:
    """Sockets of idle and of hostile clients."""

    def __init__(self, target: Target, urls: Sequence[str]) -> None:
        os.nice(5)  # in truth these clients have machines of their own
        self._target, self._urls = target, urls
        self._crowd = Crowd((), ())
        self._raw: list[asyncio.StreamWriter] = []

    async def open(self, *, users: list[str]) -> None:
        """Open a socket for each; a client that loses it reconnects."""
        self._crowd = Crowd(self._urls, [self._target.token(user) for user in users])
        await self._crowd.gather()

    async def cut(self) -> float:
        """Break all of them at one moment, and come back; the seconds that took the last one."""
        began = time.monotonic()
        self._crowd.cut()
        await self._crowd.until_back(since=began, within=BACK_SECONDS)
        return time.monotonic() - began

    async def moves(self, *, of: int) -> list[Move]:
        """Reconnects since the last call; waits until all `of` the people who stay have a socket again."""
        while self._crowd.open != of:  # noqa: ASYNC110 - many conditions
            await asyncio.sleep(PAUSE_SECONDS)
        noted, self._crowd.moves = self._crowd.moves, []
        return noted

    async def never_read(self, *, users: list[str]) -> None:
        """Sockets that are never read, with the smallest possible buffer."""
        for user in users:
            await self._open_raw(user)

    async def send_slowly(self, *, users: list[str]) -> None:
        """Frames that never come to their end: half a header, and half a text."""
        for number, user in enumerate(users):
            writer = await self._open_raw(user)
            writer.write(b"\x81" if number % 2 else b"\x81\xff" + bytes(6) + b"\x10\x00" + bytes(4) + b"[")

    async def send_garbage(self, *, users: list[str]) -> list[int | None]:
        """Frames that mean nothing, until the server has had enough; the close codes."""
        return await asyncio.gather(*(self._torment(user, GARBAGE, per_second=100) for user in users))

    async def flood(self, *, users: list[str]) -> list[int | None]:
        """A thousand frames a second, until the server has had enough; the close codes."""
        ping, rate = ('{"type":"ping"}',), FLOOD_FRAMES_PER_SECOND
        return await asyncio.gather(*(self._torment(user, ping, per_second=rate) for user in users))

    async def talk(self, *, users: list[str], conversation: str, text: str, count: int) -> None:
        """Both send so many messages, at a pace that is allowed."""
        frame = orjson.dumps({"type": "send_message", "conversationId": conversation, "message": text})
        await asyncio.gather(*(self._say(user, frame, count) for user in users))

    async def leave(self) -> None:
        self._crowd.leave()
        for writer in self._raw:
            writer.transport.abort()
        self._raw.clear()

    async def _say(self, user: str, frame: bytes, count: int) -> None:
        talker = _Talker(count)
        await open_socket(self._target, user, talker, url=self._some_url())
        for _ in range(count):
            talker.send(frame)
            await asyncio.sleep(PAUSE_SECONDS)
        await talker.answered.wait()
        if talker.ended.is_set():
            raise ConnectionResetError(f"{user} was closed with {talker.close_code} in the middle of a talk")
        talker.disconnect()

    async def _torment(self, user: str, texts: tuple[str, ...], *, per_second: int) -> int | None:
        client = SocketClient()
        await open_socket(self._target, user, client, url=self._some_url())
        text = cycle(texts)
        async for due in _due(per_second):
            for _ in range(due):
                client.send(next(text).encode())
            if client.ended.is_set():
                return client.close_code
        raise AssertionError

    def _some_url(self) -> str:
        return random.choice(self._urls)  # noqa: S311 - as a load balancer would

    async def _open_raw(self, user: str) -> asyncio.StreamWriter:
        where = urlsplit(self._some_url())
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (where.hostname, where.port))
        reader, writer = await asyncio.open_connection(sock=plain)
        writer.write(upgrade_request(where.netloc, token=self._target.token(user)))
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a transport for both ways
        self._raw.append(writer)
        return writer


class _Talker(SocketClient):
    def __init__(self, messages: int) -> None:
        super().__init__()
        self.answered = asyncio.Event()
        self._open = messages

    def on_body(self, body: bytes) -> None:
        if body.startswith((MESSAGE_SENT, ERROR)):
            self._open -= 1
            if not self._open:
                self.answered.set()

    def on_closed(self, _code: int | None) -> None:
        self.answered.set()


async def _due(per_second: int) -> AsyncIterator[int]:
    """How many are due since the last time, again and again."""
    began, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - began) * per_second) - sent
        sent += due
        yield due
        await asyncio.sleep(PAUSE_SECONDS)


def crowd_aside(target: Target, urls: Sequence[str]) -> Aside:
    """`People` who open their sockets at `urls`."""
    return Aside(partial(People, target, urls))
