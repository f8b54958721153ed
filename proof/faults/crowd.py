"""`python -m proof.faults.crowd`: many sockets in a process of their own, so that they take no time from who measures.

Reads one JSON object per line from its input and answers each with one: `{"open": …}`, `{"cut": …}`, and so on, by the
names of the coroutines below.
"""

import asyncio
import contextlib
import os
import random
import socket
import sys
import time
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
import uvloop

from benchmarks.load.target import Target
from proof.faults.handover import Move

RECONNECT_SECONDS = 1.0  # over which clients spread their first attempt, as the contract asks
OPEN_AT_ONCE = 50
FLOOD_FRAMES_PER_SECOND = 1000
TALK_PAUSE_SECONDS = 0.01
SMALL_BUFFER_BYTES = 4096
Json = dict[str, Any]


class Crowd:
    """Sockets of idle people, and of people who mean no good."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._sockets: dict[str, aiohttp.ClientWebSocketResponse] = {}
        self._tokens: dict[str, str] = {}
        self._urls: list[str] = []
        self._target: Target | None = None
        self._unread: list[asyncio.StreamWriter] = []
        self._slow: list[asyncio.StreamWriter] = []
        self._staying: list[asyncio.Task[None]] = []
        self._moves: list[Move] = []

    async def use(self, *, target: Json, urls: list[str]) -> Json:
        """Where to connect."""
        self._target, self._urls = Target(**target), urls
        return {}

    async def open(self, *, users: list[str]) -> Json:
        """Open a socket for each, and keep it."""
        gate = asyncio.Semaphore(OPEN_AT_ONCE)

        async def one(user: str) -> None:
            async with gate:
                await self._connect(user)

        await asyncio.gather(*(one(user) for user in users))
        return {"sockets": len(self._sockets)}

    async def cut(self) -> Json:
        """Break all of them at one moment, and come back; how long that took the last one."""
        began = time.monotonic()
        for socket_ in self._sockets.values():
            socket_._response.connection.transport.abort()  # type: ignore[union-attr]  # no close frame: it breaks
        users = list(self._sockets)
        self._sockets.clear()
        await asyncio.gather(*(self._come_back(user) for user in users))
        return {"seconds": time.monotonic() - began, "sockets": len(self._sockets)}

    async def stay(self) -> Json:
        """From now on whoever is closed comes back, and both moments are noted."""
        self._staying = [asyncio.create_task(self._stay(user), name=f"{user} stays") for user in self._sockets]
        return {"sockets": len(self._staying)}

    async def moves(self) -> Json:
        """What was noted since the last time; it ends with the first error of whoever stays."""
        for task in self._staying:
            if task.done():
                task.result()
        noted, self._moves = self._moves, []
        return {"moves": [asdict(move) for move in noted], "sockets": len(self._sockets)}

    async def never_read(self, *, users: list[str]) -> Json:
        """Sockets whose owner reads nothing, with the smallest buffer there is."""
        for user in users:
            self._unread.append(await self._open_raw(user))
        return {"sockets": len(self._unread)}

    async def send_slowly(self, *, users: list[str]) -> Json:
        """Frames that never come to their end: half a header, and half a text."""
        for number, user in enumerate(users):
            writer = await self._open_raw(user)
            writer.write(b"\x81" if number % 2 else b"\x81\xff" + bytes(6) + b"\x10\x00" + bytes(4) + b"[")
            self._slow.append(writer)
        return {"sockets": len(self._slow)}

    async def send_garbage(self, *, users: list[str]) -> Json:
        """Frames that mean nothing, until the server has had enough; the close codes."""
        return {"codes": await asyncio.gather(*(self._torment(user, self._garbage) for user in users))}

    async def flood(self, *, users: list[str]) -> Json:
        """A thousand frames a second, until the server has had enough; the close codes."""
        return {"codes": await asyncio.gather(*(self._torment(user, self._flood) for user in users))}

    async def talk(self, *, users: list[str], conversation: str, text: str, count: int) -> Json:
        """Both send so many messages, at a pace that is allowed."""
        frame = {"type": "send_message", "conversationId": conversation, "message": text}
        await asyncio.gather(*(self._say(user, frame, count) for user in users))
        return {}

    async def leave(self) -> Json:
        """Close everything."""
        for task in self._staying:
            task.cancel()
        await asyncio.gather(*self._staying, return_exceptions=True)
        self._staying.clear()
        await asyncio.gather(*(socket_.close() for socket_ in self._sockets.values()))
        self._sockets.clear()
        for writer in [*self._unread, *self._slow]:
            writer.transport.abort()
        self._unread.clear()
        self._slow.clear()
        return {}

    async def _say(self, user: str, frame: Json, count: int) -> None:
        socket_ = await self._open(user)

        async def read_answers() -> None:
            left = count
            while left:
                left -= (await socket_.receive_json())["type"] in ("message_sent", "error")

        reading = asyncio.create_task(read_answers())
        for _ in range(count):
            await socket_.send_json(frame)
            await asyncio.sleep(TALK_PAUSE_SECONDS)
        await reading
        await socket_.close()

    async def _stay(self, user: str) -> None:
        while True:
            socket_ = self._sockets[user]
            async for _ in socket_:
                pass
            closed_at = time.monotonic()
            del self._sockets[user]
            await self._come_back(user)
            self._moves.append(Move(closed_at, socket_.close_code, time.monotonic()))

    async def _come_back(self, user: str) -> None:
        delay = RECONNECT_SECONDS
        while True:
            await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter, not a secret
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                return await self._connect(user)
            delay = min(2 * delay, 30)

    async def _connect(self, user: str) -> None:
        """Connected counts once what was missed is told."""
        socket_ = await self._open(user)
        welcome = await _expect(socket_, "welcome")
        if (token := self._tokens.get(user)) is not None:
            await socket_.send_json({"type": "resume", "token": token})
            await _expect(socket_, "resumed")
        self._tokens[user] = welcome["token"]
        self._sockets[user] = socket_

    async def _open(self, user: str) -> aiohttp.ClientWebSocketResponse:
        assert self._target is not None
        url = random.choice(self._urls)  # noqa: S311 - as a load balancer would
        protocols = ("messaging.v1", f"bearer.{self._target.token(user)}")
        return await self._http.ws_connect(url, protocols=protocols)

    async def _open_raw(self, user: str) -> asyncio.StreamWriter:
        assert self._target is not None
        where = urlsplit(random.choice(self._urls))  # noqa: S311 - as above
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, (where.hostname, where.port))
        reader, writer = await asyncio.open_connection(sock=plain)
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: {where.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Authorization: Bearer {self._target.token(user)}\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a transport for both ways
        return writer

    async def _torment(self, user: str, send: Any) -> int | None:
        socket_ = await self._open(user)
        sending = asyncio.create_task(send(socket_))
        async for _ in socket_:
            pass
        sending.cancel()
        return socket_.close_code

    async def _garbage(self, socket_: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            for text in ("{", "[]", '{"type":"give_me_everything"}', '{"type":"send_message"}', "\u0000", "null") * 10:
                await socket_.send_str(text)
                await asyncio.sleep(0.01)

    async def _flood(self, socket_: aiohttp.ClientWebSocketResponse) -> None:
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), 0
        with contextlib.suppress(ConnectionError):
            while not socket_.closed:
                for _ in range(int((loop.time() - began) * FLOOD_FRAMES_PER_SECOND) - sent):
                    await socket_.send_str('{"type":"ping"}')
                    sent += 1
                await asyncio.sleep(0.01)


async def _expect(socket_: aiohttp.ClientWebSocketResponse, kind: str) -> Json:
    """The next frame; one of another kind, or a close, ends the socket as one that could not be opened."""
    message = await socket_.receive()
    frame: Json = orjson.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
    if frame.get("type") != kind:
        await socket_.close()
        raise aiohttp.ClientConnectionError(f"{message} instead of {kind}")
    return frame


async def _main() -> None:
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        crowd = Crowd(http)
        while line := await lines.readline():
            ((name, arguments),) = orjson.loads(line).items()
            answer = await getattr(crowd, name)(**arguments)
            sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
            sys.stdout.buffer.flush()
        await crowd.leave()


if __name__ == "__main__":
    os.nice(5)  # in truth these clients have machines of their own
    uvloop.run(_main())
