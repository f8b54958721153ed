"""Death at the worst moments."""

import asyncio

from proof.faults.kinds.fault import Fault, Scene
from proof.faults.launchers.crashing import POINTS
from proof.faults.launchers.orders import Orders
from proof.faults.stage import Stage
from tests.kit.waiting import eventually

MOST_PASSAGES = 40  # until it dies: some tenths of a second of talk
NOTES_MOST_PASSAGES = 4  # what is noted, is noted four times a second


class CrashPoints(Fault):
    """conversations dies at a named point between commit, publication, confirmation and the note of it."""

    name = "crash"
    number = 6
    rounds = 140

    async def set_up(self, stage: Stage) -> None:
        self._orders = Orders(stage.system.folder / "crash.json")
        self._orders.give()
        self._launcher = ("proof.faults.launchers.crashing", str(self._orders.path))
        await stage.restart(stage.system.conversations, launcher=self._launcher)

    async def inject(self, scene: Scene) -> None:
        point = scene.turn(POINTS)
        passage = scene.chance.randint(1, NOTES_MOST_PASSAGES if point.startswith("not") else MOST_PASSAGES)
        scene.did = f"death while {point}, passage {passage}"
        self._orders.give(point=point, passage=passage)

    async def hold(self, scene: Scene) -> None:
        process = scene.stage.system.conversations.process
        assert process is not None
        await eventually(lambda: not process.is_running(), within=60)

    async def heal(self, scene: Scene) -> None:
        self._orders.give()
        conversations = scene.stage.system.conversations
        await asyncio.to_thread(conversations.kill)  # reaps it, or ends one that never came to the point
        await scene.stage.start(conversations, launcher=self._launcher)

    async def tear_down(self, stage: Stage) -> None:
        await stage.restart(stage.system.conversations)
