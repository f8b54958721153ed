"""Processes that are killed."""

import asyncio
import time

from proof.faults.kinds.fault import Fault, Measured, Scene
from tests.kit.running.system import Service

BACK_WITHIN_SECONDS = 5.0


class Kill(Fault):
    """SIGKILL of each service in turn, of all replicas of one, and of everything at once; it is started again."""

    name = "kill"
    number = 1
    rounds = 120
    decides_again = True

    async def inject(self, scene: Scene) -> None:
        self._victims = self._choose(scene)
        scene.did = "SIGKILL of " + ", ".join(service.name for service in self._victims)
        for service in self._victims:
            await asyncio.to_thread(service.kill)

    async def heal(self, scene: Scene) -> None:
        began = time.monotonic()
        await scene.stage.start(*self._victims)
        scene.measured.append(Measured("service again", time.monotonic() - began, BACK_WITHIN_SECONDS))

    def _choose(self, scene: Scene) -> list[Service]:
        system = scene.stage.system
        options = [
            [system.conversations],
            [system.delivery[0]],
            [system.conversations, system.delivery[1]],
            [system.delivery[1]],
            [system.notifications],
            list(system.delivery),
        ]
        return scene.turn(options)
