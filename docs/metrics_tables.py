"""Every metric that the services show Prometheus, as the code describes it."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from chassis.auth.refusals import Refusals
from chassis.observability.metrics import Metrics
from services.conversations.domain import OVERLOADED
from services.conversations.metrics import ServiceMetrics as ConversationsMetrics
from services.delivery.metrics import CommandHistograms, Counters, CountersCollector, Gauges
from services.notifications.metrics import ServiceMetrics as NotificationsMetrics

SHARD = 0
_OF_THE_LANGUAGE = ("process_", "python_")


def metrics() -> dict[str, list[Metric]]:
    """By service; `every service` has what comes with the chassis."""
    return {
        "every service": _every_service(),
        "conversations": _conversations(),
        "delivery": _delivery(),
        "notifications": _notifications(),
    }


def table(families: Iterable[Metric]) -> str:
    """Name, labels and meaning, in Markdown."""
    lines = ["| Metric | Labels | Meaning |", "|---|---|---|"]
    for family in sorted(families, key=lambda family: family.name):
        if not family.name.startswith(_OF_THE_LANGUAGE):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            lines.append(f"| `{name}` | {', '.join(_labels(family)) or '–'} | {family.documentation} |")
    return "\n".join(lines) + "\n"


def _labels(family: Metric) -> list[str]:
    """Without the bounds of a histogram."""
    return list(dict.fromkeys(label for sample in family.samples for label in sample.labels if label != "le"))


def _every_service() -> list[Metric]:
    metrics = Metrics()
    metrics.observe_request(method="GET", route="/", status=200, seconds=0)
    metrics.watch_broker("consume", bool)
    metrics.topology_losses("consume")
    Refusals(metrics.registry, explain=False)
    return list(metrics.registry.collect())


def _conversations() -> list[Metric]:
    registry = CollectorRegistry()
    made = ConversationsMetrics(registry)
    shard = made.for_shard(SHARD)
    shard.committed([OVERLOADED], 0)
    shard.watch_queue(lambda: 0, limit=0)
    made.backlog(SHARD, head=0, unpublished=0)
    made.watch_pool(size=int, idle=int, limit=0)
    return list(registry.collect())


def _delivery() -> list[Metric]:
    registry = CollectorRegistry()
    CommandHistograms(registry)
    values: dict[str, Any] = {field.name: 0 for field in fields(Gauges)}
    gauges = Gauges(**values | {"positions": {SHARD: 0}, "lags": {SHARD: 0}})
    registry.register(CountersCollector(Counters(), lambda: gauges))
    return list(registry.collect())


def _notifications() -> list[Metric]:
    registry = CollectorRegistry()
    made = NotificationsMetrics(registry)
    made.position.labels(str(SHARD))
    made.lag.labels(str(SHARD))
    return list(registry.collect())
