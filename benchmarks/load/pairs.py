"""Pairs of people, and the closed loop: they answer each other as fast as they can, one message in flight per pair."""

import asyncio
import itertools
from collections.abc import Sequence
from typing import TypeVar

import aiohttp

from benchmarks.load.ledger import Ledger
from benchmarks.load.sockets import open_socket
from benchmarks.load.talker import Talker
from benchmarks.load.target import Target, introduce
from benchmarks.load.window import Measured, Meter, Window, drained, no_garbage_collection, no_meter

AT_ONCE = 16  # requests, and handshakes, while a run is prepared

TalkerT = TypeVar("TalkerT", bound=Talker)


class Answerer(Talker):
    """Answers every message of the other one, until the run is over."""

    over = False

    def heard(self, _number: int) -> None:
        if not self.over:
            self.say_now()


async def connect_pairs(
    target: Target, ledger: Ledger, kind: type[TalkerT], *, pairs: int, name: str, urls: Sequence[str] = ()
) -> list[TalkerT]:
    """Buyer and seller, buyer and seller, …, each pair with its conversation, their sockets spread over `urls`."""
    turns = itertools.cycle(urls or [target.socket_url])
    limit = asyncio.Semaphore(AT_ONCE)

    async def open_pair(http: aiohttp.ClientSession, number: int) -> tuple[TalkerT, TalkerT]:
        async with limit:
            couple = await introduce(http, target, f"{name}-{number}")
            buyer, seller = (kind(id_, [couple.conversation_id], ledger) for id_ in (couple.buyer_id, couple.seller_id))
            await open_socket(target, couple.buyer_id, buyer, url=next(turns))
            await open_socket(target, couple.seller_id, seller, url=next(turns))
        return buyer, seller

    async with aiohttp.ClientSession() as http:
        opened = await asyncio.gather(*(open_pair(http, number) for number in range(pairs)))
    return [talker for pair in opened for talker in pair]


async def run_closed_loop(
    target: Target, *, pairs: int, seconds: float, name: str = "pairs", meter: Meter = no_meter
) -> Measured:
    """Let `pairs` pairs talk for `seconds`, longer if nothing came by then, after a warm-up of a third of it."""
    ledger = Ledger(name)
    talkers = await connect_pairs(target, ledger, Answerer, pairs=pairs, name=name)
    with no_garbage_collection():
        for buyer in talkers[::2]:
            buyer.say_now()
        await asyncio.sleep(seconds / 3)  # a duration, not a wait for something
        window = Window(ledger, meter)
        await window.begin()
        await window.last(seconds)
        window.end()
        for talker in talkers:
            talker.over = True
        await drained(ledger)
        measured = window.measured()
    for talker in talkers:
        talker.disconnect()
    return measured
