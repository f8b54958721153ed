"""The Prometheus metrics of the service. Known label values exist from the start, at 0."""

from collections import Counter as Tally
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from contracts.kinds import RESULT_STATUSES
from services.conversations.marketplace_event_types import DECORATIVE_FIELDS, TYPES
from services.conversations.outcomes import Outcome

_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_EXECUTED = (status for status in RESULT_STATUSES if status != "rejected")
_OUTCOMES = (
    *(*_EXECUTED, "duplicate", "conversation_not_found", "client_message_id_conflict", "internal_error"),
    *("message_not_found", "not_your_message", "version_conflict", "edit_window_passed"),
    *("delete_window_passed", "message_deleted", "too_many_changes"),
)
_EPOCH_REASONS = ("history", "rolled_back", "operator")


class ServiceMetrics:
    """All metrics of the service; one object per application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._batch_commands = Histogram(
            "conversations_batch_commands",
            "Commands per transaction.",
            ["shard"],
            buckets=_BATCH_SIZES,
            registry=registry,
        )
        self._batch_seconds = Histogram(
            "conversations_batch_duration_seconds",
            "Duration of a transaction, measured by the service.",
            ["shard"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._batch_failures = Counter(
            "conversations_batch_failures",
            "Failed attempts to write a batch.",
            ["shard"],
            registry=registry,
        )
        self._queued = Gauge(
            "conversations_commands_queued", "Commands waiting for a transaction.", ["shard"], registry=registry
        )
        self._queue_limit = Gauge(
            "conversations_commands_queued_limit", "Maximum number of commands waiting.", ["shard"], registry=registry
        )
        self._commands = Counter(
            "conversations_commands", "Executed commands, by outcome.", ["outcome"], registry=registry
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
            "conversations_log_publish_failures", "Publications that the broker did not confirm.", registry=registry
        )
        self.publish_seconds = Histogram(
            "conversations_log_publish_duration_seconds",
            "Time from the commit to the broker's confirmation.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.republished = Counter(
            "conversations_log_republished", "Positions that the leader published again.", registry=registry
        )
        self._unpublished = Gauge(
            "conversations_log_unpublished",
            "Positions that the broker has not confirmed, reported by the leader.",
            ["shard"],
            registry=registry,
        )
        self._log_head = Gauge(
            "conversations_log_head_position",
            "The last committed position, reported by the leader.",
            ["shard"],
            registry=registry,
        )
        self._epoch_changes = Counter(
            "conversations_log_epoch_changes",
            "New epochs of the log noticed by this process, by reason: history (a standby took over, or a "
            "backup was restored), rolled_back (the log went back behind a consumer), operator.",
            ["reason"],
            registry=registry,
        )
        self._strayed = Gauge(
            "conversations_log_strayed_rows",
            "Rows of the log in the default partition, reported by the leader; counted up to 100,000.",
            ["net"],
            registry=registry,
        )
        self._leading = Gauge("conversations_leader", "1 in the process that is the leader, else 0.", registry=registry)
        self._pool = Gauge(
            "conversations_pool_connections",
            "Database connections for reads, by state (busy, idle).",
            ["state"],
            registry=registry,
        )
        self._pool_limit = Gauge(
            "conversations_pool_connections_limit",
            "Maximum number of database connections for reads.",
            registry=registry,
        )
        self.marketplace_events = Counter(
            "conversations_marketplace_events",
            "Events of the marketplace, by type and result (applied, outdated, dead_lettered, retried).",
            ["type", "result"],
            registry=registry,
        )
        self.marketplace_fields_repaired = Counter(
            "conversations_marketplace_fields_repaired",
            "Fields of the marketplace's events that violated the contract and were truncated or dropped.",
            ["type", "field"],
            registry=registry,
        )

        for reason in _EPOCH_REASONS:
            self._epoch_changes.labels(reason)
        for outcome in _OUTCOMES:
            self._commands.labels(outcome)
        for event_type in TYPES:
            for result in ("applied", "outdated", "retried", "dead_lettered"):
                self.marketplace_events.labels(event_type, result)
        for event_type, names in DECORATIVE_FIELDS.items():
            for name in names:
                self.marketplace_fields_repaired.labels(event_type, name)
        self.marketplace_events.labels("unknown", "dead_lettered")

    def watch_pool(self, *, size: Callable[[], int], idle: Callable[[], int], limit: int) -> None:
        """Show the number of read connections in use."""
        self._pool.labels("busy").set_function(lambda: size() - idle())
        self._pool.labels("idle").set_function(idle)
        self._pool_limit.set(limit)

    def epoch_changed(self, reason: str | None) -> None:
        """Count a change of the log's epoch."""
        self._epoch_changes.labels(reason if reason in _EPOCH_REASONS else "operator").inc()

    def lead(self, *, leading: bool) -> None:
        """A process that is not the leader does not know the log's state and must not report a stale one."""
        self._leading.set(int(leading))
        if not leading:
            self._unpublished.clear()
            self._log_head.clear()
            self._strayed.clear()

    def strayed(self, rows: int) -> None:
        """Set the number of rows in the default partition."""
        self._strayed.labels("event_log_default").set(rows)

    def backlog(self, shard: int, *, head: int, unpublished: int) -> None:
        """Set a shard's head and unconfirmed positions."""
        self._log_head.labels(str(shard)).set(head)
        self._unpublished.labels(str(shard)).set(unpublished)

    def for_shard(self, shard: int) -> "BatchMetrics":
        """The metrics of one batcher."""
        label = str(shard)
        self.published.labels(label)
        return BatchMetrics(
            commands=self._commands,
            sizes=self._batch_commands.labels(label),
            seconds=self._batch_seconds.labels(label),
            failures=self._batch_failures.labels(label),
            queued=self._queued.labels(label),
            queue_limit=self._queue_limit.labels(label),
        )


class BatchMetrics:
    """The metrics of one shard's batcher."""

    def __init__(
        self,
        *,
        commands: Counter,
        sizes: Histogram,
        seconds: Histogram,
        failures: Counter,
        queued: Gauge,
        queue_limit: Gauge,
    ) -> None:
        self._commands = commands
        self._sizes = sizes
        self._seconds = seconds
        self._failures = failures
        self._queued = queued
        self._queue_limit = queue_limit

    def committed(self, outcomes: Sequence[Outcome], seconds: float) -> None:
        """Count a committed batch."""
        self._sizes.observe(len(outcomes))
        self._seconds.observe(seconds)
        for name, count in Tally(outcome.label for outcome in outcomes).items():
            self._commands.labels(name).inc(count)

    def failed(self) -> None:
        """Count a failed attempt."""
        self._failures.inc()

    def watch_queue(self, waiting: Callable[[], int], *, limit: int) -> None:
        """Show the number of queued commands, evaluated on each scrape, also while the writer is blocked."""
        self._queued.set_function(waiting)
        self._queue_limit.set(limit)
