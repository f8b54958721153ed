"""Networks that fail without saying so."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from proof.faults.kinds.fault import Fault, Scene
from tests.kit.running.tcp_proxy import TcpProxy, Way

CUT_SECONDS = 7.0  # longer than anybody takes to notice a silent link
LONG_CUT_SECONDS = 12.0  # longer than a command is tried: sends fail, and it may not be known whether they did
SLOW_SECONDS = 4.0
DELAY_SECONDS = 0.5


class Links(Fault):
    """Each link between parts in turn: nothing passes, nothing passes one way, everything takes 500 ms longer one way.

    A cut swallows bytes: connections that were open are dead afterwards, and nobody is told.
    """

    name = "links"
    number = 4
    rounds = 70
    _disturbances: ClassVar[dict[str, tuple[Callable[[TcpProxy], None], float]]] = {
        "black hole": (lambda link: link.cut(), CUT_SECONDS),
        "loss of requests": (lambda link: link.cut([Way.TO_SERVER]), CUT_SECONDS),
        "loss of answers": (lambda link: link.cut([Way.TO_CLIENT]), CUT_SECONDS),
        "delay of requests": (lambda link: link.slow_down(DELAY_SECONDS, [Way.TO_SERVER]), SLOW_SECONDS),
        "delay of answers": (lambda link: link.slow_down(DELAY_SECONDS, [Way.TO_CLIENT]), SLOW_SECONDS),
    }

    async def inject(self, scene: Scene) -> None:
        links = scene.stage.links_between
        name = scene.turn(list(links))
        what = scene.turn(list(self._disturbances))  # 5 and 7 have no common factor: 35 rounds meet every pair
        self._link = links[name]
        disturb, self._seconds = self._disturbances[what]
        if self._seconds == CUT_SECONDS:
            self._seconds = scene.turn([CUT_SECONDS, LONG_CUT_SECONDS], every=len(links) * len(self._disturbances))
        scene.did = f"{what}, {name}, {self._seconds:g} s"
        disturb(self._link)

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(self._seconds)  # the length of the outage is the fault

    async def heal(self, scene: Scene) -> None:
        self._link.heal()
