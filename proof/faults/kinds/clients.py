"""Many clients connecting at once, and hostile clients. Measures their effect on the others."""

import asyncio
import time

import aiohttp
import psutil

from benchmarks.load.target import Couple, introduce
from contracts.generated.catalogues import CloseCode
from proof.faults.crowd import crowd_aside
from proof.faults.history import Send
from proof.faults.kinds.fault import Fault, Measured, Scene
from proof.faults.stage import Stage
from proof.faults.workload import Manners

QUIET_SECONDS = 2.0
MEASURED_SECONDS = 5.0
MOST_P99_MS = 100.0
MOST_GROWTH_MB = 96.0
MB = 1024 * 1024


class _WithCrowd(Fault):
    """Measures what the people who talk notice, and what it costs the delivery replicas."""

    manners = Manners(share_giving_up=0.0, pause_seconds=0.1)  # so that it is not our own clients that are slow

    async def set_up(self, stage: Stage) -> None:
        # Past the proxies, whose work would be measured as well.
        self._crowd = crowd_aside(stage.target, stage.direct_sockets)

    async def tear_down(self, stage: Stage) -> None:
        await self._crowd.end()

    async def inject(self, scene: Scene) -> None:
        await self._gather(scene)
        quiet_since = time.monotonic()
        await asyncio.sleep(QUIET_SECONDS)  # to know how it is without
        self._quiet_p99 = _p99_ms([s for s in scene.workload.history.sends if s.invoked_at >= quiet_since])
        self._memory = _memory(scene.stage)
        self._began = time.monotonic()
        await self._strike(scene)

    async def hold(self, scene: Scene) -> None:
        await asyncio.sleep(max(0.0, self._began + MEASURED_SECONDS - time.monotonic()))  # enough sends for a p99

    async def heal(self, scene: Scene) -> None:
        self._ended = time.monotonic()
        growth = max(after - before for before, after in zip(self._memory, _memory(scene.stage), strict=True)) / MB
        scene.measured.append(Measured("memory of a replica grew by", growth, MOST_GROWTH_MB, "MB"))
        await self._crowd.do("leave")

    async def verdict(self, scene: Scene) -> None:
        sends = scene.workload.history.sends
        during = _p99_ms([s for s in sends if self._began <= s.invoked_at <= self._ended])
        # On a machine that is slow before anything happens, the fault may cost as much again.
        most = max(MOST_P99_MS, 2 * self._quiet_p99)
        what = f"p99 of the others' sends ({self._quiet_p99:.0f} ms before)"
        scene.measured.append(Measured(what, during, most, "ms"))

    async def _gather(self, scene: Scene) -> None:
        """Before anything is measured."""

    async def _strike(self, scene: Scene) -> None:
        """While the others are measured."""
        raise NotImplementedError


class Storm(_WithCrowd):
    """500 sockets break at one moment and come back, while others talk."""

    name = "storm"
    number = 9
    rounds = 6
    _PEOPLE = 500
    _BACK_WITHIN_SECONDS = 10.0

    async def _gather(self, scene: Scene) -> None:
        scene.did = f"{self._PEOPLE} sockets cut at once"
        await self._crowd.do("open", users=[f"crowd-{number}" for number in range(self._PEOPLE)])

    async def _strike(self, scene: Scene) -> None:
        back = await self._crowd.do("cut")
        scene.measured.append(Measured("everybody back", back, self._BACK_WITHIN_SECONDS))


class Hostile(_WithCrowd):
    """100 sockets that never read, among them of people who get much; garbage; half frames; 1,000 frames a second."""

    name = "hostile"
    number = 10
    rounds = 6
    _UNREAD_PER_PERSON = 8
    _UNREAD_OF_THE_LOUD = 10
    _OFFENDERS = 5
    _LONG_TEXT = "…" * 4000  # the longest message, and three bytes each character
    _LONG_TEXTS = 200  # by each of the two: what one may send at once

    async def _gather(self, scene: Scene) -> None:
        scene.did = "never reading, garbage, half frames, floods"
        self._loud = await _loud_couple(scene)
        self._codes_before = await _closes(scene.stage)

    async def _strike(self, scene: Scene) -> None:
        people = list(scene.workload.clients)[: 100 // self._UNREAD_PER_PERSON]
        unread = [user for user in people for _ in range(self._UNREAD_PER_PERSON)]
        await self._crowd.do("never_read", users=unread + [self._loud.seller_id] * self._UNREAD_OF_THE_LOUD)
        await self._crowd.do("send_slowly", users=[f"slow-{number}" for number in range(20)])
        garbage = await self._crowd.do("send_garbage", users=[f"garbage-{n}" for n in range(self._OFFENDERS)])
        floods = await self._crowd.do("flood", users=[f"flood-{scene.seed}-{n}" for n in range(self._OFFENDERS)])
        _expect(scene, "garbage", garbage, CloseCode.TOO_MANY_BAD_FRAMES)
        _expect(scene, "a flood", floods, CloseCode.FLOODING)
        loud, text, count = [self._loud.buyer_id, self._loud.seller_id], self._LONG_TEXT, self._LONG_TEXTS
        await self._crowd.do("talk", users=loud, conversation=self._loud.conversation_id, text=text, count=count)

    async def verdict(self, scene: Scene) -> None:
        await super().verdict(scene)
        closed = await _closes(scene.stage) - self._codes_before
        if closed < self._UNREAD_OF_THE_LOUD:
            scene.problems.append(f"only {closed:g} sockets that never read were closed as too slow")


def _expect(scene: Scene, what: str, codes: list[int | None], wanted: CloseCode) -> None:
    if any(code != wanted for code in codes):
        scene.problems.append(f"{what} was answered with {codes}, not {int(wanted)}")


async def _loud_couple(scene: Scene) -> Couple:
    """Two people who are not watched by the checker."""
    async with aiohttp.ClientSession() as http:
        return await introduce(http, scene.stage.target, f"loud-{scene.seed}-{time.monotonic_ns()}")


async def _closes(stage: Stage) -> float:
    """How many sockets were closed as too slow, by the figures of all replicas."""
    count = 0.0
    label = f'delivery_sockets_closed_total{{code="{int(CloseCode.SLOW_CONSUMER)}"}}'
    async with aiohttp.ClientSession() as http:
        for service in stage.system.delivery:
            async with http.get(service.url + "/metrics") as response:
                lines = (await response.text()).splitlines()
            count += sum(float(line.split()[-1]) for line in lines if line.startswith(label))
    return count


def _p99_ms(sends: list[Send]) -> float:
    took = sorted(1000 * (s.completed_at - s.invoked_at) for s in sends if s.completed_at is not None)
    return took[int(len(took) * 0.99)] if took else float("inf")


def _memory(stage: Stage) -> list[int]:
    """Of each delivery replica, in bytes."""
    return [psutil.Process(s.process.pid).memory_info().rss for s in stage.system.delivery if s.process is not None]
