"""A broker that does not keep its promises."""

from proof.faults.kinds.fault import Fault, Scene
from proof.faults.launchers.orders import Orders
from proof.faults.stage import Stage

RATES = (0.1, 0.3, 0.6)  # shares of the messages; of what is left after them the next is taken
MESSAGES = 400  # acknowledged meanwhile


class Deliveries(Fault):
    """Messages from RabbitMQ to delivery are dropped, duplicated and reordered at random."""

    name = "deliveries"
    number = 7
    rounds = 60

    async def set_up(self, stage: Stage) -> None:
        self._orders = Orders(stage.system.folder / "deliveries.json")
        self._orders.give()
        launcher = ("proof.faults.launchers.unreliable_broker", str(self._orders.path))
        await stage.restart(*stage.system.delivery, launcher=launcher)

    async def inject(self, scene: Scene) -> None:
        drop = scene.turn(RATES)
        delay, double = (1 - drop) * 0.4, (1 - drop) * 0.3
        scene.did = f"{drop:.0%} dropped, {double:.0%} doubled, {delay:.0%} late"
        self._orders.give(drop=drop, double=double, delay=delay, seed=scene.seed)

    async def hold(self, scene: Scene) -> None:
        await scene.workload.until_acknowledged(MESSAGES)
        await scene.workload.until_everybody_hears()

    async def heal(self, scene: Scene) -> None:
        self._orders.give()

    async def tear_down(self, stage: Stage) -> None:
        await stage.restart(*stage.system.delivery)
