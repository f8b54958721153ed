"""The costs of the system's parts, as measured by the recorded run of `make bench`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from benchmarks.figures import Figures
from benchmarks.scenarios.hearing import RATES as HEARING_RATES

LOADS = ("open_loop_200", "open_loop_1000", "open_loop_3000", "pairs_200")
"""Subjects whose messages a second and costs are taken; the last one is saturated."""
PARTS = ("delivery", "conversations", "postgresql", "rabbitmq", "notifications")
FLOOR_OF_A_SHARD = "floors.commit_batches_of_50_messages_per_second"


@dataclass(frozen=True)
class CostOfMessage:
    """One part's seconds of a core for a message, which fall with the rate, as the batches grow."""

    measured: Sequence[tuple[float, float]]
    """Messages a second, and the cost at that rate; by rate."""

    def at(self, rate: float) -> float:
        """The cores at the rates beside it, interpolated; outside of what was measured, the cost at its end."""
        slowest, dearest = self.measured[0]
        if rate <= slowest:
            return dearest
        for (below, cost_below), (above, cost_above) in pairwise(self.measured):
            if rate <= above:
                share = (rate - below) / (above - below)
                cores = (1 - share) * below * cost_below + share * above * cost_above
                return cores / rate
        return self.full_batches

    @property
    def full_batches(self) -> float:
        """At the highest rate that was measured."""
        return self.measured[-1][1]


@dataclass(frozen=True)
class Costs:
    """Times are seconds of one core."""

    process_kib_per_socket: float
    heartbeat_per_socket: float
    own: Mapping[str, CostOfMessage]
    """Of a message by part: to delivery where its people are, to the broker with one delivery replica."""
    further: Mapping[str, CostOfMessage]
    """In one more replica, and to the broker for it: an upper bound where the run could not resolve it."""
    unresolved_rates: frozenset[int]
    """Those of HEARING_RATES at which it could not."""
    stored_bytes: float
    floor_of_shard: float
    """Messages a second that bare PostgreSQL commits, 50 at a time and one batch after the other."""

    @classmethod
    def of(cls, figures: Figures) -> Self | None:
        """None if the record lacks one of the scenarios."""
        try:
            return cls(
                process_kib_per_socket=figures["idle.memory_kib_per_socket"],
                heartbeat_per_socket=figures["idle.heartbeat_cores"] / figures["idle.sockets_count"],
                own={part: _by_load(figures, part) for part in PARTS},
                further={part: _by_hearing(figures, part) for part in ("delivery", "rabbitmq")},
                unresolved_rates=_unresolved(figures),
                stored_bytes=figures["bytes.stored_bytes_per_message"],
                floor_of_shard=figures[FLOOR_OF_A_SHARD],
            )
        except KeyError:
            return None

    @property
    def messages_of_shard(self) -> float:
        """What one log shard can commit in a second: `conversations` and PostgreSQL work on a batch in turn."""
        return min(
            self.floor_of_shard, 1 / (self.own["conversations"].full_batches + self.own["postgresql"].full_batches)
        )

    def further_is_bound(self, rate: float) -> bool:
        """Whether the broker's cost of a further replica is only an upper bound at this rate."""
        below = max((known for known in HEARING_RATES if known <= rate), default=HEARING_RATES[0])
        above = min((known for known in HEARING_RATES if known >= rate), default=HEARING_RATES[-1])
        return not self.unresolved_rates.isdisjoint((below, above))


def _by_load(figures: Figures, part: str) -> CostOfMessage:
    return CostOfMessage(
        sorted(
            (figures[f"{load}.throughput_messages_per_second"], figures[f"{load}.{part}_us_per_message"] / 1e6)
            for load in LOADS
        )
    )


def _by_hearing(figures: Figures, part: str) -> CostOfMessage:
    return CostOfMessage([(rate, figures[_hearing(rate, part)] / 1e6) for rate in HEARING_RATES])


def _unresolved(figures: Figures) -> frozenset[int]:
    """Where the recorded figure is no more than the resolution of its windows, it is that: an upper bound."""
    return frozenset(
        rate
        for rate in HEARING_RATES
        if figures[_hearing(rate, "rabbitmq")] <= figures[_hearing(rate, "rabbitmq_resolution")]
    )


def _hearing(rate: int, what: str) -> str:
    return f"hearing_{rate}.{what}_us_per_message_per_replica"
