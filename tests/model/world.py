"""The system under a scheduler: everything that is on its way, and the steps by which it goes on and heals."""

import random
from dataclasses import dataclass, field

import orjson
from hypothesis.stateful import RuleBasedStateMachine

from contracts.generated.models import TypingEvent
from tests.kit.reference import Reference
from tests.model.contract import Contract
from tests.model.device import Device
from tests.model.replica import Replica
from tests.model.wire import VirtualLoop

USERS = ("ann", "ann", "bob", "cid")  # one device each; Ann has two
REPLICAS = 2
SHARDS = 4  # with several, pushed frames carry partial tokens
EPOCH = "e1_as_long_a"  # as a generated one
HEALING_ROUNDS = 100
CALM_ROUNDS = 3  # an answer of the last round is in everybody's hands by then


@dataclass
class Link:
    """What is on its way from the broker to one replica: batches and typing."""

    batches: list[tuple[str, int, int]] = field(default_factory=list)
    """Epoch, shard and position."""
    typing: list[TypingEvent] = field(default_factory=list)


class World(RuleBasedStateMachine):
    """Two replicas, four devices, and the truth. Its rules are in the machine that schedules it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.reference = Reference(shards=SHARDS, epoch=EPOCH)
        self.contract = Contract(self.reference)
        self.links = [Link() for _ in range(REPLICAS)]
        self.devices = [Device(user, self.reference, self.contract) for user in USERS]
        self.replicas = [self.new_replica() for _ in range(REPLICAS)]
        self.published = dict.fromkeys(range(SHARDS), 0)
        self.sends = 0

    # ------------------------------------------------------------ the end

    def teardown(self) -> None:
        """Faults end: soon everybody knows everything, and nothing that was acknowledged is missing."""
        try:
            self._heal()
            assert not any(device.outbox for device in self.devices), "a send never came to an end"
            for device in self.devices:
                self.contract.settled(device.user, device.view)
            self.contract.nothing_acknowledged_was_lost()
        finally:
            for replica in self.replicas:
                replica.end()

    def _heal(self) -> None:
        calm = 0
        for _ in range(HEALING_ROUNDS):
            calm = calm + 1 if self._healing_round() else 0
            if calm == CALM_ROUNDS:
                return

    def _healing_round(self) -> bool:
        """One second without faults; True when nobody wanted anything any more."""
        self.loop.advance(1.0)
        for number, replica in enumerate(self.replicas):
            self.execute(number)
            replica.lookups.answer_all()
        for replica in self.replicas:
            replica.ask_heads()
            for shard in range(SHARDS):
                while shard in replica.stream.gaps:
                    replica.read_log(shard, 200)
        for number, device in enumerate(self.devices):
            device.connect(self.replicas[number % REPLICAS])
            for key in list(device.outbox)[:2]:  # as many a second as the rate allows
                device.send_again(key)
        self.exchange_frames()
        return all(device.up_to_date and not device.outbox for device in self.devices)

    # ------------------------------------------------------------ steps that rules share

    def new_replica(self) -> Replica:
        return Replica(reference=self.reference, loop=self.loop, on_typing=self._publish_typing)

    def exchange_frames(self) -> None:
        for device in self.devices:
            device.server_reads()
        self.loop.turn()
        for device in self.devices:
            device.reads()

    def execute(self, replica: int, *, brings_log: bool = False) -> None:
        """Answer what the replica posted; the answer may bring what was logged, ahead of the broker."""
        life = self.reference.life
        known = [len(batches) for batches in life.shards]
        lane = self.replicas[replica].lane
        lane.answer(self.reference.execute(lane.batch()))
        for shard, batches in enumerate(life.shards if brings_log else ()):
            for pos in range(known[shard] + 1, len(batches) + 1):
                written = {"epoch": life.epoch, "shard": shard, "pos": pos, "events": batches[pos - 1]}
                self.replicas[replica].stream.learn(orjson.loads(orjson.dumps(written)))
        self.publish()

    def publish(self) -> None:
        """Whatever was committed since is on its way to every replica."""
        life = self.reference.life
        for shard, batches in enumerate(life.shards):
            for pos in range(self.published[shard] + 1, len(batches) + 1):
                for link in self.links:
                    link.batches.append((life.epoch, shard, pos))
            self.published[shard] = len(batches)

    def _publish_typing(self, event: TypingEvent) -> None:
        for link in self.links:
            link.typing.append(event)

    def push_to(self, replica: int, epoch: str, shard: int, pos: int) -> None:
        """As it was committed: a deletion does not reach what the broker has."""
        life = self.reference.lives[epoch]
        batch = list(map(life.committed, life.shards[shard][pos - 1]))
        self.replicas[replica].stream.push(epoch=epoch, shard=shard, pos=pos, body=orjson.dumps(batch))

    def deliver_all(self, replica: int, shuffled: random.Random | None = None) -> None:
        link = self.links[replica]
        if shuffled is not None:
            shuffled.shuffle(link.batches)
        while link.batches:
            self.push_to(replica, *link.batches.pop(0))
        while link.typing:
            self.replicas[replica].relay.deliver(link.typing.pop(0))
        self.loop.turn()
