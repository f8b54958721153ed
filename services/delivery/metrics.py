"""The figures of this service. The hot path adds to plain integers; they become Prometheus samples when asked for."""

from collections import Counter as Tallies
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds

# name, help, label
_LABELLED = {
    "frames_in": ("delivery_frames_received", "Frames from clients.", "type"),
    "frames_out": ("delivery_frames_sent", "Frames to sockets.", "type"),
    "refusals": ("delivery_frames_refused", "Frames answered with an error.", "code"),
    "closes": ("delivery_sockets_closed", "Sockets that ended, by close code.", "code"),
    "resumes": ("delivery_resumes", "Answered resumes, by where the answer came from.", "source"),
    "handshakes_refused": ("delivery_handshakes_refused", "Upgrades that were refused.", "code"),
    "commands": ("delivery_commands", "Commands, by outcome.", "outcome"),
    "command_attempts": ("delivery_command_attempts", "Command batches posted, by what came of it.", "outcome"),
    "batches": ("delivery_log_batches", "Log batches applied, by where they came from.", "source"),
}
_PLAIN = {
    "repeats": ("delivery_log_repeats", "Log batches dropped because they were known."),
    "holes": ("delivery_log_holes_filled", "Holes in the stream filled from the log."),
    "invalid_events": ("delivery_events_invalid", "Events that failed validation."),
    "resyncs": ("delivery_log_resyncs", "Times the place in the log was lost."),
    "polls": ("delivery_log_polls", "Times the log was asked because nothing was pushed."),
    "typing_dropped": ("delivery_typing_dropped", "Typing events dropped because the broker was away."),
}


@dataclass(slots=True)
class Figures:
    """Counted since the process began."""

    frames_in: Tallies[str] = field(default_factory=Tallies)
    frames_out: Tallies[str] = field(default_factory=Tallies)
    refusals: Tallies[str] = field(default_factory=Tallies)
    closes: Tallies[str] = field(default_factory=Tallies)
    resumes: Tallies[str] = field(default_factory=Tallies)
    handshakes_refused: Tallies[str] = field(default_factory=Tallies)
    commands: Tallies[str] = field(default_factory=Tallies)
    command_attempts: Tallies[str] = field(default_factory=Tallies)
    batches: Tallies[str] = field(default_factory=Tallies)
    repeats: int = 0
    holes: int = 0
    invalid_events: int = 0
    resyncs: int = 0
    polls: int = 0
    typing_dropped: int = 0


@dataclass(frozen=True, slots=True)
class Gauges:
    """Read at the moment of asking."""

    sockets: Callable[[], int]
    users: Callable[[], int]
    outbox_bytes: Callable[[], int]
    queued_commands: Callable[[], int]
    open_lookups: Callable[[], int]
    recent_events: Callable[[], int]
    positions: Callable[[], dict[int, int]]
    lags: Callable[[], dict[int, int]]


class CommandHistograms:
    """One observation per batch, so the price does not matter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.batch_size = Histogram(
            "delivery_command_batch_size", "Commands per batch.", buckets=_BATCH_BUCKETS, registry=registry
        )
        self.seconds = Histogram(
            "delivery_command_batch_seconds",
            "Time from posting a batch to its answer, retries included.",
            buckets=_LATENCY_BUCKETS,
            registry=registry,
        )


class FiguresCollector(Collector):
    """Turns figures and gauges into samples."""

    def __init__(self, figures: Figures, gauges: Gauges) -> None:
        self._figures = figures
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        yield from self._counters()
        yield _gauge("delivery_sockets", "Open sockets.", self._gauges.sockets())
        yield _gauge("delivery_users", "Users with an open socket.", self._gauges.users())
        yield _gauge("delivery_outbox_bytes", "Bytes waiting for clients.", self._gauges.outbox_bytes())
        yield _gauge("delivery_commands_queued", "Commands waiting.", self._gauges.queued_commands())
        yield _gauge(
            "delivery_lookups_open", "Questions of clients without an answer yet.", self._gauges.open_lookups()
        )
        yield _gauge("delivery_recent_events", "Events kept for resuming.", self._gauges.recent_events())
        yield _by_shard("delivery_log_position", "Last applied position.", self._gauges.positions())
        yield _by_shard("delivery_log_lag", "Positions known and not applied.", self._gauges.lags())

    def _counters(self) -> Iterator[Metric]:
        for attribute, (name, text, label) in _LABELLED.items():
            family = CounterMetricFamily(name, text, labels=[label])
            for value, count in sorted(getattr(self._figures, attribute).items()):
                family.add_metric([value], count)
            yield family
        for attribute, (name, text) in _PLAIN.items():
            yield CounterMetricFamily(name, text, value=getattr(self._figures, attribute))


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _by_shard(name: str, text: str, values: dict[int, int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=["shard"])
    for shard, value in sorted(values.items()):
        family.add_metric([str(shard)], value)
    return family
