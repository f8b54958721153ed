"""Two people with a conversation."""

from dataclasses import dataclass

import aiohttp

from benchmarks.load.target import Target


@dataclass(frozen=True)
class Couple:
    buyer_id: str
    seller_id: str
    conversation_id: str


async def introduce(http: aiohttp.ClientSession, target: Target, name: str) -> Couple:
    """A fresh couple; the name is the end of their ids."""
    buyer_id, seller_id, item_id = f"buyer-{name}", f"seller-{name}", f"item-{name}"
    await target.put_user(http, buyer_id)
    await target.put_user(http, seller_id)
    await target.put_item(http, item_id, seller_id)
    return Couple(buyer_id, seller_id, await target.start_conversation(http, buyer_id, item_id))
