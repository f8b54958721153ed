"""The measured system, and the resource usage of its processes."""

import contextlib
import os
import time
from collections.abc import Iterator, Mapping

import psutil

from deploy.native.postgres import PostgresServer
from deploy.native.rabbitmq import RabbitServer
from tests.kit.running import servers
from tests.kit.running.system import System, running_system

UNLIMITED = dict.fromkeys(
    (
        *("MESSAGE_RATE_PER_SECOND", "MESSAGE_BURST", "FRAME_RATE_PER_SECOND", "FRAME_BURST"),
        *("WRITE_RATE_PER_SECOND", "WRITE_BURST", "MAX_CONVERSATIONS_PER_DAY"),
    ),
    "100000",
)
LOAD_GENERATOR = "load_generator"


@contextlib.contextmanager
def measured_system(
    *,
    delivery_replicas: int = 1,
    environment: Mapping[str, str] | None = None,
    services: bool = True,
    durable: bool = True,
) -> Iterator[System]:
    """A fresh system for the length of the block, without limits per person, its servers native.

    Native, because the processes of a container's server are not ours to count; a MESSAGING_TEST_SERVERS that is
    set wins. Without `services`, only the servers run, the database migrated.
    """
    os.environ.setdefault(servers.VARIABLE, "native")
    with running_system(
        delivery_replicas=delivery_replicas,
        environment={**UNLIMITED, **(environment or {})},
        services=services,
        durable=durable,
    ) as system:
        yield system


def processor_seconds(system: System) -> dict[str, float]:
    """Processor time used so far, by part; servers in containers are left out, delivery's replicas are one part."""
    found = {LOAD_GENERATOR: time.process_time()}
    parts = {
        "conversations": [system.conversations],
        "delivery": system.delivery,
        "notifications": [system.notifications],
    }
    for name, services in parts.items():
        found[name] = sum(family_seconds(service.process.pid) for service in services if service.process is not None)
    for name, server in {"postgresql": system.postgres, "rabbitmq": system.rabbitmq}.items():
        if isinstance(server, PostgresServer | RabbitServer) and server.process is not None:
            found[name] = family_seconds(server.process.pid)
    return found


def family_seconds(pid: int) -> float:
    """Processor time used so far by a process and its descendants; ended ones that were waited for are included."""
    leader = psutil.Process(pid)
    total = 0.0
    for member in (leader, *leader.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(member.cpu_times()[:4])  # user, system, and both of ended children
    return total
