"""Pairs of people who answer each other as fast as they can: a closed loop with one message in flight per pair."""

import asyncio
import time
import uuid
from dataclasses import dataclass, field

import aiohttp
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.load.target import Target

TEXT = "Is it still available? I could pick it up tomorrow after five."
NEW_MESSAGE = b'{"type":"new_message"'
MESSAGE_SENT = b'{"type":"message_sent"'
ERROR = b'{"type":"error"'


@dataclass
class Tally:
    """What one run measured. Latencies are seconds."""

    to_receipt: list[float] = field(default_factory=list)
    to_ack: list[float] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)
    stopping: bool = False
    seconds: float = 0.0


class Talker(WSListener):
    """One person: answers each message of the other one with a message."""

    def __init__(self, user_id: str, conversation_id: str, tally: Tally) -> None:
        super().__init__()
        self.user_id, self.tally = user_id, tally
        self.counterpart: Talker | None = None
        self.sent_at = 0.0
        self.received = 0
        self._own = f'"senderId":"{user_id}"'.encode()
        self._head = b'{"type":"send_message","conversationId":"%s","message":"%s","clientMessageId":"' % (
            conversation_id.encode(),
            TEXT.encode(),
        )
        self._run, self._count = uuid.uuid4().hex[:8], 0
        self._transport: WSTransport | None = None
        self.ready = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, _: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.CLOSE:
            self.tally.errors.append(f"closed by the server: {frame.get_close_code()}".encode())
            return
        body = frame.get_payload_as_bytes()
        if body.startswith(NEW_MESSAGE):
            if self._own not in body:
                self._on_message()
        elif body.startswith(MESSAGE_SENT):
            self.tally.to_ack.append(time.perf_counter() - self.sent_at)
        elif body.startswith(ERROR):
            self.tally.errors.append(body)
        else:
            self.ready.set()  # welcome

    def say(self) -> None:
        """Send the next message."""
        assert self._transport is not None
        self._count += 1
        self.sent_at = time.perf_counter()
        self._transport.send(WSMsgType.TEXT, self._head + b'%s-%d"}' % (self._run.encode(), self._count))

    def _on_message(self) -> None:
        assert self.counterpart is not None
        self.tally.to_receipt.append(time.perf_counter() - self.counterpart.sent_at)
        self.received += 1
        if not self.tally.stopping:
            self.say()


async def run_closed_loop(target: Target, *, pairs: int, seconds: float) -> Tally:
    """Let `pairs` pairs talk for `seconds`; messages of the first fifth (the warm-up) are not counted."""
    tally = Tally()
    talkers = await asyncio.gather(*(_open_pair(target, number, tally) for number in range(pairs)))
    for buyer, _ in talkers:
        buyer.say()
    await asyncio.sleep(seconds / 5)  # warm-up: a duration, not a wait for something
    tally.to_receipt.clear()
    tally.to_ack.clear()
    started = time.perf_counter()
    await asyncio.sleep(seconds)
    tally.seconds = time.perf_counter() - started
    counted = Tally(list(tally.to_receipt), list(tally.to_ack), tally.errors, seconds=tally.seconds)
    tally.stopping = True
    return counted


async def _open_pair(target: Target, number: int, tally: Tally) -> tuple[Talker, Talker]:
    buyer_id, seller_id, item_id = f"load-buyer-{number}", f"load-seller-{number}", f"load-item-{number}"
    async with aiohttp.ClientSession() as http:
        await target.put_user(http, buyer_id)
        await target.put_user(http, seller_id)
        await target.put_item(http, item_id, seller_id)
        conversation_id = await target.start_conversation(http, buyer_id, item_id)
    buyer, seller = Talker(buyer_id, conversation_id, tally), Talker(seller_id, conversation_id, tally)
    buyer.counterpart, seller.counterpart = seller, buyer
    await asyncio.gather(_connect(target, buyer), _connect(target, seller))
    return buyer, seller


async def _connect(target: Target, talker: Talker) -> None:
    headers = {"Sec-WebSocket-Protocol": f"messaging.v1, bearer.{target.token(talker.user_id)}"}
    await ws_connect(lambda: talker, target.socket_url, extra_headers=headers)
    await talker.ready.wait()
