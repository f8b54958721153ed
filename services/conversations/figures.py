"""What the service counts, for Prometheus."""

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.broker import BrokerLink
from services.conversations.domain import MessageStored, Outcome, ReadMarked

_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Figures:
    """All figures of the service; one object per application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._batch_commands = Histogram(
            "conversations_batch_commands",
            "Commands in one transaction.",
            ["shard"],
            buckets=_BATCH_SIZES,
            registry=registry,
        )
        self._batch_seconds = Histogram(
            "conversations_batch_duration_seconds",
            "Time of one transaction, seen from here.",
            ["shard"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._batch_failures = Counter(
            "conversations_batch_failures",
            "Attempts to write that got no answer or a refusal.",
            ["shard"],
            registry=registry,
        )
        self._queued = Gauge(
            "conversations_commands_queued", "Commands that wait for a transaction.", ["shard"], registry=registry
        )
        self._commands = Counter(
            "conversations_commands", "Executed commands by outcome.", ["outcome"], registry=registry
        )
        self.published = Counter(
            "conversations_log_published", "Positions confirmed by the broker.", ["shard"], registry=registry
        )
        self.publish_dropped = Counter(
            "conversations_log_publish_dropped",
            "Positions left for the leader to publish from the log.",
            registry=registry,
        )
        self.publish_failures = Counter(
            "conversations_log_publish_failures", "Publications without a confirm.", registry=registry
        )
        self.publish_seconds = Histogram(
            "conversations_log_publish_duration_seconds",
            "Time from the commit to the broker's confirm.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.republished = Counter(
            "conversations_log_republished", "Positions that the leader published again.", registry=registry
        )
        self.unpublished = Gauge(
            "conversations_log_unpublished",
            "Positions without a confirm, as the leader sees it.",
            ["shard"],
            registry=registry,
        )
        self.leading = Gauge("conversations_leader", "1 in the one process that leads.", registry=registry)
        self._broker_connected = Gauge(
            "conversations_broker_connected", "1 while connected to the broker.", ["link"], registry=registry
        )
        self.marketplace_events = Counter(
            "conversations_marketplace_events",
            "Events from the marketplace by type and result (applied, outdated, dead_lettered, retried).",
            ["type", "result"],
            registry=registry,
        )

    def watch_link(self, name: str, link: BrokerLink) -> None:
        """Show whether a connection to the broker is up."""
        self._broker_connected.labels(name).set_function(lambda: int(link.connected))

    def for_shard(self, shard: int) -> "BatchFigures":
        """The figures of one batcher."""
        label = str(shard)
        return BatchFigures(
            commands=self._commands,
            sizes=self._batch_commands.labels(label),
            seconds=self._batch_seconds.labels(label),
            failures=self._batch_failures.labels(label),
            queued=self._queued.labels(label),
        )


class BatchFigures:
    """Figures of one shard's batcher."""

    def __init__(
        self, *, commands: Counter, sizes: Histogram, seconds: Histogram, failures: Counter, queued: Gauge
    ) -> None:
        self._commands = commands
        self._sizes = sizes
        self._seconds = seconds
        self._failures = failures
        self._queued = queued

    def committed(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """One batch is done."""
        self._sizes.observe(len(outcomes))
        self._seconds.observe(seconds)
        for name, count in Tally(map(_name, outcomes)).items():
            self._commands.labels(name).inc(count)

    def failed(self) -> None:
        """An attempt got no answer."""
        self._failures.inc()

    def queue(self, commands: int) -> None:
        """So many commands wait."""
        self._queued.set(commands)


def _name(outcome: Outcome) -> str:
    if isinstance(outcome, MessageStored):
        return "duplicate" if outcome.duplicate else "stored"
    if isinstance(outcome, ReadMarked):
        return "read"
    return outcome.code
