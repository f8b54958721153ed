"""A reconnect storm: every socket is cut at once and comes back with the web client's backoff, and resumes.

Three times: the links are cut while one process holds them all; the service is killed, as by a crash, and started
again, while a second replica takes who comes; and the links are cut again, now of two replicas. Meanwhile people whose
sockets were not cut go on talking, on a replica that gets the storm.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import uvloop

from benchmarks.bystanders import Delivered, bystanders
from benchmarks.figures import Figures
from benchmarks.load.crowd import Crowd, allow_files
from benchmarks.load.target import Target, target_of
from benchmarks.options import Options
from benchmarks.percentiles import latency_figures
from benchmarks.stage import LOAD_GENERATOR, measured_system, processor_seconds
from tests.kit.running.system import System

BACK_WITHIN_SECONDS = 120.0
CALM_SECONDS = 2.0  # of talk after the storm: what it left to do slows nobody down either
COSTS_OF = ("delivery", LOAD_GENERATOR)


def run(options: Options) -> Figures:
    """15,000 sockets. `storm.back_seconds` and `live_p99_ms` are of the cut links, when one process bears it all."""
    sockets = options.choose(full=15_000, quick=500)
    allow_files(sockets)
    with measured_system(delivery_replicas=2) as system:
        figures = uvloop.run(_storms(system, target_of(system), sockets))
    for name in ("back_seconds", "live_p99_ms"):
        figures[f"storm.{name}"] = figures[f"storm.links_{name}"]
    return {"storm.sockets_count": sockets, **figures}


async def _storms(system: System, target: Target, sockets: int) -> Figures:
    first, second = system.delivery
    crowd = Crowd([first.socket_url], [target.token(f"storm-{number}") for number in range(sockets)])
    await crowd.gather()

    async def cut_links() -> None:
        crowd.cut()

    async def kill() -> None:
        crowd.urls = [first.socket_url, second.socket_url]
        first.kill()
        await asyncio.to_thread(first.start)

    before = processor_seconds(system)
    links = await _storm("links", crowd, cut_links, target)
    links |= _per_socket("links", before, processor_seconds(system), sockets)
    on_second = replace(target, delivery_url=second.url)
    killed = await _storm("killed", crowd, kill, on_second)
    shared = await _storm("two_replicas", crowd, cut_links, on_second)
    crowd.leave()
    return links | killed | shared


async def _storm(name: str, crowd: Crowd, cut: Callable[[], Awaitable[None]], talk: Target) -> Figures:
    """`talk` is where the bystanders are."""
    async with bystanders(talk) as talkers:
        attempts, began = crowd.attempts, time.monotonic()
        await cut()
        await crowd.until_back(since=began, within=BACK_WITHIN_SECONDS)
        back = sorted(member.back_at - began for member in crowd.members)
        await asyncio.sleep(CALM_SECONDS)
        delivered = await talkers.do("stop")
    return {
        f"storm.{name}_back_seconds": back[-1],
        f"storm.{name}_back_half_seconds": back[len(back) // 2],
        f"storm.{name}_attempts_per_socket_count": (crowd.attempts - attempts) / len(back),
        **latency_figures(f"storm.{name}_live", _after(delivered, began)),
    }


def _per_socket(name: str, before: Mapping[str, float], after: Mapping[str, float], sockets: int) -> Figures:
    """Processor time of a socket's return: lost, connected, resumed.

    The bystanders' talk is in it: with 15,000 sockets, a tenth or so. Only where no process was killed: its time ends
    with it.
    """
    return {f"storm.{name}_{part}_us_per_socket": 1e6 * (after[part] - before[part]) / sockets for part in COSTS_OF}


def _after(delivered: list[Delivered], began: float) -> list[float]:
    return [one.received_at - one.due_at for one in delivered if one.due_at >= began]
