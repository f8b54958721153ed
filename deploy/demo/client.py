"""A small messaging client over the public interface: REST for state, one WebSocket for what is live."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from typing import Any, Self

import aiohttp
import orjson
from pydantic import TypeAdapter

from contracts.generated.models import (
    ClientFrame,
    Conversation,
    ItemPage,
    ItemView,
    MessagePage,
    People,
    Person,
    ServerFrame,
    Session,
)

_SERVER_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
ANSWER_TIMEOUT_SECONDS = 15.0
PROTOCOL = "messaging.v1"


class RequestRefused(Exception):
    """The server answered with a problem document or an `error` frame; `code` says which."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class MessagingClient:
    """One logged-in person at one messaging system. Use `async with MessagingClient.log_in(...)`."""

    def __init__(self, http: aiohttp.ClientSession, session: Session) -> None:
        self.user = session.user
        self._http = http
        self._token = session.access_token

    @classmethod
    @contextlib.asynccontextmanager
    async def log_in(cls, base_url: str, user_id: str) -> AsyncIterator[Self]:
        """Log in as a demo person (development only)."""
        async with aiohttp.ClientSession(base_url) as http:
            async with http.post("/api/dev/login", json={"userId": user_id}) as response:
                session = Session.from_wire(await _body(response))
            yield cls(http, session)

    async def start_conversation(self, item_id: str) -> Conversation:
        """Contact the seller of an item; the same conversation every time."""
        return Conversation.from_wire(await self._post("/api/conversations", {"itemId": item_id}))

    async def conversation(self, conversation_id: str) -> Conversation:
        """One of my conversations, as it stands now."""
        return Conversation.from_wire(await self._get(f"/api/conversations/{conversation_id}"))

    async def history(self, conversation_id: str, *, after: int = 0, limit: int = 200) -> MessagePage:
        """Messages with a seq greater than `after`, ascending."""
        path = f"/api/conversations/{conversation_id}/messages?after={after}&limit={limit}"
        return MessagePage.from_wire(await self._get(path))

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator["LiveSocket"]:
        """Open the socket; it is ready (`welcome` received) inside the block."""
        protocols = (PROTOCOL, f"bearer.{self._token}")
        async with self._http.ws_connect("/ws", protocols=protocols, compress=0, heartbeat=30) as socket:
            live = LiveSocket(socket)
            try:
                await live.start()
                yield live
            finally:
                await live.stop()

    async def _get(self, path: str) -> bytes:
        async with self._http.get(path, headers=self._headers) as response:
            return await _body(response)

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        async with self._http.post(path, json=body, headers=self._headers) as response:
            return await _body(response)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


class LiveSocket:
    """The frames of one socket: answers find their question by `ref`, everything else goes to `events`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self._socket = socket
        self._refs = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Wait for `welcome`, then read in the background."""
        first = _SERVER_FRAME.validate_json(await self._socket.receive_str(timeout=ANSWER_TIMEOUT_SECONDS))
        self.events.put_nowait(first)
        self._reader = asyncio.create_task(self._read(), name="live-socket")

    async def stop(self) -> None:
        """Close the socket and stop reading."""
        await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def tell(self, frame: ClientFrame) -> None:
        """Send a frame that has no answer."""
        await self._socket.send_str(orjson.dumps(frame.model_dump(mode="json")).decode())

    async def ask(self, frame: ClientFrame) -> Any:
        """Send a frame and wait for the one that answers it; raises RequestRefused on `error`."""
        ref = str(next(self._refs))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[ref] = answer
        await self.tell(frame.model_copy(update={"ref": ref}))
        async with asyncio.timeout(ANSWER_TIMEOUT_SECONDS):
            frame_back = await answer
        if frame_back.type == "error":
            raise RequestRefused(frame_back.code, frame_back.message)
        return frame_back

    async def _read(self) -> None:
        async for received in self._socket:
            if received.type is aiohttp.WSMsgType.TEXT:
                self._sort(_SERVER_FRAME.validate_json(received.data))
        for answer in self._waiting.values():
            answer.cancel()

    def _sort(self, frame: Any) -> None:
        waiting = self._waiting.pop(getattr(frame, "ref", None) or "", None)
        if waiting is None:
            self.events.put_nowait(frame)
        elif not waiting.done():
            waiting.set_result(frame)


async def demo_people(base_url: str) -> list[Person]:
    """The people one may log in as; empty when the system offers no demo log-in."""
    async with aiohttp.ClientSession(base_url) as http, http.get("/api/dev/people") as response:
        return [] if response.status == 404 else People.from_wire(await _body(response)).people


async def items_on_offer(base_url: str) -> list[ItemView]:
    """The first page of items."""
    async with aiohttp.ClientSession(base_url) as http, http.get("/api/items") as response:
        return ItemPage.from_wire(await _body(response)).items


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = await response.read()
    if response.status < 400:
        return body
    problem = orjson.loads(body) if response.content_type == "application/problem+json" else {}
    raise RequestRefused(problem.get("code", f"http_{response.status}"), problem.get("detail") or response.reason or "")
