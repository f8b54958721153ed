"""The broker and the database go away and come back."""

import asyncio
import time

from proof.faults.kinds.fault import Fault, Measured, Scene

SENT_WHILE_DOWN = 50  # messages


class Broker(Fault):
    """RabbitMQ stops, or is killed; sends are acknowledged and arrive while it is down."""

    name = "broker"
    number = 2
    rounds = 30

    async def inject(self, scene: Scene) -> None:
        rabbitmq = scene.stage.system.rabbitmq
        scene.did, end = scene.turn([("RabbitMQ stops", rabbitmq.stop), ("SIGKILL of RabbitMQ", rabbitmq.kill)])
        await asyncio.to_thread(end)

    async def hold(self, scene: Scene) -> None:
        await scene.workload.until_acknowledged(SENT_WHILE_DOWN)
        waited = await scene.workload.until_everybody_hears()
        scene.measured.append(Measured("heard without the broker", waited, self.heard_within))

    async def heal(self, scene: Scene) -> None:
        await asyncio.to_thread(scene.stage.system.rabbitmq.start)


class Database(Fault):
    """PostgreSQL is killed, or restarts; some outages are longer than a command is tried, so that sends fail."""

    name = "database"
    number = 3
    rounds = 60

    async def inject(self, scene: Scene) -> None:
        postgres = scene.stage.system.postgres
        what, end = scene.turn([("SIGKILL of PostgreSQL", postgres.kill), ("PostgreSQL stops", postgres.stop)])
        self._seconds = scene.turn([0.0, 2.0, 0.0, 12.0], every=2)
        scene.did = f"{what} for {self._seconds:g} s"
        await asyncio.to_thread(end)

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(self._seconds)  # the length of the outage is the fault

    async def heal(self, scene: Scene) -> None:
        began = time.monotonic()
        await asyncio.to_thread(scene.stage.system.postgres.start)
        scene.did += f", back after {time.monotonic() - began:.1f} s"
