"""Two replicas of a service, one of which hangs or is being replaced."""

import asyncio
import signal

from proof.faults.crowd import crowd_aside
from proof.faults.handover import hand_overs
from proof.faults.history import Outcome
from proof.faults.kinds.fault import Fault, Measured, Scene
from proof.faults.stage import Stage
from proof.faults.workload import Manners
from tests.kit.running.system import Service

STOPPED_SECONDS = 30.0
ELECTION_SECONDS = 30.0


class TwoReplicas(Fault):
    """Both replicas of conversations run."""

    async def set_up(self, stage: Stage) -> None:
        await stage.start(stage.spare_conversations)

    async def tear_down(self, stage: Stage) -> None:
        await stage.stop(stage.spare_conversations)


class Replacement(TwoReplicas):
    """One replica after the other is replaced without any failed send."""

    manners = Manners(share_giving_up=0.0)

    async def verdict(self, scene: Scene) -> None:
        failed = [s for s in scene.workload.history.sends if s.completed_at and s.outcome is not Outcome.OK]
        if failed:
            scene.problems.append(f"{len(failed)} sends failed although they were tried again")


class Stopped(TwoReplicas):
    """SIGSTOP for 30 s of the replica of conversations that leads, or of a delivery replica; then it goes on."""

    name = "stop"
    number = 5
    rounds = 4

    async def inject(self, scene: Scene) -> None:
        stage = scene.stage
        if scene.turn([True, False]):
            self._victim, role = await leader(stage), "leader"
        else:
            self._victim, role = scene.turn(stage.system.delivery, every=2), "replica"
        scene.did = f"SIGSTOP of the {role} {self._victim.name} for {STOPPED_SECONDS:g} s"
        self._victim.signal(signal.SIGSTOP)

    async def hold(self, scene: Scene) -> None:
        await scene.workload.until_everybody_hears()
        await asyncio.sleep(STOPPED_SECONDS)  # the length of the stop is the fault

    async def heal(self, scene: Scene) -> None:
        self._victim.signal(signal.SIGCONT)


class Rolling(Replacement):
    """Every service restarted in turn, of conversations and delivery two replicas: no send fails, sockets move."""

    name = "rolling"
    number = 11
    rounds = 40
    _PEOPLE = 300
    _LARGEST_BURST = 0.5  # of a replica's sockets, within a tenth of a second

    async def set_up(self, stage: Stage) -> None:
        await super().set_up(stage)
        self._crowd = crowd_aside(stage.target, stage.direct_sockets)
        await self._crowd.do("open", users=[f"crowd-{number}" for number in range(self._PEOPLE)])

    async def inject(self, scene: Scene) -> None:
        system = scene.stage.system
        victim = scene.turn([*scene.stage.conversations, *system.delivery, system.notifications])
        await scene.stage.restart(victim)
        moved = hand_overs(await self._crowd.do("moves", of=self._PEOPLE))
        scene.did = "; ".join([f"restart of {victim.name}", *map(str, moved)])
        if bool(moved) != (victim in system.delivery):
            scene.problems.append(f"the restart of {victim.name} moved {'some' if moved else 'no'} sockets")
        for hand_over in moved:
            burst = 100 * hand_over.largest_burst
            scene.measured.append(Measured("closed within a tenth of a second", burst, 100 * self._LARGEST_BURST, "%"))

    async def tear_down(self, stage: Stage) -> None:
        await self._crowd.end()
        await super().tear_down(stage)


async def leader(stage: Stage) -> Service:
    """The replica of conversations that leads; waits for there to be one."""
    async with asyncio.timeout(ELECTION_SECONDS):
        while True:
            for service in stage.conversations:
                if await asyncio.to_thread(_leads, service):
                    return service
            await asyncio.sleep(0.1)  # an election is announced to nobody


def _leads(service: Service) -> bool:
    return "\nconversations_leader 1.0" in service.answer("/metrics")
