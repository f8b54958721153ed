"""The costs of the system's parts, as measured by the recorded run of `make bench`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from benchmarks.figures import Figures
from benchmarks.scenarios.hearing import RATES as HEARING_RATES

LOADS = ("open_loop_200", "open_loop_1000", "open_loop_3000", "pairs_200")
"""Subjects whose messages a second and costs are taken; the last one is saturated."""
SATURATED = LOADS[-1]
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
    telling: CostOfMessage
    """Taken from its sender and told to both people, by delivery."""
    hearing: CostOfMessage
    """In one more replica: parsed, and nobody here to tell."""
    deciding: CostOfMessage
    """By conversations."""
    storing: CostOfMessage
    """By PostgreSQL."""
    carrying: CostOfMessage
    """By the broker, with one delivery replica and notifications."""
    carrying_on: CostOfMessage
    """By the broker, to one replica more; an upper bound where the run could not resolve it."""
    unresolved_rates: frozenset[int]
    """Those of HEARING_RATES at which it could not."""
    notifying: CostOfMessage
    """By notifications."""
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
                telling=_by_load(figures, "delivery"),
                hearing=_by_hearing(figures, "delivery"),
                deciding=_by_load(figures, "conversations"),
                storing=_by_load(figures, "postgresql"),
                carrying=_by_load(figures, "rabbitmq"),
                carrying_on=_by_hearing(figures, "rabbitmq"),
                unresolved_rates=_unresolved(figures),
                notifying=_by_load(figures, "notifications"),
                stored_bytes=figures["bytes.stored_bytes_per_message"],
                floor_of_shard=figures[FLOOR_OF_A_SHARD],
            )
        except KeyError:
            return None

    @property
    def messages_of_shard(self) -> float:
        """What one log shard can commit in a second: `conversations` and PostgreSQL work on a batch in turn."""
        return min(self.floor_of_shard, 1 / (self.deciding.full_batches + self.storing.full_batches))

    def carrying_on_is_bound(self, rate: float) -> bool:
        """Whether `carrying_on` at this rate rests on a figure that is only an upper bound."""
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
