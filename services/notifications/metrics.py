"""The metrics of this service. Known label values exist from the start, at 0."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from contracts.kinds import LOGGED_EVENTS
from services.notifications.policy import POSSIBLE

_REASONS = (
    *("malformed_json", "invalid_event", "invalid_headers", "position_mismatch", "unknown_content_type"),
    *("unknown_shard", "beyond_the_log", "invalid_event_in_log"),
)


class ServiceMetrics:
    """Registered once per application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.decided = Counter(
            "notifications_decided",
            "Decisions, by type of the event, action, and the reason for it.",
            ["type", "action", "reason"],
            registry=registry,
        )
        self.dead_lettered = Counter(
            "notifications_dead_lettered",
            "Broker messages, and single events of the log, sent to the dead-letter queue.",
            ["reason"],
            registry=registry,
        )
        self.unknown = Counter(
            "notifications_events_unknown",
            "Events of a type that this release does not know: it notifies nobody of them.",
            registry=registry,
        )
        self.repeats = Counter("notifications_repeats_dropped", "Batches dropped as duplicates.", registry=registry)
        self.stale = Counter(
            "notifications_stale_dropped",
            "Batches dropped because they belong to an earlier epoch of the log.",
            registry=registry,
        )
        self.filled = Counter(
            "notifications_holes_filled",
            "Missing positions read from the log.",
            registry=registry,
        )
        self.truncated = Counter(
            "notifications_positions_lost",
            "Positions skipped because the log no longer contained them.",
            registry=registry,
        )
        self.places_lost = Counter(
            "notifications_log_restarts",
            "Times that this process restarted its position in the log, because the epoch changed or a "
            "shard was added.",
            registry=registry,
        )
        self.stores = Counter(
            "notifications_cursor_stores", "Attempts to store the cursor.", ["outcome"], registry=registry
        )
        self.position = Gauge(
            "notifications_position", "The last position with a decision.", ["shard"], registry=registry
        )
        self.lag = Gauge(
            "notifications_lag_positions",
            "Positions that are known to exist and have no decision yet.",
            ["shard"],
            registry=registry,
        )
        self._active = Gauge(
            "notifications_active",
            "1 if this process is the active consumer, else 0.",
            registry=registry,
        )
        for event_type in LOGGED_EVENTS:
            for action, why in POSSIBLE:
                self.decided.labels(event_type, action.value, why.value)
        for reason in _REASONS:
            self.dead_lettered.labels(reason)
        for outcome in ("stored", "failed"):
            self.stores.labels(outcome)

    def show_active(self, *, active: bool) -> None:
        """A process that is not the active consumer does not know the lag and must not report a stale one."""
        self._active.set(active)
        if not active:
            self.position.clear()
            self.lag.clear()
