"""Pods are replaced while people talk and many more only listen; what that cost them."""

import time
from dataclasses import dataclass, field, replace

from proof.faults.checker import Effect, Violation
from proof.faults.crowd import crowd_aside
from proof.faults.handover import HandOver, hand_overs
from proof.faults.history import Outcome
from proof.faults.pauses import longest_pause
from proof.faults.workload import Manners, Workload, talking
from proof.kubernetes.cluster import Cluster

MANNERS = Manners(share_giving_up=0.0, pause_seconds=0.1)  # everybody tries again until it is sent
BEFORE, AFTER = 80, 80  # acknowledged messages


@dataclass
class Rollout:
    deployments: tuple[str, ...]
    seconds: float = 0.0
    """From the order to the end of the last old pod."""
    sends: int = 0
    acknowledged: int = 0
    longest_pause: float = 0.0
    """Seconds in which somebody who had something to receive received nothing."""
    violations: list[Violation] = field(default_factory=list)
    hand_overs: list[HandOver] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """Sends that were not acknowledged in the end, however often they were tried."""
        return self.sends - self.acknowledged

    @property
    def passed(self) -> bool:
        return not self.violations and not self.failed

    def judge(self, workload: Workload) -> None:
        assert workload.tables is not None
        outcomes = [send.outcome for send in workload.history.sends]
        self.sends, self.acknowledged = len(outcomes), outcomes.count(Outcome.OK)
        self.longest_pause = longest_pause(workload.history)
        self.violations = workload.violations

    def __str__(self) -> str:
        damage = ", ".join(f"{self.count(effect)} {effect}" for effect in Effect)
        lines = [
            f"{', '.join(self.deployments)}: {self.seconds:.0f} s; {self.acknowledged} acknowledged,"
            f" {self.failed} failed, {damage}; longest pause {self.longest_pause:.1f} s",
            *map(str, self.hand_overs),
            *map(str, self.violations),
        ]
        return "\n    ".join(lines)

    def count(self, effect: Effect) -> int:
        return sum(violation.effect is effect for violation in self.violations)


async def roll_out(cluster: Cluster, deployments: tuple[str, ...], *, listeners: int, seed: int) -> Rollout:
    """Restart all of `deployments` at once under load."""
    target = await cluster.target()
    crowd = crowd_aside(target, [target.socket_url])
    result = Rollout(deployments)
    try:
        await crowd.do("open", users=[f"listener-{seed}-{number}" for number in range(listeners)])
        async with cluster.database() as database_url, cluster.forwarded("service/conversations", 8080) as port:
            internal = replace(target, internal_url=f"http://127.0.0.1:{port}")
            talk = talking(internal, [target.socket_url], database_url=database_url, seed=seed, manners=MANNERS)
            async with talk as workload:
                await workload.until_acknowledged(BEFORE)
                began = time.monotonic()
                await cluster.restart(deployments)
                result.seconds = time.monotonic() - began
                await workload.until_acknowledged(AFTER)
            result.judge(workload)
        result.hand_overs = hand_overs(await crowd.do("moves", of=listeners))
    finally:
        await crowd.end()
    return result
