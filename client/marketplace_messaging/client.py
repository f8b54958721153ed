"""A typed client of the public interface: REST for state, one WebSocket for live events."""

import asyncio
import contextlib
import itertools
import uuid
from collections.abc import AsyncIterator
from typing import Any, Self
from uuid import UUID

import aiohttp
import orjson
from pydantic import TypeAdapter, ValidationError

from contracts.generated.models import (
    ClientFrame,
    Conversation,
    ConversationPage,
    ConversationView,
    DeleteMessage,
    EditMessage,
    Message,
    MessagePage,
    MessageSent,
    MessageVersion,
    MessageVersions,
    MuteConversation,
    Person,
    React,
    SendMessage,
    ServerFrame,
    Welcome,
)

_SERVER_FRAME: TypeAdapter[ServerFrame] = TypeAdapter(ServerFrame)
ANSWER_TIMEOUT_SECONDS = 15.0  # until `welcome` says how long an answer may take
TRAVEL_SECONDS = 5.0  # added to that time, for the round trip
PROTOCOL = "messaging.v1"


class RequestRefused(Exception):
    """The server answered with a problem document or an `error` frame; `code` says which."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class ConnectionLost(ConnectionError):
    """The socket closed before the answer arrived: it is unknown whether the request was executed."""


class MessagingClient:
    """One user of one messaging system. Use `async with MessagingClient.open(...)`."""

    def __init__(self, http: aiohttp.ClientSession, access_token: str, user: Person) -> None:
        self.user = user
        self._http = http
        self._token = access_token

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, base_url: str, access_token: str) -> AsyncIterator[Self]:
        """Act as the holder of a token, who must be a known user. Raises RequestRefused."""
        async with aiohttp.ClientSession(base_url) as http:
            async with http.get("/api/me", headers=_bearer(access_token)) as response:
                user = Person.from_wire(await read_body(response))
            yield cls(http, access_token, user)

    async def start_conversation(self, item_id: str) -> Conversation:
        """Contact the seller of an item; returns the same conversation every time, unless the seller changes."""
        return Conversation.from_wire(await self._post("/api/conversations", {"itemId": item_id}))

    async def conversations(self) -> list[Conversation]:
        """The first page of my conversations, newest activity first."""
        return ConversationPage.from_wire(await self._get("/api/conversations")).conversations

    async def conversation(self, conversation_id: UUID | str) -> Conversation:
        """One of my conversations, in its current state."""
        return Conversation.from_wire(await self._get(f"/api/conversations/{conversation_id}"))

    async def history(self, conversation_id: UUID | str, *, after: int = 0, limit: int = 200) -> MessagePage:
        """Messages with a seq greater than `after`, ascending."""
        path = f"/api/conversations/{conversation_id}/messages?after={after}&limit={limit}"
        return MessagePage.from_wire(await self._get(path))

    async def history_around(self, conversation_id: UUID | str, seq: int, *, limit: int = 50) -> MessagePage:
        """The message with this seq between older and newer ones. Raises RequestRefused (`message_not_found`)."""
        path = f"/api/conversations/{conversation_id}/messages?around={seq}&limit={limit}"
        return MessagePage.from_wire(await self._get(path))

    async def send(
        self,
        conversation_id: UUID | str,
        text: str,
        *,
        client_message_id: str | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Send a message by REST; with the id of an earlier one, returns the message stored then.

        `reply_to`: the seq of the message that it answers.
        """
        body: dict[str, Any] = {"content": text, "clientMessageId": client_message_id or str(uuid.uuid4())}
        if reply_to is not None:
            body["replyTo"] = reply_to
        return Message.from_wire(await self._post(f"/api/conversations/{conversation_id}/messages", body))

    async def edit(self, conversation_id: UUID | str, message: Message, text: str) -> Message:
        """Change the text of my message, if it is still as in `message`. Raises RequestRefused (`version_conflict`)."""
        path = f"/api/conversations/{conversation_id}/messages/{message.seq}"
        body = {"content": text, "expectedVersion": message.version or 0}
        return Message.from_wire(await self._send_body("PATCH", path, body))

    async def delete(self, conversation_id: UUID | str, seq: int) -> Message:
        """Delete my message for both people; returns what is left of it. Raises RequestRefused."""
        path = f"/api/conversations/{conversation_id}/messages/{seq}"
        return Message.from_wire(await self._send_body("DELETE", path, None))

    async def versions(self, conversation_id: UUID | str, seq: int) -> list[MessageVersion]:
        """The earlier texts of a message, oldest first."""
        body = await self._get(f"/api/conversations/{conversation_id}/messages/{seq}/versions")
        return MessageVersions.from_wire(body).versions

    async def react(self, conversation_id: UUID | str, seq: int, emoji: str | None) -> Message:
        """Put my reaction on a message of either of us, in place of an earlier one; None removes it."""
        path = f"/api/conversations/{conversation_id}/messages/{seq}/reaction"
        method, body = ("DELETE", None) if emoji is None else ("PUT", {"emoji": emoji})
        return Message.from_wire(await self._send_body(method, path, body))

    async def mute(self, conversation_id: UUID | str, *, muted: bool = True) -> ConversationView:
        """Be notified of none of its messages, or of each again; the other person is not told."""
        body = await self._send_body("PUT", f"/api/conversations/{conversation_id}/mute", {"muted": muted})
        return ConversationView.from_wire(body)

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
        async with self._http.get(path, headers=_bearer(self._token)) as response:
            return await read_body(response)

    async def _post(self, path: str, body: dict[str, Any]) -> bytes:
        return await self._send_body("POST", path, body)

    async def _send_body(self, method: str, path: str, body: dict[str, Any] | None) -> bytes:
        async with self._http.request(method, path, json=body, headers=_bearer(self._token)) as response:
            return await read_body(response)


