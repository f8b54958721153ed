"""The counters of this service. The hot path adds to plain integers, converted to Prometheus samples on each scrape.

Known label values exist from the start, at 0: a counter that appears with its first failure shows no increase.
"""

from bisect import bisect_left
from collections import Counter as Tallies
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from contracts.generated.catalogues import CloseCode
from contracts.kinds import CLIENT_FRAMES, RESULT_STATUSES
from services.delivery.wire.close_codes import ABNORMAL
from services.delivery.wire.errors import SENTENCES

_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

# name, help, label
_LABELLED = {
    "frames_in": ("delivery_frames_received", "Frames received from clients.", "type"),
    "frames_out": ("delivery_frames_sent", "Frames sent to sockets.", "type"),
    "refusals": ("delivery_frames_refused", "Frames answered with an error.", "code"),
    "closes": ("delivery_sockets_closed", "Closed sockets, by close code.", "code"),
    "resumes": ("delivery_resumes", "Answered resumes, by the source of the answer.", "source"),
    "handshakes_refused": ("delivery_handshakes_refused", "Refused WebSocket handshakes.", "code"),
    "commands": ("delivery_commands", "Commands, by outcome.", "outcome"),
    "command_attempts": (
        "delivery_command_attempts",
        "Failed attempts to send a batch of commands, by what is known of their outcome.",
        "outcome",
    ),
    "batches": ("delivery_log_batches", "Log batches applied, by source.", "source"),
}
_PLAIN = {
    "repeats": (
        "delivery_log_repeats",
        "Log batches dropped as duplicates, including those that the answer to a command contained first.",
    ),
    "gaps": ("delivery_log_holes_filled", "Gaps filled from the log."),
    "invalid_events": ("delivery_events_invalid", "Events that failed validation."),
    "unknown_events": (
        "delivery_events_unknown",
        "Events of a type that this release does not know. Clients were told to fetch these conversations again.",
    ),
    "resyncs": ("delivery_log_resyncs", "Times that the position in the log was lost."),
    "polls": ("delivery_log_polls", "Polls of the log because the broker delivered nothing."),
    "typing_dropped": (
        "delivery_typing_dropped",
        "Typing events and socket counts dropped because the broker was down.",
    ),
    "opened": ("delivery_sockets_opened", "Opened sockets."),
}
_GAUGES = {
    "sockets": ("delivery_sockets", "Open sockets."),
    "users": ("delivery_users", "Users with an open socket."),
    "outbox_bytes": ("delivery_outbox_bytes", "Bytes queued for all clients."),
    "fullest_outbox_bytes": ("delivery_outbox_fullest_bytes", "Bytes queued for the slowest client."),
    "queued_commands": ("delivery_commands_queued", "Commands waiting for a batch."),
    "open_lookups": (
        "delivery_lookups_open",
        "Requests of clients (join, resume, authenticate) that are not answered yet.",
    ),
    "recent_events": ("delivery_recent_events", "Events kept in memory for resuming."),
    "positions": ("delivery_log_position", "Last applied position."),
    "lags": ("delivery_log_lag", "Positions that are known to exist and not applied yet."),
    "sockets_limit": ("delivery_sockets_limit", "Maximum number of sockets."),
    "outbox_limit_bytes": ("delivery_outbox_limit_bytes", "Maximum number of bytes queued per client."),
    "queued_commands_limit": (
        "delivery_commands_queued_limit",
        "Maximum number of commands waiting for a batch.",
    ),
}
_FROM_THE_START: Mapping[str, Iterable[str]] = {
    "frames_in": CLIENT_FRAMES,
    "frames_out": ("new_message", "message_sent", "read", "error"),
    "refusals": SENTENCES,
    "closes": (str(ABNORMAL), "other", *(str(code.value) for code in CloseCode)),
    "resumes": ("memory", "sql"),
    "handshakes_refused": (
        *("unauthenticated", "token_expired", "forbidden_origin"),
        *("too_many_connections", "draining", "unavailable"),
    ),
    "commands": (*(status for status in RESULT_STATUSES if status != "rejected"), *SENTENCES),
    "command_attempts": ("not_executed", "doubtful", "refused"),
    "batches": ("broker", "answer", "log"),
}


