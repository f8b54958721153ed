"""Thousands of sockets of one process: they listen, answer pings and, when cut, come back as the web client does.

Written on plain transports: to open one costs a fifth of what it costs with `SocketClient`.
"""

import asyncio
import base64
import contextlib
import functools
import os
import random
import re
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

from chassis.backoff import Backoff
from services.delivery.sockets.pacing import Paced

BASE_SECONDS, CAP_SECONDS = 1.0, 30.0  # the web client's backoff: 1, 2, 4, 8, 16, 30 s with full jitter
CONNECT_SECONDS = 10.0  # without a welcome by then a client gives up the attempt, and tries again
CONNECTS_PER_TURN = 20
GATHER_SECONDS = 60.0  # for a batch of first connections
LOOK_SECONDS = 0.05  # between two looks at whether everybody is back; when they came back is noted exactly
SPARE_FILES = 500  # beside its sockets
_PING, _CLOSE = 0x89, 0x88
_PONG = b"\x8a\x80\x00\x00\x00\x00"
_MASK = b"\x00\x00\x00\x00"  # leaves the payload as it is; the server unmasks all the same
_TOKEN = re.compile(rb'"token":"([^"~]+)"')  # a whole one: answers carry it, and an older one resumes more


def allow_files(sockets: int) -> None:
    """Raise this process's soft limit on open files. Raises RuntimeError when even the hard one is too low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = sockets + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise RuntimeError(f"{needed} files are needed, and the hard limit is {hard}")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@functools.cache
def _address(url: str) -> tuple[str, int, bool | None]:
    """Host, port, and whether by TLS."""
    where, secure = urlsplit(url), url.startswith("wss:")
    return where.hostname or "", where.port or (443 if secure else 80), secure or None


@dataclass(frozen=True)
class Move:
    """One socket was closed, and its owner came back. Times are seconds of one clock."""

    closed_at: float
    code: int | None
    back_at: float

    @property
    def absence(self) -> float:
        """Seconds."""
        return self.back_at - self.closed_at


@dataclass
class Crowd:
    """Sockets of many people, one each."""

    urls: Sequence[str]
    """Of replicas; as behind a load balancer, one that refuses connections is passed over."""
    tokens: Sequence[str]
    """Access tokens, one per person."""
    members: list["Member"] = field(default_factory=list)
    closed_by_server: int = 0
    """Sockets that ended although nobody here had cut them."""
    moves: list[Move] = field(default_factory=list)
    _connecting: "Paced[Member] | None" = None

    async def gather(self, *, at_once: int = 200) -> None:
        """Open every socket and wait for its welcome."""
        self.members = [Member(self, token) for token in self.tokens]
        for first in range(0, len(self.members), at_once):
            batch = self.members[first : first + at_once]
            for member in batch:
                member.connect()
            async with asyncio.timeout(GATHER_SECONDS):
                await asyncio.gather(*(member.back.wait() for member in batch))

    async def until_back(self, *, since: float, within: float) -> None:
        """Wait until everybody has resumed after `since`."""
        async with asyncio.timeout(within):
            while any(member.back_at < since for member in self.members):  # noqa: ASYNC110 - many conditions
                await asyncio.sleep(LOOK_SECONDS)

    def connect(self, member: "Member") -> None:
        """Let a member connect; this process has the answers to others to read as well, and does both in turn."""
        if self._connecting is None:
            self._connecting = Paced(asyncio.get_running_loop(), Member.connect, per_turn=CONNECTS_PER_TURN)
        self._connecting.add(member)

    def cut(self) -> None:
        """Break every socket at once; everybody comes back by themselves."""
        for member in self.members:
            member.lose()

    def leave(self) -> None:
        for member in self.members:
            member.leave()

    @property
    def attempts(self) -> int:
        return sum(member.attempts for member in self.members)

    @property
    def open(self) -> int:
        return sum(member.back.is_set() for member in self.members)


class Member:
    """One person's client: its socket, its newest sync token and its backoff."""

    def __init__(self, crowd: Crowd, access_token: str) -> None:
        self._crowd = crowd
        self._loop = asyncio.get_running_loop()
        self._access_token = access_token
        self._backoff = Backoff(base_seconds=BASE_SECONDS, cap_seconds=CAP_SECONDS)
        self._link: _Link | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._leaving = False
        self._lost: tuple[float, int | None] | None = None
        self.back = asyncio.Event()
        """Welcomed and, after the first time, resumed."""
        self.back_at = 0.0
        self.attempts = 0
        self.token: bytes | None = None

    def connect(self) -> None:
        self._attempt = self._loop.create_task(self._connect())

    def lose(self) -> None:
        if self._link is not None:
            self._link.abort()

    def leave(self) -> None:
        self._leaving = True
        self.lose()

    def lost(self, link: "_Link", code: int | None = None) -> None:
        if link is not self._link:
            return
        self._link = None
        if self.back.is_set():
            self._lost = time.monotonic(), code
            self._backoff.reset()
            self._crowd.closed_by_server += not link.aborted
        self.back.clear()
        if not self._leaving:
            self._loop.call_later(self._backoff.next_delay(), self._crowd.connect, self)

    def received(self, token: bytes) -> None:
        """A `welcome` or, after the first time, the `resumed` that it is answered with."""
        assert self._link is not None
        if self.token is not None and not self._link.resuming:
            self._link.resuming = True
            self._link.send(b'{"type":"resume","token":"%b"}' % self.token)
            return
        self.token, self.back_at = token, time.monotonic()
        self.back.set()
        if self._lost is not None:
            self._crowd.moves.append(Move(*self._lost, self.back_at))
            self._lost = None

    async def _connect(self) -> None:
        self.attempts += 1
        self._link = link = _Link(self)
        for url in random.sample(self._crowd.urls, len(self._crowd.urls)):
            host, port, secure = _address(url)
            with contextlib.suppress(OSError):
                await self._loop.create_connection(lambda: link, host, port, ssl=secure)
                link.open(f"{host}:{port}", self._access_token)
                self._loop.call_later(CONNECT_SECONDS, link.give_up)
                return
        self.lost(link)


