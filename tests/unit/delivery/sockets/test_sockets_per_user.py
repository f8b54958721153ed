"""Sockets of one user over several replicas, which tell each other by events."""

from dataclasses import dataclass, field

import orjson

from contracts.generated.catalogues import CloseCode
from contracts.generated.models import SocketsCountedEvent
from services.delivery.sockets.sockets_per_user import FORGET_SECONDS, SocketsElsewhere

LIMIT = 8  # two per replica are not told of


@dataclass
class Phone:
    opened_at: int
    replica: "Replica"

    def close(self, code: CloseCode) -> None:
        assert code is CloseCode.DISPLACED
        if self in self.replica.phones:
            self.replica.phones.remove(self)
            self.replica.elsewhere.changed("anna")


@dataclass
class Replica:
    name: str
    phones: list[Phone] = field(default_factory=list)
    told: list[SocketsCountedEvent] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.elsewhere = SocketsElsewhere(
            replica=self.name,
            max_per_user=LIMIT,
            own=lambda _: list(self.phones),
            tell=self._tell,
            now=lambda: self.now,
        )

    def open(self, *times: int) -> None:
        for time in times:
            self.phones.append(Phone(time, self))
            self.elsewhere.changed("anna")

    def _tell(self, user_id: str, opened_at: list[int]) -> None:
        event = {"specversion": "1.0", "id": "1", "source": "/t", "type": "sockets.counted.v1"}
        data = {"replica": self.name, "userId": user_id, "openedAt": opened_at}
        time = "2026-03-14T09:26:53.589793Z"
        self.told.append(SocketsCountedEvent.from_wire(orjson.dumps({**event, "time": time, "data": data})))


def deliver(*replicas: Replica) -> None:
    """What each was told of, to all, themselves included, until nobody has anything to tell."""
    while events := [event for replica in replicas for event in replica.told]:
        for replica in replicas:
            replica.told.clear()
        for event in events:
            for replica in replicas:
                replica.elsewhere.heard(event)


def times(replica: Replica) -> list[int]:
    return [phone.opened_at for phone in replica.phones]


def test_a_user_with_few_sockets_is_not_announced() -> None:
    """That is nearly everybody."""
    one = Replica("one")
    one.open(1, 2)
    assert one.told == []


def test_one_socket_too_many_closes_the_oldest_on_any_replica() -> None:
    one, two = Replica("one"), Replica("two")
    one.open(1, 2, 3, 4)
    two.open(5, 6, 7, 8)
    deliver(one, two)
    assert (times(one), times(two)) == ([1, 2, 3, 4], [5, 6, 7, 8])
    two.open(9)
    deliver(one, two)
    assert (times(one), times(two)) == ([2, 3, 4], [5, 6, 7, 8, 9])
    one.open(10)
    deliver(one, two)
    assert (times(one), times(two)) == ([3, 4, 10], [5, 6, 7, 8, 9])


def test_a_replica_with_few_sockets_announces_once_others_have_more() -> None:
    """Else the one with many would never close its oldest."""
    one, two = Replica("one"), Replica("two")
    two.open(1, 2)
    one.open(3, 4, 5, 6, 7, 8, 9)
    deliver(one, two)
    assert (times(one), times(two)) == ([3, 4, 5, 6, 7, 8, 9], [2])


def test_three_replicas_close_no_more_than_they_must() -> None:
    """Each ranks all sockets alike, also those that were opened in the same millisecond."""
    replicas = [Replica("one"), Replica("two"), Replica("three")]
    for replica in replicas:
        replica.open(1, 1, 1)
    deliver(*replicas)
    assert sum(len(replica.phones) for replica in replicas) == LIMIT


def test_sockets_that_ended_elsewhere_no_longer_count() -> None:
    one, two = Replica("one"), Replica("two")
    one.open(*range(1, LIMIT + 1))
    deliver(one, two)
    for phone in list(one.phones):
        phone.close(CloseCode.DISPLACED)
    deliver(one, two)
    two.open(*range(101, LIMIT + 101))
    deliver(one, two)
    assert len(times(two)) == LIMIT


def test_a_replica_that_is_gone_is_forgotten() -> None:
    """It cannot say so. Meanwhile its sockets rank behind those that come back elsewhere, for they are older."""
    one, two = Replica("one"), Replica("two")
    one.open(*range(1, LIMIT + 1))
    deliver(one, two)
    two.open(*range(101, LIMIT + 101))
    two.elsewhere.heard(_event_of(one))
    assert len(times(two)) == LIMIT
    two.now += FORGET_SECONDS + 1
    two.elsewhere.repeat()
    assert two.elsewhere.known("anna") == 0


def test_announcements_are_repeated() -> None:
    """It may have got lost."""
    one, two = Replica("one"), Replica("two")
    one.open(1, 2, 3, 4, 5)
    two.open(6, 7, 8, 9, 10)
    one.told.clear()
    two.told.clear()
    for replica in (one, two):
        replica.elsewhere.repeat()
    deliver(one, two)
    assert (times(one), times(two)) == ([3, 4, 5], [6, 7, 8, 9, 10])


def _event_of(replica: Replica) -> SocketsCountedEvent:
    replica.elsewhere.repeat()
    event = replica.told[-1]
    replica.told.clear()
    return event
