"""The capacity model of docs/performance.md: what so many sockets need, from the costs of the recorded run."""

from dataclasses import dataclass
from math import ceil

from benchmarks.pages.costs import Costs

MESSAGES_PER_SOCKET_PER_SECOND = 0.005
"""An assumption: everybody online writes 18 messages an hour."""
SOCKETS_PER_PROCESS = 20_000
"""The default of MAX_CONNECTIONS."""
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


@dataclass(frozen=True)
class Plan:
    """What `sockets` need. Each cost is the one at the rate of the process or the log shard that bears it."""

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
    def shards(self) -> int:
        """Of the log."""
        return ceil(self.messages / (BUSY * self.costs.messages_of_shard))

    @property
    def messages_of_shard(self) -> float:
        """A second."""
        return self.messages / self.shards

    @property
    def memory_gib(self) -> float:
        """Of all sockets, in delivery's processes and in the kernel."""
        return self.sockets * (self.costs.process_kib_per_socket + KERNEL_KIB_PER_SOCKET) / 2**20

    @property
    def hearing_cores(self) -> float:
        """Of one delivery process, for receiving every message."""
        return self.messages * self.costs.further["delivery"].at(self.messages)

    @property
    def replica_cores(self) -> float:
        """Of one delivery process: heartbeats, every message, and what those of its own people cost beyond that."""
        costs, own = self.costs, self.messages / self.replicas
        telling = own * max(0.0, costs.own["delivery"].at(own) - costs.further["delivery"].at(own))
        return self.sockets / self.replicas * costs.heartbeat_per_socket + telling + self.hearing_cores

    @property
    def broker_cores(self) -> float:
        further = (self.replicas - 1) * self.costs.further["rabbitmq"].at(self.messages)
        return self.messages * (self.costs.own["rabbitmq"].at(self.messages) + further)

    @property
    def broker_cores_are_a_bound(self) -> bool:
        """Whether they rest on a cost that is only an upper bound."""
        return self.costs.further_is_bound(self.messages)

    @property
    def conversations_cores(self) -> float:
        return self.messages * self.costs.own["conversations"].at(self.messages_of_shard)

    @property
    def conversations_processes(self) -> int:
        """Two at least, so that one may fail."""
        return max(2, ceil(self.conversations_cores / BUSY))

    @property
    def postgresql_cores(self) -> float:
        return self.messages * self.costs.own["postgresql"].at(self.messages_of_shard)

    @property
    def notifications_cores(self) -> float:
        return self.messages * self.costs.own["notifications"].at(self.messages_of_shard)

    @property
    def stored_gib_per_day(self) -> float:
        return self.messages * 86_400 * self.costs.stored_bytes / 2**30

    @property
    def machine_cores(self) -> int:
        """To provide in all, with each core busy for BUSY of the time."""
        front = self.broker_cores + self.replicas * self.replica_cores
        behind = self.conversations_cores + self.postgresql_cores + self.notifications_cores
        return ceil((front + behind) / BUSY)
