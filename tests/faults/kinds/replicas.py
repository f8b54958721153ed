"""Two replicas of a service, one of which stands still or is being replaced."""

import asyncio
import signal

from tests.faults.history import Outcome
from tests.faults.kinds.fault import Fault, Scene
from tests.faults.stage import Stage
from tests.faults.workload import Manners
from tests.support.system import Service

STOPPED_SECONDS = 30.0
ELECTION_SECONDS = 30.0


class TwoReplicas(Fault):
    """Both replicas of conversations run."""

    async def set_up(self, stage: Stage) -> None:
        await stage.start(stage.spare_conversations)

    async def tear_down(self, stage: Stage) -> None:
        await stage.stop(stage.spare_conversations)


class Replacement(TwoReplicas):
    """One replica after the other is replaced, and nobody's send fails for it."""

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
    """Two replicas of conversations and two of delivery, each restarted in turn: no send fails."""

    name = "rolling"
    number = 11
    rounds = 40

    async def inject(self, scene: Scene) -> None:
        replicas = [*scene.stage.conversations, *scene.stage.system.delivery]
        victim = scene.turn(replicas)
        scene.did = f"restart of {victim.name}"
        await scene.stage.stop(victim)
        await scene.stage.start(victim)


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
