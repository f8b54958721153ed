"""A client that follows the contract: keeps a message until its ack, resumes after a disconnect, merges by seq."""

import asyncio
import contextlib
import itertools
import random
import time
import uuid
from typing import Any

import aiohttp
import orjson

from benchmarks.load.target import Target
from contracts.generated.catalogues import CloseCode
from marketplace_messaging import sync_token
from proof.faults import answers
from proof.faults.history import Answered, History, Mark, Message, Outcome, Send, SharedKey, SocketLog
from proof.faults.rest import Rest
from proof.faults.view import View, seen_of

ACK_PATIENCE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
HEARTBEAT_SECONDS = 4.0  # a peer that has gone silent is noticed after one and a half of it
RECONNECT_CAP_SECONDS = 1.0
REFILL_SECONDS = 0.5  # after a page that could not be read
LIFETIME_SECONDS = 3600.0  # of an access token


class GoodClient:
    """One person with one socket at a time, over any number of delivery replicas.

    Tokens live for `token_seconds`; with `refreshes` the client replaces its token in good time, otherwise the server
    ends the socket and the client comes back with a new one.
    """

    def __init__(
        self,
        user: str,
        target: Target,
        sockets: list[str],
        history: History,
        *,
        token_seconds: float = LIFETIME_SECONDS,
        refreshes: bool = False,
    ) -> None:
        self.user, self._target, self._history = user, target, history
        self.view = View(user, history)
        self.last_push_at = 0.0
        self._token_seconds, self.refreshes = token_seconds, refreshes
        self._socket_urls = itertools.cycle(sockets)
        self._http: aiohttp.ClientSession
        self.rest: Rest
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token: str | None = None
        self._welcome_token = ""
        self._must_resync = False
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._unfilled: set[str] = set()
        self._connected = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "GoodClient":
        self._http = aiohttp.ClientSession()
        self.rest = Rest(self._http, target=self._target, access_token=self._access_token)
        self._tasks = [
            asyncio.create_task(self._stay_connected(), name=f"socket of {self.user}"),
            asyncio.create_task(self._refill(), name=f"pages of {self.user}"),
        ]
        async with asyncio.timeout(60):
            await self._connected.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def send(self, conversation: str, content: str, *, patience: float = 90.0, gives_up: bool = False) -> Send:
        """Send until it is acknowledged or refused for good; unknown when patience ends.

        One that `gives_up` takes the first error for an answer: if it says that nothing was stored, the send failed.
        """
        send = Send(conversation, self.user, uuid.uuid4().hex, content, invoked_at=time.monotonic())
        self._history.sends.append(send)
        doubtful = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while send.completed_at is None:
                    answer = await self._attempt(send)
                    doubtful = doubtful or answer is None or answers.leaves_doubt(answer)
                    if answer is None:
                        continue
                    answers.conclude(send, answer)
                    if gives_up and send.completed_at is None:
                        send.complete(Outcome.UNKNOWN if doubtful else Outcome.FAIL, time.monotonic())
                    elif send.completed_at is None:
                        await asyncio.sleep(answer.get("retryAfterMs", 200) / 1000)
        return send

    async def send_once(self, conversation: str, content: str, *, by_rest: bool = False) -> Send:
        """One attempt, whatever comes of it; many may be under way at once."""
        send = Send(conversation, self.user, uuid.uuid4().hex, content, invoked_at=time.monotonic(), in_turn=False)
        self._history.sends.append(send)
        answer = await (self.rest.post(send) if by_rest else self._ask(send))
        send.refusal = answer.refusal
        if answer.outcome is not Outcome.UNKNOWN:
            send.complete(answer.outcome, time.monotonic(), seq=answer.seq)
        return send

    async def send_by_both_doors(self, conversation: str, by_socket: str, by_rest: str) -> SharedKey:
        """One attempt each by the socket and by REST, at the same time, under one key."""
        sends = [
            Send(conversation, self.user, key, text, invoked_at=time.monotonic(), in_turn=False)
            for key in [uuid.uuid4().hex]
            for text in (by_socket, by_rest)
        ]
        self._history.sends.append(sends[0])  # which of the texts is stored, the shared key's own rule says
        both = await asyncio.gather(self._ask(sends[0]), self.rest.post(sends[1]))
        shared = SharedKey(conversation, self.user, sends[0].client_message_id, tuple(both))
        self._history.shared_keys.append(shared)
        return shared

    async def mark_read(self, conversation: str) -> None:
        """Say that everything seen so far was read; a cut in between is no matter."""
        if (seq := self.view.seen(conversation)) and self._socket is not None:
            with contextlib.suppress(ConnectionError):
                await self._write({"type": "mark_read", "conversationId": conversation, "seq": seq})

    # ---------------------------------------------------------------- sending

    async def _attempt(self, send: Send) -> dict[str, Any] | None:
        """The answer to one attempt; None if there is none."""
        await self._connected.wait()
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[send.client_message_id] = answer
        frame = {
            "type": "send_message",
            "conversationId": send.conversation,
            "message": send.content,
            "clientMessageId": send.client_message_id,
        }
        try:
            await self._write(frame)
            return await asyncio.wait_for(answer, ACK_PATIENCE_SECONDS)
        except (ConnectionError, TimeoutError):
            await asyncio.sleep(0)
            return None
        finally:
            self._answers.pop(send.client_message_id, None)

    async def _ask(self, send: Send) -> Answered:
        return answers.by_socket(send.content, await self._attempt(send))

    async def _write(self, frame: dict[str, Any]) -> None:
        if self._socket is None or self._socket.closed:
            raise ConnectionResetError
        await self._socket.send_str(orjson.dumps(frame).decode())

    # ---------------------------------------------------------------- the socket's life

    async def _stay_connected(self) -> None:
        delay = 0.05
        while True:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._one_socket()
                delay = 0.05
            self._forget_socket()
            await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter, not a secret
            delay = min(delay * 2, RECONNECT_CAP_SECONDS)

    async def _one_socket(self) -> None:
        protocols = ("messaging.v1", f"bearer.{self._access_token()}")
        async with asyncio.timeout(CONNECT_SECONDS):
            socket = await self._http.ws_connect(
                next(self._socket_urls), protocols=protocols, heartbeat=HEARTBEAT_SECONDS
            )
        async with socket:
            self._socket, log = socket, SocketLog(self.user)
            self._history.sockets.append(log)
            refreshing = asyncio.create_task(self._refresh(), name=f"token of {self.user}")
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        await self._on_frame(orjson.loads(message.data), log)
            finally:
                refreshing.cancel()
                log.close_code = socket.close_code
                self._must_resync = self._must_resync or socket.close_code == CloseCode.RESYNC_REQUIRED

    def _forget_socket(self) -> None:
        self._socket = None
        self._connected.clear()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())

    async def _refresh(self) -> None:
        while self.refreshes:
            await asyncio.sleep(self._token_seconds / 2)
            with contextlib.suppress(ConnectionError):
                await self._write({"type": "authenticate", "accessToken": self._access_token()})

    def _access_token(self) -> str:
        return self._target.token(self.user, seconds=self._token_seconds)

    async def _on_frame(self, frame: dict[str, Any], log: SocketLog) -> None:
        match frame["type"]:
            case "welcome":
                await self._on_welcome(frame)
            case "resumed":
                self._on_resumed(frame)
            case "new_message":
                seen = seen_of(frame["conversationId"], frame["message"])
                log.frames.append(seen)
                self.last_push_at = seen.at
                self._take([seen], token=frame["token"])
            case "read":
                self._on_read(frame, log)
            case "message_sent" | "error":
                await self._on_answer(frame)

    async def _on_welcome(self, frame: dict[str, Any]) -> None:
        self._welcome_token = frame["token"]
        if self._token is None:
            self._token = self._welcome_token
            self._connected.set()
        elif self._must_resync:
            await self._resync()
        else:
            await self._write({"type": "resume", "token": self._token})

    def _on_resumed(self, frame: dict[str, Any]) -> None:
        for conversation in frame["conversations"]:
            conversation_id = conversation["conversationId"]
            self.view.note_own_read(conversation_id, conversation.get("lastReadSeq", 0))
            self.view.note_counterparts_read(conversation_id, conversation.get("counterpartLastReadSeq", 0))
            self._take([seen_of(conversation_id, message) for message in conversation["messages"]])
            if conversation["limited"]:
                self._unfilled.add(conversation_id)
        self._token = frame["token"]
        self._connected.set()

    def _on_read(self, frame: dict[str, Any], log: SocketLog) -> None:
        mark = Mark(frame["conversationId"], frame["userId"], frame["lastReadSeq"])
        self.view.note_read(mark)
        if "token" in frame:  # an answer without one may be ahead of the events on their way
            log.marks.append(mark)
            self._advance(frame["token"])

    async def _on_answer(self, frame: dict[str, Any]) -> None:
        answer = self._answers.get(frame.get("clientMessageId", ""))
        if answer is not None and not answer.done():
            answer.set_result(frame)
        elif frame.get("code") == "resync_required":
            await self._resync()
        elif frame["type"] == "error" and not self._connected.is_set() and self._socket is not None:
            await self._socket.close()  # the resume was refused for now: another socket, and again

    async def _resync(self) -> None:
        """Read everything again, and show nothing of before; live frames begin at the welcome's token."""
        self._must_resync = True
        self.view.begin_anew()
        async for conversation in self.rest.list_conversations():
            self.view.note_own_read(conversation["id"], conversation["lastReadSeq"])
            self.view.note_counterparts_read(conversation["id"], conversation["counterpartLastReadSeq"])
            self._unfilled.add(conversation["id"])
        self._token, self._must_resync = self._welcome_token, False
        self._connected.set()

    # ---------------------------------------------------------------- receiving

    def _take(self, messages: list[Message], *, token: str | None = None) -> None:
        for seen in messages:
            self.view.merge(seen)
            if self.view.has_hole(seen.conversation) and self._connected.is_set():
                self._unfilled.add(seen.conversation)
        if token is not None:
            self._advance(token)

    def _advance(self, token: str) -> None:
        if self._connected.is_set():  # while a resume is pending, later tokens would skip its events
            assert self._token is not None
            self._token = sync_token.updated(self._token, token)

    async def _refill(self) -> None:
        while True:
            await asyncio.sleep(REFILL_SECONDS if self._unfilled else 0.02)
            for conversation in list(self._unfilled):
                self._unfilled.discard(conversation)
                try:
                    await self._fill(conversation)
                except (aiohttp.ClientError, OSError, TimeoutError):
                    self._unfilled.add(conversation)

    async def _fill(self, conversation: str) -> None:
        more, beginnings = True, self.view.beginnings
        while more:
            page = await self.rest.history(conversation, after=self.view.seen(conversation))
            if beginnings != self.view.beginnings:
                return  # the page may be older than the beginning
            for message in page["messages"]:
                self.view.merge(seen_of(conversation, message))
            more = page["hasMore"]
