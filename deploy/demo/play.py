"""`make demo`: two people talk over the running system; shows the relevant frames and checks the result."""

import asyncio
import secrets
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Console
from rich.text import Text

from contracts.generated.limits import SYSTEM_SENDER_ID
from contracts.generated.models import Conversation, JoinConversation, MarkRead, Message, Typing
from deploy.demo.address import base_url, marketplace_access
from deploy.demo.client import demo_people, items_on_offer, log_in
from deploy.demo.data import post_system_message
from marketplace_messaging.client import LiveSocket, MessagingClient, RequestRefused

SCRIPT = (
    ("buyer", "Hello! Is it still available?"),
    ("seller", "Hi! Yes, it is. 😊"),
    ("buyer", "Great. Does it have any scratches?"),
    ("seller", "Two small ones on the back, you hardly see them."),
    ("seller", "I can send you a photo if you like."),
    ("buyer", "No need. Could I pick it up on Saturday?"),
    ("seller", "Saturday morning works. Ten o'clock at the library?"),
    ("buyer", "Perfect, see you there. 👋"),
)
REPLIES = {"Two small ones on the back, you hardly see them.": 1}  # how many messages before it the answered one is
EDITED = "Perfect, see you there at ten. 👋"  # what the last line becomes
REACTION = "👍"  # of the other side to it
SHIPPED = "The item has been shipped. Carrier: DHL. Tracking number: JD01 4600 0006."
SEEN_TIMEOUT_SECONDS = 10.0
SIDES = {"buyer": "bold cyan", "seller": "bold magenta"}


@dataclass
class Side:
    """One participant: their socket and what they have received."""

    role: str
    client: MessagingClient
    socket: LiveSocket
    seen: list[tuple[int, str]] = field(default_factory=list)
    receipts: list[int] = field(default_factory=list)
    changed: dict[int, Message] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    clock: dict[int, float] = field(default_factory=dict)


async def main() -> int:
    console = Console(highlight=False)
    address = base_url()
    item, buyer_id = await _cast(address)
    console.print(f"[dim]{address}[/]  [b]{item.item.title}[/], sold by {item.seller.name}\n")
    async with (
        log_in(address, buyer_id) as buyer_client,
        log_in(address, item.seller.id) as seller_client,
    ):
        conversation = await buyer_client.start_conversation(item.item.id)
        async with buyer_client.connect() as buyer_socket, seller_client.connect() as seller_socket:
            sides = {
                "buyer": Side("buyer", buyer_client, buyer_socket),
                "seller": Side("seller", seller_client, seller_socket),
            }
            listeners = [asyncio.create_task(_listen(side, console, conversation)) for side in sides.values()]
            try:
                latencies = await _play(sides, conversation, console)
                await _change_the_last(sides, conversation)
                posted = await _sell(sides, conversation)
            finally:
                for listener in listeners:
                    listener.cancel()
                await asyncio.gather(*listeners, return_exceptions=True)
        return _verdict(sides, conversation, posted, latencies, console)


async def _cast(address: str) -> tuple[Any, str]:
    """Choose an item and a buyer who does not own it."""
    people, items = await demo_people(address), await items_on_offer(address)
    if not people or not items:
        raise SystemExit(f"{address} has no demo people or items. Load them with `make up`.")
    item = items[0]
    return item, next(person.id for person in people if person.id != item.seller.id)


async def _play(sides: dict[str, Side], conversation: Conversation, console: Console) -> list[tuple[float, float]]:
    """Send the script line by line; returns (send to ack, send to receipt) in seconds."""
    for side in sides.values():
        await side.socket.ask(JoinConversation(conversation_id=conversation.id))
    latencies = []
    for role, text in SCRIPT:
        sender, receiver = sides[role], sides["seller" if role == "buyer" else "buyer"]
        await sender.socket.tell(Typing(conversation_id=conversation.id))
        started = time.perf_counter()
        reply_to = sender.seen[-REPLIES[text]][0] if text in REPLIES else None
        sent = await sender.socket.send(conversation.id, text, reply_to=reply_to)
        acknowledged = time.perf_counter() - started
        await _until(receiver, partial(_has_seen, receiver, sent.seq))
        await _until(sender, partial(_has_seen, sender, sent.seq))
        received = receiver.clock[sent.seq] - started
        latencies.append((acknowledged, received))
        _say(console, sender, f"message_sent  seq {sent.seq}, acknowledged in {acknowledged * 1000:.1f} ms")
        await receiver.socket.ask(MarkRead(conversation_id=conversation.id, seq=sent.seq))
        await _until(sender, partial(_has_receipt, sender, sent.seq))
    return latencies


