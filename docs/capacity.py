"""The capacity model of docs/performance.md: what so many sockets need, from what the recorded run measured."""

from dataclasses import dataclass
from math import ceil
from typing import Self

from tests.bench.figures import Figures
from tests.bench.scenarios.replicas import RATE

MESSAGES_PER_SOCKET_PER_SECOND = 0.005
"""An assumption: everybody online writes 18 messages an hour."""
SOCKETS_PER_PROCESS = 20_000
"""The default of MAX_CONNECTIONS."""
REPLICAS_PER_CELL = 16
BUSY = 0.5
"""Share of a core that is planned for: the rest is for the peak, for a failed neighbour and for reconnecting."""
KERNEL_KIB_PER_SOCKET = 3.7
"""From /proc/slabinfo with 30,000 sockets and nothing in their buffers: tcp_sock 2368 bytes, inode 832, file 192,
dentry 192, epoll entry 128, and a waiter."""


@dataclass(frozen=True)
class Costs:
    """Measured. Times are seconds of one core."""

    process_kib_per_socket: float
    heartbeat_per_socket: float
    hearing: float
    """One message of the log in one more replica: parsed, and nobody here to tell."""
    telling: float
    """One message taken from its sender and told to both people, by delivery."""
    storing: float
    """One message, by PostgreSQL."""
    deciding: float
    """One message, by conversations."""
    carrying: float
    """One message, by the broker, with one delivery replica and notifications."""
    carrying_on: float
    """One message, by the broker, to one replica more."""
    stored_bytes: float

    @classmethod
    def of(cls, figures: Figures) -> Self | None:
        """None when the record lacks one of the scenarios."""
        try:
            return cls(
                process_kib_per_socket=figures["idle.memory_kib_per_socket"],
                heartbeat_per_socket=figures["idle.heartbeat_cores"] / figures["idle.sockets_count"],
                hearing=_one_more(figures, "delivery"),
                telling=figures["pairs_200.delivery_us_per_message"] / 1e6,
                storing=figures["pairs_200.postgresql_us_per_message"] / 1e6,
                deciding=figures["pairs_200.conversations_us_per_message"] / 1e6,
                carrying=figures["pairs_200.rabbitmq_us_per_message"] / 1e6,
                carrying_on=_one_more(figures, "rabbitmq"),
                stored_bytes=figures["bytes.stored_bytes_per_message"],
            )
        except KeyError:
            return None


@dataclass(frozen=True)
class Plan:
    """What `sockets` need."""

    sockets: int
    costs: Costs

    @property
    def messages(self) -> float:
        """A second."""
        return self.sockets * MESSAGES_PER_SOCKET_PER_SECOND

    @property
    def replicas(self) -> int:
        """Of delivery; two at least, so that one may fail."""
        return max(2, ceil(self.sockets / SOCKETS_PER_PROCESS))

    @property
    def cells(self) -> int:
        return ceil(self.replicas / REPLICAS_PER_CELL)

    @property
    def messages_of_cell(self) -> float:
        """A second. Where the two people are in different cells, both cells carry the message."""
        return self.messages * (2 - 1 / self.cells) / self.cells

    @property
    def memory_gib(self) -> float:
        """Of all delivery processes and their kernels."""
        return self.sockets * (self.costs.process_kib_per_socket + KERNEL_KIB_PER_SOCKET) / 2**20

    @property
    def replica_cores(self) -> float:
        """Of one delivery process: heartbeats, its own people's messages, and hearing all others of its cell."""
        costs, sockets = self.costs, self.sockets / self.replicas
        own = self.messages / self.replicas
        others = max(0.0, self.messages_of_cell - own)
        return sockets * costs.heartbeat_per_socket + own * costs.telling + others * costs.hearing

    @property
    def broker_cores(self) -> float:
        """Of one cell."""
        further = self.replicas / self.cells - 1
        return self.messages_of_cell * (self.costs.carrying + further * self.costs.carrying_on)

    @property
    def conversations_cores(self) -> float:
        return self.messages * self.costs.deciding

    @property
    def postgresql_cores(self) -> float:
        return self.messages * self.costs.storing

    @property
    def stored_gib_per_day(self) -> float:
        return self.messages * 86_400 * self.costs.stored_bytes / 2**30

    @property
    def machine_cores(self) -> int:
        """To provide in all, with each core busy for BUSY of the time."""
        cells = self.cells * self.broker_cores + self.replicas * self.replica_cores
        return ceil((cells + self.conversations_cores + self.postgresql_cores) / BUSY)


def _one_more(figures: Figures, part: str) -> float:
    """Core seconds a message that the second replica added; noise may make it nothing."""
    return max(0.0, figures[f"replicas_2.{part}_cores"] - figures[f"replicas_1.{part}_cores"]) / RATE
