"""Pairs of people who answer each other as fast as they can: the most the system carries, and what a message costs."""

import uvloop

from benchmarks.figures import Figures
from benchmarks.load.pairs import run_closed_loop
from benchmarks.load.target import target_of
from benchmarks.message_figures import message_figures
from benchmarks.options import Options
from benchmarks.stage import measured_system, processor_seconds
from tests.kit.running.system import System

# An event_pos is the batch's position, times 1024, plus the event's number in it.
STORED = "SELECT count(*) || ' ' || count(DISTINCT event_pos >> 10) FROM messages"


def run(options: Options) -> Figures:
    figures: Figures = {}
    with measured_system() as system:
        for pairs in options.choose(full=(1, 50, 200), quick=(1, 50)):
            messages, batches = _stored(system)
            measured = uvloop.run(
                run_closed_loop(
                    target_of(system),
                    pairs=pairs,
                    seconds=options.choose(full=10.0, quick=2.0),
                    name=f"pairs-{pairs}",
                    meter=lambda: processor_seconds(system),
                )
            )
            messages, batches = (now - then for now, then in zip(_stored(system), (messages, batches), strict=True))
            figures |= message_figures(f"pairs_{pairs}", measured)
            figures[f"pairs_{pairs}.batch_messages_count"] = messages / batches
    return figures


def _stored(system: System) -> tuple[int, int]:
    """Messages so far, and the transactions that stored them."""
    messages, batches = system.postgres.query(STORED, "messaging").split()
    return int(messages), int(batches)
