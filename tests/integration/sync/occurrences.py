"""Every event type of the contracts, and how it comes about on the real system."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aio_pika.abc import AbstractChannel

from services.delivery.app import ELSEWHERE, TYPING
from services.delivery.sockets.frame_rules import TYPING_PAUSE_SECONDS
from tests.kit import marketplace
from tests.kit.client import connect
from tests.kit.conversations import Conversations, Talk, until
from tests.kit.log_shards import LOG_SHARDS
from tests.kit.replicas import Replica
from tests.kit.waiting import eventually

PATIENCE_SECONDS = 60.0
SHARDS = max(4, LOG_SHARDS)

Json = dict[str, Any]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Stage:
    """Two people, their conversation, and the system around them."""

    service: Conversations
    replica: Replica
    marketplace: AbstractChannel
    talk: Talk

    @property
    def people(self) -> tuple[str, str]:
        return self.talk.buyer, self.talk.seller

    async def caught_up(self, replica: Replica) -> None:
        """Wait until a replica has applied everything that is committed."""
        heads = (await self.service.request("GET", "/internal/log/heads", service=True)).body["shards"]
        wanted = {head["shard"]: head["head"] for head in heads}

        def has_all() -> bool:
            applied = replica.stream.heads()
            return all(applied.get(shard, -1) >= head for shard, head in wanted.items())

        await eventually(has_all, within=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Occurrence:
    """`happen` returns once it is committed; `tells` is the frame both people's sockets get, if any."""

    happen: Callable[[Stage], Awaitable[None]]
    tells: str | None
    buyer_alone: bool = False
    """Nothing of it reaches the seller."""


async def _message_sent(stage: Stage) -> None:
    """And a second one, which answers it."""
    reply_to = None
    for _ in range(2):
        text = f"number {next(_numbers)} " + "é" * 170
        sent = await stage.talk.send(text, user=stage.talk.seller, reply_to=reply_to)
        assert sent.status == 201, sent
        reply_to = sent.body["seq"]


async def _changed(stage: Stage) -> None:
    """The newest message, so that the list shows it, too; and older ones. One is edited, one deleted, one both."""
    for _ in range(3):
        await _message_sent(stage)
    last_seq = (await stage.talk.view(stage.talk.seller))["lastSeq"]
    for seq in (last_seq, last_seq - 1):
        edited = await stage.talk.edit(seq, f"edited {next(_numbers)}", user=stage.talk.seller)
        assert edited.status == 200, edited
    await _reacted(stage, last_seq)
    for seq in (last_seq, last_seq - 2):
        deleted = await stage.talk.delete(seq, user=stage.talk.seller)
        assert deleted.status == 200, deleted


async def _reacted(stage: Stage, seq: int) -> None:
    """Both people react; one of them takes it back."""
    for user, emoji in ((stage.talk.seller, "👍"), (stage.talk.buyer, "❤️"), (stage.talk.seller, None)):
        reacted = await stage.talk.react(seq, emoji, user=user)
        assert reacted.status == 200, reacted


async def _read(stage: Stage) -> None:
    """Somebody has something to read first."""
    await stage.talk.send("please read", user=stage.talk.buyer)
    assert (await stage.talk.mark_read(user=stage.talk.seller)).status == 200


async def _muted(stage: Stage) -> None:
    """What was so already tells nobody; the last one is another than before."""
    muted = (await stage.talk.view(stage.talk.buyer)).get("muted", False)
    for wanted in (muted, not muted, muted, not muted, not muted):
        assert (await stage.talk.mute(wanted)).status == 200


async def _started(stage: Stage) -> None:
    """The seller learns of it with the first message."""
    await _started_silently(stage)
    talk = await stage.service.new_conversation(buyer=stage.talk.buyer, seller=stage.talk.seller)
    assert (await talk.send("Is it still available?")).status == 201


async def _started_silently(stage: Stage) -> None:
    """Only the buyer has it."""
    talk = await stage.service.new_conversation(buyer=stage.talk.buyer, seller=stage.talk.seller)
    title = f"title {next(_numbers)}"
    assert (await stage.service.put_item(talk.item, seller=stage.talk.seller, title=title)).status == 200


async def _updated(stage: Stage) -> None:
    title = f"title {next(_numbers)}"
    price = {"amount": "12.50", "currency": "EUR"}
    put = await stage.service.put_item(stage.talk.item, seller=stage.talk.seller, title=title, price=price)
    assert put.status == 200, put


async def _typing(stage: Stage) -> None:
    """The seller's socket looks at the conversation, and sees the buyer type."""
    await eventually(lambda: stage.replica.app[TYPING].link.connected, within=PATIENCE_SECONDS)
    name = str(stage.talk.id)
    async with connect(stage.replica, stage.talk.seller) as seller, connect(stage.replica, stage.talk.buyer) as buyer:
        await seller.send("join_conversation", conversationId=name)
        await seller.expect("joined")
        seen = asyncio.create_task(seller.expect("typing"))
        while not seen.done():  # it may get lost: who goes on typing says so again
            await buyer.send("typing", conversationId=name)
            await asyncio.wait({seen}, timeout=TYPING_PAUSE_SECONDS)
        assert (await seen)["userId"] == stage.talk.buyer


