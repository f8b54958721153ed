"""The one address in front of everything goes away."""

import asyncio

from proof.faults.kinds.fault import Fault, Scene
from proof.faults.stage import Stage


class Gateway(Fault):
    """The gateway is killed, or stopped gracefully: its clients reconnect and resume."""

    name = "gateway"
    number = 18
    rounds = 20
    _opened = False

    async def set_up(self, stage: Stage) -> None:
        if stage.past_gateway is None:
            await stage.open_gateway()
            self._opened = True

    async def inject(self, scene: Scene) -> None:
        gateway = scene.stage.gateway
        what, end = scene.turn([("SIGKILL of", gateway.kill), ("SIGTERM to", gateway.stop)])
        scene.did = f"{what} the gateway"
        await asyncio.to_thread(end)

    async def heal(self, scene: Scene) -> None:
        await scene.stage.start(scene.stage.gateway)

    async def tear_down(self, stage: Stage) -> None:
        if self._opened:
            await stage.close_gateway()
