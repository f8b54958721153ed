"""The capacity model of docs/performance.md: what so many sockets need, from what the recorded run measured."""

from dataclasses import dataclass, replace
from math import ceil

from benchmarks.floors.sample import log_payload
from benchmarks.pages.costs import Costs

MESSAGES_PER_SOCKET_PER_SECOND = 0.005
"""An assumption: everybody online writes 18 messages an hour."""
SOCKETS_PER_PROCESS = 20_000
"""The default of MAX_CONNECTIONS."""
REPLICAS_PER_CELL = 16
"""The most, as a power of two, whose messages stay within the rates that were measured: among many cells, each carries
200 messages a second for each of its replicas, which 32 replicas would make 6,400. What they hear grows with the
square, so that a small cell is also the cheaper one; `cell_of` shows it."""
BUSY = 0.5
"""Share of a core that is planned for: the rest is for the peak, for a failed neighbour and for reconnecting."""
KERNEL_BYTES_PER_SOCKET = {
    "tcp_sock": 2368,
    "inode": 832,
    "file": 192,
    "dentry": 192,
    "epoll entry": 128,
    "epoll waiter": 64,
}
"""Object sizes of /proc/slabinfo with 30,000 sockets and nothing in their buffers."""
KERNEL_KIB_PER_SOCKET = sum(KERNEL_BYTES_PER_SOCKET.values()) / 1024
_BATCH = 50
PUBLISHED_BYTES_PER_MESSAGE = len(log_payload(_BATCH)) / _BATCH
"""A message's share of a full batch, as it goes to each replica of a cell."""


@dataclass(frozen=True)
class Plan:
    """What `sockets` need. Each cost is the one at the rate of the process, the log shard or the cell that bears it."""

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
    def shards(self) -> int:
        """Of the log."""
        return ceil(self.messages / (BUSY * self.costs.messages_of_shard))

    @property
    def messages_of_shard(self) -> float:
        """A second."""
        return self.messages / self.shards

    @property
    def memory_gib(self) -> float:
        """Of all delivery processes and their kernels."""
        return self.sockets * (self.costs.process_kib_per_socket + KERNEL_KIB_PER_SOCKET) / 2**20

    @property
    def cell(self) -> "Cell":
        """One of `cells`, all alike."""
        messages = self.messages_of_cell
        return Cell(self.replicas / self.cells, self.sockets / self.replicas, messages, messages, self.costs)

    @property
    def cell_at_worst(self) -> "Cell":
        """One whose batches are as small as those of a system that has no more than its share of one shard."""
        return replace(self.cell, rate=self.messages_of_cell / self.shards)

    @property
    def conversations_cores(self) -> float:
        return self.messages * self.costs.deciding.at(self.messages_of_shard)

    @property
    def conversations_processes(self) -> int:
        """Two at least, so that one may fail."""
        return max(2, ceil(self.conversations_cores / BUSY))

    @property
    def postgresql_cores(self) -> float:
        return self.messages * self.costs.storing.at(self.messages_of_shard)

    @property
    def notifications_cores(self) -> float:
        return self.messages * self.costs.notifying.at(self.messages_of_shard)

    @property
    def stored_gib_per_day(self) -> float:
        return self.messages * 86_400 * self.costs.stored_bytes / 2**30

    @property
    def machine_cores(self) -> int:
        """To provide in all, with each core busy for BUSY of the time."""
        cells = self.cells * self.cell.broker_cores + self.replicas * self.cell.replica_cores
        behind = self.conversations_cores + self.postgresql_cores + self.notifications_cores
        return ceil((cells + behind) / BUSY)


@dataclass(frozen=True)
class Cell:
    """Replicas of delivery that all hear the same messages, and their broker."""

    replicas: float
    sockets_of_replica: float
    messages: float
    """A second."""
    rate: float
    """Messages a second that make batches together: costs are those at this rate."""
    costs: Costs

    @property
    def hearing_cores(self) -> float:
        """Of one delivery process, for every message of the cell."""
        return self.messages * self.costs.hearing.at(self.rate)

    @property
    def replica_cores(self) -> float:
        """Of one delivery process: heartbeats, hearing, and what its own people's messages cost beyond that."""
        costs, own = self.costs, self.sockets_of_replica * MESSAGES_PER_SOCKET_PER_SECOND
        telling = own * max(0.0, costs.telling.at(own) - costs.hearing.at(own))
        return self.sockets_of_replica * costs.heartbeat_per_socket + telling + self.hearing_cores

    @property
    def broker_cores(self) -> float:
        carried_on = (self.replicas - 1) * self.costs.carrying_on.at(self.rate)
        return self.messages * (self.costs.carrying.at(self.rate) + carried_on)

    @property
    def published_mib_per_second(self) -> float:
        """From the broker to all its replicas."""
        return self.messages * self.replicas * PUBLISHED_BYTES_PER_MESSAGE / 2**20


def cell_of(replicas: int, costs: Costs) -> Cell:
    """A full cell among very many: nearly every message has its other person elsewhere."""
    messages = 2 * replicas * SOCKETS_PER_PROCESS * MESSAGES_PER_SOCKET_PER_SECOND
    return Cell(replicas, SOCKETS_PER_PROCESS, messages, messages, costs)
