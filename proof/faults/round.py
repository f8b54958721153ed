"""One round: people talk, something breaks and heals, and the checker verifies all frames and stored data."""

import random
import time
import traceback
from dataclasses import dataclass, field

from proof.faults.checker import Effect, Violation, decision_violations, table_violations
from proof.faults.decisions import DecisionLog
from proof.faults.kinds.fault import Fault, Measured, Scene
from proof.faults.pauses import longest_pause
from proof.faults.stage import Stage
from proof.faults.workload import Workload, read_tables, talking

BEFORE, AFTER = 80, 80  # acknowledged messages


@dataclass
class Round:
    seed: int
    did: str = ""
    acknowledged: int = 0
    """Messages."""
    longest_pause: float = 0.0
    """Seconds."""
    seconds: float = 0.0
    """The whole round took."""
    violations: list[Violation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """The system, or the fault, did not do what it must."""
    measured: list[Measured] = field(default_factory=list)
    workload: Workload | None = None
    """All that was recorded, until `look_again`."""

    @property
    def too_slow(self) -> list[str]:
        """Steps that took too long; not proof of a bug on a busy machine."""
        return [str(measured) for measured in self.measured if measured.too_much]

    @property
    def passed(self) -> bool:
        return not (self.violations or self.problems or self.too_slow)

    def count(self, effect: Effect) -> int:
        return sum(violation.effect is effect for violation in self.violations)

    def judge(self, workload: Workload, *, decides_once: bool) -> None:
        assert workload.tables is not None
        self.workload = workload
        self.acknowledged = workload.acknowledged
        self.longest_pause = longest_pause(workload.history)
        decided = decision_violations(workload.history, workload.tables, once=decides_once)
        self.violations = [*workload.violations, *decided]

    async def look_again(self, database_url: str) -> list[Violation]:
        """What is wrong in the tables now that was right when the round ended; afterwards its records are dropped."""
        if self.workload is None:
            return []
        tables = await read_tables(database_url, self.workload.conversations)
        found = table_violations(self.workload.history, tables)
        later = [violation for violation in found if violation not in self.violations]
        self.violations.extend(later)
        self.workload = None
        return later


async def play_round(fault: Fault, stage: Stage, seed: int) -> Round:
    """Break and heal once; the stage is whole afterwards."""
    result, began = Round(seed), time.monotonic()
    decisions = DecisionLog(stage.system.notifications.log)
    talk = talking(stage.target, stage.sockets, database_url=stage.database_url, seed=seed, manners=fault.manners)
    try:
        async with talk as workload:
            scene = Scene(stage, workload, seed, random.Random(seed))  # noqa: S311 - replayable
            result.problems, result.measured = scene.problems, scene.measured
            try:
                await _break_and_heal(fault, scene)
            except Exception as error:  # whatever it was, the other rounds go on
                scene.problems.append(f"the round ended early: {_describe(error)}")
                await stage.restore()
            result.did = scene.did
        assert workload.tables is not None
        await decisions.until_all_decided(workload.history, workload.tables, went_back=workload.lost_before)
        result.judge(workload, decides_once=not fault.decides_again)
    except Exception as error:  # as above
        result.problems.append(f"the talk ended early: {_describe(error)}")
        await stage.restore()
    result.seconds = time.monotonic() - began
    return result


async def _break_and_heal(fault: Fault, scene: Scene) -> None:
    await scene.workload.until_acknowledged(BEFORE)
    await fault.inject(scene)
    try:
        await fault.hold(scene)
    finally:
        await fault.heal(scene)
    heard = await scene.workload.until_everybody_hears()
    scene.measured.append(Measured("heard again", heard, fault.heard_within))
    await scene.workload.until_acknowledged(AFTER)
    await fault.verdict(scene)


def _describe(error: Exception) -> str:
    return "".join(traceback.format_exception(error)[-2:]).strip()
