"""One seller in 5,000 conversations, 200 buyers writing to them at once, and somebody reading the seller's list."""

import asyncio
import time

import aiohttp
import uvloop

from benchmarks.figures import Figures
from benchmarks.load.ledger import Ledger
from benchmarks.load.seller import SELLER, Shop, open_shop
from benchmarks.load.target import Target, target_of
from benchmarks.load.window import Meter, Window, drained, no_garbage_collection
from benchmarks.message_figures import message_figures
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import measured_system, processor_seconds

LIST_PAUSE_SECONDS = 0.05


def run(options: Options) -> Figures:
    with measured_system() as system:
        return uvloop.run(_measure(options, target_of(system), lambda: processor_seconds(system)))


async def _measure(options: Options, target: Target, meter: Meter) -> Figures:
    ledger, seconds = Ledger("hot-seller"), options.choose(full=10.0, quick=2.0)
    buyers, items = options.choose(full=(200, 25), quick=(20, 5))
    shop = await open_shop(target, ledger, buyers=buyers, items=items)
    with no_garbage_collection():
        for buyer in shop.buyers:
            shop.seller.awaits(buyer)
        await asyncio.sleep(seconds / 3)  # warm-up: a duration, not a wait for something
        window = Window(ledger, meter)
        await window.begin()
        listings = await _read_list(target, seconds)
        window.end()
        shop.seller.over = True
        await drained(ledger)
        measured = window.measured()
    _leave(shop)
    return {
        **message_figures("hot_seller", measured),
        **latency_figures("hot_seller.list", listings),
        "hot_seller.conversations_count": buyers * items,
    }


async def _read_list(target: Target, seconds: float) -> list[float]:
    """The first page of the seller's list, again and again for so long; how long each took."""
    took, until = [], time.perf_counter() + seconds
    headers = {"Authorization": f"Bearer {target.token(SELLER)}"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:
        while (began := time.perf_counter()) < until:
            async with http.get(target.conversations_url + "/api/conversations") as response:
                await response.read()
            took.append(time.perf_counter() - began)
            await asyncio.sleep(LIST_PAUSE_SECONDS)
    return took


def _leave(shop: Shop) -> None:
    for person in (shop.seller, *shop.buyers):
        person.disconnect()
