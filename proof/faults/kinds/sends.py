"""Unusual sends: one key by two doors at once, and sends that are never repeated."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from proof.faults.good_client import GoodClient
from proof.faults.history import Outcome, Send
from proof.faults.kinds.fault import Fault, Scene
from proof.faults.kinds.replicas import TwoReplicas
from proof.faults.stage import Stage
from proof.faults.workload import Manners
from tests.kit.running.system import Service


class SharedKeys(TwoReplicas):
    """One clientMessageId by socket and by REST at once, with one text or two, while nothing or a part dies."""

    name = "doors"
    number = 16
    rounds = 30
    _KEYS_EACH = 10

    async def inject(self, scene: Scene) -> None:
        system = scene.stage.system
        self._victim: Service | None = scene.turn([None, system.conversations, system.delivery[0]])
        scene.did = "the same key by two doors" + (f", SIGKILL of {self._victim.name}" if self._victim else "")
        sending = [asyncio.create_task(self._send(client, where)) for client, where in _clients(scene)]
        if self._victim is not None:
            await asyncio.to_thread(self._victim.kill)
        await asyncio.gather(*sending)

    async def heal(self, scene: Scene) -> None:
        if self._victim is not None:
            await scene.stage.start(self._victim)

    async def verdict(self, scene: Scene) -> None:
        for name, same in (("the same text", True), ("two texts", False)):
            answered = [
                shared
                for shared in scene.workload.history.shared_keys
                if all(answer.outcome is not Outcome.UNKNOWN for answer in shared.answers)
                and (shared.answers[0].content == shared.answers[1].content) == same
            ]
            if not answered and self._victim is None:
                scene.problems.append(f"no key with {name} was answered by both doors: nothing was tried")

    async def _send(self, client: GoodClient, conversation: str) -> None:
        for number in range(self._KEYS_EACH):
            other = "the same" if number % 2 else "another"
            await client.send_by_both_doors(conversation, f"the same {number}", f"{other} {number}")


class OneAttempt(Fault):
    """Clients that send once and accept any refusal: over the rate limit, over the queue, and without the database."""

    name = "once"
    number = 17
    rounds = 20
    manners = Manners(pause_seconds=0.2)
    _LIMITS: ClassVar[dict[str, str]] = {
        "MESSAGE_RATE_PER_SECOND": "5",  # far below what acks allow, also on a busy machine
        "MESSAGE_BURST": "30",
        "MAX_IN_FLIGHT_SENDS": "8",
        "COMMAND_DEADLINE_SECONDS": "2",
    }
    _AT_ONCE = 20
    _AFTER_EACH_OTHER = 60
    _BY_REST = 200
    _WITHOUT_DATABASE = 2

    async def set_up(self, stage: Stage) -> None:
        self._before = [service.environment for service in stage.system.delivery]
        for service in stage.system.delivery:
            service.environment = {**service.environment, **self._LIMITS}
        await stage.restart(*stage.system.delivery)

    async def inject(self, scene: Scene) -> None:
        scene.did = "one attempt each: too many at once, too fast, and while PostgreSQL is down"
        clients = _clients(scene)
        (first, where), (second, elsewhere) = clients[0], clients[-1]
        self._sends = [*await asyncio.gather(*(first.send_once(where, f"at once {n}") for n in range(self._AT_ONCE)))]
        self._sends += [await first.send_once(where, f"too fast {n}") for n in range(self._AFTER_EACH_OTHER)]
        by_rest = (second.send_once(elsewhere, f"by REST {n}", by_rest=True) for n in range(self._BY_REST))
        self._sends += await asyncio.gather(*by_rest)
        await asyncio.to_thread(scene.stage.system.postgres.kill)
        self._sends += await asyncio.gather(
            *(
                client.send_once(conversation, f"without the database{' by REST' * by_rest} {n}", by_rest=by_rest)
                for client, conversation in clients[1:-1]
                for n in range(self._WITHOUT_DATABASE)
                for by_rest in (False, True)
            )
        )

    async def heal(self, scene: Scene) -> None:
        await asyncio.to_thread(scene.stage.system.postgres.start)

    async def verdict(self, scene: Scene) -> None:
        for door, by_rest, wanted in (
            ("the socket", False, {"rate_limited", "overloaded"}),  # without the database nearly all are unknown
            ("REST", True, {"rate_limited", "unavailable"}),
        ):
            if missing := wanted - refusals(send for send in self._sends if ("by REST" in send.content) == by_rest):
                scene.problems.append(f"{door} refused nothing as {', '.join(sorted(missing))}: that was not tried")

    async def tear_down(self, stage: Stage) -> None:
        for service, environment in zip(stage.system.delivery, self._before, strict=True):
            service.environment = environment
        await stage.restart(*stage.system.delivery)


def refusals(sends: Iterable[Send]) -> set[str]:
    """The codes of sends that definitely failed."""
    return {send.refusal for send in sends if send.outcome is Outcome.FAIL and send.refusal is not None}


def _clients(scene: Scene) -> list[tuple[GoodClient, str]]:
    """Everybody, with the conversation they are in."""
    workload = scene.workload
    return [(workload.clients[user], id_) for id_, pair in workload.conversations.items() for user in pair]
