"""`make faults`: breaks the running system with every kind of fault, under load, and measures the effect on users.

Clients connect to the services themselves; a part of the rounds is then played again through the gateway (WAY=direct or
WAY=gateway for one of the two). Round n of a kind has the seed SEED + n; the same round is played again by
`FAULTS=kind SEED=that ROUNDS=1 WAY=…`.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass

import uvloop

from proof.faults.checker import Violation
from proof.faults.kinds import KINDS
from proof.faults.kinds.fault import Fault, NotPossibleHere
from proof.faults.report import KindReport, table
from proof.faults.round import Round, play_round
from proof.faults.stage import Stage, standing
from tests.kit.running import servers
from tests.kit.running.system import REPOSITORY

BY_GATEWAY = 10  # one round in so many is played again through the gateway, and at least two
WAYS = ("direct", "gateway")

KEPT_LOGS = REPOSITORY / ".local" / "faults"


def main() -> int:
    os.environ.setdefault(servers.VARIABLE, "native")  # some faults need the servers' processes and files
    arguments = _arguments()
    kinds = _chosen(arguments.faults)
    plan = [Part(kind, way, arguments.rounds or _rounds(kind, way)) for way in arguments.ways for kind in kinds]
    print(f"seed {arguments.seed}: " + ", ".join(f"{part.name} {part.rounds}" for part in plan))
    try:
        return uvloop.run(_run(plan, arguments.seed))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("interrupted")
        return 130


@dataclass(frozen=True)
class Part:
    """The rounds of one kind, played one way."""

    kind: type[Fault]
    way: str
    rounds: int

    @property
    def name(self) -> str:
        """The kind's, and the way if it is not the usual one."""
        return self.kind.name if self.way == "direct" else f"{self.kind.name} by {self.way}"


def _rounds(kind: type[Fault], way: str) -> int:
    return kind.rounds if way == "direct" else max(2, kind.rounds // BY_GATEWAY)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m proof.faults", description=__doc__.splitlines()[0])
    names = ", ".join(kind.name for kind in KINDS)
    parser.add_argument("--faults", default="", help=f"kinds, separated by commas; default: all. There are: {names}")
    parser.add_argument("--rounds", type=int, default=0, help="of each kind; default: as many as each kind says")
    parser.add_argument("--seed", type=int, default=0, help="of the first round; default: one at random")
    parser.add_argument("--way", choices=WAYS, help="how clients connect; default: first one, then the other")
    arguments = parser.parse_args()
    arguments.ways = [arguments.way] if arguments.way else WAYS
    arguments.seed = arguments.seed or random.randrange(1, 1_000_000)  # noqa: S311 - no secret
    return arguments


def _chosen(names: str) -> list[type[Fault]]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {kind.name: kind for kind in KINDS}
    if unknown := [name for name in wanted if name not in known]:
        raise SystemExit(f"no such fault: {', '.join(unknown)}. There are: {', '.join(known)}")
    return [known[name] for name in wanted] or list(KINDS)


async def _run(plan: list[Part], seed: int) -> int:
    began = time.monotonic()
    _stop_in_order_on(signal.SIGTERM)
    reports = [KindReport(part.name, part.kind.number) for part in plan]
    async with standing() as stage:
        for part, report in zip(plan, reports, strict=True):
            try:
                if part.way == "gateway" and stage.past_gateway is None:
                    await stage.open_gateway()
                await _play(part.kind(), stage, report, range(seed, seed + part.rounds))
            except Exception as error:  # the other kinds are played all the same
                report.rounds.append(Round(seed, problems=[f"could not be played: {error!r}"]))
                _tell(report.name, report.rounds[-1])
                await stage.restore()
        if not all(report.passed for report in reports):
            _keep_logs(stage)
    print("\n" + table(reports))
    minutes = (time.monotonic() - began) / 60
    print(f"\nseed {seed}, {minutes:.1f} minutes")
    return 0 if all(report.passed for report in reports) else 1


def _stop_in_order_on(number: signal.Signals) -> None:
    """Otherwise the servers and services would stay behind."""
    playing = asyncio.current_task()
    assert playing is not None
    asyncio.get_running_loop().add_signal_handler(number, playing.cancel)


def _keep_logs(stage: Stage) -> None:
    shutil.rmtree(KEPT_LOGS, ignore_errors=True)
    KEPT_LOGS.mkdir(parents=True)
    for log in [*stage.system.folder.glob("*.log")]:
        shutil.copy(log, KEPT_LOGS)
    print(f"the services' logs are in {KEPT_LOGS}")


async def _play(fault: Fault, stage: Stage, report: KindReport, seeds: range) -> None:
    """Each round, and another look at it once the next one is over."""
    try:
        await fault.set_up(stage)
        before: Round | None = None
        for seed in seeds:
            played = await play_round(fault, stage, seed)
            report.rounds.append(played)
            _tell(report.name, played)
            if before is not None:
                _tell_later(before, await before.look_again(stage.database_url))
            before = played
    except NotPossibleHere as reason:
        report.skipped = str(reason)
    finally:
        await fault.tear_down(stage)


def _tell(name: str, played: Round) -> None:
    verdict = "ok" if played.passed else "FAILED"
    print(
        f"{name} seed {played.seed}: {played.did}: {played.acknowledged} acknowledged,"
        f" pause {played.longest_pause:.1f} s, {played.seconds:.1f} s in all: {verdict}",
        flush=True,
    )
    for line in [*map(str, played.violations), *played.problems, *played.too_slow]:
        print(f"    {line}", flush=True)


def _tell_later(played: Round, later: list[Violation]) -> None:
    for violation in later:
        print(f"    after the round with seed {played.seed}: {violation}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
