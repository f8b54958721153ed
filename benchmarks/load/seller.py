"""One busy seller, and buyers who all write to them at once: a closed loop with one message in flight per buyer."""

import asyncio
from dataclasses import dataclass

import aiohttp

from benchmarks.load.ledger import Ledger
from benchmarks.load.pairs import AT_ONCE
from benchmarks.load.sockets import open_socket
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target

SELLER = "busy-seller"


class Seller(Talker):
    """Only listens. Each message that arrives lets its buyer write the next one."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(SELLER, [], ledger)
        self.over = False
        self._under_way: dict[int, Talker] = {}

    def awaits(self, buyer: Talker) -> None:
        self._under_way[buyer.say_now()] = buyer

    def heard(self, number: int) -> None:
        buyer = self._under_way.pop(number)
        if not self.over:
            self.awaits(buyer)


@dataclass(frozen=True)
class Shop:
    """The seller and the buyers, each connected by one socket."""

    seller: Seller
    buyers: list[Talker]


async def open_shop(target: Target, ledger: Ledger, *, buyers: int, items: int) -> Shop:
    """Every buyer contacts the seller about every item: so many conversations has the seller."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def come_in(http: aiohttp.ClientSession, number: int) -> Talker:
        user_id = f"busy-buyer-{number}"
        async with limit:
            await target.put_user(http, user_id)
            conversations = [
                await target.start_conversation(http, user_id, f"busy-item-{item}") for item in range(items)
            ]
            buyer = Talker(user_id, conversations, ledger)
            await open_socket(target, user_id, buyer)
        return buyer

    async with aiohttp.ClientSession() as http:
        await target.put_user(http, SELLER)
        for item in range(items):
            await target.put_item(http, f"busy-item-{item}", SELLER)
        everybody = await asyncio.gather(*(come_in(http, number) for number in range(buyers)))
    seller = Seller(ledger)
    await open_socket(target, SELLER, seller)
    return Shop(seller, list(everybody))
