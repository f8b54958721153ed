"""A client of the sockets that shows every frame as it came; what others install is `marketplace_messaging`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from marketplace_messaging import sync_token
from tests.kit.credentials import token_of
from tests.kit.replicas import Replica

PATIENCE_SECONDS = 60.0

Json = dict[str, Any]


class Socket:
    """One socket of a user. Frames that a test does not ask for are kept for later."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[Json] = []
        self.welcome: Json = {}
        self._token = ""

    async def send(self, type_: str, **fields: Any) -> None:
        await self.socket.send_str(orjson.dumps({"type": type_, **fields}).decode())

    async def receive(self) -> Json:
        """The next frame from the wire; its `token` is the whole one that a client holds after it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, f"{message.type!r} {message.data!r}"
        frame: Json = orjson.loads(message.data)
        if "token" in frame:
            self._token = frame["token"] = sync_token.updated(self._token, frame["token"])
        return frame

    async def expect(self, type_: str, **fields: Any) -> Json:
        """The first frame that fits, kept or yet to come."""

        def fits(frame: Json) -> bool:
            return frame["type"] == type_ and all(frame.get(name) == value for name, value in fields.items())

        for frame in self.frames:
            if fits(frame):
                self.frames.remove(frame)
                return frame
        while not fits(frame := await self.receive()):
            self.frames.append(frame)
        return frame

    async def settle(self) -> list[Json]:
        """Every frame that was sent to us before an answer to a ping of now; kept ones first."""
        await self.send("ping", ref="settle")
        while (frame := await self.receive()).get("ref") != "settle":
            self.frames.append(frame)
        frames, self.frames = self.frames, []
        return frames

    async def expect_close(self) -> int | None:
        """Wait for the end, and give its code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (message := await self.socket.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                self.frames.append(orjson.loads(message.data))
        return self.socket.close_code


@asynccontextmanager
async def connect(
    target: Replica | str,
    user: str,
    *,
    token: str | None = None,
    headers: dict[str, str] | None = None,
    protocols: tuple[str, ...] | None = None,
    **options: Any,
) -> AsyncIterator[Socket]:
    """An open socket whose `welcome` has come."""
    url = target if isinstance(target, str) else target.url
    offered = ("messaging.v1", f"bearer.{token or token_of(user)}") if protocols is None else protocols
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{url}/ws", protocols=offered, headers=headers, **options) as ws,
    ):
        socket = Socket(ws)
        socket.welcome = await socket.expect("welcome")
        yield socket