class LiveSocket:
    """The frames of one socket: answers are matched to requests by `ref`, everything else goes to `events`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.events: asyncio.Queue[Any] = asyncio.Queue()
        self._socket = socket
        self._refs = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._answer_seconds = ANSWER_TIMEOUT_SECONDS

    async def start(self) -> None:
        """Wait for `welcome`, then read in the background."""
        first = _SERVER_FRAME.validate_json(await self._socket.receive_str(timeout=ANSWER_TIMEOUT_SECONDS))
        if isinstance(first, Welcome) and first.answer_within_ms is not None:
            self._answer_seconds = first.answer_within_ms / 1000 + TRAVEL_SECONDS
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
        """Send a frame and wait for the one that answers it. Raises RequestRefused, ConnectionLost or TimeoutError."""
        ref = str(next(self._refs))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[ref] = answer
        try:
            await self.tell(frame.model_copy(update={"ref": ref}))
            async with asyncio.timeout(self._answer_seconds):
                frame_back = await answer
        finally:
            self._waiting.pop(ref, None)
        if frame_back.type == "error":
            raise RequestRefused(frame_back.code, frame_back.message)
        return frame_back

    async def send(self, conversation_id: UUID, text: str, *, reply_to: int | None = None) -> MessageSent:
        """Send a message; it is stored when this returns. `reply_to`: the seq of the message that it answers."""
        message = SendMessage(
            conversation_id=conversation_id, message=text, client_message_id=str(uuid.uuid4()), reply_to=reply_to
        )
        sent: MessageSent = await self.ask(message)
        return sent

    async def edit(self, conversation_id: UUID, message: Message, text: str) -> Message:
        """Change the text of my message; returns it as it is stored then. Raises RequestRefused."""
        edit = EditMessage(
            conversation_id=conversation_id, seq=message.seq, expected_version=message.version or 0, message=text
        )
        changed: Message = (await self.ask(edit)).message
        return changed

    async def react(self, conversation_id: UUID, seq: int, emoji: str | None) -> Message:
        """Put my reaction on a message of either of us, or remove it; returns the message as it is stored then."""
        changed: Message = (await self.ask(React(conversation_id=conversation_id, seq=seq, emoji=emoji))).message
        return changed

    async def delete(self, conversation_id: UUID, seq: int) -> Message:
        """Delete my message for both people; returns what is left of it. Raises RequestRefused."""
        deleted: Message = (await self.ask(DeleteMessage(conversation_id=conversation_id, seq=seq))).message
        return deleted

    async def mute(self, conversation_id: UUID, *, muted: bool = True) -> ConversationView:
        """Be notified of none of its messages, or of each again; the other person is not told."""
        view: ConversationView = (await self.ask(MuteConversation(conversation_id=conversation_id, muted=muted))).view
        return view

    async def next(self, type_: str, *, within: float = ANSWER_TIMEOUT_SECONDS) -> Any:
        """The next frame of a type, skipping others. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while (frame := await self.events.get()).type != type_:
                pass
        return frame

    async def _read(self) -> None:
        try:
            async for received in self._socket:
                if received.type is aiohttp.WSMsgType.TEXT:
                    with contextlib.suppress(ValidationError):  # a newer server may send more fields
                        self._sort(_SERVER_FRAME.validate_json(received.data))
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionLost(f"the socket closed with code {self._socket.close_code}"))

    def _sort(self, frame: Any) -> None:
        waiting = self._waiting.pop(getattr(frame, "ref", None) or "", None)
        if waiting is None:
            self.events.put_nowait(frame)
        elif not waiting.done():
            waiting.set_result(frame)


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """The body of a successful response; raises RequestRefused for any other."""
    body = await response.read()
    if response.status < 400:
        return body
    problem = orjson.loads(body) if response.content_type == "application/problem+json" else {}
    raise RequestRefused(problem.get("code", f"http_{response.status}"), problem.get("detail") or response.reason or "")


def _bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}
