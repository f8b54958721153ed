"""The figures of this service."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class Figures:
    """Registered once per application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.decided = Counter(
            "notifications_decided",
            "Decisions, by the event's type and what is to be done.",
            ["type", "action"],
            registry=registry,
        )
        self.dead_lettered = Counter(
            "notifications_dead_lettered",
            "What went to the dead-letter queue: whole broker messages, or single events of the log.",
            ["reason"],
            registry=registry,
        )
        self.repeats = Counter(
            "notifications_repeats_dropped", "Batches dropped because they were known.", registry=registry
        )
        self.stale = Counter(
            "notifications_stale_dropped", "Batches dropped as of an earlier life of the log.", registry=registry
        )
        self.filled = Counter(
            "notifications_holes_filled",
            "Positions read from the log because the broker had not brought them.",
            registry=registry,
        )
        self.truncated = Counter(
            "notifications_positions_lost", "Positions that the log no longer held.", registry=registry
        )
        self.stores = Counter(
            "notifications_cursor_stores", "Attempts to store the cursor.", ["outcome"], registry=registry
        )
        self.position = Gauge(
            "notifications_position", "The last position decided about.", ["shard"], registry=registry
        )
        self.lag = Gauge(
            "notifications_lag_positions",
            "Positions known to exist and not decided about.",
            ["shard"],
            registry=registry,
        )
        self.active = Gauge(
            "notifications_active",
            "1 when this process consumes, 0 when another one does or none can.",
            registry=registry,
        )
