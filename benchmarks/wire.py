"""How many bytes a message takes on the wire, by socket and by REST, counted on real connections.

TCP payload is counted: frames with their heads; handshakes, requests and answers with the header fields of a browser.
"""

import asyncio
from dataclasses import dataclass, replace
from uuid import uuid4

import aiohttp
import orjson

from benchmarks.load.sockets import MESSAGE_SENT, NEW_MESSAGE, SocketClient, connect
from benchmarks.load.target import Couple, Target
from tests.kit.running.tcp_proxy import TcpProxy

_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)
# The headers Chrome sends with a `fetch` of the web client, beside Host and what belongs to the body.
_BROWSER = {
    "Connection": "keep-alive",
    "sec-ch-ua-platform": '"Windows"',
    "User-Agent": _AGENT,
    "Accept": "application/json",
    "sec-ch-ua": '"Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
    "sec-ch-ua-mobile": "?0",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Referer": "http://localhost:8080/messages/0192f1c8-7a10-7c44-9f0e-3b1d5a7e9c01",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
}
_ORIGIN = {"Origin": "http://localhost:8080"}  # of a POST
# The headers Chrome sends with the handshake of a socket, beside Host, Origin and what the client below sends anyway.
_HANDSHAKE = {
    "Pragma": "no-cache",
    "Cache-Control": "no-cache",
    "User-Agent": _AGENT,
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
}


@dataclass(frozen=True)
class SocketBytes:
    """Of one message, and of what comes before the first."""

    sender: float
    """The frame to the server, the acknowledgement, and the sender's own copy."""
    recipient: float
    handshake: float
    """Of one socket: request and answer with all header fields, and the frame that says welcome."""


@dataclass(frozen=True)
class RestBytes:
    """Requests and answers together."""

    send: float
    poll_with_message: float
    poll_with_nothing: float


async def by_socket(target: Target, couple: Couple, text: str, *, messages: int) -> SocketBytes:
    """The buyer writes, one message after the other."""
    port = int(target.delivery_url.rpartition(":")[2])
    async with TcpProxy(host="127.0.0.1", port=port) as buyers, TcpProxy(host="127.0.0.1", port=port) as sellers:
        buyer, seller = _Inbox(), _Inbox()
        await _shake_hands(buyer, buyers.port, target.token(couple.buyer_id))
        await _shake_hands(seller, sellers.port, target.token(couple.seller_id))
        before = _passed(buyers), _passed(sellers)
        for _ in range(messages):
            buyer.send(_send_frame(couple, text))
            await asyncio.gather(buyer.received(2), seller.received(1))
        after = _passed(buyers), _passed(sellers)
        buyer.disconnect()
        seller.disconnect()
    return SocketBytes(
        sender=(after[0] - before[0]) / messages, recipient=(after[1] - before[1]) / messages, handshake=sum(before) / 2
    )


async def by_rest(target: Target, couple: Couple, text: str, *, messages: int) -> RestBytes:
    """The buyer posts; the seller asks for what came after the last message known, and asks again for nothing."""
    port = int(target.conversations_url.rpartition(":")[2])
    async with TcpProxy(host="127.0.0.1", port=port) as link:
        through = replace(target, conversations_url=f"http://127.0.0.1:{link.port}")
        async with (
            _Browser(through, couple.buyer_id, couple.conversation_id) as buyer,
            _Browser(through, couple.seller_id, couple.conversation_id) as seller,
        ):
            sent = with_message = with_nothing = 0
            for _ in range(messages):
                begun = _passed(link)
                seq = await buyer.post(text)
                posted = _passed(link)
                await seller.poll(seq - 1)
                polled = _passed(link)
                await seller.poll(seq)
                sent, with_message = sent + posted - begun, with_message + polled - posted
                with_nothing += _passed(link) - polled
    return RestBytes(sent / messages, with_message / messages, with_nothing / messages)


def _passed(link: TcpProxy) -> int:
    """Bytes so far, in both directions."""
    return sum(link.passed.values())


async def _shake_hands(client: SocketClient, port: int, token: str) -> None:
    """As a browser does it, on a page of the same site; returns when the socket was welcomed."""
    own = {"Origin": f"http://127.0.0.1:{port}", "Sec-WebSocket-Protocol": f"messaging.v1, bearer.{token}"}
    await connect(client, f"ws://127.0.0.1:{port}/ws", {**_HANDSHAKE, **own})


class _Inbox(SocketClient):
    def __init__(self) -> None:
        super().__init__()
        self._frames: asyncio.Queue[None] = asyncio.Queue()

    def on_body(self, body: bytes) -> None:
        if body.startswith((NEW_MESSAGE, MESSAGE_SENT)):
            self._frames.put_nowait(None)

    async def received(self, frames: int) -> None:
        for _ in range(frames):
            await self._frames.get()


def _send_frame(couple: Couple, text: str) -> bytes:
    return orjson.dumps(
        {
            "type": "send_message",
            "conversationId": couple.conversation_id,
            "message": text,
            "clientMessageId": str(uuid4()),
        }
    )


class _Browser:
    """The web client's requests about one conversation, on a kept-alive connection."""

    def __init__(self, target: Target, user_id: str, conversation_id: str) -> None:
        self._path = f"{target.conversations_url}/api/conversations/{conversation_id}/messages"
        authorization = {"Authorization": f"Bearer {target.token(user_id)}"}
        self._http = aiohttp.ClientSession(headers={**_BROWSER, **authorization}, raise_for_status=True)

    async def __aenter__(self) -> "_Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def post(self, text: str) -> int:
        """Send; returns the message's seq."""
        body = {"content": text, "clientMessageId": str(uuid4())}
        async with self._http.post(self._path, json=body, headers=_ORIGIN) as response:
            seq: int = (await response.json())["seq"]
            return seq

    async def poll(self, after: int) -> None:
        async with self._http.get(f"{self._path}?after={after}") as response:
            await response.read()