async def _change_the_last(sides: dict[str, Side], conversation: Conversation) -> None:
    """Its sender edits it, the other one reacts to it, its sender deletes it, and both sides see that."""
    role = SCRIPT[-1][0]
    sender, receiver = sides[role], sides["seller" if role == "buyer" else "buyer"]
    seq, _ = sender.seen[-1]
    page = await sender.client.history(conversation.id, after=seq - 1)
    await _both_have(sides, await sender.socket.edit(conversation.id, page.messages[0], EDITED))
    await _both_have(sides, await receiver.socket.react(conversation.id, seq, REACTION))
    await _both_have(sides, await sender.socket.delete(conversation.id, seq))


async def _both_have(sides: dict[str, Side], message: Message) -> None:
    for side in sides.values():
        await _until(side, partial(_has_change, side, message))


async def _sell(sides: dict[str, Side], conversation: Conversation) -> Sequence[str]:
    """The marketplace posts that the item was paid for and shipped; returns the texts, none if it cannot be reached."""
    access = marketplace_access()
    price = conversation.item.price
    if access is None or price is None:
        return ()
    order = secrets.token_hex(4)
    paid = {"kind": "order.paid", "params": {"price": price.model_dump()}}
    shipped = {"kind": "order.shipped", "params": {"carrier": "DHL", "trackingNumber": "JD01 4600 0006"}}
    before = len(sides["buyer"].seen)
    for message in (paid, shipped):
        posted = {**message, "key": f"{order}-{message['kind']}", "link": f"https://mybazaar.example/orders/{order}"}
        await asyncio.to_thread(post_system_message, *access, str(conversation.id), posted)
    for side in sides.values():
        await _until(side, partial(_has_seen_more, side, before + 2))
    return f"The order has been paid: {price.amount}\u00a0{price.currency}.", SHIPPED


def _has_seen_more(side: Side, count: int) -> bool:
    return len(side.seen) >= count


def _has_change(side: Side, message: Message) -> bool:
    return side.changed.get(message.seq) == message


async def _until(side: Side, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SEEN_TIMEOUT_SECONDS), side.arrived:
        await side.arrived.wait_for(condition)


def _has_seen(side: Side, seq: int) -> bool:
    return any(seen == seq for seen, _ in side.seen)


def _has_receipt(side: Side, seq: int) -> bool:
    return seq in side.receipts


async def _listen(side: Side, console: Console, conversation: Conversation) -> None:
    while True:
        frame = await side.socket.events.get()
        if getattr(frame, "conversation_id", conversation.id) != conversation.id:
            continue
        async with side.arrived:
            _note(side, frame, console)
            side.arrived.notify_all()


def _note(side: Side, frame: Any, console: Console) -> None:
    if frame.type == "welcome":
        _say(console, side, f"welcome       {side.client.user.name} is connected")
    elif frame.type == "new_message":
        side.clock.setdefault(frame.message.seq, time.perf_counter())
        side.seen.append((frame.message.seq, frame.message.content))
        own = {side.client.user.id: " (own)", SYSTEM_SENDER_ID: " (marketplace)"}.get(frame.message.sender_id, "")
        reply = "" if frame.message.reply_to is None else f", reply to {frame.message.reply_to}"
        _say(console, side, f"new_message   seq {frame.message.seq}{own}{reply}: {frame.message.content}")
    elif frame.type == "message_changed":
        side.changed[frame.message.seq] = frame.message
        changed = frame.message
        reactions = "".join(f" {reaction.emoji}" for reaction in changed.reactions or ())
        now = f"{changed.content}{reactions}"
        _say(console, side, f"message_changed  seq {changed.seq}, version {changed.version}: {now}")
    elif frame.type == "typing" and frame.is_typing:
        _say(console, side, "typing        the other one is typing …")
    elif frame.type == "read" and frame.user_id != side.client.user.id:
        side.receipts.append(frame.last_read_seq)
        _say(console, side, f"read          the other one has read up to {frame.last_read_seq}")


def _say(console: Console, side: Side, text: str) -> None:
    line = Text(f"{side.role:<7}", style=SIDES[side.role])
    console.print(line.append(" ◀ " if not text.startswith("message_sent") else " ✓ ", "dim").append(text, "default"))


def _verdict(
    sides: dict[str, Side],
    conversation: Conversation,
    posted: Sequence[str],
    latencies: list[tuple[float, float]],
    console: Console,
) -> int:
    first = conversation.last_seq + 1
    texts = [*(text for _, text in SCRIPT), *posted]
    expected = [(first + place, text) for place, text in enumerate(texts)]
    wrong = [role for role, side in sides.items() if side.seen != expected]
    acknowledged, received = (statistics.median(column) * 1000 for column in zip(*latencies, strict=True))
    console.print()
    if wrong:
        console.print(f"[bold red]Not every message was seen once and in order by: {', '.join(wrong)}[/]")
        return 1
    console.print(
        f"[bold green]{len(SCRIPT)} messages: both sides saw every one once, in order, and each change of the last.[/]"
    )
    console.print(f"median from send to ack {acknowledged:.1f} ms, to the other person's socket {received:.1f} ms")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except (RequestRefused, OSError, TimeoutError) as error:
        sys.exit(f"The demo stopped: {error or type(error).__name__}")
