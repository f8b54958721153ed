"""Idle sockets: memory per connection, and processor time of their heartbeats."""

import asyncio
import time

import psutil
import uvloop

from benchmarks.figures import Figures
from benchmarks.load.crowd import Crowd, allow_files
from benchmarks.load.target import Target, target_of
from benchmarks.options import Options
from benchmarks.stage import measured_system
from tests.kit.running.system import System

SETTLE_SECONDS = 2.0  # what the handshakes left to do is done, and is not counted as heartbeats


def run(options: Options) -> Figures:
    """15,000 sockets in one process, idle for two heartbeats."""
    sockets = options.choose(full=15_000, quick=1_000)
    heartbeat_seconds = options.choose(full=30, quick=2)
    allow_files(sockets)
    with measured_system(environment={"HEARTBEAT_SECONDS": str(heartbeat_seconds)}) as system:
        return uvloop.run(_measure(system, target_of(system), sockets=sockets, seconds=2.0 * heartbeat_seconds))


async def _measure(system: System, target: Target, *, sockets: int, seconds: float) -> Figures:
    assert system.delivery[0].process is not None
    process = psutil.Process(system.delivery[0].process.pid)
    crowd = Crowd([system.delivery[0].socket_url], [target.token(f"idle-{number}") for number in range(sockets)])
    memory_before, processor_before = _private_bytes(process), _processor_seconds(process)
    await crowd.gather()
    handshakes = _processor_seconds(process) - processor_before
    await asyncio.sleep(SETTLE_SECONDS)
    memory = _private_bytes(process) - memory_before
    processor_before, began = _processor_seconds(process), time.monotonic()
    await asyncio.sleep(seconds)
    heartbeats = (_processor_seconds(process) - processor_before) / (time.monotonic() - began)
    if crowd.closed_by_server or crowd.open != sockets:
        raise RuntimeError(f"{sockets - crowd.open} of {sockets} sockets did not stay open")
    crowd.leave()
    return {
        "idle.sockets_count": sockets,
        "idle.memory_kib_per_socket": memory / sockets / 1024,
        "idle.connect_us": 1e6 * handshakes / sockets,
        "idle.heartbeat_cores": heartbeats,
    }


def _private_bytes(process: psutil.Process) -> int:
    """Memory that is this process's alone."""
    return int(process.memory_full_info().uss)


def _processor_seconds(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))
