"""The figures of a run of messages."""

from benchmarks.figures import Figures
from benchmarks.load.window import Measured
from benchmarks.percentiles import latency_figures


def message_figures(subject: str, measured: Measured, *, names: tuple[str, ...] = ("p50", "p99")) -> Figures:
    """Throughput, latencies to the recipient's socket and to the ack, and each part's processor time a message.

    `messages_count` is of how many messages the percentiles are.
    """
    return {
        f"{subject}.messages_count": len(measured.to_receipt),
        f"{subject}.throughput_messages_per_second": measured.rate,
        **latency_figures(f"{subject}.receipt", measured.to_receipt, names=names),
        **latency_figures(f"{subject}.ack", measured.to_ack, names=names),
        **{
            f"{subject}.{part}_us_per_message": 1e6 * seconds / measured.used_for
            for part, seconds in measured.used.items()
        },
    }


def reached_target(subject: str, measured: Measured) -> Figures:
    """Whether an open loop was carried: what was received in the window, of what was due in it."""
    return {f"{subject}.received_percent_of_target": 100 * min(measured.completed / len(measured.to_receipt), 1)}
