"""The part of contracts/topology.json that this service declares: the exchanges of messaging, and its own queues."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from chassis.broker.topology import MARKETPLACE_EVENTS, TOPOLOGY_FILE, Queue, Topology

_EVENTS = "delivery.{replica}.{epoch}"
_TYPING = "delivery.{replica}.{epoch}.typing"


@dataclass(frozen=True, slots=True)
class DeliveryTopology:
    """Queue names are templates: each connection of each replica has its own queues."""

    exchanges: Topology
    events: Queue
    typing: Queue

    def of(self, *, replica: str, epoch: int) -> Topology:
        """The topology that one connection of a replica declares."""
        queues = (self._named(queue, replica=replica, epoch=epoch) for queue in (self.events, self.typing))
        return Topology(exchanges=self.exchanges.exchanges, queues=tuple(queues))

    @staticmethod
    def _named(queue: Queue, *, replica: str, epoch: int) -> Queue:
        return queue.model_copy(update={"name": queue.name.format(replica=replica, epoch=epoch)})


def load_topology(path: Path = TOPOLOGY_FILE) -> DeliveryTopology:
    document = orjson.loads(path.read_bytes())
    transient = document["transientQueues"]
    return DeliveryTopology(
        exchanges=Topology(exchanges=Topology.model_validate(document).without(MARKETPLACE_EVENTS).exchanges),
        events=Queue.model_validate({"name": _EVENTS, "durable": False, **transient[_EVENTS]}),
        typing=Queue.model_validate({"name": _TYPING, "durable": False, **transient[_TYPING]}),
    )