class Distribution:
    """A histogram of plain integers; `bounds` ascend."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def family(self, name: str, text: str) -> Metric:
        """The Prometheus family: cumulative counts up to and including each bound."""
        buckets = zip((*map(str, self._bounds), "+Inf"), accumulate(self._counts), strict=True)
        return HistogramMetricFamily(name, text, buckets=list(buckets), sum_value=self._sum)


@dataclass(slots=True)
class Counters:
    """Counts since the process started."""

    frames_in: Tallies[str] = field(default_factory=Tallies)
    frames_out: Tallies[str] = field(default_factory=Tallies)
    refusals: Tallies[str] = field(default_factory=Tallies)
    closes: Tallies[str] = field(default_factory=Tallies)
    resumes: Tallies[str] = field(default_factory=Tallies)
    handshakes_refused: Tallies[str] = field(default_factory=Tallies)
    commands: Tallies[str] = field(default_factory=Tallies)
    command_attempts: Tallies[str] = field(default_factory=Tallies)
    batches: Tallies[str] = field(default_factory=Tallies)
    batch_ages: Distribution = field(default_factory=lambda: Distribution(_LATENCY_BUCKETS))
    opened: int = 0
    repeats: int = 0
    gaps: int = 0
    invalid_events: int = 0
    unknown_events: int = 0
    resyncs: int = 0
    polls: int = 0
    typing_dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauges:
    """A snapshot of current values; per-shard values are mappings."""

    sockets: int
    users: int
    outbox_bytes: int
    fullest_outbox_bytes: int
    queued_commands: int
    open_lookups: int
    recent_events: int
    positions: Mapping[int, int]
    lags: Mapping[int, int]
    sockets_limit: int
    outbox_limit_bytes: int
    queued_commands_limit: int


class CommandHistograms:
    """One observation per batch, so its cost does not matter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.batch_size = Histogram(
            "delivery_command_batch_size", "Commands per batch.", buckets=_BATCH_BUCKETS, registry=registry
        )
        self.seconds = Histogram(
            "delivery_command_batch_seconds",
            "Time from sending a batch to its answer, retries included.",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )
        self.answer_seconds = Histogram(
            "delivery_command_answer_seconds",
            "Time from a command's frame to its answer, of the oldest command of each batch.",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )


class CountersCollector(Collector):
    """Turns counters and gauges into samples; `gauges` is called on each scrape."""

    def __init__(self, counters: Counters, gauges: Callable[[], Gauges]) -> None:
        self._counts = counters
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        yield from self._counters()
        gauges = self._gauges()
        for attribute, (name, text) in _GAUGES.items():
            yield _gauge(name, text, getattr(gauges, attribute))
        yield self._counts.batch_ages.family(
            "delivery_log_batch_age_seconds",
            "Time from the transaction, by the database's clock, until its events are written to the sockets.",
        )

    def _counters(self) -> Iterator[Metric]:
        for attribute, (name, text, label) in _LABELLED.items():
            family = CounterMetricFamily(name, text, labels=[label])
            counted = getattr(self._counts, attribute)
            for value in sorted({*counted, *_FROM_THE_START.get(attribute, ())}):
                family.add_metric([value], counted[value])
            yield family
        for attribute, (name, text) in _PLAIN.items():
            yield CounterMetricFamily(name, text, value=getattr(self._counts, attribute))


def _gauge(name: str, text: str, value: float | Mapping[int, int]) -> Metric:
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(name, text, value=value)
    family = GaugeMetricFamily(name, text, labels=["shard"])
    for shard, one in sorted(value.items()):
        family.add_metric([str(shard)], one)
    return family
