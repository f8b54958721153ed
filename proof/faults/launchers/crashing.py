"""`python -m proof.faults.launchers.crashing ORDERS services.conversations`: a service that can die at a named point.

The orders `{"point": …, "passage": n}` make it end itself, as SIGKILL does, when it comes to that point for the n-th
time. The points lie between the commit of a batch and the note that the broker has it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aio_pika.exchange import Exchange

from proof.faults.launchers.orders import Orders, run_service
from services.conversations.publishing.publisher import Publisher
from services.conversations.store import log_writes, publications
from services.conversations.writes import transactions

POINTS: Sequence[str] = (
    "committing",  # the transaction is on its way to the database
    "committed",  # the database has answered; nobody else knows
    "answered",  # the sender may know; the broker does not
    "publishing",  # the message is on its way to the broker
    "confirmed",  # the broker has confirmed; nobody has noted it
    "noting",  # about to write down what was confirmed
    "noted",  # written down
)
UNDER_WAY_SECONDS = 0.001  # what a statement or a message gets to leave, and perhaps to arrive


class CrashPoints:
    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._left = 0

    def due(self, point: str) -> bool:
        orders, are_new = self._orders.read()
        if are_new:
            self._left = orders.get("passage", 0)
        if orders.get("point") != point:
            return False
        self._left -= 1
        return self._left == 0

    def pass_by(self, point: str) -> None:
        if self.due(point):
            die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def install(points: CrashPoints) -> None:
    apply_commands, committed = log_writes.apply_commands, transactions.Transactions._committed
    publish, hand_over, note_in_memory = Exchange.publish, Publisher._publish, Publisher._confirmed
    note = publications.confirm

    async def crashing_apply(*arguments: Any) -> Any:
        if points.due("committing"):
            await _die_under_way(apply_commands(*arguments))
        return await apply_commands(*arguments)

    def crashing_committed(*arguments: Any) -> None:
        points.pass_by("committed")
        committed(*arguments)

    async def crashing_hand_over(self: Publisher, publication: Any) -> None:
        points.pass_by("answered")
        await hand_over(self, publication)

    async def crashing_publish(self: Exchange, *arguments: Any, **named: Any) -> Any:
        if points.due("publishing"):
            await _die_under_way(publish(self, *arguments, **named))
        return await publish(self, *arguments, **named)

    def crashing_note_in_memory(self: Publisher, publication: Any) -> None:
        points.pass_by("confirmed")
        note_in_memory(self, publication)

    async def crashing_note(*arguments: Any, **named: Any) -> None:
        points.pass_by("noting")
        await note(*arguments, **named)
        points.pass_by("noted")

    for owner, name, function in (
        (transactions, "apply_commands", crashing_apply),
        (transactions.Transactions, "_committed", crashing_committed),
        (publications, "confirm", crashing_note),
        (Exchange, "publish", crashing_publish),
        (Publisher, "_publish", crashing_hand_over),
        (Publisher, "_confirmed", crashing_note_in_memory),
    ):
        patch.object(owner, name, function).start()  # raises AttributeError where there is no such name any more


async def _die_under_way(work: Any) -> None:
    asyncio.ensure_future(work)  # noqa: RUF006 - the process ends before the task can be forgotten
    await asyncio.sleep(UNDER_WAY_SECONDS)
    die()


if __name__ == "__main__":
    install(CrashPoints(Orders(Path(sys.argv[1]))))
    run_service(sys.argv[2:])