class _Link(asyncio.Protocol):
    """One TCP connection, from the handshake on."""

    __slots__ = ("_buffer", "_code", "_member", "_transport", "_upgraded", "aborted", "resuming")

    def __init__(self, member: Member) -> None:
        self._member = member
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._upgraded = False
        self._code: int | None = None
        self.aborted = False
        self.resuming = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are of no common class

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        self._member.lost(self, self._code)

    def open(self, host: str, access_token: str) -> None:
        if self._transport is not None:
            key = base64.b64encode(os.urandom(16)).decode()
            self._transport.write(
                f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                f"Sec-WebSocket-Protocol: messaging.v1, bearer.{access_token}\r\n\r\n".encode()
            )

    def give_up(self) -> None:
        if not self._member.back.is_set():
            self.abort()

    def abort(self) -> None:
        self.aborted = True
        if self._transport is not None:
            self._transport.abort()

    def send(self, text: bytes) -> None:
        """One text frame of medium length."""
        assert self._transport is not None
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
        self._transport.write(head + _MASK + text)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self._upgraded:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = data
                return
            if not head.startswith(b"HTTP/1.1 101 "):
                self.abort()  # refused for now: the attempt failed
                return
            self._upgraded, data = True, rest
        self._buffer = self._read_frames(data)

    def _read_frames(self, data: bytes) -> bytes:
        """Act on every whole frame; returns what is left. A server's frames are not masked."""
        begin, size = 0, len(data)
        while size - begin >= 2:
            length, start = data[begin + 1], begin + 2
            if length >= 126:
                width = 2 if length == 126 else 8
                start += width
                length = int.from_bytes(data[begin + 2 : start])
            if start + length > size:
                break
            self._act(data[begin], data[start : start + length])
            begin = start + length
        return data[begin:]

    def _act(self, kind: int, payload: bytes) -> None:
        if self._transport is None:
            return
        if kind == _PING:
            self._transport.write(_PONG)
        elif kind == _CLOSE:
            self._code = int.from_bytes(payload[:2])
            self._transport.write(bytes((_CLOSE, 0x80 | len(payload[:2]))) + _MASK + payload[:2])
            self._transport.close()
        elif (found := _TOKEN.search(payload)) is not None:
            self._member.received(found[1])
