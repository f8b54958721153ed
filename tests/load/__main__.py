"""`make load`: how many messages a second the whole system carries, and how long one takes from send to receipt.

Starts its own system (database, broker, three services) on this machine, so the figure contains all of it and the
load generator as well.
"""

import argparse
import os
import statistics
import sys
import time

import psutil
import uvloop

from deploy.native.postgres import PostgresServer
from deploy.native.rabbitmq import RabbitServer
from tests.faults.workload import target_of
from tests.load.pairs import Tally, run_closed_loop
from tests.support import servers
from tests.support.system import System, running_system

UNLIMITED = {
    "LOG_LEVEL": "warning",
    "MESSAGE_RATE_PER_SECOND": "100000",
    "MESSAGE_BURST": "100000",
    "FRAME_RATE_PER_SECOND": "100000",
    "FRAME_BURST": "100000",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50, help="pairs of people, one message in flight each")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long is counted, after a warm-up of a fifth")
    arguments = parser.parse_args()
    os.environ.setdefault(servers.VARIABLE, "native")  # its processes' time is counted, and figures can be compared
    with running_system(environment=UNLIMITED) as system:
        before = _cpu_seconds(system)
        started = time.perf_counter()
        tally = uvloop.run(run_closed_loop(target_of(system), pairs=arguments.pairs, seconds=arguments.seconds))
        wall = time.perf_counter() - started
        _report(tally, arguments.pairs)
        _report_cpu(before, _cpu_seconds(system), wall)
    return 1 if tally.errors else 0


def _report(tally: Tally, pairs: int) -> None:
    rate = len(tally.to_receipt) / tally.seconds
    print(f"{pairs} pairs, closed loop: {rate:,.0f} messages/s stored and delivered")
    for name, values in (("send to receipt", tally.to_receipt), ("send to ack", tally.to_ack)):
        if len(values) > 1:
            cuts = statistics.quantiles(values, n=1000)
            p50, p99, most = (1000 * value for value in (cuts[499], cuts[989], max(values)))
            print(f"  {name:<16} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   max {most:6.2f} ms")
    for error in tally.errors[:5]:
        print("  error:", error.decode())


def _cpu_seconds(system: System) -> dict[str, float]:
    """By part; servers in containers are no processes of ours and are left out."""
    found = {"load generator": sum(psutil.Process(os.getpid()).cpu_times()[:2])}
    servers = {"postgresql": system.postgres, "rabbitmq": system.rabbitmq}
    processes = {service.name: service.process for service in system.services} | {
        name: server.process for name, server in servers.items() if isinstance(server, PostgresServer | RabbitServer)
    }
    for name, process in processes.items():
        assert process is not None
        leader = psutil.Process(process.pid)
        family = [leader, *leader.children(recursive=True)]
        found[name] = sum(sum(member.cpu_times()[:2]) for member in family)
    return found


def _report_cpu(before: dict[str, float], after: dict[str, float], wall: float) -> None:
    print("  processor use, in cores: " + ", ".join(f"{n} {(after[n] - before[n]) / wall:.2f}" for n in after))


if __name__ == "__main__":
    sys.exit(main())
