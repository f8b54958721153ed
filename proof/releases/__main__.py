"""`make releases OLD=commit`: a rolling upgrade from an earlier commit, stopped half-way.

The earlier release serves; the database is migrated under it; `conversations` and one replica of `delivery` follow.
Many messages are sent and changed while the other replica and `notifications` are still the earlier code. Then those
follow, too.

Every client, of either replica, must show what REST answers: live, and after it comes back with a token from before.
No event may become a dead letter or count as invalid.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from aiohttp import web

from proof.releases.changes import WRITES, Changes
from proof.releases.clients import Client, introduced
from tests.kit.conversations import Conversations
from tests.kit.credentials import AUDIENCE, ISSUER, JWT_SECRET, SERVICE_TOKEN
from tests.kit.running.system import REPOSITORY, Service, System, migrate, running_system

COUPLES = 8
BETWEEN_LOOKS = 25
ENVIRONMENT = {
    "SERVICE_TOKEN": SERVICE_TOKEN,
    "JWT_HS256_SECRET": JWT_SECRET,
    "JWT_ISSUER": ISSUER,
    "JWT_AUDIENCE": AUDIENCE,
    "WRITE_RATE_PER_SECOND": "1000",
    "WRITE_BURST": "2000",
    "MESSAGE_RATE_PER_SECOND": "1000",
    "DRAIN_SECONDS": "1",
}
# Metrics that must stay at nothing, whatever the release.
FORBIDDEN = ("delivery_events_invalid_total", "notifications_dead_lettered_total")
UNKNOWN = ("delivery_events_unknown_total", "notifications_events_unknown_total")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", required=True, help="commit of the earlier release")
    parser.add_argument("--changes", type=int, default=1000, help="messages sent or changed while both run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--withheld", default="", help="event types that the operator withholds meanwhile")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="messaging-release-") as folder:
        _check_out(options.old, Path(folder))
        with running_system(
            delivery_replicas=2, environment=ENVIRONMENT, directory=Path(folder), durable=False
        ) as system:
            system.conversations.environment["EVENTS_WITHHELD"] = options.withheld
            problems = asyncio.run(_upgrade(system, options.changes, random.Random(options.seed)))  # noqa: S311 - replayable
    for problem in problems:
        print(f"WRONG: {problem}")
    print("The upgrade lost something." if problems else "The upgrade lost nothing.")
    return 1 if problems else 0


def _check_out(commit: str, folder: Path) -> None:
    archive = subprocess.run(["git", "archive", commit], cwd=REPOSITORY, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)


async def _upgrade(system: System, changes: int, chance: random.Random) -> list[str]:
    old, new = system.delivery
    async with aiohttp.ClientSession() as http:
        service = Conversations(web.Application(), system.conversations.url, http)
        talks = [await introduced(service, number) for number in range(COUPLES)]
        making = Changes(service, talks, chance)
        for _ in range(4 * COUPLES):
            await making.send()
        print("The earlier release serves; the database is migrated under it.")
        system.conversations.directory = REPOSITORY
        await _meanwhile(making, system.conversations)
        await _replace(system.conversations, new)
        async with AsyncExitStack() as sockets:
            clients = [
                await sockets.enter_async_context(Client.connected(service, replica, user))
                for talk in talks
                for user in (talk.buyer, talk.seller)
                for replica in (old, new)
            ]
            print(
                f"{changes} messages are sent or changed, a replica of each release runs, {len(clients)} clients look."
            )
            for number in range(changes):
                await making.one()
                if number % BETWEEN_LOOKS == 0:  # a socket that nobody reads looks dead
                    await asyncio.gather(*(client.hear() for client in clients))
            print(f"  {making}")
            problems = [problem for client in clients for problem in await client.differences_live()]
            problems += [problem for client in clients for problem in await client.differences_after_resume()]
        problems += _counted(system, _unknown(old.directory, making))
        await _replace(old, system.notifications)
        for _ in talks:
            await making.post()
        print("Everything is the new release; clients come back with tokens of the earlier one.")
        problems += [problem for client in clients for problem in await client.differences_after_resume()]
        return problems + _counted(system, 0)


async def _replace(*services: Service) -> None:
    for service in services:
        await asyncio.to_thread(service.stop)
        service.directory = REPOSITORY
        await asyncio.to_thread(service.start)


async def _meanwhile(making: Changes, conversations: Service) -> None:
    """Migrate while people write."""
    migration = asyncio.create_task(asyncio.to_thread(migrate, conversations))
    while not migration.done():
        await making.send()
    await migration


def _unknown(release: Path, making: Changes) -> int:
    """How many events a release does not know, by the schemas that it has."""
    known = {path.stem for path in (release / "contracts" / "events").rglob("*.json")}
    return sum(making.written(event_type) for event_type in WRITES if event_type not in known)


def _counted(system: System, unknown: int) -> list[str]:
    """Problems that the metrics show. Readers of the earlier release must have stepped over `unknown` events."""
    problems = []
    for service in (*system.delivery, system.notifications):
        counted = dict(_samples(service))
        problems += [f"{service.name}: {name} {value:.0f}" for name, value in counted.items() if _wrong(name, value)]
        stepped_over = sum(value for name, value in counted.items() if name in UNKNOWN)
        release, expected = ("new", 0) if service.directory == REPOSITORY else ("earlier", unknown)
        print(f"  {service.name}, {release}: {stepped_over:.0f} events unknown")
        if stepped_over != expected:
            problems.append(f"{service.name}: {stepped_over:.0f} events unknown, but {expected} were written")
    return problems


def _wrong(name: str, value: float) -> bool:
    return name.partition("{")[0] in FORBIDDEN and value > 0


def _samples(service: Service) -> list[tuple[str, float]]:
    lines = [line for line in service.answer("/metrics").splitlines() if line and not line.startswith("#")]
    return [(name, float(value)) for name, _, value in (line.rpartition(" ") for line in lines)]


if __name__ == "__main__":
    sys.exit(main())
