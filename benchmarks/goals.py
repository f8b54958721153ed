"""The goal of each figure, and the floor it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.figures import Better, Figures, better
from benchmarks.scenarios.bytes import PACE_SECONDS, POLL_SECONDS


@dataclass(frozen=True)
class Goal:
    """A limit of one figure, met on its better side."""

    figure: str
    limit: float
    unit: str
    meaning: str

    def met(self, value: float) -> bool:
        return value >= self.limit if better(self.figure) is Better.HIGHER else value <= self.limit

    @property
    def text(self) -> str:
        return f"{'≥' if better(self.figure) is Better.HIGHER else '≤'} {self.limit:,g} {self.unit}"


GOALS = (
    Goal("pairs_50.throughput_messages_per_second", 10_000, "messages/s", "stored and delivered, 50 pairs"),
    Goal("pairs_200.throughput_messages_per_second", 10_000, "messages/s", "stored and delivered, 200 pairs"),
    Goal("pairs_50.receipt_p50_ms", 5, "ms", "receipt, 50 pairs at full load, p50"),
    Goal("pairs_50.receipt_p99_ms", 25, "ms", "receipt, 50 pairs at full load, p99"),
    Goal("pairs_1.receipt_p50_ms", 2.5, "ms", "receipt, one pair on an idle system, p50"),
    Goal("open_loop_3000.receipt_p99_ms", 15, "ms", "receipt, open loop at 3,000 messages/s, p99"),
    Goal("idle.memory_kib_per_socket", 10, "KiB", "memory of an idle socket"),
    Goal("storm.back_seconds", 10, "s", "15,000 sockets of one process reconnected after a network failure"),
    Goal("storm.live_p99_ms", 100, "ms", "receipt during these reconnects, p99"),
    Goal("storm.two_replicas_back_seconds", 10, "s", "15,000 sockets of two replicas reconnected"),
    Goal("storm.two_replicas_live_p99_ms", 100, "ms", "receipt during these reconnects, p99"),
    Goal(
        "bytes.stored_beyond_text_bytes_per_message",
        350,
        "bytes",
        "disk space per message beyond its text, after log retention",
    ),
    Goal(
        "bytes.socket_against_rest_percent_less",
        90,
        "%",
        "fewer bytes on the wire by socket than by polling: "
        f"a message every {PACE_SECONDS:g} s, a poll every {POLL_SECONDS:g} s",
    ),
    Goal("rest.list_10m_to_10k_ratio", 1.2, "×", "time for a list of conversations, 10M against 10k messages"),
    Goal("rest.history_10m_to_10k_ratio", 1.2, "×", "time for a history, 10M against 10k messages"),
    Goal(
        "replicas_2.rabbitmq_to_one_replica_ratio",
        1.3,
        "×",
        "CPU time of the broker, two delivery replicas against one",
    ),
)

FLOORS: Mapping[str, str] = {
    "pairs_1.receipt_p50_ms": "floors.one_message_p50_ms",
    "pairs_50.throughput_messages_per_second": "floors.commit_batches_of_50_messages_per_second",
    "pairs_200.throughput_messages_per_second": "floors.commit_batches_of_50_messages_per_second",
    "hot_seller.throughput_messages_per_second": "floors.commit_batches_of_50_messages_per_second",
    "idle.memory_kib_per_socket": "floors.aiohttp_kib_per_idle_socket",
}


def of_floor(figure: str, figures: Figures) -> str:
    """A rate as a share of its floor, a time as a multiple of it; nothing where there is no floor or it was not run."""
    floor = figures.get(FLOORS.get(figure, ""))
    if floor is None:
        return ""
    ratio = figures[figure] / floor
    return f"{100 * ratio:.0f} % of the floor" if better(figure) is Better.HIGHER else f"{ratio:.1f}× the floor"
