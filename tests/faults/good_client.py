"""A client that does what docs ask of clients: keeps a message until its ack, resumes after a cut, merges by seq."""

import asyncio
import contextlib
import itertools
import random
import uuid
from typing import Any

import aiohttp
import orjson

from tests.faults.history import History, Outcome, Seen, Send, SocketLog
from tests.load.target import Target

ACK_PATIENCE_SECONDS = 15.0
RECONNECT_CAP_SECONDS = 1.0
HISTORY_PAGE = 200  # messages


class GoodClient:
    """One person with one socket at a time, over any number of delivery replicas."""

    def __init__(self, user: str, target: Target, sockets: list[str], history: History) -> None:
        self.user, self._target, self._history = user, target, history
        self._socket_urls = itertools.cycle(sockets)
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._token: str | None = None
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._last_seq: dict[str, int] = {}
        self._ahead: dict[str, dict[int, Seen]] = {}
        self._connected = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.reconnects = 0

    async def __aenter__(self) -> "GoodClient":
        self._http = aiohttp.ClientSession()
        self._tasks.append(asyncio.create_task(self._stay_connected(), name=f"socket of {self.user}"))
        async with asyncio.timeout(30):
            await self._connected.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert self._http is not None
        await self._http.close()

    async def send(self, conversation: str, content: str, *, patience: float = 60.0) -> Send:
        """Send until it is acknowledged or refused for good; unknown when patience ends."""
        send = Send(conversation, self.user, uuid.uuid4().hex, content)
        self._history.sends.append(send)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while send.outcome is Outcome.UNKNOWN:
                    await self._attempt(send)
        return send

    async def mark_read(self, conversation: str) -> None:
        """Say that everything seen so far was read; a cut in between is no matter."""
        if (seq := self._last_seq.get(conversation)) and self._socket is not None:
            with contextlib.suppress(ConnectionError):
                await self._write({"type": "mark_read", "conversationId": conversation, "seq": seq})

    async def catch_up(self, conversation: str) -> None:
        """Fetch by REST whatever is still missing at the end."""
        await self._fill(conversation)

    def seen(self, conversation: str) -> int:
        """How far the merged stream goes."""
        return self._last_seq.get(conversation, 0)

    # ---------------------------------------------------------------- sending

    async def _attempt(self, send: Send) -> None:
        await self._connected.wait()
        answer = asyncio.get_running_loop().create_future()
        self._answers[send.client_message_id] = answer
        frame = {
            "type": "send_message",
            "conversationId": send.conversation,
            "message": send.content,
            "clientMessageId": send.client_message_id,
        }
        try:
            await self._write(frame)
            async with asyncio.timeout(ACK_PATIENCE_SECONDS):
                self._conclude(send, await answer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            await asyncio.sleep(0)
        except Retry as retry:
            await asyncio.sleep(retry.seconds)
        finally:
            self._answers.pop(send.client_message_id, None)

    def _conclude(self, send: Send, frame: dict[str, Any]) -> None:
        if frame["type"] == "message_sent":
            send.outcome, send.seq, send.acks = Outcome.ACKNOWLEDGED, frame["seq"], send.acks + 1
        elif frame["retryable"]:
            raise Retry(frame.get("retryAfterMs", 200) / 1000)
        else:
            send.outcome = Outcome.REFUSED

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
            self._drop_answers()
            self.reconnects += 1
            await asyncio.sleep(random.uniform(0, delay))  # noqa: S311 - jitter, not a secret
            delay = min(delay * 2, RECONNECT_CAP_SECONDS)

    async def _one_socket(self) -> None:
        assert self._http is not None
        protocols = ("messaging.v1", f"bearer.{self._target.token(self.user)}")
        url = next(self._socket_urls)
        async with asyncio.timeout(10):
            socket = await self._http.ws_connect(url, protocols=protocols, heartbeat=10)
        async with socket:
            self._socket, log = socket, SocketLog(self.user)
            self._history.sockets.append(log)
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._on_frame(orjson.loads(message.data), log)
        self._connected.clear()

    def _drop_answers(self) -> None:
        self._socket = None
        self._connected.clear()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())

    async def _on_frame(self, frame: dict[str, Any], log: SocketLog) -> None:
        match frame["type"]:
            case "welcome":
                await self._on_welcome(frame)
            case "resumed":
                await self._on_resumed(frame)
            case "new_message":
                seen = _seen(frame["conversationId"], frame["message"])
                log.frames.append(seen)
                await self._merge(seen)
                if self._connected.is_set():  # while a resume is pending, later tokens would hide what it brings
                    self._token = frame["token"]
            case "read" if "token" in frame:  # an answer without one may be ahead of the events on their way
                self._note_watermark(frame["conversationId"], frame["userId"], frame["lastReadSeq"])
            case "message_sent" | "error":
                answer = self._answers.get(frame.get("clientMessageId", ""))
                if answer is not None and not answer.done():
                    answer.set_result(frame)
                elif frame.get("code") == "resync_required":
                    await self._resync()

    async def _on_welcome(self, frame: dict[str, Any]) -> None:
        if self._token is None:
            self._token = frame["token"]
            self._connected.set()
        else:
            await self._write({"type": "resume", "token": self._token})

    async def _on_resumed(self, frame: dict[str, Any]) -> None:
        for conversation in frame["conversations"]:
            if conversation["limited"]:
                await self._fill(conversation["conversationId"])
            for message in conversation["messages"]:
                await self._merge(_seen(conversation["conversationId"], message))
        self._token = frame["token"]
        self._connected.set()

    async def _resync(self) -> None:
        for conversation in list(self._last_seq):
            await self._fill(conversation)
        self._token = None
        self._connected.set()

    # ---------------------------------------------------------------- merging

    async def _merge(self, seen: Seen) -> None:
        last = self._last_seq.get(seen.conversation, 0)
        if seen.seq <= last:
            return
        self._ahead.setdefault(seen.conversation, {})[seen.seq] = seen
        if seen.seq > last + 1 and self._connected.is_set():
            await self._fill(seen.conversation)
        self._take_in_order(seen.conversation)

    def _take_in_order(self, conversation: str) -> None:
        ahead = self._ahead.setdefault(conversation, {})
        while (seen := ahead.pop(self._last_seq.get(conversation, 0) + 1, None)) is not None:
            self._history.streams[self.user].append(seen)
            self._last_seq[conversation] = seen.seq

    async def _fill(self, conversation: str) -> None:
        """Read the history after what was seen; on an error the next frame or the end tries again."""
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            more = True
            while more:
                page = await self._page(conversation)
                for message in page["messages"]:
                    self._ahead.setdefault(conversation, {})[message["seq"]] = _seen(conversation, message)
                self._take_in_order(conversation)
                more = page["hasMore"]

    async def _page(self, conversation: str) -> dict[str, Any]:
        assert self._http is not None
        url = f"{self._target.conversations_url}/api/conversations/{conversation}/messages"
        params = {"after": str(self._last_seq.get(conversation, 0)), "limit": str(HISTORY_PAGE)}
        headers = {"Authorization": f"Bearer {self._target.token(self.user)}"}
        timeout = aiohttp.ClientTimeout(total=10)
        async with self._http.get(
            url, params=params, headers=headers, raise_for_status=True, timeout=timeout
        ) as response:
            page: dict[str, Any] = orjson.loads(await response.read())
            return page

    def _note_watermark(self, conversation: str, reader: str, mark: int) -> None:
        marks = self._history.watermarks[self.user, conversation, reader]
        marks.append(mark)


class Retry(Exception):
    """The server asks to try again after so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _seen(conversation: str, message: dict[str, Any]) -> Seen:
    return Seen(conversation, message["seq"], message["senderId"], message["clientMessageId"], message["content"])