async def _sockets_counted(stage: Stage) -> None:
    """Another replica has older sockets of the seller: no client is told."""
    data = {"replica": "another", "userId": stage.talk.seller, "openedAt": [1, 2, 3]}
    counted = orjson.dumps(marketplace.event("sockets.counted.v1", data))
    await marketplace.publish(stage.marketplace, "sockets.c0", counted, exchange="messaging.ephemeral")
    elsewhere = stage.replica.app[ELSEWHERE]
    await eventually(lambda: elsewhere.known(stage.talk.seller) == 3, within=PATIENCE_SECONDS)


async def _beacon(stage: Stage) -> None:
    loop, began = asyncio.get_running_loop(), asyncio.get_running_loop().time()
    await eventually(lambda: loop.time() - stage.replica.feed.beacon_age > began, within=PATIENCE_SECONDS)


async def _user_upserted(stage: Stage) -> None:
    name = f"Name {next(_numbers)}"
    await _tell(stage, "user.upserted", {"id": stage.talk.seller, "name": name, "avatarUrl": "https://m.test/1.png"})
    await _announced(stage, "seller", stage.talk.seller, lambda seller: seller["name"] == name)


async def _user_deleted(stage: Stage) -> None:
    await _tell(stage, "user.deleted", {"id": stage.talk.seller})
    await _announced(stage, "seller", stage.talk.seller, lambda seller: seller["name"] == "Deleted user")


async def _item_upserted(stage: Stage) -> None:
    title = f"title {next(_numbers)}"
    await _tell(stage, "item.upserted", {"id": stage.talk.item, "sellerId": stage.talk.seller, "title": title})
    await _announced(stage, "item", stage.talk.item, lambda item: item["title"] == title)


async def _item_deleted(stage: Stage) -> None:
    await _tell(stage, "item.deleted", {"id": stage.talk.item})
    await _announced(stage, "item", stage.talk.item, lambda item: item["status"] == "removed")


async def _message_posted(stage: Stage) -> None:
    """By an event and by HTTP; and as the first message of a conversation."""
    first = await stage.service.new_conversation(buyer=stage.talk.buyer, seller=stage.talk.seller)
    paid = {"kind": "order.paid", "key": "paid", "params": {"price": {"amount": "1", "currency": "EUR"}}}
    assert (await first.post(paid)).status == 201
    key = f"key-{next(_numbers)}"
    await _tell(stage, "message.posted", {"conversationId": str(stage.talk.id), "message": {**paid, "key": key}})
    await until(
        lambda: stage.talk.view(stage.talk.buyer),
        lambda view: view["lastMessage"].get("kind") == "order.paid",
        within=PATIENCE_SECONDS,
    )


async def _tell(stage: Stage, kind: str, data: Json) -> None:
    """As the marketplace does, by the broker."""
    await marketplace.tell(stage.marketplace, kind, data)


async def _announced(stage: Stage, part: str, name: str, holds: Callable[[Json], bool]) -> None:
    """Wait until the log tells every conversation with this person or item: that comes after REST shows it."""

    async def newest_facts() -> list[Json]:
        events = await stage.service.events()
        facts = [event["data"]["conversation"] for event in events if "conversation" in event["data"]]
        return list({one["id"]: one for one in facts if one[part]["id"] == name}.values())

    await until(newest_facts, lambda facts: all(holds(one[part]) for one in facts), within=PATIENCE_SECONDS)


OCCURRENCES: Mapping[str, Occurrence] = {
    "message.sent.v1": Occurrence(_message_sent, "new_message"),
    "message.changed.v1": Occurrence(_changed, "message_changed"),
    "conversation.read.v1": Occurrence(_read, "read"),
    "conversation.started.v1": Occurrence(_started, "conversation_updated"),
    "conversation.updated.v1": Occurrence(_updated, "conversation_updated"),
    "conversation.personal.v1": Occurrence(_muted, "view_changed", buyer_alone=True),
    "typing.v1": Occurrence(_typing, None),  # only sockets that look at the conversation; never part of the state
    "sockets.counted.v1": Occurrence(_sockets_counted, None),
    "log.head.v1": Occurrence(_beacon, None),
    "marketplace.user.upserted.v1": Occurrence(_user_upserted, "conversation_updated"),
    "marketplace.user.deleted.v1": Occurrence(_user_deleted, "conversation_updated"),
    "marketplace.item.upserted.v1": Occurrence(_item_upserted, "conversation_updated"),
    "marketplace.item.deleted.v1": Occurrence(_item_deleted, "conversation_updated"),
    "marketplace.message.posted.v1": Occurrence(_message_posted, "new_message"),
}
